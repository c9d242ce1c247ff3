import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build } from "../executors/built.js";
import { repositoryRoot } from "../support/real-data.js";

interface Figures {
  readonly rows: readonly (readonly string[])[];
  readonly targets: readonly { readonly what: string }[];
}

interface Benchmark {
  readonly columns: readonly string[];
  measure(options: object): Promise<Figures>;
}

const folder = mkdtempSync(join(tmpdir(), "neurotables-bench-test-"));

beforeAll(build, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the benchmark of a large dataset, made small", () => {
  it("loads every recording, then nothing, then the one that has changed", async () => {
    const path = join(repositoryRoot, "bench", "cases", "activity-large.mjs");
    const benchmark = (await import(path)) as Benchmark;
    const sizes = { rois: 4, frames: 80, steps: [0.25, 0.6] };
    const { rows, targets } = await benchmark.measure({ folder, say() {}, recordings: 3, sizes });
    expect(rows.map(([run]) => run)).toEqual(["for the first time", "again", "one recording has changed"]);
    expect(rows.every((row) => row.length === benchmark.columns.length)).toBe(true);
    const units = rows.map(([, ran]) => Number(ran));
    expect(units[0]).toBeGreaterThan(units[2] as number);
    expect(units[1]).toBe(0);
    expect(units[2]).toBeGreaterThan(0);
    expect(targets).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  }, 300_000);
});
