import { LoadError } from "../../base/errors.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { spanFault } from "./event-span.js";
import { TIME_UNITS } from "./measurement-units.js";
import type { SourceEvent, SourceStimulus } from "./source-recording.js";
import type { TableFiles } from "./table-files.js";
import type { IntervalPlaces, TableParameters } from "./table-parameters.js";

/** Starts and ends, by frame or by time. */
interface Span {
  readonly kStart?: number;
  readonly kEnd?: number | null;
  readonly tStartS?: number;
  readonly tEndS?: number | null;
}

interface Spans {
  readonly file: SourceFile;
  /** Null where the start is missing or outside of the recording. */
  readonly spans: readonly (Span | null)[];
}

/**
 * Events, and how many come from each file. A start that is NaN or no frame of the recording, and an end before it, are
 * dropped with a row.
 */
export function readTableEvents(
  context: LoadContext<TableParameters>,
  files: TableFiles,
  frames: number,
): { events: SourceEvent[]; carried: readonly (readonly [SourceFile, number])[] } {
  const events: SourceEvent[] = [];
  const carried = context.parameters.events.map((given, index): readonly [SourceFile, number] => {
    const field = `events[${index}]`;
    const { file, spans } = readSpans(context, files, { given, field, frames });
    const values = statements(files, given.file, given.value, field, spans.length);
    const found = spans.flatMap((span, k) =>
      span === null ? [] : [{ name: given.name, ...span, value: values?.[k] ?? null }],
    );
    for (const event of found) events.push(event);
    return [file, found.length];
  });
  return { events, carried };
}

/** Stimuli, as {@link readTableEvents}. */
export function readTableStimuli(
  context: LoadContext<TableParameters>,
  files: TableFiles,
  { frames, rois }: { readonly frames: number; readonly rois: number },
): { stimuli: SourceStimulus[]; carried: readonly (readonly [SourceFile, number])[] } {
  const stimuli: SourceStimulus[] = [];
  const carried = context.parameters.stimuli.map((given, index): readonly [SourceFile, number] => {
    const field = `stimuli[${index}]`;
    const { file, spans } = readSpans(context, files, { given, field, frames });
    const column = (name: string | undefined) => statements(files, given.file, name, field, spans.length);
    const [names, targets, concs] = [column(given.names), column(given.target), column(given.conc)];
    let count = 0;
    for (const [k, span] of spans.entries()) {
      if (span === null) continue;
      const target = number(targets?.[k]);
      const isRoi = target !== null && Number.isInteger(target) && target >= 0 && target < rois;
      const conc = number(concs?.[k]);
      stimuli.push({
        kind: given.kind,
        name: names?.[k] || given.name,
        kOn: span.kStart ?? null,
        kOff: span.kEnd ?? null,
        tOnS: span.tStartS ?? null,
        tOffS: span.tEndS ?? null,
        targetRoi: isRoi ? target : null,
        conc,
        concUnit: conc === null ? null : (given.conc_unit ?? null),
        ...(target === null || isRoi ? {} : { extra: { target } }),
      });
      count++;
    }
    return [file, count];
  });
  return { stimuli, carried };
}

function number(text: string | undefined): number | null {
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isNaN(value) ? null : value;
}

function statements(
  files: TableFiles,
  file: string | undefined,
  name: string | undefined,
  field: string,
  count: number,
): readonly string[] | null {
  if (name === undefined) return null;
  const read = files.texts(files.placeNamed(file, name, field), field);
  requireCount(read.file, name, read.texts.length, count);
  return read.texts;
}

function requireCount(file: SourceFile, field: string, found: number, expected: number): void {
  if (found === expected) return;
  throw new LoadError("record-shape", `${file.path}: ${field} has ${found} values, the starts are ${expected}`, {
    fields: { file: file.path, field, found, expected },
  });
}

function readSpans(
  context: LoadContext<TableParameters>,
  files: TableFiles,
  { given, field, frames }: { readonly given: IntervalPlaces; readonly field: string; readonly frames: number },
): Spans {
  const unit = given.unit === "frame" ? null : given.unit;
  const read = (name: string) => files.numbers(files.placeNamed(given.file, name, field), field, unit);
  let starts: Float64Array;
  let ends: Float64Array | null = null;
  let file: SourceFile;
  if (given.intervals !== undefined) {
    const matrix = read(given.intervals);
    file = matrix.file;
    [starts, ends] = splitMatrix(matrix.values, matrix.shape, { file, field: given.intervals, layout: given.layout });
  } else {
    const start = read(given.start as string);
    file = start.file;
    starts = start.values;
    if (given.end !== undefined) {
      ends = read(given.end).values;
      requireCount(file, given.end, ends.length, starts.length);
    }
  }
  context.countRead(file, starts.length);
  const spans = Array.from(starts, (start, k): Span | null => {
    const end = ends === null || Number.isNaN(ends[k]) ? null : (ends[k] as number);
    const fault = Number.isFinite(start) ? spanFault(start, end) : null;
    const span =
      given.unit === "frame" ? frameSpan(start, end, given, frames) : timeSpan(start, end, TIME_UNITS[given.unit]);
    if (span !== null && fault === null) return span;
    context.drop({
      file,
      scope: "value",
      item: `${given.intervals ?? given.start}[${k}]`,
      reason: fault?.reason ?? "outside_recording",
      rule: "an event or stimulus begins at a frame or time of the recording, and ends no earlier",
      detail: fault?.detail ?? `start ${start}, end ${end ?? "none"}, ${frames} frames`,
    });
    return null;
  });
  return { file, spans };
}

function timeSpan(start: number, end: number | null, factor: number): Span | null {
  if (!Number.isFinite(start)) return null;
  return { tStartS: start * factor, tEndS: end === null ? null : end * factor };
}

function frameSpan(
  start: number,
  end: number | null,
  { base, end_inclusive: inclusive }: IntervalPlaces,
  frames: number,
): Span | null {
  const kStart = start - base;
  if (!Number.isInteger(kStart) || kStart < 0 || kStart >= frames) return null;
  if (end === null) return { kStart, kEnd: null };
  return Number.isInteger(end) ? { kStart, kEnd: Math.min(frames, end - base + (inclusive ? 1 : 0)) } : null;
}

/** Starts and ends of an n × 2 or 2 × n matrix, or n starts. */
function splitMatrix(
  values: Float64Array,
  shape: readonly number[],
  place: { readonly file: SourceFile; readonly field: string; readonly layout: "rows" | "columns" | undefined },
): [Float64Array, Float64Array | null] {
  if (shape.length <= 1) return [values, null];
  const [rows = 0, columns = 0] = shape;
  const fail = (why: string) =>
    new LoadError("record-shape", `${place.file.path}, ${place.field}: ${shape.join(" x ")} ${why}`, {
      fields: { file: place.file.path, field: place.field, shape: [...shape] },
      wayOut: "Say `layout: rows` where each row is an interval, else `layout: columns`.",
    });
  if (shape.length > 2 || (rows !== 2 && columns !== 2)) throw fail("holds no pairs of start and end");
  if (rows === 2 && columns === 2 && place.layout === undefined) throw fail("may be read by rows or by columns");
  const byRows = place.layout === undefined ? columns === 2 : place.layout === "rows";
  const count = byRows ? rows : columns;
  const at = (index: number, which: number) =>
    values[byRows ? index * columns + which : which * columns + index] as number;
  return [
    Float64Array.from({ length: count }, (_, index) => at(index, 0)),
    Float64Array.from({ length: count }, (_, index) => at(index, 1)),
  ];
}
