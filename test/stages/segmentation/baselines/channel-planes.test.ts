import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { VolumeSource } from "../../../../src/formats/volume/volume.js";
import { channelPlanes } from "../../../../src/stages/segmentation/baselines/channel-planes.js";
import { blockSource } from "./coloured-volume.js";

const side = fc.integer({ min: 1, max: 5 });
const sizes = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 }), side, side);

describe("channelPlanes", () => {
  it("gives the planes in order, clipped, for blocks of any shape and order and any window", async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        sizes,
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        async (shape, blocks, back, window) => {
          const [channels, depth, height, width] = shape;
          const area = height * width;
          const data = Uint16Array.from({ length: channels * depth * area }, (_, i) => (i * 37) % 101);
          const source = blockSource(data, shape, blocks, back);
          let z = 0;
          const windowBytes = window * channels * area * 2;
          for await (const plane of channelPlanes(source, { clip: 60, windowBytes })) {
            expect(plane.z).toBe(z);
            for (let c = 0; c < channels; c++) {
              const from = (c * depth + z) * area;
              const expected = data.subarray(from, from + area).map((value) => Math.min(60, value));
              expect(plane.channels[c]).toEqual(expected);
            }
            z++;
          }
          expect(z).toBe(depth);
        },
      ),
    );
  });

  const drain = async (source: VolumeSource, signal?: AbortSignal) => {
    for await (const plane of channelPlanes(source, { clip: 10, signal })) expect(plane.z).toBeGreaterThanOrEqual(0);
  };
  const source = blockSource(new Uint16Array(48), [3, 4, 2, 2], [3, 1, 2, 2]);

  it("refuses other axes and other types than integers of 32 bits", async () => {
    await expect(drain({ ...source, shape: [4, 2, 2] })).rejects.toMatchObject({ tag: "format/shape" });
    for (const type of ["float32", "uint64"] as const) {
      await expect(drain({ ...source, type })).rejects.toMatchObject({ tag: "format/unsupported-type" });
    }
  });

  it("says which plane no block covers", async () => {
    const gap: VolumeSource = {
      ...source,
      async *blocks() {
        for await (const block of source.blocks()) if (block.origin[1] !== 2) yield block;
      },
    };
    await expect(drain(gap)).rejects.toMatchObject({ tag: "format/truncated", fields: { plane: 2 } });
  });

  it("stops when asked to", async () => {
    await expect(drain(source, AbortSignal.abort())).rejects.toThrow();
  });
});
