import type { Store } from "../store/store.js";
import type { GenerationEntry, Snapshot } from "../store/types.js";
import type { MadeTable } from "./table-assembly.js";

/**
 * Makes the tables of one pipeline current, all at once. Tables that it no longer makes are removed, unless only a
 * part of it ran. Nothing is committed when nothing differs.
 * @returns the new generation and what changed in it, or undefined.
 */
export async function promote(options: {
  readonly store: Store;
  readonly run: string;
  readonly pipeline: string;
  readonly tables: ReadonlyMap<string, MadeTable>;
  readonly partial: boolean;
}): Promise<{ readonly generation: number; readonly tables: readonly string[] } | undefined> {
  const { store, run, pipeline, tables, partial } = options;
  let changed: string[] = [];
  const generation = await store.commitGeneration((current) => {
    const update: Record<string, GenerationEntry | null> = {};
    for (const [table, { snapshot, keys, steps }] of tables) {
      const before = current.snapshots[table];
      const same = before?.tableHash === snapshot.tableHash && before.contractHash === snapshot.contractHash;
      // The same data keeps its files, unless they are gone.
      const kept = same && before.parts.length > 0 && store.hasParts(before) ? before : undefined;
      const entry: GenerationEntry = { ...snapshot, pipeline, steps, keys, since: current.generation + 1 };
      if (kept === undefined) update[table] = entry;
      else if (
        kept.pipeline !== pipeline ||
        !equal(kept.keys, keys) ||
        !equal(kept.steps, steps) ||
        !equal(partitionNames(kept), partitionNames(snapshot))
      ) {
        // The names of partitions are no part of the data.
        update[table] = { ...kept, partitions: snapshot.partitions, pipeline, steps, keys };
      }
    }
    for (const [table, entry] of Object.entries(current.snapshots)) {
      if (!partial && entry.pipeline === pipeline && !tables.has(table)) update[table] = null;
    }
    changed = Object.keys(update).sort();
    return changed.length === 0 ? undefined : update;
  }, run);
  return changed.length === 0 ? undefined : { generation: generation.generation, tables: changed };
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

function partitionNames({ partitions }: Pick<Snapshot, "partitions">): string[] {
  return partitions.map(({ partition }) => partition);
}
