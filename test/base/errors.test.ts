import { describe, expect, it } from "vitest";
import {
  deserializeError,
  EXIT,
  FormatError,
  InterruptedError,
  NeurotablesError,
  StorageError,
  serializeError,
  worstExitCode,
} from "../../src/base/errors.js";

describe("errors", () => {
  it("cross a process border with tag, values, way out and cause", () => {
    const error = new FormatError("truncated", "x.mat ends at byte 12 of 96", {
      fields: { file: "x.mat", found: 12, expected: 96 },
      wayOut: "Copy the file again.",
      cause: new StorageError("write-failed", "no space"),
    });
    const back = deserializeError(JSON.parse(JSON.stringify(serializeError(error))));
    expect(serializeError(back)).toEqual(serializeError(error));
    expect(back).toBeInstanceOf(NeurotablesError);
  });

  it("tags what is not ours as a bug and keeps its stack", () => {
    const plain = serializeError(new RangeError("oops"));
    expect(plain.tag).toBe("bug");
    expect(plain.exitCode).toBe(EXIT.bug);
    expect(plain.stack).toContain("RangeError");
  });

  it("lets the interruption win, then bugs, storage, locks, network, checks, steps", () => {
    expect(worstExitCode([1, 4, 130, 70])).toBe(130);
    expect(worstExitCode([1, 4, 7])).toBe(7);
    expect(worstExitCode([1, 4])).toBe(4);
    expect(worstExitCode([])).toBe(0);
    expect(new InterruptedError().exitCode).toBe(130);
  });
});
