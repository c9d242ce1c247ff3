import { mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadSample } from "../../../../src/loaders/fisbe/load-sample.js";
import { sample } from "../../../../src/loaders/fisbe/sample.js";
import type { SourceFile } from "../../../../src/loaders/loader.js";
import type { Row } from "../../../../src/tables/contract.js";
import { type LoadTrace, memoryLoadContext } from "../../../support/memory-tables.js";

/** Writes files, and links, below a folder. */
export function writeBelow(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
  links: Readonly<Record<string, string>> = {},
): void {
  const place = (path: string) => {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    return target;
  };
  for (const [path, bytes] of Object.entries(files)) writeFileSync(place(path), bytes);
  for (const [path, target] of Object.entries(links)) symlinkSync(target, place(path));
}

/** What a source of the pipeline finds among files: each store once. */
export function sourcePaths(files: Readonly<Record<string, Uint8Array>>): string[] {
  const paths = Object.keys(files).filter((path) => path.startsWith("fisbe/"));
  return [...new Set(paths.map((path) => /^.*?\.zarr(?=\/)/.exec(path)?.[0] ?? path))].sort();
}

/** Loads sources below a folder as one sample. */
export async function loadBelow(folder: string, paths: readonly string[], parameters: object = {}): Promise<LoadTrace> {
  const files = paths.map((path): SourceFile => {
    const absolutePath = join(folder, path);
    return { path, absolutePath, bytes: statSync(absolutePath).size, sha256: "0".repeat(64), sourceId: path };
  });
  const { context, trace } = memoryLoadContext(files, sample.parameters.parse({ data: true, ...parameters }));
  await loadSample(context);
  return trace;
}

/** Rows as texts, `table column=value …`; bytes are left out, lists and structs are JSON. */
export function rowTexts(rows: LoadTrace["rows"]): string[] {
  return Object.entries(rows).flatMap(([table, of]) => of.map((row) => `${table} ${rowText(row)}`));
}

function rowText(row: Row): string {
  return Object.entries(row)
    .filter(([column, value]) => !column.startsWith("mip_") && !(value instanceof Uint8Array))
    .filter(([column]) => column !== "sample_id" && column !== "mip")
    .map(([column, value]) => `${column}=${typeof value === "object" ? JSON.stringify(value) : String(value)} `)
    .join("");
}
