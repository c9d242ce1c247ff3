import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConfigError } from "../../src/base/errors.js";
import { lineage } from "../../src/engine/lineage.js";
import { readPipelines } from "../../src/engine/pipeline-file.js";
import { status } from "../../src/engine/status.js";
import type { RunSummary } from "../../src/engine/types.js";
import { why } from "../../src/engine/why.js";
import { isStepRecord } from "../../src/store/shapes.js";
import { FakeExecutor } from "./fake-executor.js";
import { fixedCode, fixtures, lineLoader, ToyProject } from "./toy-project.js";

const modelItems = join(fixtures, "model-items.mjs");
const note = `dataset: other
table: note_record
role: record
description: Notes.
key: [note]
fields:
  - { name: note, type: utf8, description: The note. }
`;
const pipeline = `pipeline: toy
title: Toy
dataset: toy
sources:
  first: { files: "a/*.txt" }
steps:
  first: { load: ${lineLoader}, source: first, into: [item_record, other.note_record] }
  model: { stage: ${modelItems}, from: [item_record, other.note_record], into: other.item_total, with: { seed: 1 } }
  count: { transform: ${join(fixtures, "count-items.mjs")}, from: item_record, into: item_count }
`;

let toy: ToyProject;

beforeEach(() => {
  toy = new ToyProject();
  toy.write("schemas/other/note_record.yaml", note);
  const total = readFileSync(join(fixtures, "schemas/toy/item_total.yaml"), "utf8");
  toy.write("schemas/other/item_total.yaml", total.replace("dataset: toy", "dataset: other"));
  toy.write("pipelines/toy.yaml", pipeline);
  toy.write("raw/a/one.txt", "x\ny\n");
  // What is not empty of these is a comment: two partitions with the same rows, none.
  toy.write("raw/a/two.txt", "# nothing\n");
  toy.write("raw/a/three.txt", "# nothing either\n");
});
afterEach(() => toy.remove());

const partitions = (summary: RunSummary, name: string) => summary.steps.find(({ step }) => step === name)?.partitions;
const store = async () => (await toy.project()).store;

async function evidenceOf(partition: string) {
  const open = await store();
  const { keys = [] } = open.currentGeneration().snapshots["other.item_total"] ?? {};
  return keys.map((key) => open.readStepRecord(key)).find((record) => record?.partition.endsWith(partition))?.evidence;
}

function logOf(summary: RunSummary): string {
  const path = summary.steps.find(({ step }) => step === "model")?.log;
  return path === undefined ? "" : readFileSync(join(toy.folder, "home", path), "utf8");
}

describe("a stage", () => {
  it("runs once per partition, and tells by their names even those that have the same rows", async () => {
    const planned = await toy.plan();
    expect(planned.units.filter(({ step }) => step === "model").map(({ action }) => action)).toEqual(
      Array(3).fill("wait"),
    );
    const summary = await toy.run();
    expect(summary.steps.flatMap(({ error }) => error ?? [])).toEqual([]);
    expect(summary.steps.map(({ kind }) => kind)).toEqual(["load", "stage", "transform"]);
    expect(partitions(summary, "model")).toEqual({ ran: 3, cached: 0, failed: 0, skipped: 0 });
    const { snapshots } = (await store()).currentGeneration();
    const made = snapshots["other.item_total"]?.partitions ?? [];
    expect(made.map(({ partition }) => partition)).toEqual(["first/a/one.txt", "first/a/three.txt", "first/a/two.txt"]);
    expect(new Set(made.map(({ hash }) => hash)).size).toBe(3);
    expect((await toy.plan()).counts).toEqual({ run: 0, cached: 7, skip: 0, wait: 0 });
    expect(partitions(await toy.run(), "model")).toEqual({ ran: 0, cached: 3, failed: 0, skipped: 0 });
  });

  it("runs again for what changed alone, and says why", async () => {
    await toy.run();
    toy.write("raw/a/one.txt", "x\ny\nz\n");
    expect(partitions(await toy.run(), "model")).toEqual({ ran: 1, cached: 2, failed: 0, skipped: 0 });
    const project = await toy.project();
    const read = async () => readPipelines(["toy"], { project: await toy.project() });
    const before = await why({ project, pipelines: await read(), target: "model", services: { code: fixedCode } });
    expect(before.units.map(({ partition }) => partition)).toContain("first/a/one.txt");
    expect(before.units.find(({ partition }) => partition.endsWith("one.txt"))).toMatchObject({
      action: "cached",
      keyParts: { partition: "first/a/one.txt", implementation: "stage module", "parameter seed": "1" },
      differences: [{ part: "input item_record" }],
    });
    expect(before.causes.map(({ step, partition }) => `${step} ${partition}`)).toEqual(["first a/one.txt"]);
    toy.write("pipelines/toy.yaml", pipeline.replace("seed: 1", "seed: 2"));
    const after = await why({
      project,
      pipelines: await read(),
      target: "other.item_total",
      services: { code: fixedCode },
    });
    expect(after.units.map(({ action, reason }) => [action, reason])).toEqual(
      Array(3).fill(["run", "parameter seed changed"]),
    );
    const { pipelines } = await status({ project, pipelines: await read(), services: { code: fixedCode } });
    expect(pipelines).toMatchObject([{ counts: { run: 3, cached: 4, skip: 0, wait: 0 }, upToDate: false }]);
  });

  it("may use the threads that its partitions leave, which are no part of its key", async () => {
    toy.write("raw/a/four.txt", "x\n");
    expect(logOf(await toy.run({ jobs: 9 })).match(/threads: 2/g)).toHaveLength(4);
    expect(partitions(await toy.run({ jobs: 1 }), "model")).toMatchObject({ ran: 0, cached: 4 });
    const parts = (await store()).readStepRecord(
      (await store()).currentGeneration().snapshots["other.item_total"]?.keys[0] ?? "",
    )?.keyParts;
    expect(Object.keys(parts ?? {}).sort()).toEqual([
      "code",
      "contract other.item_total",
      "dataset",
      "implementation",
      "input item_record",
      "input other.note_record",
      "job runner",
      "loader toolkit",
      "parameter seed",
      "partition",
    ]);
  });

  it("has one thread at least, and all of them when it runs once", async () => {
    expect(logOf(await toy.run({ jobs: 1 })).match(/threads: 1/g)).toHaveLength(3);
    const threads: (number | undefined)[] = [];
    const source = readFileSync(modelItems, "utf8").replace(/ {2}each: .*\n/, "");
    toy.write("pipelines/whole.mjs", source);
    toy.write("pipelines/toy.yaml", pipeline.replace(modelItems, "./whole.mjs"));
    const executor = new FakeExecutor({
      before: async (job) => {
        if (job.kind === "stage") threads.push(job.threads);
      },
    });
    await toy.run({ jobs: 7, executor, services: { tableHash: () => "0" } });
    expect(threads).toEqual([7]);
  });

  it("leads down to the files, through tables of another dataset", async () => {
    await toy.run();
    const found = lineage({ project: await toy.project(), table: "other.item_total" });
    expect(found.upstream.map(({ table, distance }) => [table, distance])).toEqual([
      ["other.item_total", 0],
      ["other.note_record", 1],
      ["toy.item_record", 1],
    ]);
    expect(found.upstream[0]?.steps).toMatchObject([
      { step: "model", implementation: "stage module", parameters: { seed: "1" }, partitions: 3 },
    ]);
    expect(found.files.map(({ path }) => path)).toEqual(["a/one.txt", "a/three.txt", "a/two.txt"]);
    const below = lineage({ project: await toy.project(), table: "item_record" });
    expect(below.downstream.map(({ table }) => table)).toEqual(["other.item_total", "toy.item_count"]);
  });

  it("that throws fails its partition alone, as an error of its module", async () => {
    toy.write("raw/a/two.txt", "throw\n");
    const summary = await toy.run();
    expect(summary).toMatchObject({ ok: false, exitCode: 1, generation: 1 });
    expect(partitions(summary, "model")).toEqual({ ran: 2, cached: 0, failed: 1, skipped: 0 });
    expect(summary.steps[1]).toMatchObject({
      error: { tag: "module/threw", fields: { step: "model", partition: "first/a/two.txt" } },
      failures: [{ partition: "first/a/two.txt", keepsLastResult: false }],
    });
    expect(logOf(summary)).toContain("the model does not like this");
    toy.write("raw/a/two.txt", "better\n");
    expect(await toy.run()).toMatchObject({ ok: true });
  });

  it("that fails stands with its own last result, not with one of the same rows", async () => {
    const source = readFileSync(modelItems, "utf8").replace("text: partition", 'text: "same"');
    toy.write("pipelines/same.mjs", source.replace("occurrences: items +", "occurrences: 1 +"));
    toy.write("pipelines/toy.yaml", pipeline.replace(modelItems, "./same.mjs"));
    const total = readFileSync(join(toy.folder, "schemas/other/item_total.yaml"), "utf8");
    toy.write(
      "schemas/other/item_total.yaml",
      total.replace("role: public", "role: record").replace("key: [text]", "key: []"),
    );
    await toy.run();
    toy.write("raw/a/one.txt", "throw\n");
    const summary = await toy.run();
    expect(summary.steps[1]?.failures).toMatchObject([{ partition: "first/a/one.txt", keepsLastResult: true }]);
    expect(await evidenceOf("one.txt")).toMatchObject({ items: 2 });
  });

  it("whose module changes while it runs keeps nothing", async () => {
    const module = toy.write("pipelines/model.mjs", readFileSync(modelItems, "utf8"));
    toy.write("pipelines/toy.yaml", pipeline.replace(modelItems, "./model.mjs"));
    const executor = new FakeExecutor({
      before: async (job) => {
        if (job.kind === "stage") appendFileSync(module, "// changed\n");
      },
    });
    const summary = await toy.run({ executor, jobs: 1, services: { tableHash: () => "0" } });
    expect(summary.steps[1]?.error).toMatchObject({ tag: "config/module-changed" });
  });

  it("runs again when the code of a thread that it starts changes", async () => {
    const source = `export const kernel = new URL("./kernel.mjs", import.meta.url);\n${readFileSync(modelItems, "utf8")}`;
    toy.write("pipelines/model.mjs", source);
    toy.write("pipelines/kernel.mjs", "1;\n");
    toy.write("pipelines/toy.yaml", pipeline.replace(modelItems, "./model.mjs"));
    await toy.run();
    toy.write("pipelines/kernel.mjs", "2;\n");
    expect((await toy.plan()).units.filter(({ action }) => action === "run")).toMatchObject(
      Array(3).fill({ step: "model", reason: "code changed" }),
    );
  });
});

describe("evidence", () => {
  it("stays in the record of the unit and in its log, what is no JSON number as text", async () => {
    const summary = await toy.run();
    expect(await evidenceOf("one.txt")).toEqual({ items: 2, seed: 1, notes: 0, converged: true, loss: 0.5 });
    expect(await evidenceOf("two.txt")).toEqual({
      items: 0,
      seed: 1,
      notes: 0,
      converged: false,
      loss: "NaN",
      best: null,
      bound: "-Infinity",
    });
    expect(logOf(summary)).toContain("evidence: loss = NaN");
  });

  it("is a column of the steps in the catalogue", async () => {
    await toy.run();
    const { step } = (await store()).catalogueRows();
    const texts = Object.fromEntries(step.map((row) => [`${row.step} ${row.partition}`, row.evidence]));
    expect(JSON.parse(texts["model first/a/one.txt"] as string)).toMatchObject({ converged: true });
    expect(texts["first a/one.txt"]).toBeNull();
  });

  it.each([
    ["object", /evidence shape is no text, number or boolean, but object/],
    ["bigint", /evidence voxels is no text, number or boolean, but bigint/],
    ["undefined", /evidence nothing is no text, number or boolean, but undefined/],
    ["long", /evidence text has more than 10000 characters/],
    ["many", /more than 10000 facts/],
  ])("that is no fact fails the unit: %s", async (text, message) => {
    toy.write("raw/a/one.txt", `${text}\n`);
    const summary = await toy.run();
    expect(summary.steps[1]?.error).toMatchObject({ tag: "module/threw", message: expect.stringMatching(message) });
  });

  it("that is no fact makes a stored record unreadable, as of another version", async () => {
    await toy.run();
    const open = await store();
    const [key = ""] = open.currentGeneration().snapshots["other.item_total"]?.keys ?? [];
    const record = open.readStepRecord(key) as unknown as Record<string, unknown>;
    expect(isStepRecord(record)).toBe(true);
    expect(isStepRecord({ ...record, evidence: {} })).toBe(true);
    for (const evidence of [null, [], "x", { shape: [1] }, { inner: {} }])
      expect(isStepRecord({ ...record, evidence })).toBe(false);
  });

  it("may have any name", async () => {
    toy.write("raw/a/one.txt", "proto\n");
    await toy.run();
    const evidence = (await evidenceOf("one.txt")) as object;
    expect(Object.entries(evidence)).toEqual(
      expect.arrayContaining([
        ["__proto__", 1],
        ["constructor", "x"],
      ]),
    );
  });
});

describe("a pipeline file with stages", () => {
  const fault = async (text: string) => {
    toy.write("pipelines/toy.yaml", text);
    const error = await readPipelines(["toy"], { project: await toy.project() }).catch((thrown: unknown) => thrown);
    return (error as ConfigError).message;
  };

  it("refuses one that writes a table of two datasets", async () => {
    expect(await fault(pipeline.replace("into: other.item_total", "into: [item_total, other.item_total]"))).toMatch(
      /"model" writes one item_total: item_total or other\.item_total/,
    );
  });

  it("refuses a module that is none", async () => {
    expect(await fault(pipeline.replace(modelItems, lineLoader))).toMatch(/its default export is no stage/);
  });

  it("refuses an input that is to come partition by partition from another pipeline", async () => {
    toy.write("pipelines/other.yaml", `${pipeline.replace("pipeline: toy", "pipeline: other")}`);
    const text = pipeline.replace(", other.note_record] }\n  model", "] }\n  model");
    expect(await fault(text)).toMatch(/reads other\.note_record partition by partition, but another pipeline makes it/);
  });
});
