import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gaussianKernel, reflected } from "../../../src/compute/volume/gaussian-filter.js";
import { localMaximum } from "../../../src/compute/volume/local-maximum.js";
import { countAbove, medianAt, medianPlane, type PlaneTriple } from "../../../src/compute/volume/median-filter.js";
import { filterPlane, weightedSum } from "../../../src/compute/volume/separable-filter.js";
import { arbitraryVoxels, coordinatesOf } from "./arbitrary-voxels.js";

const LARGEST = 40;

const triples = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })).chain(([height, width]) =>
  fc.record({
    size: fc.constant({ height, width }),
    triple: fc
      .array(fc.nat(LARGEST), { minLength: 3 * height * width, maxLength: 3 * height * width })
      .map((values) => {
        const plane = (k: number) => Uint16Array.from(values.slice(k * height * width, (k + 1) * height * width));
        return [plane(0), plane(1), plane(2)] as PlaneTriple;
      }),
  }),
);

const clamped = (at: number, length: number) => Math.min(length - 1, Math.max(0, at));

describe("the median of 27 voxels", () => {
  it("is the same by sliding, at one place and by counting, and the middle of the sorted values", () => {
    fc.assert(
      fc.property(triples, fc.nat(LARGEST), ({ size, triple }, bound) => {
        const { height, width } = size;
        const medians = new Uint16Array(height * width);
        medianPlane(triple, size, LARGEST, medians);
        const counts = triple.map((plane) => {
          const out = new Uint8Array(height * width);
          countAbove(plane, size, bound, out);
          return out;
        });
        for (let i = 0; i < height * width; i++) {
          const [y, x] = [Math.floor(i / width), i % width];
          const around = triple.flatMap((plane) =>
            [-1, 0, 1].flatMap((dy) =>
              [-1, 0, 1].map((dx) => plane[clamped(y + dy, height) * width + clamped(x + dx, width)] as number),
            ),
          );
          const middle = around.sort((a, b) => a - b)[13] as number;
          expect(medians[i]).toBe(middle);
          expect(medianAt(triple, size, y, x)).toBe(middle);
          expect(counts.reduce((sum, count) => sum + (count[i] as number), 0) > 13).toBe(middle > bound);
        }
      }),
    );
  });
});

describe("the Gaussian", () => {
  it("has scipy's weights", () => {
    // scipy 1.10.1: gaussian_filter1d of an impulse with sigma 0.7.
    const published = [
      5.85246234e-5, 9.61893081e-3, 0.205399653, 0.569845784, 0.205399653, 9.61893081e-3, 5.85246234e-5,
    ];
    const kernel = gaussianKernel(0.7);
    expect(kernel).toHaveLength(7);
    for (const [i, weight] of published.entries()) expect(kernel[i]).toBeCloseTo(weight, 9);
  });

  it("refuses a deviation that is not positive or much too large", () => {
    for (const sigma of [0, -1, Number.NaN, 65]) expect(() => gaussianKernel(sigma)).toThrow(RangeError);
  });

  it("mirrors beyond the ends, the end twice", () => {
    expect([-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6].map((at) => reflected(at, 3))).toEqual([
      2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0,
    ]);
  });

  it("filters a plane as the sum over mirrored places", () => {
    const kernel = gaussianKernel(0.7);
    fc.assert(
      fc.property(triples, ({ size: { height, width }, triple: [plane] }) => {
        const found = filterPlane(plane, height, width, kernel);
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            let sum = 0;
            for (const [i, a] of kernel.entries()) {
              for (const [k, b] of kernel.entries()) {
                sum += a * b * (plane[reflected(y + i - 3, height) * width + reflected(x + k - 3, width)] as number);
              }
            }
            expect(found[y * width + x]).toBeCloseTo(sum, 4);
          }
        }
      }),
    );
  });

  it("adds planes by weight", () => {
    const out = new Float32Array(2).fill(9);
    weightedSum([Uint16Array.of(1, 2), Float32Array.of(10, 20)], [0.5, 2], out);
    expect([...out]).toEqual([20.5, 41]);
  });
});

describe("localMaximum", () => {
  it("is the largest value of the set within the cube", () => {
    fc.assert(
      fc.property(
        arbitraryVoxels(6),
        fc.infiniteStream(fc.nat(50)),
        fc.integer({ min: 0, max: 3 }),
        (index, stream, radius) => {
          const values = Float32Array.from(index.positions, () => stream.next().value as number);
          const places = [...index.positions].map((position) => coordinatesOf(position, index.shape));
          const expected = places.map((place) => {
            const within = [...places.entries()].filter(([, other]) =>
              other.every((at, axis) => Math.abs(at - (place[axis] as number)) <= radius),
            );
            return Math.max(...within.map(([i]) => values[i] as number));
          });
          expect([...localMaximum(index, values, radius)]).toEqual(expected);
        },
      ),
    );
  });
});
