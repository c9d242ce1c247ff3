import { seededRandom } from "../seeded-random.js";

/** One invented recording, with every trap of the specification's fixtures. */
export interface SyntheticRecording {
  readonly index: number;
  /** Seconds, irregular steps around `dt`, starting at `t0`. */
  readonly timeS: Float64Array;
  /** Per ROI, one value per frame; NaN runs and one column of NaN only, unless `complete`. */
  readonly traces: readonly Float64Array[];
  /** Per ROI: a duplicate, an empty one, one with "?", a zero-padded one among them. */
  readonly labels: readonly string[];
  readonly velocity: Float64Array;
  /** [start, end) frames. */
  readonly reversals: readonly (readonly [number, number])[];
  readonly stimulus: { readonly onS: number; readonly offS: number; readonly name: string };
}

/** Labels of the first six ROIs: exact, duplicate of it, empty, unsure of the side, zero-padded, exact. */
export const SYNTHETIC_LABELS = ["AVAL", "AVAL", "", "SAAD?", "VB02", "RIML"] as const;

const MORE_LABELS = ["AVAR", "AVBL", "AVBR", "RIMR", "RID", "SMDVL", "SMDVR", "ASEL", "ASER", "AWCL", "PVCL", "DVA"];

/**
 * Invented traces: sums of slow oscillations that follow an invented velocity, plus noise. ROI 0 rises with velocity,
 * ROI 1 falls. Depends on the arguments alone.
 */
export function syntheticRecording(options: {
  readonly seed: number;
  readonly name: string;
  readonly index: number;
  readonly frames: number;
  readonly rois: number;
  readonly dtS: number;
  readonly t0S?: number;
  /** Without NaN, for formats or uses that have none. */
  readonly complete?: boolean;
  /** Equal steps, for formats that state a rate. */
  readonly regular?: boolean;
}): SyntheticRecording {
  const { seed, name, index, frames, rois, dtS, t0S = 0, complete = false, regular = false } = options;
  const random = seededRandom(seed).fork(`${name} ${index}`);
  const timeS = new Float64Array(frames);
  for (let k = 0; k < frames; k++) {
    const jitter = regular ? 0 : 0.02 * (random.next() - 0.5) * dtS;
    timeS[k] = t0S + k * dtS + (k === 0 ? 0 : jitter);
  }
  const velocity = new Float64Array(frames);
  let reversing = false;
  const reversals: [number, number][] = [];
  for (let k = 0; k < frames; k++) {
    if (random.chance(reversing ? 0.08 : 0.02)) {
      reversing = !reversing;
      if (reversing) reversals.push([k, frames]);
      else (reversals.at(-1) as [number, number])[1] = k;
    }
    velocity[k] = (reversing ? -0.08 : 0.06) + 0.02 * (random.next() - 0.5);
  }
  const traces = Array.from({ length: rois }, (_, roi) => {
    const trace = new Float64Array(frames);
    const weight = roi === 0 ? 6 : roi === 1 ? -6 : 8 * (random.next() - 0.5);
    const period = 20 + 100 * random.next();
    const phase = 2 * Math.PI * random.next();
    let level = 0;
    for (let k = 0; k < frames; k++) {
      level += 0.2 * (weight * (velocity[k] as number) - level);
      const slow = 0.2 * Math.sin((2 * Math.PI * (timeS[k] as number)) / period + phase);
      trace[k] = 1 + level + slow + 0.05 * (random.next() - 0.5);
    }
    if (!complete && roi === 2) trace.fill(Number.NaN);
    if (!complete && roi === 3) trace.fill(Number.NaN, 100, Math.min(112, frames));
    return trace;
  });
  const labels = Array.from({ length: rois }, (_, roi) => SYNTHETIC_LABELS[roi] ?? MORE_LABELS[roi - 6] ?? "");
  const onS = t0S + 0.25 * frames * dtS;
  return { index, timeS, traces, labels, velocity, reversals, stimulus: { onS, offS: onS + 10, name: "NaCl" } };
}
