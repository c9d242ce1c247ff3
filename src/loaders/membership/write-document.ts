import { type Canonical, canonicalJson } from "../../base/canonical-json.js";
import type { DocumentRecordRow, TextRecordRow } from "../../tables/generated/membership.js";
import type { LoadContext, SourceFile } from "../loader.js";
import type { DecodedDocument } from "./decode-document.js";

type Stated = Pick<DocumentRecordRow, "doc_id" | "kind" | "format" | "collection"> &
  Partial<Omit<DocumentRecordRow, "header" | "source_id">>;

export interface LoadedDocument {
  readonly record: Stated;
  /** Other fields of the header. */
  readonly header?: { readonly [key: string]: Canonical };
  readonly text: string;
}

type Sinks = Pick<LoadContext<unknown>, "sink" | "countCarried">;

/** Writes one document of a file: its record and its text. What is not given is null, none or false. */
export function writeDocument(context: Sinks, file: SourceFile, { record, header = {}, text }: LoadedDocument): void {
  const row: DocumentRecordRow = {
    source_id: file.sourceId,
    position: 0,
    title: null,
    authors: [],
    language: null,
    license: null,
    license_url: null,
    date: null,
    date_precision: null,
    publication_year: null,
    publication_year_basis: null,
    label: null,
    raw_sha256: file.sha256,
    raw_bytes: BigInt(file.bytes),
    encoding: "utf-8",
    declared_encoding: null,
    had_bom: false,
    newline: "none",
    has_start_marker: false,
    has_end_marker: false,
    ...record,
    header: canonicalJson(header),
  };
  context.sink("document_record").write([row]);
  const texts: TextRecordRow[] = [{ doc_id: record.doc_id, text }];
  context.sink("text_record").write(texts);
  context.countCarried(file, 1);
}

/** What decoding says of a document, as columns. */
export function decodingColumns({ encoding, hadBom, newline }: DecodedDocument) {
  return { encoding, had_bom: hadBom, newline } as const;
}

/** A note that something of a document is not there or cannot be read; the document is carried. */
export function noteValue(
  context: Pick<LoadContext<unknown>, "drop">,
  note: {
    readonly file: SourceFile;
    readonly item: string;
    readonly reason: string;
    readonly rule: string;
    readonly detail?: string;
  },
): void {
  const { detail, ...rest } = note;
  const shown = detail === undefined ? {} : { detail: detail.slice(0, 300).replace(/\p{Cs}/gu, "") };
  context.drop({ ...rest, ...shown, scope: "value", count: 0 });
}

/** The last segment of a path without its extension (and without `.gz`). */
export function fileStem(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.gz$/i, "");
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}
