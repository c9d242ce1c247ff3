import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runsOfMask, voxelsOf } from "../../../src/compute/volume/mask-runs.js";
import {
  countInside,
  coveredBy,
  difference,
  eraseWhere,
  insideFlags,
  intersection,
  intersectionVoxels,
  union,
} from "../../../src/compute/volume/run-set.js";
import { maskOf, type VolumeShape, type VoxelRuns } from "../../../src/compute/volume/voxel-runs.js";
import { arbitraryMask, type Mask } from "../../support/voxel-sets.js";

const side = fc.integer({ min: 1, max: 7 });
const volume = fc.tuple(side, side, side);

/** Masks of one shape. */
const masks = (count: number): fc.Arbitrary<{ shape: VolumeShape; sets: Uint8Array[] }> =>
  volume.chain((shape) =>
    fc
      .tuple(...Array.from({ length: count }, () => arbitraryMask(fc.constant(shape))))
      .map((list: Mask[]) => ({ shape, sets: list.map(({ data }) => data) })),
  );

const indices = (mask: ArrayLike<number>) => Array.from(mask, (_, i) => i).filter((i) => mask[i] === 1);

/** What a set must be like to equal that of a mask, its runs and box included. */
function expectSet(found: VoxelRuns, shape: VolumeShape, holds: (voxel: number) => boolean) {
  const size = shape[0] * shape[1] * shape[2];
  expect(found).toEqual(
    runsOfMask(
      Uint8Array.from({ length: size }, (_, i) => (holds(i) ? 1 : 0)),
      shape,
    ),
  );
}

describe("runs of a mask", () => {
  it("hold its voxels, in whole runs", () => {
    fc.assert(
      fc.property(arbitraryMask(), ({ data, shape }) => {
        const runs = runsOfMask(data, shape);
        expect(Array.from(voxelsOf(runs))).toEqual(indices(data));
        const whole = { z0: 0, y0: 0, x0: 0, z1: shape[0], y1: shape[1], x1: shape[2] };
        expect(maskOf(runs, whole)).toEqual({ data, shape });
        for (let i = 0; i < runs.starts.length; i++) {
          const start = runs.starts[i] as number;
          const end = start + (runs.lengths[i] as number);
          expect(start % shape[2] === 0 || data[start - 1] === 0).toBe(true);
          expect(end % shape[2] === 0 || data[end] === 0).toBe(true);
        }
      }),
    );
  });

  it("take any value but 0 as in the set", () => {
    expect(Array.from(voxelsOf(runsOfMask(Uint8Array.of(0, 255, 7, 1, 0, 2), [1, 2, 3])))).toEqual([1, 2, 3, 5]);
  });

  it("refuse a mask of another size", () => {
    expect(() => runsOfMask(new Uint8Array(5), [1, 2, 3])).toThrow("a mask of 5 voxels is not one of 1 × 2 × 3");
  });
});

describe("sets of runs", () => {
  it("intersect, unite and differ as sets of voxels do", () => {
    fc.assert(
      fc.property(masks(2), ({ shape, sets }) => {
        const [maskA, maskB] = sets as [Uint8Array, Uint8Array];
        const [a, b] = [runsOfMask(maskA, shape), runsOfMask(maskB, shape)];
        expectSet(intersection(a, b), shape, (i) => maskA[i] === 1 && maskB[i] === 1);
        expectSet(union(a, b), shape, (i) => maskA[i] === 1 || maskB[i] === 1);
        expectSet(difference(a, b), shape, (i) => maskA[i] === 1 && maskB[i] === 0);
        expect(intersectionVoxels(a, b)).toBe(indices(maskA).filter((i) => maskB[i] === 1).length);
      }),
    );
  });

  it("know what several of them cover", () => {
    fc.assert(
      fc.property(masks(4), fc.integer({ min: 1, max: 5 }), ({ shape, sets }, times) => {
        const runs = sets.map((set) => runsOfMask(set, shape));
        const depth = (i: number) => sets.reduce((sum, set) => sum + (set[i] as number), 0);
        expectSet(coveredBy(runs, times, shape), shape, (i) => depth(i) >= times);
      }),
    );
    expectSet(coveredBy([], 1, [2, 2, 2]), [2, 2, 2], () => false);
  });

  it("lose the voxels of a mask, and stay the same object without any", () => {
    fc.assert(
      fc.property(masks(3), ({ shape, sets }) => {
        const [mask, ...others] = sets.map((set) => runsOfMask(set, shape)) as [VoxelRuns, ...VoxelRuns[]];
        for (const [k, erased] of eraseWhere(others, mask).entries()) {
          const before = sets[k + 1] as Uint8Array;
          expectSet(erased, shape, (i) => before[i] === 1 && (sets[0] as Uint8Array)[i] === 0);
          if (intersectionVoxels(others[k] as VoxelRuns, mask) === 0) expect(erased).toBe(others[k]);
        }
      }),
    );
  });

  it("find which points they hold", () => {
    fc.assert(
      fc.property(masks(2), fc.boolean(), ({ shape, sets }, backwards) => {
        const points = Uint32Array.from(indices(sets[0] as Uint8Array));
        // Points in another order cost more but are found as well.
        if (backwards) points.reverse();
        const mask = sets[1] as Uint8Array;
        const runs = runsOfMask(mask, shape);
        expect(Array.from(insideFlags(points, runs))).toEqual(Array.from(points, (point) => mask[point]));
        expect(countInside(points, runs)).toBe(points.filter((point) => mask[point] === 1).length);
      }),
    );
  });

  it("of different shapes do not compare", () => {
    const [a, b] = [runsOfMask(new Uint8Array(8), [2, 2, 2]), runsOfMask(new Uint8Array(8), [2, 1, 4])];
    for (const call of [intersectionVoxels, intersection, union, difference]) {
      expect(() => call(a, b)).toThrow("voxel sets of 2 × 2 × 2 and of 2 × 1 × 4 voxels do not compare");
    }
    expect(() => coveredBy([a, b], 1, [2, 2, 2])).toThrow(RangeError);
  });
});
