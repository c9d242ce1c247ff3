import { open } from "node:fs/promises";
import type { Canonical } from "../../base/canonical-json.js";
import { FormatError, LoadError } from "../../base/errors.js";
import { sha256 } from "../../base/hash.js";
import { onlyFile } from "../connectome/raw-file.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { cleanLatex } from "./clean-latex.js";
import { COLLECTION_FIELDS, type CollectionParameters } from "./collection.js";
import { columnFields, RowFault, type RowFields } from "./collection-fields.js";
import { type CollectionRow, columnOf } from "./collection-row.js";
import { normalised } from "./decode-document.js";
import { fileStem, noteValue, writeDocument } from "./write-document.js";

type Format = "jsonl" | "jsonl.gz" | "parquet" | "arrow" | "arrow-stream";

/** Loads one file of a collection: see the loader. */
export async function loadCollection(context: LoadContext<CollectionParameters>): Promise<void> {
  const file = onlyFile(context.files);
  const { parameters, limits } = context;
  const { columns = { text: "text" }, keep } = parameters;
  const paths = [...Object.values(columns), ...keep].filter((path) => path !== undefined);
  const seen = new Map<string, string>();
  const found = new Set<string>();
  let read = 0;
  let carried = 0;
  let firstProblem: string | undefined;
  const drop = (item: string, reason: string, detail: string) => {
    firstProblem ??= `${item}: ${detail}`;
    const rule = "a row of a collection is an object with a text and a name of its own";
    context.drop({ file, scope: "document", item, reason, rule, detail: detail.slice(0, 300).replace(/\p{Cs}/gu, "") });
  };
  for await (const row of rowsOf(file, context, paths)) {
    context.signal.throwIfAborted();
    read += 1;
    context.countRead(file, 1);
    if (read > limits.entries) {
      throw new FormatError("too-many-entries", `${file.path}: more than ${limits.entries} documents`, {
        fields: { file: file.path, limit: limits.entries },
      });
    }
    try {
      const fields = columnFields(row, parameters);
      for (const path of fields.found) found.add(path);
      const id = fields.docId ?? `${fileStem(file.path)}:${read - 1}`;
      const before = seen.get(id);
      if (before !== undefined) throw new RowFault("duplicate_id", `${id} is the name of ${before} already`);
      writeRow(context, file, { row, fields, id, position: read - 1 });
      seen.set(id, row.place);
      carried += 1;
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      drop(row.place, error.reason, error.message);
    }
  }
  checkColumns(file, paths, found, read);
  if (carried === 0) throw noDocument(file, read, firstProblem);
}

function writeRow(
  context: LoadContext<CollectionParameters>,
  file: SourceFile,
  { row, fields, id, position }: { row: CollectionRow; fields: RowFields; id: string; position: number },
): void {
  const { collection, kind, clean } = context.parameters;
  const { text, newline } = normalised(fields.text);
  const cleaned = clean === "latex" ? latexText(text, `${file.path}, ${row.place}`) : text;
  if (cleaned.trim() === "") throw new RowFault("empty_text", "its text is empty");
  for (const { field, detail } of fields.unreadable) {
    const rule = field === "date" ? "a date such as 2004-12-06" : "a year such as 1887, or a date";
    noteValue(context, { file, item: `${row.place}, ${field}`, reason: `unreadable_${field}`, rule, detail });
  }
  writeDocument(context, file, {
    record: {
      doc_id: id,
      kind,
      format: "collection",
      collection,
      position,
      title: fields.title,
      authors: fields.authors,
      language: fields.language,
      license: fields.license,
      license_url: fields.licenseUrl,
      date: fields.date?.date ?? null,
      date_precision: fields.date?.precision ?? null,
      publication_year: fields.year,
      publication_year_basis: fields.year === null ? null : "column",
      label: fields.label,
      raw_sha256: sha256(fields.text),
      raw_bytes: BigInt(Buffer.byteLength(fields.text)),
      newline,
      had_bom: fields.text.startsWith("\ufeff"),
    },
    header: fields.kept as { [key: string]: Canonical },
    text: cleaned,
  });
}

function latexText(text: string, place: string): string {
  try {
    const cleaned = cleanLatex(text, place);
    if (cleaned !== undefined) return cleaned.text;
  } catch (error) {
    if (error instanceof LoadError) throw new RowFault("macros", error.message);
    throw error;
  }
  throw new RowFault("no_section", "its LaTeX has no section");
}

async function* rowsOf(
  file: SourceFile,
  { parameters, limits }: LoadContext<CollectionParameters>,
  paths: readonly string[],
): AsyncGenerator<CollectionRow> {
  const format = await formatOf(file, parameters.format);
  if (format === "jsonl" || format === "jsonl.gz") {
    const { jsonlRows } = await import("./jsonl-rows.js");
    yield* jsonlRows(file, limits, format === "jsonl.gz");
    return;
  }
  const wanted = (columns: readonly string[]) => {
    const chosen = paths.map((path) => columnOf(path, columns) ?? missingColumn(file, path, columns));
    const others = parameters.columns === undefined ? COLLECTION_FIELDS.filter((field) => columns.includes(field)) : [];
    return [...new Set([...chosen, ...others])];
  };
  if (format === "parquet") {
    const { parquetRows } = await import("./parquet-rows.js");
    yield* parquetRows(file, wanted);
  } else {
    const { arrowRows } = await import("./arrow-rows.js");
    yield* arrowRows(file, { isStream: format === "arrow-stream", limits }, wanted);
  }
}

/** @throws {LoadError} `load/unsupported-format` for zstd, and for bytes that are not of the format asked for. */
async function formatOf(file: SourceFile, asked: CollectionParameters["format"]): Promise<Format> {
  const head = Buffer.alloc(8);
  const handle = await open(file.absolutePath, "r");
  const { bytesRead } = await handle.read(head, 0, 8, 0).finally(() => handle.close());
  const begins = (text: string) => head.toString("latin1", 0, Math.min(bytesRead, text.length)) === text;
  const found: Format | "zstd" = begins("PAR1")
    ? "parquet"
    : begins("ARROW1")
      ? "arrow"
      : begins("\xff\xff\xff\xff")
        ? "arrow-stream"
        : begins("\x1f\x8b")
          ? "jsonl.gz"
          : begins("\x28\xb5\x2f\xfd")
            ? "zstd"
            : "jsonl";
  const family = found.replace(/[.-].*/, "");
  if (found === "zstd" || (asked !== "auto" && asked !== family)) {
    throw new LoadError("unsupported-format", `${file.path}: this is ${found === "zstd" ? "Zstandard" : family}`, {
      fields: { file: file.path, found, expected: asked },
      wayOut: "JSON lines (plain or gzipped), Parquet and Arrow files are read: decompress it, or set format: auto.",
    });
  }
  return found;
}

function missingColumn(file: SourceFile, path: string, columns: readonly string[]): never {
  const there = columns.slice(0, 20).join(", ");
  throw new LoadError("missing-column", `${file.path}: there is no column ${path}; there are ${there}`, {
    fields: { file: file.path, column: path, found: columns.slice(0, 20) },
    wayOut: "Name the columns of the file under columns in the load step.",
  });
}

/** A path that no row has is a mistake in the mapping. */
function checkColumns(file: SourceFile, paths: readonly string[], found: ReadonlySet<string>, rows: number): void {
  const missing = paths.find((path) => !found.has(path));
  if (missing === undefined || rows === 0 || found.size === 0) return;
  throw new LoadError("missing-column", `${file.path}: none of its ${rows} rows has ${missing}`, {
    fields: { file: file.path, column: missing, rows },
    wayOut: "Name the columns of the file under columns in the load step.",
  });
}

function noDocument(file: SourceFile, rows: number, problem: string | undefined): LoadError {
  const why = rows === 0 ? "it is empty" : `of ${rows} rows none is one; ${problem ?? ""}`;
  return new LoadError("no-document", `${file.path}: there is no document in it: ${why}`, {
    fields: { file: file.path, rows },
    wayOut: "Check the mapping under columns, and that the file is what its name says.",
  });
}
