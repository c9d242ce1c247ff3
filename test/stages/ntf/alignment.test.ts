import { describe, expect, it } from "vitest";
import { chooseAlignment } from "../../../src/stages/ntf/alignment.js";

function clock(stimulusClock: string | null, dt = 1, frames = 20) {
  return { stimulusClock, timeS: Array.from({ length: frames }, (_, k) => k * dt) };
}

describe("alignment", () => {
  it("is shared where all animals have the same stimuli", () => {
    expect(chooseAlignment("auto", [clock("x"), clock("x", 1, 15)], 4)).toEqual({ alignment: "shared_clock" });
    expect(chooseAlignment("auto", [clock("x")], 4)).toEqual({ alignment: "shared_clock" });
    for (const other of ["y", null]) {
      expect(chooseAlignment("auto", [clock("x"), clock(other)], 4)).toEqual({ alignment: "concatenated" });
    }
    expect(chooseAlignment("auto", [clock(null), clock(null)], 4)).toEqual({ alignment: "concatenated" });
  });

  it("is not where their frames drift apart by more than half a bin", () => {
    // After 19 frames: 1.9 s with half a bin of 2 s, 2.09 s beyond it.
    expect(chooseAlignment("auto", [clock("x"), clock("x", 1.1)], 4)).toEqual({ alignment: "shared_clock" });
    expect(chooseAlignment("auto", [clock("x"), clock("x", 1.11)], 4)).toEqual({
      alignment: "concatenated",
      warning: expect.stringContaining("the same frame is up to 2.09 s apart, half a bin is 2.00 s"),
    });
  });

  it("is what it is told to be, with a warning where a shared clock is not borne out", () => {
    expect(chooseAlignment("concatenated", [clock("x"), clock("x")], 4)).toEqual({ alignment: "concatenated" });
    expect(chooseAlignment("shared_clock", [clock("x"), clock("x")], 4)).toEqual({ alignment: "shared_clock" });
    expect(chooseAlignment("shared_clock", [clock(null)], 4)).toEqual({ alignment: "shared_clock" });
    const { alignment, warning } = chooseAlignment("shared_clock", [clock(null), clock(null, 2)], 4);
    expect(alignment).toBe("shared_clock");
    expect(warning).toContain("stimuli");
    expect(warning).toContain("19.0 s apart");
  });
});
