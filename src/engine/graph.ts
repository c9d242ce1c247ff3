import { LoadError, NeurotablesError } from "../base/errors.js";
import type { LoadPartition } from "../loaders/loader.js";
import { LOAD_TABLES, type LoadStep, type Pipeline, qualify, type Step } from "./pipeline.js";
import type { ResolvedFile, ResolvedSource } from "./sources.js";
import type { MissingSource } from "./types.js";

/** The units of a load step, or why it has none. */
export type StepUnits =
  | { readonly kind: "units"; readonly units: readonly LoadUnit[]; readonly missing: readonly MissingSource[] }
  | { readonly kind: "skip"; readonly reason: string; readonly missing: readonly MissingSource[] }
  | { readonly kind: "fail"; readonly error: NeurotablesError; readonly missing: readonly MissingSource[] };

export interface LoadUnit {
  /** "", the path of the one file, or the text that a group of files has in common. */
  readonly partition: string;
  readonly files: readonly ResolvedFile[];
}

/** `dataset.table` → the steps that write it, in file order. */
export function writers(pipeline: Pipeline): Map<string, Step[]> {
  const map = new Map<string, Step[]>();
  for (const step of pipeline.steps) {
    for (const table of step.into) {
      const list = map.get(table);
      if (list === undefined) map.set(table, [step]);
      else list.push(step);
    }
  }
  return map;
}

/** Steps in an order in which each comes after those it reads from (file order where free). The graph has no cycle. */
export function topologicalOrder(pipeline: Pipeline): Step[] {
  const writing = writers(pipeline);
  const order: Step[] = [];
  const seen = new Set<Step>();
  const visit = (step: Step) => {
    if (seen.has(step)) return;
    seen.add(step);
    for (const { table } of step.kind === "load" ? [] : step.from)
      for (const needed of writing.get(table) ?? []) visit(needed);
    order.push(step);
  };
  for (const step of pipeline.steps) visit(step);
  return order;
}

/**
 * The pipeline cut down to one step and what it needs.
 * @throws {NeurotablesError} `usage/no-step`
 */
export function onlyStep(pipeline: Pipeline, name: string): Pipeline {
  const target = pipeline.steps.find((step) => step.name === name);
  if (target === undefined) {
    throw new NeurotablesError("usage/no-step", `${pipeline.name} has no step ${name}`, {
      exitCode: 2,
      fields: { pipeline: pipeline.name, step: name },
      wayOut: `Its steps are ${pipeline.steps.map((step) => step.name).join(", ")}.`,
    });
  }
  const writing = writers(pipeline);
  const kept = new Set<Step>();
  const visit = (step: Step) => {
    if (kept.has(step)) return;
    kept.add(step);
    for (const { table } of step.kind === "load" ? [] : step.from)
      for (const needed of writing.get(table) ?? []) visit(needed);
  };
  visit(target);
  return { ...pipeline, steps: pipeline.steps.filter((step) => kept.has(step)) };
}

/** Pipelines in an order in which each comes after those whose tables it reads (given order where free). */
export function pipelineOrder(pipelines: readonly Pipeline[]): Pipeline[] {
  const owner = new Map<string, Pipeline>();
  for (const pipeline of pipelines)
    for (const step of pipeline.steps) for (const table of step.into) owner.set(table, pipeline);
  const order: Pipeline[] = [];
  const seen = new Set<Pipeline>();
  const visit = (pipeline: Pipeline) => {
    if (seen.has(pipeline)) return;
    seen.add(pipeline);
    for (const needed of pipelines) if (pipeline.needs.includes(needed.name)) visit(needed);
    for (const step of pipeline.steps) {
      for (const { table, external } of step.kind === "load" ? [] : step.from) {
        const needed = external ? owner.get(table) : undefined;
        if (needed !== undefined) visit(needed);
      }
    }
    order.push(pipeline);
  };
  for (const pipeline of pipelines) visit(pipeline);
  return order;
}

/** Cuts a load step into units of work. A source that is missing but optional is left out, and listed. */
export function loadUnits(options: {
  readonly step: LoadStep;
  readonly sources: ReadonlyMap<string, ResolvedSource>;
  readonly mirrors: readonly string[];
}): StepUnits {
  const { step, sources, mirrors } = options;
  const files = new Map<string, ResolvedFile>();
  const missing: MissingSource[] = [];
  for (const name of step.sources) {
    const source = sources.get(name) as ResolvedSource;
    if (source.kind === "refused") return { kind: "fail", error: source.error, missing };
    if (source.kind === "missing") {
      missing.push(...source.missing);
      const required = source.missing.find(({ optional }) => !optional);
      if (required !== undefined) return { kind: "fail", error: missingError(required, source.url, mirrors), missing };
    } else for (const file of source.files) files.set(file.job.path, file);
  }
  if (files.size === 0) {
    const names = [...new Set(missing.map(({ source }) => source))].join(", ");
    return { kind: "skip", reason: `source ${names} is missing (optional)`, missing };
  }
  const ordered = [...files.keys()].sort().map((path) => files.get(path) as ResolvedFile);
  return { kind: "units", units: partitionFiles(step.partition, ordered), missing };
}

function partitionFiles(partition: LoadPartition, files: readonly ResolvedFile[]): LoadUnit[] {
  if (partition === "source") return [{ partition: "", files }];
  if (partition === "file") return files.map((file) => ({ partition: file.job.path, files: [file] }));
  const pattern = new RegExp(partition.group, "u");
  const groups = new Map<string, ResolvedFile[]>();
  for (const file of files) {
    const name = pattern.exec(file.job.path)?.[1] || file.job.path;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [file]);
    else group.push(file);
  }
  return [...groups.keys()].sort().map((name) => ({ partition: name, files: groups.get(name) as ResolvedFile[] }));
}

function missingError(missing: MissingSource, url: string | undefined, mirrors: readonly string[]): LoadError {
  const held = mirrors.length === 0 ? "no sources folder is given" : `none of ${mirrors.join(", ")} holds it`;
  const where = missing.reason ?? held;
  const fetched = missing.downloadable ? "; or fetch it with --download" : "";
  return new LoadError("missing", `source ${missing.source} is missing: ${missing.pattern} (${where})`, {
    fields: { source: missing.source, pattern: missing.pattern, folders: mirrors },
    wayOut: `Name the folder that holds it with --sources${url === undefined ? "" : `; it is published at ${url}`}${fetched}; or mark it optional: true.`,
  });
}

/** Whether equal rows of several load steps are one row: two steps may read the same file. */
export function isDistinct(table: string, pipeline: Pipeline): boolean {
  return table === qualify(LOAD_TABLES[0], pipeline.dataset);
}
