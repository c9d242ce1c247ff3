import type { EvidenceValue, Stage } from "../../../../src/stages/stage.js";
import type { Row } from "../../../../src/tables/contract.js";
import type { Transform } from "../../../../src/transforms/transform.js";
import { membershipContract } from "../../../support/membership-contracts.js";
import { memoryTransformContext } from "../../../support/memory-tables.js";
import { stageResources } from "../../../support/stage-resources.js";

/** Runs a stage or transform of `membership` over rows in memory, every table checked by its contract. */
export async function runMembershipStage<P>(
  stage: Stage<P> | Transform<P>,
  inputs: Readonly<Record<string, readonly Row[]>>,
  parameters: Readonly<Record<string, unknown>> = {},
  warnings: string[] = [],
): Promise<{ rows: Record<string, Row[]>; evidence: Record<string, EvidenceValue> }> {
  const parsed = stage.parameters.parse(parameters);
  const { context, rows } = memoryTransformContext(inputs, parsed, membershipContract);
  const evidence: Record<string, EvidenceValue> = {};
  await (stage as Stage<P>).run({
    ...context,
    log: { ...context.log, warn: (message: string) => void warnings.push(message) },
    partition: "",
    threads: 1,
    ...stageResources(),
    evidence: (facts) => void Object.assign(evidence, facts),
  });
  return { rows, evidence };
}

/** A row of `assignment` with what a test does not care about. */
export function assignmentRow(row: {
  readonly doc_id: string;
  readonly label: 0 | 1 | null;
  readonly fold: number | null;
  readonly experiment_id?: string;
  readonly cluster_id?: string;
  readonly label_basis?: string;
}): Row {
  const { doc_id, label } = row;
  return {
    experiment_id: "coin",
    label_basis: "randomised",
    role: label === null ? "unused" : label === 1 ? "member" : "nonmember",
    trained: label === 1,
    split_seed: 1n,
    exposure: 1,
    duplicates: 1,
    cluster_id: doc_id,
    reason: null,
    ...row,
  };
}

/** A row of `run` with what a test does not care about. */
export function runRow(row: Row = {}): Row {
  return {
    run_id: "coin/toy",
    experiment_id: "coin",
    role: "target",
    backend: "ngram",
    model: "toy",
    model_sha: null,
    revision: null,
    dtype: null,
    tokenizer_id: "t",
    tokenizer_sha: "0".repeat(64),
    vocabulary: 16,
    context: 8,
    stride: 7,
    bos_policy: "none",
    capabilities: ["logprob"],
    parameters: "{}",
    self_test: "{}",
    seed: null,
    n_trained_tokens: null,
    ...row,
  };
}
