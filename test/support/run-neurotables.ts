import type { RunSummary } from "../../src/engine/types.js";
import { command, document } from "./cli.js";

/** Runs a verb with `--json` and gives its document; fails loudly when there is none. */
export async function neurotablesJson<T>(words: readonly string[]): Promise<T> {
  return document(await command([...words, "--json"])) as T;
}

/** Rows of one query; fails loudly when it is refused. */
export async function query<T = Record<string, unknown>>(home: string, sql: string): Promise<T[]> {
  const rows = await neurotablesJson<T[] | { readonly error: unknown }>(["sql", sql, "--home", home]);
  if (!Array.isArray(rows)) throw new Error(`${sql}: ${JSON.stringify(rows.error)}`);
  return rows;
}

/** Steps of a run by status. */
export function stepsBy(summary: RunSummary, status: RunSummary["steps"][number]["status"]): string[] {
  return summary.steps.filter((step) => step.status === status).map((step) => step.step);
}
