import { FormatError } from "../../base/errors.js";

/** Where in a `tokenizer.json` something is wrong. */
export interface DefinitionPlace {
  readonly file: string;
  /** Path inside the JSON: `model.merges[12]`. */
  readonly place: string;
}

/** The error for a `tokenizer.json` that is not one. */
export function definitionFault({ file, place }: DefinitionPlace, problem: string, wayOut?: string): FormatError {
  return new FormatError("tokenizer", `${file}: ${place} ${problem}`, {
    fields: { file, place },
    ...(wayOut === undefined ? {} : { wayOut }),
  });
}

/** An object of the JSON, its keys unknown. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as a message shows it. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "string") return `"${value.slice(0, 60)}"`;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
