import { LoadError } from "../../base/errors.js";
import type { LoadContext } from "../loader.js";
import { spanFault } from "./event-span.js";
import type { Hdf5Content } from "./hdf5-content.js";
import { seriesData, seriesTime } from "./nwb-series.js";

/** Something that lasts: seconds on the recording's clock, null where the file has none. */
export interface NwbInterval {
  readonly startS: number | null;
  readonly endS: number | null;
  /** Name of the state or stimulus, or other statements. */
  readonly statements: Readonly<Record<string, string | number>>;
}

/**
 * The intervals of an object that can be placed in time, all of which count as read; the others (without start, or with
 * an end before it) are dropped with a row each.
 */
export function placedIntervals(
  context: Pick<LoadContext<unknown>, "countRead" | "drop">,
  { file }: Hdf5Content,
  { path, intervals }: { readonly path: string; readonly intervals: readonly NwbInterval[] },
): NwbInterval[] {
  context.countRead(file, intervals.length);
  return intervals.filter(({ startS, endS }, index) => {
    const fault = spanFault(startS ?? Number.NaN, endS);
    if (fault === null) return true;
    const rule = "an event or stimulus has a start, and ends no earlier";
    context.drop({ file, scope: "value", item: `${path}[${index}]`, ...fault, rule });
    return false;
  });
}

const known = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value);

/** Rows of a TimeIntervals table; its plain columns are statements. @throws {LoadError} `load/missing-field`. */
export function tableIntervals(content: Hdf5Content, table: string): NwbInterval[] {
  const starts = content.numbers(`${table}/start_time`).values;
  const ends = content.has(`${table}/stop_time`) ? content.numbers(`${table}/stop_time`).values : null;
  if (content.has(`${table}/id`)) content.use(`${table}/id`);
  const paths = content.hdf5.children(table).filter(({ kind }) => kind === "dataset");
  const columns = paths.flatMap(({ path }) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const shape = content.shapeOf(path);
    if (["start_time", "stop_time", "id"].includes(name) || shape?.length !== 1 || shape[0] !== starts.length)
      return [];
    if (name.endsWith("_index") || paths.some((other) => other.path === `${path}_index`)) return [];
    if (content.isText(path)) return [{ name, values: content.texts(path) as readonly (string | number)[] }];
    return content.isNumeric(path) ? [{ name, values: Array.from(content.numbers(path).values) }] : [];
  });
  return Array.from(starts, (start, row) => ({
    startS: known(start),
    endS: known(ends?.[row]),
    statements: Object.fromEntries(columns.map(({ name, values }) => [name, values[row] as string | number])),
  }));
}

/**
 * Intervals of an IntervalSeries, whose data hold n at the begin and −n at the end of an interval of type n. The type is
 * a statement where there are several. @throws {LoadError} `load/missing-field`, `load/intervals` for an end without begin.
 */
export function seriesIntervals(content: Hdf5Content, series: string): NwbInterval[] {
  const { values } = seriesData(content, series);
  const times = requireTimes(content, series, values.length);
  const types = new Set(Array.from(values, Math.abs));
  const open = new Map<number, number[]>();
  const out: { startS: number | null; endS: number | null; statements: Record<string, number> }[] = [];
  for (const [k, value] of values.entries()) {
    const type = Math.abs(value);
    if (value > 0) {
      open.set(type, [...(open.get(type) ?? []), out.length]);
      out.push({ startS: known(times[k]), endS: null, statements: types.size > 1 ? { type } : {} });
      continue;
    }
    const index = open.get(type)?.pop();
    const begun = index === undefined ? undefined : out[index];
    if (begun === undefined) {
      throw new LoadError("intervals", `${content.file.path}, ${series}/data[${k}]: ${value} ends what has not begun`, {
        fields: { file: content.file.path, field: `${series}/data`, index: k, value },
      });
    }
    begun.endS = known(times[k]);
  }
  return out;
}

/** Texts of an AnnotationSeries: points in time. @throws {LoadError} `load/missing-field`. */
export function annotations(content: Hdf5Content, series: string): NwbInterval[] {
  const texts = content.texts(`${series}/data`);
  const times = requireTimes(content, series, texts.length);
  return texts.map((text, k) => ({ startS: known(times[k]), endS: null, statements: { text } }));
}

/**
 * Runs of equal values of a series: a stimulus is on while the value is neither 0 nor NaN (`zeroIsOff`), and ends with
 * the first sample of another value. Null when there are more than 32 values: a waveform, not a switch.
 */
export function valueRuns(
  values: Float64Array,
  times: Float64Array,
  { zeroIsOff }: { readonly zeroIsOff: boolean },
): NwbInterval[] | null {
  const isOff = (value: number) => Number.isNaN(value) || (zeroIsOff && value === 0);
  if (new Set(Array.from(values).filter((value) => !isOff(value))).size > 32) return null;
  const runs: NwbInterval[] = [];
  for (let k = 0; k < values.length; ) {
    const value = values[k] as number;
    let end = k + 1;
    while (end < values.length && values[end] === value) end++;
    if (!isOff(value)) runs.push({ startS: known(times[k]), endS: known(times[end]), statements: { value } });
    k = end;
  }
  return runs;
}

function requireTimes(content: Hdf5Content, series: string, count: number): Float64Array {
  const time = seriesTime(content, series, count);
  if (time !== null && time.timeS.length >= count) return time.timeS;
  throw content.missing(`${series}/timestamps`);
}
