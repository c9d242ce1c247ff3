import { availableParallelism, totalmem } from "node:os";
import { EXIT, type ExitCode, NeurotablesError, UsageError, worstExitCode } from "../base/errors.js";
import { chosenDevice } from "./device.js";
import type { Executor, JobFile } from "./executor.js";
import { loadUnits, onlyStep, pipelineOrder, topologicalOrder } from "./graph.js";
import { tablePartition } from "./key.js";
import { Limiter } from "./limiter.js";
import { lostRows } from "./lost-rows.js";
import { mirrorFolders } from "./mirrors.js";
import { contractOf, type Pipeline } from "./pipeline.js";
import { PipelineRun, type StepResult } from "./pipeline-run.js";
import { promote } from "./promotion.js";
import { type CheckedTable, defaultChecks, runChecks } from "./run-checks.js";
import type { RunContext } from "./run-context.js";
import { RunLog } from "./run-log.js";
import { type EngineServices, engineServices } from "./services.js";
import { type ResolvedSource, resolveSources } from "./sources.js";
import { summarizeStep } from "./summary.js";
import type {
  CheckSummary,
  MissingSource,
  PlannedDownload,
  Project,
  RunEvent,
  RunOptions,
  RunSummary,
  StepSummary,
} from "./types.js";

export interface RunPipelinesOptions {
  readonly project: Project;
  /** As read with the same `set` as in the options. */
  readonly pipelines: readonly Pipeline[];
  readonly options: RunOptions;
  readonly executor: Executor;
  readonly onEvent?: (event: RunEvent) => void;
  readonly services?: Partial<EngineServices>;
}

/** Memory that units may declare together: four fifths of the machine's, or of what this process is allowed. */
function usableMemory(): number {
  const allowed = process.constrainedMemory?.() ?? 0;
  return 0.8 * (allowed > 0 ? Math.min(allowed, totalmem()) : totalmem());
}

/** How many units run at once when nobody says. */
export function defaultJobs(): number {
  return availableParallelism();
}

/**
 * Runs what is not up to date of some pipelines, one after the other in the order of their tables, checks the results
 * and makes them current. Never throws for a step or a check that failed: the summary tells, with its exit code.
 * @throws {StorageError | LockedError | ConfigError} when the run itself cannot go on.
 */
export async function runPipelines(given: RunPipelinesOptions): Promise<RunSummary> {
  const { project, options, executor } = given;
  const services = await engineServices(project, given.services);
  const began = performance.now();
  const whole = pipelineOrder(given.pipelines);
  const pipelines = whole.map((pipeline) => (options.only === undefined ? pipeline : onlyStep(pipeline, options.only)));
  const names = pipelines.map(({ name }) => name);
  const device = await chosenDevice(pipelines, options.device);
  const journal = await project.store.journal.start({
    pipelines: names,
    only: options.only ?? null,
    set: { ...options.set },
  });
  const emit = (event: RunEvent) => given.onEvent?.(event);
  const tally = new Tally();
  const context: RunContext = {
    run: journal.run,
    project,
    store: project.store,
    services,
    executor,
    jobs: options.jobs,
    device,
    limiter: new Limiter({ slots: options.jobs, memoryBytes: usableMemory() }),
    journal,
    log: new RunLog({ home: project.home, run: journal.run, now: services.now }),
    signal: options.signal,
    emit,
    warn: (message) => {
      tally.warnings.push(message);
      emit({ kind: "warning", message });
    },
  };
  let finished = false;
  try {
    const resolved: {
      pipeline: Pipeline;
      leftOut: ReadonlySet<string>;
      sources: ReadonlyMap<string, ResolvedSource>;
    }[] = [];
    for (const [index, pipeline] of pipelines.entries()) {
      let sources = await resolveSources({
        pipeline,
        root: project.root,
        ...mirrorFolders(project),
        hashSource: services.hashSource,
        cache: services.cache,
      });
      if (options.download) {
        const { downloadSources } = await import("./download.js");
        const downloaded = await downloadSources({ context, pipeline, sources });
        sources = downloaded.sources;
        tally.downloads.push(...downloaded.fetched);
      }
      if (standsAsItIs(pipeline, whole, sources, project)) {
        context.warn(
          `${pipeline.name}, which ${pipeline.neededBy} needs, has no source here: its current tables are read`,
        );
        continue;
      }
      refuseWithoutAnySource(pipeline, sources, project.sources);
      const leftOut = new Set((whole[index] as Pipeline).steps.map(({ name }) => name));
      for (const { name } of pipeline.steps) leftOut.delete(name);
      resolved.push({ pipeline, leftOut, sources });
      for (const warning of pipeline.warnings) context.warn(warning);
      tally.addFiles(pipeline, sources, context);
    }
    emit({ kind: "run-started", run: journal.run, pipelines: names, units: countUnits(resolved) });
    for (const one of resolved) await runPipeline({ ...one, context, options, tally });
    await services.saveHashes();
    const summary = tally.summary({
      run: journal.run,
      seconds: (performance.now() - began) / 1000,
      interrupted: options.signal.aborted,
      download: options.download ?? false,
    });
    journal.finish({
      ok: summary.ok,
      exitCode: summary.exitCode,
      generation: summary.generation,
      seconds: summary.seconds,
    });
    finished = true;
    emit({ kind: "run-finished", summary });
    return summary;
  } finally {
    if (!finished) journal.finish({ ok: false, exitCode: null });
  }
}

async function runPipeline(given: {
  readonly context: RunContext;
  readonly pipeline: Pipeline;
  readonly leftOut: ReadonlySet<string>;
  readonly sources: ReadonlyMap<string, ResolvedSource>;
  readonly options: RunOptions;
  readonly tally: Tally;
}): Promise<void> {
  const { context, pipeline, leftOut, sources, options, tally } = given;
  const run = new PipelineRun({ context, pipeline, sources, leftOut });
  const { steps, tables, complete: whole } = await run.run();
  for (const result of steps)
    tally.addStep(result, summarizeStep({ pipeline, result, services: context.services, log: context.log }));
  for (const error of run.tableErrors) tally.exitCodes.push(error.exitCode);
  const faults = run.tableErrors.filter(({ tag }) => tag !== "interrupted");
  for (const text of new Set(faults.map(({ tag, message }) => `${tag}: ${message}`))) context.warn(text);
  const complete = whole && run.tableErrors.length === 0;
  const before = tally.exitCodes.length;
  const checks = complete
    ? await checkTables(given, tables)
    : checksNotRun(pipeline, "not every step could run", options);
  const checked = tally.exitCodes.length === before;
  for (const check of checks) {
    tally.checks.push(check);
    if (check.status === "failed") tally.exitCodes.push(EXIT.checkFailed);
    context.emit({ kind: "check-finished", check });
  }
  if (!complete || !checked || options.signal.aborted || checks.some(({ status }) => status === "failed")) return;
  if (pipeline.changed && !options.promote) return;
  warnOfLeftOut(context, steps);
  const present = context.store.currentGeneration().snapshots;
  const compared = [...tables].map(([table, { snapshot }]) => ({ before: present[table], after: snapshot }));
  for (const text of lostRows({ tables: compared, steps: loadSteps(pipeline), failed: fallen(steps) })) {
    context.warn(text);
  }
  for (const table of tables.keys()) {
    const owner = present[table]?.pipeline;
    if (owner !== undefined && owner !== pipeline.name)
      context.warn(`${table}, made by pipeline ${owner} before, is now made by ${pipeline.name}`);
  }
  const promoted = await promote({
    store: context.store,
    run: context.run,
    pipeline: pipeline.name,
    tables,
    partial: options.only !== undefined,
  });
  if (promoted === undefined) return;
  tally.generation = promoted.generation;
  context.journal.append({ kind: "promoted", generation: promoted.generation, tables: promoted.tables });
  context.journal.sync();
  context.emit({ kind: "promoted", ...promoted });
}

function loadSteps(pipeline: Pipeline): Set<string> {
  return new Set(pipeline.steps.flatMap(({ kind, name }) => (kind === "load" ? [name] : [])));
}

/** Partitions, as the tables name them, that failed or could not be worked on, and keep no former rows. */
function fallen(steps: readonly StepResult[]): Set<string> {
  return new Set(
    steps.flatMap(({ step, units }) =>
      units.flatMap(({ falls, record, partition }) =>
        falls && record === undefined ? [tablePartition(step, partition)] : [],
      ),
    ),
  );
}

/** Recordings that failed while the others become current. */
function warnOfLeftOut(context: RunContext, steps: readonly StepResult[]): void {
  for (const { step, units } of steps) {
    const failed = units.filter(({ status }) => status === "failed");
    if (failed.length === 0) continue;
    const kept = failed.filter(({ record }) => record !== undefined).length;
    const rest = failed.length - kept;
    const of = `${failed.length} of ${units.length} partitions of ${step.name} failed`;
    const parts = [
      ...(rest > 0 ? [`${rest} ${rest === 1 ? "is" : "are"} not in the tables`] : []),
      ...(kept > 0 ? [`${kept} ${kept === 1 ? "stays as it was" : "stay as they were"}`] : []),
    ];
    context.warn(`${of}: ${parts.join(", ")}; the others become current`);
  }
}

/** Whether a pipeline that was not asked for has no raw file here, but all tables that the others read of it. */
function standsAsItIs(
  { neededBy, steps }: Pipeline,
  pipelines: readonly Pipeline[],
  sources: ReadonlyMap<string, ResolvedSource>,
  { store }: Project,
): boolean {
  if (neededBy === undefined || sources.size === 0) return false;
  if ([...sources.values()].some(({ kind }) => kind !== "missing")) return false;
  const written = new Set(steps.flatMap(({ into }) => into));
  const present = store.currentGeneration().snapshots;
  return pipelines
    .flatMap((pipeline) => pipeline.steps)
    .flatMap((step) => (step.kind === "load" ? [] : step.from))
    .every(({ table, external }) => !external || !written.has(table) || present[table] !== undefined);
}

/**
 * A forgotten or mistyped folder, where every source is optional, would replace all tables by empty ones.
 * @throws {UsageError} `usage/no-source`
 */
function refuseWithoutAnySource(
  pipeline: Pipeline,
  sources: ReadonlyMap<string, ResolvedSource>,
  mirrors: readonly string[],
): void {
  const missing: MissingSource[] = [];
  for (const source of sources.values()) {
    if (source.kind !== "missing") return;
    missing.push(...source.missing);
  }
  const [first] = missing;
  if (first === undefined || missing.some(({ optional }) => !optional)) return;
  const fetched = missing.some(({ downloadable }) => downloadable) ? " Or fetch what is pinned with --download." : "";
  const where = mirrors.length === 0 ? "no folder of raw files is given" : `not in ${mirrors.join(", ")}`;
  throw new UsageError("no-source", `every source of ${pipeline.name} is missing (${where}): nothing is run`, {
    fields: { pipeline: pipeline.name, folders: mirrors },
    wayOut: `Name the folder that mirrors the raw files with --sources DIR; ${first.pattern} is looked for below it.${fetched}`,
  });
}

async function checkTables(
  given: Parameters<typeof runPipeline>[0],
  made: ReadonlyMap<string, { readonly snapshot: CheckedTable["snapshot"] }>,
): Promise<CheckSummary[]> {
  const { context, pipeline, sources, options } = given;
  const tables = new Map<string, CheckedTable>();
  for (const [table, { snapshot }] of made) {
    tables.set(table, { snapshot, contractPath: contractOf(pipeline, table).path });
  }
  const missingSources = new Set([...sources].flatMap(([name, { kind }]) => (kind === "missing" ? [name] : [])));
  const partial = options.only !== undefined;
  if (partial) {
    // The rest of the pipeline is seen as it is now.
    for (const [table, entry] of Object.entries(context.store.currentGeneration().snapshots)) {
      if (!tables.has(table)) tables.set(table, { snapshot: entry, contractPath: "" });
    }
  }
  const checks = [...defaultChecks(pipeline, made), ...pipeline.checks];
  try {
    return await runChecks({ context, pipeline, checks, tables, missingSources, partial });
  } catch (error) {
    // The job of the checks was ended, or its process died: nothing is known of any of them.
    if (!(error instanceof NeurotablesError)) throw error;
    if (!options.signal.aborted) given.tally.exitCodes.push(error.exitCode);
    return checksNotRun(pipeline, error.message, options);
  }
}

function checksNotRun(pipeline: Pipeline, because: string, options: RunOptions): CheckSummary[] {
  const reason = options.signal.aborted ? "interrupted" : because;
  return pipeline.checks.map(({ name }) => ({
    pipeline: pipeline.name,
    check: name,
    status: "skipped",
    reason,
    rows: [],
    rowsAtFault: 0,
  }));
}

function countUnits(resolved: readonly { pipeline: Pipeline; sources: ReadonlyMap<string, ResolvedSource> }[]): number {
  let units = 0;
  for (const { pipeline, sources } of resolved) {
    /** Table → its number of partitions. */
    const partitions = new Map<string, number>();
    for (const step of topologicalOrder(pipeline)) {
      let count = 1;
      if (step.kind === "load") {
        const found = loadUnits({ step, sources, mirrors: [] });
        count = found.kind === "units" ? found.units.length : 0;
      } else if (step.each.length > 0) {
        const first = step.from.find(({ name }) => name === step.each[0]);
        count = partitions.get(first?.table ?? "") ?? 0;
      }
      for (const table of step.into) partitions.set(table, (partitions.get(table) ?? 0) + count);
      units += count;
    }
  }
  return units;
}

/** Of many files that are not as pinned a warning names this many. */
const MOST_FILES_NAMED = 3;

/** Collects what the summary says. */
class Tally {
  readonly steps: StepSummary[] = [];
  readonly checks: CheckSummary[] = [];
  readonly warnings: string[] = [];
  readonly exitCodes: ExitCode[] = [];
  readonly downloads: PlannedDownload[] = [];
  readonly #missing = new Map<string, MissingSource>();
  readonly #files = new Map<string, RunSummary["files"][number]>();
  generation: number | null = null;

  addFiles(pipeline: Pipeline, sources: ReadonlyMap<string, ResolvedSource>, context: RunContext): void {
    const differing: JobFile[] = [];
    for (const source of sources.values()) {
      if (source.kind === "missing") for (const missing of source.missing) this.#addMissing(missing);
      if (source.kind !== "found") continue;
      for (const { job, mirror, pinned } of source.files) {
        if (pinned === "differs" && !this.#files.has(job.path)) differing.push(job);
        this.#files.set(job.path, { path: job.path, mirror, sha256: job.sha256, pinned });
      }
    }
    if (differing.length > MOST_FILES_NAMED) {
      const some = differing.slice(0, MOST_FILES_NAMED).map(({ path }) => path);
      const text = `${differing.length} files are not the pinned ones: ${some.join(", ")}, …`;
      context.warn(`${text} (pipeline ${pipeline.name}; --json lists them all)`);
      return;
    }
    for (const { path, sha256, manifestSha256 } of differing) {
      context.warn(`${path} has sha256 ${sha256}, not the pinned ${manifestSha256} (pipeline ${pipeline.name})`);
    }
  }

  addStep(result: StepResult, summary: StepSummary): void {
    this.steps.push(summary);
    for (const missing of result.missing) this.#addMissing(missing);
    for (const { error, failures = [] } of result.units) {
      if (error !== undefined) this.exitCodes.push(error.exitCode);
      for (const failure of failures) this.exitCodes.push(failure.error.exitCode);
    }
  }

  summary(given: {
    readonly run: string;
    readonly seconds: number;
    readonly interrupted: boolean;
    readonly download: boolean;
  }): RunSummary {
    const exitCode = worstExitCode([...this.exitCodes, ...(given.interrupted ? [EXIT.interrupted] : [])]);
    const missingSources = [...this.#missing.values()];
    return {
      run: given.run,
      ok: exitCode === EXIT.ok,
      exitCode,
      generation: this.generation,
      seconds: given.seconds,
      steps: this.steps,
      checks: this.checks,
      missing: new Set(missingSources.map(({ pipeline, source }) => `${pipeline} ${source}`)).size,
      missingSources,
      dropped: this.steps.reduce((sum, { dropped }) => sum + dropped, 0),
      files: [...this.#files.values()],
      warnings: this.warnings,
      ...(given.download ? { downloads: this.downloads } : {}),
    };
  }

  #addMissing(missing: MissingSource): void {
    this.#missing.set(`${missing.pipeline} ${missing.source} ${missing.pattern}`, missing);
  }
}
