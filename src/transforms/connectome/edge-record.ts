import type { TableSource } from "../../tables/table-io.js";

export type EdgeKind = "chemical" | "gap" | "nmj";

/** A row of `edge_record`: one record of a source, as the source spells it. */
export interface EdgeRecord {
  readonly annotation_id: string;
  readonly source_id: string;
  readonly record_index: number;
  readonly source_cell: string;
  readonly kind: EdgeKind;
  readonly type_raw: string | null;
  readonly pre_raw: string;
  readonly post_raw: string;
  readonly weight: number;
}

/**
 * All records in reading order: by annotation, file, position. Cost: one object per record (35,000 in the ten
 * published sources).
 */
export async function readEdgeRecords(source: TableSource): Promise<EdgeRecord[]> {
  const records: EdgeRecord[] = [];
  for await (const record of source.rows<EdgeRecord>()) records.push(record);
  return sortRecords(records);
}

/** Reading order, so that results do not depend on the order in which partitions arrive. */
export function sortRecords(records: EdgeRecord[]): EdgeRecord[] {
  return records.sort(
    (a, b) =>
      (a.annotation_id < b.annotation_id ? -1 : a.annotation_id > b.annotation_id ? 1 : 0) ||
      (a.source_id < b.source_id ? -1 : a.source_id > b.source_id ? 1 : 0) ||
      a.record_index - b.record_index,
  );
}

/** The records of each annotation, in reading order. */
export function groupByAnnotation(records: readonly EdgeRecord[]): Map<string, EdgeRecord[]> {
  const groups = new Map<string, EdgeRecord[]>();
  for (const record of records) {
    const group = groups.get(record.annotation_id);
    if (group === undefined) groups.set(record.annotation_id, [record]);
    else group.push(record);
  }
  return groups;
}
