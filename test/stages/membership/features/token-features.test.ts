import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AggregateExtractor } from "../../../../src/stages/membership/features/aggregate-features.js";
import { type FeatureTask, UnitDescriber } from "../../../../src/stages/membership/features/describe-units.js";
import { FORMS } from "../../../../src/stages/membership/features/feature-options.js";
import { binEdges, binOf, countInBins } from "../../../../src/stages/membership/features/histogram-features.js";
import { normalisedValues } from "../../../../src/stages/membership/features/normalise-tokens.js";
import { percentileRanks, selectRank } from "../../../../src/stages/membership/features/percentiles.js";
import { TokenBaseReader, type TokenBases } from "../../../../src/stages/membership/features/token-bases.js";
import { FourTokenBins, TokenBins } from "../../../../src/stages/membership/features/token-bins.js";
import { TokenGroups } from "../../../../src/stages/membership/features/token-groups.js";

const V = 12;
const number = fc.oneof(
  fc.double({ min: 0, max: 30, noNaN: true }),
  fc.integer({ min: 0, max: 20 }).map((k) => k / 4),
  fc.constantFrom(744.44, Number.NaN, 1e-9),
);
const reference = fc.oneof(
  fc.double({ min: -20, max: 0, noNaN: true }),
  fc.constantFrom(-1, -2.5, Number.NEGATIVE_INFINITY),
);
const references = fc.array(reference, { minLength: V, maxLength: V }).map((list) => Float64Array.from(list));

/** Bases of a unit of some length, in the order of token numbers. */
const unit = (minLength: number, maxLength: number) =>
  fc.array(fc.tuple(fc.nat(V - 1), number), { minLength, maxLength }).map((list) => {
    const sorted = list.sort(([a], [b]) => a - b);
    return { ids: Int32Array.from(sorted, ([id]) => id), base: Float64Array.from(sorted, ([, value]) => value) };
  });
const edgesOf = (a: number, b: number, bins: number) => binEdges(Math.min(a, b), Math.max(a, b), bins);

describe("TokenBins", () => {
  it("puts every value where comparison with the edges puts it", () => {
    let held = 0;
    fc.assert(
      fc.property(
        unit(1, 150),
        references,
        fc.tuple(number, number).map(([a, b]) => [a || 0, (b || 0) + 0.5] as const),
        fc.constantFrom(1, 2, 20, 1000, 5000),
        ({ base, ids }, logReference, [a, b], bins) => {
          const values = normalisedValues(base, ids, logReference);
          const edges = edgesOf(a, b, bins);
          const expected = new Uint32Array(bins + 2);
          countInBins(values, edges, expected);
          const found = TokenBins.of(edges, logReference, { min: Math.min(...values), max: Math.max(...values) });
          if (found === undefined) return;
          held++;
          const counts = new Uint32Array(bins + 2);
          const places = new Int32Array(base.length);
          found.place(base, ids, places);
          found.count(places, base.length, counts);
          expect(counts).toEqual(expected);
          expect([...places]).toEqual([...values].map((value) => binOf(value, edges)));
        },
      ),
    );
    expect(held).toBeGreaterThan(20);
  });

  it("puts values on edges, and next to them, as comparison does", () => {
    const edges = binEdges(-3, 11, 1000);
    const near = [...edges].flatMap((edge) => [edge, edge + 2 ** -50, edge - 2 ** -50, edge + 1e-8, edge - 1e-8]);
    const logReference = Float64Array.of(-1.7, 0);
    const ids = Int32Array.from(near, (_, i) => (i < 2500 ? 0 : 1));
    const base = Float64Array.from(near, (value, i) => value - (logReference[ids[i] as number] as number));
    const bins = TokenBins.of(edges, logReference, { min: -4, max: 12 });
    const [counts, expected] = [new Uint32Array(1002), new Uint32Array(1002)];
    const places = new Int32Array(base.length);
    bins?.place(base, ids, places);
    bins?.count(places, base.length, counts);
    countInBins(normalisedValues(base, ids, logReference), edges, expected);
    expect(counts).toEqual(expected);
  });

  it("finds the places of four as of each", () => {
    let together = 0;
    fc.assert(
      fc.property(
        unit(1, 1500),
        fc.array(fc.tuple(references, fc.double({ min: -20, max: 5, noNaN: true }), fc.constantFrom(0.5, 3, 30, 600)), {
          minLength: 4,
          maxLength: 4,
        }),
        fc.constantFrom(1, 20, 1000),
        ({ base, ids }, lanes, bins) => {
          const found = lanes.flatMap(([logReference, low, width]) => {
            const range = { min: -40, max: 800 };
            return TokenBins.of(binEdges(low, low + width, bins), logReference, range) ?? [];
          });
          if (found.length < 4) return;
          together++;
          const places = found.map(() => new Int32Array(base.length));
          new FourTokenBins(found as never).place(base, ids, places as never);
          for (const [k, one] of found.entries()) {
            const alone = new Int32Array(base.length);
            one.place(base, ids, alone);
            expect(places[k]).toEqual(alone);
          }
        },
      ),
    );
    expect(together).toBeGreaterThan(20);
  });

  it("gives way where places have no room", () => {
    const zero = new Float64Array(1);
    expect(TokenBins.of(binEdges(0, 1e-12, 10), zero, { min: 0, max: 1 })).toBeUndefined();
    expect(TokenBins.of(binEdges(5, 5 + 1e-15, 10), zero, { min: 5, max: 6 })).toBeUndefined();
    expect(TokenBins.of(binEdges(0, 5e-324, 10), zero, { min: 0, max: 1 })).toBeUndefined();
  });
});

describe("TokenGroups", () => {
  it("finds the moments of values from those of their tokens", () => {
    const groups = new TokenGroups();
    fc.assert(
      fc.property(unit(1, 80), fc.array(references, { minLength: 1, maxLength: 3 }), ({ base, ids }, several) => {
        groups.gather(base, ids);
        for (const logReference of several) {
          const values = normalisedValues(base, ids, logReference);
          const { mean, min, max, deviation } = groups.moments(logReference);
          const n = values.length;
          const expected = values.reduce((sum, value) => sum + value, 0) / n;
          const variance = values.reduce((sum, value) => sum + (value - expected) ** 2, 0) / n;
          expect([min, max]).toEqual([Math.min(...values), Math.max(...values)]);
          const size = Math.max(Math.abs(min), Math.abs(max), 1e-9);
          expect(Math.abs(mean - expected)).toBeLessThan(1e-13 * size);
          expect(Math.abs(deviation ** 2 - variance)).toBeLessThan(1e-12 * size * size);
        }
      }),
    );
  });
});

describe("selectRank", () => {
  it("finds what sorting finds", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.double({ noNaN: true })), {
          minLength: 1,
          maxLength: 300,
        }),
        fc.array(fc.nat(299), { minLength: 1, maxLength: 8 }),
        (list, ranks) => {
          const values = Float64Array.from(list, (value) => value + 0);
          const sorted = values.slice().sort();
          for (const rank of ranks) {
            const within = rank % values.length;
            expect(selectRank(values, 0, values.length, within)).toBe(sorted[within]);
            expect(
              selectRank(
                Float64Array.from(list, (value) => value + 0),
                0,
                list.length,
                within,
                1,
              ),
            ).toBe(sorted[within]);
            expect(values.slice().sort()).toEqual(sorted);
          }
        },
      ),
    );
    const long = Float64Array.from({ length: 5000 }, (_, i) => (i * 7919) % 5000);
    expect([17, 4999, 0].map((rank) => selectRank(long, 0, 5000, rank))).toEqual([17, 4999, 0]);
  });

  it("is asked for ranks on both sides of every percentile", () => {
    for (const n of [50, 97, 1001]) {
      const ranks = [...percentileRanks(n)];
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      expect(ranks.slice(8, 10)).toEqual([Math.floor((n - 1) / 2), Math.floor((n - 1) / 2) + 1]);
    }
  });
});

describe("TokenBaseReader", () => {
  it("brings tokens into the order of their numbers, with what belongs to them", () => {
    const reader = new TokenBaseReader(V, FORMS.corrected);
    fc.assert(
      fc.property(fc.array(fc.nat(V - 1), { minLength: 2, maxLength: 60 }), (ids) => {
        const logprob = Float32Array.from(ids.slice(1), (id, i) => -id - i / 1024);
        const read = reader.read({
          docId: "d",
          inputIds: Int32Array.from(ids),
          positions: Int32Array.from(logprob, (_, i) => i + 1),
          window: new Int32Array(0),
          logprob,
          maxLogprob: logprob,
        });
        expect([...read.ids]).toEqual(ids.slice(1).sort((a, b) => a - b));
        expect(read.ratio).toBe(read.loss);
        read.ids.forEach((id, i) => void expect(Math.floor(read.loss[i] as number)).toBe(id));
        expect([...read.loss].sort()).toEqual([...logprob].map((value) => 0 - value).sort());
        read.maximum?.forEach((value) => void expect(Math.abs(value)).toBeLessThan(1e-6));
      }),
    );
  });

  it("keeps apart what the published form replaces", () => {
    const logprob = Float32Array.of(-800, -1);
    const unit = { docId: "d", inputIds: Int32Array.of(0, 1, 1), positions: Int32Array.of(1, 2), logprob };
    const { loss, ratio, maximum } = new TokenBaseReader(V, FORMS.published).read({
      ...unit,
      window: new Int32Array(),
    });
    expect([...loss]).toEqual([800, 1]);
    expect([...ratio]).toEqual([Number.NaN, 1]);
    expect(maximum).toBeUndefined();
  });
});

describe("UnitDescriber", () => {
  const describePlainly = (bases: TokenBases, { norm, reference, edges }: FeatureTask) => {
    const base = { N: bases.loss, R: bases.ratio, M: bases.maximum as Float64Array }[norm[0] as "N" | "R" | "M"];
    const values = normalisedValues(base, bases.ids, reference);
    const counts = edges.map((own) => {
      const histogram = new Uint32Array(own.length + 1);
      countInBins(values, own, histogram);
      return histogram;
    });
    return { aggregates: new AggregateExtractor({ includeCount: true }).extract(values), counts };
  };

  it("gives what each extractor gives on its own, whatever else is asked for", () => {
    const tasks = fc.array(
      fc.record({
        norm: fc.constantFrom("NoNorm" as const, "RatioNormTF" as const, "MaxNormGP" as const),
        reference: references,
        bins: fc.array(fc.constantFrom(1, 7, 300), { maxLength: 2 }),
        aggregates: fc.boolean(),
      }),
      { minLength: 1, maxLength: 7 },
    );
    const finite = unit(1, 400).map(({ base, ids }) => ({ ids, base: base.map((value) => value || 1) }));
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 3 }), tasks, (units, asked) => {
        const described: FeatureTask[] = asked.map(({ norm, reference, bins, aggregates }) => ({
          norm,
          reference: norm === "NoNorm" ? new Float64Array(V) : reference,
          range: { min: -25, max: 800 },
          edges: bins.map((count) => binEdges(-11.3, 17.9, count)),
          aggregates,
        }));
        const describer = new UnitDescriber(described, { ...FORMS.published });
        for (const { base, ids } of units) {
          const ratio = base.map((value) => (value > 700 ? Number.NaN : value));
          const bases = { ids, loss: base, ratio, maximum: base.map((value) => value / 2) };
          describer.describe(bases).forEach(({ aggregates, counts }, k) => {
            const task = described[k] as FeatureTask;
            const plain = describePlainly(bases, task);
            expect(counts).toEqual(plain.counts);
            expect(aggregates !== undefined).toBe(task.aggregates);
            aggregates?.forEach((value, at) => {
              // Extremes, the count and percentiles are the same; sums may be rounded otherwise.
              if (at === 0 || at === 3) expect(value).toBeCloseTo(plain.aggregates[at] as number, 9);
              else expect(value).toBe(plain.aggregates[at]);
            });
          });
        }
      }),
    );
  });
});
