import { EXIT, type ExitCode, InterruptedError, type SerializedError, serializeError } from "../base/errors.js";
import type { Part, PartitionSnapshot, RecordingFailure, Snapshot, StepRecord } from "../store/types.js";
import { CurrentResults } from "./current-results.js";
import type { Job, JobEvents, WrittenTable } from "./executor.js";
import { keyOf, tablePartition } from "./key.js";
import { contractOf, type Pipeline, type Step } from "./pipeline.js";
import { whyToRun } from "./plan.js";
import type { RunContext } from "./run-context.js";
import { obtain, singlePartition, type UnitIdentity } from "./run-job.js";
import { describeError } from "./run-log.js";
import type { UnitStatus } from "./types.js";

/** What became of one unit of work. */
export interface UnitResult {
  readonly partition: string;
  readonly status: UnitStatus;
  readonly reason: string;
  /** Of a unit that failed: its last good result, where the current tables hold that. */
  readonly record?: StepRecord;
  readonly error?: SerializedError;
  /** Recordings of its file that could not be loaded. */
  readonly failures?: readonly RecordingFailure[];
  /** Whether its tables cannot be made without it (a missing optional source does not, nor a recording among others). */
  readonly blocks: boolean;
  /** Whether it should have given rows and could not, while the others do. */
  readonly falls: boolean;
}

/** Of what failed with another exit code (the disk is full, a lock is held) the file is not the cause: nothing stands. */
const FAULTS_OF_ONE: readonly ExitCode[] = [EXIT.stepFailed, EXIT.bug];

/** Runs single units of one pipeline, and tells what happens. */
export class UnitRunner {
  readonly #context: RunContext;
  readonly #pipeline: Pipeline;
  readonly #current = new Map<string, CurrentResults>();

  constructor(context: RunContext, pipeline: Pipeline) {
    this.#context = context;
    this.#pipeline = pipeline;
  }

  /** Obtains one unit's result. Never throws for a unit that failed. */
  async run(options: {
    readonly step: Step;
    readonly partition: string;
    readonly keyParts: Readonly<Record<string, string>>;
    /** Whether the tables can be made without it. */
    readonly independent: boolean;
    readonly job: (identity: UnitIdentity, directory: string) => Job;
  }): Promise<UnitResult> {
    const { step, partition, keyParts, independent } = options;
    const context = this.#context;
    const unit: UnitIdentity = {
      pipeline: this.#pipeline.name,
      step: step.name,
      partition,
      key: keyOf(keyParts),
      keyParts,
    };
    const began = performance.now();
    let reason = "up to date";
    try {
      const { record, status } = await obtain({
        context,
        unit,
        memoryBytes: step.limits.memoryBytes,
        job: (directory) => options.job(unit, directory),
        outputs: (result, adopt) => this.#outputs(step, partition, result.tables, adopt),
        events: () => this.#events(step, partition),
        started: () => {
          reason = whyToRun(context, unit).reason;
          context.emit({ kind: "unit-started", pipeline: unit.pipeline, step: step.name, partition });
          context.log.write(unit, "info", `started: ${reason}`);
        },
      });
      if (status === "cached") await this.#rememberCached(unit);
      else this.#noteRun(unit, record, reason);
      const seconds = status === "ran" ? record.seconds : 0;
      context.emit({ ...this.#finished(step, partition), status, rows: mainRows(record, step), seconds, reason });
      const { failures } = record;
      const known = failures === undefined ? {} : { failures };
      return { partition, status, reason, record, blocks: false, falls: false, ...known };
    } catch (error) {
      return this.failed(step, partition, error, { seconds: (performance.now() - began) / 1000, independent });
    }
  }

  skipped(step: Step, partition: string, reason: string, blocks: boolean): UnitResult {
    this.#context.emit({ ...this.#finished(step, partition), status: "skipped", rows: 0, seconds: 0, reason });
    return { partition, status: "skipped", reason, blocks, falls: false };
  }

  /** A partition that cannot be worked on because what it needs has failed: the others are. */
  fallen(step: Step, partition: string, reason: string): UnitResult {
    return { ...this.skipped(step, partition, reason, false), falls: true };
  }

  failed(
    step: Step,
    partition: string,
    thrown: unknown,
    { seconds = 0, independent = false }: { readonly seconds?: number; readonly independent?: boolean } = {},
  ): UnitResult {
    const context = this.#context;
    const error = serializeError(thrown);
    const unit = { pipeline: this.#pipeline.name, step: step.name, partition };
    const interrupted = thrown instanceof InterruptedError || error.tag === "interrupted";
    const status: UnitStatus = interrupted ? "skipped" : "failed";
    const reason = interrupted ? "interrupted" : error.message;
    context.log.write(unit, interrupted ? "info" : "error", describeError(error));
    context.journal.append({ kind: "unit-finished", ...unit, status, error, log: context.log.path(unit) ?? null });
    context.emit({
      ...this.#finished(step, partition),
      status,
      rows: 0,
      seconds,
      reason,
      ...(interrupted ? {} : { error }),
    });
    if (interrupted) return { partition, status, reason, blocks: true, falls: false };
    const falls = independent && FAULTS_OF_ONE.includes(error.exitCode);
    if (!falls) return { partition, status, reason, blocks: true, falls, error };
    const record = this.#lastGood(step, partition);
    if (record !== undefined) context.log.write(unit, "info", `its result of run ${record.run} stays`);
    return { partition, status, reason, blocks: false, falls, error, ...(record === undefined ? {} : { record }) };
  }

  /** The unit's result that the current tables hold, if it still fits their contracts. */
  #lastGood(step: Step, partition: string): StepRecord | undefined {
    let results = this.#current.get(step.name);
    if (results === undefined) {
      results = new CurrentResults({ store: this.#context.store, pipeline: this.#pipeline, step });
      this.#current.set(step.name, results);
    }
    return results.of(tablePartition(step, partition));
  }

  #noteRun(unit: UnitIdentity, record: StepRecord, reason: string): void {
    const { log, journal } = this.#context;
    const { read, carried, dropped } = record.counts;
    const counts = `read ${read}, carried ${carried}, dropped ${dropped}`;
    log.write(unit, "info", `finished in ${record.seconds.toFixed(2)} s; ${counts}`);
    for (const { recording, error } of record.failures ?? [])
      log.write(unit, "error", `${recording}: ${error.message}`);
    const { pipeline, step, partition, key } = unit;
    journal.append({ kind: "unit-finished", pipeline, step, partition, status: "ran", key, reason });
  }

  /** A unit found done under another key than its last becomes what `why` compares with. */
  async #rememberCached(unit: UnitIdentity): Promise<void> {
    const { store, services, run } = this.#context;
    if (store.lastKeys(unit.pipeline, unit.step, unit.partition)[0]?.key === unit.key) return;
    await store.rememberKey(unit, { key: unit.key, run, at: services.now().toISOString() });
  }

  async #outputs(
    step: Step,
    partition: string,
    written: readonly WrittenTable[],
    adopt: (table: WrittenTable) => Promise<Part[]>,
  ): Promise<Snapshot[]> {
    const snapshots: Snapshot[] = [];
    for (const table of step.into) {
      const found = written.find((candidate) => candidate.table === table);
      if (found === undefined) throw new Error(`step ${step.name} wrote nothing for ${table}`);
      snapshots.push(
        singlePartition({
          table,
          written: found,
          parts: await adopt(found),
          partition: tablePartition(step, partition),
          tableHash: (partitions) => this.#hash(table, partitions),
        }),
      );
    }
    return snapshots;
  }

  #hash(table: string, partitions: readonly PartitionSnapshot[]): string {
    return this.#context.services.tableHash(contractOf(this.#pipeline, table).contract, partitions);
  }

  #events(step: Step, partition: string): JobEvents {
    const context = this.#context;
    const pipeline = this.#pipeline.name;
    return {
      progress: (done, total, unit, memoryBytes) =>
        context.emit({ kind: "unit-progress", pipeline, step: step.name, partition, done, total, unit, memoryBytes }),
      log: (level, message) => {
        context.log.write({ pipeline, step: step.name, partition }, level, message);
        context.emit({ kind: "unit-log", step: step.name, partition, level, message });
      },
    };
  }

  #finished(step: Step, partition: string) {
    return { kind: "unit-finished" as const, pipeline: this.#pipeline.name, step: step.name, partition };
  }
}

function mainRows(record: StepRecord, step: Step): number {
  return record.outputs.find((output) => output.table === step.into[0])?.rows ?? 0;
}
