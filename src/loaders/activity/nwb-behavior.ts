import type { LoadContext } from "../loader.js";
import type { Hdf5Content } from "./hdf5-content.js";
import { annotations, type NwbInterval, placedIntervals, seriesIntervals, tableIntervals } from "./nwb-intervals.js";
import type { NwbObject, NwbObjects } from "./nwb-objects.js";
import { sameTimes, seriesColumns, seriesData, seriesTime } from "./nwb-series.js";
import type { SourceBehavior, SourceEvent } from "./source-recording.js";

const CONTAINERS = ["BehavioralTimeSeries", "Position", "CompassDirection", "EyeTracking", "PupilTracking"];

/** Columns of one series that are taken as channels; a wider one is an image or a matrix. */
const MOST_COLUMNS = 1024;

/** Frames of the recording, against which series are laid. */
export interface FrameAxis {
  readonly frames: number;
  readonly timeS: Float64Array;
}

/** Where a behaviour series stands: not among stimuli, traces or raw images. */
function isBehavior(objects: NwbObjects, object: NwbObject, named: readonly string[]): boolean {
  if (named.includes(object.path) || named.includes(object.name)) return true;
  if (object.path.startsWith("/stimulus/") || objects.isA(object.type, "ImageSeries")) return false;
  if (
    ["RoiResponseSeries", "IntervalSeries", "AnnotationSeries", "OptogeneticSeries"].some((type) =>
      objects.isA(object.type, type),
    )
  )
    return false;
  if (objects.isA(object.type, "SpatialSeries") || objects.isWithin(object, CONTAINERS)) return true;
  return object.within.some(({ type, name }) => type === "ProcessingModule" && /behavio/i.test(name));
}

/**
 * Behaviour channels: SpatialSeries, TimeSeries in BehavioralTimeSeries and its kin or in a module named behaviour, and
 * those that `named` lists. Each column of `data` is one channel row; times are stored where they are not the frames'.
 * A series without times is taken when it has one value per frame, else dropped with its dataset.
 */
export function readBehaviors(
  content: Hdf5Content,
  objects: NwbObjects,
  { axis, named }: { readonly axis: FrameAxis; readonly named: readonly string[] },
): SourceBehavior[] {
  const behaviors: SourceBehavior[] = [];
  const names = new Map<string, number>();
  for (const object of objects.ofType("TimeSeries")) {
    if (!isBehavior(objects, object, named) || objects.isWithin(object, ["BehavioralEvents"])) continue;
    const { path } = object;
    const shape = content.shapeOf(`${path}/data`);
    if (shape === null || !content.isNumeric(`${path}/data`)) continue;
    if (shape.length === 0 || shape.length > 2 || (shape[1] ?? 1) > MOST_COLUMNS || content.isUsed(`${path}/data`))
      continue;
    const samples = shape[0] as number;
    const time = seriesTime(content, path, samples);
    if (time === null ? samples !== axis.frames : time.timeS.length < samples) continue;
    const data = seriesData(content, path);
    const onFrames = samples === axis.frames && (time === null || sameTimes(time.timeS, axis.timeS, samples));
    const timeS = onFrames || time === null ? undefined : time.timeS.slice(0, samples);
    const repeated = names.get(object.name) ?? 0;
    names.set(object.name, repeated + 1);
    const channel = repeated === 0 ? object.name : path.slice(1);
    for (const [subIndex, values] of (seriesColumns(data) ?? []).entries()) {
      behaviors.push({ channel, subIndex, unit: data.unit, values, ...(timeS === undefined ? {} : { timeS }) });
    }
  }
  return behaviors;
}

/**
 * Events: TimeIntervals tables, IntervalSeries (BehavioralEpochs), AnnotationSeries and series in BehavioralEvents,
 * except those below `/stimulus` and those that `isStimulus` says.
 */
export function readEvents(
  context: LoadContext<unknown>,
  content: Hdf5Content,
  { objects, isStimulus }: { readonly objects: NwbObjects; readonly isStimulus: (object: NwbObject) => boolean },
): SourceEvent[] {
  const events: SourceEvent[] = [];
  for (const object of objects.all) {
    if (isStimulus(object)) continue;
    const intervals = intervalsOf(content, objects, object);
    if (intervals === null) continue;
    for (const { startS, endS, statements } of placedIntervals(context, content, { path: object.path, intervals })) {
      const value = statementText(statements);
      events.push({ name: object.name, tStartS: startS, tEndS: endS, value });
    }
  }
  return events;
}

function intervalsOf(content: Hdf5Content, objects: NwbObjects, object: NwbObject): readonly NwbInterval[] | null {
  const { path, type } = object;
  if (objects.isA(type, "TimeIntervals")) return tableIntervals(content, path);
  if (objects.isA(type, "IntervalSeries")) return seriesIntervals(content, path);
  if (objects.isA(type, "AnnotationSeries")) return annotations(content, path);
  if (!objects.isA(type, "TimeSeries") || !objects.isWithin(object, ["BehavioralEvents"])) return null;
  const { values } = seriesData(content, path);
  const time = seriesTime(content, path, values.length);
  if (time === null) throw content.missing(`${path}/timestamps`);
  return Array.from(values, (value, k) => ({ startS: time.timeS[k] ?? null, endS: null, statements: { value } }));
}

/** One statement as it is, several as JSON text, none as null. */
export function statementText(statements: Readonly<Record<string, string | number>>): string | null {
  const values = Object.values(statements);
  if (values.length === 0) return null;
  return values.length === 1 ? String(values[0]) : JSON.stringify(statements);
}
