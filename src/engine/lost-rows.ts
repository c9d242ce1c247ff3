import { compareCodeUnits } from "../base/canonical-json.js";
import type { Snapshot } from "../store/types.js";
import { LOAD_TABLES } from "./load-tables.js";

/** Of many tables that lose rows a warning names this many. */
const MOST_TABLES = 4;

/**
 * What the tables lose when new snapshots replace the old, for warnings: one line per load step that is still in the
 * pipeline and cause, however many tables its partitions have gone from.
 */
export function lostRows(options: {
  readonly tables: readonly { readonly before: Snapshot | undefined; readonly after: Snapshot }[];
  /** Load steps. */
  readonly steps: ReadonlySet<string>;
  /** Names, as in the tables, of partitions that failed and have no former rows to stay; of others the source has gone. */
  readonly failed: ReadonlySet<string>;
}): string[] {
  const { tables, steps, failed } = options;
  const losses = new Map<string, Loss>();
  for (const { before, after } of tables) {
    const [, name = ""] = after.table.split(".");
    if (before === undefined || (LOAD_TABLES as readonly string[]).includes(name)) continue;
    const kept = new Set(after.partitions.map(({ partition }) => partition));
    for (const { partition, rows } of before.partitions) {
      const [step = ""] = partition.split("/");
      if (rows === 0 || kept.has(partition) || !steps.has(step)) continue;
      const cause = failed.has(partition) ? "failed now" : "source is missing now";
      const loss = losses.get(`${step} ${cause}`) ?? { step, cause, partitions: new Set(), rows: new Map() };
      losses.set(`${step} ${cause}`, loss);
      loss.partitions.add(partition);
      loss.rows.set(after.table, (loss.rows.get(after.table) ?? 0) + rows);
    }
  }
  return [...losses.values()].map(lossText);
}

interface Loss {
  readonly step: string;
  readonly cause: "failed now" | "source is missing now";
  readonly partitions: Set<string>;
  /** Table → rows. */
  readonly rows: Map<string, number>;
}

function lossText({ step, cause, partitions, rows }: Loss): string {
  const tables = [...rows].sort(([a], [b]) => compareCodeUnits(a, b));
  const named = tables.slice(0, MOST_TABLES).map(([table, count]) => `${count} of ${table}`);
  const more = tables.length > MOST_TABLES ? ` and of ${tables.length - MOST_TABLES} more tables` : "";
  const whose = cause === "failed now" ? "that" : "whose";
  const of = `${partitions.size} ${partitions.size === 1 ? "partition" : "partitions"} ${whose} ${cause}`;
  return `rows of ${step} that were there before are gone: ${named.join(", ")}${more} (${of})`;
}
