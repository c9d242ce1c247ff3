import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PairCorrelation, pairCorrelations } from "../../../src/transforms/structure-function/correlation.js";
import { laggedDots, paddedSeries } from "../../../src/transforms/structure-function/lagged-dots.js";

const missing = Number.NaN;

/** Correlation of x[k] and y[k + lag] by the textbook formula, over the samples that are there in both. */
function naive(x: Float64Array, y: Float64Array, lag: number): { n: number; r: number | null } {
  const a: number[] = [];
  const b: number[] = [];
  for (let k = 0; k < x.length; k++) {
    const [one, other] = [x[k] ?? missing, y[k + lag] ?? missing];
    if (!Number.isFinite(one) || !Number.isFinite(other)) continue;
    a.push(one);
    b.push(other);
  }
  const n = a.length;
  const same = (values: number[]) => values.every((value) => value === values[0]);
  if (n < 3 || same(a) || same(b)) return { n, r: null };
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / n;
  const [ma, mb] = [mean(a), mean(b)];
  let [sab, saa, sbb] = [0, 0, 0];
  for (let k = 0; k < n; k++) {
    const [da, db] = [(a[k] as number) - ma, (b[k] as number) - mb];
    sab += da * db;
    saa += da * da;
    sbb += db * db;
  }
  return { n, r: sab / Math.sqrt(saa * sbb) };
}

function naivePair(x: Float64Array, y: Float64Array, maxLag: number): { n: number; r: number | null; best: number } {
  const { n, r } = naive(x, y, 0);
  let best = Math.abs(r ?? 0);
  for (let lag = -maxLag; r !== null && lag <= maxLag; lag++) {
    const shifted = naive(x, y, lag);
    if (shifted.r !== null && shifted.n >= Math.max(3, n / 2)) best = Math.max(best, Math.abs(shifted.r));
  }
  return { n, r, best };
}

function expectClose(found: number | null, expected: number | null, tolerance: number): void {
  if (found === null || expected === null) expect(found).toBe(expected);
  else expect(Math.abs(found - expected)).toBeLessThan(tolerance);
}

function expectNaive(pair: PairCorrelation, traces: readonly Float64Array[], maxLag: number): void {
  const [x, y] = [traces[pair.i] as Float64Array, traces[pair.j] as Float64Array];
  const { n, r, best } = naivePair(x, y, maxLag);
  expect(pair.n).toBe(n);
  expectClose(pair.r, r, 1e-9);
  if (pair.lag === null) {
    expect([pair.r, pair.rLag]).toEqual([null, null]);
    return;
  }
  const shifted = naive(x, y, pair.lag);
  expect(Math.abs(pair.lag)).toBeLessThanOrEqual(maxLag);
  expect(shifted.n).toBeGreaterThanOrEqual(Math.max(3, n / 2));
  expectClose(pair.rLag, shifted.r, 1e-9);
  expectClose(Math.abs(pair.rLag as number), best, 1e-9);
}

const value = fc.integer({ min: -1000, max: 1000 }).map((integer) => integer / 64);
const sample = fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: fc.constant(missing) });

/** Traces of one recording: whole ones, ones with gaps of their own, ones with a gap in common, constant ones. */
const recording = fc.integer({ min: 0, max: 40 }).chain((length) => {
  const of = (item: fc.Arbitrary<number>) =>
    fc.array(item, { minLength: length, maxLength: length }).map((values) => Float64Array.from(values));
  const gap = (trace: Float64Array) => trace.fill(missing, Math.floor(length / 3), Math.floor(length / 2));
  const trace = fc.oneof(
    of(value),
    of(sample),
    of(value).map(gap),
    value.map((level) => new Float64Array(length).fill(level)),
    of(fc.constant(missing)),
  );
  return fc.record({
    traces: fc.array(trace, { minLength: 0, maxLength: 6 }),
    maxLag: fc.integer({ min: 0, max: 12 }),
  });
});

describe("pairCorrelations", () => {
  it("agrees with the textbook formula, whatever is missing and at all lags", () => {
    fc.assert(
      fc.property(recording, ({ traces, maxLag }) => {
        const pairs = [...pairCorrelations(traces, maxLag)];
        expect(pairs).toHaveLength((traces.length * (traces.length - 1)) / 2);
        for (const pair of pairs) expectNaive(pair, traces, maxLag);
      }),
      { numRuns: 400 },
    );
  });

  it("does not depend on scale and offset", () => {
    fc.assert(
      fc.property(
        recording,
        fc.constantFrom(1e-150, 1e-9, 3, 1e12),
        fc.integer({ min: -1e6, max: 1e6 }),
        (given, a, b) => {
          const { traces, maxLag } = given;
          const moved = traces.map((trace) => trace.map((sample) => (sample + b) * a));
          const plain = [...pairCorrelations(traces, maxLag)];
          for (const [index, pair] of [...pairCorrelations(moved, maxLag)].entries()) {
            expect(pair.n).toBe(plain[index]?.n);
            expectClose(pair.r, plain[index]?.r ?? null, 1e-7);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it("finds which of two comes first", () => {
    const wave = (shift: number) => Float64Array.from({ length: 400 }, (_, k) => Math.sin((k - shift) ** 2 / 3000));
    const [pair] = [...pairCorrelations([wave(0), wave(7)], 15)];
    expect(pair).toMatchObject({ n: 400, lag: 7 });
    expect(pair?.rLag).toBeCloseTo(1, 12);
    const [back] = [...pairCorrelations([wave(7), wave(0).map((sample) => -sample)], 15)];
    expect(back).toMatchObject({ lag: -7 });
    expect(back?.rLag).toBeCloseTo(-1, 12);
  });

  it("takes the shortest of equal lags, and the positive of two", () => {
    const square = Float64Array.from({ length: 60 }, (_, k) => (k % 2 === 0 ? 1 : -1));
    expect([...pairCorrelations([square, square], 9)][0]).toMatchObject({ r: 1, lag: 0, rLag: 1 });
    const pulse = (at: number[]) => Float64Array.from({ length: 41 }, (_, k) => (at.includes(k) ? 1 : 0));
    expect([...pairCorrelations([pulse([20]), pulse([18, 22])], 3)][0]?.lag).toBe(2);
  });

  it("is 1 for a trace with itself, also where the rest is missing or flat", () => {
    const trace = Float64Array.from({ length: 50 }, (_, k) => (k < 46 ? 2 : 2 + 1e-9 * k));
    const holed = trace.map((sample, k) => (k % 7 === 0 ? missing : sample));
    for (const { r } of pairCorrelations([trace, holed, holed], 0)) expect(r).toBeCloseTo(1, 9);
  });

  it("has no correlation where one is flat over the common samples alone", () => {
    const flatLater = Float64Array.from({ length: 30 }, (_, k) => (k < 10 ? k : 0.1));
    const onlyLater = Float64Array.from({ length: 30 }, (_, k) => (k < 10 ? missing : Math.sin(k)));
    expect([...pairCorrelations([flatLater, onlyLater], 0)]).toEqual([
      { i: 0, j: 1, n: 20, r: null, lag: null, rLag: null },
    ]);
  });

  it("has none without three common samples", () => {
    const [one, other] = [Float64Array.of(1, 2, missing, 4), Float64Array.of(4, 1, 2, missing)];
    expect([...pairCorrelations([one, other], 2)]).toEqual([{ i: 0, j: 1, n: 2, r: null, lag: null, rLag: null }]);
    expect([...pairCorrelations([], 5)]).toEqual([]);
    expect([...pairCorrelations([new Float64Array(0), new Float64Array(0)], 5)][0]).toMatchObject({ n: 0, r: null });
  });

  it("treats infinities as missing", () => {
    const one = Float64Array.of(1, Number.POSITIVE_INFINITY, 3, 5, 4);
    const other = Float64Array.of(2, 9, 1, 0, 7);
    expectNaive([...pairCorrelations([one, other], 0)][0] as PairCorrelation, [one, other], 0);
  });
});

describe("laggedDots", () => {
  it("multiplies at every lag", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 9 }),
        fc.infiniteStream(value),
        (length, maxLag, values) => {
          const [x, y] = [paddedSeries(length, maxLag), paddedSeries(length, maxLag)];
          for (let k = 0; k < length; k++) {
            x[maxLag + k] = values.next().value as number;
            y[maxLag + k] = values.next().value as number;
          }
          const out = new Float64Array(2 * maxLag + 1);
          laggedDots(x, y, { length, maxLag }, out);
          for (let lag = -maxLag; lag <= maxLag; lag++) {
            let sum = 0;
            for (let k = Math.max(0, -lag); k < Math.min(length, length - lag); k++) {
              sum += (x[maxLag + k] as number) * (y[maxLag + k + lag] as number);
            }
            expect(out[maxLag + lag]).toBeCloseTo(sum, 9);
          }
        },
      ),
    );
  });
});
