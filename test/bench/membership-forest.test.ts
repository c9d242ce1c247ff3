import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build } from "../executors/built.js";
import { repositoryRoot } from "../support/real-data.js";

interface Benchmark {
  readonly columns: readonly string[];
  measure(options: object): Promise<{ readonly rows: readonly string[][]; readonly notes: readonly string[] }>;
}

interface FoundPython {
  findPython(packages: readonly string[]): { readonly command: string } | { readonly reason: string };
}

const folder = mkdtempSync(join(tmpdir(), "neurotables-bench-test-"));

function load<Module>(...path: string[]): Promise<Module> {
  return import(pathToFileURL(join(repositoryRoot, "bench", ...path)).href);
}

const { findPython } = await load<FoundPython>("find-python.mjs");
const python = findPython(["numpy", "scikit-learn"]);
const lacking = "reason" in python ? ` (skipped: ${python.reason})` : "";

const small = {
  folder,
  say() {},
  seeds: 3,
  large: { name: "large", n: 150, m: 40, train: 100, trees: 40, depth: 5, leaf: 3 },
  small: { name: "small", n: 60, m: 20, train: 40, trees: 20, depth: 2, leaf: 5 },
};

beforeAll(build, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the benchmark of random forests, made small", () => {
  it("fits on threads and on prepared columns, without Python", async () => {
    const { measure, columns }: Benchmark = await load("cases", "membership-forest.mjs");
    const { rows, notes } = await measure({ ...small, python: { reason: "there is none" } });
    expect(rows.map(([way]) => way)).toEqual([
      "40 trees of depth 5, large; neurotables, one thread",
      "40 trees of depth 5, large; neurotables, 2 threads",
      "20 trees of depth 2, small; neurotables, columns prepared once",
    ]);
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
    expect(notes[1]).toBe("Python: skipped, there is none.");
  });

  it.skipIf(lacking !== "")(
    `agrees with scikit-learn${lacking}`,
    async () => {
      const { measure }: Benchmark = await load("cases", "membership-forest.mjs");
      const { rows, notes } = await measure({ ...small, seeds: 10, python });
      expect(rows).toHaveLength(7);
      expect(notes.filter((note) => note.includes("AUC over seeds"))).toHaveLength(2);
    },
    120_000,
  );
});
