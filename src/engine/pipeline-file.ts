import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { didYouMean } from "../base/diagnostics.js";
import { ConfigError, type Diagnostic, UsageError } from "../base/errors.js";
import { packageRoot } from "../base/package-root.js";
import { ContractCatalogue } from "./contracts.js";
import { knownPipeline, rememberPipeline } from "./known-pipeline.js";
import { ParseCache } from "./parse-cache.js";
import {
  type Check,
  LOAD_TABLES,
  type Pipeline,
  qualify,
  type Source,
  type Step,
  type TableContract,
} from "./pipeline.js";
import { PipelineDocument } from "./pipeline-document.js";
import {
  checkEach,
  checkPorts,
  findImplementation,
  type Implementation,
  outputTables,
  readParameters,
  type TableImplementation,
} from "./pipeline-implementation.js";
import {
  asList,
  checkChecks,
  checkCycles,
  checkWriters,
  entryPath,
  implementationName,
  stepInputs,
  writersOf,
} from "./pipeline-rules.js";
import type { PipelineShape } from "./pipeline-shape.js";
import { builtInRegistry, type Registry } from "./registry.js";
import { jobLimits } from "./resources.js";
import type { Project } from "./types.js";

export interface ReadPipelineOptions {
  readonly project: Pick<Project, "root" | "home">;
  /** Whether the pipelines that these need are read too (default: not). They come with `neededBy`. */
  readonly needs?: boolean;
  /** Dotted path → value, from `--set`: for the pipelines asked for, not for those they need. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly registry?: Registry;
  /** What texts were read before; default: the one in the home folder. */
  readonly cache?: ParseCache;
}

/**
 * Reads pipeline files, each given by path or by name (`celegans-connectome` is looked up in the project's and the
 * package's `pipelines/`), and checks them against implementations and contracts.
 * @throws {UsageError} when there is no such file.
 * @throws {ConfigError} `config/pipeline-invalid` with every fault of every file.
 */
export async function readPipelines(names: readonly string[], options: ReadPipelineOptions): Promise<Pipeline[]> {
  const files = names.map((name) => findPipelineFile(name, options.project.root));
  const faults: Diagnostic[] = [];
  const pipelines: Pipeline[] = [];
  const cache = options.cache ?? new ParseCache(options.project.home);
  const neededBy = new Map<string, string | undefined>(files.map((file) => [file, undefined]));
  for (const [file, owner] of neededBy) {
    const { set, ...rest } = options;
    const own = owner === undefined && set !== undefined ? { set } : {};
    const { pipeline, faults: found } = await parsePipeline(readFileSync(file, "utf8"), file, {
      ...rest,
      ...own,
      cache,
    });
    faults.push(...found);
    if (pipeline === undefined) continue;
    pipelines.push(owner === undefined ? pipeline : { ...pipeline, neededBy: owner });
    for (const name of options.needs ? pipeline.needs : []) {
      const needed = findPipelineFile(name, options.project.root);
      if (!neededBy.has(needed)) neededBy.set(needed, pipeline.name);
    }
  }
  throwFaults(faults);
  cache.save();
  const writers = new Map<string, string>();
  for (const pipeline of pipelines) {
    for (const table of pipeline.steps.flatMap((step) => step.into)) {
      const other = writers.get(table);
      if (other !== undefined && other !== pipeline.name) {
        throw new ConfigError(
          "two-writers",
          `${table} is written by two pipelines: ${other} and ${pipeline.name}`,
          [],
          {
            fields: { table, pipelines: [other, pipeline.name] },
          },
        );
      }
      writers.set(table, pipeline.name);
    }
  }
  return pipelines;
}

/**
 * Absolute path of a pipeline given by path or by name: `NAME.yaml` of the project's `pipelines/`, of the project's
 * folder itself, or of the package's `pipelines/`.
 * @throws {UsageError} `usage/no-pipeline`
 */
export function findPipelineFile(name: string, root: string): string {
  const folders = [join(root, "pipelines"), join(packageRoot(), "pipelines")];
  const named = [folders[0], root, folders[1]].map((folder) => join(folder as string, `${name}.yaml`));
  const candidates = [resolve(name), resolve(root, name), ...named];
  const found = candidates.find((path) => existsSync(path) && statSync(path).isFile());
  if (found !== undefined) return found;
  const known = listPipelineFiles(root).map((path) => basename(path, ".yaml"));
  throw new UsageError("no-pipeline", `there is no pipeline ${name}`, {
    fields: { pipeline: name, known },
    wayOut:
      didYouMean(basename(name).replace(/\.ya?ml$/, ""), known) ??
      (known.length === 0 ? `Neither ${folders.join(" nor ")} has one.` : `There are ${known.join(", ")}.`),
  });
}

/** Pipeline files of the project, then those of the package that it does not have. */
export function listPipelineFiles(root: string): string[] {
  const byName = new Map<string, string>();
  for (const folder of [join(root, "pipelines"), join(packageRoot(), "pipelines")]) {
    if (!existsSync(folder)) continue;
    for (const file of readdirSync(folder).sort()) {
      if (file.endsWith(".yaml") && !byName.has(file)) byName.set(file, join(folder, file));
    }
  }
  return [...byName.values()];
}

/** Reads the text of a pipeline file. Never throws for its faults. */
export async function parsePipeline(
  text: string,
  file: string,
  options: ReadPipelineOptions,
): Promise<{ readonly pipeline?: Pipeline; readonly faults: readonly Diagnostic[] }> {
  const { cache, registry } = options;
  const catalogue = new ContractCatalogue({
    root: options.project.root,
    derived: join(options.project.home, ".contracts"),
    ...(cache === undefined ? {} : { cache }),
  });
  const plain = registry === undefined && Object.keys(options.set ?? {}).length === 0;
  const memory = cache === undefined || !plain ? undefined : { cache, catalogue, text, file };
  const known = memory && (await knownPipeline(memory));
  if (known !== undefined) return { pipeline: known, faults: [] };
  const document = await PipelineDocument.open(text, file, cache);
  for (const [path, value] of Object.entries(options.set ?? {})) {
    if (!document.set(path.split("."), value))
      document.fault(path.split("."), `--set ${path}: there is nothing at this path`);
  }
  const { readShape } = await import("./pipeline-shape.js");
  const shape = readShape(document);
  if (shape === undefined) return { faults: await document.faults() };
  const pipeline = await resolvePipeline(document, shape, { ...options, catalogue });
  if (document.faultCount > 0 || pipeline === undefined) return { faults: await document.faults() };
  if (memory !== undefined) rememberPipeline(memory, pipeline);
  return { pipeline, faults: [] };
}

async function resolvePipeline(
  document: PipelineDocument,
  shape: PipelineShape,
  options: ReadPipelineOptions & { readonly catalogue: ContractCatalogue },
): Promise<Pipeline | undefined> {
  const { catalogue } = options;
  const { dataset, pipeline: name } = shape.head;
  // Without a dataset the tables have no names, but implementations and parameters can be checked all the same.
  const scope = dataset ?? "dataset";
  const writers = writersOf(shape, scope);
  const incomplete = shape.steps.length < shape.stepNames.length;
  const contracts = dataset === undefined ? new Map() : await readContracts(document, shape, scope, catalogue);
  checkWriters(document, shape, scope, contracts);
  checkSources(document, shape);
  checkNeeds(document, shape, options.project.root);
  const steps: Step[] = [];
  const needs = new Map<string, string[]>();
  for (const step of shape.steps) {
    const implementation = await findImplementation(document, step, options.registry ?? builtInRegistry);
    let parameterTexts: Record<string, string> = {};
    if (implementation !== undefined) {
      checkPorts(document, step, implementation, scope);
      parameterTexts = readParameters(document, step, implementation);
    }
    const reads =
      implementation === undefined || implementation.kind === "load" ? undefined : implementation.value.inputs;
    const from = step.kind === "load" ? [] : stepInputs({ document, step, dataset: scope, writers, incomplete, reads });
    needs.set(step.name, [...new Set(from.flatMap(({ table }) => writers.get(table) ?? []))]);
    if (implementation === undefined) continue;
    const common = {
      name: step.name,
      implementation: implementationName(step),
      ...(implementation.module === undefined ? {} : { module: implementation.module }),
      into: outputTables(step, scope),
      parameters: step.with ?? {},
      parameterTexts,
      limits: jobLimits(step.resources),
    };
    if (step.kind === "load") {
      const { partition, independent } = (implementation as Extract<Implementation, { kind: "load" }>).value;
      steps.push({
        ...common,
        kind: "load",
        sources: asList(step.source),
        partition,
        independent: independent === true,
      });
    } else {
      const each = (implementation as TableImplementation).value.each ?? [];
      checkEach({ document, step, from, each });
      const usesDevice = implementation.kind === "stage" && implementation.value.usesDevice === true;
      steps.push({ ...common, kind: step.kind, from, each, usesDevice });
    }
  }
  checkCycles(document, needs);
  checkChecks(document, shape, scope, new Set(writers.keys()));
  if (document.faultCount > 0 || dataset === undefined || name === undefined) return undefined;
  return {
    file: document.file,
    name,
    title: shape.head.title ?? name,
    description: shape.head.description ?? "",
    dataset,
    needs: shape.head.needs ?? [],
    ...(shape.head.schedule === undefined
      ? {}
      : { schedule: { cron: shape.head.schedule.cron, zone: shape.head.schedule.zone ?? "UTC" } }),
    sources: new Map([...shape.sources].map(([key, source]) => [key, asSource(key, source)])),
    steps,
    checks: shape.checks.map(asCheck),
    contracts,
    warnings: warningsOf(document, shape, name),
    changed: Object.keys(options.set ?? {}).length > 0,
  };
}

/** Contracts of all tables written or read; a table without one is a fault at its name. */
async function readContracts(
  document: PipelineDocument,
  shape: PipelineShape,
  dataset: string,
  catalogue: ContractCatalogue,
): Promise<Map<string, TableContract>> {
  const contracts = new Map<string, TableContract>();
  const invalid = new Set<string>();
  const read = async (table: string, path: readonly PropertyKey[]) => {
    if (contracts.has(table)) return;
    const file = catalogue.find(table);
    if (file === undefined) {
      document.fault(path, `${table} has no contract`, {
        hint: didYouMean(table, catalogue.names()) ?? `declare it in schemas/${table.replace(".", "/")}.yaml`,
      });
      return;
    }
    try {
      contracts.set(table, { path: file, contract: await catalogue.read(file) });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (!invalid.has(file)) document.fault(path, `the contract of ${table} is invalid: ${error.message}`);
      invalid.add(file);
    }
  };
  for (const step of shape.steps) {
    for (const [index, table] of asList(step.into).entries()) {
      await read(qualify(table, dataset), entryPath(["steps", step.name, "into"], step.into, index));
    }
    for (const table of step.kind === "load" ? LOAD_TABLES : []) {
      await read(qualify(table, dataset), ["steps", step.name, "load"]);
    }
  }
  const writers = writersOf(shape, dataset);
  for (const step of shape.steps) {
    if (step.kind === "load") continue;
    for (const [index, table] of asList(step.from).entries()) {
      if (writers.has(qualify(table, dataset)) || !table.includes(".")) continue;
      await read(qualify(table, dataset), entryPath(["steps", step.name, "from"], step.from, index));
    }
  }
  return contracts;
}

function checkNeeds(document: PipelineDocument, shape: PipelineShape, root: string): void {
  for (const [index, name] of (shape.head.needs ?? []).entries()) {
    const known = listPipelineFiles(root).map((path) => basename(path, ".yaml"));
    if (known.includes(name) && name !== shape.head.pipeline) continue;
    const what = name === shape.head.pipeline ? "a pipeline cannot need itself" : `there is no pipeline "${name}"`;
    document.fault(["needs", index], what, { hint: didYouMean(name, known) });
  }
}

function checkSources(document: PipelineDocument, shape: PipelineShape): void {
  for (const step of shape.steps) {
    if (step.kind !== "load") continue;
    for (const [index, source] of asList(step.source).entries()) {
      if (shape.sourceNames.includes(source)) continue;
      document.fault(entryPath(["steps", step.name, "source"], step.source, index), `there is no source "${source}"`, {
        hint: didYouMean(source, shape.sourceNames),
      });
    }
  }
  for (const [name, source] of shape.sources) {
    for (const [index, pattern] of asList(source.files).entries()) {
      if (!/^[/\\]|^[A-Za-z]:|(^|\/)\.\.?(\/|$)|\0|\\/.test(pattern)) continue;
      document.fault(
        entryPath(["sources", name, "files"], source.files, index),
        `${JSON.stringify(pattern)} is no path below a mirror folder`,
        {
          hint: "write it relative, with /, without . and ..",
        },
      );
    }
  }
}

function asSource(
  name: string,
  shape: PipelineShape["sources"] extends ReadonlyMap<string, infer S> ? S : never,
): Source {
  const { files, optional, ...pins } = shape;
  const given = Object.fromEntries(Object.entries(pins).filter(([, value]) => value !== undefined));
  return { name, patterns: asList(files), optional: optional ?? false, ...given };
}

function asCheck(check: PipelineShape["checks"][number]): Check {
  const needs = check.needs ?? [];
  if (check.kind === "equal") {
    const name = check.name ?? `${check.equal[0]} equals ${check.equal[1]}`;
    return { name, needs, rule: { kind: "equal", sides: check.equal, on: check.on } };
  }
  if (check.kind === "none") {
    return { name: check.name ?? `check ${check.index + 1}`, needs, rule: { kind: "none", sql: check.none } };
  }
  return {
    name: check.name ?? `${check.unique} has unique keys`,
    needs,
    rule: { kind: "unique", table: check.unique },
  };
}

function warningsOf(document: PipelineDocument, shape: PipelineShape, name: string): string[] {
  const warnings: string[] = [];
  const used = new Set(shape.steps.flatMap((step) => (step.kind === "load" ? asList(step.source) : [])));
  for (const source of shape.sourceNames) {
    if (!used.has(source)) warnings.push(`${document.file}: no step reads the source ${source}`);
  }
  if (basename(document.file).replace(/\.ya?ml$/, "") !== name) {
    warnings.push(`${document.file}: the file is not called after its pipeline, ${name}`);
  }
  return warnings;
}

function throwFaults(faults: readonly Diagnostic[]): void {
  const first = faults[0];
  if (first === undefined) return;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
  throw new ConfigError(
    "pipeline-invalid",
    `${first.file}:${first.line}:${first.column}: ${first.message}${first.hint === undefined ? "" : `; ${first.hint}`}${more}`,
    faults,
    { fields: { file: first.file, line: first.line, column: first.column, faults: faults.length } },
  );
}
