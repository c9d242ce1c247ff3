import { slotOf } from "../../../src/tables/neuron-registry.js";
import { CellResolver } from "../../../src/transforms/connectome/cell-resolver.js";
import { type ConsensusGrid, runConsensusProcedure } from "../../../src/transforms/connectome/consensus-procedure.js";
import { DEFECT_FLAGS, type DefectFlag, type DefectFlags } from "../../../src/transforms/connectome/defect-flag.js";
import { type EdgeKind, type EdgeRecord, sortRecords } from "../../../src/transforms/connectome/edge-record.js";
import type { FunctionalEdgeRecord } from "../../../src/transforms/connectome/functional-weights.js";
import { publishedInput } from "../../../src/transforms/connectome/published-input.js";

/** `["whole", "AVAL", "AVBL", 4]`: annotation, pre, post, weight, kind (chemical), type. */
export type ShortRecord = readonly [
  annotation: string,
  pre: string,
  post: string,
  weight: number,
  kind?: EdgeKind,
  type?: string,
];

/** Records of one file per annotation, numbered in the order given. */
export function edgeRecords(short: readonly ShortRecord[]): EdgeRecord[] {
  const next = new Map<string, number>();
  const records = short.map(([annotation, pre, post, weight, kind = "chemical", type]): EdgeRecord => {
    const index = next.get(annotation) ?? 0;
    next.set(annotation, index + 1);
    return {
      annotation_id: annotation,
      source_id: `file of ${annotation}`,
      record_index: index,
      source_cell: `row ${index + 2}`,
      kind,
      type_raw: type ?? null,
      pre_raw: pre,
      post_raw: post,
      weight,
    };
  });
  return sortRecords(records);
}

export const noAliases = new CellResolver([]);

/** Only the named defects on. */
export function only(...flags: DefectFlag[]): DefectFlags {
  return Object.fromEntries(DEFECT_FLAGS.map((flag) => [flag, flags.includes(flag)])) as Record<DefectFlag, boolean>;
}

/** Runs the procedure over short records. */
export function procedure(
  short: readonly ShortRecord[],
  flags: DefectFlags,
  functionalRecords: readonly FunctionalEdgeRecord[] = [],
): ConsensusGrid {
  const input = publishedInput({ records: edgeRecords(short), functionalRecords, resolver: noAliases });
  return runConsensusProcedure(input, flags);
}

/** Position of an ordered pair in a grid. */
export function pairOf(pre: string, post: string): number {
  return (slotOf(pre) as number) * 300 + (slotOf(post) as number);
}
