import type {
  DocumentClusterRow,
  DocumentRecordRow,
  DocumentRow,
  ExcerptRow,
} from "../../../src/tables/generated/membership.js";

const HASH = "0".repeat(64);

export function recordRow(docId: string, change: Partial<DocumentRecordRow> = {}): DocumentRecordRow {
  return {
    doc_id: docId,
    kind: "book",
    source_id: "s",
    format: "plain",
    collection: "novels",
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
    raw_sha256: HASH,
    raw_bytes: 10n,
    encoding: "utf-8",
    declared_encoding: null,
    had_bom: false,
    newline: "lf",
    has_start_marker: false,
    has_end_marker: false,
    header: "{}",
    ...change,
  };
}

export function documentRow(docId: string, change: Partial<DocumentRow> = {}): DocumentRow {
  return {
    doc_id: docId,
    kind: "book",
    source: "gutenberg",
    title: null,
    authors: [],
    language: "en",
    license: null,
    license_url: null,
    license_basis: "none",
    text_publishable: false,
    release_date: null,
    release_date_basis: "none",
    release_date_header: null,
    release_date_catalogue: null,
    release_date_precision: null,
    publication_year: 1900,
    publication_year_basis: "hand",
    raw_sha256: HASH,
    body_sha256: HASH,
    raw_bytes: 10n,
    encoding: "utf-8",
    declared_encoding: null,
    had_bom: false,
    newline: "lf",
    strip_rule: "credits@0",
    n_stripped: 0n,
    n_chars: 100n,
    n_words: 20n,
    label: null,
    repo: null,
    commit: null,
    path: `membership/gutenberg/${docId}.txt`,
    source_id: "s",
    ...change,
  };
}

export function excerptRow(docId: string, source: string, window = "all"): ExcerptRow {
  return { doc_id: docId, source_doc_id: source, segment: 0, window, char_start: 0n, n_chars: 1n, text: "t" };
}

export function clusterRow(docId: string, cluster = docId): DocumentClusterRow {
  return { doc_id: docId, cluster_id: cluster, n_documents: 1 };
}
