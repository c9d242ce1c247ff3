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

const folder = mkdtempSync(join(tmpdir(), "neurotables-bench-test-"));

beforeAll(build, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the benchmark of the n-gram model, made small", () => {
  it("trains, scores and stores", async () => {
    const path = join(repositoryRoot, "bench", "cases", "membership-ngram.mjs");
    const { measure, columns }: Benchmark = await import(pathToFileURL(path).href);
    const { rows, notes } = await measure({ folder, say() {}, scored: 1_000_000 });
    expect(rows.map(([what, tokens]) => [what, tokens])).toEqual([
      ["order 2: train", "0.10 M"],
      ["order 2: log-probabilities alone", "1.00 M"],
      ["order 2: all columns and mean probabilities", "1.00 M"],
      ["order 2: all columns, written as Parquet", "1.00 M"],
      ["order 3: train", "0.10 M"],
      ["order 3: log-probabilities alone", "1.00 M"],
      ["order 3: all columns and mean probabilities", "1.00 M"],
    ]);
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
    expect(notes[0]).toContain("vocabulary 4,096");
  }, 120_000);
});
