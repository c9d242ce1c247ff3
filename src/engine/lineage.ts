import { didYouMean } from "../base/diagnostics.js";
import { UsageError } from "../base/errors.js";
import type { GenerationEntry, KeyParts, StepRecord } from "../store/types.js";
import type { Project } from "./types.js";

/** A raw file that a table rests on. */
export interface LineageFile {
  readonly path: string;
  readonly sha256: string;
}

/** How one step took part in the current snapshot of a table. */
export interface LineageStep {
  readonly step: string;
  readonly implementation: string;
  readonly code: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Tables read, as `dataset.table`, with the hash they had then; null where each partition read its own rows of it. */
  readonly inputs: readonly { readonly table: string; readonly tableHash: string | null }[];
  readonly files: readonly LineageFile[];
  readonly partitions: number;
}

export interface LineageNode {
  readonly table: string;
  readonly pipeline: string;
  readonly rows: number;
  readonly tableHash: string;
  /** Steps away from the table asked for: 0 is itself. */
  readonly distance: number;
  readonly steps: readonly LineageStep[];
}

export interface Lineage {
  readonly table: string;
  /** The table itself, then what it was made from, nearest first. */
  readonly upstream: readonly LineageNode[];
  /** What was made from it, nearest first. */
  readonly downstream: readonly LineageNode[];
  /** Every raw file behind the table. */
  readonly files: readonly LineageFile[];
}

/**
 * Where the current snapshot of a table comes from, down to the raw files with their hashes, and what was made from
 * it. Reads the records of all steps, once each: about 50 µs per unit of work.
 * @throws {UsageError} `usage/unknown-table`
 */
export function lineage(options: { readonly project: Pick<Project, "store">; readonly table: string }): Lineage {
  const { store } = options.project;
  const { snapshots } = store.currentGeneration();
  const table = resolveTable(options.table, Object.keys(snapshots));
  const nodes = new Map<string, Omit<LineageNode, "distance">>();
  const records = new Map<string, StepRecord | undefined>();
  const recordOf = (key: string) => {
    if (!records.has(key)) records.set(key, store.readStepRecord(key));
    return records.get(key);
  };
  const node = (name: string): Omit<LineageNode, "distance"> | undefined => {
    const entry = snapshots[name];
    if (entry === undefined) return undefined;
    let known = nodes.get(name);
    if (known === undefined) {
      known = readNode(recordOf, snapshots, entry);
      nodes.set(name, known);
    }
    return known;
  };
  const upstream = spread(table, node, (found) =>
    found.steps.flatMap(({ inputs }) => inputs.map((input) => input.table)),
  );
  const readers = new Map<string, string[]>();
  for (const name of Object.keys(snapshots)) {
    for (const { inputs } of node(name)?.steps ?? []) {
      for (const input of inputs) readers.set(input.table, [...(readers.get(input.table) ?? []), name]);
    }
  }
  const downstream = spread(table, node, (found) => readers.get(found.table) ?? []).slice(1);
  const files = new Map(
    upstream.flatMap(({ steps }) => steps.flatMap((step) => step.files.map((file) => [file.path, file]))),
  );
  return { table, upstream, downstream, files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** The `dataset.table` of a name, among those given. @throws {UsageError} when there is none, or several. */
export function resolveTable(name: string, tables: readonly string[]): string {
  if (tables.includes(name)) return name;
  const matching = tables.filter((table) => table.slice(table.indexOf(".") + 1) === name);
  if (matching.length === 1) return matching[0] as string;
  if (matching.length > 1) {
    throw new UsageError("ambiguous-table", `several datasets have a table ${name}`, {
      fields: { table: name, tables: matching },
      wayOut: `Say ${matching.join(" or ")}.`,
    });
  }
  throw new UsageError("unknown-table", `there is no table ${name}`, {
    fields: { table: name },
    wayOut:
      didYouMean(name, [...tables, ...tables.map((table) => table.slice(table.indexOf(".") + 1))]) ??
      "neurotables status lists the tables",
  });
}

interface StepOfNode {
  /** Of its newest unit: one that failed since may rest on an older result. */
  parts: KeyParts;
  finishedAt: string;
  readonly files: LineageFile[];
  partitions: number;
  /** Whether it worked partition by partition. */
  readonly apart: boolean;
}

function readNode(
  recordOf: (key: string) => StepRecord | undefined,
  snapshots: Readonly<Record<string, GenerationEntry>>,
  entry: GenerationEntry,
): Omit<LineageNode, "distance"> {
  const steps = new Map<string, StepOfNode>();
  for (const key of entry.keys) {
    const record = recordOf(key);
    if (record === undefined || !entry.steps.includes(record.step)) continue;
    const step = steps.get(record.step) ?? {
      parts: record.keyParts,
      finishedAt: record.finishedAt,
      files: [],
      partitions: 0,
      apart: record.partition !== "",
    };
    step.partitions++;
    if (record.finishedAt > step.finishedAt) {
      step.finishedAt = record.finishedAt;
      step.parts = record.keyParts;
    }
    for (const [path, sha256] of prefixed(record.keyParts, "source ")) step.files.push({ path, sha256 });
    steps.set(record.step, step);
  }
  return {
    table: entry.table,
    pipeline: entry.pipeline,
    rows: entry.rows,
    tableHash: entry.tableHash,
    steps: [...steps].map(([step, { parts, files, partitions, apart }]) => ({
      step,
      implementation: parts.implementation ?? "",
      code: parts.code ?? "",
      parameters: Object.fromEntries(prefixed(parts, "parameter ")),
      inputs: prefixed(parts, "input ").map(([name, hash]) => {
        const table = name.includes(".") ? name : `${parts.dataset}.${name}`;
        // A key does not tell the hash of a partition from that of a table.
        return { table, tableHash: apart && snapshots[table]?.tableHash !== hash ? null : hash };
      }),
      files,
      partitions,
    })),
  };
}

function prefixed(parts: KeyParts, prefix: string): [string, string][] {
  return Object.entries(parts)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length), value]);
}

/** Breadth first, each table once. */
function spread(
  start: string,
  node: (table: string) => Omit<LineageNode, "distance"> | undefined,
  next: (found: Omit<LineageNode, "distance">) => readonly string[],
): LineageNode[] {
  const found: LineageNode[] = [];
  const seen = new Set([start]);
  let layer = [start];
  for (let distance = 0; layer.length > 0; distance++) {
    const following: string[] = [];
    for (const table of layer.sort()) {
      const here = node(table);
      if (here === undefined) continue;
      found.push({ ...here, distance });
      for (const other of next(here)) {
        if (seen.has(other)) continue;
        seen.add(other);
        following.push(other);
      }
    }
    layer = following;
  }
  return found;
}
