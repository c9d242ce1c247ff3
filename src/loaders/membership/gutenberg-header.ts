import { type DocumentDate, documentDate } from "./document-date.js";
import { languageCode } from "./language-code.js";

export interface GutenbergHeader {
  readonly title: string | null;
  readonly authors: readonly string[];
  readonly language: string | null;
  readonly declaredEncoding: string | null;
  /** `Release Date`, else `Posting Date`, else when the file was first posted. */
  readonly release: DocumentDate | undefined;
  /** What stands where the release date should, when it is none. */
  readonly unreadableDate: string | null;
  /** First year of `Original publication`. */
  readonly originalYear: number | null;
  /** `Project Gutenberg License` where the header names it; that the text is copyrighted where it says so. */
  readonly license: string | null;
  /** All other fields by their names in snake case; dates in ISO 8601 where they can be read. */
  readonly others: Readonly<Record<string, string>>;
}

/** A text without START line has its header within this. */
const LONGEST_HEADER = 20_000;
const MOST_FIELDS = 64;
const LONGEST_VALUE = 4_000;
const FIELD = /^([A-Z][A-Za-z]*(?: [A-Za-z]+){0,4}):[ \t]*(.*)$/;
const NOTE = /^\[[^\]]*\b(first posted|updated)(?: on|:)? +([^\]]+)\]?$/i;
/** Fields with columns of their own. */
const OWN = new Set(["title", "author", "authors", "language", "character_set_encoding"]);
/** Without a START line any line of a text might look like a field: only these are taken. */
const KNOWN = new Set([
  ...OWN,
  ..."release_date posting_date last_updated first_posted most_recently_updated original_publication".split(" "),
  ..."produced_by credits editor translator illustrator contributor edition".split(" "),
]);
const DATED = ["release_date", "posting_date", "first_posted"] as const;

/**
 * Fields of the header of a Project Gutenberg text: `Name: value` with indented continuation lines, and notes such as
 * `[This file was first posted on July 31, 2003]`. Dates in all forms that {@link documentDate} reads, behind them
 * `[eBook #105]`.
 * @param text lines ended by LF. @param start where the START marker begins; undefined when there is none.
 */
export function gutenbergHeader(text: string, start: number | undefined): GutenbergHeader {
  const head = text.slice(0, Math.min(start ?? LONGEST_HEADER, text.length));
  const fields = readFields(head, start !== undefined);
  const value = (name: string) => fields.get(name)?.join(" ") || null;
  const number = /\[e-?(?:book|text) #(\d{1,7})\]/i.exec(head)?.[1];
  const stated = DATED.map((name) => value(name)).find((each) => each !== null) ?? null;
  const release = stated === null ? undefined : documentDate(withoutNumber(stated));
  const original = /\b(\d{4})\b/.exec(value("original_publication") ?? "")?.[1];
  const language = value("language");
  const others: Record<string, string> = {};
  for (const name of fields.keys()) if (!OWN.has(name)) others[name] = dated(name, value(name) ?? "");
  if (number !== undefined) others.ebook_number = number;
  return {
    title: value("title"),
    authors: authorsOf([...(fields.get("author") ?? []), ...(fields.get("authors") ?? [])]),
    language: language === null ? null : languageCode(language),
    declaredEncoding: value("character_set_encoding"),
    release,
    unreadableDate: release === undefined ? stated : null,
    originalYear: original === undefined ? null : Number(original),
    license: licenceOf(head),
    others,
  };
}

function licenceOf(head: string): string | null {
  if (/\bthis\s+is\s+a\s+copyrighted\s+project\s+gutenberg/i.test(head)) return "Copyrighted Project Gutenberg eBook";
  return /\bProject\s+Gutenberg\s+License\b/i.test(head) ? "Project Gutenberg License" : null;
}

/** Values by name, one entry per line; a name that comes twice keeps both. */
function readFields(head: string, isHeader: boolean): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of head.split("\n")) {
    if (/^\s+\S/.test(line)) {
      if (current !== undefined) current.push(line.trim().slice(0, LONGEST_VALUE));
      continue;
    }
    current = undefined;
    const [, label, value = ""] = FIELD.exec(line) ?? noteOf(line) ?? [];
    if (label === undefined) continue;
    const name = label.toLowerCase().replaceAll(" ", "_");
    if (!isHeader && !KNOWN.has(name)) continue;
    if (!fields.has(name) && fields.size >= MOST_FIELDS) continue;
    current = fields.get(name) ?? [];
    if (value.trim() !== "") current.push(value.trim().slice(0, LONGEST_VALUE));
    fields.set(name, current);
  }
  return fields;
}

/** `[Most recently updated: March 28, 2016]` as a field. */
function noteOf(line: string): [string, string, string] | undefined {
  if (!line.startsWith("[") || line.length > 200) return undefined;
  const [, what, value] = NOTE.exec(line.trimEnd()) ?? [];
  if (what === undefined || value === undefined) return undefined;
  return [line, what.toLowerCase() === "updated" ? "last updated" : "first posted", value];
}

function withoutNumber(stated: string): string {
  return stated.replace(/\[.*$/s, "").trim();
}

function dated(name: string, value: string): string {
  if (!/_date$|_updated$|_posted$/.test(name)) return value;
  const found = documentDate(withoutNumber(value));
  return found?.precision === "day" ? found.date : (found?.date.slice(0, found.precision === "month" ? 7 : 4) ?? value);
}

/** One author per line, or several in one joined by `and`, `&` or `;`; a line that ends with one of them goes on. */
function authorsOf(lines: readonly string[]): string[] {
  const joined = lines.join("\n").replace(/(,| and| &)\n/g, "$1 ");
  return joined
    .split(/\n|;| and | & /)
    .map((name) => name.replace(/^[,\s]+|[,\s]+$/g, ""))
    .filter((name) => name !== "");
}
