import { rm } from "node:fs/promises";
import { hashOf } from "../base/hash.js";
import type { Snapshot, StepRecord } from "../store/types.js";
import { checkSql } from "./check-queries.js";
import type { Job } from "./executor.js";
import { keyOf } from "./key.js";
import type { Check, Pipeline } from "./pipeline.js";
import type { RunContext } from "./run-context.js";
import type { CheckSummary } from "./types.js";

/** Most rows at fault that a report holds. */
const MOST_ROWS = 20;
const QUERY_LIMITS = { memoryBytes: 2e9, seconds: 3600 };

/** A table as checks see it. */
export interface CheckedTable {
  readonly contractPath: string;
  readonly snapshot: Snapshot;
}

export interface NamedQuery {
  readonly check: string;
  readonly sql: string;
}

/**
 * The checks that every pipeline has: contract keys are unique across the partitions of a table. (Within one, the
 * writer has refused a second row of a key.)
 */
export function defaultChecks(
  pipeline: Pipeline,
  tables: ReadonlyMap<string, { readonly snapshot: Snapshot }>,
): Check[] {
  const declared = new Set(
    pipeline.checks.flatMap(({ rule }) =>
      rule.kind === "unique" ? [rule.table.replace(`${pipeline.dataset}.`, "")] : [],
    ),
  );
  return [...tables]
    .filter(([, { snapshot }]) => snapshot.partitions.length > 1)
    .map(([table]) => table)
    .filter((table) => (pipeline.contracts.get(table)?.contract.key.length ?? 0) > 0)
    .filter((table) => !declared.has(table.replace(`${pipeline.dataset}.`, "")))
    .map((table) => ({ name: `${table} has unique keys`, rule: { kind: "unique", table }, needs: [] }));
}

/**
 * Runs the checks of a pipeline over the given tables, in one job. A check that held over the same tables before is
 * not run again.
 */
export async function runChecks(options: {
  readonly context: RunContext;
  readonly pipeline: Pipeline;
  readonly checks: readonly Check[];
  readonly tables: ReadonlyMap<string, CheckedTable>;
  /** Names of sources that no mirror holds. */
  readonly missingSources: ReadonlySet<string>;
  /** Tables of which a step was left out, so that checks that name absent tables are skipped. */
  readonly partial: boolean;
}): Promise<CheckSummary[]> {
  const { context, pipeline, checks, tables, missingSources } = options;
  const { store, services } = context;
  const state = hashOf(
    [...tables].map(([name, { snapshot }]) => [name, snapshot.tableHash, snapshot.contractHash]).sort(),
  );
  const summaries = new Map<Check, CheckSummary>();
  const pending: { check: Check; sql: string; key: string; keyParts: Record<string, string> }[] = [];
  const summary = (check: Check, status: CheckSummary["status"], reason: string): CheckSummary => ({
    pipeline: pipeline.name,
    check: check.name,
    status,
    reason,
    rows: [],
    rowsAtFault: 0,
  });
  for (const check of checks) {
    const absent = check.needs.filter((source) => missingSources.has(source));
    if (absent.length > 0) {
      summaries.set(check, summary(check, "skipped", `source ${absent.join(", ")} is missing`));
      continue;
    }
    const sql = checkSql(check, pipeline);
    const keyParts = {
      implementation: "check",
      dataset: pipeline.dataset,
      sql,
      tables: state,
      "job runner": services.code.runner("query"),
    };
    const key = keyOf(keyParts);
    if (store.readStep(key) !== undefined)
      summaries.set(check, summary(check, "ok", "held before over the same tables"));
    else pending.push({ check, sql, key, keyParts });
  }
  if (pending.length > 0) {
    const answers = await runQueries({
      context,
      name: `${pipeline.name}-checks`,
      dataset: pipeline.dataset,
      tables,
      queries: pending.map(({ check, sql }) => ({ check: check.name, sql })),
    });
    for (const [index, { check, key, keyParts }] of pending.entries()) {
      const answer = answers[index] as QueryAnswer;
      if (answer.error !== undefined) {
        const skip = options.partial && /does not exist/.test(answer.error);
        summaries.set(check, summary(check, skip ? "skipped" : "failed", answer.error));
        continue;
      }
      if (answer.total === 0) {
        summaries.set(check, summary(check, "ok", "no row at fault"));
        await store.commitStep(emptyRecord({ context, pipeline, check, key, keyParts }));
        continue;
      }
      const reason = `${answer.total} row${answer.total === 1 ? "" : "s"} at fault`;
      summaries.set(check, { ...summary(check, "failed", reason), rows: answer.rows, rowsAtFault: answer.total });
    }
  }
  return checks.map((check) => summaries.get(check) as CheckSummary);
}

export interface QueryAnswer {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly total: number;
  readonly error?: string;
}

/** Runs queries that return rows at fault, over views of the given tables, in one job. Answers in the given order. */
export async function runQueries(options: {
  readonly context: Pick<RunContext, "store" | "executor" | "signal">;
  readonly name: string;
  readonly dataset: string;
  readonly tables: ReadonlyMap<string, CheckedTable>;
  readonly queries: readonly NamedQuery[];
}): Promise<QueryAnswer[]> {
  const { store, executor, signal } = options.context;
  const temporaryDirectory = await store.temporaryDirectory(options.name);
  const job: Job = {
    kind: "query",
    id: options.name,
    dataset: options.dataset,
    step: "",
    partition: "",
    outputs: {},
    temporaryDirectory,
    limits: QUERY_LIMITS,
    views: [...options.tables].map(([name, { contractPath, snapshot }]) => ({
      name,
      contractPath,
      partPaths: snapshot.parts.map((part) => store.partPath(part)),
    })),
    queries: options.queries.map(({ sql }, index) => ({ id: String(index), sql, maxRows: MOST_ROWS })),
  };
  const result = await executor
    .run(job, { progress() {}, log() {} }, signal)
    .finally(() => rm(temporaryDirectory, { recursive: true, force: true }).catch(() => {}));
  const byId = new Map(result.queries?.map((query) => [query.id, query]));
  return options.queries.map((_query, index) => {
    const answer = byId.get(String(index));
    if (answer === undefined) throw new Error(`the query job gave no answer to query ${index}`);
    return { rows: answer.rows, total: answer.total, ...(answer.error === undefined ? {} : { error: answer.error }) };
  });
}

function emptyRecord(options: {
  readonly context: RunContext;
  readonly pipeline: Pipeline;
  readonly check: Check;
  readonly key: string;
  readonly keyParts: Record<string, string>;
}): StepRecord {
  const { context, pipeline, check, key, keyParts } = options;
  return {
    key,
    keyParts,
    pipeline: pipeline.name,
    step: `check ${check.name}`,
    partition: "",
    outputs: [],
    counts: { read: 0, carried: 0, dropped: 0 },
    seconds: 0,
    peakMemoryBytes: 0,
    finishedAt: context.services.now().toISOString(),
    run: context.run,
  };
}
