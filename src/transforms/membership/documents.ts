import { compareCodeUnits } from "../../base/canonical-json.js";
import { InterruptedError, LoadError } from "../../base/errors.js";
import type {
  DocumentDroppedRow,
  DocumentRecordRow,
  ManifestRecordRow,
  SourceFileRow,
  TextRecordRow,
} from "../../tables/generated/membership.js";
import type { Transform, TransformContext } from "../transform.js";
import { type DocumentsParameters, documentsParameters } from "./documents-parameters.js";

/** Up to so many documents the rows of the manifest are looked up one by one. */
const FEW = 8;

type Reason = "no_text" | "no_start_marker" | "no_end_marker" | "empty_text" | `published_${string}`;

const RULES: Readonly<Record<string, string>> = {
  no_text: "a document has a text",
  no_start_marker: "a text of Project Gutenberg begins behind its START marker",
  no_end_marker: "a text of Project Gutenberg ends before its END marker",
  empty_text: "a document has text left when it is stripped",
  published_encoding: "the published extraction reads UTF-8",
  published_start: "the published extraction begins behind a line with *** START",
  published_end: "the published extraction ends before a line with *** END",
  published_date: "the published extraction reads dates as December 6, 2004",
};

/**
 * `document_record`, `text_record`, `manifest_record` and `source_file` → `document`, `document_text`, `excerpt`: what
 * each document is and on what basis that is known, its stripped text, and the units that experiments compare. A
 * document that gives no text is a row of `document_dropped`; one that is only too short for a unit stays.
 * Memory: the metadata of a partition and one text.
 * @throws {LoadError} `load/document-repeated`, `load/text-unknown`.
 */
export const documents: Transform<DocumentsParameters> = {
  name: "membership/documents",
  description: "Documents, their stripped texts and the units of experiments",
  inputs: ["document_record", "text_record", "source_file", "manifest_record"],
  each: ["document_record", "text_record", "source_file"],
  outputs: ["document", "document_text", "excerpt", "document_dropped"],
  parameters: documentsParameters,
  async run(context) {
    const { documentRow } = await import("./document-row.js");
    const { excerptsOf } = await import("./excerpts.js");
    const { parameters, signal } = context;
    const paths = new Map<string, string>();
    for await (const row of context
      .input("source_file")
      .rows<Pick<SourceFileRow, "source_id" | "path">>(["source_id", "path"])) {
      paths.set(row.source_id, row.path);
    }
    const pathOf = (record: DocumentRecordRow) => paths.get(record.source_id) ?? record.source_id;
    const waiting = await readRecords(context, pathOf);
    const manifest = await readManifest(context, [...waiting.values()]);
    const left: { record: DocumentRecordRow; reason: Reason; detail: string | null }[] = [];
    const sinks = {
      document: context.sink("document"),
      text: context.sink("document_text"),
      excerpt: context.sink("excerpt"),
    };
    const total = waiting.size;
    for await (const { doc_id: docId, text: raw } of context.input("text_record").rows<TextRecordRow>()) {
      if (signal.aborted) throw new InterruptedError();
      const record = waiting.get(docId);
      if (record === undefined) {
        throw new LoadError("text-unknown", `text_record has a text of ${docId}, document_record no row`, {
          fields: { doc_id: docId },
        });
      }
      waiting.delete(docId);
      const found = await strippedText(raw, record, parameters);
      if ("reason" in found) {
        left.push({ record, reason: found.reason, detail: found.detail });
        continue;
      }
      const { text, stripped } = found;
      const path = pathOf(record);
      const stated = (manifest.get(docId) ?? []).find((row) => path === row.path || path.endsWith(`/${row.path}`));
      if (stated?.sha256 != null && record.format !== "collection" && stated.sha256 !== record.raw_sha256) {
        context.log.warn(`${path} is not the file that the manifest describes: its bytes have another hash`);
      }
      sinks.document.write([documentRow({ record, manifest: stated, path, text, stripped }, parameters)]);
      sinks.text.write([{ doc_id: docId, text }]);
      sinks.excerpt.write(excerptsOf(docId, text, parameters));
      context.progress(total - waiting.size, total, "documents");
    }
    for (const record of waiting.values()) left.push({ record, reason: "no_text", detail: null });
    context.sink("document_dropped").write(droppedRows(left));
  },
};

async function readRecords(
  context: TransformContext<DocumentsParameters>,
  pathOf: (record: DocumentRecordRow) => string,
): Promise<Map<string, DocumentRecordRow>> {
  const records = new Map<string, DocumentRecordRow>();
  for await (const row of context.input("document_record").rows<DocumentRecordRow>()) {
    const other = records.get(row.doc_id);
    if (other !== undefined) {
      const files = [pathOf(other), pathOf(row)].sort(compareCodeUnits);
      throw new LoadError("document-repeated", `two documents are called ${row.doc_id}: ${files.join(" and ")}`, {
        fields: { doc_id: row.doc_id, files },
        wayOut: "Rename one of the files, or give the collection names of its own.",
      });
    }
    records.set(row.doc_id, row);
  }
  return records;
}

async function readManifest(
  context: TransformContext<DocumentsParameters>,
  records: readonly DocumentRecordRow[],
): Promise<Map<string, ManifestRecordRow[]>> {
  const found = new Map<string, ManifestRecordRow[]>();
  const source = context.input("manifest_record");
  const wanted = new Set(records.map((record) => record.doc_id));
  const filters = records.length <= FEW ? [...wanted].map((docId) => ({ doc_id: docId })) : [undefined];
  for (const where of filters) {
    for await (const row of source.rows<ManifestRecordRow>(undefined, where)) {
      if (wanted.has(row.doc_id)) found.set(row.doc_id, [...(found.get(row.doc_id) ?? []), row]);
    }
  }
  for (const rows of found.values()) rows.sort((a, b) => compareCodeUnits(a.path, b.path));
  return found;
}

type Stripped =
  | { readonly text: string; readonly stripped: number }
  | { readonly reason: Reason; readonly detail: string };

async function strippedText(
  raw: string,
  record: DocumentRecordRow,
  parameters: DocumentsParameters,
): Promise<Stripped> {
  const { codePoints } = await import("./code-points.js");
  const size = `${raw.length} characters`;
  let text: string;
  let stripped: number;
  if (parameters.strip === "markers_published" && record.format === "gutenberg") {
    const { publishedExtraction } = await import("./published-extraction.js");
    const published = publishedExtraction(raw, record.encoding);
    if ("failure" in published) return { reason: published.failure, detail: size };
    text = published.text;
    stripped = codePoints(raw) - codePoints(text);
  } else {
    const { stripText } = await import("./strip-text.js");
    const level = parameters.strip === "markers_published" ? "markers" : parameters.strip;
    const found = stripText(raw, level, record.format);
    if (found.missing !== undefined) return { reason: `no_${found.missing}_marker`, detail: size };
    ({ text, stripped } = found);
  }
  return text.trim() === "" ? { reason: "empty_text", detail: size } : { text, stripped };
}

function droppedRows(
  left: readonly { record: DocumentRecordRow; reason: Reason; detail: string | null }[],
): DocumentDroppedRow[] {
  const counts = new Map<string, number>();
  return [...left]
    .sort((a, b) => compareCodeUnits(a.record.doc_id, b.record.doc_id))
    .map(({ record, reason, detail }) => {
      const index = counts.get(record.source_id) ?? 0;
      counts.set(record.source_id, index + 1);
      return {
        source_id: record.source_id,
        drop_index: index,
        scope: "document",
        item: record.doc_id,
        reason,
        rule: RULES[reason] as string,
        detail,
        records: 1n,
      };
    });
}
