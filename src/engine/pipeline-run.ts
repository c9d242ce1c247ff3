import { join } from "node:path";
import { compareCodeUnits } from "../base/canonical-json.js";
import { NeurotablesError, type SerializedError, serializeError } from "../base/errors.js";
import { homePaths } from "../store/home.js";
import type { Snapshot, StepRecord } from "../store/types.js";
import type { Contribution } from "./assembly.js";
import type { Job, JobInput } from "./executor.js";
import { type LoadUnit, loadUnits, writers } from "./graph.js";
import { loadKeyParts, stepKeyParts, tablePartition, transformKeyParts } from "./key.js";
import { contractOf, type LoadStep, type Pipeline, type Step, type StepInput, type TransformStep } from "./pipeline.js";
import { pipelineThatWrites } from "./pipeline-search.js";
import type { RunContext } from "./run-context.js";
import type { UnitIdentity } from "./run-job.js";
import { describeError } from "./run-log.js";
import type { ResolvedSource } from "./sources.js";
import { assembleTable, type MadeTable, tableUnit } from "./table-assembly.js";
import type { MissingSource } from "./types.js";
import { type UnitResult, UnitRunner } from "./unit-run.js";

export interface StepResult {
  readonly step: Step;
  readonly units: readonly UnitResult[];
  readonly missing: readonly MissingSource[];
}

/** What the steps that write a table gave to it. */
interface Given {
  readonly contributions: readonly Contribution[];
  /** Steps without whose result the table cannot be made. */
  readonly blockedBy: readonly string[];
  /** Partitions that failed and have no rows in it → the step that should have made them. */
  readonly lacking: ReadonlyMap<string, string>;
}

/** The inputs of a transform, ready to be read. */
interface ReadyInputs {
  readonly inputs: readonly JobInput[];
  /** `dataset.table` → table hash. */
  readonly hashes: ReadonlyMap<string, string>;
}

/** Runs the steps of one pipeline: each as soon as the tables it reads are there. A failure stops only what needs it. */
export class PipelineRun {
  readonly #context: RunContext;
  readonly #pipeline: Pipeline;
  readonly #sources: ReadonlyMap<string, ResolvedSource>;
  readonly #writers: ReadonlyMap<string, readonly Step[]>;
  readonly #leftOut: ReadonlySet<string>;
  readonly #units: UnitRunner;
  readonly #steps = new Map<string, Promise<StepResult>>();
  readonly #tables = new Map<string, Promise<MadeTable | undefined>>();
  readonly #records = new Map<string, StepRecord | undefined>();
  /** Tables that a step alone cannot make: they stay as they are. */
  readonly #asTheyAre = new Set<string>();
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
    this.#units = new UnitRunner(options.context, options.pipeline);
  }

  /**
   * Results in file order, every table that could be made, and whether these may become current. Never throws for a
   * unit that failed.
   */
  async run(): Promise<{
    readonly steps: readonly StepResult[];
    readonly tables: ReadonlyMap<string, MadeTable>;
    readonly complete: boolean;
  }> {
    const names = [...this.#writers.keys()];
    const [steps, made] = await Promise.all([
      Promise.all(this.#pipeline.steps.map((step) => this.#step(step))),
      Promise.all(names.map((table) => this.#table(table))),
    ]);
    const tables = new Map<string, MadeTable>();
    for (const [index, table] of names.entries()) {
      const one = made[index];
      if (one !== undefined) tables.set(table, one);
    }
    const complete = names.every((table) => tables.has(table) || this.#asTheyAre.has(table));
    return { steps, tables, complete: complete && steps.every(({ units }) => units.every(({ blocks }) => !blocks)) };
  }

  #step(step: Step): Promise<StepResult> {
    let result = this.#steps.get(step.name);
    if (result === undefined) {
      result =
        step.kind === "load"
          ? this.#loadStep(step)
          : step.each.length === 0
            ? this.#transformStep(step)
            : this.#partitionedStep(step);
      this.#steps.set(step.name, result);
    }
    return result;
  }

  async #loadStep(step: LoadStep): Promise<StepResult> {
    const context = this.#context;
    const found = loadUnits({ step, sources: this.#sources, mirrors: context.project.sources });
    const whole = (unit: UnitResult) => ({ step, units: [unit], missing: found.missing });
    if (found.kind === "skip") return whole(this.#units.skipped(step, "", found.reason, false));
    if (found.kind === "fail") return whole(this.#units.failed(step, "", found.error));
    const shared = stepKeyParts(this.#pipeline, step, context.services.code, context.device);
    const units = await Promise.all(
      found.units.map((unit) =>
        this.#units.run({
          step,
          partition: unit.partition,
          keyParts: loadKeyParts(shared, unit.files),
          independent: step.independent,
          job: (identity, directory) => this.#loadJob(step, unit, identity, directory),
        }),
      ),
    );
    return { step, units, missing: found.missing };
  }

  async #transformStep(step: TransformStep): Promise<StepResult> {
    const ready = await this.#ready(step, step.from);
    if ("blocked" in ready) return { step, units: [ready.blocked], missing: [] };
    const shared = stepKeyParts(this.#pipeline, step, this.#context.services.code, this.#context.device);
    const unit = await this.#units.run({
      step,
      partition: "",
      keyParts: transformKeyParts(shared, step, ready.hashes),
      independent: false,
      job: ({ key }, directory) => ({
        ...this.#jobBase(step, "", key, directory),
        ...this.#stageJob(step, key),
        inputs: ready.inputs,
        threads: this.#context.jobs,
      }),
    });
    return { step, units: [unit], missing: [] };
  }

  /** One unit per partition of the inputs that come partition by partition. */
  async #partitionedStep(step: TransformStep): Promise<StepResult> {
    const apart = step.from.filter(({ name }) => step.each.includes(name));
    const given = await Promise.all(apart.map(async (input) => ({ input, ...(await this.#given(input.table)) })));
    const whole = (unit: UnitResult): StepResult => ({ step, units: [unit], missing: [] });
    for (const { input, blockedBy } of given) {
      if (blockedBy.length > 0) return whole(this.#blocked(step, input, blockedBy));
    }
    const ready = await this.#ready(
      step,
      step.from.filter(({ name }) => !step.each.includes(name)),
    );
    if ("blocked" in ready) return whole(ready.blocked);
    const shared = stepKeyParts(this.#pipeline, step, this.#context.services.code, this.#context.device);
    const partitions = partitionInputs(step, given);
    const threads = Math.max(1, Math.floor(this.#context.jobs / Math.max(1, partitions.length)));
    const units = await Promise.all(
      partitions.map(({ partition, tables, lacking }) => {
        if (lacking !== undefined) {
          const { input, writer } = lacking;
          return this.#units.fallen(step, partition, `needs ${input}, which ${writer} could not make`);
        }
        const hashes = new Map([...tables].map(([table, { partitions }]) => [table, partitions[0]?.hash ?? ""]));
        return this.#units.run({
          step,
          partition,
          keyParts: transformKeyParts(shared, step, ready.hashes, { partition, hashes }),
          independent: true,
          job: ({ key }, directory) => ({
            ...this.#jobBase(step, partition, key, directory),
            ...this.#stageJob(step, key),
            threads,
            inputs: [...apart.map((input) => this.#jobInput(input, tables.get(input.table))), ...ready.inputs],
          }),
        });
      }),
    );
    return { step, units, missing: [] };
  }

  /** What a stage is given that no transform is. */
  #stageJob(step: TransformStep, key: string) {
    if (step.kind === "transform") return { kind: step.kind };
    const { device, project } = this.#context;
    return {
      kind: step.kind,
      ...(step.usesDevice && device !== undefined ? { device: device.name } : {}),
      checkpoint: join(homePaths(project.home).checkpoints, key),
    };
  }

  /** The inputs of a transform that come whole, or the unit that says why they cannot be had. */
  async #ready(
    step: TransformStep,
    from: readonly StepInput[],
  ): Promise<ReadyInputs | { readonly blocked: UnitResult }> {
    const made = await Promise.all(
      from.map(({ table, external }) => (external ? this.#current(table) : this.#table(table))),
    );
    const inputs: JobInput[] = [];
    const hashes = new Map<string, string>();
    for (const [index, input] of from.entries()) {
      const { table, external } = input;
      const snapshot = made[index]?.snapshot;
      if (snapshot === undefined) {
        if (external) return { blocked: this.#units.failed(step, "", await this.#unusable(table, "absent")) };
        return {
          blocked: this.#blocked(
            step,
            input,
            (this.#writers.get(table) ?? []).map(({ name }) => name),
          ),
        };
      }
      if (external && snapshot.contractHash !== contractOf(this.#pipeline, table).contract.hash) {
        return { blocked: this.#units.failed(step, "", await this.#unusable(table, "outdated")) };
      }
      hashes.set(table, snapshot.tableHash);
      inputs.push(this.#jobInput(input, snapshot));
    }
    return { inputs, hashes };
  }

  #blocked(step: Step, { name }: StepInput, by: readonly string[]): UnitResult {
    return this.#units.skipped(step, "", `needs ${name}, which ${by.join(", ")} could not make`, true);
  }

  #jobInput({ name, table }: StepInput, snapshot: Snapshot | undefined): JobInput {
    const { path, contract } = contractOf(this.#pipeline, table);
    const empty = { table, contractHash: contract.hash, tableHash: "", rows: 0, bytes: 0, partitions: [], parts: [] };
    const partPaths = (snapshot?.parts ?? []).map((part) => this.#context.store.partPath(part));
    return { name, snapshot: snapshot ?? empty, contractPath: path, partPaths };
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

  /** What this run's units gave to a table, once all of them are done. */
  async #given(table: string): Promise<Given> {
    const results = await Promise.all((this.#writers.get(table) ?? []).map((step) => this.#step(step)));
    const blockedBy = results.filter(({ units }) => units.some(({ blocks }) => blocks)).map(({ step }) => step.name);
    const contributions = results.flatMap(({ step, units }) =>
      units.flatMap(({ record, partition }): Contribution[] => {
        const snapshot = record?.outputs.find((output) => output.table === table);
        if (record === undefined || snapshot === undefined) return [];
        return [{ step: step.name, key: record.key, snapshot: underName(snapshot, tablePartition(step, partition)) }];
      }),
    );
    const lacking = new Map<string, string>();
    for (const { step, units } of results) {
      for (const { partition, record, falls } of units) {
        if (falls && !record?.outputs.some((output) => output.table === table))
          lacking.set(tablePartition(step, partition), step.name);
      }
    }
    if (contributions.length > 0 || blockedBy.length > 0) return { contributions, blockedBy, lacking };
    // Recordings stand on their own, but where all of them failed there is no table.
    return { contributions, blockedBy: [...new Set(lacking.values())], lacking };
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
    const { contributions, blockedBy } = await this.#given(table);
    if (blockedBy.length > 0) return undefined;
    const staying = this.#leftOut.size === 0 ? [] : this.#staying(table);
    if (staying === undefined) {
      this.#asTheyAre.add(table);
      return undefined;
    }
    try {
      return await assembleTable({
        context,
        pipeline: this.#pipeline,
        table,
        contributions: [...contributions, ...staying],
      });
    } catch (error) {
      const plain = serializeError(error);
      this.tableErrors.push(plain);
      context.log.write(tableUnit(this.#pipeline, table), "error", describeError(plain));
      return undefined;
    }
  }

  /**
   * What the steps that are left out gave to the current table; undefined when that cannot be put beside new rows,
   * because it was made under another contract, or is no longer stored.
   */
  #staying(table: string): Contribution[] | undefined {
    const { store } = this.#context;
    const entry = store.currentGeneration().snapshots[table];
    if (entry === undefined || entry.pipeline !== this.#pipeline.name) return [];
    if (!entry.steps.some((step) => this.#leftOut.has(step))) return [];
    if (entry.contractHash !== contractOf(this.#pipeline, table).contract.hash) {
      this.#context.warn(`${table} stays as it is, under its former contract: run the whole pipeline`);
      return undefined;
    }
    const contributions: Contribution[] = [];
    for (const key of entry.keys) {
      const record = this.#record(key);
      const step = record?.step ?? store.readStepRecord(key)?.step;
      if (record === undefined && (step === undefined || this.#leftOut.has(step))) {
        this.#context.warn(
          `${table} stays as it is: what ${step ?? "a step"} gave to it is gone; run the whole pipeline`,
        );
        return undefined;
      }
      const snapshot = record?.outputs.find((output) => output.table === table);
      if (record === undefined || snapshot === undefined || step === undefined || !this.#leftOut.has(step)) continue;
      const partition = tablePartition({ kind: "load", name: step }, record.partition);
      contributions.push({ step, key, snapshot: underName(snapshot, partition) });
    }
    return contributions;
  }

  /** A step record, read once: the tables of a load step rest on the same ones. */
  #record(key: string): StepRecord | undefined {
    if (!this.#records.has(key)) this.#records.set(key, this.#context.store.readStep(key));
    return this.#records.get(key);
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
}

/** Why a partition cannot be worked on: an input has no rows of it, though it should, and none is not the same as no rows. */
interface Lacking {
  readonly input: string;
  readonly writer: string;
}

interface PartitionInputs {
  readonly partition: string;
  /** `dataset.table` → the partition's rows; absent: it has none. */
  readonly tables: ReadonlyMap<string, Snapshot>;
  readonly lacking?: Lacking;
}

/** Which partitions a transform works on, in order: those of the first of the inputs that come partition by partition. */
function partitionInputs(
  step: TransformStep,
  given: readonly (Given & { readonly input: StepInput })[],
): PartitionInputs[] {
  const first = given.find(({ input }) => input.name === step.each[0]);
  const names = new Set(first?.contributions.map(({ snapshot }) => partitionOf(snapshot)));
  for (const name of first?.lacking.keys() ?? []) names.add(name);
  const tables = new Map([...names].map((name) => [name, new Map<string, Snapshot>()]));
  const lacking = new Map<string, Lacking>();
  for (const { input, contributions, lacking: absent } of given) {
    for (const { snapshot } of contributions) tables.get(partitionOf(snapshot))?.set(input.table, snapshot);
    for (const [name, writer] of absent) if (!lacking.has(name)) lacking.set(name, { input: input.name, writer });
  }
  return [...names].sort(compareCodeUnits).map((partition) => {
    const why = lacking.get(partition);
    return {
      partition,
      tables: tables.get(partition) as ReadonlyMap<string, Snapshot>,
      ...(why === undefined ? {} : { lacking: why }),
    };
  });
}

function partitionOf(snapshot: Snapshot): string {
  return snapshot.partitions[0]?.partition ?? "";
}

function underName(snapshot: Snapshot, partition: string): Snapshot {
  if (snapshot.partitions.every((one) => one.partition === partition)) return snapshot;
  return { ...snapshot, partitions: snapshot.partitions.map((one) => ({ ...one, partition })) };
}
