import { describe, expect, it } from "vitest";
import { syntheticVolume } from "../../../../src/sample-data/fisbe/synthetic-volume.js";
import { colourClustering } from "../../../../src/stages/segmentation/baselines/colour-clustering.js";
import {
  COLOUR_CLUSTERING_DEFAULTS,
  COLOUR_CLUSTERING_PUBLISHED,
} from "../../../../src/stages/segmentation/baselines/colour-clustering-parameters.js";
import { flattenTruth } from "../../../../src/stages/segmentation/baselines/flatten-truth.js";
import type { LabelResult } from "../../../../src/stages/segmentation/baselines/label-result.js";
import { thresholdComponents } from "../../../../src/stages/segmentation/baselines/threshold-components.js";
import { type Bar, barVolume, blockSource } from "./coloured-volume.js";
import { scoreOf } from "./score-of.js";

const SHAPE = [24, 40, 60] as const;
/** Red crosses over green, which touches it; a second red bar far away; blue, which luminance hardly sees. */
const BARS: readonly Bar[] = [
  { at: [6, 8, 4], length: 50, colour: [600, 20, 10] },
  { at: [11, 8, 4], length: 50, colour: [30, 500, 20] },
  { at: [15, 34, 4], length: 50, colour: [500, 15, 8] },
  { at: [6, 34, 4], length: 50, colour: [10, 30, 400] },
];
const DATA = barVolume(SHAPE, BARS);
const parameters = { ...COLOUR_CLUSTERING_DEFAULTS, cleanUpDistance: 5 };

const run = (blocks: readonly number[], backwards = false, settings = parameters): Promise<LabelResult> =>
  colourClustering({ raw: blockSource(DATA, [3, ...SHAPE], blocks, backwards), parameters: settings, seed: 1 });

const sizes = (result: LabelResult) => result.instances.map((runs) => runs.voxels).sort((a, b) => a - b);
const boxes = (result: LabelResult) => result.instances.map(({ box }) => [box.z0, box.y0, box.z1, box.y1]).sort();

describe("colourClustering", () => {
  it("tells touching bars of two hues, and bars of one hue that lie apart", async () => {
    const result = await run([3, 24, 40, 60]);
    expect(result.evidence).toMatchObject({ components: 3, clusters: 3, instances: 4, unlabelled_voxels: 0 });
    expect(boxes(result)).toEqual([
      [13, 32, 18, 37],
      [4, 32, 9, 37],
      [4, 6, 9, 11],
      [9, 6, 14, 11],
    ]);
    // The median rounds the corners.
    for (const size of sizes(result)) expect(size).toBeGreaterThan(1000);
  });

  it("does not depend on the blocks", async () => {
    const whole = await run([3, 24, 40, 60]);
    expect(await run([2, 7, 11, 13], true)).toEqual(whole);
    expect(await run([1, 24, 8, 60])).toEqual(whole);
  });

  it("clusters by the affinity graph when asked to", async () => {
    const settings = { ...parameters, features: "affinity", regularisation: 1e-6 } as const;
    const result = await run([3, 24, 40, 60], false, settings);
    expect(result.evidence).toMatchObject({ projection_converged: true });
    expect(result.evidence.near_pairs).toBeGreaterThan(0);
    const total = result.instances.reduce((sum, runs) => sum + runs.voxels, 0);
    expect(total).toBe(result.evidence.foreground_voxels);
    // Supervoxels that were not fitted get a cluster too.
    const few = await run([3, 24, 40, 60], false, { ...settings, landmarks: 8, mostFitted: 6 });
    expect(few.evidence).toMatchObject({ landmarks: 8, fitted_supervoxels: 6, unlabelled_voxels: 0 });
  });

  it("loses what lies at the border as published, and only then", async () => {
    const published = { ...COLOUR_CLUSTERING_PUBLISHED, threshold: 0.05, cleanUpDistance: 5 };
    const thin = barVolume([24, 40, 60], [...BARS, { at: [21, 20, 4], length: 50, colour: [400, 400, 400] }]);
    const raw = blockSource(thin, [3, ...SHAPE], [3, 24, 40, 60]);
    const lost = await colourClustering({ raw, parameters: published, seed: 1 });
    expect(lost.evidence.unlabelled_voxels).toBeGreaterThan(1000);
    const kept = await colourClustering({
      raw,
      parameters: { ...published, excludeBorder: false, seedEveryComponent: true },
      seed: 1,
    });
    expect(kept.evidence.unlabelled_voxels).toBe(0);
  });

  it("finds nothing in the dark, and says so", async () => {
    for (const settings of [parameters, { ...parameters, features: "affinity" } as const]) {
      const dark = blockSource(new Uint16Array(3 * 8 * 8 * 8), [3, 8, 8, 8], [3, 8, 8, 8]);
      const result = await colourClustering({ raw: dark, parameters: settings, seed: 1 });
      expect(result).toMatchObject({ clusters: [], instances: [], evidence: { foreground_voxels: 0, instances: 0 } });
    }
  });

  it("wants three channels, and stops when asked to", async () => {
    const grey = blockSource(new Uint16Array(64), [1, 4, 4, 4], [1, 4, 4, 4]);
    await expect(colourClustering({ raw: grey, parameters, seed: 1 })).rejects.toMatchObject({
      tag: "load/channels",
      fields: { channels: 1 },
    });
    const raw = blockSource(DATA, [3, ...SHAPE], [3, 4, 40, 60]);
    await expect(colourClustering({ raw, parameters, seed: 1, signal: AbortSignal.abort() })).rejects.toThrow();
  });

  it("scores above 0.15 on invented neurons, above components without colour, below the flattened truth", async () => {
    const totals = { clustering: 0, components: 0 };
    const seeds = [1];
    for (const seed of seeds) {
      const volume = syntheticVolume({ seed, preset: "small" });
      const shape = [3, ...volume.shape];
      const truthShape = [volume.instanceCount, ...volume.shape];
      const raw = blockSource(volume.readRaw(0, 96), shape, shape);
      const truth = blockSource(volume.readInstances(0, 96), truthShape, truthShape);
      const clustering = await scoreOf(
        truth,
        await colourClustering({ raw, parameters: COLOUR_CLUSTERING_DEFAULTS, seed: 1 }),
      );
      const components = await scoreOf(
        truth,
        await thresholdComponents({ raw, parameters: COLOUR_CLUSTERING_DEFAULTS }),
      );
      const ceiling = await scoreOf(truth, await flattenTruth(truth));
      expect(ceiling).toBeGreaterThan(0.8);
      expect(clustering).toBeLessThan(ceiling);
      totals.clustering += clustering / seeds.length;
      totals.components += components / seeds.length;
    }
    expect(totals.clustering).toBeGreaterThan(0.3);
    expect(totals.clustering).toBeGreaterThan(totals.components);
  }, 120_000);
});
