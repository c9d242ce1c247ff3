import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { squaredDistanceToBackground, UNREACHED } from "../../../src/compute/volume/distance-transform.js";
import { arbitraryVoxels, coordinatesOf } from "./arbitrary-voxels.js";

describe("squaredDistanceToBackground", () => {
  it("is the squared distance to the nearest voxel outside of the set, the border of the volume apart", () => {
    fc.assert(
      fc.property(arbitraryVoxels(), (index) => {
        const [depth, height, width] = index.shape;
        const inside = new Set(index.positions);
        const background = [...Array(depth * height * width).keys()]
          .filter((position) => !inside.has(position))
          .map((position) => coordinatesOf(position, index.shape));
        const expected = [...index.positions].map((position) => {
          const [z, y, x] = coordinatesOf(position, index.shape);
          return Math.min(UNREACHED, ...background.map(([a, b, c]) => (z - a) ** 2 + (y - b) ** 2 + (x - c) ** 2));
        });
        expect([...squaredDistanceToBackground(index)]).toEqual(expected);
      }),
    );
  });
});
