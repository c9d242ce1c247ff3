import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Limits } from "../../src/base/limits.js";
import type { Loader, SourceFile } from "../../src/loaders/loader.js";
import { loaderCatalogue } from "../../src/loaders/loader-catalogue.js";
import { buildBatch } from "../../src/tables/batch-builder.js";
import type { Contract } from "../../src/tables/contract.js";
import { readContract } from "../../src/tables/contract-file.js";
import { memoryLoadContext } from "../support/memory-tables.js";
import { repositoryRoot } from "../support/real-data.js";

/** Files of one partition by their paths in the mirror. */
export type LoaderFiles = Readonly<Record<string, Uint8Array>>;

const contracts = new Map<string, Promise<Contract>>();

function contractOf(table: string): Promise<Contract> {
  const known = contracts.get(table);
  if (known !== undefined) return known;
  const contract = readContract(join(repositoryRoot, `schemas/celegans_activity/${table}.yaml`));
  contracts.set(table, contract);
  return contract;
}

/**
 * Runs a loader of the catalogue on files, as a fuzz target does: what it writes must obey the contracts (or be refused
 * with a tagged error), and what it read must be what it carried and dropped, file by file.
 */
export async function runLoader(
  name: string,
  parameters: Record<string, unknown>,
  files: LoaderFiles,
  limits: Limits,
): Promise<void> {
  const loader = (await loaderCatalogue[name]?.()) as Loader;
  const folder = join(tmpdir(), `neurotables-fuzz-${process.pid}`);
  const sources = Object.entries(files).map(([path, bytes]): SourceFile => {
    const absolutePath = join(folder, name, path);
    mkdirSync(dirname(absolutePath), { recursive: true });
    writeFileSync(absolutePath, bytes);
    return { path, absolutePath, bytes: bytes.length, sha256: "0".repeat(64), sourceId: path };
  });
  const { context, trace } = memoryLoadContext(sources, loader.parameters.parse(parameters));
  await loader.load({ ...context, limits });
  for (const [table, rows] of Object.entries(trace.rows)) buildBatch(await contractOf(table), rows);
  for (const { path } of sources) {
    const dropped = trace.drops.filter(({ file }) => file.path === path).reduce((sum, { count = 1 }) => sum + count, 0);
    const [read, carried] = [trace.read[path] ?? 0, trace.carried[path] ?? 0];
    if (carried + dropped !== read) throw new Error(`${path}: read ${read}, carried ${carried}, dropped ${dropped}`);
  }
}

/** Several files in one input: a form feed stands between two of them. */
export function unbundle(bytes: Uint8Array, paths: readonly string[]): LoaderFiles {
  const files: Record<string, Uint8Array> = {};
  let from = 0;
  for (const path of paths) {
    if (from > bytes.length) break;
    const end = bytes.indexOf(0x0c, from);
    files[path] = bytes.subarray(from, end < 0 ? bytes.length : end);
    from = (end < 0 ? bytes.length : end) + 1;
  }
  return files;
}
