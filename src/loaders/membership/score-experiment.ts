import { canonicalJson, compareCodeUnits } from "../../base/canonical-json.js";
import { hashOf, sha256 } from "../../base/hash.js";
import type { AssignmentRow, ExperimentRow, RunRow, TokenizerRow } from "../../tables/generated/membership.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { foldsOfDocuments, type LabelledDocument } from "./score-folds.js";
import type { TokenScoreParameters } from "./token-scores.js";

/** What files are called in tables. */
export interface ScoreNames {
  /** Path of the folder. */
  readonly folder: string;
  /** Its name. */
  readonly experimentId: string;
  readonly runId: string;
  documentId(name: string): string;
}

/** Names after the folder of the files and the model. */
export function scoreNames(files: readonly SourceFile[], parameters: TokenScoreParameters): ScoreNames {
  const path = files[0]?.path ?? "";
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  const experimentId = folder.slice(folder.lastIndexOf("/") + 1);
  return {
    folder,
    experimentId,
    runId: `${experimentId}/${parameters.model}`,
    documentId: (name) => (parameters.prefix_documents ? `${experimentId}/${name}` : name),
  };
}

/** What is known of a run beside its scores. */
export interface ScoredRun {
  readonly names: ScoreNames;
  readonly vocabulary: number;
  /** Tokens of the longest document. */
  readonly longest: number;
  readonly capabilities: RunRow["capabilities"];
  readonly selfTest: { readonly [check: string]: number | string | boolean };
  readonly documents: readonly LabelledDocument[];
  /** Why documents were left out, and how many. */
  readonly unused: ReadonlyMap<string, number>;
}

/** The tokenizer of a run, of which only the size is known. */
export function tokenizerOf({ folder, experimentId }: ScoreNames, vocabulary: number): TokenizerRow {
  const hash = hashOf({ kind: "scores", folder, vocabulary });
  const tokenizer_id = `${experimentId}-${hash.slice(0, 12)}`;
  return { tokenizer_id, kind: "scores", vocabulary, sha256: hash, definition: null, trained_on: 0n };
}

/**
 * Writes `assignment`, `experiment`, `run` and `tokenizer`.
 * @throws {LoadError} as `foldsOfDocuments`.
 */
export function writeScoredRun(context: LoadContext<TokenScoreParameters>, run: ScoredRun): void {
  const { parameters } = context;
  const { names, documents } = run;
  const folds = foldsOfDocuments(names.folder, documents, parameters);
  const made = documents.some(({ fold }) => fold === null);
  const seed = BigInt(made ? parameters.seed : 0);
  const assignment = assignmentRows(run, folds, { label_basis: parameters.label_basis, split_seed: seed });
  const unused = [...run.unused].sort(([a], [b]) => compareCodeUnits(a, b)).map(([reason, n]) => ({ reason, n }));
  const experiment: ExperimentRow = {
    experiment_id: names.experimentId,
    design: parameters.label_basis,
    label_basis: parameters.label_basis,
    split_seed: seed,
    n_members: documents.filter(({ label }) => label === 1).length,
    n_nonmembers: documents.filter(({ label }) => label === 0).length,
    n_reference: 0,
    n_unused: unused.reduce((sum, { n }) => sum + n, 0),
    unused,
    n_clusters: new Set(documents.map(({ cluster }) => cluster)).size,
    n_folds: new Set(folds.values()).size,
    exposure: 0,
    duplicates: 0,
    trains_members: false,
    manifest_sha256: manifestHash(assignment),
    parameters: canonicalJson({ folds: made ? parameters.folds : "given", label_basis: parameters.label_basis }),
  };
  const tokenizer = tokenizerOf(names, run.vocabulary);
  context.sink("assignment").write(assignment);
  context.sink("experiment").write([experiment]);
  context.sink("tokenizer").write([tokenizer]);
  context.sink("run").write([runRow(run, tokenizer, parameters)]);
}

function assignmentRows(
  { names, documents }: ScoredRun,
  folds: ReadonlyMap<string, number>,
  common: Pick<AssignmentRow, "label_basis" | "split_seed">,
): AssignmentRow[] {
  return [...documents]
    .sort((a, b) => compareCodeUnits(a.docId, b.docId))
    .map(({ docId, label, cluster }) => ({
      ...common,
      experiment_id: names.experimentId,
      doc_id: docId,
      label,
      role: label === 1 ? "member" : "nonmember",
      trained: false,
      exposure: 0,
      duplicates: 0,
      fold: folds.get(docId) as number,
      cluster_id: cluster,
      reason: null,
    }));
}

function manifestHash(assignment: readonly AssignmentRow[]): string {
  const lines = assignment.map(
    (row) => `${canonicalJson([row.doc_id, row.label, row.role, row.fold, row.cluster_id])}\n`,
  );
  return sha256(lines.join(""));
}

function runRow(run: ScoredRun, tokenizer: TokenizerRow, parameters: TokenScoreParameters): RunRow {
  const context = parameters.context ?? Math.max(1, run.longest);
  return {
    run_id: run.names.runId,
    experiment_id: run.names.experimentId,
    role: "target",
    backend: "file",
    model: parameters.model,
    model_sha: null,
    revision: parameters.revision ?? null,
    dtype: parameters.dtype ?? null,
    tokenizer_id: tokenizer.tokenizer_id,
    tokenizer_sha: tokenizer.sha256,
    vocabulary: run.vocabulary,
    context,
    stride: parameters.stride ?? Math.max(1, context - 1),
    bos_policy: parameters.bos_policy,
    capabilities: run.capabilities,
    parameters: canonicalJson({}),
    self_test: canonicalJson(run.selfTest),
    seed: null,
    n_trained_tokens: null,
  };
}
