import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import type { Loader, SourceFile } from "../../../src/loaders/loader.js";
import type { SampleFile } from "../../../src/sample-data/sample-sources.js";
import { buildBatch } from "../../../src/tables/batch-builder.js";
import type { Row } from "../../../src/tables/contract.js";
import { readContract } from "../../../src/tables/contract-file.js";
import { type LoadTrace, memoryLoadContext } from "../../support/memory-tables.js";
import { repositoryRoot } from "../../support/real-data.js";
import { account, describeSource } from "../connectome/load-in-memory.js";

export interface RecordingTrace extends LoadTrace {
  readonly warnings: readonly string[];
}

/** Runs a loader on one partition of sample files under their mirror paths. */
export async function loadRecording<P>(
  loader: Loader<P>,
  files: readonly SampleFile[],
  parameters: Record<string, unknown> = {},
): Promise<RecordingTrace> {
  const folder = mkdtempSync(join(tmpdir(), "neurotables-recording-"));
  try {
    const sources = files.map(({ path, bytes }) => {
      const absolutePath = join(folder, ...path.split("/"));
      mkdirSync(dirname(absolutePath), { recursive: true });
      writeFileSync(absolutePath, bytes);
      return describeSource(path, absolutePath);
    });
    return await loadRecordingSources(loader, sources, parameters);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Rows must obey their contracts; per file, read = carried + dropped; carried are the rows. */
export async function loadRecordingSources<P>(
  loader: Loader<P>,
  sources: readonly SourceFile[],
  parameters: Record<string, unknown>,
): Promise<RecordingTrace> {
  const { context, trace } = memoryLoadContext(sources, loader.parameters.parse(parameters));
  const warnings: string[] = [];
  await loader.load({ ...context, log: { ...context.log, warn: (message) => void warnings.push(message) } });
  let rowCount = 0;
  for (const [table, rows] of Object.entries(trace.rows)) {
    expect(loader.outputs).toContain(table);
    await obeyContract(table, rows);
    rowCount += rows.length;
  }
  let total = 0;
  for (const { path } of sources) {
    const { read, carried, dropped } = account(trace, path);
    expect(carried + dropped, path).toBe(read);
    total += carried;
  }
  expect(total).toBe(rowCount);
  return { ...trace, warnings };
}

async function obeyContract(table: string, rows: readonly Row[]): Promise<void> {
  const contract = await readContract(join(repositoryRoot, `schemas/celegans_activity/${table}.yaml`));
  buildBatch(contract, rows);
  const keys = new Set(rows.map((row) => contract.key.map((column) => String(row[column])).join("\n")));
  expect(keys.size, `keys of ${table}`).toBe(rows.length);
}

/** What was dropped, `item: reason`. */
export function drops(trace: LoadTrace): string[] {
  return trace.drops.map(({ item, reason }) => `${item}: ${reason}`);
}

export function column(trace: LoadTrace, table: string, name: string): unknown[] {
  return (trace.rows[table] ?? []).map((row) => row[name] ?? null);
}

/** The values of the trace of an ROI. */
export function traceOf(trace: LoadTrace, roi: number, kind?: string): Float64Array {
  const rows = trace.rows.source_trace ?? [];
  const row = rows.find((each) => each.roi === roi && (kind === undefined || each.kind === kind));
  return row?.values as Float64Array;
}

/** Bytes of text. */
export function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}
