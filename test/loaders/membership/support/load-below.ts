import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { sha256 } from "../../../../src/base/hash.js";
import { DEFAULT_LIMITS, type Limits } from "../../../../src/base/limits.js";
import type { Loader, SourceFile } from "../../../../src/loaders/loader.js";
import { buildBatch } from "../../../../src/tables/batch-builder.js";
import { readContract } from "../../../../src/tables/contract-file.js";
import { type LoadTrace, memoryLoadContext } from "../../../support/memory-tables.js";
import { repositoryRoot } from "../../../support/real-data.js";

/** Files by their paths in the mirror. */
export type Files = Readonly<Record<string, Uint8Array | string>>;

interface Options {
  readonly parameters?: Record<string, unknown>;
  readonly limits?: Partial<Limits>;
}

/** Runs a loader on files of one partition; what it writes must obey its contracts, and what it reads must be accounted for. */
export async function loadFiles<P>(loader: Loader<P>, files: Files, options: Options = {}): Promise<LoadTrace> {
  const folder = mkdtempSync(join(tmpdir(), "neurotables-membership-"));
  try {
    const sources = Object.entries(files).map(([path, content]) => {
      const absolutePath = join(folder, path);
      mkdirSync(dirname(absolutePath), { recursive: true });
      writeFileSync(absolutePath, content);
      return sourceFile(path, absolutePath);
    });
    return await loadSources(loader, sources, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function sourceFile(path: string, absolutePath: string): SourceFile {
  const bytes = readFileSync(absolutePath);
  return { path, absolutePath, bytes: bytes.length, sha256: sha256(bytes), sourceId: sha256(path).slice(0, 32) };
}

export async function loadSources<P>(
  loader: Loader<P>,
  sources: readonly SourceFile[],
  { parameters = {}, limits = {} }: Options = {},
): Promise<LoadTrace> {
  const { context, trace } = memoryLoadContext(sources, loader.parameters.parse(parameters));
  await loader.load({ ...context, limits: { ...DEFAULT_LIMITS, ...limits } });
  for (const [table, rows] of Object.entries(trace.rows)) {
    buildBatch(await readContract(join(repositoryRoot, `schemas/membership/${table}.yaml`)), rows);
  }
  for (const { path } of sources) {
    const dropped = trace.drops.filter(({ file }) => file.path === path).reduce((sum, { count = 1 }) => sum + count, 0);
    const [read, carried] = [trace.read[path] ?? 0, trace.carried[path] ?? 0];
    if (carried + dropped !== read) throw new Error(`${path}: read ${read}, carried ${carried}, dropped ${dropped}`);
  }
  return trace;
}

/** What a loader refuses a file with. */
export async function refusal<P>(loader: Loader<P>, files: Files, options: Options = {}) {
  const thrown: unknown = await loadFiles(loader, files, options).then(
    () => undefined,
    (error: unknown) => error,
  );
  const error = thrown as { tag?: string; message?: string; fields?: Record<string, unknown> } | undefined;
  if (error?.tag === undefined) throw new Error("no tagged error", { cause: thrown });
  return { tag: error.tag, message: error.message ?? "", fields: error.fields ?? {} };
}
