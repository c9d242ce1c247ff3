import { sha256 } from "../../base/hash.js";
import type { DocumentRecordRow, DocumentRow, ManifestRecordRow } from "../../tables/generated/membership.js";
import { codePoints, wordCount } from "./code-points.js";
import type { DocumentsParameters } from "./documents-parameters.js";
import { isPublishable } from "./licences.js";
import { stripRule } from "./strip-rules.js";

/** What is known of a document when its row is made. */
export interface DocumentFacts {
  readonly record: DocumentRecordRow;
  readonly manifest: ManifestRecordRow | undefined;
  /** Path of its file below the mirror. */
  readonly path: string;
  readonly text: string;
  /** Code points that were stripped. */
  readonly stripped: number;
}

/**
 * The row of a document. The release date is that of the catalogue, else that of the file; title, authors and licence
 * are those of the file, else of the manifest; language and year of publication the other way round, because headers
 * name languages in words and no header of these collections states the year.
 */
export function documentRow(
  { record, manifest, path, text, stripped }: DocumentFacts,
  parameters: DocumentsParameters,
): DocumentRow {
  const inFile = { text: record.license, url: record.license_url };
  const inManifest = { text: manifest?.license ?? null, url: manifest?.license_url ?? null };
  const fromFile = inFile.text !== null || inFile.url !== null;
  const licence = fromFile ? inFile : inManifest;
  const known = licence.text !== null || licence.url !== null;
  const isColumn = record.format === "collection";
  const catalogue = manifest?.catalogue_date ?? null;
  const year = manifest?.publication_year ?? null;
  return {
    doc_id: record.doc_id,
    kind: record.kind,
    source: record.collection,
    title: record.title ?? manifest?.title ?? null,
    authors: record.authors.length > 0 ? [...record.authors] : manifest?.author ? [manifest.author] : [],
    language: manifest?.language ?? record.language,
    license: licence.text,
    license_url: licence.url,
    license_basis: !known ? "none" : !fromFile ? "manifest" : isColumn ? "column" : "file",
    text_publishable: isPublishable(
      [inFile, inManifest],
      { source: record.collection, format: record.format, strip: parameters.strip },
      parameters.publishable,
    ),
    release_date: catalogue ?? record.date,
    release_date_basis:
      catalogue !== null ? "catalogue" : record.date === null ? "none" : isColumn ? "column" : "header",
    release_date_header: record.date,
    release_date_catalogue: catalogue,
    release_date_precision: record.date_precision,
    publication_year: year ?? record.publication_year,
    publication_year_basis: year !== null ? (manifest?.publication_year_basis ?? null) : record.publication_year_basis,
    raw_sha256: record.raw_sha256,
    body_sha256: sha256(text),
    raw_bytes: record.raw_bytes,
    encoding: record.encoding,
    declared_encoding: record.declared_encoding,
    had_bom: record.had_bom,
    newline: record.newline,
    strip_rule: stripRule(parameters.strip),
    n_stripped: BigInt(stripped),
    n_chars: BigInt(codePoints(text)),
    n_words: BigInt(wordCount(text)),
    label: record.label,
    repo: manifest?.repo ?? null,
    commit: manifest?.commit ?? null,
    path,
    source_id: record.source_id,
  };
}
