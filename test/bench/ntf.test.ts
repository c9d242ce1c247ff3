import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build } from "../executors/built.js";
import { repositoryRoot } from "../support/real-data.js";

interface Figures {
  readonly rows: readonly (readonly string[])[];
  readonly notes?: readonly string[];
  readonly targets?: readonly { readonly limit: number; readonly found: number }[];
  readonly skipped?: string;
}

interface Benchmark {
  readonly columns: readonly string[];
  measure(options: object): Promise<Figures>;
}

interface PairedFits {
  findNtfPython(): Promise<{ readonly command: string } | { readonly reason: string }>;
  requireSameErrors(found: readonly number[], expected: readonly number[], tolerance: number, name: string): void;
  pairedRatio(theirs: readonly object[], ours: readonly object[], what: string): number;
}

const folder = mkdtempSync(join(tmpdir(), "neurotables-bench-test-"));

function load<Module>(...path: string[]): Promise<Module> {
  return import(pathToFileURL(join(repositoryRoot, "bench", ...path)).href);
}

const { findNtfPython, requireSameErrors, pairedRatio } = await load<PairedFits>("ntf", "paired-fits.mjs");
const python = await findNtfPython();
const lacking = "reason" in python ? ` (skipped: ${python.reason})` : "";

async function measured(name: string, more: object): Promise<Figures> {
  const { columns, measure } = await load<Benchmark>("cases", `${name}.mjs`);
  const figures = await measure({ folder: join(folder, name), say() {}, ...more });
  expect(figures.rows.every((row) => row.length === columns.length)).toBe(true);
  return figures;
}

function writeNpy(path: string, rows: readonly (readonly number[])[]): void {
  const columns = rows[0]?.length ?? 0;
  const shape = columns === 1 ? `(${rows.length},)` : `(${rows.length}, ${columns})`;
  const entries = `{'descr': '<f8', 'fortran_order': False, 'shape': ${shape}, }`;
  const header = `${entries.padEnd(117)}\n`;
  const prefix = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, header.length, 0]);
  writeFileSync(path, Buffer.concat([prefix, Buffer.from(header), Buffer.from(Float64Array.from(rows.flat()).buffer)]));
}

const none = { reason: "there is none" };
const short = { rounds: 1, sweeps: 3, rank: 3 };

beforeAll(build, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the benchmarks of factorisation, made small", () => {
  it("skip what only Python can be compared with", async () => {
    expect(await measured("ntf-sweep", { python: none })).toEqual({ rows: [], skipped: "there is none" });
  });

  it("measure what is never formed beside the formed tensor without Python, with the same errors", async () => {
    const square = { items: 8, frames: 40 };
    const pairs = [{ items: 6, frames: 40, groups: 2 }];
    const { rows, notes } = await measured("ntf-matrix-free", { ...short, square, pairs, python: none });
    expect(rows.map(([way]) => way)).toEqual([
      ...["float64, one thread", "float64, two threads", "float32, one thread", "float32, two threads"].flatMap(
        (way) => [`8 × 8 × 10, ${way}; neurotables, never formed`, `8 × 8 × 10, ${way}; neurotables, dense`],
      ),
      "15 × 10 × 2, float64, one thread; neurotables, never formed",
      "15 × 10 × 2, float64, one thread; neurotables, dense",
    ]);
    expect(notes).toContain("Python: skipped, there is none.");
  }, 120_000);

  it("measure one animal with many neurons, and its memory", async () => {
    const sizes = { items: 30, frames: 60, width: 4 };
    const { rows, targets, notes } = await measured("ntf-large", { ...short, sizes, python: none });
    expect(rows.map(([way]) => way)).toEqual([
      "float64, two threads; neurotables",
      "float64, one thread; neurotables",
      "float32, two threads; neurotables",
      "float32, one thread; neurotables",
    ]);
    expect(targets?.map(({ found, limit }) => found > 0 && found < limit)).toEqual([true, true]);
    expect(notes?.join()).toMatch(/float64: 3 sweeps on two threads in .* error 0\.\d{6}/);
  }, 120_000);

  it("measure ceilings, affinities and communities", async () => {
    const ceilings = await measured("ntf-ceilings", { size: 32, shape: [8, 9, 10], times: 1, python: none });
    expect(ceilings.rows).toHaveLength(12);
    const recordings = { animals: 2, neurons: 5, frames: 50, width: 4 };
    const graph = { nodes: 60, blocks: 3 };
    const steps = await measured("ntf-steps", { rounds: 1, recordings, graph, python: none });
    expect(steps.rows.map(([step]) => step)).toEqual([
      "slopes of 2 × 5 traces × 50 frames",
      "affinities 10 × 12 × 2; neurotables",
      "block model, 60 nodes, 1,770 edges",
      "Leiden, 60 nodes, 1,770 edges",
    ]);
  }, 120_000);

  it("take the tensor of factors apart again, and say which starts are stuck", async () => {
    const factors = join(folder, "factors");
    mkdirSync(factors);
    // Two components that share no index of any mode.
    const half = (rows: number) => Array.from({ length: rows }, (_, row) => (2 * row < rows ? [1 + row, 0] : [0, row]));
    for (const [mode, rows] of [6, 4, 8].entries()) writeNpy(join(factors, `mode${mode}.npy`), half(rows));
    writeNpy(join(factors, "lambdas.npy"), [[3], [1]]);
    const { rows, targets, notes } = await measured("ntf-rebuild", { factors, starts: 3, sweeps: 60 });
    expect(rows).toHaveLength(3);
    expect(rows.filter(([start]) => start?.endsWith(", the best"))).toHaveLength(1);
    expect(targets?.map(({ found, limit }) => found <= limit)).toEqual([true, true]);
    expect(notes?.at(0)).toContain("6 × 4 × 8, rank 2");
    expect(notes?.at(-1)).toMatch(/^(No start is stuck|Stuck) \(/);
  }, 60_000);

  it.skipIf(lacking !== "")(
    `find the same errors as numpy in every form${lacking}`,
    async () => {
      const sweep = await measured("ntf-sweep", { ...short, shape: [7, 8, 9], python });
      expect(sweep.rows.filter(([way]) => way?.endsWith("; numpy"))).toHaveLength(8);
      expect(sweep.targets).toHaveLength(8);
      const square = { items: 8, frames: 40 };
      const pairs = [{ items: 6, frames: 40, groups: 2 }];
      const free = await measured("ntf-matrix-free", { ...short, square, pairs, python });
      expect(free.rows.filter(([way]) => way?.includes("; numpy"))).toHaveLength(10);
      const recordings = { animals: 2, neurons: 5, frames: 50, width: 4 };
      const graph = { nodes: 60, blocks: 3 };
      const steps = await measured("ntf-steps", { rounds: 1, recordings, graph, python });
      expect(steps.notes?.at(-1)).toContain("the same sum of affinities");
    },
    300_000,
  );
});

describe("what the benchmarks compare", () => {
  it("accepts errors as near as the tolerance, and those of fewer sweeps", () => {
    expect(() => requireSameErrors([0.5, 0.4], [0.5, 0.4 + 1e-10, 0.3], 1e-9, "numpy")).not.toThrow();
  });

  it.each([
    ["one that differs", [0.5, 0.4001], "numpy: error 0.4001 after sweep 2, 0.4 expected"],
    ["one that is no number", [0.5, Number.NaN], "numpy: error NaN after sweep 2"],
    ["none", [], "numpy: 0 errors, at most 2 expected"],
    ["too many", [0.5, 0.4, 0.3], "numpy: 3 errors, at most 2 expected"],
  ])("refuses %s", (_what, found, message) => {
    expect(() => requireSameErrors(found, [0.5, 0.4], 1e-9, "numpy")).toThrow(message);
  });

  it("is the middle of the ratios of the rounds, not the ratio of the middles", () => {
    const theirs = [10, 30, 4].map((wall) => ({ wall }));
    const ours = [5, 10, 4].map((wall) => ({ wall }));
    expect(pairedRatio(theirs, ours, "wall")).toBe(2);
  });
});
