import { overlap } from "../../../../src/stages/membership/overlap.js";
import type { EvidenceValue } from "../../../../src/stages/stage.js";
import type { DocumentClusterRow, OverlapRow } from "../../../../src/tables/generated/membership.js";
import { memoryTransformContext } from "../../../support/memory-tables.js";
import { stageResources } from "../../../support/stage-resources.js";

/** Runs the stage `membership/overlap` over texts by name. */
export async function runOverlap(texts: readonly (readonly [name: string, text: string])[], parameters: object = {}) {
  const { context, rows } = memoryTransformContext(
    { document_text: texts.map(([name, text]) => ({ doc_id: name, text })) },
    overlap.parameters.parse(parameters),
  );
  const evidence: Record<string, EvidenceValue> = {};
  const add = (facts: Readonly<Record<string, EvidenceValue>>) => void Object.assign(evidence, facts);
  await overlap.run({ ...context, ...stageResources(), partition: "", threads: 1, evidence: add });
  return {
    pairs: (rows.overlap ?? []) as OverlapRow[],
    clusters: (rows.document_cluster ?? []) as DocumentClusterRow[],
    evidence,
  };
}
