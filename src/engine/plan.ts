import { compareCodeUnits } from "../base/canonical-json.js";
import type { KeyParts, Snapshot, StepRecord } from "../store/types.js";
import { type Contribution, planAssembly } from "./assembly.js";
import { type ChosenDevice, chosenDevice } from "./device.js";
import { isDistinct, loadUnits, onlyStep, pipelineOrder, topologicalOrder, writers } from "./graph.js";
import {
  describeDifferences,
  keyDifferences,
  keyOf,
  loadKeyParts,
  stepKeyParts,
  tablePartition,
  transformKeyParts,
} from "./key.js";
import { downloadFolder, mirrorFolders } from "./mirrors.js";
import { readPins } from "./pinned-sources.js";
import { contractOf, type Pipeline, type Step, type TransformStep } from "./pipeline.js";
import { type EngineServices, engineServices } from "./services.js";
import { type ResolvedSource, resolveSources } from "./sources.js";
import type { KeyDifference, MissingSource, Plan, PlannedDownload, PlannedUnit, Project } from "./types.js";

export interface PlanOptions {
  readonly project: Project;
  readonly pipelines: readonly Pipeline[];
  readonly only?: string;
  /** Plan as if what is missing and pinned were fetched, and say what that is. */
  readonly download?: boolean;
  /** As `--device` names it (default `auto`). */
  readonly device?: string;
  readonly services?: Partial<EngineServices>;
}

/** What is known of a table while planning. */
type TableState =
  | { readonly kind: "known"; readonly tableHash: string }
  /** Some of its steps must run first. */
  | { readonly kind: "pending"; readonly steps: readonly string[] }
  /** It cannot be made. */
  | { readonly kind: "absent"; readonly because: string };

/**
 * What a run would do, and why. Runs nothing and writes nothing but file hashes. Cost: one stat per source file and
 * one small read per unit: about 0.1 ms each.
 */
export async function planPipelines(options: PlanOptions): Promise<Plan> {
  const { units, missing, downloads } = await planUnits(options);
  const counts = { run: 0, cached: 0, skip: 0, wait: 0 };
  for (const { action } of units) counts[action]++;
  return {
    units: units.map(({ key: _key, keyParts: _parts, ...unit }) => unit),
    counts,
    missing,
    ...(downloads === undefined ? {} : { downloads }),
  };
}

/** A planned unit with what its key is made of, where that is known already. */
export interface KeyedUnit extends PlannedUnit {
  readonly key?: string;
  readonly keyParts?: KeyParts;
}

/** As {@link planPipelines}, with the keys. */
export async function planUnits(
  options: PlanOptions,
): Promise<Pick<Plan, "missing" | "downloads"> & { readonly units: readonly KeyedUnit[] }> {
  const services = await engineServices(options.project, options.services);
  const units: KeyedUnit[] = [];
  const missing: MissingSource[] = [];
  const downloads: PlannedDownload[] = [];
  const tables = new Map<string, TableState>();
  const device = await chosenDevice(options.pipelines, options.device);
  for (const whole of pipelineOrder(options.pipelines)) {
    const pipeline = options.only === undefined ? whole : onlyStep(whole, options.only);
    let sources = await resolveSources({
      pipeline,
      root: options.project.root,
      ...mirrorFolders(options.project),
      hashSource: services.hashSource,
      cache: services.cache,
    });
    if (options.download) {
      const { assumeDownloaded, planDownloads } = await import("./download-plan.js");
      const pins = await readPins(pipeline.dataset, options.project.root, services.cache);
      const plan = planDownloads({ pipeline, sources, pins });
      sources = assumeDownloaded({ pipeline, plan, pins, folder: downloadFolder(options.project.home) });
      for (const one of plan.downloads) if (!downloads.some(({ path }) => path === one.path)) downloads.push(one);
    }
    const planner = new Planner({ project: options.project, pipeline, sources, services, device, tables });
    units.push(...planner.plan());
    // A source is missing once, however many steps read it.
    const known = new Set(missing.map(missingName));
    for (const one of planner.missing) {
      if (known.has(missingName(one))) continue;
      known.add(missingName(one));
      missing.push(one);
    }
  }
  await services.saveHashes();
  return { units, missing, ...(options.download ? { downloads } : {}) };
}

function missingName({ pipeline, source, pattern }: MissingSource): string {
  return [pipeline, source, pattern].join("\n");
}

class Planner {
  readonly #project: Project;
  readonly #pipeline: Pipeline;
  readonly #sources: ReadonlyMap<string, ResolvedSource>;
  readonly #services: EngineServices;
  readonly #device: ChosenDevice | undefined;
  readonly #tables: Map<string, TableState>;
  readonly #contributions = new Map<string, Contribution[]>();
  readonly #open = new Map<string, OpenTable>();
  readonly missing: MissingSource[] = [];

  constructor(options: {
    readonly project: Project;
    readonly pipeline: Pipeline;
    readonly sources: ReadonlyMap<string, ResolvedSource>;
    readonly services: EngineServices;
    readonly device: ChosenDevice | undefined;
    readonly tables: Map<string, TableState>;
  }) {
    this.#project = options.project;
    this.#pipeline = options.pipeline;
    this.#sources = options.sources;
    this.#services = options.services;
    this.#device = options.device;
    this.#tables = options.tables;
  }

  /** Units in file order of their steps. */
  plan(): KeyedUnit[] {
    const planned = new Map<string, KeyedUnit[]>();
    const contributions = this.#contributions;
    const open = this.#open;
    const writing = writers(this.#pipeline);
    const left = new Map([...writing].map(([table, steps]) => [table, steps.length]));
    for (const step of topologicalOrder(this.#pipeline)) {
      const { units, records, failed } =
        step.kind === "load"
          ? this.#load(step)
          : step.each.length === 0
            ? this.#transform(step)
            : this.#partitioned(step);
      planned.set(step.name, units);
      const undone = units.filter(({ action }) => action === "run" || action === "wait");
      for (const table of step.into) {
        const list = contributions.get(table) ?? [];
        for (const record of records) {
          const snapshot = record.outputs.find((output) => output.table === table);
          if (snapshot !== undefined) list.push({ step: step.name, key: record.key, snapshot });
        }
        contributions.set(table, list);
        const state: OpenTable = open.get(table) ?? { waiting: [], failed: [], partitions: new Map() };
        if (undone.length > 0) state.waiting.push(step.name);
        if (failed) state.failed.push(step.name);
        for (const { partition } of undone) state.partitions.set(tablePartition(step, partition), step.name);
        open.set(table, state);
        left.set(table, (left.get(table) as number) - 1);
        if (left.get(table) === 0) this.#tables.set(table, this.#tableState(table, state, list));
      }
    }
    return this.#pipeline.steps.flatMap((step) => planned.get(step.name) ?? []);
  }

  #tableState(table: string, state: OpenTable, list: Contribution[]): TableState {
    const [failed] = state.failed;
    if (failed !== undefined) return { kind: "absent", because: `step ${failed} cannot run` };
    if (state.waiting.length > 0) return { kind: "pending", steps: state.waiting };
    const { tableHash } = planAssembly({
      table,
      contract: contractOf(this.#pipeline, table).contract,
      contributions: list,
      distinct: isDistinct(table, this.#pipeline),
      store: this.#project.store,
      code: this.#services.code,
      tableHash: this.#services.tableHash,
    });
    return tableHash === undefined ? { kind: "pending", steps: [table] } : { kind: "known", tableHash };
  }

  #load(step: Extract<Step, { kind: "load" }>): StepPlan {
    const units = loadUnits({ step, sources: this.#sources, mirrors: this.#project.sources });
    this.missing.push(...units.missing);
    if (units.kind === "skip")
      return { units: [this.#unit(step, "", "skip", units.reason)], records: [], failed: false };
    if (units.kind === "fail") {
      return { units: [this.#unit(step, "", "skip", `fails: ${units.error.message}`)], records: [], failed: true };
    }
    const shared = stepKeyParts(this.#pipeline, step, this.#services.code, this.#device);
    const records: StepRecord[] = [];
    const planned = units.units.map(({ partition, files }) => {
      const parts = loadKeyParts(shared, files);
      const key = keyOf(parts);
      const record = this.#project.store.readStep(key);
      if (record !== undefined) records.push(rename(record, step, partition));
      return this.#planned(step, partition, { key, keyParts: parts }, record);
    });
    return { units: planned, records, failed: false };
  }

  /** What is known of inputs that come whole, or the plan of a step that cannot run for want of one. */
  #whole(step: TransformStep, from: TransformStep["from"]): WholeInputs | StepPlan {
    const hashes = new Map<string, string>();
    const waits = new Set<string>();
    for (const { table, external } of from) {
      const state = this.#tables.get(table) ?? (external ? this.#current(table) : undefined);
      if (state === undefined || state.kind === "absent") {
        const because = state?.because ?? `nothing makes ${table}`;
        return { units: [this.#unit(step, "", "skip", because)], records: [], failed: true };
      }
      if (state.kind === "known") hashes.set(table, state.tableHash);
      else for (const name of state.steps) waits.add(name);
    }
    return { hashes, waits };
  }

  /** One unit per partition of the inputs that come partition by partition. */
  #partitioned(step: TransformStep): StepPlan {
    const isApart = ({ name }: { readonly name: string }) => step.each.includes(name);
    const whole = this.#whole(
      step,
      step.from.filter((input) => !isApart(input)),
    );
    if ("units" in whole) return whole;
    const partitions = new Map<string, { readonly hashes: Map<string, string>; readonly waits: Set<string> }>();
    const apart = step.from.filter(isApart).sort((a, b) => step.each.indexOf(a.name) - step.each.indexOf(b.name));
    // The first decides which partitions there are.
    const of = (partition: string, table: string) => {
      if (table === apart[0]?.table && !partitions.has(partition)) {
        partitions.set(partition, { hashes: new Map(), waits: new Set(whole.waits) });
      }
      return partitions.get(partition);
    };
    for (const { table } of apart) {
      const state = this.#open.get(table);
      const [failed] = state?.failed ?? [];
      if (state === undefined || failed !== undefined) {
        const because = failed === undefined ? `nothing makes ${table}` : `step ${failed} cannot run`;
        return { units: [this.#unit(step, "", "skip", because)], records: [], failed: true };
      }
      for (const [partition, writer] of state.partitions) of(partition, table)?.waits.add(writer);
      for (const { snapshot } of this.#contributions.get(table) ?? []) {
        for (const { partition, hash } of snapshot.partitions) of(partition, table)?.hashes.set(table, hash);
      }
    }
    const shared = stepKeyParts(this.#pipeline, step, this.#services.code, this.#device);
    const records: StepRecord[] = [];
    /** Key of each unit that must run → its partition. */
    const running = new Map<string, string>();
    const units = [...partitions.keys()].sort(compareCodeUnits).map((partition) => {
      const { hashes, waits } = partitions.get(partition) as { hashes: Map<string, string>; waits: Set<string> };
      if (waits.size > 0) return this.#unit(step, partition, "wait", waitingFor(waits));
      const keyParts = transformKeyParts(shared, step, whole.hashes, { partition, hashes });
      const key = keyOf(keyParts);
      const record = this.#project.store.readStep(key);
      const equal = running.get(key);
      // Equal rows give equal rows: the work is done once.
      if (equal !== undefined) {
        return { ...this.#unit(step, partition, "wait", `has the same rows as ${equal}, which runs`), key, keyParts };
      }
      if (record === undefined) running.set(key, partition);
      else records.push(rename(record, step, partition));
      return this.#planned(step, partition, { key, keyParts }, record);
    });
    return { units, records, failed: false };
  }

  #transform(step: TransformStep): StepPlan {
    const whole = this.#whole(step, step.from);
    if ("units" in whole) return whole;
    const { hashes, waits } = whole;
    if (waits.size > 0) {
      return { units: [this.#unit(step, "", "wait", waitingFor(waits))], records: [], failed: false };
    }
    const parts = transformKeyParts(
      stepKeyParts(this.#pipeline, step, this.#services.code, this.#device),
      step,
      hashes,
    );
    const key = keyOf(parts);
    const record = this.#project.store.readStep(key);
    return {
      units: [this.#planned(step, "", { key, keyParts: parts }, record)],
      records: record === undefined ? [] : [record],
      failed: false,
    };
  }

  #current(table: string): TableState {
    const entry = this.#project.store.currentGeneration().snapshots[table];
    if (entry === undefined) return { kind: "absent", because: `${table} has no snapshot yet` };
    if (entry.contractHash !== contractOf(this.#pipeline, table).contract.hash)
      return { kind: "absent", because: `the snapshot of ${table} was made under another contract` };
    return { kind: "known", tableHash: entry.tableHash };
  }

  #unit(
    step: Step,
    partition: string,
    action: PlannedUnit["action"],
    reason: string,
    differences: readonly KeyDifference[] = [],
  ): PlannedUnit {
    return { pipeline: this.#pipeline.name, step: step.name, partition, action, reason, differences };
  }

  #planned(
    step: Step,
    partition: string,
    keyed: { readonly key: string; readonly keyParts: KeyParts },
    record: StepRecord | undefined,
  ): KeyedUnit {
    if (record !== undefined) return { ...this.#unit(step, partition, "cached", "up to date"), ...keyed };
    const unit = { pipeline: this.#pipeline.name, step: step.name, partition };
    const { reason, differences } = whyToRun(this.#project, { ...unit, ...keyed });
    return { ...this.#unit(step, partition, "run", reason, differences), ...keyed };
  }
}

/** A table of which not all steps were looked at yet, or some must run. */
interface OpenTable {
  readonly waiting: string[];
  readonly failed: string[];
  /** Partitions that are not there yet → the step that makes them. */
  readonly partitions: Map<string, string>;
}

interface WholeInputs {
  readonly hashes: ReadonlyMap<string, string>;
  /** Steps that must run first. */
  readonly waits: ReadonlySet<string>;
}

function waitingFor(steps: ReadonlySet<string>): string {
  const names = [...steps];
  return `waits for ${names.slice(0, 4).join(", ")}${names.length > 4 ? ` and ${names.length - 4} more` : ""}`;
}

interface StepPlan {
  readonly units: KeyedUnit[];
  readonly records: readonly StepRecord[];
  /** What it writes cannot be made. */
  readonly failed: boolean;
}

/** Why a unit whose key has no result must run: what differs from the last key it had. */
export function whyToRun(
  project: Pick<Project, "store">,
  unit: {
    readonly pipeline: string;
    readonly step: string;
    readonly partition: string;
    readonly key: string;
    readonly keyParts: KeyParts;
  },
): { readonly reason: string; readonly differences: readonly KeyDifference[] } {
  const [last] = project.store.lastKeys(unit.pipeline, unit.step, unit.partition);
  if (last === undefined) return { reason: "never ran", differences: [] };
  if (last.key === unit.key) return { reason: "its stored result is gone", differences: [] };
  const before = project.store.readStepRecord(last.key);
  if (before === undefined) return { reason: "its last result is gone", differences: [] };
  const differences = keyDifferences(before.keyParts, unit.keyParts);
  return { reason: describeDifferences(differences), differences };
}

/** A record found under a key that another partition name was stored with still contributes under this step's names. */
function rename(record: StepRecord, step: Step, unitPartition: string): StepRecord {
  const partition = tablePartition(step, unitPartition);
  const outputs: Snapshot[] = record.outputs.map((snapshot) => ({
    ...snapshot,
    partitions: snapshot.partitions.map((one) => ({ ...one, partition })),
  }));
  return { ...record, outputs };
}
