import type { PredictionFacts, VolumeData } from "../../../../src/plots/volume/volume-data.js";
import { inventedImage } from "./invented-image.js";

/** An invented volume with `neurons` in its truth and `predictions` of it, the last of them without score and image. */
export function syntheticVolume(options: {
  readonly neurons: number;
  readonly predictions: number;
  readonly size?: readonly [number, number, number];
}): VolumeData {
  const { neurons, predictions, size = [24, 16, 9] } = options;
  const image = (seed: number) =>
    inventedImage(size[0], size[1], [(40 * seed) % 256, (90 + 70 * seed) % 256, (200 + 30 * seed) % 256]);
  return {
    sample: {
      id: "R14A02-20180905_65_A6",
      labelSet: "partly",
      split: "test",
      channels: 3,
      size,
      voxelUm: Math.fround(0.44),
      instances: neurons,
      dim: 1,
      source: "synthetic",
    },
    raw: image(0),
    truth: image(1),
    neurons: Array.from({ length: neurons }, (_, index) => ({
      id: index + 1,
      voxels: ((index * 7919) % 5000) * 41 + 801,
      dim: index % 4 === 3,
      overlap: index % 3 === 0,
    })),
    predictions: Array.from({ length: predictions }, (_, index): PredictionFacts => {
      const last = index === predictions - 1;
      const s = ((index * 37) % 100) / 100;
      return {
        method: `method_${index}`,
        projection: last ? { missing: "no projection is stored" } : image(index + 2),
        labels: 3 + index,
        smallLabels: index % 2,
        score: last ? undefined : { s, f1: s / 2, coverage: s, found: index, neurons },
      };
    }),
    notes: ["method_0: the skeleton of neuron 2 vanished"],
  };
}
