import { dirname } from "node:path";
import { StorageError } from "../base/errors.js";
import type { FileOperations } from "../base/file-operations.js";
import { errorCode, storageError } from "../base/storage-error.js";
import type { Generations } from "./generations.js";
import type { KeyHistory } from "./key-history.js";
import type { Parts } from "./parts.js";
import type { PublishedMarks } from "./published-marks.js";
import type { StaleCheckpoint } from "./stale-checkpoints.js";
import { parseStepRecord, type StepRecords } from "./step-records.js";
import type { TemporaryFolder } from "./temporary-folder.js";
import type { GcReport, Generation, Snapshot, StepRecord } from "./types.js";
import type { UnsyncedFolders } from "./unsynced-folders.js";

/** The current generation and three earlier ones. */
export const KEPT_GENERATIONS = 4;

export interface GarbageCollection {
  readonly files: FileOperations;
  readonly generations: Generations;
  readonly steps: StepRecords;
  readonly history: KeyHistory;
  readonly parts: Parts;
  readonly published: PublishedMarks;
  readonly temporary: TemporaryFolder;
  readonly unsynced: UnsyncedFolders;
  readonly checkpoints: readonly StaleCheckpoint[];
  /** Report only. */
  readonly plan: boolean;
  readonly keepGenerations: number;
}

/**
 * Mark and sweep. Kept are the newest generations, the published ones, the step records behind them, step records
 * newer than the current generation (work that a failed run leaves to the next one), and every part of any of these.
 * Removed in an order that leaves nothing pointing at nothing, whenever it is cut off: generations, then step records
 * and histories, then parts; each stage is on disk before the next begins. Nothing is removed unless all that is kept
 * could be read. The caller keeps writers out (see `Store.gc`).
 * @throws {StorageError} `storage/manifest-damaged` when the newest generation is damaged.
 */
export async function collectGarbage(request: GarbageCollection): Promise<GcReport> {
  const { files, generations, steps, parts, history, temporary, unsynced, plan } = request;
  const kept = keptGenerations(request);
  const keptNumbers = new Set(kept.map((generation) => generation.generation));
  const obsolete = generations.numbers().filter((number) => !keptNumbers.has(number));

  const tables = kept.flatMap((generation) => Object.values(generation.snapshots));
  const keys = new Set(tables.flatMap((entry) => entry.keys));
  const keptRuns = new Set(kept.map((generation) => generation.run));
  const newestCommit = kept[0]?.createdAt ?? "";
  // Beside the units behind the tables: what ran since, and what has no table, the checks that a generation passed.
  const isRecent = ({ finishedAt, outputs, run }: StepRecord) =>
    finishedAt > newestCommit || (outputs.length === 0 && keptRuns.has(run));
  const neededParts = new Set<string>();
  const need = (snapshot: Snapshot) => {
    for (const part of snapshot.parts) neededParts.add(part.sha256);
  };
  tables.forEach(need);

  const keptSteps = new Set<string>();
  const uselessSteps: string[] = [];
  for (const { key, path } of steps.all()) {
    const record = key === null ? undefined : readRecord(files, path, key);
    const wanted = key !== null && (keys.has(key) || (record !== undefined && isRecent(record)));
    if (!wanted) {
      uselessSteps.push(path);
      continue;
    }
    keptSteps.add(key);
    record?.outputs.forEach(need);
  }

  let bytesKept = 0;
  let bytesRemoved = 0;
  let keptParts = 0;
  const uselessParts: string[] = [];
  for (const { sha256, path } of parts.all()) {
    const bytes = sizeOf(files, path);
    if (sha256 !== null && neededParts.has(sha256)) {
      keptParts += 1;
      bytesKept += bytes;
    } else {
      uselessParts.push(path);
      bytesRemoved += bytes;
    }
  }

  for (const path of parts.setAsideFiles()) {
    uselessParts.push(path);
    bytesRemoved += sizeOf(files, path);
  }

  const report: GcReport = {
    plan,
    generations: { kept: [...keptNumbers].sort((a, b) => a - b), removed: obsolete },
    steps: { kept: keptSteps.size, removed: uselessSteps.length },
    parts: { kept: keptParts, removed: uselessParts.length },
    temporary: { removed: plan ? temporary.abandoned().length : temporary.sweep() },
    checkpoints: { removed: request.checkpoints.length },
    bytesKept,
    bytesRemoved: bytesRemoved + request.checkpoints.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  if (plan) return report;

  for (const { path } of request.checkpoints) files.unlink(path);
  for (const number of obsolete) generations.remove(number);
  await generations.sync();
  for (const path of uselessSteps) steps.remove(path);
  await history.forget((key) => keptSteps.has(key));
  await unsynced.sync();
  for (const path of uselessParts) {
    parts.remove(path);
    unsynced.add(dirname(path));
  }
  await unsynced.sync();
  return report;
}

/** Newest first. */
function keptGenerations({ generations, published, keepGenerations }: GarbageCollection): Generation[] {
  const numbers = generations.numbers();
  const newest = numbers.at(-1);
  const current = generations.current();
  if (newest !== undefined && current.generation !== newest) {
    throw new StorageError(
      "manifest-damaged",
      `${generations.path(newest)}, the newest generation, is damaged: nothing is removed`,
      {
        fields: { file: generations.path(newest), generation: newest },
        wayOut:
          "Run the pipelines again: they commit a new generation from what is stored; then gc can tell what is needed.",
      },
    );
  }
  const marked = published.generations();
  const kept: Generation[] = [];
  let recent = 0;
  for (const number of numbers.reverse()) {
    const generation =
      marked.has(number) || recent < Math.max(1, keepGenerations) ? readable(generations, number) : undefined;
    if (generation === undefined) continue;
    if (recent < Math.max(1, keepGenerations)) recent += 1;
    kept.push(generation);
  }
  return kept;
}

/** A damaged older generation protects nothing: it cannot be read, and newer ones stand for it. */
function readable(generations: Generations, number: number): Generation | undefined {
  try {
    return generations.read(number);
  } catch (error) {
    if (error instanceof StorageError && error.tag === "storage/manifest-damaged") return undefined;
    throw error;
  }
}

/** Undefined when damaged. What cannot be read stops the collection: it may need parts. */
function readRecord(files: FileOperations, path: string, key: string): StepRecord | undefined {
  try {
    return parseStepRecord(files.readFile(path), key);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw storageError("read", path, error);
  }
}

function sizeOf(files: FileOperations, path: string): number {
  try {
    return files.size(path) ?? 0;
  } catch (error) {
    throw storageError("read", path, error);
  }
}
