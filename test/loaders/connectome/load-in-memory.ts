import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../../src/base/hash.js";
import type { Loader, SourceFile } from "../../../src/loaders/loader.js";
import { buildBatch } from "../../../src/tables/batch-builder.js";
import type { Row } from "../../../src/tables/contract.js";
import { readContract } from "../../../src/tables/contract-file.js";
import { type LoadTrace, memoryLoadContext } from "../../support/memory-tables.js";
import { repositoryRoot } from "../../support/real-data.js";

/** A file of a test: its name and its content. */
export interface TestFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** Runs a loader on files made by the test. Parameters are parsed as the engine parses them. */
export async function loadFiles<P>(
  loader: Loader<P>,
  files: readonly TestFile[],
  parameters: Record<string, unknown> = {},
): Promise<LoadTrace> {
  const folder = mkdtempSync(join(tmpdir(), "neurotables-loader-"));
  try {
    const sources = files.map(({ name, content }): SourceFile => {
      const absolutePath = join(folder, name);
      writeFileSync(absolutePath, content);
      return describeSource(`celegans/${name}`, absolutePath);
    });
    return await loadSources(loader, sources, parameters);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Runs a loader on files that exist. What it writes must obey the contracts of its outputs, and what it drops that of
 * `dropped_record`.
 */
export async function loadSources<P>(
  loader: Loader<P>,
  files: readonly SourceFile[],
  parameters: Record<string, unknown> = {},
): Promise<LoadTrace> {
  const { context, trace } = memoryLoadContext(files, loader.parameters.parse(parameters));
  await loader.load(context);
  for (const [table, rows] of Object.entries(trace.rows)) {
    if (!loader.outputs.includes(table))
      throw new Error(`${loader.name} writes ${table}, which is none of its outputs`);
    await obeyContract(table, rows);
  }
  const drops = trace.drops.map(({ file, scope, item, reason, rule, detail, count = 1 }, index) => ({
    source_id: file.sourceId,
    step: "test",
    drop_index: index,
    scope,
    item,
    reason,
    rule,
    detail: detail ?? null,
    records: count,
  }));
  await obeyContract("dropped_record", drops);
  return trace;
}

async function obeyContract(table: string, rows: readonly Row[]): Promise<void> {
  const contract = await readContract(join(repositoryRoot, `schemas/celegans_connectome/${table}.yaml`));
  buildBatch(contract, rows);
  const keys = new Set(rows.map((row) => contract.key.map((column) => String(row[column])).join("\n")));
  if (keys.size !== rows.length) throw new Error(`${table}: ${rows.length} rows, but ${keys.size} keys`);
}

export function describeSource(path: string, absolutePath: string): SourceFile {
  return {
    path,
    absolutePath,
    bytes: statSync(absolutePath).size,
    sha256: sha256(readFileSync(absolutePath)),
    sourceId: sha256(`celegans_connectome\n${path}`).slice(0, 32),
  };
}

/** Records read, carried and dropped of one file; carried + dropped should equal read. */
export function account(trace: LoadTrace, path: string): { read: number; carried: number; dropped: number } {
  const drops = trace.drops.filter((drop) => drop.file.path === path);
  return {
    read: trace.read[path] ?? 0,
    carried: trace.carried[path] ?? 0,
    dropped: drops.reduce((sum, drop) => sum + (drop.count ?? 1), 0),
  };
}

/** How many records were dropped for each reason. */
export function dropReasons(trace: LoadTrace): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { reason, count = 1 } of trace.drops) reasons[reason] = (reasons[reason] ?? 0) + count;
  return reasons;
}
