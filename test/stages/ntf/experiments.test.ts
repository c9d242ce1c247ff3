import { describe, expect, it } from "vitest";
import { affinityParameters, experimentsOf } from "../../../src/stages/ntf/experiments.js";

function messages(parameters: unknown): string[] {
  const result = affinityParameters.safeParse(parameters);
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("experiments of the affinity stage", () => {
  it("have the shared settings but for their own, in order of their names", () => {
    const runs = experimentsOf(
      affinityParameters.parse({
        clip: 4,
        experiments: {
          union: { neurons: "union", bin_frames: 2 },
          common: {},
          a_control: { control: { of: "union" } },
        },
      }),
    );
    expect(runs.map(({ runId }) => runId)).toEqual(["a_control", "common", "union"]);
    const shared = {
      ...{ kernel: "geomean", sigma_frames: 2, clip: 4, bin_frames: 4, neurons: "common", classes: null },
      ...{ recordings: ["*"], alignment: "auto", lengths: "truncate", nan_policy: "error" },
    };
    const union = { ...shared, neurons: "union", bin_frames: 2 };
    expect(runs.map(({ settings }) => settings)).toEqual([union, shared, union]);
    expect(runs.map(({ control }) => control)).toEqual([
      { of: "union", kind: "circular_shift", minimum_frames: 100, seed: 0 },
      null,
      null,
    ]);
    expect(experimentsOf(affinityParameters.parse({})).map(({ runId }) => runId)).toEqual(["common"]);
  });

  it("are refused where a control has no original, or settings of its own", () => {
    expect(messages({ experiments: { a: {}, b: { control: { of: "c" } } } })).toEqual([
      "experiments.b: there is no experiment c to be the control of",
    ]);
    expect(messages({ experiments: { a: {}, b: { control: { of: "a" } }, c: { control: { of: "b" } } } })).toEqual([
      "experiments.c: b is a control itself",
    ]);
    expect(messages({ experiments: { a: {}, b: { control: { of: "a" }, clip: 2 } } })).toEqual([
      "experiments.b: a control has the settings of its experiment: leave out clip",
    ]);
    expect(messages({ experiments: { b: { control: { of: "constructor" } } } })).toHaveLength(1);
    expect(messages({ experiments: {} })).toEqual(["experiments: name at least one"]);
    expect(messages({ experiments: { "a b": {} } })).toHaveLength(1);
    for (const wrong of [{ sigma_frames: 0.1 }, { clip: 0 }, { bin_frames: 0 }, { kernel: "mean" }, { classes: [] }]) {
      expect(messages(wrong)).toHaveLength(1);
    }
  });
});
