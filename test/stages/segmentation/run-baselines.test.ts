import { describe, expect, it } from "vitest";
import { BROKEN_SHAPE, BROKEN_VOXELS, soundTruth } from "../../../src/sample-data/fisbe/broken-volume.js";
import { baselines } from "../../../src/stages/segmentation/run-baselines.js";
import { loadedSample, runStage } from "./support/loaded-sample.js";

const SAMPLE = "R1-20180101_1_A1";

/** Raw values in which neuron i shines in channel i, on a dark ground. */
function shining(): Uint16Array {
  const truth = soundTruth();
  return Uint16Array.from({ length: 3 * BROKEN_VOXELS }, (_, i) => (i < truth.length && truth[i] !== 0 ? 1400 : 3));
}

const raw = { data: shining() };
const methodsOf = (rows: Record<string, { method?: unknown }[]>) =>
  rows.baseline_prediction?.map(({ method }) => method);

describe("segmentation/baselines", () => {
  it("runs all methods by default, and writes what each found", async () => {
    const { rows, evidence } = await runStage(baselines, await loadedSample({ sample: SAMPLE, raw }));
    expect(methodsOf(rows)).toEqual(["colour_clustering", "connected_components", "flattened_truth"]);
    for (const row of rows.baseline_prediction ?? []) {
      expect(row).toMatchObject({
        prediction_id: `${row.method}/${SAMPLE}`,
        sample_id: SAMPLE,
        channels: 1,
        has_overlap: false,
        labels_kept: 0,
        source_id: null,
      });
      expect(JSON.parse(String(row.params))).toBeTypeOf("object");
      expect(JSON.parse(String(row.evidence))).toBeTypeOf("object");
    }
    const flat = rows.baseline_prediction?.at(-1);
    // Two bars of 90 and 72 voxels that share 27.
    expect(flat).toMatchObject({ labels_raw: 2, voxels: 135n, seed: null });
    expect(evidence).toMatchObject({ "flattened_truth.instances": 2, "flattened_truth.foreground_voxels": 135 });
    for (const row of rows.baseline_chunk ?? []) {
      expect(row).toMatchObject({ shape: [1, ...BROKEN_SHAPE], array_shape: [1, ...BROKEN_SHAPE], dtype: "uint16" });
    }
  });

  it("counts as kept what is larger than remove_small", async () => {
    const tables = await loadedSample({ sample: SAMPLE, raw });
    const keptAbove = async (size: number) => {
      const { rows } = await runStage(baselines, tables, { methods: { flattened_truth: {} }, remove_small: size });
      return rows.baseline_prediction?.[0]?.labels_kept;
    };
    // The second bar lies in front: 72 voxels, and 90 − 27 of the first.
    expect([await keptAbove(0), await keptAbove(63), await keptAbove(71), await keptAbove(72)]).toEqual([2, 1, 1, 0]);
  });

  it("runs what is asked for alone, with its parameters", async () => {
    const tables = await loadedSample({ sample: SAMPLE, raw });
    const { rows } = await runStage(baselines, tables, {
      methods: {
        connected_components: { threshold: 0.9, denoise: "none", brightness: "brightest-channel", remove_small: 0 },
      },
    });
    expect(methodsOf(rows)).toEqual(["connected_components"]);
    const [row] = rows.baseline_prediction ?? [];
    expect(JSON.parse(String(row?.params))).toMatchObject({ threshold: 0.9, denoise: "none", remove_small: 0 });
    // The bars cross: one component of all their voxels.
    expect(row).toMatchObject({ labels_raw: 1, voxels: 135n });
    const dark = await runStage(baselines, tables, { methods: { connected_components: { threshold: 0.95 } } });
    expect(dark.rows.baseline_prediction).toMatchObject([{ labels_raw: 0, voxels: 0n }]);
    expect(dark.rows.baseline_chunk).toMatchObject([{ codec: "zero" }]);
  });

  it("says which parameters the method has, the published ones with compat", async () => {
    const tables = await loadedSample({ sample: SAMPLE, raw });
    const parametersOf = async (given: object) => {
      const { rows } = await runStage(baselines, tables, { methods: { colour_clustering: given }, seed: 7 });
      const [row] = rows.baseline_prediction ?? [];
      expect(row?.seed).toBe(7n);
      return JSON.parse(String(row?.params)) as Record<string, unknown>;
    };
    const ours = await parametersOf({});
    const published = await parametersOf({ compat: true });
    expect(published).not.toEqual(ours);
    expect(Object.keys(published).sort()).toEqual(Object.keys(ours).sort());
    expect(await parametersOf({ compat: true, min_distance: 4 })).toEqual({ ...published, min_distance: 4 });
    expect(() => baselines.parameters.parse({ methods: { colour_clustering: { treshold: 1 } } })).toThrow(/treshold/);
  });

  it("leaves the flattened truth out where there is none, and all where there is no volume", async () => {
    const { rows } = await runStage(baselines, await loadedSample({ sample: SAMPLE, raw, truth: null }));
    expect(methodsOf(rows)).toEqual(["colour_clustering", "connected_components"]);
    expect((await runStage(baselines, { volume_record: [], chunk: [] })).rows).toEqual({});
  });

  it("finds nothing where nothing shines, and nothing in an empty truth", async () => {
    const dark = { data: new Uint16Array(3 * BROKEN_VOXELS) };
    const truth = { data: new Uint8Array(2 * BROKEN_VOXELS) };
    const { rows } = await runStage(baselines, await loadedSample({ sample: SAMPLE, raw: dark, truth }));
    expect(methodsOf(rows)).toHaveLength(3);
    for (const row of rows.baseline_prediction ?? []) expect(row).toMatchObject({ labels_raw: 0, voxels: 0n });
  });

  it("names the parameter where voxels are not stored", async () => {
    const without = await loadedSample({ sample: SAMPLE, raw, parameters: { data: false } });
    for (const method of ["colour_clustering", "connected_components", "flattened_truth"]) {
      await expect(runStage(baselines, without, { methods: { [method]: {} } })).rejects.toMatchObject({
        tag: "load/no-voxels",
        wayOut: expect.stringContaining("data: true"),
      });
    }
  });

  it("gives the same rows every time", async () => {
    const tables = await loadedSample({ sample: SAMPLE, raw });
    const first = await runStage(baselines, tables);
    expect((await runStage(baselines, tables)).rows).toEqual(first.rows);
  });
});
