import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { Loader, SourceFile } from "../../../src/loaders/loader.js";
import { buildBatch } from "../../../src/tables/batch-builder.js";
import type { Row } from "../../../src/tables/contract.js";
import { readContract } from "../../../src/tables/contract-file.js";
import { type LoadTrace, memoryLoadContext } from "../../support/memory-tables.js";
import { repositoryRoot } from "../../support/real-data.js";
import { account, describeSource } from "../connectome/load-in-memory.js";

/**
 * Runs a loader on one file of a test, checks its rows against the contracts, and that what it read is what it carried
 * and dropped.
 */
export async function loadBytes<P>(
  loader: Loader<P>,
  path: string,
  content: string | Uint8Array,
  parameters: Record<string, unknown>,
): Promise<LoadTrace> {
  const folder = mkdtempSync(join(tmpdir(), "neurotables-loader-"));
  try {
    const absolutePath = join(folder, "file");
    writeFileSync(absolutePath, content);
    return await loadSource(loader, describeSource(path, absolutePath), parameters);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function loadSource<P>(
  loader: Loader<P>,
  file: SourceFile,
  parameters: Record<string, unknown>,
): Promise<LoadTrace> {
  const { context, trace } = memoryLoadContext([file], loader.parameters.parse(parameters));
  await loader.load(context);
  for (const [table, rows] of Object.entries(trace.rows)) {
    expect(loader.outputs).toContain(table);
    await obeyContract(table, rows);
  }
  const { read, carried, dropped } = account(trace, file.path);
  expect(carried + dropped, file.path).toBe(read);
  return trace;
}

async function obeyContract(table: string, rows: readonly Row[]): Promise<void> {
  const contract = await readContract(join(repositoryRoot, `schemas/celegans_activity/${table}.yaml`));
  buildBatch(contract, rows);
  const keys = new Set(rows.map((row) => contract.key.map((column) => String(row[column])).join("\n")));
  expect(keys.size, `keys of ${table}`).toBe(rows.length);
}

/** The rows of a table. */
export function rowsOf(trace: LoadTrace, table: string): readonly Row[] {
  return trace.rows[table] ?? [];
}

/** The JSON text of a row's `extra`. */
export function extraOf(row: Row | undefined): Record<string, unknown> {
  return JSON.parse(String(row?.extra ?? "{}")) as Record<string, unknown>;
}
