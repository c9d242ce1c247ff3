import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/base/errors.js";
import { chooseSample } from "../../../src/plots/volume/choose-sample.js";

const NAMES = ["R14A02-20180905_65_A6", "R14A02-20180905_65_A7", "VT047848-20171020_66_I5", "VT047848", "xVT047848"];

function fault(given: string | undefined, names: readonly string[] = NAMES): UsageError {
  try {
    chooseSample(given, names);
  } catch (error) {
    if (error instanceof UsageError) return error;
  }
  throw new Error("nothing was refused");
}

describe("a sample", () => {
  it("is named whole, or by a beginning or an end that no other has", () => {
    expect(chooseSample("VT047848", NAMES)).toBe("VT047848");
    expect(chooseSample("66_I5", NAMES)).toBe("VT047848-20171020_66_I5");
    expect(chooseSample("VT047848-", NAMES)).toBe("VT047848-20171020_66_I5");
    expect(chooseSample("xVT", NAMES)).toBe("xVT047848");
  });

  it("that several names may mean is refused with them", () => {
    expect(fault("R14A02")).toMatchObject({ tag: "usage/ambiguous-sample", exitCode: 2 });
    expect(fault("R14A02").message).toContain("R14A02-20180905_65_A6, R14A02-20180905_65_A7");
    // An end of one, a beginning of another.
    expect(fault("a", ["ab", "ca"]).tag).toBe("usage/ambiguous-sample");
  });

  it("that is not there is refused with what is near", () => {
    expect(fault("R14A02-20180905_65_A8").message).toContain('did you mean "R14A02-20180905_65_A6"');
    expect(fault("R14A03")).toMatchObject({ tag: "usage/unknown-sample", exitCode: 2 });
    expect(fault("R14A03").message).toContain('did you mean "R14A02"?');
    expect(fault("zzz", []).wayOut).toBe("fisbe.sample is empty: run a pipeline over a volume first");
    expect(fault(undefined).wayOut).toContain("name a sample: there are R14A02-20180905_65_A6");
  });
});
