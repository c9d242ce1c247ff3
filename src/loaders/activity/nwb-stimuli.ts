import type { LoadContext } from "../loader.js";
import type { Hdf5Content } from "./hdf5-content.js";
import {
  annotations,
  type NwbInterval,
  placedIntervals,
  seriesIntervals,
  tableIntervals,
  valueRuns,
} from "./nwb-intervals.js";
import type { NwbObject, NwbObjects } from "./nwb-objects.js";
import { seriesData, seriesTime } from "./nwb-series.js";
import type { SourceBehavior, SourceStimulus } from "./source-recording.js";

type StimulusKind = SourceStimulus["kind"];

const KINDS: readonly (readonly [StimulusKind, RegExp])[] = [
  ["optogenetic", /opto/i],
  ["odour", /odou?r|chem|nacl|salt|diacetyl|butan|pentan|benzald/i],
  ["heat", /heat|temperature|thermal/i],
  ["light", /light|led\b|uv\b|laser|flash/i],
];
const NAMES = /^(?:stim(?:ulus)?_?)?(?:name|label|odou?r(?:ant)?|stimulus|condition|type|text)$/i;

/** Whether an object is a stimulus: by its type, below `/stimulus`, or a table of intervals named so. */
export function isStimulus(objects: NwbObjects, object: NwbObject): boolean {
  if (object.path.startsWith("/stimulus/") || objects.isA(object.type, "OptogeneticSeries")) return true;
  return objects.isA(object.type, "TimeIntervals") && /stim|odou?r|opto/i.test(object.name);
}

/**
 * Stimuli: TimeIntervals tables, IntervalSeries and AnnotationSeries as they stand; of other series of one column
 * (OptogeneticSeries: its power) the runs of equal values that are not 0. A waveform of more than 32 values has no
 * onset: it becomes a behaviour channel `stimulus/NAME`. The kind follows from type and name, or is `kind`.
 */
export function readStimuli(
  context: LoadContext<unknown>,
  content: Hdf5Content,
  { objects, kind }: { readonly objects: NwbObjects; readonly kind: StimulusKind | undefined },
): { stimuli: SourceStimulus[]; waveforms: SourceBehavior[] } {
  const stimuli: SourceStimulus[] = [];
  const waveforms: SourceBehavior[] = [];
  for (const object of objects.all) {
    if (!isStimulus(objects, object)) continue;
    const found = intervalsOf(content, objects, object);
    if (found === null) continue;
    if ("waveform" in found) {
      waveforms.push(found.waveform);
      continue;
    }
    const { intervals } = found;
    for (const { startS, endS, statements } of placedIntervals(context, content, { path: object.path, intervals })) {
      const nameKey = Object.keys(statements).find((key) => NAMES.test(key) && typeof statements[key] === "string");
      const name = nameKey === undefined ? object.name : String(statements[nameKey]);
      const extra = Object.fromEntries(Object.entries(statements).filter(([key]) => key !== nameKey));
      const guessed = objects.isA(object.type, "OptogeneticSeries") ? "optogenetic" : kindOf(`${object.name} ${name}`);
      stimuli.push({
        kind: kind ?? guessed,
        name,
        tOnS: startS,
        tOffS: endS,
        extra: { ...extra, ...(found.unit === null ? {} : { unit: found.unit }) },
      });
    }
  }
  return { stimuli, waveforms };
}

function kindOf(text: string): StimulusKind {
  return KINDS.find(([, pattern]) => pattern.test(text))?.[0] ?? "other";
}

type Found =
  | { readonly intervals: readonly NwbInterval[]; readonly unit: string | null }
  | { readonly waveform: SourceBehavior };

function intervalsOf(content: Hdf5Content, objects: NwbObjects, object: NwbObject): Found | null {
  const { path, type } = object;
  const plain = (intervals: readonly NwbInterval[]) => ({ intervals, unit: null });
  if (objects.isA(type, "TimeIntervals")) return plain(tableIntervals(content, path));
  if (objects.isA(type, "IntervalSeries")) return plain(seriesIntervals(content, path));
  if (objects.isA(type, "AnnotationSeries")) return plain(annotations(content, path));
  if (!objects.isA(type, "TimeSeries")) return null;
  const shape = content.shapeOf(`${path}/data`);
  if (shape === null || !content.isNumeric(`${path}/data`)) return null;
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) return null;
  const time = seriesTime(content, path, shape[0] as number);
  if (time === null || time.timeS.length < (shape[0] as number)) return null;
  const { values, unit } = seriesData(content, path);
  const runs = valueRuns(values, time.timeS, { zeroIsOff: !objects.isA(type, "IndexSeries") });
  if (runs !== null) return { intervals: runs, unit };
  return { waveform: { channel: `stimulus/${object.name}`, unit, values, timeS: time.timeS.slice(0, values.length) } };
}
