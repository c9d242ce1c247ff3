import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closePairs } from "../../../src/compute/volume/proximity.js";
import { proximityGroups } from "../../../src/compute/volume/proximity-groups.js";
import type { VoxelIndex } from "../../../src/compute/volume/voxel-index.js";
import { arbitraryVoxels, coordinatesOf } from "./arbitrary-voxels.js";

const LABELS = 4;

/** Smallest squared distances of labels by looking at all pairs of voxels. */
function allPairs(index: VoxelIndex, labels: ArrayLike<number>): Map<string, number> {
  const smallest = new Map<string, number>();
  const places = [...index.positions].map((position) => coordinatesOf(position, index.shape));
  for (const [i, a] of places.entries()) {
    for (const [k, b] of places.entries()) {
      const [first, second] = [labels[i] as number, labels[k] as number];
      if (first === 0 || first >= second) continue;
      const squared = (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
      const key = `${first} ${second}`;
      smallest.set(key, Math.min(squared, smallest.get(key) ?? Number.POSITIVE_INFINITY));
    }
  }
  return smallest;
}

const labelled = (side: number) =>
  fc.tuple(arbitraryVoxels(side), fc.infiniteStream(fc.nat(LABELS))).map(([index, stream]) => ({
    index,
    labels: Int32Array.from(index.positions, () => stream.next().value as number),
  }));

describe("closePairs", () => {
  it("gives the exact smallest distance of every pair below the cut-off", () => {
    fc.assert(
      fc.property(labelled(5), fc.double({ min: 0.5, max: 6, noNaN: true }), ({ index, labels }, cutOff) => {
        const expected = [...allPairs(index, labels)].filter(([, squared]) => Math.sqrt(squared) < cutOff).sort();
        const pairs = closePairs(index, labels, cutOff);
        const found = [...pairs.first].map((first, i) => [`${first} ${pairs.second[i]}`, pairs.squared[i]]);
        expect(found).toEqual(expected);
      }),
    );
  });
});

describe("proximityGroups", () => {
  it("joins labels at most the distance apart, also over others, numbered by smallest label", () => {
    fc.assert(
      fc.property(labelled(18), fc.double({ min: 0, max: 20, noNaN: true }), ({ index, labels }, distance) => {
        const group = Array.from({ length: LABELS + 1 }, (_, label) => label);
        const near = [...allPairs(index, labels)].filter(([, squared]) => squared <= distance * distance);
        for (let round = 0; round < LABELS; round++) {
          for (const [key] of near) {
            const [a, b] = key.split(" ").map(Number) as [number, number];
            group[a] = Math.min(group[a] as number, group[b] as number);
            group[b] = group[a] as number;
          }
        }
        const order = [...new Set(group.slice(1))].sort((a, b) => a - b);
        const expected = group.slice(1).map((smallest) => order.indexOf(smallest) + 1);
        const found = proximityGroups(index, labels, LABELS, distance);
        expect([...found.groups].slice(1)).toEqual(expected);
        expect(found.count).toBe(order.length);
      }),
      { numRuns: 30 },
    );
  });
});
