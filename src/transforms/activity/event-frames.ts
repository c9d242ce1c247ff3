import type { TimeAxis } from "./time-axis.js";

/** A place in a recording as a source states it: by frame, by time on the source's clock, or both. */
export interface StatedPlace {
  /** 0-based; an end is the frame after the last. */
  readonly k: number | null;
  readonly tS: number | null;
}

/** The same on the recording's frame axis. */
export interface FramePlace {
  /** Null before the first and after the last frame. */
  readonly k: number | null;
  /** Seconds after frame 0. */
  readonly tS: number | null;
  /** The frame that the source states, when the recording has no such frame. */
  readonly outside: number | null;
}

/**
 * Places a start: what the source does not state, the frame or the time, is taken from the other. The frame of a time
 * is the first at or after it. Cost: O(log T).
 */
export function startPlace(axis: TimeAxis, { k, tS }: StatedPlace): FramePlace {
  const frames = axis.timeS.length;
  const after = tS === null || axis.t0S === null ? null : tS - axis.t0S;
  if (k === null) {
    const found = after === null || after < 0 ? frames : firstFrameAt(axis.timeS, after);
    return { k: found < frames ? found : null, tS: after, outside: null };
  }
  if (k < 0 || k >= frames) return { k: null, tS: after, outside: k };
  return { k, tS: after ?? (axis.timeS[k] as number), outside: null };
}

/**
 * Places an end, as {@link startPlace} does; frames are those after the last, up to the number of frames. An end at
 * that number is one median step after the last frame; an end in time after the last frame ends with it.
 */
function endPlace(axis: TimeAxis, { k, tS }: StatedPlace): FramePlace {
  const frames = axis.timeS.length;
  const after = tS === null || axis.t0S === null ? null : tS - axis.t0S;
  if (k === null) {
    return { k: after === null || after < 0 ? null : firstFrameAt(axis.timeS, after), tS: after, outside: null };
  }
  if (k < 0 || k > frames) return { k: null, tS: after, outside: k };
  if (after !== null || frames === 0) return { k, tS: after, outside: null };
  const end = k < frames ? (axis.timeS[k] as number) : (axis.durationS as number) + (axis.medianDtS ?? 0);
  return { k, tS: end, outside: null };
}

/** Places start and end of one interval; one that begins after the last frame has no frame at all. */
export function intervalPlaces(
  axis: TimeAxis,
  start: StatedPlace,
  end: StatedPlace,
): { readonly start: FramePlace; readonly end: FramePlace } {
  const from = startPlace(axis, start);
  const to = endPlace(axis, end);
  const isLater = from.k === null && from.tS !== null && axis.durationS !== null && from.tS > axis.durationS;
  return { start: from, end: isLater ? { ...to, k: null } : to };
}

/** First frame at `tS` or later; the number of frames when there is none. */
function firstFrameAt(timeS: Float64Array, tS: number): number {
  let low = 0;
  let high = timeS.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timeS[middle] as number) < tS) low = middle + 1;
    else high = middle;
  }
  return low;
}
