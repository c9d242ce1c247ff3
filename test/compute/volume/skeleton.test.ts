import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runsOfMask } from "../../../src/compute/volume/mask-runs.js";
import { CENTRE, isDeletable, isEulerInvariant, isSimple } from "../../../src/compute/volume/simple-point.js";
import { skeletonOfRuns } from "../../../src/compute/volume/skeleton.js";
import { skeletonize2d } from "../../../src/compute/volume/skeletonize-2d.js";
import { skeletonize3d } from "../../../src/compute/volume/skeletonize-3d.js";
import { runsOf } from "../../../src/compute/volume/voxel-runs.js";
import { repositoryRoot } from "../../support/real-data.js";
import { arbitraryMask, boxMask, type Mask, maskWhere } from "../../support/voxel-sets.js";

/** Made by scikit-image, as the file says. */
const golden = JSON.parse(readFileSync(join(repositoryRoot, "test/fixtures/skeletons.json"), "utf8")) as {
  cases: [shape: number[], mask: string, skeleton: string][];
};

function unpacked(bits: string, size: number): Uint8Array {
  const bytes = Buffer.from(bits, "base64");
  return Uint8Array.from({ length: size }, (_, i) => ((bytes[i >> 3] as number) >> (7 - (i & 7))) & 1);
}

function indices(mask: Uint8Array): number[] {
  return Array.from(mask.keys()).filter((i) => mask[i] === 1);
}

/** The voxels of a code as offsets, without the centre. */
function neighboursOf(code: number): [z: number, y: number, x: number][] {
  const bits = Array.from({ length: 27 }, (_, bit) => bit).filter((bit) => bit !== 13 && (code >>> bit) & 1);
  return bits.map((bit) => [Math.floor(bit / 9) - 1, (Math.floor(bit / 3) % 3) - 1, (bit % 3) - 1]);
}

function naiveSimple(code: number): boolean {
  const open = neighboursOf(code);
  const reached = open.splice(0, 1);
  for (const at of reached) {
    for (let i = open.length - 1; i >= 0; i--) {
      const other = open[i] as [number, number, number];
      if (at.every((value, axis) => Math.abs(value - (other[axis] as number)) <= 1)) {
        reached.push(...open.splice(i, 1));
      }
    }
  }
  return open.length === 0;
}

/**
 * Euler characteristic (vertices − edges + faces − cubes) of the union of the closed voxels: 26-connected foreground.
 */
function eulerCharacteristic(voxels: readonly (readonly [number, number, number])[]): number {
  const cells = new Set<string>();
  for (const [z, y, x] of voxels) {
    for (let k = 0; k < 27; k++) {
      cells.add([2 * z + Math.floor(k / 9) - 1, 2 * y + (Math.floor(k / 3) % 3) - 1, 2 * x + (k % 3) - 1].join());
    }
  }
  let sum = 0;
  for (const cell of cells) sum += cell.split(",").filter((at) => Number(at) % 2 === 0).length % 2 === 0 ? 1 : -1;
  return sum;
}

/** The rules as they are written: box scans, whole rounds. */
function naiveThinning({ shape, data }: Mask): Uint8Array {
  const [depth, height, width] = shape;
  const image = data.slice();
  const get = (z: number, y: number, x: number) =>
    z < 0 || y < 0 || x < 0 || z >= depth || y >= height || x >= width
      ? 0
      : (image[(z * height + y) * width + x] as number);
  const code = (z: number, y: number, x: number) => {
    let bits = 0;
    for (let k = 0; k < 27; k++) {
      bits |= get(z + Math.floor(k / 9) - 1, y + (Math.floor(k / 3) % 3) - 1, x + (k % 3) - 1) << k;
    }
    return bits;
  };
  const directions = [
    [0, -1, 0],
    [0, 1, 0],
    [0, 0, 1],
    [0, 0, -1],
    [1, 0, 0],
    [-1, 0, 0],
  ].slice(0, depth === 1 ? 4 : 6) as [number, number, number][];
  for (let deleted = true; deleted; ) {
    deleted = false;
    for (const [dz, dy, dx] of directions) {
      const candidates: [number, number, number][] = [];
      for (let z = 0; z < depth; z++) {
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            if (get(z, y, x) === 0 || get(z + dz, y + dy, x + dx) !== 0) continue;
            const bits = code(z, y, x);
            const others = neighboursOf(bits);
            if (others.length === 1 || !naiveSimple(bits)) continue;
            if (eulerCharacteristic(others) === eulerCharacteristic([...others, [0, 0, 0]])) candidates.push([z, y, x]);
          }
        }
      }
      for (const [z, y, x] of candidates) {
        if (!naiveSimple(code(z, y, x))) continue;
        image[(z * height + y) * width + x] = 0;
        deleted = true;
      }
    }
  }
  return image;
}

describe("thinning", () => {
  it("equals scikit-image in three dimensions and two, voxel for voxel", () => {
    expect(golden.cases.length).toBeGreaterThan(100);
    for (const [shape, maskBits, skeletonBits] of golden.cases) {
      const size = shape.reduce((product, side) => product * side, 1);
      const mask = unpacked(maskBits, size);
      const skeleton =
        shape.length === 3
          ? skeletonize3d(mask, shape as [number, number, number])
          : skeletonize2d(mask, shape as [number, number]);
      expect({ shape, skeleton: indices(skeleton) }).toEqual({
        shape,
        skeleton: indices(unpacked(skeletonBits, size)),
      });
    }
  });

  it.each([
    [[2, 1, 2], 0],
    [[2, 2, 2], 0],
    [[1, 4, 4], 0],
    [[4, 4, 4], 0],
    [[2, 2, 10], 0],
    [[4, 4, 53], 0],
    [[3, 3, 3], 3],
    [[1, 1, 1], 1],
    [[1, 1, 5], 5],
  ] as const)("leaves of a box of %j %i voxels", (size, left) => {
    const { data, shape } = boxMask(size);
    expect(indices(skeletonize3d(data, shape))).toHaveLength(left);
    expect(skeletonOfRuns(runsOfMask(data, shape))).toHaveLength(left);
  });

  it("does the rules as they are written", () => {
    const side = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(arbitraryMask(fc.tuple(side, side, side)), (mask) => {
        expect(indices(skeletonize3d(mask.data, mask.shape))).toEqual(indices(naiveThinning(mask)));
      }),
      { numRuns: 60 },
    );
  });

  it("keeps a part of the voxels, wherever they lie in a volume of several planes", () => {
    const margin = fc.nat(3);
    fc.assert(
      fc.property(arbitraryMask(), fc.tuple(margin, margin, margin), margin, (mask, before, after) => {
        const shape = mask.shape.map((side, axis) => side + (before[axis] as number) + after + 1) as never as [
          number,
          number,
          number,
        ];
        const at = (z: number, y: number, x: number) => (z * mask.shape[1] + y) * mask.shape[2] + x;
        const inside = (place: readonly number[]) =>
          place.every((value, axis) => value >= 0 && value < (mask.shape[axis] as number));
        const moved = maskWhere(shape, (z, y, x) => {
          const place = [z - before[0], y - before[1], x - before[2]] as const;
          return inside(place) && mask.data[at(...place)] === 1;
        });
        const skeleton = skeletonOfRuns(runsOfMask(moved.data, shape));
        expect(Array.from(skeleton)).toEqual(indices(skeletonize3d(moved.data, shape)));
        expect(skeleton.every((voxel) => moved.data[voxel] === 1)).toBe(true);
        if (mask.shape[0] === 1) return;
        const back = Array.from(skeleton, (voxel) => {
          const [y, x] = [Math.floor(voxel / shape[2]) % shape[1], voxel % shape[2]];
          return at(Math.floor(voxel / shape[2] / shape[1]) - before[0], y - before[1], x - before[2]);
        });
        expect(back).toEqual(indices(skeletonize3d(mask.data, mask.shape)));
      }),
    );
  });

  it("is through when it has thinned, in two dimensions too", () => {
    const plane = fc.tuple(fc.constant(1), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }));
    fc.assert(
      fc.property(arbitraryMask(plane), ({ data, shape }) => {
        const once = skeletonize2d(data, [shape[1], shape[2]]);
        expect(once.every((value, i) => value <= (data[i] as number))).toBe(true);
        expect(skeletonize2d(once, [shape[1], shape[2]])).toEqual(once);
        expect(Array.from(skeletonOfRuns(runsOfMask(data, shape), 2))).toEqual(indices(once));
      }),
    );
  });

  it("refuses what does not fit", () => {
    expect(() => skeletonize3d(new Uint8Array(7), [2, 2, 2])).toThrow(/a mask of 7 voxels is not one of 2 × 2 × 2/);
    expect(() => skeletonize2d(new Uint8Array(7), [2, 3])).toThrow(RangeError);
    expect(() => skeletonOfRuns(runsOfMask(new Uint8Array(8), [2, 2, 2]), 2)).toThrow(/not one plane/);
    const corners = runsOf([1600, 1600, 1600], Uint32Array.of(0, 1600 ** 3 - 1), Uint32Array.of(1, 1));
    expect(() => skeletonOfRuns(corners)).toThrow(expect.objectContaining({ tag: "load/box-too-large" }));
  });
});

describe("neighbourhoods", () => {
  const code = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 27 - 1 }),
    fc
      .subarray(Array.from({ length: 27 }, (_, bit) => 2 ** bit))
      .map((bits) => bits.reduce((sum, bit) => sum + bit, 0)),
  );

  it("are simple when what is around is connected", () => {
    fc.assert(
      fc.property(code, (bits) => {
        expect(isSimple(bits)).toBe(naiveSimple(bits));
      }),
      { numRuns: 1000 },
    );
  });

  it("are Euler invariant when the voxel does not count", () => {
    fc.assert(
      fc.property(code, (bits) => {
        const others = neighboursOf(bits);
        const same = eulerCharacteristic(others) === eulerCharacteristic([...others, [0, 0, 0]]);
        expect(isEulerInvariant(bits | CENTRE)).toBe(same);
      }),
      { numRuns: 500 },
    );
  });

  it("of end points and lone voxels are kept", () => {
    expect(isDeletable(CENTRE)).toBe(false);
    for (let bit = 0; bit < 27; bit++) if (bit !== 13) expect(isDeletable(CENTRE | (1 << bit))).toBe(false);
    expect(isDeletable(CENTRE | 1 | 2)).toBe(true);
  });
});
