import { describe, expect, it } from "vitest";
import type { Log } from "../../../src/base/log.js";
import { type FactorParameters, factorParameters } from "../../../src/stages/ntf/factor-parameters.js";
import { factors } from "../../../src/stages/ntf/factors.js";
import type { EvidenceValue, StageContext } from "../../../src/stages/stage.js";
import type { Row } from "../../../src/tables/contract.js";
import { dynamicConnectomeContract } from "../../support/dynamic-connectome-contracts.js";
import { memoryTransformContext } from "../../support/memory-tables.js";
import { stageResources } from "../../support/stage-resources.js";
import { type PlantedRun, tensorTables } from "./tensor-tables.js";

interface Result {
  readonly rows: Record<string, Row[]>;
  readonly evidence: Record<string, EvidenceValue>;
  readonly warnings: string[];
  readonly progress: [number, number][];
}

interface RunOptions {
  readonly device?: string;
  readonly threads?: number;
  readonly kept?: { bytes?: Uint8Array };
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

/** Few starts and sweeps: these tests are of tables, not of fits. */
const QUICK = { ranks: [1, 2, 3], starts: 3, iterations: 100, tolerance: 1e-7 };

async function run(
  runs: readonly PlantedRun[],
  given: Partial<Record<keyof FactorParameters, unknown>> = {},
  { device = "reference", kept, signal, onProgress }: RunOptions = {},
): Promise<Result> {
  const parameters = factorParameters.parse({ ...QUICK, ...given });
  const { context, rows } = memoryTransformContext(tensorTables(runs), parameters, dynamicConnectomeContract);
  const resources = stageResources(device, kept);
  const result: Result = { rows, evidence: {}, warnings: [], progress: [] };
  const log: Log = { info() {}, warn: (message) => void result.warnings.push(message) };
  const stage: StageContext<FactorParameters> = {
    ...context,
    ...resources,
    log,
    signal: signal ?? context.signal,
    partition: "",
    threads: 1,
    evidence: (facts) => void Object.assign(result.evidence, facts),
    progress: (done, total) => {
      result.progress.push([done, total]);
      onProgress?.(done);
    },
  };
  try {
    await factors.run(stage);
  } finally {
    await resources.close();
  }
  return result;
}

const shared: PlantedRun = { runId: "planted", alignment: "shared_clock" };
const concatenated: PlantedRun = { runId: "planted", alignment: "concatenated" };

const chosen = ({ rows }: Result) => (rows.rank as Row[]).filter((row) => row.chosen);
const values = (rows: Row[] | undefined, where: Record<string, unknown>) =>
  (rows as Row[])
    .filter((row) => Object.entries(where).every(([name, value]) => row[name] === value))
    .map(({ value }) => value as number);

describe("ntf/factors", () => {
  it("finds planted groups of a shared clock: rank by the rule, pairs, times and animals", async () => {
    const result = await run([shared]);
    const { rows, warnings } = result;
    expect(warnings).toEqual([]);
    expect(chosen(result)).toMatchObject([{ run_id: "planted", rank: 2, choice: "rule", reproducible: true }]);
    expect(rows.run).toHaveLength(9);
    expect(rows.component).toHaveLength(2);
    for (const component of [0, 1]) {
      const pairs = (rows.factor_pair as Row[])
        .filter((row) => row.component === component)
        .sort((a, b) => (b.value as number) - (a.value as number))
        .slice(0, 6);
      const groups = pairs.map(({ neuron_i, neuron_j }) =>
        [neuron_i, neuron_j].map((name) => Number(String(name).slice(1)) % 2),
      );
      expect(new Set(groups.flat()).size).toBe(1);
      const group = groups.flat()[0] as number;
      const time = values(rows.factor_time, { component });
      expect(time).toHaveLength(12);
      expect(time.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 12);
      expect([3, 9].map((center) => Math.abs(time.indexOf(Math.max(...time)) - center)).sort()[0]).toBeLessThan(2);
      const animal = values(rows.factor_animal, { component });
      const wanted = [0, 1, 2].map((w) => 1 - ((w + group) % 3) / 4);
      const norm = Math.hypot(...wanted);
      for (const [w, value] of animal.entries()) expect(value).toBeCloseTo((wanted[w] as number) / norm, 1);
    }
    expect(rows.factor_neuron).toEqual([]);
    const shares = (rows.component as Row[]).map(({ share }) => share as number);
    expect(shares[0] as number).toBeGreaterThan(shares[1] as number);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it("records device, precision, the check by the oracle and every parameter", async () => {
    const { rows, evidence, progress } = await run([shared], { runs: { planted: { starts: 2 } } });
    expect(evidence).toMatchObject({
      device: "reference",
      device_identity: "reference",
      "planted.precision": "float64",
      "planted.form": "dense",
      "planted.rank": 2,
    });
    expect(evidence["planted.oracle_difference"] as number).toBeLessThanOrEqual(
      evidence["planted.oracle_bound"] as number,
    );
    expect(evidence["planted.largest_rise"] as number).toBeLessThan(1e-9);
    const parameter = (name: string) => (rows.factor_parameter as Row[]).find((row) => row.name === name)?.value;
    expect([parameter("starts"), parameter("ranks"), parameter("precision"), parameter("tolerance")]).toEqual([
      "2",
      "[1,2,3]",
      '"float64"',
      "1e-7",
    ]);
    expect(progress.at(-1)).toEqual([9, 9]);
    expect(progress.map(([done]) => done)).toEqual([...progress.map(([done]) => done)].sort((a, b) => a - b));
  });

  it("writes factors with which the fits can be replayed", async () => {
    const { rows } = await run([shared]);
    const starts = rows.start_factor as Row[];
    expect(starts).toHaveLength(3 * (28 + 12 + 3));
    expect(starts.every((row) => (row.values as number[]).length === 2)).toBe(true);
  });

  it("concatenated: neurons in both modes, bins with their animals, means of them", async () => {
    const { rows, evidence } = await run([concatenated], { form: "matrix_free" });
    expect(evidence["planted.form"]).toBe("matrix_free");
    expect(rows.factor_time).toHaveLength(2 * 36);
    const time = (rows.factor_time as Row[]).filter((row) => row.component === 0 && row.animal_id === "animal-1");
    const mean = time.reduce((sum, { value }) => sum + (value as number), 0) / 12;
    expect(values(rows.factor_animal, { component: 0, animal_id: "animal-1" })[0]).toBeCloseTo(mean, 12);
    const neurons = values(rows.factor_neuron, { component: 0 });
    expect(neurons).toHaveLength(8);
    const pair = (rows.factor_pair as Row[]).find(
      (row) => row.component === 0 && row.neuron_i === "N05" && row.neuron_j === "N07",
    );
    expect(pair?.value).toBeCloseTo((neurons[5] as number) * (neurons[7] as number), 2);
  });

  it.each([shared, concatenated])("is the same dense and matrix-free, $alignment", async (planted) => {
    const [dense, free] = await Promise.all(
      ["dense", "matrix_free"].map((form) => run([planted], { form, held_out: 0 })),
    );
    const errors = (result: Result | undefined) =>
      (result as Result).rows.run?.map(({ rel_err }) => rel_err as number) ?? [];
    for (const [i, error] of errors(dense).entries()) expect(errors(free)[i]).toBeCloseTo(error, 8);
    expect(free?.evidence["planted.form"]).toBe("matrix_free");
  });

  it("takes as many held-out errors as ranks, lowest where the groups are, or says why there are none", async () => {
    const [held, off, large] = await Promise.all([
      run([concatenated]),
      run([concatenated], { held_out: 0 }),
      run([concatenated], { dense_megabytes: 0.001 }),
    ]);
    const errors = (held.rows.rank as Row[]).map(({ cv_err }) => cv_err as number);
    expect(errors[1] as number).toBeLessThan((errors[0] as number) / 2);
    expect(off.rows.rank?.map(({ cv_err }) => cv_err)).toEqual([null, null, null]);
    expect(off.warnings).toEqual([]);
    expect(large.rows.rank?.map(({ cv_err }) => cv_err)).toEqual([null, null, null]);
    expect(large.warnings).toEqual([expect.stringContaining("dense_megabytes")]);
  });

  it("masks neurons and bins that are missing", async () => {
    const absent = ["0,1", "2,4"];
    const holes = ["1,2,3", "1,2,4", "0,0,20"];
    for (const planted of [shared, concatenated]) {
      const given = { rank: 2, ranks: [2], held_out: 0, form: planted === shared ? "auto" : "matrix_free" };
      const whole = await run([planted], given);
      const masked = await run([{ ...planted, absent, holes }], given);
      const times = [whole, masked].map(({ rows }) => values(rows.factor_time, { component: 0 }));
      const cosine = times[0]?.reduce((sum, value, i) => sum + value * (times[1]?.[i] as number), 0);
      expect(cosine).toBeGreaterThan(0.99);
      expect(masked.rows.rank?.[0]?.best_err).toBeCloseTo(whole.rows.rank?.[0]?.best_err as number, 1);
    }
  });

  it("gives a control the rank of its original, whatever its name", async () => {
    const control = { ...concatenated, runId: "a control", shuffled: true, noise: 1 };
    const result = await run([control, concatenated], { ranks: [1, 2, 3, 4], starts: 4, held_out: 0 });
    const [original, ofControl] = chosen(result) as [Row, Row];
    expect(original).toMatchObject({ run_id: "planted", choice: "rule" });
    expect(ofControl).toMatchObject({ run_id: "a control", rank: original.rank, choice: "original" });
    const given = await run([control, concatenated], {
      ranks: [1, 2],
      held_out: 0,
      runs: { "a control": { rank: 1 } },
    });
    expect(chosen(given)).toMatchObject([{ run_id: "planted" }, { rank: 1, choice: "given" }]);
    const alone = await run([control, concatenated], { held_out: 0, runs: { "a control": { ranks: [1] } } });
    expect(chosen(alone)).toMatchObject([{ run_id: "planted" }, { rank: 1, choice: "rule" }]);
  });

  it("marks a run whose starts do not agree", async () => {
    const shuffled = { ...concatenated, shuffled: true, noise: 1, neurons: 12 };
    const { rows, warnings } = await run([shuffled], { ranks: [6], rank: 6, starts: 4, held_out: 0 });
    expect(rows.rank).toMatchObject([{ rank: 6, choice: "given", reproducible: false }]);
    expect(warnings).toContainEqual(
      expect.stringMatching(/run planted: not reproducible: stability 0\.\d\d of rank 6/),
    );
    expect((rows.component as Row[]).some((row) => row.reproducible === false)).toBe(true);
  });

  it("chooses the most stable rank, with a warning, where the rule finds none", async () => {
    const { rows, warnings } = await run([shared], { least_corcondia: 100, least_stability: 1, ranks: [2, 3] });
    expect((rows.rank as Row[]).filter((row) => row.chosen)).toMatchObject([{ choice: "none_passes" }]);
    expect(warnings).toContainEqual(expect.stringContaining("is a guess"));
  });

  it("leaves out ranks that the tensor cannot have, and refuses where none is left", async () => {
    const tiny = { ...shared, neurons: 2, animals: 1, bins: 12 };
    const { rows, warnings } = await run([tiny], { held_out: 0 });
    expect(rows.rank?.map(({ rank }) => rank)).toEqual([1]);
    expect(warnings).toContainEqual(expect.stringContaining("ranks above 1 are left out"));
    const refused = run([tiny], { ranks: [2], held_out: 0 });
    await expect(refused).rejects.toMatchObject({ tag: "ntf/rank", message: expect.stringContaining("at most 1") });
    await expect(run([tiny], { rank: 5 })).rejects.toMatchObject({ tag: "ntf/rank" });
  });

  it("works with one animal, one start, and the kernel signed", async () => {
    const { rows } = await run([{ ...shared, animals: 1, kernel: "signed" }], { starts: 1 });
    expect(rows.rank?.every((row) => row.stability === null && row.reproducible === null)).toBe(true);
    expect(rows.component?.every((row) => row.fms_to_starts === null)).toBe(true);
    expect(new Set(rows.factor_pair?.map((row) => row.direction))).toContain("together");
  });

  it("refuses a tensor of zeros, a matrix-free form of other kernels, and parameters of other runs", async () => {
    const still = { ...shared, noise: 0, groups: 8, width: 1 };
    const tables = run([{ ...still, shuffled: false, absent: ["0,0", "1,0", "2,0"], neurons: 2 }], { held_out: 0 });
    await expect(tables).rejects.toMatchObject({ tag: "ntf/zero-tensor", message: expect.stringContaining("planted") });
    const min = run([{ ...shared, kernel: "min" }], { form: "matrix_free" });
    await expect(min).rejects.toMatchObject({ tag: "ntf/form", message: expect.stringContaining("kernel min") });
    const other = run([shared], { runs: { union: { rank: 2 } } });
    await expect(other).rejects.toMatchObject({ tag: "usage/run", fields: { run_id: "union" } });
  });

  it("gives the same tables in any order of rows and after an interruption", async () => {
    const runs = [
      { ...shared, runId: "b" },
      { ...concatenated, runId: "a" },
    ];
    const whole = await run(runs);
    const kept: { bytes?: Uint8Array } = {};
    const control = new AbortController();
    const interrupted = run(
      runs,
      {},
      {
        kept,
        signal: control.signal,
        onProgress: (done) => {
          if (done === 14) control.abort();
        },
      },
    );
    await expect(interrupted).rejects.toMatchObject({ tag: "interrupted" });
    const resumed = await run([...runs].reverse(), {}, { kept });
    expect(resumed.rows).toEqual(whole.rows);
  });

  it("starts over, with a warning, from a damaged checkpoint", async () => {
    const kept = { bytes: new TextEncoder().encode("neurotables fits 1\nnot a checkpoint") };
    const result = await run([shared], {}, { kept });
    expect(result.warnings).toEqual([expect.stringContaining("damaged")]);
    expect(result.rows).toEqual((await run([shared])).rows);
  });

  it("computes in float32 where asked, to the same components", async () => {
    const [exact, single] = await Promise.all(
      ["float64", "float32"].map((precision) => run([shared], { precision }, { device: "cpu" })),
    );
    expect(single?.evidence["planted.precision"]).toBe("float32");
    for (const [i, value] of values(exact?.rows.factor_time, {}).entries()) {
      expect(values(single?.rows.factor_time, {})[i]).toBeCloseTo(value, 2);
    }
  });
});
