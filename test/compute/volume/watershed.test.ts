import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { squaredDistanceToBackground } from "../../../src/compute/volume/distance-transform.js";
import { componentLabels } from "../../../src/compute/volume/label-propagation.js";
import { localPeaks } from "../../../src/compute/volume/peaks.js";
import { watershed } from "../../../src/compute/volume/watershed.js";
import { arbitraryVoxels, coordinatesOf, drawn } from "./arbitrary-voxels.js";

/**
 * A smoothed random field (numpy 1.24.2, `default_rng(11)`, sigma 1.2, above its 0.55 quantile) with its squared
 * distance transform (scipy 1.10.1) and watershed from the peaks at distance 2 (scikit-image 0.19.3).
 */
const DISTANCES = [
  "111241....../...1121...../.....11...../111.121...../4421241...../8544431...../5211121....1/21...11....1/1....11....1",
  "112341....../..12221...../...11221..../11112321..../2332341...../5654321...../632221....../32111......1/2111.......1",
  "221121....../111121....../..122211..../.1111231..../12211221..../2321111...../55321......./22321......./1121.......1",
  "11..11....../11..121...../...1122111../.....1321.../.11..121..../121..11...../232111....../11221......./..11.....111",
  ".....111..../.....1211.../.....13221../.....12321../......121.../11...121..../1211.11...../.121......../..1.....111.",
  ".....1421.../.....1431.../.....14521../.....13631../.....12321../11...1321.../1211.1211.../.121..1111../..1...1121..",
];
const BASINS = [
  "611111....../...1111...../.....22...../333.222...../3333222...../3333222...../3333322....4/33...32....4/3....33....5",
  "661111....../..11111...../...22222..../33332222..../3333222...../3333222...../333332....../33333......4/3333.......5",
  "661111....../661111....../..122222..../.3332222..../33333222..../3333322...../33333......./33333......./3333.......7",
  "66..18....../66..188...../...1288888../.....8888.../.33..288..../333..28...../333338....../33333......./..33.....977",
  ".....888..../.....8888.../.....88888../.....88888../......888.../33...888..../3333.88...../.333......../..3.....999.",
  ".....8888.../.....8888.../.....88888../.....88888../.....88888../33...8888.../3333.8888.../.333..8999../..3...9999..",
];

describe("the watershed of a distance transform", () => {
  const { index, values } = drawn(DISTANCES);

  it("has the distances of scipy", () => {
    expect([...squaredDistanceToBackground(index)]).toEqual(values);
  });

  it("has the peaks of scikit-image", () => {
    const peaks = localPeaks(index, values, { minDistance: 2, excludeBorder: false });
    expect([...peaks].map((peak) => index.positions[peak])).toEqual([60, 583, 4, 53, 216, 644, 83, 107, 323]);
    expect(localPeaks(index, values, { minDistance: 2, excludeBorder: true })).toHaveLength(0);
  });

  it("has the basins of scikit-image", () => {
    const peaks = localPeaks(index, values, { minDistance: 2, excludeBorder: false });
    const markers = new Int32Array(values.length);
    for (const [i, peak] of peaks.sort().entries()) markers[peak] = i + 1;
    const heights = values.map((value) => -value);
    expect([...watershed(index, heights, markers)]).toEqual(drawn(BASINS).values);
  });

  it("reaches the components of the markers, and no other", () => {
    fc.assert(
      fc.property(arbitraryVoxels(), fc.nat(), (voxels, draw) => {
        fc.pre(voxels.positions.length > 0);
        const markers = new Int32Array(voxels.positions.length);
        const seed = draw % markers.length;
        markers[seed] = 7;
        const { labels } = componentLabels(voxels);
        const expected = [...labels].map((label) => (label === labels[seed] ? 7 : 0));
        expect([...watershed(voxels, new Int32Array(markers.length), markers)]).toEqual(expected);
      }),
    );
  });
});

describe("componentLabels", () => {
  it("connects voxels of equal label that touch, numbered by first voxel", () => {
    fc.assert(
      fc.property(arbitraryVoxels(5), fc.infiniteStream(fc.nat(2)), (voxels, stream) => {
        const given = [...voxels.positions].map(() => stream.next().value as number);
        const places = [...voxels.positions].map((position) => coordinatesOf(position, voxels.shape));
        const expected = given.map(() => 0);
        let count = 0;
        for (const start of given.keys()) {
          if (given[start] === 0 || expected[start] !== 0) continue;
          count++;
          const waiting = [start];
          while (waiting.length > 0) {
            const at = waiting.pop() as number;
            if (expected[at] !== 0) continue;
            expected[at] = count;
            const here = places[at] as [number, number, number];
            for (const [other, there] of places.entries()) {
              const touches = there.every((value, axis) => Math.abs(value - (here[axis] as number)) <= 1);
              if (touches && given[other] === given[at]) waiting.push(other);
            }
          }
        }
        const found = componentLabels(voxels, given);
        expect([...found.labels]).toEqual(expected);
        expect(found.count).toBe(count);
      }),
    );
  });
});
