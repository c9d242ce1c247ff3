import { medianStep } from "./published-time.js";
import { resample, resamplePlan } from "./resample.js";
import type { TimeAxis } from "./time-axis.js";

/** Samples of a recording on the common grid, and how a trace is brought there. */
export interface PublishedGrid {
  /** Seconds, k · dt. */
  readonly timeS: Float64Array;
  resample(values: Float64Array): Float32Array;
}

export interface PublishedGridOptions {
  /** Step of the grid in seconds. */
  readonly dtS: number;
  /** Whether times are float32 numbers (`f32_time`), which the choice of the branch depends on. */
  readonly single: boolean;
  /** Whether means of blocks are stamped with their start, rather than taken around their time (`block_start`). */
  readonly blockStart: boolean;
}

/** The published procedure interpolates this many samples per step before it averages them. */
const FINE_STEPS = 6;

/**
 * Step 9 of the published procedure. A source coarser than the grid is interpolated at k · dt below the last time; a
 * finer one is interpolated at dt / 6 and averaged over blocks of six. Cost: a table of O(T + samples) per recording,
 * O(samples) per trace. Without frames there are no samples.
 */
export function publishedGrid(time: Float64Array, options: PublishedGridOptions): PublishedGrid {
  const { dtS, single, blockStart } = options;
  const end = time.length === 0 ? 0 : Math.max(time[time.length - 1] as number, 0);
  if (dtS < medianStep(time, { single })) {
    const grid = steps(dtS, Math.ceil(end / dtS));
    const plan = interpolation(time, grid);
    return { timeS: grid, resample: (values) => Float32Array.from(interpolate(plan, values)) };
  }
  if (!blockStart) return centredGrid(time, dtS);
  const fine = steps(dtS / FINE_STEPS, Math.ceil(end / (dtS / FINE_STEPS)));
  const plan = interpolation(time, fine);
  const width = Math.max(1, Math.round(dtS / medianStep(fine, { from: 1 })) || 1);
  const timeS = steps(dtS, Math.floor(fine.length / width));
  return { timeS, resample: (values) => blockMeans(Float32Array.from(interpolate(plan, values)), width) };
}

function steps(dt: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => k * dt);
}

interface Interpolation {
  /** Frame before each sample. */
  readonly frame: Int32Array;
  /** Sample minus time of that frame, and time between it and the next. */
  readonly after: Float64Array;
  readonly step: Float64Array;
}

function interpolation(time: Float64Array, samples: Float64Array): Interpolation {
  const frame = new Int32Array(samples.length);
  const after = new Float64Array(samples.length);
  const step = new Float64Array(samples.length);
  let j = 0;
  for (let k = 0; k < samples.length; k++) {
    const t = samples[k] as number;
    while (j + 2 < time.length && (time[j + 1] as number) <= t) j++;
    frame[k] = j;
    after[k] = t - (time[j] as number);
    step[k] = (time[j + 1] as number) - (time[j] as number);
  }
  return { frame, after, step };
}

/** As `numpy.interp`: from the frame before, or, where that gives NaN, from the one behind. */
function interpolate({ frame, after, step }: Interpolation, values: Float64Array): Float64Array {
  const out = new Float64Array(frame.length);
  for (let k = 0; k < out.length; k++) {
    const j = frame[k] as number;
    const left = values[j] as number;
    const right = values[j + 1] as number;
    const dx = after[k] as number;
    const slope = (right - left) / (step[k] as number);
    const value = slope * dx + left;
    out[k] = Number.isNaN(value) && dx === 0 ? left : value;
  }
  return out;
}

/** Means in float32, as the published arrays are. */
function blockMeans(fine: Float32Array, width: number): Float32Array {
  const out = new Float32Array(Math.floor(fine.length / width));
  for (let k = 0; k < out.length; k++) {
    let sum = 0;
    for (let i = k * width; i < (k + 1) * width; i++) sum = Math.fround(sum + (fine[i] as number));
    out[k] = sum / width;
  }
  return out;
}

/** The corrected average of a finer source: around each time stamp (specification section 3.2 rule 5). */
function centredGrid(time: Float64Array, dtS: number): PublishedGrid {
  const plan = resamplePlan(wholeAxis(time), dtS);
  return {
    timeS: steps(dtS, plan.samples),
    resample: (values) => {
      const out = new Float64Array(plan.samples);
      resample(plan, values, out);
      return Float32Array.from(out);
    },
  };
}

/** One segment without gaps: the published procedure knows of none. */
function wholeAxis(timeS: Float64Array): TimeAxis {
  return {
    t0S: 0,
    timeS,
    segment: new Int16Array(timeS.length),
    segments: 1,
    broken: new Uint8Array(Math.max(timeS.length - 1, 0)),
    durationS: timeS.length === 0 ? null : (timeS[timeS.length - 1] as number),
    medianDtS: 0,
    maxDtS: null,
  };
}
