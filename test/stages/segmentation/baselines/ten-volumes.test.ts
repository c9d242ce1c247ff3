import { expect, it } from "vitest";
import { syntheticVolume } from "../../../../src/sample-data/fisbe/synthetic-volume.js";
import { colourClustering } from "../../../../src/stages/segmentation/baselines/colour-clustering.js";
import { COLOUR_CLUSTERING_DEFAULTS } from "../../../../src/stages/segmentation/baselines/colour-clustering-parameters.js";
import { flattenTruth } from "../../../../src/stages/segmentation/baselines/flatten-truth.js";
import { blockSource } from "./coloured-volume.js";
import { scoreOf } from "./score-of.js";

/** None of them was used to choose parameters. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

it("segments ten volumes of invented neurons, none better than their truth without overlaps", {
  timeout: 600_000,
}, async () => {
  let sum = 0;
  for (const seed of SEEDS) {
    const volume = syntheticVolume({ seed, preset: "small" });
    const depth = volume.shape[0];
    const source = (data: Uint16Array | Uint8Array, channels: number) =>
      blockSource(data, [channels, ...volume.shape], [channels, ...volume.shape]);
    const truth = source(volume.readInstances(0, depth), volume.instanceCount);
    const raw = source(volume.readRaw(0, depth), 3);
    const found = await colourClustering({ raw, parameters: COLOUR_CLUSTERING_DEFAULTS, seed: 1 });
    const score = await scoreOf(truth, found);
    expect(score).toBeLessThan(await scoreOf(truth, await flattenTruth(truth)));
    sum += score;
  }
  expect(sum / SEEDS.length).toBeGreaterThan(0.5);
});
