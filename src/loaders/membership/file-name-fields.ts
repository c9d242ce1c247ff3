import { LoadError } from "../../base/errors.js";
import type { SourceFile } from "../loader.js";
import { calendarDate, type DocumentDate } from "./document-date.js";
import { fileStem } from "./write-document.js";

/** Groups that a pattern may have; `year` of two digits is 1991 to 2090, as in identifiers of arXiv. */
const GROUPS = ["year", "month", "day", "author", "title"] as const;

export interface FileNameFields {
  readonly title: string | null;
  readonly authors: readonly string[];
  readonly year: number | null;
  /** With a group `month`: a date, else undefined. */
  readonly date: DocumentDate | undefined;
}

/** Whether a text of a YAML file is a regular expression whose named groups are known; at least one. */
export function isFileNamePattern(pattern: string): boolean {
  try {
    const groups = new RegExp(`${pattern}|`, "u").exec("")?.groups;
    const names = Object.keys(groups ?? {});
    return names.length > 0 && names.every((name) => (GROUPS as readonly string[]).includes(name));
  } catch {
    return false;
  }
}

/**
 * What the name of a file, without folder and extension, says of its document. `_` in a title is a blank.
 * @throws {LoadError} `load/file-name` when the pattern does not match or gives no date of the calendar.
 */
export function fileNameFields(file: SourceFile, pattern: string): FileNameFields {
  const stem = fileStem(file.path);
  const groups = new RegExp(pattern, "u").exec(stem)?.groups;
  const { year, month, day, author, title } = (groups ?? {}) as Readonly<Record<string, string | undefined>>;
  const whole = year === undefined ? undefined : fullYear(year);
  const date = whole === undefined ? undefined : calendarDate(whole, month, day);
  if (groups === undefined || (year !== undefined && date === undefined)) {
    const reason = groups === undefined ? "does not match" : "gives no date by";
    throw new LoadError("file-name", `${file.path}: its name ${stem} ${reason} ${pattern}`, {
      fields: { file: file.path, name: stem, pattern },
      wayOut: "Set pattern in the load step to a regular expression that fits the names, or to null.",
    });
  }
  return {
    title: title?.replaceAll("_", " ") ?? null,
    authors: author === undefined ? [] : [author.replaceAll("_", " ")],
    year: whole ?? null,
    date: month === undefined ? undefined : date,
  };
}

function fullYear(digits: string): number {
  const year = Number(digits);
  return digits.length === 2 ? year + (year > 90 ? 1900 : 2000) : year;
}

/** The columns of `document_record` that the name of a file gives; nothing without a pattern. @throws as {@link fileNameFields} */
export function fileNameColumns(file: SourceFile, pattern: string | null) {
  const named = pattern === null ? undefined : fileNameFields(file, pattern);
  const year = named?.year ?? null;
  return {
    title: named?.title ?? null,
    authors: named?.authors ?? [],
    date: named?.date?.date ?? null,
    date_precision: named?.date?.precision ?? null,
    publication_year: year,
    publication_year_basis: year === null ? null : "file name",
  };
}
