import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../src/base/hash.js";
import type { Store } from "../../src/store/store.js";
import type { Finding, GenerationEntry, Snapshot, StepRecord } from "../../src/store/types.js";

/** A folder of its own, and how to remove it. */
export function temporaryHome(): { readonly home: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "neurotables-store-"));
  return { home: join(folder, "home"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What a unit writes: a table with one part whose bytes are `content`. */
export interface UnitContent {
  readonly table?: string;
  readonly content: string;
  readonly step?: string;
  readonly partition?: string;
  readonly run?: string;
  readonly finishedAt?: string;
}

/** Adopts a part with these bytes (not Parquet: the store does not look inside when it is told the rows). */
export async function adoptText(store: Store, content: string, table = "d.t"): Promise<Snapshot> {
  const folder = await store.temporaryDirectory("test");
  const path = join(folder, "part");
  writeFileSync(path, content);
  const { sha256: hash, bytes, rows } = await store.adoptPart(path, { rows: 1 });
  return {
    table,
    contractHash: sha256("contract"),
    tableHash: sha256(`${table} ${content}`),
    rows,
    bytes,
    partitions: [{ partition: "", rows, hash: sha256(`rows ${content}`) }],
    parts: [{ sha256: hash, bytes, rows }],
  };
}

export function keyOf(content: string): string {
  return sha256(`key ${content}`);
}

/** A step record over one snapshot, as the engine would write it. */
export function recordOf(snapshot: Snapshot, unit: UnitContent): StepRecord {
  return {
    key: keyOf(unit.content),
    keyParts: { code: sha256("code"), "source a.txt": sha256(unit.content) },
    pipeline: "p",
    step: unit.step ?? "s",
    partition: unit.partition ?? "",
    outputs: [snapshot],
    counts: { read: 2, carried: 1, dropped: 1 },
    seconds: 0.5,
    peakMemoryBytes: 1000,
    finishedAt: unit.finishedAt ?? new Date().toISOString(),
    run: unit.run ?? "20250101T000000Z-1-abcd",
  };
}

/** Adopts and commits one unit. */
export async function commitUnit(store: Store, unit: UnitContent): Promise<StepRecord> {
  const record = recordOf(await adoptText(store, unit.content, unit.table), unit);
  await store.commitStep(record);
  return record;
}

export function entryOf(record: StepRecord): GenerationEntry {
  const [output] = record.outputs;
  if (output === undefined) throw new Error("the record has no output");
  return { ...output, pipeline: record.pipeline, steps: [record.step], keys: [record.key], since: 0 };
}

/** Adopts, commits and makes current. */
export async function promoteUnit(store: Store, unit: UnitContent): Promise<StepRecord> {
  const record = await commitUnit(store, unit);
  const entry = entryOf(record);
  await store.commitGeneration(() => ({ [entry.table]: entry }), record.run);
  return record;
}

export async function findings(store: Store): Promise<Finding[]> {
  const all: Finding[] = [];
  for await (const finding of store.verify()) all.push(finding);
  return all;
}

/** All files below a folder. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
