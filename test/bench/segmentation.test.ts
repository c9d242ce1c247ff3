import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SeededRandom, seededRandom } from "../../src/sample-data/seeded-random.js";
import { build } from "../executors/built.js";
import { repositoryRoot } from "../support/real-data.js";

interface Figures {
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
  readonly targets?: readonly { readonly limit: number; readonly found: number }[];
}

interface Benchmark {
  readonly columns: readonly string[];
  measure(options: object): Promise<Figures>;
}

interface Label {
  readonly id: number;
  readonly voxels: readonly number[];
}

interface PerturbedLabels {
  perturbedLabels(labels: readonly Label[], shape: readonly number[], random: SeededRandom): Label[];
}

interface AgainstPython {
  findScikitImage(): { readonly command: string } | { readonly reason: string };
  requireEqual(ours: unknown, theirs: unknown): number;
}

const folder = mkdtempSync(join(tmpdir(), "neurotables-bench-test-"));

function load<Module>(...path: string[]): Promise<Module> {
  return import(pathToFileURL(join(repositoryRoot, "bench", ...path)).href);
}

const { findScikitImage, requireEqual } = await load<AgainstPython>("segmentation", "against-python.mjs");
const python = findScikitImage();
const lacking = "reason" in python ? ` (skipped: ${python.reason})` : "";

beforeAll(build, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the benchmark of the metrics, made small", () => {
  const small = async (more: object): Promise<Figures & { readonly columns: readonly string[] }> => {
    const benchmark = await load<Benchmark>("cases", "segmentation.mjs");
    const options = { folder, say() {}, preset: "tiny", rounds: 1, ...more };
    return { ...(await benchmark.measure(options)), columns: benchmark.columns };
  };

  it.skipIf(lacking !== "")(
    `finds the numbers of the published tool's way in Python${lacking}`,
    async () => {
      const { rows, notes, columns } = await small({ python });
      expect(rows).toHaveLength(6);
      expect(rows.every((row) => row.length === columns.length)).toBe(true);
      expect(notes.filter((note) => /: the same \d+ numbers/.test(note))).toHaveLength(3);
    },
    300_000,
  );

  it("has its own figures without Python", async () => {
    const { rows, notes } = await small({ python: { reason: "none is asked for" } });
    expect(rows.map(([way]) => way?.endsWith("; neurotables"))).toEqual([true, true, true]);
    expect(notes.at(-1)).toContain("skipped, none is asked for");
  }, 300_000);

  it("scores a whole synthetic volume against its flattened truth", async () => {
    const benchmark = await load<Benchmark>("cases", "fisbe-synthetic.mjs");
    const { rows, targets } = await benchmark.measure({ folder, say() {}, preset: "tiny" });
    expect(rows.every((row) => row.length === benchmark.columns.length)).toBe(true);
    expect(targets?.every(({ found }) => found > 0)).toBe(true);
  }, 300_000);
});

it("runs the whole pipeline over a volume, and again", async () => {
  const benchmark = await load<Benchmark>("cases", "fisbe-pipeline.mjs");
  const { rows, notes } = await benchmark.measure({ folder, say() {}, preset: "tiny" });
  expect(rows.map(([step]) => step)).toEqual(expect.arrayContaining(["baselines", "score", "all of them"]));
  expect(rows.every((row) => row.length === benchmark.columns.length)).toBe(true);
  expect(notes.at(-1)).toMatch(/flattened_truth [01]\.\d{3}/);
}, 300_000);

describe("what the benchmark compares", () => {
  const result = { general: { "Num GT": 3, coverage: [0.5, 1] }, recall: [0, 0.25], alone: null };

  it("counts the numbers of equal results", () => {
    const close = { ...result, recall: [0, 0.25 + 1e-8] };
    expect(requireEqual(close, result)).toBe(6);
  });

  it.each([
    ["a count", { ...result, general: { ...result.general, "Num GT": 4 } }, "/general/Num GT is 4"],
    ["a value", { ...result, recall: [0, 0.25001] }, "/recall/1 is 0.25001"],
    ["a shorter list", { ...result, recall: [0] }, "/recall/1 is missing here"],
    ["a longer list", { ...result, recall: [0, 0.25, 1] }, "/recall/2 is missing in Python"],
    ["a missing matrix", { ...result, recall: null }, "/recall is null"],
    ["no number", { ...result, recall: [0, Number.NaN] }, "/recall/1 is NaN"],
  ])("refuses %s that differs", (_what, ours, message) => {
    expect(() => requireEqual(ours, result)).toThrow(message);
  });
});

describe("perturbed labels", () => {
  const shape = [40, 40, 40];
  const stick = (id: number, y: number, length: number): Label => ({
    id,
    voxels: Array.from({ length }, (_, x) => (20 * 40 + y) * 40 + x),
  });
  const labels = [
    stick(1, 2, 30),
    stick(2, 5, 29),
    stick(3, 8, 27),
    stick(4, 11, 20),
    stick(5, 14, 19),
    stick(6, 17, 9),
  ];

  it("are cut, displaced, merged and missing as described, and the same for the same seed", async () => {
    const { perturbedLabels } = await load<PerturbedLabels>("segmentation", "perturbed-labels.mjs");
    const perturbed = perturbedLabels(labels, shape, seededRandom(7));
    expect(perturbedLabels(labels, shape, seededRandom(7))).toEqual(perturbed);
    const sizes = perturbed.slice(0, -5).map(({ voxels }) => voxels.length);
    expect(sizes).toEqual([15, 15, 29, 9, 9, 39]);
    expect(perturbed[2]?.voxels[0]).toBe((21 * 40 + 4) * 40 + 2);
    expect(new Set(perturbed.map(({ id }) => id)).size).toBe(perturbed.length);
    expect(Math.min(...perturbed.map(({ id }) => id))).toBeGreaterThan(65_535);
  });
});
