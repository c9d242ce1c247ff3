import { rm } from "node:fs/promises";
import { ConfigError, InterruptedError, LoadError } from "../base/errors.js";
import type { KeyParts, Part, PartitionSnapshot, Snapshot, StepRecord } from "../store/types.js";
import type { Job, JobEvents, JobFile, JobResult, WrittenTable } from "./executor.js";
import type { RunContext } from "./run-context.js";
import { userModuleVersion } from "./user-module.js";

/** The name of a unit, and what it is stored under. */
export interface UnitIdentity {
  readonly pipeline: string;
  readonly step: string;
  readonly partition: string;
  readonly key: string;
  readonly keyParts: KeyParts;
}

export interface UnitOutcome {
  readonly record: StepRecord;
  readonly status: "ran" | "cached";
}

/**
 * Gives the result of a unit: the stored one, or that of running its job. Two runs on one home never do the same work:
 * the second waits, and finds it done.
 * @throws {NeurotablesError} what the job throws.
 */
export async function obtain(options: {
  readonly context: RunContext;
  readonly unit: UnitIdentity;
  readonly memoryBytes: number;
  readonly job: (temporaryDirectory: string) => Job;
  /** Snapshots of what the job wrote, once its files are in the store. */
  readonly outputs: (result: JobResult, adopt: (table: WrittenTable) => Promise<Part[]>) => Promise<Snapshot[]>;
  readonly events: (job: Job) => JobEvents;
  readonly started: () => void;
}): Promise<UnitOutcome> {
  const { context, unit } = options;
  const { store, executor, limiter, signal } = context;
  const known = store.readStep(unit.key);
  if (known !== undefined) return { record: known, status: "cached" };
  return limiter.run(options.memoryBytes, async () => {
    if (signal.aborted) throw new InterruptedError();
    const lock = await store.stepLock(unit.key, { purpose: context.run, signal });
    try {
      const made = store.readStep(unit.key);
      if (made !== undefined) return { record: made, status: "cached" };
      options.started();
      const directory = await store.temporaryDirectory(`${unit.step}-${unit.key.slice(0, 12)}`);
      try {
        const job = options.job(directory);
        const result = await executor.run(job, options.events(job), signal);
        if (job.kind === "load") await refuseChangedFiles(context, job.files);
        if ("module" in job && job.module !== undefined) refuseChangedModule(unit, job.module);
        const outputs = await options.outputs(result, (table) => adoptAll({ context, job, table }));
        const record: StepRecord = {
          ...unit,
          outputs,
          counts: result.counts,
          ...(result.failures === undefined ? {} : { failures: result.failures }),
          ...(result.evidence === undefined ? {} : { evidence: result.evidence }),
          seconds: result.seconds,
          peakMemoryBytes: result.peakMemoryBytes,
          finishedAt: context.services.now().toISOString(),
          run: context.run,
        };
        await store.commitStep(record);
        if (job.kind === "stage" && job.checkpoint !== undefined) await rm(job.checkpoint, { force: true });
        return { record, status: "ran" };
      } finally {
        await rm(directory, { recursive: true, force: true }).catch(() => {});
      }
    } finally {
      lock.release();
    }
  });
}

/** A snapshot of a single partition. */
export function singlePartition(options: {
  readonly table: string;
  readonly written: WrittenTable;
  readonly parts: readonly Part[];
  readonly partition: string;
  readonly tableHash: (partitions: readonly PartitionSnapshot[]) => string;
}): Snapshot {
  const { table, written, parts, partition } = options;
  const partitions = [{ partition, rows: written.rows, hash: written.hash }];
  return {
    table,
    contractHash: written.contractHash,
    tableHash: options.tableHash(partitions),
    rows: written.rows,
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    partitions,
    parts,
  };
}

function refuseChangedModule({ keyParts }: UnitIdentity, module: string): void {
  if (userModuleVersion(module) === keyParts.code) return;
  throw new ConfigError("module-changed", `${module} changed while it ran`, [], {
    fields: { file: module },
    wayOut: "Run again: the result was not kept.",
  });
}

/** Takes what a job wrote into the store. A compaction may hand back parts that it was given. */
async function adoptAll(given: { context: RunContext; job: Job; table: WrittenTable }): Promise<Part[]> {
  const { context, job, table } = given;
  const stored = new Map<string, Part>();
  if (job.kind === "compact") {
    for (const part of job.input.snapshot.parts) stored.set(context.store.partPath(part), part);
  }
  const parts: Part[] = [];
  for (const path of table.paths) {
    const known = stored.get(path);
    if (known !== undefined) {
      parts.push(known);
      continue;
    }
    if (!path.startsWith(job.temporaryDirectory))
      throw new Error(`${table.table}: a job wrote ${path}, outside its folder`);
    const { sha256, bytes, rows } = await context.store.adoptPart(
      path,
      table.paths.length === 1 ? { rows: table.rows } : {},
    );
    parts.push({ sha256, bytes, rows });
  }
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  if (rows !== table.rows) throw new Error(`${table.table}: ${table.rows} rows were written, its parts hold ${rows}`);
  return parts;
}

/** What was read must be what was hashed: else the result would be stored under a key that is not its own. */
async function refuseChangedFiles({ services }: RunContext, files: readonly JobFile[]): Promise<void> {
  for (const file of files) {
    let now: string | null = null;
    let cause: unknown;
    try {
      now = (await services.hashSource(file.absolutePath)).sha256;
    } catch (error) {
      // It was there: what keeps it from being read now is a change too.
      cause = error;
    }
    if (now === file.sha256) continue;
    throw new LoadError("changed", `${file.path} changed while it was read`, {
      fields: { file: file.path, before: file.sha256, after: now },
      wayOut: "Run again when nothing writes to the file.",
      ...(cause === undefined ? {} : { cause }),
    });
  }
}
