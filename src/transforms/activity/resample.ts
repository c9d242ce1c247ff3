import { LoadError } from "../../base/errors.js";
import type { TimeAxis } from "./time-axis.js";

/**
 * How every sample of a grid is made of frames: the same for all ROIs of a recording. Sample k is
 * `x[first] + Σ weight · (x[first + j] − x[first])` over its frames; samples without frames are invalid. Written as
 * differences, so that a constant trace stays exactly constant.
 */
export interface ResamplePlan {
  readonly dtS: number;
  /** Samples of the grid: t_k = k · dt for 0 ≤ t_k < time of the last frame. */
  readonly samples: number;
  /** First frame of every sample; −1 where no value may be made. */
  readonly first: Int32Array;
  /** Where the weights of sample k begin, those of frame `first[k] + 1`; `samples + 1` entries. */
  readonly start: Int32Array;
  readonly weight: Float64Array;
}

/** More samples in one recording are a wrong step or a wrong clock: 38 days at the default step. */
const MAXIMUM_SAMPLES = 10_000_000;

/** Times closer than this part of a step are the same time: rounding must not put a sample beyond a frame. */
const SAME_TIME = 1e-9;

/** Samples at k · dt that begin before the last frame. @throws {LoadError} `load/grid-too-long` */
export function gridSamples(durationS: number, dtS: number): number {
  let samples = Math.ceil(durationS / dtS);
  while (samples > 0 && (samples - 1) * dtS >= durationS) samples--;
  while (samples * dtS < durationS && samples <= MAXIMUM_SAMPLES) samples++;
  if (samples <= MAXIMUM_SAMPLES) return samples;
  throw new LoadError("grid-too-long", `${durationS} s in steps of ${dtS} s are more than ${MAXIMUM_SAMPLES} samples`, {
    fields: { durationS, dtS, limit: MAXIMUM_SAMPLES },
    wayOut: "Choose a longer step, or correct the unit of the times.",
  });
}

/**
 * The weights for resampling to steps of `dtS` seconds (specification 3.2, rule 5). A source with a longer median step
 * is interpolated linearly at t_k; any other is averaged: the exact mean of its linear interpolant over
 * [t_k − dt/2, t_k + dt/2], truncated at the ends of the recording. A sample that would need the interpolant where the
 * axis is broken is invalid. Cost: O(T + samples) in time and memory.
 * @throws {LoadError} `load/grid-too-long`
 */
export function resamplePlan(axis: TimeAxis, dtS: number): ResamplePlan {
  const samples = axis.durationS === null ? 0 : gridSamples(axis.durationS, dtS);
  const coarser = axis.medianDtS !== null && axis.medianDtS > dtS;
  return coarser ? interpolationPlan(axis, dtS, samples) : averagePlan(axis, dtS, samples);
}

function interpolationPlan({ timeS, broken }: TimeAxis, dtS: number, samples: number): ResamplePlan {
  const first = new Int32Array(samples).fill(-1);
  const start = new Int32Array(samples + 1);
  const weight = new Float64Array(samples);
  const same = SAME_TIME * dtS;
  let used = 0;
  let k = 0;
  for (let sample = 0; sample < samples; sample++) {
    const t = sample * dtS;
    while ((timeS[k + 1] as number) <= t + same) k++;
    const from = timeS[k] as number;
    if (t - from <= same) first[sample] = k;
    else if (broken[k] === 0) {
      first[sample] = k;
      weight[used++] = (t - from) / ((timeS[k + 1] as number) - from);
    }
    start[sample + 1] = used;
  }
  return { dtS, samples, first, start, weight: weight.slice(0, used) };
}

function averagePlan({ timeS, broken }: TimeAxis, dtS: number, samples: number): ResamplePlan {
  const end = timeS[timeS.length - 1] as number;
  const first = new Int32Array(samples).fill(-1);
  const start = new Int32Array(samples + 1);
  // Frames lie in at most two bins, and each bin has at most two frames outside of it.
  const weight = new Float64Array(2 * timeS.length + 2 * samples);
  const same = SAME_TIME * dtS;
  let used = 0;
  let k = 0;
  for (let sample = 0; sample < samples; sample++) {
    const t = sample * dtS;
    const low = Math.max(t - dtS / 2, 0);
    const high = Math.min(t + dtS / 2, end);
    while ((timeS[k + 1] as number) <= low + same) k++;
    let whole = true;
    const base = used;
    let step = k;
    for (; step < broken.length && (timeS[step] as number) < high - same; step++) {
      if (broken[step] === 1) {
        whole = false;
        break;
      }
      const left = timeS[step] as number;
      const right = timeS[step + 1] as number;
      const from = Math.max(left, low);
      const to = Math.min(right, high);
      const share = (to - from) / (high - low);
      const rise = ((from + to) / 2 - left) / (right - left);
      if (step > k) weight[used - 1] = (weight[used - 1] as number) + share * (1 - rise);
      weight[used++] = share * rise;
    }
    if (whole) first[sample] = k;
    else used = base;
    start[sample + 1] = used;
  }
  return { dtS, samples, first, start, weight: weight.slice(0, used) };
}

/**
 * Resamples one trace: `values` are its frames, `into` has room for the samples of the plan. A sample that depends on a
 * frame without a value (NaN, or infinite) is NaN. Allocates nothing; about 2 ns per weight.
 */
export function resample(plan: ResamplePlan, values: Float64Array, into: Float64Array): void {
  const { samples, first, start, weight } = plan;
  let j = 0;
  for (let sample = 0; sample < samples; sample++) {
    const frame = first[sample] as number;
    if (frame < 0) {
      into[sample] = Number.NaN;
      continue;
    }
    const end = start[sample + 1] as number;
    const base = values[frame] as number;
    let sum = base;
    let next = frame + 1;
    for (; j < end; j++, next++) sum += (weight[j] as number) * ((values[next] as number) - base);
    into[sample] = sum - sum === 0 ? sum : Number.NaN;
  }
}
