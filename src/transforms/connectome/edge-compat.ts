import { z } from "zod";
import { neuronByLabel, slotOf } from "../../tables/neuron-registry.js";
import type { Transform } from "../transform.js";
import { type AnnotationWeights, SLOTS, type WeightGrid } from "./annotation-weights.js";
import { CellResolver } from "./cell-resolver.js";
import { PUBLISHED } from "./defect-flag.js";
import { type EdgeRecord, groupByAnnotation, readEdgeRecords } from "./edge-record.js";
import { type Edge, mergeRecords } from "./merge-records.js";
import { PUBLISHED_FORMS, publishedInput } from "./published-input.js";

const parameters = z.strictObject({});

export type CompatDropReason = "non_neuron" | "no_slot" | "padded_label" | "monadic" | "duplicate";

/** A row of `edge_compat`. */
export interface CompatEdge {
  readonly annotation_id: string;
  readonly pre_cell: string;
  readonly post_cell: string;
  readonly kind: Edge["kind"];
  readonly weight: number | null;
  readonly drop_reason: CompatDropReason | null;
}

/**
 * `edge_record` → `edge_compat`: the weight that the published procedure keeps for every edge of the annotations that
 * it reads, or null and the reason (specification sections 3.3 and 4.1; figures in 6.2).
 */
export const edgeCompat: Transform<z.infer<typeof parameters>> = {
  name: "connectome/edge-compat",
  description: "What the published procedure keeps of each edge",
  inputs: ["edge_record", "neuron_alias"],
  outputs: ["edge_compat"],
  parameters,
  async run(context) {
    const resolver = await CellResolver.fromTable(context.input("neuron_alias"));
    const records = await readEdgeRecords(context.input("edge_record"), PUBLISHED_FORMS);
    const groups = groupByAnnotation(records);
    const { annotations } = publishedInput({ records, functionalRecords: [], resolver });
    const sink = context.sink("edge_compat");
    for (const annotation of annotations) {
      const own = groups.get(annotation.entry.annotation_id) ?? [];
      sink.write(compatEdges(annotation, own, resolver).map((edge) => ({ ...edge })));
    }
  },
};

/** One row per edge of one annotation. Every edge has a weight, a reason, or (some records dropped) both. */
export function compatEdges(
  annotation: AnnotationWeights,
  records: readonly EdgeRecord[],
  resolver: CellResolver,
): CompatEdge[] {
  const grid = annotation.grid(PUBLISHED);
  const reasons = reasonsByEdge(annotation, records, resolver);
  return mergeRecords(records, resolver).edges.map((edge) => ({
    annotation_id: edge.annotation_id,
    pre_cell: edge.pre_cell,
    post_cell: edge.post_cell,
    kind: edge.kind,
    weight: keptWeight(grid, edge),
    drop_reason: reasons.get(edgeKey(edge.kind, edge.pre_cell, edge.post_cell)) ?? null,
  }));
}

function keptWeight(grid: WeightGrid, edge: Edge): number | null {
  const pre = slotOf(edge.pre_cell);
  const post = slotOf(edge.post_cell);
  if (pre === null || post === null || edge.kind === "nmj") return null;
  const weight = (edge.kind === "gap" ? grid.gap : grid.chemical)[pre * SLOTS + post] as number;
  return weight === 0 ? null : weight;
}

function edgeKey(kind: string, pre: string, post: string): string {
  return `${kind}\n${pre}\n${post}`;
}

/** The first reason for which a record of each edge does not count. */
function reasonsByEdge(
  annotation: AnnotationWeights,
  records: readonly EdgeRecord[],
  resolver: CellResolver,
): Map<string, CompatDropReason> {
  const reasons = new Map<string, CompatDropReason>();
  const counted = new Set<string>();
  for (const record of records) {
    if (record.weight === 0) continue;
    const pre = resolver.resolve(record.pre_raw, record.source_id).cell;
    const post = resolver.resolve(record.post_raw, record.source_id).cell;
    const [first, second] = record.kind === "gap" && pre > post ? [post, pre] : [pre, post];
    const key = edgeKey(record.kind, first, second);
    let reason = recordReason(record, pre, post);
    if (reason === null && record.kind === "chemical" && annotation.entry.repeats === "listed") {
      if (counted.has(key)) reason = "duplicate";
      counted.add(key);
    }
    if (reason !== null && !reasons.has(key)) reasons.set(key, reason);
  }
  return reasons;
}

function recordReason(record: EdgeRecord, pre: string, post: string): CompatDropReason | null {
  const ends = [neuronByLabel(pre), neuronByLabel(post)];
  if (record.kind === "nmj" || ends.includes(null)) return "non_neuron";
  if (ends.some((neuron) => neuron?.slot === null)) return "no_slot";
  if (slotOf(record.pre_raw) === null || slotOf(record.post_raw) === null) return "padded_label";
  return record.kind === "chemical" && record.type_raw === "S" ? "monadic" : null;
}
