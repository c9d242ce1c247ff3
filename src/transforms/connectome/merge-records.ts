import { compareCodeUnits } from "../../base/canonical-json.js";
import { LoadError } from "../../base/errors.js";
import type { EdgeRow } from "../../tables/generated/celegans_connectome.js";
import type { CellResolver } from "./cell-resolver.js";
import type { EdgeRecord } from "./edge-record.js";

/** A row of `edge`. */
export type Edge = EdgeRow;

interface Group {
  readonly first: EdgeRecord;
  readonly flipped: boolean;
  readonly pre: { readonly cell: string; readonly neuron: string | null };
  readonly post: { readonly cell: string; readonly neuron: string | null };
  readonly cells: string[];
  /** Sum per listed direction, as spelled: forwards (pre → post of the row), backwards (gap only). */
  readonly sums: [number, number];
  readonly listed: [boolean, boolean];
}

/**
 * Merges records, given in reading order, into one edge per (annotation, pre, post, kind): repeated records are
 * summed; a gap junction is one row with pre ≤ post, listed in one direction or both, and where the two disagree the
 * larger weight holds and both are kept (specification section 3.4 rule 2). Records with weight 0 state no edge.
 * @throws {LoadError} `load/edge-in-two-files` when one annotation gives the same edge in two files: their sum would
 * be nobody's measurement.
 */
export function mergeRecords(
  records: readonly EdgeRecord[],
  resolver: CellResolver,
): { edges: Edge[]; dropped: EdgeRecord[] } {
  const groups = new Map<string, Group>();
  const dropped: EdgeRecord[] = [];
  for (const record of records) {
    if (record.weight === 0) dropped.push(record);
    else addRecord(groups, record, resolver);
  }
  const edges = [...groups.values()].map(edgeOf);
  edges.sort(
    (a, b) =>
      compareCodeUnits(a.annotation_id, b.annotation_id) ||
      compareCodeUnits(a.pre_cell, b.pre_cell) ||
      compareCodeUnits(a.post_cell, b.post_cell) ||
      compareCodeUnits(a.kind, b.kind),
  );
  return { edges, dropped };
}

function addRecord(groups: Map<string, Group>, record: EdgeRecord, resolver: CellResolver): void {
  const from = resolver.resolve(record.pre_raw, record.source_id);
  const to = resolver.resolve(record.post_raw, record.source_id);
  const flipped = record.kind === "gap" && compareCodeUnits(from.cell, to.cell) > 0;
  const [pre, post] = flipped ? [to, from] : [from, to];
  const key = `${record.annotation_id}\n${record.kind}\n${pre.cell}\n${post.cell}`;
  let group = groups.get(key);
  if (group === undefined) {
    group = { first: record, flipped, pre, post, cells: [], sums: [0, 0], listed: [false, false] };
    groups.set(key, group);
  } else if (group.first.source_id !== record.source_id) {
    throw new LoadError(
      "edge-in-two-files",
      `annotation ${record.annotation_id} gives ${pre.cell} to ${post.cell} (${record.kind}) in two files: ` +
        `${group.first.source_cell} of source ${group.first.source_id} and ${record.source_cell} of ${record.source_id}`,
      {
        fields: { annotation: record.annotation_id, pre: pre.cell, post: post.cell, kind: record.kind },
        wayOut: "Give each file an annotation of its own, or narrow the source's file pattern to one file.",
      },
    );
  }
  const direction = flipped ? 1 : 0;
  group.sums[direction] += record.weight;
  group.listed[direction] = true;
  group.cells.push(record.source_cell);
}

function edgeOf({ first, flipped, pre, post, cells, sums, listed }: Group): Edge {
  const isGap = first.kind === "gap";
  const listings = sums.filter((_, direction) => listed[direction]);
  return {
    annotation_id: first.annotation_id,
    pre_cell: pre.cell,
    post_cell: post.cell,
    kind: first.kind,
    pre: pre.neuron,
    post: post.neuron,
    pre_raw: flipped ? first.post_raw : first.pre_raw,
    post_raw: flipped ? first.pre_raw : first.post_raw,
    weight: Math.max(...listings),
    weight_min: isGap ? Math.min(...listings) : null,
    weight_max: isGap ? Math.max(...listings) : null,
    n_records: cells.length,
    source_id: first.source_id,
    source_cells: cells,
  };
}
