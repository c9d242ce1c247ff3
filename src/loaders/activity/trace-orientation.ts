import { LoadError } from "../../base/errors.js";
import { matrixColumns } from "./matrix-columns.js";

/** What the rows of a matrix of traces are: its shape is T × N, or N × T. */
export type TraceOrientation = "frames-by-rois" | "rois-by-frames";

export const TRACE_ORIENTATIONS = ["frames-by-rois", "rois-by-frames"] as const;

/**
 * Which axis of a matrix of traces is time, from what else is known: the number of time stamps, then of labels or ROIs.
 * A shape that neither decides is taken as `convention` says when nothing contradicts it.
 * @throws {LoadError} `load/orientation` when time stamps and labels contradict each other, when they fit no axis, or
 * when the time stamps fit the other axis only than `given` says.
 */
export function traceOrientation(known: {
  readonly file: string;
  /** The dataset, for messages. */
  readonly field: string;
  readonly shape: readonly [number, number];
  readonly times: number | null;
  readonly rois: number | null;
  readonly given?: TraceOrientation | undefined;
  readonly convention: TraceOrientation;
}): TraceOrientation {
  const { shape, times, rois, given, convention } = known;
  const [rows, columns] = shape;
  const byTime = times === null || rows === columns ? null : fits(times, rows, columns, "frames-by-rois");
  if (given !== undefined) {
    if (byTime !== null && byTime !== given) throw contradiction(known, `the YAML says ${given}`);
    return given;
  }
  const byRois = rois === null || rows === columns ? null : fits(rois, rows, columns, "rois-by-frames");
  if (byTime !== null && byRois !== null && byTime !== byRois) {
    throw contradiction(known, "time stamps and labels fit the same axis");
  }
  const found = byTime ?? byRois;
  if (found !== null) return found;
  const decided = (count: number | null, axis: number) => count === null || count === axis;
  const [frameAxis, roiAxis] = convention === "frames-by-rois" ? [rows, columns] : [columns, rows];
  if ((times === null && rois === null) || (decided(times, frameAxis) && decided(rois, roiAxis))) return convention;
  throw contradiction(known, "neither fits");
}

function fits(count: number, rows: number, columns: number, whenRows: TraceOrientation): TraceOrientation | null {
  if (count === rows) return whenRows;
  if (count !== columns) return null;
  return whenRows === "frames-by-rois" ? "rois-by-frames" : "frames-by-rois";
}

function contradiction(known: Parameters<typeof traceOrientation>[0], why: string): LoadError {
  const { file, field, shape, times, rois } = known;
  const counts = `${times ?? "no"} time stamps, ${rois ?? "no"} labels or ROIs`;
  return new LoadError(
    "orientation",
    `${file}, ${field}: which axis of ${shape.join(" x ")} is time? There are ${counts}: ${why}`,
    {
      fields: { file, field, shape: [...shape], times, rois },
      wayOut: "State `orientation: frames-by-rois` or `rois-by-frames`, or check the time vector and the labels.",
    },
  );
}

/** One array per ROI, of a row-major matrix. Cost: one copy. */
export function tracesOf(
  values: Float64Array,
  shape: readonly [number, number],
  orientation: TraceOrientation,
): Float64Array[] {
  const [rows, columns] = shape;
  if (orientation === "rois-by-frames") {
    return Array.from({ length: rows }, (_, roi) => values.slice(roi * columns, (roi + 1) * columns));
  }
  return matrixColumns(values, rows, columns);
}
