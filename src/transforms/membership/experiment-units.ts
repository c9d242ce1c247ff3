import { compareCodeUnits } from "../../base/canonical-json.js";
import { LoadError } from "../../base/errors.js";
import { DisjointSets } from "../../compute/volume/label-propagation.js";
import type { DocumentClusterRow, DocumentRow, ExcerptRow } from "../../tables/generated/membership.js";
import type { TableSource } from "../../tables/table-io.js";
import { TRAP_WINDOW } from "./excerpts.js";

const DOCUMENT_COLUMNS = [
  "doc_id",
  "kind",
  "source",
  "authors",
  "release_date",
  "release_date_basis",
  "release_date_precision",
  "publication_year",
  "n_chars",
  "label",
  "path",
] as const;

export type UnitDocument = Pick<DocumentRow, (typeof DOCUMENT_COLUMNS)[number]>;

/** What an experiment may label. */
export interface ExperimentUnit {
  readonly docId: string;
  readonly document: UnitDocument;
  /** Words of the planted sequence that it is. */
  readonly trap: number | undefined;
  /** Book with its near-duplicates; of a planted sequence itself. */
  readonly cluster: string;
}

export interface ExperimentUnits {
  /** By name. */
  readonly units: readonly ExperimentUnit[];
  /** Documents that are too short for a unit. */
  readonly short: readonly UnitDocument[];
}

/**
 * The units of all experiments, in order of their names, whatever the order of the rows.
 * @throws {LoadError} `load/document-repeated` naming both files, `load/document-unknown`.
 */
export async function readUnits(tables: {
  readonly document: TableSource;
  readonly excerpt: TableSource;
  readonly document_cluster: TableSource;
}): Promise<ExperimentUnits> {
  const documents = new Map<string, UnitDocument>();
  for await (const row of tables.document.rows<UnitDocument>(DOCUMENT_COLUMNS)) {
    const other = documents.get(row.doc_id);
    if (other !== undefined) throw repeated(row.doc_id, [other.path, row.path]);
    documents.set(row.doc_id, row);
  }
  const clusters = new Map<string, string>();
  for await (const row of tables.document_cluster.rows<DocumentClusterRow>(["doc_id", "cluster_id"])) {
    clusters.set(row.doc_id, row.cluster_id);
  }
  const units = new Map<string, ExperimentUnit>();
  const withUnit = new Set<string>();
  for await (const row of tables.excerpt.rows<Pick<ExcerptRow, "doc_id" | "source_doc_id" | "window">>([
    "doc_id",
    "source_doc_id",
    "window",
  ])) {
    const document = documents.get(row.source_doc_id);
    if (document === undefined) {
      throw new LoadError(
        "document-unknown",
        `unit ${row.doc_id} is of a document that is not there: ${row.source_doc_id}`,
        {
          fields: { doc_id: row.doc_id, source_doc_id: row.source_doc_id },
        },
      );
    }
    const other = units.get(row.doc_id);
    if (other !== undefined) throw repeated(row.doc_id, [other.document.path, document.path]);
    const trap = row.window.startsWith(TRAP_WINDOW) ? Number(row.window.slice(TRAP_WINDOW.length)) : undefined;
    withUnit.add(row.source_doc_id);
    units.set(row.doc_id, {
      docId: row.doc_id,
      document,
      trap,
      cluster: trap === undefined ? (clusters.get(row.source_doc_id) ?? row.source_doc_id) : row.doc_id,
    });
  }
  return {
    units: [...units.values()].sort((a, b) => compareCodeUnits(a.docId, b.docId)),
    short: [...documents.values()].filter((document) => !withUnit.has(document.doc_id)),
  };
}

function repeated(docId: string, paths: readonly string[]): LoadError {
  const files = [...paths].sort(compareCodeUnits);
  return new LoadError("document-repeated", `two documents are called ${docId}: ${files.join(" and ")}`, {
    fields: { doc_id: docId, files },
    wayOut: "Rename one of the files, or leave one out of its source.",
  });
}

const NOBODY = new Set(["anonymous", "unknown", "various", ""]);

/** The same units with all books of an author in one cluster, which is named by the first of its names. */
export function joinedByAuthor(units: readonly ExperimentUnit[]): ExperimentUnit[] {
  const names = [...new Set(units.map((unit) => unit.cluster))].sort(compareCodeUnits);
  const places = new Map(names.map((name, place) => [name, place]));
  const sets = new DisjointSets(names.length);
  const firstOf = new Map<string, number>();
  for (const { cluster, document, trap } of units) {
    if (trap !== undefined) continue;
    const place = places.get(cluster) as number;
    for (const author of document.authors) {
      const name = author.trim().toLowerCase();
      if (NOBODY.has(name)) continue;
      const first = firstOf.get(name);
      if (first === undefined) firstOf.set(name, place);
      else sets.join(first, place);
    }
  }
  return units.map((unit) => ({ ...unit, cluster: names[sets.find(places.get(unit.cluster) as number)] as string }));
}
