import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { Loader } from "../../../src/loaders/loader.js";
import type { SampleFile } from "../../../src/sample-data/sample-sources.js";
import { buildBatch } from "../../../src/tables/batch-builder.js";
import type { Row } from "../../../src/tables/contract.js";
import { readContract } from "../../../src/tables/contract-file.js";
import { type LoadTrace, memoryLoadContext } from "../../support/memory-tables.js";
import { repositoryRoot } from "../../support/real-data.js";
import { account, describeSource } from "../connectome/load-in-memory.js";

/**
 * Runs a loader on one file under a path of the mirror. Checks that its rows obey the contracts and that what it read is
 * what it carried and dropped.
 */
export async function loadMatlab<P>(
  loader: Loader<P>,
  { path, bytes }: SampleFile,
  parameters: Record<string, unknown>,
): Promise<LoadTrace> {
  const folder = mkdtempSync(join(tmpdir(), "neurotables-matlab-"));
  try {
    const absolutePath = join(folder, "file.mat");
    writeFileSync(absolutePath, bytes);
    const { context, trace } = memoryLoadContext(
      [describeSource(path, absolutePath)],
      loader.parameters.parse(parameters),
    );
    await loader.load(context);
    for (const [table, rows] of Object.entries(trace.rows)) {
      expect(loader.outputs).toContain(table);
      await obeyContract(table, rows);
    }
    const { read, carried, dropped } = account(trace, path);
    expect(carried + dropped, path).toBe(read);
    return trace;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function obeyContract(table: string, rows: readonly Row[]): Promise<void> {
  const contract = await readContract(join(repositoryRoot, `schemas/celegans_activity/${table}.yaml`));
  buildBatch(contract, rows);
  const keys = new Set(rows.map((row) => contract.key.map((column) => String(row[column])).join("\n")));
  expect(keys.size, `keys of ${table}`).toBe(rows.length);
}

/** Chosen columns of a table, one text per row. */
export function show(trace: LoadTrace, table: string, columns: readonly string[]): string[] {
  return (trace.rows[table] ?? []).map((row) => columns.map((column) => String(row[column] ?? "-")).join(" "));
}

/** What was dropped: item, reason and how many records. */
export function dropsOf(trace: LoadTrace): string[] {
  return trace.drops.map(({ item, reason, count = 1 }) => `${item}: ${reason} ${count}`);
}

/** The JSON text of `extra`. */
export function extraOf(row: Row | undefined): unknown {
  return JSON.parse(String(row?.extra ?? "{}"));
}
