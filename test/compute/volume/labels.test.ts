import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instancesOfIds, numberInstances } from "../../../src/compute/volume/instance-numbers.js";
import { LabelRuns } from "../../../src/compute/volume/label-runs.js";
import { paintLabels } from "../../../src/compute/volume/paint-labels.js";
import { maskOf, RunCollector, type VolumeShape } from "../../../src/compute/volume/voxel-runs.js";

const runsOf = (voxels: readonly number[], shape: VolumeShape) => {
  const collector = new RunCollector(shape);
  for (const voxel of voxels) collector.add(voxel, 1);
  return collector.finish();
};

const volume = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 9 }))
  .chain(([depth, height, width]) =>
    fc.record({
      shape: fc.constant([depth, height, width] as const),
      values: fc.array(fc.integer({ min: 0, max: 4 }), {
        minLength: depth * height * width,
        maxLength: depth * height * width,
      }),
    }),
  );

describe("labels of a volume", () => {
  it("are collected from single voxels in any order, and painted back", () => {
    fc.assert(
      fc.property(
        volume,
        fc.integer({ min: 1, max: 5 }),
        fc.infiniteStream(fc.nat()),
        ({ shape, values }, size, draws) => {
          const order = values
            .map((_, index) => [draws.next().value as number, index] as const)
            .sort((a, b) => a[0] - b[0]);
          const runs = new LabelRuns("test");
          for (const [, index] of order) if (values[index] !== 0) runs.add(0, values[index] as number, index, 1);
          const { labels } = runs.finish(shape);
          expect(labels.map(({ label }) => label)).toEqual([...new Set(values.filter((v) => v !== 0))].sort());
          const painted = new Array<number>(values.length).fill(0);
          const blocks = paintLabels(
            labels.map((label) => label.runs),
            shape,
            { values: labels.map(({ label }) => label), blockSize: size },
          );
          for (const { origin, shape: extent, data } of blocks) {
            expect(data).toHaveLength(extent[0] * extent[1] * extent[2]);
            let i = 0;
            for (let z = 0; z < extent[0]; z++)
              for (let y = 0; y < extent[1]; y++)
                for (let x = 0; x < extent[2]; x++) {
                  const at = ((origin[0] + z) * shape[1] + origin[1] + y) * shape[2] + origin[2] + x;
                  painted[at] = (painted[at] as number) + (data[i++] as number);
                }
          }
          expect(painted).toEqual(values);
        },
      ),
    );
  });

  it("that are the same in two channels are two, ordered by channel, then by value", () => {
    const runs = new LabelRuns("test");
    runs.add(1, 5, 0, 2);
    runs.add(0, 7, 0, 1);
    runs.add(0, 5, 3, 1);
    const { labels, positions } = runs.finish([1, 1, 8]);
    expect(labels.map(({ channel, label, runs: { voxels } }) => [channel, label, voxels])).toEqual([
      [0, 5, 1],
      [0, 7, 1],
      [1, 5, 2],
    ]);
    expect(positions).toEqual([2, 1, 0]);
  });

  it("paint over each other in their order, and take 32 bits where they must", () => {
    const shape: VolumeShape = [1, 1, 4];
    const [block] = [...paintLabels([runsOf([0, 1, 2], shape), runsOf([2, 3], shape)], shape)];
    expect(block?.data).toEqual(Uint16Array.of(1, 1, 2, 2));
    const [wide] = [...paintLabels([runsOf([1], shape)], shape, { values: [70_000] })];
    expect(wide?.data).toEqual(Uint32Array.of(0, 70_000, 0, 0));
    expect(() => [...paintLabels([runsOf([1], shape)], shape, { values: [2 ** 32] })]).toThrow(RangeError);
  });
});

describe("voxel runs", () => {
  it("give the mask of a box with a margin", () => {
    const shape: VolumeShape = [2, 2, 5];
    const runs = runsOf([0, 1, 6, 13], shape);
    expect(runs.box).toEqual({ z0: 0, y0: 0, x0: 0, z1: 2, y1: 2, x1: 4 });
    const { data, shape: size } = maskOf(runs, runs.box, 1);
    expect(size).toEqual([4, 4, 6]);
    expect(data.reduce((sum, value) => sum + value, 0)).toBe(4);
    expect(data[(1 * 4 + 1) * 6 + 1]).toBe(1);
    expect(data[(2 * 4 + 1) * 6 + 4]).toBe(1);
  });
});

describe("numbers of instances", () => {
  const label = (channel: number, value: number) => ({ channel, label: value, runs: runsOf([0], [1, 1, 1]) });

  it("take 0/1 masks as one id per channel that is not empty", () => {
    const labels = [label(0, 1), label(2, 1), label(3, 1)];
    expect(numberInstances(labels)).toEqual({ numbers: [1, 2, 3], ids: [1, 2, 3] });
  });

  it("keep ids where there are others than 1", () => {
    const numbers = numberInstances([label(0, 4), label(0, 9), label(1, 4)]);
    expect(numbers).toEqual({ numbers: [1, 2, 3], ids: [4, 9, 4] });
    expect(instancesOfIds([9, 4, 5], numbers)).toEqual({ found: [2, 1], unknown: [5] });
  });
});
