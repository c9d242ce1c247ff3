import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "./support/real-data.js";

/** Folders of src in import order: a file may import from its own folder and from those before it. */
const LAYERS = [
  "base",
  "formats",
  "compute",
  "tables",
  "loaders",
  "transforms",
  "stages",
  "sample-data",
  "store",
  "engine",
  "executors",
  "publish",
  "sql",
  "plots",
  "explorer",
  "cli",
] as const;

const src = join(repositoryRoot, "src");

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)["']([^"']+)["']/g;

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}

interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** Imports that run back up the list of layers, given the text of each file by its path below src. */
function backwardArrows(files: ReadonlyMap<string, string>): Arrow[] {
  const layerOf = (path: string) => LAYERS.indexOf(path.split("/")[0] as (typeof LAYERS)[number]);
  const arrows: Arrow[] = [];
  for (const [from, text] of files) {
    for (const match of text.matchAll(IMPORT)) {
      const target = match[1] as string;
      if (!target.startsWith(".")) continue;
      const to = relative("/src", resolve("/src", dirname(from), target));
      if (layerOf(to) > layerOf(from) || layerOf(to) === -1) arrows.push({ from, to });
    }
  }
  return arrows;
}

describe("layers", () => {
  const files = new Map(
    sourceFiles(src).map((path) => [relative(src, path).replaceAll("\\", "/"), readFileSync(path, "utf8")]),
  );

  it("has only known folders", () => {
    const folders = new Set([...files.keys()].filter((path) => path.includes("/")).map((path) => path.split("/")[0]));
    expect([...folders].filter((folder) => !LAYERS.includes(folder as (typeof LAYERS)[number]))).toEqual([]);
  });

  it("imports one way only", () => {
    expect(files.size).toBeGreaterThan(20);
    expect(backwardArrows(files)).toEqual([]);
  });

  it("would notice an arrow that runs back", () => {
    const planted = new Map([
      ["formats/zip.ts", 'import { edge } from "../loaders/edge.js";'],
      ["cli/main.ts", 'const verb = await import("../engine/run.js");'],
    ]);
    expect(backwardArrows(planted)).toEqual([{ from: "formats/zip.ts", to: "loaders/edge.js" }]);
  });

  it("keeps files short enough to be one concept", () => {
    const long = [...files]
      .filter(([path]) => !path.startsWith("tables/generated/"))
      .map(([path, text]) => ({ path, lines: text.split("\n").length }))
      .filter(({ lines }) => lines > 600);
    expect(long).toEqual([]);
  });

  it("prints from the command line alone", () => {
    const printing = [...files]
      .filter(([path]) => !path.startsWith("cli/") && !path.startsWith("explorer/"))
      .filter(([, text]) => /\bconsole\.(log|error|warn|info)\(|process\.std(out|err)\.write\(/.test(text))
      .map(([path]) => path);
    expect(printing).toEqual([]);
  });
});
