import { compareCodeUnits } from "../base/canonical-json.js";
import type { Store } from "../store/store.js";
import type { GenerationEntry, StepRecord } from "../store/types.js";

/** A table, a step or a raw file, with what it was made of. */
export interface LineageNode {
  readonly kind: "table" | "step" | "source";
  readonly name: string;
  /** Rows of a table, pipeline of a step, sha256 of a file. */
  readonly detail: string;
  readonly inputs: readonly LineageNode[];
}

type Reader = Pick<Store, "currentGeneration" | "readStepRecord">;

/** What a current table was made of, down to raw files, from the records of the units that made it. */
export function lineageOf(table: string, store: Reader): LineageNode {
  const { snapshots } = store.currentGeneration();
  const known = new Map<string, LineageNode>();
  const visit = (name: string): LineageNode => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const entry = snapshots[name];
    const leaf: LineageNode = { kind: "table", name, detail: entry === undefined ? "not current" : "", inputs: [] };
    known.set(name, leaf);
    if (entry === undefined) return leaf;
    const steps = stepsOf(entry, store).map((step) => ({
      kind: "step" as const,
      name: step.name,
      detail: step.implementation,
      inputs: [
        ...step.tables.map(visit),
        ...step.sources.map(
          ([path, hash]): LineageNode => ({ kind: "source", name: path, detail: hash.slice(0, 12), inputs: [] }),
        ),
      ],
    }));
    const node: LineageNode = { kind: "table", name, detail: `${entry.rows} rows`, inputs: steps };
    known.set(name, node);
    return node;
  };
  return visit(table);
}

/** Current tables that have the table above them, in code-unit order. */
export function tablesBelow(table: string, store: Reader): string[] {
  const { snapshots } = store.currentGeneration();
  const parents = new Map(
    Object.entries(snapshots).map(([name, entry]) => [name, stepsOf(entry, store).flatMap((step) => step.tables)]),
  );
  const below = new Set<string>();
  for (let grew = true; grew; ) {
    grew = false;
    for (const [name, above] of parents) {
      if (below.has(name) || !above.some((parent) => parent === table || below.has(parent))) continue;
      below.add(name);
      grew = true;
    }
  }
  return [...below].sort(compareCodeUnits);
}

interface StepLineage {
  readonly name: string;
  readonly implementation: string;
  readonly tables: string[];
  readonly sources: [path: string, hash: string][];
}

/** The steps behind a snapshot, each with the tables and files that its units read. */
function stepsOf(entry: GenerationEntry, store: Reader): StepLineage[] {
  const steps = new Map<string, StepLineage>();
  const dataset = entry.table.slice(0, entry.table.indexOf("."));
  for (const key of entry.keys) {
    const record = store.readStepRecord(key);
    if (record === undefined || !entry.steps.includes(record.step)) continue;
    const step = steps.get(record.step) ?? emptyStep(record);
    steps.set(record.step, step);
    for (const [part, value] of Object.entries(record.keyParts)) {
      if (part.startsWith("source ")) step.sources.push([part.slice("source ".length), value]);
      else if (part.startsWith("input ")) {
        const name = part.slice("input ".length);
        step.tables.push(name.includes(".") ? name : `${dataset}.${name}`);
      }
    }
  }
  for (const step of steps.values()) step.sources.sort(([a], [b]) => compareCodeUnits(a, b));
  return [...steps.values()].sort((a, b) => compareCodeUnits(a.name, b.name));
}

function emptyStep(record: StepRecord): StepLineage {
  return { name: record.step, implementation: record.keyParts.implementation ?? "", tables: [], sources: [] };
}
