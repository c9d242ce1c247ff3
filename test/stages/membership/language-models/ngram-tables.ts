import { join } from "node:path";
import { silentLog } from "../../../../src/base/log.js";
import { randomNumbers } from "../../../../src/compute/statistics/random-numbers.js";
import type { EvidenceValue, Stage } from "../../../../src/stages/stage.js";
import type { Contract, Row } from "../../../../src/tables/contract.js";
import { readContract } from "../../../../src/tables/contract-file.js";
import { memoryTransformContext } from "../../../support/memory-tables.js";
import { repositoryRoot } from "../../../support/real-data.js";
import { stageResources } from "../../../support/stage-resources.js";

const TABLES = [
  "token",
  "assignment",
  "experiment",
  "tokenizer",
  "token_score",
  "document_mean_probability",
  "run",
  "control",
];

/** Contracts of the tables that the stages of n-gram models read and write. */
export async function membershipContracts(): Promise<(table: string) => Contract | undefined> {
  const all = new Map<string, Contract>();
  for (const table of TABLES) {
    all.set(table, await readContract(join(repositoryRoot, "schemas", "membership", `${table}.yaml`)));
  }
  return (table) => all.get(table);
}

export type Tables = Readonly<Record<"token" | "assignment" | "experiment" | "tokenizer", readonly Row[]>>;

export interface StageResult {
  readonly rows: Record<string, Row[]>;
  readonly evidence: Record<string, EvidenceValue>;
  readonly warnings: string[];
}

/** Runs a stage over rows in memory; its rows are checked by their contracts. */
export async function runStage<P>(
  stage: Stage<P>,
  tables: Tables,
  parameters: unknown,
  options: { readonly contracts: (table: string) => Contract | undefined; readonly threads?: number },
): Promise<StageResult> {
  const { context, rows } = memoryTransformContext(tables, stage.parameters.parse(parameters), options.contracts);
  const evidence: Record<string, EvidenceValue> = {};
  const warnings: string[] = [];
  await stage.run({
    ...context,
    log: { ...silentLog, warn: (message) => void warnings.push(message) },
    partition: "",
    threads: options.threads ?? 1,
    ...stageResources(),
    evidence: (facts) => void Object.assign(evidence, facts),
  });
  return { rows, evidence, warnings };
}

export interface UnitOptions {
  readonly role: string;
  readonly ids: readonly number[];
  readonly cluster?: string;
  readonly exposure?: number;
  readonly duplicates?: number;
  readonly label?: 0 | 1 | null;
  readonly trained?: boolean;
}

/** The tables of one experiment of these units. */
export function tablesOf(
  units: Readonly<Record<string, UnitOptions>>,
  options: { readonly vocabulary?: number; readonly trainsMembers?: boolean; readonly experiment?: string } = {},
): Tables {
  const { vocabulary = 50, trainsMembers = true, experiment = "randomised" } = options;
  const names = Object.keys(units).sort();
  const labels = { member: 1, nonmember: 0 } as Readonly<Record<string, 0 | 1>>;
  return {
    token: names.map((docId) => {
      const ids = units[docId]?.ids ?? [];
      return { doc_id: docId, tokenizer_id: "words", n_tokens: ids.length, input_ids: ids, char_start: [] };
    }),
    tokenizer: [
      {
        tokenizer_id: "words",
        kind: "trained",
        vocabulary,
        sha256: "0".repeat(64),
        definition: null,
        trained_on: 0n,
      },
    ],
    experiment: [
      {
        experiment_id: experiment,
        design: "randomised",
        label_basis: "randomised",
        split_seed: 1n,
        n_members: 0,
        n_nonmembers: 0,
        n_reference: 0,
        n_unused: 0,
        unused: [],
        n_clusters: 0,
        n_folds: 0,
        exposure: 1,
        duplicates: 1,
        trains_members: trainsMembers,
        manifest_sha256: "0".repeat(64),
        parameters: "{}",
      },
    ],
    assignment: names.map((docId) => {
      const unit = units[docId] as UnitOptions;
      return {
        experiment_id: experiment,
        doc_id: docId,
        label: unit.label === undefined ? (labels[unit.role] ?? null) : unit.label,
        label_basis: "randomised",
        role: unit.role,
        trained: unit.trained ?? (trainsMembers && unit.role === "member"),
        split_seed: 1n,
        exposure: unit.exposure ?? 1,
        duplicates: unit.duplicates ?? 1,
        fold: 0,
        cluster_id: unit.cluster ?? docId,
        reason: null,
      };
    }),
  };
}

/** A text of tokens that depend on the one before: text enough for contexts to say something. */
export function inventedText(seed: number, length: number, vocabulary = 50): number[] {
  const random = randomNumbers(seed);
  const ids: number[] = [];
  let last = 0;
  for (let i = 0; i < length; i++) {
    const r = random();
    last = r < 0.5 ? (last * 7 + Math.floor(random() * 4)) % vocabulary : Math.floor(random() ** 2 * vocabulary);
    ids.push(last);
  }
  return ids;
}
