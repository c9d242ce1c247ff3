import { LoadError } from "../../base/errors.js";
import { parseJson } from "../../formats/json/parse-json.js";
import { decodeUtf8 } from "../../formats/text/utf8-text.js";
import type { ManifestRecordRow } from "../../tables/generated/membership.js";
import { onlyFile, readRawFile } from "../connectome/raw-file.js";
import { readTextRecords } from "../connectome/text-records.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { documentDate } from "./document-date.js";
import { languageCode } from "./language-code.js";
import type { ManifestParameters } from "./manifest.js";
import { fileStem, noteValue } from "./write-document.js";

interface Entry {
  /** `documents 4`, `row 12`. */
  readonly place: string;
  get(column: string): unknown;
}

type Context = LoadContext<ManifestParameters>;

/** Loads a manifest: see the loader. */
export async function loadManifest(context: Context): Promise<void> {
  const file = onlyFile(context.files);
  const entries = await readEntries(context, file);
  context.countRead(file, entries.length);
  const rows: ManifestRecordRow[] = [];
  const paths = new Map<string, string>();
  const names = new Map<string, string>();
  for (const entry of entries) {
    const row = manifestRow(context, file, entry);
    const before = row === undefined ? undefined : (paths.get(row.path) ?? names.get(row.doc_id));
    if (row === undefined || before !== undefined) {
      context.drop({
        file,
        scope: "document",
        item: entry.place,
        reason: row === undefined ? "no_path" : "repeated",
        rule: "a manifest names every document once, with a path below its own folder",
        detail: row === undefined ? shown(entry.get(context.parameters.columns.path)) : `${row.doc_id}, as ${before}`,
      });
      continue;
    }
    paths.set(row.path, entry.place);
    names.set(row.doc_id, entry.place);
    rows.push(row);
  }
  if (rows.length === 0) throw notManifest(file, `none of its ${entries.length} entries names a document`);
  context.sink("manifest_record").write(rows);
  context.countCarried(file, rows.length);
}

function manifestRow(context: Context, file: SourceFile, entry: Entry): ManifestRecordRow | undefined {
  const { columns } = context.parameters;
  const text = (column: string) => scalar(entry.get(column));
  const path = text(columns.path);
  if (path === null || !isBelow(path)) return undefined;
  const language = text(columns.language);
  const refuse = (column: string, rule: string, detail: string) =>
    noteValue(context, { file, item: `${entry.place}, ${column}`, reason: "unreadable", rule, detail });
  const read = <T>(column: string, rule: string, convert: (stated: string) => T | undefined): T | null => {
    const stated = text(column);
    const value = stated === null ? undefined : convert(stated);
    if (stated !== null && value === undefined) refuse(column, rule, stated);
    return value ?? null;
  };
  return {
    path,
    doc_id: text(columns.doc_id) ?? fileStem(path),
    title: text(columns.title),
    author: text(columns.author),
    language: language === null ? null : languageCode(language),
    publication_year: read(columns.publication_year, "a year such as 1887", (stated) =>
      /^-?\d{1,4}$/.test(stated) ? Number(stated) : undefined,
    ),
    publication_year_basis: text(columns.publication_year_basis),
    catalogue_date: read(columns.catalogue_date, "a date such as 2004-12-06", (stated) => documentDate(stated)?.date),
    license: text(columns.license),
    license_url: text(columns.license_url),
    repo: text(columns.repo),
    commit: text(columns.commit),
    upstream_path: text(columns.upstream_path),
    sha256: read(columns.sha256, "64 hexadecimal digits", (stated) =>
      /^[0-9a-f]{64}$/i.test(stated) ? stated.toLowerCase() : undefined,
    ),
    source_id: file.sourceId,
  };
}

async function readEntries(context: Context, file: SourceFile): Promise<readonly Entry[]> {
  const asked = context.parameters.format;
  const extension = /\.(jsonl|ndjson|csv|json)$/i.exec(file.path)?.[1]?.toLowerCase() ?? "json";
  const format = asked === "auto" ? extension.replace("ndjson", "jsonl") : asked;
  const { limits } = context;
  if (format === "csv") {
    const { records } = await readTextRecords(context, file, {
      separator: ",",
      required: [context.parameters.columns.path],
    });
    return records.map(({ cell, get }) => ({ place: cell, get }));
  }
  const bytes = await readRawFile(file, limits);
  if (format === "jsonl") {
    const lines = decodeUtf8(bytes, { file: file.path, limits }).split("\n");
    return lines.flatMap((line, index) => {
      if (line.trim() === "") return [];
      const place = `line ${index + 1}`;
      return [entryOf(parseJson(line, { file: `${file.path}, ${place}`, limits }), place, file)];
    });
  }
  const root: unknown = parseJson(bytes, { file: file.path, limits });
  const inner = typeof root === "object" && root !== null && "documents" in root ? root.documents : root;
  if (!Array.isArray(inner)) throw notManifest(file, "it is neither a list nor has it a list documents");
  return inner.map((value: unknown, index) => entryOf(value, `documents ${index}`, file));
}

function entryOf(value: unknown, place: string, file: SourceFile): Entry {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new LoadError("record-shape", `${file.path}, ${place}: an object is expected, but it is ${shown(value)}`, {
      fields: { file: file.path, row: place },
      wayOut: "Check that this loader is meant for this file.",
    });
  }
  const record = value as Readonly<Record<string, unknown>>;
  return { place, get: (column) => (Object.hasOwn(record, column) ? record[column] : undefined) };
}

/** Whether a path stays below its folder: with `/`, relative, without `.` and `..`. */
function isBelow(path: string): boolean {
  return !/\\|^[A-Za-z]:|\p{Cc}/u.test(path) && path.split("/").every((part) => !["", ".", ".."].includes(part));
}

/** A text or number without white space around it; null for none, and for what is no scalar. */
function scalar(value: unknown): string | null {
  if (typeof value !== "string" && typeof value !== "number") return null;
  return (
    String(value)
      .slice(0, 4_000)
      .replace(/\p{Cs}/gu, "")
      .trim() || null
  );
}

function shown(value: unknown): string {
  const text = value === undefined ? "missing" : (JSON.stringify(value) ?? typeof value);
  return text.slice(0, 100).replace(/\p{Cs}/gu, "");
}

function notManifest(file: SourceFile, reason: string): LoadError {
  return new LoadError("not-a-manifest", `${file.path} is no manifest of documents: ${reason}`, {
    fields: { file: file.path },
    wayOut: "A manifest is a list of documents, each with a path: set columns in the load step to the names it has.",
  });
}
