import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AggregateExtractor } from "../../../../src/stages/membership/features/aggregate-features.js";
import { automaticBins, extractorsOf, FORMS } from "../../../../src/stages/membership/features/feature-options.js";
import {
  binEdges,
  countInBins,
  histogramFeatures,
} from "../../../../src/stages/membership/features/histogram-features.js";
import {
  combineDictionaries,
  countTokens,
  logReference,
} from "../../../../src/stages/membership/features/normalisation-dictionary.js";
import {
  LARGEST_LOSS,
  maximumBase,
  normalisedValues,
  ratioBase,
  tokenLoss,
} from "../../../../src/stages/membership/features/normalise-tokens.js";
import { ReproducibleSum } from "../../../../src/stages/membership/features/reproducible-sum.js";
import { emptyRange, scaleFeatures, widenRange } from "../../../../src/stages/membership/features/scale-features.js";

const value = fc
  .oneof(
    fc.double({ min: -30, max: 800, noNaN: true }),
    fc.integer({ min: -5, max: 5 }),
    fc.constantFrom(0, 1e-5, 744.44),
  )
  .map((x) => x + 0);
const values = (most: number) =>
  fc.array(value, { minLength: 1, maxLength: most }).map((list) => Float64Array.from(list));

/** numpy's percentile by sorting. */
function percentile(sorted: Float64Array, q: number): number {
  const place = ((sorted.length - 1) * q) / 100;
  const low = sorted[Math.floor(place)] as number;
  const high = sorted[Math.ceil(place)] as number;
  return low + (high - low) * (place - Math.floor(place));
}

describe("AggregateExtractor", () => {
  it("finds percentiles without sorting all, whatever the order", () => {
    const extractor = new AggregateExtractor({ includeCount: true });
    fc.assert(
      fc.property(values(600), fc.integer(), (list, seed) => {
        const features = extractor.extract(list);
        const sorted = list.slice().sort();
        const expected = [1, 5, 10, 25, 50, 75, 90, 95, 99].map((q) => percentile(sorted, q));
        for (const [k, want] of expected.entries()) expect(features[5 + k]).toBeCloseTo(want, 9);
        expect([features[1], features[2], features[4]]).toEqual([sorted[0], sorted.at(-1), list.length]);
        const shuffled = list.slice();
        for (let i = shuffled.length - 1, s = seed >>> 0; i > 0; i--) {
          s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
          const k = s % (i + 1);
          [shuffled[i], shuffled[k]] = [shuffled[k] as number, shuffled[i] as number];
        }
        const again = extractor.extract(shuffled);
        expect([...again.slice(5)]).toEqual([...features.slice(5)]);
        expect(again[0]).toBeCloseTo(features[0] as number, 9);
      }),
    );
  });

  it("takes large units with ties and tiny ranges", () => {
    const extractor = new AggregateExtractor({ includeCount: false });
    const ties = Float64Array.from({ length: 9000 }, (_, i) => (i % 3 === 0 ? 7 : i % 1000));
    const sorted = ties.slice().sort();
    expect(extractor.extract(ties)[8]).toBe(percentile(sorted, 50));
    const tiny = Float64Array.from({ length: 200 }, (_, i) => i * 5e-324);
    expect([...extractor.extract(tiny).slice(4)].every(Number.isFinite)).toBe(true);
    expect(extractor.extract(new Float64Array(500).fill(3))).toEqual(
      Float64Array.of(3, 3, 3, 0, 3, 3, 3, 3, 3, 3, 3, 3, 3),
    );
  });
});

describe("histograms", () => {
  it("edges rise from the smallest to the largest value", () => {
    fc.assert(
      fc.property(value, value, fc.integer({ min: 1, max: 1000 }), (a, b, bins) => {
        const edges = binEdges(Math.min(a, b), Math.max(a, b), bins);
        expect(edges.length).toBe(bins + 1);
        for (let k = 1; k <= bins; k++) expect(edges[k]).toBeGreaterThanOrEqual(edges[k - 1] as number);
        if (a === b) expect([edges[0], edges[bins]]).toEqual([a - 0.5, a + 0.5]);
        else expect([edges[0], edges[bins]]).toEqual([Math.min(a, b) + 0, Math.max(a, b) + 0]);
      }),
    );
  });

  it("counts every value once, in the bin whose edges hold it; fractions sum to 1", () => {
    fc.assert(
      fc.property(values(200), values(50), fc.integer({ min: 1, max: 60 }), (train, test, bins) => {
        const edges = binEdges(Math.min(...train), Math.max(...train), bins);
        const expected = new Uint32Array(bins + 2);
        for (const x of test) {
          let bin = x < (edges[0] as number) ? bins : bins + 1;
          for (let k = 0; k < bins; k++) {
            const below = k === bins - 1 ? x <= (edges[k + 1] as number) : x < (edges[k + 1] as number);
            if (x >= (edges[k] as number) && below) bin = k;
          }
          expected[bin] = (expected[bin] as number) + 1;
        }
        const counts = new Uint32Array(bins + 2);
        countInBins(test, edges, counts);
        expect(counts).toEqual(expected);
        const fractions = histogramFeatures(counts, edges, { histogram: "fraction" });
        expect(fractions.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
        const density = histogramFeatures(counts, edges, { histogram: "density" });
        const inside = test.length - (expected[bins] as number) - (expected[bins + 1] as number);
        if (inside === 0) expect(density[0]).toBeNaN();
        else if ((edges[bins] as number) - (edges[0] as number) > 1e-290) {
          const area = density.reduce((sum, x, k) => sum + x * ((edges[k + 1] as number) - (edges[k] as number)), 0);
          expect(area).toBeCloseTo(1, 9);
        }
      }),
    );
  });

  it("density and fraction agree after scaling when nothing is outside", () => {
    fc.assert(
      fc.property(
        fc.array(values(40), { minLength: 2, maxLength: 8 }),
        fc.integer({ min: 1, max: 20 }),
        (units, bins) => {
          const all = units.flatMap((unit) => [...unit]);
          const edges = binEdges(Math.min(...all), Math.max(...all), bins);
          const scaled = (["density", "fraction"] as const).map((histogram) => {
            const rows = units.map((unit) => {
              const counts = new Uint32Array(bins + 2);
              countInBins(unit, edges, counts);
              return histogramFeatures(counts, edges, { histogram }).subarray(0, bins);
            });
            const range = emptyRange(bins);
            // What differs by rounding alone is constant in truth, and is left out.
            for (const row of rows) widenRange(range, row);
            return rows.map((row) =>
              scaleFeatures(row, range).map((x, k) => {
                const [low, high] = [range.minimum[k] as number, range.maximum[k] as number];
                return high - low < 1e-12 * high ? 0 : x;
              }),
            );
          });
          scaled[0]?.forEach((row, i) => {
            row.forEach((x, k) => void expect(x).toBeCloseTo(scaled[1]?.[i]?.[k] as number, 6));
          });
        },
      ),
    );
  });

  it("bins suit the length of documents", () => {
    expect([0, 1, 5000, 62_500, 112_000].map(automaticBins)).toEqual([1, 4, 282, 1000, 1000]);
    expect(extractorsOf(["simple_agg", "hist", "hist_282", "hist_20"], 5000)).toEqual([
      { name: "hist_20", bins: 20 },
      { name: "hist_282", bins: 282 },
      { name: "simple_agg", bins: null },
    ]);
  });
});

describe("scaling", () => {
  it("maps training values to 0 … 1, a constant to 0, and does not clip", () => {
    const range = emptyRange(2);
    for (const row of [
      [3, 7],
      [5, 7],
    ])
      widenRange(range, row);
    expect([...scaleFeatures([4, 7], range)]).toEqual([0.5, 0]);
    expect([...scaleFeatures([2, 9], range)]).toEqual([-0.5, 0]);
    expect([...scaleFeatures([7, 7], range)]).toEqual([2, 0]);
  });
});

describe("token values", () => {
  const reference = Float64Array.of(Math.log(0.5), Math.log(0.25));
  const ids = Int32Array.of(0, 1, 0, 1);
  const logprob = [-1, -20, -800, Number.NEGATIVE_INFINITY];
  const best = [-0.5, 0, 0, 0];

  it("the corrected form is finite and keeps surprising tokens the largest", () => {
    const { corrected } = FORMS;
    expect([...tokenLoss(logprob, corrected)]).toEqual([1, 20, LARGEST_LOSS, LARGEST_LOSS]);
    const maximum = maximumBase(logprob, best, corrected);
    expect(maximum[0]).toBeCloseTo(-Math.log(1 - Math.exp(-0.5) + Math.exp(-1)), 12);
    expect(maximum[1]).toBeCloseTo(20, 9);
    expect([...maximum.slice(2)]).toEqual([LARGEST_LOSS, LARGEST_LOSS]);
    const F = normalisedValues(ratioBase(logprob, corrected), ids, reference);
    expect(F[2]).toBeCloseTo(LARGEST_LOSS + Math.log(0.5), 9);
  });

  it("the published form writes 1e-5, in single precision earlier", () => {
    const { published } = FORMS;
    const single = { ...published, precision: "f32" } as const;
    const F = (base: Float64Array) => [...normalisedValues(base, ids, reference)];
    expect(F(ratioBase(logprob, published)).map((x) => x === 1e-5)).toEqual([false, false, true, true]);
    expect(F(maximumBase(logprob, best, published)).map((x) => x === 1e-5)).toEqual([false, false, true, true]);
    expect(F(maximumBase(logprob, best, single)).map((x) => x === 1e-5)).toEqual([false, true, true, true]);
    expect(Number.isNaN(ratioBase([-104], single)[0])).toBe(true);
    expect(ratioBase([-103], single)[0]).toBeGreaterThan(102);
  });
});

describe("dictionaries", () => {
  it("weigh chunks by their tokens; what no chunk has is worth half the smallest", () => {
    const chunks = [
      { values: Float64Array.of(0.5, 0.5, 0), weight: 10 },
      { values: Float64Array.of(1, 0, 0), weight: 30 },
    ];
    const dictionary = combineDictionaries("tf", chunks);
    expect([...dictionary.values]).toEqual([0.875, 0.125, 0]);
    expect(dictionary.unseen).toBe(0.0625);
    expect([...logReference(dictionary)]).toEqual([Math.log(0.875), Math.log(0.125), Math.log(0.0625)]);
    expect([...logReference(combineDictionaries("gp", chunks, "value"))][2]).toBe(Number.NEGATIVE_INFINITY);
    expect(countTokens(Int32Array.of(1, 3), new Float64Array(3))).toBe(3);
  });

  it("sums do not depend on the order of their terms", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 100_000 })), {
          minLength: 1,
          maxLength: 50,
        }),
        (terms) => {
          const bound = terms.reduce((sum, [, weight]) => sum + weight, 0);
          const total = (list: typeof terms) => {
            const sum = new ReproducibleSum(1, bound, terms.length);
            for (const [p, weight] of list) sum.add([p], weight);
            return sum.total()[0] as number;
          };
          const found = total(terms);
          expect(total(terms.slice().reverse())).toBe(found);
          expect(total(terms.slice().sort(([a], [b]) => a - b))).toBe(found);
          const plain = terms.reduce((sum, [p, weight]) => sum + p * weight, 0);
          expect(Math.abs(found - plain)).toBeLessThanOrEqual(1e-12 * Math.max(plain, 1e-9));
        },
      ),
    );
  });
});
