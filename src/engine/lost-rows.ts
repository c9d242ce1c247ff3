import type { Snapshot } from "../store/types.js";
import { LOAD_TABLES } from "./load-tables.js";

/**
 * What a table loses when the new snapshot replaces the old: one line per load step that is still in the pipeline and
 * whose rows are gone, because its source is missing now. For warnings.
 */
export function lostRows(options: {
  readonly before: Snapshot | undefined;
  readonly after: Snapshot;
  readonly steps: ReadonlySet<string>;
}): string[] {
  const { before, after, steps } = options;
  const [, name = ""] = after.table.split(".");
  if (before === undefined || (LOAD_TABLES as readonly string[]).includes(name)) return [];
  const kept = new Set(after.partitions.map(({ partition }) => partition));
  const lost = new Map<string, number>();
  for (const { partition, rows } of before.partitions) {
    const [step = ""] = partition.split("/");
    if (rows > 0 && !kept.has(partition) && steps.has(step)) lost.set(step, (lost.get(step) ?? 0) + rows);
  }
  return [...lost].map(
    ([step, rows]) =>
      `${after.table} loses ${rows} rows of ${step}: they were there before, their source is missing now`,
  );
}
