import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary, StepSummary } from "../../src/engine/types.js";
import { brokenStore } from "../../src/sample-data/fisbe/broken-volume.js";
import { brokenVolumes } from "../../src/sample-data/fisbe/broken-volumes.js";
import { builtPackage } from "../cli/support/built-package.js";
import { writeBelow } from "../loaders/fisbe/support/volume-files.js";
import { type CommandOutcome, command } from "../support/cli.js";
import { repositoryRoot } from "../support/real-data.js";
import { query } from "../support/run-neurotables.js";

const folder = mkdtempSync(join(tmpdir(), "neurotables-broken-fisbe-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [mirror, home] = [join(folder, "raw"), join(folder, "home")];
const PIPELINE = join(repositoryRoot, "pipelines", "fisbe.yaml");
const SOUND = "R900-20180101_1_A1";

const cases = await brokenVolumes();
let outcome: CommandOutcome;
let summary: RunSummary;

const run = (from: string, to: string) => command(["run", PIPELINE, "--sources", from, "--home", to, "--json"]);
const stepOf = (name: string) => summary.steps.find(({ step }) => step === name) as StepSummary;
const failuresOf = (name: string) =>
  new Map((stepOf(name).failures ?? []).map((failure) => [failure.partition.replace(/^volumes\//, ""), failure]));

beforeAll(async () => {
  builtPackage();
  for (const { files } of cases) writeBelow(mirror, files);
  const sound = await brokenStore();
  const store = `fisbe/samples/partly/val/${SOUND}.zarr`;
  writeBelow(mirror, Object.fromEntries([...sound].map(([path, bytes]) => [`${store}/${path}`, bytes])));
  outcome = await run(mirror, home);
  summary = JSON.parse(outcome.stdout) as RunSummary;
}, 600_000);

describe("a first run over broken samples and predictions", () => {
  it("ends with exit code 1, a summary, and no stack trace", () => {
    expect(outcome.code, outcome.stderr).toBe(1);
    expect(outcome.stdout + outcome.stderr).not.toMatch(/^ +at .*:\d+:\d+/m);
    expect(summary).toMatchObject({ ok: false, exitCode: 1, generation: expect.any(Number) });
    expect(summary.checks.filter(({ status }) => status === "failed")).toEqual([]);
  });

  it.each(["volumes", "predictions", "score"] as const)("names each fault that %s meets, and no other", (step) => {
    const failures = failuresOf(step);
    const expected = cases.filter((each) => (each.step === "prediction" ? "volumes" : each.step) === step);
    expect([...failures.keys()].sort()).toEqual(expected.map(({ sample }) => sample).sort());
    for (const { name, sample, expectedTag, path, says } of expected) {
      const { error, keepsLastResult } = failures.get(sample) ?? {};
      expect(error?.tag, name).toMatch(new RegExp(`^${expectedTag}$`));
      expect(error?.exitCode, name).toBe(1);
      expect(error, name).not.toHaveProperty("stack");
      if (step === "volumes" && expectedTag !== "load/two-predictions") expect(error?.message, name).toContain(path);
      for (const text of says) expect(error?.message, name).toMatch(new RegExp(text, "u"));
      expect(keepsLastResult).toBe(false);
    }
  });

  it("has everything of the others, and nothing of what failed", async () => {
    const failed = new Set(cases.filter(({ step }) => step === "volumes").map(({ sample }) => sample));
    const carried = cases.filter(({ sample }) => !failed.has(sample));
    const of = async (sql: string) => (await query<{ name: string }>(home, sql)).map(({ name }) => name);
    const volumes = carried.filter(({ files }) => Object.keys(files).some((path) => path.includes("/volumes/raw/")));
    const samples = await of("select sample_id as name from fisbe.volume_record order by name");
    expect(samples).toEqual([...volumes.map(({ sample }) => sample), SOUND].sort());
    for (const table of [
      "fisbe.chunk",
      "fisbe.instance",
      "fisbe.skeleton",
      "segmentation.published_prediction",
      "segmentation.published_chunk",
      "segmentation.baseline_prediction",
      "segmentation.chunk",
    ]) {
      const names = await of(`select distinct sample_id as name from ${table}`);
      expect(names.length, table).toBeGreaterThan(0);
      expect(
        names.filter((name) => failed.has(name)),
        table,
      ).toEqual([]);
    }
    const paths = await of("select path as name from fisbe.source_file");
    for (const { sample, files } of cases) {
      const found = paths.filter((path) => path.includes(sample));
      if (failed.has(sample)) expect(found).toEqual([]);
      else expect(found.length, Object.keys(files).join()).toBeGreaterThan(0);
    }
  });

  it("scores the sound sample, partly labelled as its folder says, and those without neurons as null", async () => {
    const scores = await query<{ method: string; subject: string; n: number | null; value: number | null }>(
      home,
      `select method, subject, value,
        (select value::int from segmentation.metric n where n.metric = 'general.Num GT' and n.method = m.method
          and n.profile = m.profile and n.subject = m.subject) as n
       from segmentation.metric m where metric = 'general.avg_f1_cov_score' and profile = 'fixed' and scope = 'image'`,
    );
    const empty = cases.find(({ name }) => name === "ground truth of background alone")?.sample;
    for (const { subject, n, value } of scores) {
      expect(value === null, subject).toBe(subject === empty);
      expect(n === 0, subject).toBe(subject === empty);
    }
    expect(scores.filter(({ subject }) => subject === SOUND).map(({ method }) => method)).toHaveLength(3);
    expect(
      await query(home, `select distinct partly, split from segmentation.score_record where sample_id = '${SOUND}'`),
    ).toEqual([{ partly: true, split: "val" }]);
  });

  it("does nothing but what failed when it is run again", async () => {
    const again = JSON.parse((await run(mirror, home)).stdout) as RunSummary;
    expect(again).toMatchObject({ exitCode: 1, generation: null });
    for (const { partitions, step } of again.steps) expect(partitions.ran, step).toBe(0);
    const volumes = again.steps.find(({ step }) => step === "volumes");
    expect(volumes?.failures).toHaveLength(failuresOf("volumes").size);
  }, 300_000);
});

describe("a store with a link", () => {
  it("is refused with the file's name, whatever the link leads to", async () => {
    const linked = join(folder, "linked");
    const sound = await brokenStore();
    const store = `fisbe/samples/partly/val/${SOUND}.zarr`;
    writeBelow(linked, Object.fromEntries([...sound].map(([path, bytes]) => [`${store}/${path}`, bytes])));
    symlinkSync("/etc/hostname", join(linked, store, "volumes/raw/9.9.9.9"));
    const { code, stdout } = await run(linked, join(folder, "linked-home"));
    expect(code).toBe(1);
    const { steps } = JSON.parse(stdout) as RunSummary;
    const { error } = steps.find(({ step }) => step === "volumes") ?? {};
    expect(error?.message).toMatch(/volumes\/raw\/9\.9\.9\.9/);
    expect(error?.tag).toMatch(/^(load|storage)\//);
  }, 60_000);
});
