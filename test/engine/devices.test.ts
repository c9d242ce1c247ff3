import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Job } from "../../src/engine/executor.js";
import { FakeExecutor } from "./fake-executor.js";
import { fixtures, lineLoader, ToyProject } from "./toy-project.js";

const pipeline = (tries: number) => `pipeline: toy
title: Toy
dataset: toy
sources:
  first: { files: "a/*.txt" }
steps:
  first: { load: ${lineLoader}, source: first, into: item_record }
  total: { stage: ${join(fixtures, "device-items.mjs")}, from: item_record, into: item_total, with: { tries: ${tries} } }
  count: { transform: ${join(fixtures, "count-items.mjs")}, from: item_record, into: item_count }
`;

let toy: ToyProject;
beforeEach(() => {
  toy = new ToyProject();
  toy.write("pipelines/toy.yaml", pipeline(0));
  toy.write("raw/a/one.txt", "x\ny\n");
});
afterEach(() => toy.remove());

async function runOn(device?: string) {
  const jobs: Job[] = [];
  const executor = new FakeExecutor({ before: async (job) => void jobs.push(job) });
  const summary = await toy.run({ executor, ...(device === undefined ? {} : { device }) });
  return { summary, jobs, stage: jobs.find(({ kind }) => kind === "stage") };
}

describe("a stage that uses a device", () => {
  it("is made again on another one, and nothing else is", async () => {
    const first = await runOn("reference");
    expect(first.summary.steps.flatMap(({ error }) => error ?? [])).toEqual([]);
    expect(first.stage).toMatchObject({ device: "reference" });
    const transform = first.jobs.find(({ kind }) => kind === "transform") as Job;
    expect("device" in transform || "checkpoint" in transform).toBe(false);
    expect((await runOn("reference")).jobs.filter(({ kind }) => kind !== "query")).toEqual([]);
    const other = await runOn("cpu");
    expect(other.jobs.filter(({ kind }) => kind !== "query").map(({ step }) => step)).toEqual(["total"]);
    expect(other.stage).toMatchObject({ device: "cpu" });
    const reasons = other.summary.steps.map(({ step, reason }) => [step, reason]);
    expect(reasons.find(([step]) => step === "total")?.[1]).toContain("device changed");
  });

  it("is refused a device that there is not, before anything runs", async () => {
    await expect(runOn("gpu:no such adapter")).rejects.toMatchObject({ tag: expect.stringMatching(/^device\//) });
    expect((await toy.project()).store.currentGeneration().generation).toBe(0);
  });
});

describe("a checkpoint", () => {
  it("outlives a failure, belongs to the key, and goes with success", async () => {
    toy.write("pipelines/toy.yaml", pipeline(2));
    const folder = join(toy.folder, "home", "checkpoints");
    const messages: (string | undefined)[] = [];
    for (let run = 0; run < 2; run++) {
      const summary = await toy.run({ device: "reference" });
      messages.push(summary.steps.find(({ step }) => step === "total")?.error?.message);
      expect(readdirSync(folder)).toHaveLength(1);
    }
    expect(messages.map((text) => /\(\d\)/.exec(text ?? "")?.[0])).toEqual(["(1)", "(2)"]);
    const last = await toy.run({ device: "reference" });
    expect(last.steps.find(({ step }) => step === "total")?.status).toBe("ran");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is removed by gc when nobody takes it up for a week", async () => {
    await toy.run({ device: "reference" });
    const folder = join(toy.folder, "home", "checkpoints");
    mkdirSync(folder, { recursive: true });
    for (const name of ["old", "new"]) writeFileSync(join(folder, name), "half");
    const days = Date.now() / 1000 - 8 * 24 * 3600;
    utimesSync(join(folder, "old"), days, days);
    const { store } = await toy.project();
    expect((await store.gc({ plan: true })).checkpoints).toEqual({ removed: 1 });
    expect(existsSync(join(folder, "old"))).toBe(true);
    expect((await store.gc({ plan: false })).checkpoints).toEqual({ removed: 1 });
    expect(readdirSync(folder)).toEqual(["new"]);
  });
});
