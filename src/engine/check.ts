import { join } from "node:path";
import type { GenerationEntry } from "../store/types.js";
import { checkSql } from "./check-queries.js";
import { contractQueries } from "./contract-queries.js";
import { ContractCatalogue } from "./contracts.js";
import type { Executor } from "./executor.js";
import { resolveTable } from "./lineage.js";
import type { Pipeline } from "./pipeline.js";
import { type CheckedTable, type NamedQuery, runQueries } from "./run-checks.js";
import type { CheckSummary, Project } from "./types.js";

export interface CheckOptions {
  readonly project: Project;
  readonly executor: Executor;
  /** Their declared checks are run, and the contracts of their tables. */
  readonly pipelines: readonly Pipeline[];
  /** Check the contract of this table alone. */
  readonly table?: string;
  readonly signal?: AbortSignal;
}

interface Planned extends NamedQuery {
  readonly pipeline: string;
}

/**
 * Checks the current snapshots against their contracts (values, keys, references) and against the checks that the
 * pipelines declare. Everything is read anew; nothing is written.
 * @throws {UsageError} `usage/unknown-table`
 */
export async function checkTables(options: CheckOptions): Promise<CheckSummary[]> {
  const { project, executor, pipelines } = options;
  const { snapshots } = project.store.currentGeneration();
  const contracts = new ContractCatalogue({ root: project.root, derived: join(project.home, ".contracts") });
  const only = options.table === undefined ? undefined : resolveTable(options.table, Object.keys(snapshots));
  const names = new Set(pipelines.map(({ name }) => name));
  const summaries: CheckSummary[] = [];
  const planned: Planned[] = [];
  const tables = new Map<string, CheckedTable>();
  const present = new Set(Object.keys(snapshots));
  for (const [table, entry] of Object.entries(snapshots)) {
    const contractPath = contracts.find(table);
    tables.set(table, { snapshot: entry, contractPath: contractPath ?? "" });
    if (only === undefined ? !names.has(entry.pipeline) : table !== only) continue;
    const about = `${table} keeps its contract`;
    if (contractPath === undefined) {
      summaries.push(summary(entry.pipeline, about, "failed", "its contract is gone"));
      continue;
    }
    const contract = await contracts.read(contractPath);
    if (contract.hash !== entry.contractHash) {
      summaries.push(
        summary(
          entry.pipeline,
          about,
          "failed",
          "it was made under another version of its contract: run its pipeline again",
        ),
      );
      continue;
    }
    for (const { rule, sql } of contractQueries(contract, present))
      planned.push({ pipeline: entry.pipeline, check: rule, sql });
  }
  for (const pipeline of only === undefined ? pipelines : []) {
    for (const check of pipeline.checks) {
      const absent = check.needs.filter((source) => !contributes(pipeline, source, Object.values(snapshots)));
      if (absent.length === 0)
        planned.push({ pipeline: pipeline.name, check: check.name, sql: checkSql(check, pipeline) });
      else
        summaries.push(
          summary(pipeline.name, check.name, "skipped", `source ${absent.join(", ")} is in no current table`),
        );
    }
  }
  for (const dataset of new Set(planned.map(({ pipeline }) => datasetOf(pipeline, options, snapshots)))) {
    const queries = planned.filter(({ pipeline }) => datasetOf(pipeline, options, snapshots) === dataset);
    const answers = await runQueries({
      context: { store: project.store, executor, signal: options.signal ?? new AbortController().signal },
      name: "check",
      dataset,
      tables,
      queries,
    });
    for (const [index, { pipeline, check }] of queries.entries()) {
      const answer = answers[index];
      if (answer === undefined) continue;
      const { rows, total: rowsAtFault, error } = answer;
      if (error !== undefined) summaries.push(summary(pipeline, check, "failed", error));
      else if (rowsAtFault === 0) summaries.push(summary(pipeline, check, "ok", "no row at fault"));
      else {
        const reason = `${rowsAtFault} row${rowsAtFault === 1 ? "" : "s"} at fault`;
        summaries.push({ ...summary(pipeline, check, "failed", reason), rows, rowsAtFault });
      }
    }
  }
  return summaries;
}

/** The dataset whose tables go by their bare names in a pipeline's checks. */
function datasetOf(
  pipeline: string,
  options: CheckOptions,
  snapshots: Readonly<Record<string, GenerationEntry>>,
): string {
  const known = options.pipelines.find(({ name }) => name === pipeline)?.dataset;
  return (
    known ??
    Object.values(snapshots)
      .find((entry) => entry.pipeline === pipeline)
      ?.table.split(".")[0] ??
    "main"
  );
}

/** Whether a step that reads the source gave a partition to a current table. */
function contributes(pipeline: Pipeline, source: string, entries: readonly GenerationEntry[]): boolean {
  const steps = pipeline.steps.flatMap((step) =>
    step.kind === "load" && step.sources.includes(source) ? [step.name] : [],
  );
  return entries.some(
    (entry) =>
      entry.pipeline === pipeline.name &&
      entry.partitions.some(({ partition }) => steps.includes(partition.split("/")[0] as string)),
  );
}

function summary(pipeline: string, check: string, status: CheckSummary["status"], reason: string): CheckSummary {
  return { pipeline, check, status, reason, rows: [], rowsAtFault: 0 };
}
