import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary, StepSummary } from "../../src/engine/types.js";
import type { BrokenSource } from "../../src/sample-data/broken-source.js";
import { brokenSources } from "../../src/sample-data/broken-sources.js";
import { writeSampleSources } from "../../src/sample-data/sample-sources.js";
import { builtPackage } from "../cli/support/built-package.js";
import { repositoryRoot } from "../support/real-data.js";

const SEED = 5;
const folder = mkdtempSync(join(tmpdir(), "neurotables-broken-run-"));
const [mirror, home] = [join(folder, "raw"), join(folder, "home")];
const PIPELINE = join(repositoryRoot, "pipelines", "celegans-connectome.yaml");
const COUNT = "SELECT count(*) AS edges, count(DISTINCT annotation_id) AS annotations FROM edge";

const cases = await brokenSources(SEED);
const refused = cases.filter(({ expectedTag }) => expectedTag !== null);

/** One broken file per step and round, so that a run tries many at once. */
const rounds: BrokenSource[][] = [];
for (const source of refused) {
  const round = rounds.find((others) => others.every(({ step }) => step !== source.step));
  if (round === undefined) rounds.push([source]);
  else round.push(source);
}

let main = "";
let before = "";

beforeAll(async () => {
  main = join(builtPackage(), "cli", "main.js");
  await writeSampleSources({ directory: mirror, seed: SEED });
  const { code, stderr } = command("run", PIPELINE, "--only", "edge");
  expect(code, stderr).toBe(0);
  before = command("sql", COUNT, "--format", "csv").stdout;
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function command(...words: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", NEUROTABLES_HOME: home, NEUROTABLES_SOURCES: mirror },
  });
  return { code: status, stdout, stderr };
}

/** Runs a command while files of the mirror are broken. */
function withBroken<T>(sources: readonly BrokenSource[], run: () => T): T {
  const whole = sources.map(({ path }) => readFileSync(join(mirror, path)));
  for (const { path, bytes } of sources) writeFileSync(join(mirror, path), bytes);
  try {
    return run();
  } finally {
    for (const [index, { path }] of sources.entries()) writeFileSync(join(mirror, path), whole[index] as Buffer);
  }
}

function stepOf(summary: RunSummary, name: string): StepSummary {
  return summary.steps.find(({ step }) => step === name) as StepSummary;
}

describe("a run over broken files", () => {
  it.each(rounds.map((round, index) => ({ round, index: index + 1, count: round.length })))(
    "names each of them: round $index, $count files",
    ({ round }) => {
      const { code, stdout, stderr } = withBroken(round, () => command("run", PIPELINE, "--json"));
      expect(code).toBe(1);
      expect(stdout + stderr).not.toMatch(/^ +at .*:\d+:\d+/m);
      const summary = JSON.parse(stdout) as RunSummary;
      expect(summary).toMatchObject({ ok: false, exitCode: 1, generation: null });
      for (const { name, path, step, expectedTag, says } of round) {
        const { status, error } = stepOf(summary, step);
        expect({ status, tag: error?.tag, file: error?.fields.file }, `${name}: ${error?.message}`).toEqual({
          status: "failed",
          tag: expectedTag,
          file: path,
        });
        expect(error).not.toHaveProperty("stack");
        expect(error?.message).toContain(path);
        for (const text of says) expect(error?.message).toMatch(new RegExp(text));
      }
      const failed = summary.steps.filter(({ status }) => status === "failed");
      const paths = new Set(round.map(({ path }) => path));
      for (const { step, error } of failed) expect(paths, step).toContain(error?.fields.file);
      const others = summary.steps.filter(({ kind, status }) => kind === "load" && status !== "failed");
      expect(others.map(({ status }) => status).filter((status) => status !== "ran" && status !== "cached")).toEqual(
        [],
      );
      expect(others.length).toBeGreaterThan(20);
      expect(stepOf(summary, "edge")).toMatchObject({ status: "skipped" });
    },
    120_000,
  );

  it("leaves the tables of the last good run", () => {
    expect(before).toMatch(/^edges,annotations\n\d+,\d+\n$/);
    expect(command("sql", COUNT, "--format", "csv").stdout).toBe(before);
    expect(command("verify").code).toBe(0);
  });

  it("tells people the same in one line per file", () => {
    const [source] = refused as [BrokenSource];
    const { code, stdout, stderr } = withBroken([source], () => command("run", PIPELINE, "--only", source.step));
    expect(code).toBe(1);
    const lines = (stdout + stderr).split("\n").filter((line) => line.includes(source.expectedTag as string));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.some((line) => line.includes(source.path))).toBe(true);
    expect(stdout + stderr).not.toMatch(/^ +at .*:\d+:\d+/m);
  });

  it("accounts for a record that the rules leave out", () => {
    const source = cases.find(({ expectedDrop }) => expectedDrop === "unknown_type") as BrokenSource;
    const { stdout } = withBroken([source], () => command("run", PIPELINE, "--only", source.step, "--json"));
    const { status, dropped } = stepOf(JSON.parse(stdout), source.step);
    const whole = command("run", PIPELINE, "--only", source.step, "--json");
    expect({ status, dropped }).toEqual({
      status: "ran",
      dropped: stepOf(JSON.parse(whole.stdout), source.step).dropped + 1,
    });
  });
});
