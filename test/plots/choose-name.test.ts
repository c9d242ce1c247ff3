import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/base/errors.js";
import { chooseName } from "../../src/plots/choose-name.js";

const NAMES = ["Dag2023/2022-07-26-31", "Dag2023/2022-07-27-31", "Flavell2023/2022-07-26-31b", "Kato2015/1"];

function fault(given: string | undefined, names: readonly string[] = NAMES): UsageError {
  try {
    chooseName("recording", given, names);
  } catch (error) {
    if (error instanceof UsageError) return error;
  }
  throw new Error("nothing was refused");
}

describe("a name", () => {
  it("is taken whole, or by an end that no other has", () => {
    expect(chooseName("recording", "Kato2015/1", NAMES)).toBe("Kato2015/1");
    expect(chooseName("recording", "26-31", NAMES)).toBe("Dag2023/2022-07-26-31");
    expect(chooseName("recording", "26-31b", NAMES)).toBe("Flavell2023/2022-07-26-31b");
  });

  it("that several may mean is refused with them", () => {
    expect(fault("31")).toMatchObject({ tag: "usage/ambiguous-recording", exitCode: 2 });
    expect(fault("31").message).toContain("Dag2023/2022-07-26-31, Dag2023/2022-07-27-31");
  });

  it("that is not there is refused with what is near", () => {
    const error = fault("2022-07-26-13");
    expect(error.tag).toBe("usage/unknown-recording");
    expect(error.message).toContain("did you mean");
    expect(error.wayOut).toContain("there are Dag2023/2022-07-26-31");
    expect(fault("x", []).wayOut).toBe("there is none");
    expect(
      fault(
        "zzz",
        Array.from({ length: 9 }, (_, index) => `r${index}`),
      ).wayOut,
    ).toContain("r4 and 4 more");
    expect(fault(undefined).wayOut).toContain("name a recording: there are");
  });
});
