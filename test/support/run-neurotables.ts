import type { RunSummary } from "../../src/engine/types.js";
import { command, document } from "./cli.js";

/** Runs a verb with `--json` and gives its document; fails loudly when there is none. */
export async function neurotablesJson<T>(words: readonly string[]): Promise<T> {
  return document(await command([...words, "--json"])) as T;
}

/** Rows of one query. */
export function query<T = Record<string, unknown>>(home: string, sql: string): Promise<T[]> {
  return neurotablesJson<T[]>(["sql", sql, "--home", home]);
}

/** Steps of a run by status. */
export function stepsBy(summary: RunSummary, status: RunSummary["steps"][number]["status"]): string[] {
  return summary.steps.filter((step) => step.status === status).map((step) => step.step);
}
