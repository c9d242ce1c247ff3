import { LoadError } from "../../base/errors.js";
import type { Hdf5Content } from "./hdf5-content.js";
import { canonicalUnit } from "./measurement-units.js";
import type { NwbObject, NwbObjects } from "./nwb-objects.js";
import { type NwbTime, sameTimes, seriesData, seriesTime, timestampCount } from "./nwb-series.js";
import type { SourceTraces, TraceKind } from "./source-recording.js";
import { type TraceOrientation, traceOrientation, tracesOf } from "./trace-orientation.js";

/** A series as the parameters name it: by path or by its last segment. */
export interface NwbTraceChoice {
  readonly series: string;
  readonly kind?: TraceKind | undefined;
  readonly unit?: string | undefined;
}

/** A series of traces that will be read. */
export interface NwbTraceSeries {
  readonly path: string;
  readonly kind: TraceKind;
  readonly unit?: string | undefined;
}

/**
 * The series of calcium traces: those that the parameters name, else every RoiResponseSeries (or a type that extends it)
 * and every TimeSeries in Fluorescence or DfOverF. The kind is `dff` in DfOverF, else `raw_fluorescence`.
 * @throws {LoadError} `load/missing-field` when there is none, `load/ambiguous-series` when two have the same kind.
 */
export function findTraceSeries(
  content: Hdf5Content,
  objects: NwbObjects,
  choices: readonly NwbTraceChoice[] | undefined,
): NwbTraceSeries[] {
  const { path: file } = content.file;
  const found = objects.all.filter(
    (object) =>
      objects.isA(object.type, "RoiResponseSeries") ||
      (objects.isA(object.type, "TimeSeries") && objects.isWithin(object, ["Fluorescence", "DfOverF"])),
  );
  const series =
    choices?.map((choice) => chosen(content, objects, choice)) ?? found.map((each) => byType(objects, each));
  if (series.length === 0) {
    const types = [...new Set(objects.all.map(({ type }) => type))];
    throw new LoadError("missing-field", `${file}: no RoiResponseSeries; its types are ${types.join(", ")}`, {
      fields: { file, field: "RoiResponseSeries", found: types.slice(0, 50) },
      wayOut: "Name the series in `traces` of the step's parameters.",
    });
  }
  const kinds = new Set(series.map(({ kind }) => kind));
  if (kinds.size < series.length) {
    const paths = series.map(({ path }) => path);
    throw new LoadError("ambiguous-series", `${file}: several series are of one kind: ${paths.join(", ")}`, {
      fields: { file, series: paths, kinds: [...kinds] },
      wayOut: "Choose with `traces: [{ series: NAME, kind: KIND }]`.",
    });
  }
  return series;
}

function byType(objects: NwbObjects, object: NwbObject): NwbTraceSeries {
  const dff = objects.isWithin(object, ["DfOverF"]) || /d(elta)?_?f_?(over|\/|_)?_?f/i.test(object.name);
  return { path: object.path, kind: dff ? "dff" : "raw_fluorescence", ...(dff ? { unit: "dF/F" } : {}) };
}

function chosen(content: Hdf5Content, objects: NwbObjects, choice: NwbTraceChoice): NwbTraceSeries {
  const { series, kind, unit } = choice;
  const paths = series.startsWith("/")
    ? [series.replace(/\/data$/, "")]
    : objects.all.filter(({ name }) => name === series).map(({ path }) => path);
  const [path] = paths;
  if (path === undefined) throw content.missing(series);
  if (paths.length > 1) {
    throw new LoadError("ambiguous-series", `${content.file.path}: ${series} is ${paths.join(" or ")}`, {
      fields: { file: content.file.path, series: paths },
      wayOut: "Give the whole path.",
    });
  }
  const object = objects.all.find((each) => each.path === path);
  const typed: Partial<NwbTraceSeries> = object === undefined ? {} : byType(objects, object);
  return {
    path,
    kind: kind ?? typed.kind ?? "raw_fluorescence",
    unit: unit ?? (kind === undefined ? typed.unit : undefined),
  };
}

export interface NwbTraces {
  readonly frames: number;
  readonly rois: number;
  /** Null when the file states no times. */
  readonly time: NwbTime | null;
  readonly traces: readonly SourceTraces[];
}

/**
 * Reads series that have the same ROIs and frames.
 * @throws {LoadError} `load/orientation`, `load/ambiguous-series` when they differ in ROIs, frames or times.
 */
export function readTraces(
  content: Hdf5Content,
  series: readonly NwbTraceSeries[],
  known: { readonly rois: number | null; readonly given: TraceOrientation | undefined },
): NwbTraces {
  const { path: file } = content.file;
  let first: { frames: number; rois: number; time: NwbTime | null } | undefined;
  const traces = series.map(({ path, kind, unit }): SourceTraces => {
    const data = seriesData(content, path);
    const field = `${path}/data`;
    if (data.shape.length > 2 || data.shape.length === 0) {
      throw new LoadError("record-shape", `${file}, ${field}: ${data.shape.join(" x ")} is no matrix of traces`, {
        fields: { file, field, shape: [...data.shape] },
      });
    }
    const shape = [data.shape[0] ?? 0, data.shape[1] ?? 1] as const;
    const times = timestampCount(content, path);
    const convention = "frames-by-rois" as const;
    const orientation = traceOrientation({ file, field, shape, times, ...known, convention });
    const values = tracesOf(data.values, shape, orientation);
    const [frames, rois] = orientation === convention ? shape : [shape[1], shape[0]];
    const time = seriesTime(content, path, frames);
    if (first === undefined) {
      first = { frames, rois, time };
      return { kind, unit: unit ?? canonicalUnit(data.unit ?? "au"), values };
    }
    const fits = first.frames === frames && first.rois === rois;
    if (!fits || (first.time !== null && time !== null && !sameTimes(first.time.timeS, time.timeS, frames))) {
      throw new LoadError(
        "ambiguous-series",
        `${file}: ${path} has ${rois} ROIs and ${frames} frames, ${series[0]?.path} ${first.rois} and ${first.frames}, or other times`,
        {
          fields: { file, series: series.map((each) => each.path) },
          wayOut: "Choose one with `traces: [{ series: NAME }]`: these are no two kinds of one recording.",
        },
      );
    }
    first.time ??= time;
    return { kind, unit: unit ?? canonicalUnit(data.unit ?? "au"), values };
  });
  return { ...(first as NonNullable<typeof first>), traces };
}
