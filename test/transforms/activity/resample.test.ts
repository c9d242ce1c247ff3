import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { moments, validBitmap, zScore } from "../../../src/transforms/activity/normalise.js";
import { gridSamples, resample, resamplePlan } from "../../../src/transforms/activity/resample.js";
import { smooth, smoothPlan } from "../../../src/transforms/activity/smooth.js";
import { type TimeAxis, timeAxis } from "../../../src/transforms/activity/time-axis.js";

const axisOf = (timeS: readonly number[], segmentStarts: readonly number[] = [0], gap = 3): TimeAxis =>
  timeAxis({ recordingId: "A/1", timeS, segmentStarts: timeS.length === 0 ? [] : segmentStarts, gap });

function resampled(axis: TimeAxis, dtS: number, values: readonly number[]): Float64Array {
  const plan = resamplePlan(axis, dtS);
  const into = new Float64Array(plan.samples).fill(-99);
  resample(plan, Float64Array.from(values), into);
  return into;
}

/** Mean of the linear interpolant from a to b by its definition: the trapezoids between all corners. */
function meanOfInterpolant(timeS: readonly number[], values: readonly number[], a: number, b: number): number {
  const at = (t: number) => {
    let k = 0;
    while (k < timeS.length - 2 && (timeS[k + 1] as number) <= t) k++;
    const [t0, t1, x0, x1] = [timeS[k], timeS[k + 1], values[k], values[k + 1]] as [number, number, number, number];
    return x0 + ((x1 - x0) * (t - t0)) / (t1 - t0);
  };
  const corners = [a, ...timeS.filter((t) => t > a && t < b), b];
  let area = 0;
  for (let i = 1; i < corners.length; i++) {
    const [from, to] = [corners[i - 1] as number, corners[i] as number];
    area += ((at(from) + at(to)) / 2) * (to - from);
  }
  return area / (b - a);
}

/** Steps between frames within a factor of 2.8, so that none is a gap. */
const times = fc
  .array(fc.double({ min: 0.1, max: 0.28, noNaN: true }), { minLength: 2, maxLength: 60 })
  .map((steps) => {
    let t = 0;
    return [0, ...steps.map((step) => (t += step))];
  });
const steps = fc.constantFrom(0.05, 0.1, 0.333, 1);
const value = fc.double({ min: -100, max: 100, noNaN: true });
const trace = (timeS: readonly number[]) => fc.array(value, { minLength: timeS.length, maxLength: timeS.length });
const recording = times.chain((timeS) => fc.tuple(fc.constant(timeS), trace(timeS), steps));

describe("resample", () => {
  it("averages a finer source as the integral of its interpolant, centred on the sample", () => {
    fc.assert(
      fc.property(recording, ([timeS, values, dtS]) => {
        const axis = axisOf(timeS);
        fc.pre((axis.medianDtS as number) <= dtS);
        const end = timeS.at(-1) as number;
        resampled(axis, dtS, values).forEach((x, k) => {
          const [a, b] = [Math.max(k * dtS - dtS / 2, 0), Math.min(k * dtS + dtS / 2, end)];
          fc.pre(b - a > 1e-6);
          expect(x).toBeCloseTo(meanOfInterpolant(timeS, values, a, b), 9);
        });
      }),
    );
  });

  it("interpolates a coarser source linearly at the sample", () => {
    fc.assert(
      fc.property(recording, ([timeS, values, dtS]) => {
        const axis = axisOf(timeS);
        fc.pre((axis.medianDtS as number) > dtS);
        resampled(axis, dtS, values).forEach((x, k) => {
          expect(x).toBeCloseTo(meanOfInterpolant(timeS, values, k * dtS, k * dtS + 1e-9), 5);
        });
      }),
    );
  });

  it("makes a line of a line, but for bins cut at the ends", () => {
    fc.assert(
      fc.property(times, steps, value, value, (timeS, dtS, slope, level) => {
        const line = timeS.map((t) => level + slope * t);
        const axis = axisOf(timeS);
        const end = timeS.at(-1) as number;
        const averaged = (axis.medianDtS as number) <= dtS;
        resampled(axis, dtS, line).forEach((x, k) => {
          const cut = averaged && (k === 0 || k * dtS + dtS / 2 > end);
          const t = cut ? (Math.max(k * dtS - dtS / 2, 0) + Math.min(k * dtS + dtS / 2, end)) / 2 : k * dtS;
          expect(x).toBeCloseTo(level + slope * t, 9);
        });
      }),
    );
  });

  it("leaves a constant exactly as it is, with a spread of exactly 0 and no z", () => {
    fc.assert(
      fc.property(times, steps, value, (timeS, dtS, level) => {
        const x = resampled(
          axisOf(timeS),
          dtS,
          timeS.map(() => level),
        );
        expect(new Set(x)).toEqual(new Set([level + 0]));
        const measured = moments(x);
        expect(measured).toEqual({ valid: x.length, mean: level + 0, std: 0 });
        const z = new Float64Array(x.length);
        expect(zScore(x, measured, z)).toBe(0);
        expect(z.every(Number.isNaN)).toBe(true);
      }),
    );
  });

  it("is linear in the values", () => {
    fc.assert(
      fc.property(
        times.chain((timeS) => fc.tuple(fc.constant(timeS), trace(timeS), trace(timeS), steps, value)),
        ([timeS, x, y, dtS, factor]) => {
          const axis = axisOf(timeS);
          const sum = resampled(
            axis,
            dtS,
            x.map((a, k) => factor * a + (y[k] as number)),
          );
          const [rx, ry] = [resampled(axis, dtS, x), resampled(axis, dtS, y)];
          sum.forEach((s, k) => {
            expect(Math.abs(s - (factor * (rx[k] as number) + (ry[k] as number)))).toBeLessThan(1e-8);
          });
        },
      ),
    );
  });

  it("does not depend on when the recording began", () => {
    const exact = times.map((timeS) => timeS.map((t) => Math.round(t * 4096) / 4096));
    const whole = exact.chain((timeS) => fc.tuple(fc.constant(timeS), trace(timeS), steps, fc.integer({ max: 2e6 })));
    fc.assert(
      fc.property(whole, ([timeS, values, dtS, t0]) => {
        const shifted = axisOf(timeS.map((t) => t + t0));
        expect(shifted.t0S).toBe(t0);
        expect(resampled(shifted, dtS, values)).toEqual(resampled(axisOf(timeS), dtS, values));
      }),
    );
  });

  it("stays within the values that it is made of", () => {
    fc.assert(
      fc.property(recording, ([timeS, values, dtS]) => {
        const [low, high] = [Math.min(...values) - 1e-9, Math.max(...values) + 1e-9];
        for (const x of resampled(axisOf(timeS), dtS, values)) expect(x >= low && x <= high).toBe(true);
      }),
    );
  });
});

describe("samples that cannot be made", () => {
  const second = Array.from({ length: 11 }, (_, k) => k);

  it("interpolates nothing across the border of segments, but keeps samples on frames", () => {
    const x = resampled(axisOf(second, [0, 5]), 0.5, second);
    expect([...x]).toEqual(Array.from({ length: 20 }, (_, k) => (k === 9 ? Number.NaN : k / 2)));
  });

  it("averages nothing across the border of segments", () => {
    const x = resampled(axisOf(second, [0, 5]), 2, second);
    expect([...x]).toEqual([0.5, 2, Number.NaN, 6, 8]);
  });

  it("interpolates nothing over a gap, and over a step of just three medians it does", () => {
    const gapped = [0, 1, 2, 3, 6, 7, 8, 9, 13, 14, 15];
    const x = resampled(axisOf(gapped), 0.5, gapped);
    const missing = [...x.keys()].filter((k) => Number.isNaN(x[k]));
    expect(missing).toEqual([19, 20, 21, 22, 23, 24, 25]);
    expect(resampled(axisOf(gapped, [0], 2), 0.5, gapped).filter(Number.isNaN)).toHaveLength(7 + 5);
  });

  it("makes no value of a frame without one", () => {
    const values = second.map((k) => (k === 4 ? Number.NaN : k));
    const x = resampled(axisOf(second), 0.5, values);
    expect([...x.keys()].filter((k) => Number.isNaN(x[k]))).toEqual([7, 8, 9]);
    const averaged = resampled(axisOf(second), 2, values);
    expect([...averaged.keys()].filter((k) => Number.isNaN(averaged[k]))).toEqual([2]);
    const infinite = resampled(
      axisOf(second),
      0.5,
      second.map((k) => (k === 4 ? Number.POSITIVE_INFINITY : k)),
    );
    expect(infinite).toEqual(x);
  });

  it("marks exactly those as invalid that touch a missing frame or a broken step", () => {
    const gaps = recording.chain(([timeS, values, dtS]) =>
      fc.tuple(
        fc.constant(timeS),
        fc.constant(values),
        fc.constant(dtS),
        fc.nat(timeS.length - 1),
        fc.integer({ min: 1, max: timeS.length - 1 }),
      ),
    );
    fc.assert(
      fc.property(gaps, ([timeS, values, dtS, hole, border]) => {
        const axis = axisOf(timeS, [0, border]);
        const averaged = (axis.medianDtS as number) <= dtS;
        const end = timeS.at(-1) as number;
        const x = resampled(axis, dtS, values.with(hole, Number.NaN));
        x.forEach((sample, k) => {
          const [a, b] = averaged
            ? [Math.max(k * dtS - dtS / 2, 0), Math.min(k * dtS + dtS / 2, end)]
            : [k * dtS, k * dtS];
          const step = (from: number, to: number) => {
            const [t0, t1] = [timeS[from] ?? 0, timeS[to] ?? end];
            if (Math.min(Math.abs(a - t0), Math.abs(a - t1), Math.abs(b - t0), Math.abs(b - t1)) < 1e-6) fc.pre(false);
            return averaged ? t0 < b && t1 > a : t0 < a && a < t1;
          };
          const touched = step(border - 1, border) || step(Math.max(hole - 1, 0), hole) || step(hole, hole + 1);
          expect(Number.isNaN(sample)).toBe(touched);
        });
      }),
    );
  });

  it("gives nothing for recordings without duration", () => {
    expect(resampled(axisOf([]), 0.333, [])).toHaveLength(0);
    expect(resampled(axisOf([5]), 0.333, [1])).toHaveLength(0);
    expect(axisOf([5])).toMatchObject({ t0S: 5, durationS: 0, medianDtS: null, maxDtS: null });
    expect(axisOf([])).toMatchObject({ t0S: null, durationS: null, segments: 0 });
  });
});

describe("timeAxis", () => {
  it("counts grid samples that begin before the last frame", () => {
    expect(gridSamples(480.665092, 0.333)).toBe(1444);
    expect(gridSamples(480.619636, 0.333)).toBe(1444);
    expect(gridSamples(588.666211, 0.333)).toBe(1768);
    expect(gridSamples(3, 1)).toBe(3);
    expect(gridSamples(3 * 0.1, 0.1)).toBe(3);
    expect(gridSamples(0.31, 0.1)).toBe(4);
    expect(gridSamples(0, 0.333)).toBe(0);
    expect(() => gridSamples(1e12, 0.333)).toThrow(/1000000000000 s in steps of 0.333 s/);
  });

  it("takes medians and segments", () => {
    const axis = axisOf([10, 11, 13, 14, 18], [0, 2]);
    expect(axis).toMatchObject({ t0S: 10, durationS: 8, medianDtS: 1.5, maxDtS: 4, segments: 2 });
    expect([...axis.segment]).toEqual([0, 0, 1, 1, 1]);
    expect([...axis.broken]).toEqual([0, 1, 0, 0]);
  });

  it("refuses times and segments that cannot be", () => {
    expect(() => axisOf([0, 1, 1])).toThrow(/A\/1: times of frames 1 and 2 are 1 and 1/);
    expect(() => axisOf([0, Number.NaN])).toThrow(/frames 0 and 1 are 0 and NaN/);
    expect(() => axisOf([Number.NaN])).toThrow(/frames 0 and 1 are NaN and none/);
    expect(() => axisOf([0, 1, 2], [1])).toThrow(/segment 0 starts at frame 1/);
    expect(() => axisOf([0, 1, 2], [0, 3])).toThrow(/segment 0 starts at frame 0, the next at 3|segment 1/);
    expect(() => axisOf([0, 1, 2], [0, 2, 2])).toThrow(/segment 1 starts at frame 2, the next at 2, of 3 frames/);
  });
});

describe("normalise", () => {
  it("takes mean and spread over valid values alone", () => {
    const values = Float64Array.of(Number.NaN, 1, 3, Number.POSITIVE_INFINITY, 5);
    const measured = moments(values);
    expect(measured).toEqual({ valid: 3, mean: 3, std: Math.sqrt(8 / 3) });
    const z = new Float64Array(5);
    expect(zScore(values, measured, z)).toBe(3);
    expect([...z]).toEqual([Number.NaN, -2 / Math.sqrt(8 / 3), 0, Number.NaN, 2 / Math.sqrt(8 / 3)]);
    expect(moments(Float64Array.of(Number.NaN))).toEqual({ valid: 0, mean: null, std: null });
  });

  it("has one bit per value, least significant first, and none when all are valid", () => {
    fc.assert(
      fc.property(fc.array(fc.option(value, { nil: Number.NaN }), { maxLength: 40 }), (list) => {
        const values = Float64Array.from(list);
        const { valid } = moments(values);
        const bits = validBitmap(values, valid);
        if (bits === null) {
          expect(valid).toBe(list.length);
          return;
        }
        expect(bits).toHaveLength(Math.ceil(list.length / 8));
        const read = list.map((_, k) => ((bits[k >> 3] as number) >> (k & 7)) & 1);
        expect(read).toEqual(list.map((x) => (Number.isNaN(x) ? 0 : 1)));
      }),
    );
  });

  it("gives z of mean 0 and spread 1", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 50 }), (list) => {
        const values = Float64Array.from(list);
        const measured = moments(values);
        fc.pre((measured.std as number) > 1e-6);
        const z = new Float64Array(values.length);
        expect(zScore(values, measured, z)).toBe(values.length);
        const after = moments(z);
        expect(after.mean).toBeCloseTo(0, 6);
        expect(after.std).toBeCloseTo(1, 9);
      }),
    );
  });
});

describe("smooth", () => {
  it("takes the mean of frames within half a window, and never beyond a border or gap", () => {
    const axis = axisOf([0, 1, 2, 3, 4, 5, 20, 21], [0, 3]);
    const { from, to } = smoothPlan(axis, 2);
    expect([...from]).toEqual([0, 0, 1, 3, 3, 4, 6, 6]);
    expect([...to]).toEqual([2, 3, 3, 5, 6, 6, 8, 8]);
    const into = new Float64Array(8);
    smooth({ from, to }, Float64Array.of(0, 3, 6, 9, Number.NaN, 15, 18, 20), into);
    expect([...into]).toEqual([1.5, 3, 4.5, 9, Number.NaN, 15, 19, 19]);
  });

  it("changes nothing with a window shorter than two steps", () => {
    fc.assert(
      fc.property(recording, ([timeS, values]) => {
        const into = new Float64Array(values.length);
        smooth(smoothPlan(axisOf(timeS), 0.19), Float64Array.from(values), into);
        expect([...into]).toEqual(values.map((x) => x + 0));
      }),
    );
  });
});
