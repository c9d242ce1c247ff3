import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build } from "../executors/built.js";
import { repositoryRoot } from "../support/real-data.js";

interface Benchmark {
  readonly columns: readonly string[];
  measure(options: object): Promise<{
    readonly rows: readonly string[][];
    readonly notes?: readonly string[];
    readonly skipped?: string;
  }>;
}

interface FoundPython {
  findPython(packages: readonly string[]): { readonly command: string } | { readonly reason: string };
}

const folder = mkdtempSync(join(tmpdir(), "neurotables-bench-test-"));

function load<Module>(...path: string[]): Promise<Module> {
  return import(pathToFileURL(join(repositoryRoot, "bench", ...path)).href);
}

const { findPython } = await load<FoundPython>("find-python.mjs");
const python = findPython(["numpy"]);
const lacking = "reason" in python ? ` (skipped: ${python.reason})` : "";

beforeAll(build, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the benchmark of features, made small", () => {
  it("is skipped without Python", async () => {
    const { measure }: Benchmark = await load("cases", "membership-features.mjs");
    const { skipped, rows } = await measure({ folder, say() {}, python: { reason: "there is none" } });
    expect({ skipped, rows }).toEqual({ skipped: "there is none", rows: [] });
  });

  it.skipIf(lacking !== "")(
    `finds the same numbers in all ways${lacking}`,
    async () => {
      const { measure, columns }: Benchmark = await load("cases", "membership-features.mjs");
      const small = { documents: 15, tokens: 300, bins: 50, rounds: 1 };
      const { rows, notes } = await measure({ folder: join(folder, "features"), say() {}, python, ...small });
      expect(rows).toHaveLength(7);
      expect(rows.every((row) => row.length === columns.length)).toBe(true);
      // Documents × (14 + 50 features) × raw and scaled × folds × normalisations.
      expect(notes?.join()).toContain("The same 48,000 numbers with whole arrays, 9,600 token by token");
    },
    120_000,
  );
});

describe("the benchmark of many tokens, made small", () => {
  it("scores and describes without tables, and through them", async () => {
    const { measure, columns }: Benchmark = await load("cases", "membership-large.mjs");
    const { rows, notes } = await measure({ folder: join(folder, "large"), say() {}, scored: 5e5, stored: 1e4 });
    expect(rows.map(([what]) => what?.replace(/\d+ threads/, "n threads"))).toEqual([
      "train a bigram model",
      "score",
      "features, n threads",
      "all of them in one process",
      ...["score", "features", "tokens"].map(() => expect.stringMatching(/^pipeline: (score|features|tokens)$/)),
      "pipeline: texts to features",
    ]);
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
    expect(notes?.[0]).toContain("5 documents of 100,000");
  }, 240_000);
});
