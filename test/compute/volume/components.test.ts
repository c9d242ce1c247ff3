import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Connectivity,
  componentsOf,
  componentsOfLabels,
  connectedComponents,
  splitComponents,
} from "../../../src/compute/volume/connected-components.js";
import { runsOfMask, voxelsOf } from "../../../src/compute/volume/mask-runs.js";
import type { VolumeShape } from "../../../src/compute/volume/voxel-runs.js";
import { arbitraryMask } from "../../support/voxel-sets.js";

const connectivity = fc.constantFrom<Connectivity>(6, 18, 26);
const axes = { 6: 1, 18: 2, 26: 3 } as const;

/** Flood fill from every voxel in C order. */
function flooded(labels: ArrayLike<number>, shape: VolumeShape, connectivity: Connectivity): number[] {
  const [depth, height, width] = shape;
  const found = new Array<number>(labels.length).fill(0);
  let count = 0;
  for (let first = 0; first < labels.length; first++) {
    if (labels[first] === 0 || found[first] !== 0) continue;
    found[first] = ++count;
    const pending = [first];
    for (const at of pending) {
      const [z, y, x] = [Math.floor(at / width / height), Math.floor(at / width) % height, at % width];
      for (let k = 0; k < 27; k++) {
        const [dz, dy, dx] = [Math.floor(k / 9) - 1, (Math.floor(k / 3) % 3) - 1, (k % 3) - 1];
        if (Math.abs(dz) + Math.abs(dy) + Math.abs(dx) > axes[connectivity]) continue;
        const [nz, ny, nx] = [z + dz, y + dy, x + dx];
        if (nz < 0 || ny < 0 || nx < 0 || nz >= depth || ny >= height || nx >= width) continue;
        const next = (nz * height + ny) * width + nx;
        if (labels[next] !== labels[first] || found[next] !== 0) continue;
        found[next] = count;
        pending.push(next);
      }
    }
  }
  return found;
}

function counts(labels: readonly number[]): number[] {
  const voxels = new Array<number>(Math.max(0, ...labels) + 1).fill(0);
  for (const label of labels) if (label > 0) voxels[label] = (voxels[label] as number) + 1;
  return voxels;
}

describe("connected components", () => {
  it("are those of a flood fill, in the order of first voxels", () => {
    fc.assert(
      fc.property(arbitraryMask(), connectivity, ({ data, shape }, kind) => {
        const expected = flooded(data, shape, kind);
        const found = connectedComponents(data, shape, kind);
        expect(Array.from(found.labels)).toEqual(expected);
        expect(found.count).toBe(Math.max(0, ...expected));
        expect(Array.from(found.voxels)).toEqual(counts(expected));
        expect(Array.from(found.values)).toEqual(Array.from(found.values.keys(), (c) => (c === 0 ? 0 : 1)));
      }),
      { numRuns: 200 },
    );
  });

  it("come apart as sets", () => {
    fc.assert(
      fc.property(arbitraryMask(), connectivity, ({ data, shape }, kind) => {
        const expected = flooded(data, shape, kind);
        const runs = runsOfMask(data, shape);
        const components = componentsOf(runs, kind);
        const parts = splitComponents(runs, components);
        expect(parts).toHaveLength(components.count);
        for (const [k, part] of parts.entries()) {
          expect(Array.from(voxelsOf(part))).toEqual([...expected.keys()].filter((i) => expected[i] === k + 1));
          expect(part.voxels).toBe(components.voxels[k + 1]);
          expect(componentsOf(part, kind).count).toBe(1);
        }
      }),
    );
  });

  it("of a label volume never join two labels", () => {
    const labelled = arbitraryMask().chain(({ shape, data }) =>
      fc.array(fc.integer({ min: 0, max: 70_000 }), { minLength: 3, maxLength: 3 }).chain((values) =>
        fc.array(fc.nat(2), { minLength: data.length, maxLength: data.length }).map((picks) => ({
          shape,
          labels: Int32Array.from(data, (set, i) => (set ? (values[picks[i] as number] as number) : 0)),
        })),
      ),
    );
    fc.assert(
      fc.property(labelled, connectivity, ({ shape, labels }, kind) => {
        const expected = flooded(labels, shape, kind);
        const found = componentsOfLabels(labels, shape, kind);
        expect(Array.from(found.labels)).toEqual(expected);
        expect(Array.from(found.voxels)).toEqual(counts(expected));
        for (let i = 0; i < labels.length; i++) expect(found.values[found.labels[i] as number]).toBe(labels[i]);
      }),
      { numRuns: 200 },
    );
  });

  it("touch by faces, edges or corners, and not around the ends of rows and planes", () => {
    const pair = (shape: VolumeShape, a: number, b: number) => {
      const data = new Uint8Array(shape[0] * shape[1] * shape[2]);
      data[a] = 1;
      data[b] = 1;
      return ([6, 18, 26] as const).map((kind) => componentsOf(runsOfMask(data, shape), kind).count);
    };
    expect(pair([2, 2, 2], 0, 4)).toEqual([1, 1, 1]);
    expect(pair([2, 2, 2], 0, 3)).toEqual([2, 1, 1]);
    expect(pair([2, 2, 2], 0, 7)).toEqual([2, 2, 1]);
    expect(pair([1, 3, 4], 3, 4)).toEqual([2, 2, 2]);
    expect(pair([2, 3, 4], 11, 12)).toEqual([2, 2, 2]);
    expect(pair([2, 3, 4], 9, 13)).toEqual([2, 2, 2]);
  });

  it("of nothing are none", () => {
    const nothing = componentsOf(runsOfMask(new Uint8Array(8), [2, 2, 2]), 26);
    expect([nothing.count, nothing.labels.length, Array.from(nothing.voxels)]).toEqual([0, 0, [0]]);
  });

  it("want as many labels as voxels", () => {
    expect(() => componentsOfLabels(new Uint16Array(7), [2, 2, 2], 6)).toThrow(
      "7 labels are not a volume of 2 × 2 × 2",
    );
  });
});
