import { describe, expect, it } from "vitest";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";
import { denseAffinity } from "../../../src/stages/ntf/affinity.js";
import { slopes } from "../../../src/stages/ntf/slopes.js";
import { type AnimalGiven, animalRows, runAffinityInMemory, tensorOf } from "./affinity-in-memory.js";

function trace(seed: number, frames = 22): Float64Array {
  const random = randomNumbers(seed);
  return Float64Array.from({ length: frames }, () => random());
}

/** Animals with the neurons named by the letters of a text, each with a trace of its own. */
function animal(names: string, seed: number, more: Partial<AnimalGiven> & { frames?: number } = {}): AnimalGiven {
  const { frames, ...given } = more;
  return {
    neurons: Object.fromEntries([...names].map((name, k) => [name, trace(100 * seed + k, frames)])),
    ...given,
  };
}

const BINS_OF_22 = 5;

describe("the affinity stage", () => {
  it("writes runs with the neurons of all animals, or of any, in code-unit order", async () => {
    const inputs = animalRows({ worm_b: animal("DCBA", 1), worm_a: animal("ABDE", 2) });
    const { tables, evidence } = await runAffinityInMemory(inputs, {
      experiments: { union: { neurons: "union", kernel: "product" }, common: {} },
    });
    expect(tables.experiment).toEqual([
      {
        ...{ run_id: "common", alignment: "concatenated", kernel: "geomean", neuron_set: "common" },
        ...{ control: null, control_of: null, n_animals: 2, n_neurons: 3, n_pairs: 3, n_bins: 2 * BINS_OF_22 },
        ...{ bin_frames: 4, sigma_frames: 2, clip: 3, neurons: ["A", "B", "D"], animals: ["worm_a", "worm_b"] },
      },
      {
        ...{ run_id: "union", alignment: "concatenated", kernel: "product", neuron_set: "union" },
        ...{ control: null, control_of: null, n_animals: 2, n_neurons: 5, n_pairs: 10, n_bins: 2 * BINS_OF_22 },
        ...{ bin_frames: 4, sigma_frames: 2, clip: 3, neurons: ["A", "B", "C", "D", "E"] },
        animals: ["worm_a", "worm_b"],
      },
    ]);
    expect(tables.mask).toEqual([
      { run_id: "union", animal_id: "worm_a", neuron_id: "C", reason: "absent", n_bins: BINS_OF_22 },
      { run_id: "union", animal_id: "worm_b", neuron_id: "E", reason: "absent", n_bins: BINS_OF_22 },
    ]);
    expect(tables.affinity_pair).toEqual([]);
    expect(tables.slope).toHaveLength(6 + 8);
    const [first] = tables.slope;
    expect(first).toMatchObject({ run_id: "common", animal_id: "worm_a", neuron_id: "A" });
    expect(first?.values).toEqual([...slopes(trace(200), 2, 3).subarray(0, 20)]);
    expect(evidence).toMatchObject({ "common.neuron_count": 3, "union.neurons_absent": 2, "common.bins": 10 });
  });

  it("keeps settings and facts of each run", async () => {
    const { tables } = await runAffinityInMemory(animalRows({ a: animal("AB", 1) }), {
      sigma_frames: 1.5,
      experiments: { one: { clip: 2 } },
    });
    const values = Object.fromEntries(tables.affinity_parameter.map(({ name, value }) => [name, value]));
    expect(tables.affinity_parameter.every(({ run_id, step }) => run_id === "one" && step === "affinity")).toBe(true);
    expect(values).toMatchObject({
      ...{ kernel: '"geomean"', sigma_frames: "1.5", clip: "2", bin_frames: "4", classes: "null", control: "null" },
      ...{ derivative_radius_frames: "6", frames_left_out: "2", trace_kinds: '["F_over_mean"]' },
      ...{ alignment: '"auto"', alignment_used: '"concatenated"', bins: "5", nan_policy: '"error"' },
    });
  });

  it("aligns animals that share their stimuli, and numbers bins of others one after the other", async () => {
    const shared = animalRows({ a: animal("AB", 1, { clock: "x" }), b: animal("AB", 2, { clock: "x", dt: 0.51 }) });
    const { tables, warnings } = await runAffinityInMemory(shared, { experiments: { shared: {} } });
    expect(warnings).toEqual([]);
    expect(tables.experiment).toMatchObject([{ alignment: "shared_clock", n_bins: BINS_OF_22 }]);
    expect(tables.bin.map(({ bin, animal_id, first_frame }) => [bin, animal_id, first_frame])).toEqual(
      [0, 4, 8, 12, 16].map((first, bin) => [bin, null, first]),
    );
    const centres = tables.bin.map(({ t_s }) => t_s as number);
    centres.forEach((t, bin) => {
      expect(t).toBeCloseTo((4 * bin + 1.5) * 0.505, 12);
    });

    const apart = animalRows({ a: animal("AB", 1, { clock: "x" }), b: animal("AB", 2, { clock: "y", frames: 9 }) });
    const concatenated = await runAffinityInMemory(apart, { experiments: { apart: {} } });
    expect(
      concatenated.tables.bin.map(({ bin, animal_id, first_frame, t_s }) => [bin, animal_id, first_frame, t_s]),
    ).toEqual([
      ...[0, 4, 8, 12, 16].map((first, bin) => [bin, "a", first, (first + 1.5) / 2]),
      [5, "b", 0, 0.75],
      [6, "b", 4, 2.75],
    ]);
  });

  it("gives tensors equal to those computed from the slopes", async () => {
    const given = { a: animal("ABCD", 1, { clock: "x" }), b: animal("ABCD", 2, { clock: "x" }) };
    const g = Object.values(given).map(({ neurons }) =>
      Object.values(neurons).map((values) => slopes(Float64Array.from(values), 2, 3).subarray(0, 20)),
    );
    const kernels = ["geomean", "product", "min", "gauss_adaptive", "signed"] as const;
    for (const kernel of kernels) {
      for (const alignment of ["shared_clock", "concatenated"] as const) {
        if (kernel === "signed" && alignment === "concatenated") continue;
        const { tables } = await runAffinityInMemory(animalRows(given), {
          kernel,
          alignment,
          experiments: { run: {} },
        });
        const tensor = await tensorOf(tables, "run");
        const expected = denseAffinity({ slopes: g, kernel, binFrames: 4, alignment });
        expect(tensor.shape).toEqual(expected.shape);
        expect(tensor.denseBytes).toBe(expected.values.byteLength);
        expect(tensor.dense()).toEqual(expected.values);
        expect(tensor.complete).toBe(true);
        expect(tensor.roots === undefined).toBe(kernel === "min" || kernel === "gauss_adaptive");
      }
    }
  });

  it("keeps neurons by class or name", async () => {
    const classes = { A: "sensory", B: "sensory", C: "motor" };
    const inputs = animalRows({ a: animal("ABCD", 1, { classes }), b: animal("ABCD", 2, { classes }) });
    const { tables } = await runAffinityInMemory(inputs, { classes: ["sensory", "D", "Z"], experiments: { some: {} } });
    expect(tables.experiment[0]?.neurons).toEqual(["A", "B", "D"]);
    expect(tables.affinity_parameter.find(({ name }) => name === "classes_without_neuron")?.value).toBe('["Z"]');
    expect(tables.mask).toEqual(
      ["a", "b"].map((animal_id) => ({ run_id: "some", animal_id, neuron_id: "C", reason: "filtered", n_bins: 5 })),
    );
  });

  it("says of neurons that were left out before why they are missing", async () => {
    const inputs = animalRows({ a: animal("ABC", 1), b: animal("AB", 2, { leftOut: { C: "filtered", D: "nan" } }) });
    const { tables } = await runAffinityInMemory(inputs, { experiments: { all: { neurons: "union" }, common: {} } });
    const reasons = (run: string) =>
      tables.mask.filter(({ run_id }) => run_id === run).map(({ neuron_id, reason }) => [neuron_id, reason]);
    expect(reasons("all")).toEqual([
      ["C", "filtered"],
      ["D", "nan"],
    ]);
    expect(reasons("common")).toEqual(reasons("all"));
    expect((await tensorOf(tables, "all")).presence).toEqual(Uint8Array.of(1, 1, 1, 1, 1, 0));
  });

  it("takes the animals that a pattern names", async () => {
    const inputs = animalRows({ x1: animal("AB", 1), x2: animal("AB", 2), y1: animal("AB", 3) });
    const { tables } = await runAffinityInMemory(inputs, { experiments: { x: { recordings: ["x*"] } } });
    expect(tables.experiment[0]?.animals).toEqual(["x1", "x2"]);
    await expect(runAffinityInMemory(inputs, { experiments: { z: { recordings: ["z?"] } } })).rejects.toMatchObject({
      tag: "usage/no-recording",
      fields: { animals: ["x1", "x2", "y1"] },
    });
  });

  it("does not let slopes reach across the border of segments", async () => {
    const [one, other] = [trace(1, 12), trace(2, 12).map((x) => x + 100)];
    const given = (segments: number[]) => ({
      w: { neurons: { A: [...one, ...other], B: [...other, ...one] }, segments },
    });
    const rows = async (segments: number[]) =>
      (await runAffinityInMemory(animalRows(given(segments)))).tables.slope.map(({ values }) => values as number[]);
    const whole = Float64Array.of(...one, ...other);
    expect((await rows([0]))[0]).toEqual([...slopes(whole, 2, 3)]);
    expect((await rows([0, 12]))[0]).toEqual([...slopes(whole, 2, 3, [0, 12])]);
  });

  it("truncates animals of unequal length to the shortest, and says so, or masks what they lack", async () => {
    const inputs = animalRows({
      long: animal("AB", 1, { clock: "x" }),
      short: animal("AB", 2, { clock: "x", frames: 14 }),
    });
    const truncated = await runAffinityInMemory(inputs, { experiments: { cut: {} } });
    expect(truncated.warnings).toEqual(["cut: the animals have 3 to 5 bins; all are truncated to the shortest"]);
    expect((await tensorOf(truncated.tables, "cut")).shape).toEqual([1, 3, 2]);
    expect(truncated.tables.mask).toEqual([]);
    // Slopes are scaled by all frames of the animal, kept or not.
    expect(truncated.tables.slope[0]?.values).toEqual([...slopes(trace(100), 2, 3).subarray(0, 12)]);

    const masked = await runAffinityInMemory(inputs, { lengths: "mask", experiments: { whole: {} } });
    expect(masked.warnings).toEqual(["whole: the animals have 3 to 5 bins; the missing ones are masked"]);
    expect(masked.tables.mask).toEqual(
      ["A", "B"].map((neuron_id) => ({
        ...{ run_id: "whole", animal_id: "short", neuron_id, reason: "nan", n_bins: 2 },
      })),
    );
    const tensor = await tensorOf(masked.tables, "whole");
    expect(tensor.shape).toEqual([1, 5, 2]);
    expect(tensor.maskedBins).toEqual([
      { animal: 1, neuron: 0, bins: Int32Array.of(3, 4) },
      { animal: 1, neuron: 1, bins: Int32Array.of(3, 4) },
    ]);
    expect(tensor.complete).toBe(false);
    expect([...tensor.dense()].slice(6)).toEqual([expect.any(Number), 0, expect.any(Number), 0]);
  });

  it("refuses missing values, naming animal, neuron and frame, or masks the bins within their reach", async () => {
    const holed = trace(1, 40);
    holed[20] = Number.NaN;
    holed[25] = Number.NaN;
    const inputs = animalRows({ a: { neurons: { A: holed, B: trace(2, 40) } }, b: animal("AB", 3, { frames: 40 }) });
    await expect(runAffinityInMemory(inputs)).rejects.toMatchObject({
      tag: "load/trace-nan",
      message: "common: the trace of A in a has no value in frame 20 (2 of 40 frames)",
      fields: { run_id: "common", animal_id: "a", neuron_id: "A", frame: 20, missing: 2 },
      wayOut: expect.stringContaining("nan_policy: mask"),
    });
    const { tables } = await runAffinityInMemory(inputs, { nan_policy: "mask", sigma_frames: 1 });
    // Frames 16 to 29 are within four of a missing one; they are in bins 4 to 7.
    expect(tables.mask).toEqual([{ run_id: "common", animal_id: "a", neuron_id: "A", reason: "nan", n_bins: 4 }]);
    const values = tables.slope[0]?.values as number[];
    expect(values.flatMap((g, t) => (Number.isNaN(g) ? [t] : []))).toEqual(
      Array.from({ length: 16 }, (_, k) => 16 + k),
    );
    const tensor = await tensorOf(tables, "common");
    expect(tensor.maskedBins).toEqual([{ animal: 0, neuron: 0, bins: Int32Array.of(4, 5, 6, 7) }]);
    const pair = tensor.dense().subarray(20, 40);
    expect([...pair].flatMap((a, bin) => (a === 0 ? [bin] : []))).toEqual(expect.arrayContaining([4, 5, 6, 7]));
    expect(pair.some((a) => a > 0)).toBe(true);
    const roots = tensor.roots?.values as Float64Array;
    expect(roots.some(Number.isNaN)).toBe(false);
    for (let t = 16; t < 32; t++) expect(roots[t * 2]).toBe(0);
  });

  it("counts a neuron whose bins are all masked as missing", async () => {
    const holed = trace(1, 16);
    holed[8] = Number.NaN;
    const inputs = animalRows({ a: { neurons: { A: holed, B: trace(2, 16), C: trace(3, 16) } } });
    const { tables } = await runAffinityInMemory(inputs, { nan_policy: "mask" });
    expect(tables.mask).toEqual([{ run_id: "common", animal_id: "a", neuron_id: "A", reason: "nan", n_bins: 4 }]);
    const tensor = await tensorOf(tables, "common");
    expect(tensor.presence).toEqual(Uint8Array.of(0, 1, 1));
    expect(tensor.maskedBins).toEqual([]);
  });

  it("writes pairs where they are asked for, but those that are masked", async () => {
    const holed = trace(1, 40);
    holed[2] = Number.NaN;
    const inputs = animalRows({ a: { neurons: { A: holed, B: trace(2, 40), C: trace(3, 40) } }, b: animal("BC", 4) });
    const { tables } = await runAffinityInMemory(inputs, {
      ...{ pairs: true, nan_policy: "mask", neurons: "union", kernel: "min" },
    });
    const tensor = await tensorOf(tables, "common");
    const dense = tensor.dense();
    const bins = tensor.bins.count;
    expect(bins).toBe(15);
    // A lacks the bins of frames 0 to 10 in a, and is absent in b.
    expect(tables.affinity_pair).toHaveLength(2 * (10 - 3) + 10 + 5);
    for (const { animal_id, neuron_i, neuron_j, bin, a } of tables.affinity_pair) {
      const [i, j] = [neuron_i, neuron_j].map((name) => tensor.neurons.indexOf(name as string)) as [number, number];
      expect(i).toBeLessThan(j);
      const place = (animal_id === "b" ? 10 : 0) + (bin as number);
      expect(a).toBe(Math.fround(dense[(i * 3 + j) * bins + place] as number));
    }
  });

  it("refuses runs without a pair, and names the animal that lacks most", async () => {
    const inputs = animalRows({ a: animal("ABC", 1), b: animal("BCD", 2), c: animal("DE", 3) });
    await expect(runAffinityInMemory(inputs)).rejects.toMatchObject({
      tag: "load/few-neurons",
      message: "common: its 3 animals have 0 neurons in common, of 5; most are lacking in c, which has 2",
      fields: { animal_id: "c", common: 0, union: 5 },
      wayOut: expect.stringContaining("neurons: union"),
    });
    const { tables } = await runAffinityInMemory(inputs, { neurons: "union" });
    expect(tables.experiment).toMatchObject([{ n_neurons: 5, n_pairs: 10 }]);
    await expect(runAffinityInMemory(inputs, { neurons: "union", classes: ["A", "B", "D"] })).rejects.toMatchObject({
      tag: "load/few-neurons",
      message: "common: c has 1 of the neurons asked for, and so no pair",
    });
  });

  it("takes one animal alone, aligned or not", async () => {
    const inputs = animalRows({ a: animal("ABC", 1) });
    const { tables, warnings } = await runAffinityInMemory(inputs, {
      experiments: { square: {}, pairs: { alignment: "shared_clock", kernel: "signed" } },
    });
    expect(warnings).toEqual([]);
    expect((await tensorOf(tables, "square")).shape).toEqual([3, 3, 5]);
    expect((await tensorOf(tables, "pairs")).shape).toEqual([6, 5, 1]);
  });

  it("refuses what it cannot do", async () => {
    const inputs = animalRows({ a: animal("AB", 1), b: animal("AB", 2, { frames: 3 }) });
    await expect(runAffinityInMemory(inputs, { kernel: "signed" })).rejects.toMatchObject({
      tag: "usage/signed-concatenated",
    });
    await expect(runAffinityInMemory(inputs)).rejects.toMatchObject({
      tag: "load/short-recording",
      message: "common: b has 3 frames, a bin needs 4",
    });
    const shifted = {
      experiments: { a: { recordings: ["a"] }, control: { control: { of: "a", minimum_frames: 12 } } },
    };
    await expect(runAffinityInMemory(inputs, shifted)).rejects.toMatchObject({
      tag: "load/short-recording",
      message: "control: a has 22 frames, shifts of at least 12 frames need 24",
    });
    await expect(
      runAffinityInMemory({ ...inputs, animal_mask: [{ animal_id: "c", neuron_id: "A", reason: "nan" }] }),
    ).rejects.toMatchObject({ tag: "contract/orphan" });
    await expect(
      runAffinityInMemory({ ...inputs, animal: inputs.animal.map((row) => ({ ...row, n_frames: 21 })) }),
    ).rejects.toMatchObject({ tag: "contract/uneven-traces" });
  });

  it("shifts every trace of a control by an amount of its own, whatever the order of the rows", async () => {
    const inputs = animalRows({ a: animal("ABC", 1, { frames: 60 }), b: animal("ABC", 2, { frames: 60 }) });
    const parameters = {
      experiments: { plain: { clip: 2 }, shuffled: { control: { of: "plain", minimum_frames: 10, seed: 7 } } },
    };
    const { tables } = await runAffinityInMemory(inputs, parameters);
    expect(tables.experiment).toMatchObject([
      { run_id: "plain", control: null, control_of: null, clip: 2 },
      { run_id: "shuffled", control: "circular_shift", control_of: "plain", clip: 2 },
    ]);
    const shifts = tables.slope
      .filter(({ run_id }) => run_id === "shuffled")
      .map(({ animal_id, neuron_id, values }) => {
        const row = inputs.animal_trace.find((other) => other.animal_id === animal_id && other.neuron_id === neuron_id);
        const own = row?.values as Float64Array;
        const places = Array.from({ length: 60 }, (_, shift) => shift).filter((shift) => {
          const turned = own.map((_x, t) => own[(t + 60 - shift) % 60] as number);
          return slopes(turned, 2, 2).every((g, t) => t >= 60 || g === (values as number[])[t]);
        });
        expect(places).toHaveLength(1);
        return places[0] as number;
      });
    expect(shifts.every((shift) => shift >= 10 && shift <= 50)).toBe(true);
    expect(new Set(shifts).size).toBeGreaterThan(3);

    const turned = {
      ...inputs,
      animal_trace: [...inputs.animal_trace].reverse(),
      animal: [...inputs.animal].reverse(),
    };
    expect((await runAffinityInMemory(turned, parameters)).tables).toEqual(tables);
    const other = await runAffinityInMemory(inputs, {
      experiments: { plain: { clip: 2 }, shuffled: { control: { of: "plain", minimum_frames: 10, seed: 8 } } },
    });
    expect(other.tables.slope).not.toEqual(tables.slope);
  });
});
