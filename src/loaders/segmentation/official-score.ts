import { FormatError } from "../../base/errors.js";

/** A value of the published evaluation tool; NaN in a file is null. */
export type OfficialValue = number | readonly number[] | null;

/** Scores under the keys of the published tool, as its TOML, JSON and CSV files have them; keys they lack are absent. */
export interface OfficialScore {
  readonly general: Readonly<Record<string, OfficialValue>>;
  readonly confusion_matrix: Readonly<Record<string, OfficialValue | Readonly<Record<string, OfficialValue>>>>;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * A number as the tool writes it: plain, or float32 values as quoted texts (`"0.384124"`); `nan` is null.
 * @throws {FormatError} `format/score-number`.
 */
export function officialNumber(value: unknown, place: { readonly file: string; readonly key: string }): number | null {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  const text = typeof value === "string" ? value.trim() : "";
  if (Number.isNaN(value) || /^[+-]?nan$/i.test(text)) return null;
  const number = Number(text);
  if (NUMBER.test(text) && Number.isFinite(number)) return number;
  const shown = typeof value === "string" ? `"${value.slice(0, 60)}"` : Array.isArray(value) ? "a list" : String(value);
  throw new FormatError("score-number", `${place.file}: ${place.key} is ${shown}, not a number`, {
    fields: { file: place.file, key: place.key },
  });
}
