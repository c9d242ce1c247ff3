import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indexOfRuns } from "../../../../src/compute/volume/voxel-index.js";
import { COLOUR_CLUSTERING_DEFAULTS } from "../../../../src/stages/segmentation/baselines/colour-clustering-parameters.js";
import { flattenTruth } from "../../../../src/stages/segmentation/baselines/flatten-truth.js";
import type { LabelResult } from "../../../../src/stages/segmentation/baselines/label-result.js";
import { labelSource } from "../../../../src/stages/segmentation/baselines/label-source.js";
import { thresholdComponents } from "../../../../src/stages/segmentation/baselines/threshold-components.js";
import { barVolume, blockSource } from "./coloured-volume.js";

const positions = (result: LabelResult) => result.instances.map((runs) => [...indexOfRuns(runs).positions]);

describe("flattenTruth", () => {
  it("is the maximum of the ids, those of 0/1 masks being the channels", async () => {
    const voxels = 2 * 3 * 4;
    const masks = fc.array(fc.array(fc.boolean(), { minLength: voxels, maxLength: voxels }), {
      minLength: 2,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(masks, fc.boolean(), async (channels, binary) => {
        const values = channels.flatMap((mask, c) => mask.map((inside) => (inside ? (binary ? 1 : c + 1) : 0)));
        const source = blockSource(Uint8Array.from(values), [channels.length, 2, 3, 4], [1, 1, 3, 2]);
        const flat = Array.from({ length: voxels }, (_, i) =>
          Math.max(0, ...channels.map((mask, c) => (mask[i] ? c + 1 : 0))),
        );
        const expected = [...new Set(flat)]
          .filter((id) => id > 0)
          .sort((a, b) => a - b)
          .map((id) => flat.flatMap((value, i) => (value === id ? [i] : [])));
        expect(positions(await flattenTruth(source))).toEqual(expected);
      }),
    );
  });
});

describe("thresholdComponents", () => {
  it("takes every component for an instance, whatever its colour", async () => {
    const shape = [24, 40, 60] as const;
    const data = barVolume(shape, [
      { at: [6, 8, 4], length: 50, colour: [600, 20, 10] },
      { at: [11, 8, 4], length: 50, colour: [30, 500, 20] },
      { at: [6, 30, 4], length: 50, colour: [10, 30, 400] },
    ]);
    const raw = blockSource(data, [3, ...shape], [3, 6, 40, 60]);
    const result = await thresholdComponents({ raw, parameters: COLOUR_CLUSTERING_DEFAULTS });
    expect(result.evidence).toMatchObject({ instances: 2 });
    expect(result.instances.map(({ box }) => [box.z0, box.z1])).toEqual([
      [4, 14],
      [4, 9],
    ]);
    const luminance = { ...COLOUR_CLUSTERING_DEFAULTS, brightness: "luminance", threshold: 0.08 } as const;
    expect((await thresholdComponents({ raw, parameters: luminance })).instances).toHaveLength(1);
  });

  it("takes one channel, but no luminance of it", async () => {
    const raw = blockSource(new Uint16Array(1000).fill(700), [1, 10, 10, 10], [1, 10, 10, 10]);
    const result = await thresholdComponents({ raw, parameters: COLOUR_CLUSTERING_DEFAULTS });
    expect(result.instances.map((runs) => runs.voxels)).toEqual([1000]);
    const luminance = { ...COLOUR_CLUSTERING_DEFAULTS, brightness: "luminance" } as const;
    await expect(thresholdComponents({ raw, parameters: luminance })).rejects.toMatchObject({ tag: "load/channels" });
  });
});

describe("labelSource", () => {
  it("flattens to itself", async () => {
    const values = Uint8Array.of(0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 2, 2, 2, 0, 0, 2);
    const flat = await flattenTruth(blockSource(values, [2, 2, 2, 2], [2, 2, 2, 2]));
    expect(positions(flat)).toEqual([[1], [2, 3, 4, 7]]);
    const again = await flattenTruth(labelSource("again", flat.shape, flat.instances));
    expect(again.instances).toEqual(flat.instances);
  });
});
