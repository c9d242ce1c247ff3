import { LoadError } from "../../base/errors.js";
import type { Hdf5Content, NumericField } from "./hdf5-content.js";
import { matrixColumns } from "./matrix-columns.js";
import { requireUnit } from "./measurement-units.js";

/** Times of a TimeSeries. */
export interface NwbTime {
  readonly timeS: Float64Array;
  readonly basis: "measured" | "from_rate";
  readonly rateHz?: number;
}

/**
 * `data` of a TimeSeries in its unit: stored value × `conversion` + `offset`.
 * @throws {LoadError} `load/missing-field`.
 */
export function seriesData(content: Hdf5Content, series: string): NumericField & { readonly unit: string | null } {
  const path = `${series}/data`;
  const { values, shape } = content.numbers(path);
  const factor = finite(content.numberAttribute(path, "conversion"), 1);
  const offset = finite(content.numberAttribute(path, "offset"), 0);
  const plain = factor === 1 && offset === 0;
  const unit = content.textAttribute(path, "unit")?.trim() ?? "";
  return {
    values: plain ? values : values.map((value) => value * factor + offset),
    shape,
    unit: unit === "" || /^(n\.?\/?a\.?|none|unknown)$/i.test(unit) ? null : unit,
  };
}

function finite(value: number | null, otherwise: number): number {
  return value !== null && Number.isFinite(value) ? value : otherwise;
}

/** How many time stamps a TimeSeries states; null when it states a rate or nothing. */
export function timestampCount(content: Hdf5Content, series: string): number | null {
  return content.shapeOf(`${series}/timestamps`)?.[0] ?? null;
}

/**
 * Times of a TimeSeries: `timestamps`, else `starting_time` + k / `rate`; null when it has neither.
 * @throws {LoadError} `load/unit` when the file says that they are no seconds, `load/rate` for an impossible rate.
 */
export function seriesTime(content: Hdf5Content, series: string, count: number): NwbTime | null {
  const { path: file } = content.file;
  const stamps = `${series}/timestamps`;
  if (content.has(stamps)) {
    requireUnit({ file, field: stamps, stated: content.textAttribute(stamps, "unit"), expected: "s" });
    return { timeS: content.numbers(stamps).values, basis: "measured" };
  }
  const start = `${series}/starting_time`;
  if (!content.has(start)) return null;
  requireUnit({ file, field: start, stated: content.textAttribute(start, "unit"), expected: "s" });
  const rate = content.numberAttribute(start, "rate");
  const first = content.numbers(start).values[0] ?? Number.NaN;
  if (rate === null || !Number.isFinite(rate) || rate <= 0 || !Number.isFinite(first)) {
    throw new LoadError("rate", `${file}, ${start}: rate ${rate}, starting time ${first}: these give no times`, {
      fields: { file, field: `${start}@rate`, rate, start: first },
      wayOut: "Correct the file: the attribute `rate` is in Hz, above 0.",
    });
  }
  return { timeS: Float64Array.from({ length: count }, (_, k) => first + k / rate), basis: "from_rate", rateHz: rate };
}

/** Whether two series have the same times, to a microsecond. */
export function sameTimes(a: Float64Array, b: Float64Array, count: number): boolean {
  if (a.length < count || b.length < count) return false;
  for (let k = 0; k < count; k++) if (!(Math.abs((a[k] as number) - (b[k] as number)) <= 1e-6)) return false;
  return true;
}

/** Columns of `data`, whose first axis is time: values × d. Null when it has more than two axes. */
export function seriesColumns({ values, shape }: NumericField): Float64Array[] | null {
  if (shape.length === 1) return [values];
  if (shape.length !== 2) return null;
  const [rows, columns] = shape as [number, number];
  return matrixColumns(values, rows, columns);
}
