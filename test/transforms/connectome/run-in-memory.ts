import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { sha256 } from "../../../src/base/hash.js";
import { findFiles } from "../../../src/engine/glob.js";
import type { Loader, SourceFile } from "../../../src/loaders/loader.js";
import { loaderCatalogue } from "../../../src/loaders/loader-catalogue.js";
import { buildBatch } from "../../../src/tables/batch-builder.js";
import type { Contract, Row } from "../../../src/tables/contract.js";
import { readContract } from "../../../src/tables/contract-file.js";
import { transformCatalogue } from "../../../src/transforms/transform-catalogue.js";
import { memoryLoadContext, memoryTransformContext } from "../../support/memory-tables.js";
import { repositoryRoot } from "../../support/real-data.js";

interface PipelineSketch {
  readonly dataset: string;
  readonly sources: Readonly<Record<string, { readonly files: string | readonly string[] }>>;
  readonly steps: Readonly<Record<string, StepSketch>>;
}

interface StepSketch {
  readonly load?: string;
  readonly transform?: string;
  readonly source?: string;
  readonly from?: string | readonly string[];
  readonly into: string | readonly string[];
  readonly with?: Record<string, unknown>;
}

export type Tables = Record<string, Row[]>;

/**
 * Runs the steps of a pipeline file on a mirror folder, in memory and in one process, with every row of the transforms
 * checked against its contract: what the engine does, without the engine.
 */
export async function runInMemory(options: { readonly pipeline: string; readonly mirror: string }): Promise<Tables> {
  const text = readFileSync(join(repositoryRoot, "pipelines", options.pipeline), "utf8");
  const pipeline = parse(text) as PipelineSketch;
  const tables: Tables = { source_file: [], file_count: [], dropped_record: [] };
  const waiting = new Map(Object.entries(pipeline.steps));
  for (const [name, step] of Object.entries(pipeline.steps)) {
    for (const table of list(step.into)) tables[table] ??= [];
    if (step.load === undefined) continue;
    waiting.delete(name);
    await runLoad({ name, step, pipeline, mirror: options.mirror, tables });
  }
  while (waiting.size > 0) {
    const pending = new Set([...waiting.values()].flatMap((step) => list(step.into)));
    const ready = [...waiting].find(([, step]) => list(step.from ?? []).every((table) => !pending.has(table)));
    if (ready === undefined) throw new Error(`steps wait for each other: ${[...waiting.keys()].join(", ")}`);
    waiting.delete(ready[0]);
    await runTransform(ready[1], tables, pipeline.dataset);
  }
  return tables;
}

async function runLoad(options: {
  readonly name: string;
  readonly step: StepSketch;
  readonly pipeline: PipelineSketch;
  readonly mirror: string;
  readonly tables: Tables;
}): Promise<void> {
  const { name, step, pipeline, mirror, tables } = options;
  const source = pipeline.sources[step.source as string];
  const paths = list(source?.files ?? []).flatMap((pattern) => findFiles(mirror, pattern));
  if (paths.length < list(source?.files ?? []).length) return;
  const files = paths.map((path) => describeFile(pipeline.dataset, mirror, path));
  const loader = await (loaderCatalogue[step.load as string] as () => Promise<Loader>)();
  for (const part of loader.partition === "file" ? files.map((file) => [file]) : [files]) {
    const { context, trace } = memoryLoadContext(part, loader.parameters.parse(step.with ?? {}));
    await loader.load(context);
    for (const [table, rows] of Object.entries(trace.rows)) tables[table] = [...(tables[table] ?? []), ...rows];
    const drops = trace.drops.map((drop, index) => ({
      source_id: drop.file.sourceId,
      step: name,
      drop_index: index,
      scope: drop.scope,
      item: drop.item,
      reason: drop.reason,
      rule: drop.rule,
      detail: drop.detail ?? null,
      records: BigInt(drop.count ?? 1),
    }));
    tables.dropped_record?.push(...drops);
    for (const file of part) {
      const own = drops.filter((drop) => drop.source_id === file.sourceId);
      tables.file_count?.push({
        source_id: file.sourceId,
        step: name,
        read: BigInt(trace.read[file.path] ?? 0),
        carried: BigInt(trace.carried[file.path] ?? 0),
        dropped: own.reduce((sum, drop) => sum + drop.records, 0n),
      });
      if (tables.source_file?.some((row) => row.source_id === file.sourceId) === false) {
        tables.source_file.push({ source_id: file.sourceId, path: file.path });
      }
    }
  }
}

async function runTransform(step: StepSketch, tables: Tables, dataset: string): Promise<void> {
  const transform = await transformCatalogue[step.transform as string]?.();
  if (transform === undefined) throw new Error(`no transform ${step.transform}`);
  const inputs = Object.fromEntries(list(step.from ?? []).map((table) => [table, tables[table] ?? []]));
  const { context, rows } = memoryTransformContext(inputs, transform.parameters.parse(step.with ?? {}));
  await transform.run(context);
  for (const table of transform.outputs) {
    buildBatch(await contractOf(dataset, table), rows[table] ?? []);
    tables[table] = rows[table] ?? [];
  }
}

/** The contract of a table of the package. */
export async function contractOf(dataset: string, table: string): Promise<Contract> {
  return await readContract(join(repositoryRoot, "schemas", dataset, `${table}.yaml`));
}

function describeFile(dataset: string, mirror: string, path: string): SourceFile {
  const absolutePath = join(mirror, path);
  const bytes = readFileSync(absolutePath);
  const sourceId = sha256(`${dataset}\n${path}`).slice(0, 32);
  return { path, absolutePath, bytes: bytes.length, sha256: sha256(bytes), sourceId };
}

function list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}
