import { compareCodeUnits } from "../base/canonical-json.js";
import { hashOf } from "../base/hash.js";
import type { KeyParts } from "../store/types.js";
import type { CodeVersions } from "./code-version.js";
import type { ChosenDevice } from "./device.js";
import { contractOf, type LoadStep, type Pipeline, type Step, type TransformStep } from "./pipeline.js";
import type { ResolvedFile } from "./sources.js";
import type { KeyDifference } from "./types.js";
import { userModuleVersion } from "./user-module.js";

/** The key of a unit of work: the hash of its named parts. */
export function keyOf(parts: KeyParts): string {
  return hashOf(parts);
}

/** The parts that all units of a step share. Paths, times, worker counts and limits are no part of a key. */
export function stepKeyParts(
  pipeline: Pipeline,
  step: Step,
  code: CodeVersions,
  device: ChosenDevice | undefined,
): KeyParts {
  const parts: Record<string, string> = {
    dataset: pipeline.dataset,
    implementation: `${step.kind} ${step.module === undefined ? step.implementation : "module"}`,
    code:
      step.module === undefined ? code.implementation(step.kind, step.implementation) : userModuleVersion(step.module),
    "job runner": code.runner(step.kind),
    ...(step.module === undefined ? {} : { "loader toolkit": code.runner("module") }),
  };
  for (const table of step.into)
    parts[`contract ${shortName(table, pipeline)}`] = contractOf(pipeline, table).contract.hash;
  for (const [name, text] of Object.entries(step.parameterTexts)) parts[`parameter ${name}`] = text;
  // The step's name is a column of `file_count` and `dropped_record`.
  if (step.kind === "load") parts.step = step.name;
  else if (step.usesDevice) {
    const { kind, identity } = device ?? { kind: "cpu", identity: "cpu" };
    parts.device = identity;
    parts["device code"] = code.runner(`device ${kind}`);
  }
  return parts;
}

/** Key parts of one partition of a load step. */
export function loadKeyParts(shared: KeyParts, files: readonly ResolvedFile[]): KeyParts {
  const parts: Record<string, string> = { ...shared };
  for (const { job, pinHash } of files) {
    parts[`source ${job.path}`] = job.sha256;
    parts[`pin ${job.path}`] = pinHash;
  }
  return parts;
}

/** Key parts of a transform or stage step. `hashes`: `dataset.table` → table hash. */
export function transformKeyParts(
  shared: KeyParts,
  step: TransformStep,
  hashes: ReadonlyMap<string, string>,
  /** Of a unit for one partition: `dataset.table` → hash of the partition's rows; absent: none. */
  one?: { readonly partition: string; readonly hashes: ReadonlyMap<string, string> },
): KeyParts {
  const parts: Record<string, string> = { ...shared };
  for (const { name, table } of step.from) {
    const from = one !== undefined && step.each.includes(name) ? one.hashes : hashes;
    parts[`input ${name}`] = from.get(table) ?? "";
  }
  // A stage is told the name of its partition; a transform sees nothing but its rows.
  if (one !== undefined && step.kind === "stage") parts.partition = one.partition;
  return parts;
}

/**
 * Name of the partition that a unit contributes to each table: `step`, or `step/path`, of a load step; of a transform
 * that of its inputs, or "".
 */
export function tablePartition(step: Pick<LoadStep | TransformStep, "kind" | "name">, partition: string): string {
  if (step.kind !== "load") return partition;
  return partition === "" ? step.name : `${step.name}/${partition}`;
}

/** The parts that differ, in code-unit order of their names. */
export function keyDifferences(before: KeyParts, after: KeyParts): KeyDifference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((part) => before[part] !== after[part])
    .sort(compareCodeUnits)
    .map((part) => ({ part, before: before[part] ?? null, after: after[part] ?? null }));
}

/** One line: `source celegans/x.xlsx changed`, `parameter limit is new`, with how many more. */
export function describeDifferences(differences: readonly KeyDifference[]): string {
  const order = ["source", "parameter", "input", "contract", "device", "code", "implementation", "job runner"];
  const rank = ({ part }: KeyDifference) => {
    const found = order.findIndex((kind) => part.startsWith(kind));
    return found === -1 ? order.length : found;
  };
  const [first, ...rest] = [...differences].sort((a, b) => rank(a) - rank(b) || compareCodeUnits(a.part, b.part));
  if (first === undefined) return "nothing changed";
  const what = first.before === null ? "is new" : first.after === null ? "is gone" : "changed";
  return `${first.part} ${what}${rest.length === 0 ? "" : ` (and ${rest.length} more)`}`;
}

/** `table` within the pipeline's dataset, `dataset.table` outside. */
export function shortName(table: string, pipeline: Pick<Pipeline, "dataset">): string {
  return table.startsWith(`${pipeline.dataset}.`) ? table.slice(pipeline.dataset.length + 1) : table;
}
