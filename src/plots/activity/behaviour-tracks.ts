import { leftAxis, verticalGrid } from "../axis.js";
import { linearScale } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import { fitText, textAt } from "../text.js";
import type { BehaviourChannel, EventSpan } from "./activity-data.js";
import { clippedSpan, NOTHING, type Part, type TimePanel } from "./time-panel.js";

const TRACK_HEIGHT = 42;
const TRACK_GAP = 9;
/** Room for the numbers of an axis. */
export const AXIS_ROOM = 36;
export const TRACK_NAME_SIZE = 9;
/** Share of the values at each end that may lie outside an axis, so that one outlier does not flatten a track. */
const TAIL = 0.002;

/** Behaviour over time, one track a channel; intervals of reversal shade the ground. */
export function behaviourTracks(options: {
  readonly panel: TimePanel;
  readonly top: number;
  readonly channels: readonly BehaviourChannel[];
  readonly frameTimesS: ArrayLike<number>;
  readonly reversals: readonly EventSpan[];
}): Part {
  const { panel, top, channels, frameTimesS, reversals } = options;
  if (channels.length === 0) return NOTHING;
  const drawn = channels.map((channel, index) => {
    const y = top + index * (TRACK_HEIGHT + TRACK_GAP);
    return track({ panel, top: y, channel, frameTimesS, reversals });
  });
  return { svg: group({}, drawn), height: channels.length * (TRACK_HEIGHT + TRACK_GAP) };
}

function track(options: {
  readonly panel: TimePanel;
  readonly top: number;
  readonly channel: BehaviourChannel;
  readonly frameTimesS: ArrayLike<number>;
  readonly reversals: readonly EventSpan[];
}): string {
  const { panel, top, channel, frameTimesS, reversals } = options;
  const { theme, left, right } = panel;
  const bottom = top + TRACK_HEIGHT;
  const range = valueRange(channel.values);
  const scale = linearScale(range, [bottom - 2, top + 2]);
  const shades = new PathData();
  for (const { startS, endS } of reversals) {
    if (endS === null) continue;
    const span = clippedSpan(panel, startS ?? panel.scale.minimum, endS);
    if (span !== undefined) shades.rectangle(span.x, top, span.width, TRACK_HEIGHT);
  }
  const zero = range[0] < 0 && range[1] > 0 ? scale.at(0) : undefined;
  const nameWidth = left - AXIS_ROOM - 8;
  const style = { size: TRACK_NAME_SIZE, anchor: "end" } as const;
  const middle = top + TRACK_HEIGHT / 2;
  const unit = channel.unit ?? "unit not stated";
  const textX = left - AXIS_ROOM;
  return group({}, [
    element("rect", { x: left, y: top, width: right - left, height: TRACK_HEIGHT, fill: theme.panel }),
    shades.isEmpty ? "" : element("path", { d: shades.toString(), fill: theme.shade }),
    element("path", { d: verticalGrid(panel.scale, top, bottom), stroke: theme.grid, "stroke-width": 0.75 }),
    zero === undefined
      ? ""
      : element("path", { d: `M${left} ${zero.toFixed(1)}H${right}`, stroke: theme.axis, "stroke-width": 0.5 }),
    element("path", {
      d: linePath({ panel, values: channel.values, timesS: frameTimesS, place: (value) => scale.at(value), range }),
      fill: "none",
      stroke: theme.line,
      "stroke-width": 0.9,
      "stroke-linejoin": "round",
    }),
    leftAxis({ scale, x: left, theme }),
    textAt(textX, middle - 2, fitText(channel.name, nameWidth, style.size), { ...style, fill: theme.text }),
    textAt(textX, middle + 9, fitText(unit, nameWidth, 8), { ...style, size: 8, fill: theme.muted }),
  ]);
}

/** The span of the values less the outermost ones; one unit wide where they are all equal. */
export function valueRange(values: ArrayLike<number>): [number, number] {
  const finite = Float64Array.from(values)
    .filter((value) => Number.isFinite(value))
    .sort();
  if (finite.length === 0) return [0, 1];
  const skip = Math.floor(finite.length * TAIL);
  const low = finite[skip] as number;
  const high = finite[finite.length - 1 - skip] as number;
  return high > low ? [low, high] : [low - 0.5, high + 0.5];
}

/**
 * A line through values, broken where there is none and where frames are far apart (3 median steps). Where several
 * frames share half a px only their lowest and highest are kept, so the path grows with the width alone.
 */
export function linePath(options: {
  readonly panel: TimePanel;
  readonly values: ArrayLike<number>;
  readonly timesS: ArrayLike<number>;
  readonly place: (value: number) => number;
  readonly range: readonly [number, number];
}): string {
  const { panel, values, timesS, place, range } = options;
  const path = new PathData();
  const gapS = 3 * medianStep(timesS);
  let pen = false;
  let bucket: { column: number; points: [number, number][] } | undefined;
  const draw = (x: number, value: number) => {
    const y = place(Math.min(range[1], Math.max(range[0], value)));
    if (pen) path.line(x, y);
    else path.move(x, y);
    pen = true;
  };
  const flush = () => {
    for (const [x, value] of bucket === undefined ? [] : extremes(bucket.points)) draw(x, value);
    bucket = undefined;
  };
  let before = Number.NaN;
  for (let k = 0; k < Math.min(values.length, timesS.length); k++) {
    const value = values[k] as number;
    const timeS = timesS[k] as number;
    if (!Number.isFinite(value) || timeS - before > gapS) {
      flush();
      pen = false;
    }
    before = timeS;
    if (!Number.isFinite(value)) continue;
    const x = panel.scale.at(timeS);
    const column = Math.floor(x * 2);
    if (bucket !== undefined && bucket.column !== column) flush();
    bucket ??= { column, points: [] };
    bucket.points.push([x, value]);
  }
  flush();
  return path.toString();
}

/** Lowest and highest of some points, in the order of time. */
function extremes(points: readonly [number, number][]): readonly [number, number][] {
  if (points.length <= 2) return points;
  let low = 0;
  let high = 0;
  points.forEach(([, value], index) => {
    if (value < (points[low] as [number, number])[1]) low = index;
    if (value > (points[high] as [number, number])[1]) high = index;
  });
  return [...new Set([Math.min(low, high), Math.max(low, high)])].map((index) => points[index] as [number, number]);
}

function medianStep(timesS: ArrayLike<number>): number {
  const steps = new Float64Array(Math.max(0, timesS.length - 1));
  for (let k = 0; k < steps.length; k++) steps[k] = (timesS[k + 1] as number) - (timesS[k] as number);
  steps.sort();
  return steps.length === 0 ? Number.POSITIVE_INFINITY : (steps[steps.length >> 1] as number);
}
