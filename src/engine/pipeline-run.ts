import { InterruptedError, NeurotablesError, type SerializedError, serializeError } from "../base/errors.js";
import type { Part, PartitionSnapshot, Snapshot, StepRecord } from "../store/types.js";
import { type Assembly, type Contribution, planAssembly } from "./assembly.js";
import type { Job, JobEvents, JobInput, WrittenTable } from "./executor.js";
import { isDistinct, type LoadUnit, loadUnits, writers } from "./graph.js";
import { keyOf, loadKeyParts, stepKeyParts, tablePartition, transformKeyParts } from "./key.js";
import { contractOf, type LoadStep, type Pipeline, type Step, type TransformStep } from "./pipeline.js";
import { pipelineThatWrites } from "./pipeline-search.js";
import { whyToRun } from "./plan.js";
import type { RunContext } from "./run-context.js";
import { obtain, singlePartition, type UnitIdentity } from "./run-job.js";
import { describeError } from "./run-log.js";
import type { ResolvedSource } from "./sources.js";
import type { MissingSource, UnitStatus } from "./types.js";

/** What became of one unit of work. */
export interface UnitResult {
  readonly partition: string;
  readonly status: UnitStatus;
  readonly reason: string;
  readonly record?: StepRecord;
  readonly error?: SerializedError;
  /** Whether a skipped unit leaves its tables unmade (a missing optional source does not). */
  readonly blocks: boolean;
}

export interface StepResult {
  readonly step: Step;
  readonly units: readonly UnitResult[];
  readonly missing: readonly MissingSource[];
}

/** A table of the pipeline, put together. */
export interface MadeTable {
  readonly snapshot: Snapshot;
  readonly keys: readonly string[];
  readonly steps: readonly string[];
}

const COMPACTION_LIMITS = { memoryBytes: 2e9, seconds: 3600 };

/** Runs the steps of one pipeline: each as soon as the tables it reads are there. A failure stops only what needs it. */
export class PipelineRun {
  readonly #context: RunContext;
  readonly #pipeline: Pipeline;
  readonly #sources: ReadonlyMap<string, ResolvedSource>;
  readonly #writers: ReadonlyMap<string, readonly Step[]>;
  readonly #leftOut: ReadonlySet<string>;
  readonly #steps = new Map<string, Promise<StepResult>>();
  readonly #tables = new Map<string, Promise<MadeTable | undefined>>();
  /** Errors of putting tables together, which belong to no step. */
  readonly tableErrors: SerializedError[] = [];

  constructor(options: {
    readonly context: RunContext;
    readonly pipeline: Pipeline;
    readonly sources: ReadonlyMap<string, ResolvedSource>;
    /** Steps of the pipeline that do not run: what they gave to the current tables stays in them. */
    readonly leftOut: ReadonlySet<string>;
  }) {
    this.#context = options.context;
    this.#pipeline = options.pipeline;
    this.#sources = options.sources;
    this.#writers = writers(options.pipeline);
    this.#leftOut = options.leftOut;
  }

  /** Results in file order, and every table that could be made. Never throws for a unit that failed. */
  async run(): Promise<{ readonly steps: readonly StepResult[]; readonly tables: ReadonlyMap<string, MadeTable> }> {
    const steps = await Promise.all(this.#pipeline.steps.map((step) => this.#step(step)));
    const tables = new Map<string, MadeTable>();
    for (const table of this.#writers.keys()) {
      const made = await this.#table(table);
      if (made !== undefined) tables.set(table, made);
    }
    return { steps, tables };
  }

  #step(step: Step): Promise<StepResult> {
    let result = this.#steps.get(step.name);
    if (result === undefined) {
      result = step.kind === "load" ? this.#loadStep(step) : this.#transformStep(step);
      this.#steps.set(step.name, result);
    }
    return result;
  }

  async #loadStep(step: LoadStep): Promise<StepResult> {
    const context = this.#context;
    const found = loadUnits({ step, sources: this.#sources, mirrors: context.project.sources });
    if (found.kind === "skip") return this.#whole(step, this.#skipped(step, found.reason, false), found.missing);
    if (found.kind === "fail") return this.#whole(step, this.#failed(step, "", found.error, 0), found.missing);
    const shared = stepKeyParts(this.#pipeline, step, context.services.code);
    const units = await Promise.all(
      found.units.map((unit) => {
        const keyParts = loadKeyParts(shared, unit.files);
        return this.#unit(step, unit.partition, keyParts, (identity, directory) =>
          this.#loadJob(step, unit, identity, directory),
        );
      }),
    );
    return { step, units, missing: found.missing };
  }

  async #transformStep(step: TransformStep): Promise<StepResult> {
    const inputs: JobInput[] = [];
    const hashes = new Map<string, string>();
    const made = await Promise.all(
      step.from.map(({ table, external }) => (external ? this.#current(table) : this.#table(table))),
    );
    for (const [index, { name, table, external }] of step.from.entries()) {
      const input = made[index];
      const { path, contract } = contractOf(this.#pipeline, table);
      if (input === undefined) {
        if (external) return this.#whole(step, this.#failed(step, "", await this.#unusable(table, "absent"), 0), []);
        const because = (this.#writers.get(table) ?? []).map((writer) => writer.name).join(", ");
        return this.#whole(step, this.#skipped(step, `needs ${name}, which ${because} could not make`, true), []);
      }
      const { snapshot } = input;
      if (external && snapshot.contractHash !== contract.hash) {
        return this.#whole(step, this.#failed(step, "", await this.#unusable(table, "outdated"), 0), []);
      }
      hashes.set(table, snapshot.tableHash);
      const partPaths = snapshot.parts.map((part) => this.#context.store.partPath(part));
      inputs.push({ name, snapshot, contractPath: path, partPaths });
    }
    const keyParts = transformKeyParts(stepKeyParts(this.#pipeline, step, this.#context.services.code), step, hashes);
    const unit = await this.#unit(step, "", keyParts, ({ key }, temporaryDirectory) => ({
      ...this.#jobBase(step, "", key, temporaryDirectory),
      kind: "transform",
      inputs,
    }));
    return this.#whole(step, unit, []);
  }

  /** Obtains one unit's result and tells what happens. */
  async #unit(
    step: Step,
    partition: string,
    keyParts: Readonly<Record<string, string>>,
    job: (identity: UnitIdentity, directory: string) => Job,
  ): Promise<UnitResult> {
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
        job: (directory) => job(unit, directory),
        outputs: (result, adopt) => this.#outputs(step, partition, result.tables, adopt),
        events: () => this.#events(step, partition),
        started: () => {
          reason = whyToRun(context, unit).reason;
          context.emit({ kind: "unit-started", pipeline: unit.pipeline, step: step.name, partition });
          context.log.write(unit, "info", `started: ${reason}`);
        },
      });
      if (status === "cached") await this.#rememberCached(unit);
      else {
        const { read, carried, dropped } = record.counts;
        context.log.write(
          unit,
          "info",
          `finished in ${record.seconds.toFixed(2)} s; read ${read}, carried ${carried}, dropped ${dropped}`,
        );
        context.journal.append({
          kind: "unit-finished",
          pipeline: unit.pipeline,
          step: step.name,
          partition,
          status,
          key: unit.key,
          reason,
        });
      }
      const seconds = status === "ran" ? record.seconds : 0;
      context.emit({ ...this.#finished(step, partition), status, rows: mainRows(record, step), seconds, reason });
      return { partition, status, reason, record, blocks: false };
    } catch (error) {
      return this.#failed(step, partition, error, (performance.now() - began) / 1000);
    }
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

  #loadJob(step: LoadStep, unit: LoadUnit, { key }: UnitIdentity, temporaryDirectory: string): Job {
    const files = unit.files.map(({ job }) => job);
    return { ...this.#jobBase(step, unit.partition, key, temporaryDirectory), kind: "load", files };
  }

  #jobBase(step: Step, partition: string, key: string, temporaryDirectory: string) {
    return {
      id: key,
      dataset: this.#pipeline.dataset,
      step: step.name,
      partition,
      implementation: step.implementation,
      ...(step.module === undefined ? {} : { module: step.module }),
      parameters: step.parameters,
      outputs: Object.fromEntries(step.into.map((table) => [table, contractOf(this.#pipeline, table).path])),
      temporaryDirectory,
      limits: step.limits,
    };
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

  /** The table as this run makes it; undefined when one of its steps could not run. */
  #table(table: string): Promise<MadeTable | undefined> {
    let made = this.#tables.get(table);
    if (made === undefined) {
      made = this.#makeTable(table);
      this.#tables.set(table, made);
    }
    return made;
  }

  async #makeTable(table: string): Promise<MadeTable | undefined> {
    const context = this.#context;
    const results = await Promise.all((this.#writers.get(table) ?? []).map((step) => this.#step(step)));
    if (results.some(({ units }) => units.some(({ blocks }) => blocks))) return undefined;
    const contributions: Contribution[] = results.flatMap(({ step, units }) =>
      units.flatMap(({ record, partition }) => {
        const snapshot = record?.outputs.find((output) => output.table === table);
        if (record === undefined || snapshot === undefined) return [];
        return [{ step: step.name, key: record.key, snapshot: underName(snapshot, tablePartition(step, partition)) }];
      }),
    );
    const { contract } = contractOf(this.#pipeline, table);
    const { store, services } = context;
    if (this.#leftOut.size > 0) {
      const staying = this.#staying(table, contract.hash);
      if (staying === undefined) return undefined;
      contributions.push(...staying);
    }
    const distinct = isDistinct(table, this.#pipeline);
    const assembly = planAssembly({
      table,
      contract,
      contributions,
      distinct,
      store,
      code: services.code,
      tableHash: services.tableHash,
    });
    try {
      const snapshot = assembly.snapshot ?? (await this.#compact(assembly));
      return { snapshot, keys: assembly.keys, steps: assembly.steps };
    } catch (error) {
      const plain = serializeError(error);
      this.tableErrors.push(plain);
      context.log.write({ pipeline: this.#pipeline.name, step: table, partition: "" }, "error", describeError(plain));
      return undefined;
    }
  }

  /**
   * What the steps that are left out gave to the current table; undefined when that cannot be put beside new rows,
   * because it was made under another contract.
   */
  #staying(table: string, contractHash: string): Contribution[] | undefined {
    const { store } = this.#context;
    const entry = store.currentGeneration().snapshots[table];
    if (entry === undefined || entry.pipeline !== this.#pipeline.name) return [];
    if (!entry.steps.some((step) => this.#leftOut.has(step))) return [];
    if (entry.contractHash !== contractHash) {
      this.#context.warn(`${table} stays as it is, under its former contract: run the whole pipeline`);
      return undefined;
    }
    return entry.keys.flatMap((key) => {
      const record = store.readStep(key);
      const snapshot = record?.outputs.find((output) => output.table === table);
      const step = this.#leftOut.has(record?.step ?? "") ? record?.step : undefined;
      if (record === undefined || snapshot === undefined || step === undefined) return [];
      const partition = tablePartition({ kind: "load", name: step }, record.partition);
      return [{ step, key, snapshot: underName(snapshot, partition) }];
    });
  }

  async #compact(assembly: Assembly): Promise<Snapshot> {
    const { table, compaction, contributions, partitions } = assembly;
    if (compaction === undefined) throw new Error(`${table} has nothing to put together`);
    const { key, keyParts, distinct } = compaction;
    const { path, contract } = contractOf(this.#pipeline, table);
    const parts = contributions.flatMap(({ snapshot }) => snapshot.parts);
    const rows = partitions.reduce((sum, partition) => sum + partition.rows, 0);
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const input: Snapshot = {
      table,
      contractHash: contract.hash,
      tableHash: assembly.tableHash ?? "",
      rows,
      bytes,
      partitions,
      parts,
    };
    const { record } = await obtain({
      context: this.#context,
      unit: { pipeline: this.#pipeline.name, step: `table ${table}`, partition: "", key, keyParts },
      memoryBytes: COMPACTION_LIMITS.memoryBytes,
      job: (temporaryDirectory) => ({
        kind: "compact",
        id: key,
        dataset: this.#pipeline.dataset,
        step: `table ${table}`,
        partition: "",
        outputs: { [table]: path },
        temporaryDirectory,
        limits: COMPACTION_LIMITS,
        distinct,
        input: {
          name: table,
          snapshot: input,
          contractPath: path,
          partPaths: parts.map((part) => this.#context.store.partPath(part)),
        },
      }),
      outputs: async (result, adopt) => {
        const written = result.tables.find((candidate) => candidate.table === table);
        if (written === undefined) throw new Error(`nothing was written for ${table}`);
        const adopted = await adopt(written);
        const tableHash = (list: readonly PartitionSnapshot[]) => this.#hash(table, list);
        if (distinct) return [singlePartition({ table, written, parts: adopted, partition: "", tableHash })];
        if (written.rows !== rows) throw new Error(`${table}: ${rows} rows went in, ${written.rows} came out`);
        const size = adopted.reduce((sum, part) => sum + part.bytes, 0);
        return [{ ...input, tableHash: tableHash(partitions), bytes: size, parts: adopted }];
      },
      events: () => ({
        progress() {},
        log: (level, message) => this.#context.log.write(this.#tableUnit(table), level, message),
      }),
      started() {},
    });
    const snapshot = record.outputs.find((output) => output.table === table);
    if (snapshot === undefined) throw new Error(`the record of ${table} does not hold it`);
    return snapshot;
  }

  #tableUnit(table: string) {
    return { pipeline: this.#pipeline.name, step: `table-${table}`, partition: "" };
  }

  async #current(table: string): Promise<MadeTable | undefined> {
    const entry = this.#context.store.currentGeneration().snapshots[table];
    return entry && { snapshot: entry, keys: entry.keys, steps: entry.steps };
  }

  /** The error of a table that another pipeline makes, with the command that makes it. */
  async #unusable(table: string, problem: "absent" | "outdated"): Promise<NeurotablesError> {
    const { root } = this.#context.project;
    const writer = await pipelineThatWrites(table, root);
    const what =
      problem === "absent"
        ? `${table} has no snapshot yet`
        : `the snapshot of ${table} was made under another contract`;
    return new NeurotablesError(`input/${problem}`, `${what}: another pipeline makes it`, {
      fields: { table },
      wayOut:
        writer === undefined
          ? `No pipeline in ${root} writes ${table}: add one, or name another table.`
          : `Run the pipeline that makes it first: neurotables run ${writer}`,
    });
  }

  #whole(step: Step, unit: UnitResult, missing: readonly MissingSource[]): StepResult {
    return { step, units: [unit], missing };
  }

  #finished(step: Step, partition: string) {
    return { kind: "unit-finished" as const, pipeline: this.#pipeline.name, step: step.name, partition };
  }

  #skipped(step: Step, reason: string, blocks: boolean): UnitResult {
    this.#context.emit({ ...this.#finished(step, ""), status: "skipped", rows: 0, seconds: 0, reason });
    return { partition: "", status: "skipped", reason, blocks };
  }

  #failed(step: Step, partition: string, thrown: unknown, seconds: number): UnitResult {
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
    return { partition, status, reason, blocks: true, ...(interrupted ? {} : { error }) };
  }
}

function underName(snapshot: Snapshot, partition: string): Snapshot {
  if (snapshot.partitions.every((one) => one.partition === partition)) return snapshot;
  return { ...snapshot, partitions: snapshot.partitions.map((one) => ({ ...one, partition })) };
}

function mainRows(record: StepRecord, step: Step): number {
  return record.outputs.find((output) => output.table === step.into[0])?.rows ?? 0;
}
