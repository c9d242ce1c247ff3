import { LoadError } from "../../base/errors.js";

/** Frames of one recording in time, on its own clock: frame 0 is at 0 s. */
export interface TimeAxis {
  /** Time of frame 0 on the source's clock; null without frames. */
  readonly t0S: number | null;
  /** Seconds after frame 0, one per frame, float64 throughout. */
  readonly timeS: Float64Array;
  /** 0-based continuous segment of every frame. */
  readonly segment: Int16Array;
  readonly segments: number;
  /** 1 at k where nothing may be interpolated between frames k and k + 1: a segment ends, or frames are missing. */
  readonly broken: Uint8Array;
  /** Time of the last frame; null without frames. */
  readonly durationS: number | null;
  /** Null with fewer than two frames. The median of an even number is the mean of the middle two. */
  readonly medianDtS: number | null;
  readonly maxDtS: number | null;
}

/**
 * Places the frames of a recording (specification 3.2, rules 1 and 5): t0 is subtracted in float64 before anything
 * else. Two frames are apart when they are in different segments, or when more than `gap` median steps lie between
 * them. Cost: O(T log T).
 * @throws {LoadError} `load/time-order` for times that are not finite and ascending, `load/segment-start` for segments
 * that do not begin at frame 0, ascend and lie within the frames.
 */
export function timeAxis(options: {
  readonly recordingId: string;
  /** Seconds on the source's clock, one per frame. */
  readonly timeS: ArrayLike<number>;
  /** First frames of the segments, 0-based. */
  readonly segmentStarts: ArrayLike<number>;
  /** Longest step within a segment, in median steps. */
  readonly gap: number;
}): TimeAxis {
  const { recordingId, segmentStarts, gap } = options;
  const frames = options.timeS.length;
  const t0S = frames > 0 ? (options.timeS[0] as number) : null;
  const timeS = new Float64Array(frames);
  for (let k = 0; k < frames; k++) timeS[k] = (options.timeS[k] as number) - (t0S as number);
  const steps = new Float64Array(Math.max(frames - 1, 0));
  for (let k = 0; k < steps.length; k++) {
    const step = (timeS[k + 1] as number) - (timeS[k] as number);
    if (!(step > 0 && step < Number.POSITIVE_INFINITY)) refuseTime(recordingId, k, options.timeS);
    steps[k] = step;
  }
  if (frames === 1 && !Number.isFinite(t0S)) refuseTime(recordingId, 0, options.timeS);
  const segment = segmentOfFrames(recordingId, segmentStarts, frames);
  const medianDtS = median(steps);
  const longest = medianDtS === null ? 0 : gap * medianDtS;
  const broken = new Uint8Array(steps.length);
  let maxDtS: number | null = null;
  for (let k = 0; k < steps.length; k++) {
    const step = steps[k] as number;
    if (maxDtS === null || step > maxDtS) maxDtS = step;
    broken[k] = segment[k] !== segment[k + 1] || step > longest ? 1 : 0;
  }
  return {
    t0S,
    timeS,
    segment,
    segments: segmentStarts.length,
    broken,
    durationS: frames > 0 ? (timeS[frames - 1] as number) : null,
    medianDtS,
    maxDtS,
  };
}

function refuseTime(recordingId: string, k: number, timeS: ArrayLike<number>): never {
  const pair = `${timeS[k]} and ${timeS[k + 1] ?? "none"}`;
  throw new LoadError("time-order", `${recordingId}: times of frames ${k} and ${k + 1} are ${pair}`, {
    fields: { recording: recordingId, frame: k, time: String(timeS[k]), next: String(timeS[k + 1]) },
    wayOut: "Times must be finite and ascending.",
  });
}

function segmentOfFrames(recordingId: string, starts: ArrayLike<number>, frames: number): Int16Array {
  const segment = new Int16Array(frames);
  if (frames > 0 && starts[0] !== 0) refuseSegment(recordingId, 0, starts, frames);
  for (let s = 0; s < starts.length; s++) {
    const from = starts[s] as number;
    const to = s + 1 < starts.length ? (starts[s + 1] as number) : frames;
    if (!(from < to && to <= frames)) refuseSegment(recordingId, s, starts, frames);
    segment.fill(s, from, to);
  }
  return segment;
}

function refuseSegment(recordingId: string, index: number, starts: ArrayLike<number>, frames: number): never {
  const start = starts[index];
  const next = starts[index + 1];
  throw new LoadError(
    "segment-start",
    `${recordingId}: segment ${index} starts at frame ${start ?? "none"}, the next at ${next ?? "none"}, of ${frames} frames`,
    {
      fields: { recording: recordingId, segment: index, start: start ?? null, next: next ?? null, frames },
      wayOut: "The first segment starts at frame 0, and each later one at a later frame of the recording.",
    },
  );
}

/** The median as numpy takes it; null of nothing. */
function median(values: Float64Array): number | null {
  if (values.length === 0) return null;
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
