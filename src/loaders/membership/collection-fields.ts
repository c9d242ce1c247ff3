import type { Canonical } from "../../base/canonical-json.js";
import { COLLECTION_FIELDS, type CollectionColumns, type CollectionParameters } from "./collection.js";
import { type CollectionRow, type CollectionValue, valueAt } from "./collection-row.js";
import { type DocumentDate, documentDate } from "./document-date.js";
import { languageCode } from "./language-code.js";

/** Why one row is no document: `reason` is a short code. */
export class RowFault extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface RowFields {
  readonly docId: string | null;
  readonly text: string;
  readonly title: string | null;
  readonly authors: readonly string[];
  readonly language: string | null;
  readonly license: string | null;
  readonly licenseUrl: string | null;
  readonly date: DocumentDate | undefined;
  readonly year: number | null;
  readonly label: 0 | 1 | null;
  readonly kept: Readonly<Record<string, Canonical>>;
  /** Values that are there but cannot be read. */
  readonly unreadable: readonly { readonly field: "date" | "year"; readonly detail: string }[];
  /** Paths that the row has, null or not. */
  readonly found: readonly string[];
}

const LONGEST_ID = 500;
const LONGEST_VALUE = 4_000;
const MEMBER = new Set(["1", "true", "member"]);
const NOT_MEMBER = new Set(["0", "false", "nonmember", "non-member", "non_member"]);

/** A mapping to the columns of a row that are called as fields are; a text is required. */
function columnsCalledAsFields(values: Readonly<Record<string, CollectionValue>>): CollectionColumns {
  const there = COLLECTION_FIELDS.filter((field) => (values[field] ?? null) !== null);
  return { text: "text", ...Object.fromEntries(there.map((field) => [field, field])) };
}

/**
 * The fields of a row by the mapping of the step.
 * @throws {RowFault} `not_json`, `not_utf8`, `no_object`; `no_text`, `not_text`, `no_id`, `unreadable_label`.
 */
export function columnFields(row: CollectionRow, parameters: CollectionParameters): RowFields {
  const { values, problem } = row;
  if (values === undefined) {
    const [code = "not_json", ...rest] = (problem ?? "").split(": ");
    throw new RowFault(code, rest.join(": "));
  }
  const columns = parameters.columns ?? columnsCalledAsFields(values);
  const found: string[] = [];
  const at = (path: string | undefined): CollectionValue | undefined => {
    const value = path === undefined ? undefined : valueAt(values, path);
    if (value !== undefined && path !== undefined) found.push(path);
    return value;
  };
  const textAt = (path: string | undefined) => shortText(at(path));
  const unreadable: { field: "date" | "year"; detail: string }[] = [];
  const text = requiredText(at(columns.text), columns.text);
  const dateValue = shortText(at(columns.date));
  const date = dateValue === null ? undefined : documentDate(dateValue);
  if (dateValue !== null && date === undefined) unreadable.push({ field: "date", detail: dateValue });
  const yearValue = shortText(at(columns.year));
  const year = yearValue === null ? undefined : documentDate(yearValue.replace(/\.0$/, ""));
  if (yearValue !== null && year === undefined) unreadable.push({ field: "year", detail: yearValue });
  const language = textAt(columns.language) ?? parameters.language;
  return {
    docId: idOf(at(columns.doc_id), columns.doc_id),
    text,
    title: textAt(columns.title),
    authors: authorsOf(at(columns.authors)),
    language: language === null ? null : languageCode(language),
    license: textAt(columns.license) ?? parameters.license,
    licenseUrl: textAt(columns.license_url) ?? parameters.license_url,
    date,
    year: year === undefined ? null : Number(year.date.slice(0, 4)),
    label: labelOf(shortText(at(columns.label)), columns.label) ?? parameters.label,
    kept: Object.fromEntries(parameters.keep.map((path) => [path, canonical(at(path) ?? null)])),
    unreadable,
    found,
  };
}

function requiredText(value: CollectionValue | undefined, path: string): string {
  if (value === undefined || value === null) throw new RowFault("no_text", `there is no ${path}`);
  if (typeof value !== "string") throw new RowFault("not_text", `${path} is ${kindOf(value)}, not text`);
  if (value.includes("\0") || /\p{Cs}/u.test(value)) {
    throw new RowFault("not_text", `${path} holds ${value.includes("\0") ? "NUL" : "half of a surrogate pair"}`);
  }
  if (value.trim() === "") throw new RowFault("empty_text", `${path} is empty`);
  return value;
}

function idOf(value: CollectionValue | undefined, path: string | undefined): string | null {
  if (path === undefined) return null;
  const id = typeof value === "string" || typeof value === "number" || typeof value === "bigint" ? String(value) : "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (id.trim() === "" || id.length > LONGEST_ID || /[\u0000-\u001f]|\p{Cs}/u.test(id)) {
    throw new RowFault("no_id", `${path} is ${value === undefined ? "missing" : kindOf(value)}, no name`);
  }
  return id;
}

function labelOf(stated: string | null, path: string | undefined): 0 | 1 | null {
  if (stated === null) return null;
  const plain = stated.toLowerCase();
  if (MEMBER.has(plain)) return 1;
  if (NOT_MEMBER.has(plain)) return 0;
  throw new RowFault("unreadable_label", `${path} is ${JSON.stringify(stated.slice(0, 60))}, neither 1 nor 0`);
}

function authorsOf(value: CollectionValue | undefined): string[] {
  const list = Array.isArray(value) ? value : (shortText(value)?.split(";") ?? []);
  return list.map((name) => shortText(name as CollectionValue) ?? "").filter((name) => name !== "");
}

/** A scalar as text without white space around it; null for none, and for what is no scalar. */
function shortText(value: CollectionValue | undefined): string | null {
  if (value === undefined || value === null || typeof value === "object") return null;
  return (
    String(value)
      .slice(0, LONGEST_VALUE)
      .replace(/\p{Cs}/gu, "")
      .trim() || null
  );
}

function canonical(value: CollectionValue): Canonical {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "string") return value.slice(0, LONGEST_VALUE).replace(/\p{Cs}/gu, "");
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return value.slice(0, 100).map(canonical);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, canonical(inner)]));
}

function kindOf(value: CollectionValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Uint8Array) return "binary";
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  return typeof value === "object" ? "an object" : `the ${typeof value} ${String(value)}`;
}
