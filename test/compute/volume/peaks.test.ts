import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { localPeaks } from "../../../src/compute/volume/peaks.js";
import { arbitraryVoxels, coordinatesOf } from "./arbitrary-voxels.js";

describe("localPeaks", () => {
  it("takes window maxima by descending value unless one taken before is nearer than the distance", () => {
    fc.assert(
      fc.property(
        arbitraryVoxels(7),
        fc.infiniteStream(fc.integer({ min: 1, max: 4 })),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        (index, stream, minDistance, excludeBorder) => {
          const values = [...index.positions].map(() => stream.next().value as number);
          const places = [...index.positions].map((position) => coordinatesOf(position, index.shape));
          const apart = (a: number, b: number) =>
            Math.max(...[0, 1, 2].map((axis) => Math.abs((places[a]?.[axis] ?? 0) - (places[b]?.[axis] ?? 0))));
          const all = [...places.keys()];
          const heightOf = (i: number) => values[i] as number;
          const maxima = all.filter((i) => all.every((k) => apart(i, k) > minDistance || heightOf(k) <= heightOf(i)));
          const border = excludeBorder ? minDistance : 0;
          const inner = maxima.filter((i) =>
            places[i]?.every((at, axis) => at >= border && at < (index.shape[axis] as number) - border),
          );
          const kept: number[] = [];
          for (const i of inner.sort((a, b) => heightOf(b) - heightOf(a) || a - b)) {
            if (kept.every((k) => apart(i, k) >= minDistance)) kept.push(i);
          }
          expect([...localPeaks(index, values, { minDistance, excludeBorder })]).toEqual(kept);
        },
      ),
    );
  });
});
