import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConfigError } from "../../src/base/errors.js";
import { lineage } from "../../src/engine/lineage.js";
import { readPipelines } from "../../src/engine/pipeline-file.js";
import { status } from "../../src/engine/status.js";
import type { RunSummary } from "../../src/engine/types.js";
import { why } from "../../src/engine/why.js";
import { FakeExecutor } from "./fake-executor.js";
import { countItems, fixedCode, fixtures, ToyProject } from "./toy-project.js";

const pipeline = `pipeline: toy
title: Toy
dataset: toy
sources:
  recordings: { files: "a/*.txt" }
  fixed: { files: "b/*.txt" }
steps:
  recordings: { load: ${join(fixtures, "independent-loader.mjs")}, source: recordings, into: item_record }
  fixed: { load: ${join(fixtures, "line-loader.mjs")}, source: fixed, into: [note_record, item_record] }
  count: { transform: ${countItems}, from: item_record, into: item_count }
  total: { transform: ${join(fixtures, "total-items.mjs")}, from: [item_record, item_count], into: item_total }
`;

let toy: ToyProject;

beforeEach(() => {
  toy = new ToyProject();
  toy.write("schemas/toy/note_record.yaml", NOTE);
  toy.write("pipelines/toy.yaml", pipeline);
  for (const name of ["one", "two", "three"]) toy.write(`raw/a/${name}.txt`, `${name}\nsame\n`);
  toy.write("raw/b/fixed.txt", "fixed\n");
});
afterEach(() => toy.remove());

const NOTE = `dataset: toy
table: note_record
role: record
description: Notes.
key: [note]
fields:
  - { name: note, type: utf8, description: The note. }
`;

const partitions = (summary: RunSummary, name: string) => summary.steps.find(({ step }) => step === name)?.partitions;
const current = async (table: string) => (await toy.project()).store.currentGeneration().snapshots[table];

describe("partitions", () => {
  it("run a transform once per partition, and again only for the one that changed", async () => {
    const first = await toy.run();
    expect(first.steps.flatMap(({ error }) => error ?? [])).toEqual([]);
    expect(partitions(first, "total")).toEqual({ ran: 4, cached: 0, failed: 0, skipped: 0 });
    expect((await current("toy.item_total"))?.partitions.map(({ partition }) => partition)).toEqual([
      "fixed/b/fixed.txt",
      "recordings/a/one.txt",
      "recordings/a/three.txt",
      "recordings/a/two.txt",
    ]);
    // Lengths of the texts, and 100 for each of the five texts counted.
    expect((await current("toy.item_total"))?.rows).toBe(4);
    // Another order: another partition, but the same counts, which the other partitions read.
    toy.write("raw/a/two.txt", "same\ntwo\n");
    const plan = await toy.plan();
    expect(plan.units.filter(({ action }) => action === "run").map(({ step }) => step)).toEqual(["recordings"]);
    expect(plan.units.find(({ partition, step }) => step === "total" && partition.endsWith("two.txt"))?.action).toBe(
      "wait",
    );
    const second = await toy.run();
    expect(partitions(second, "recordings")).toEqual({ ran: 1, cached: 2, failed: 0, skipped: 0 });
    expect(partitions(second, "total")).toEqual({ ran: 1, cached: 3, failed: 0, skipped: 0 });
    expect((await toy.plan()).counts).toMatchObject({ run: 0, wait: 0 });
  });

  it("that fail leave the others, which become current with exit code 1", async () => {
    toy.write("raw/a/two.txt", "!bug\n");
    const summary = await toy.run();
    expect(summary).toMatchObject({ ok: false, generation: 1 });
    expect(partitions(summary, "recordings")).toEqual({ ran: 2, cached: 0, failed: 1, skipped: 0 });
    expect(partitions(summary, "total")).toEqual({ ran: 3, cached: 0, failed: 0, skipped: 1 });
    expect(summary.steps[0]?.failures).toMatchObject([{ partition: "a/two.txt", keepsLastResult: false }]);
    expect(summary.warnings).toEqual([
      "1 of 3 partitions of recordings failed: 1 is not in the tables; the others become current",
    ]);
    expect((await current("toy.item_record"))?.partitions.map(({ partition }) => partition)).toEqual([
      "fixed/b/fixed.txt",
      "recordings/a/one.txt",
      "recordings/a/three.txt",
    ]);
  });

  it("that fail keep their last good rows, until they load again", async () => {
    const before = await toy.run();
    toy.write("raw/a/two.txt", "!bug\n");
    toy.write("raw/a/one.txt", "other\nsame\n");
    const summary = await toy.run();
    expect(summary.exitCode).not.toBe(0);
    expect(summary.steps[0]?.failures).toMatchObject([{ partition: "a/two.txt", keepsLastResult: true }]);
    expect(partitions(summary, "recordings")).toEqual({ ran: 1, cached: 1, failed: 1, skipped: 0 });
    const record = await current("toy.item_record");
    expect(record?.partitions).toHaveLength(4);
    const hashOf = (name: string) => record?.partitions.find(({ partition }) => partition.endsWith(name))?.hash;
    toy.write("raw/a/two.txt", "two\nsame\n");
    toy.write("raw/a/one.txt", "one\nsame\n");
    const again = await toy.run();
    expect(again).toMatchObject({ ok: true, exitCode: 0 });
    expect(again.steps.map(({ tableHash }) => tableHash)).toEqual(before.steps.map(({ tableHash }) => tableHash));
    expect(
      (await current("toy.item_record"))?.partitions.find(({ partition }) => partition.endsWith("two.txt"))?.hash,
    ).toBe(hashOf("two.txt"));
  });

  it("that all fail keep the tables as they were", async () => {
    await toy.run();
    for (const name of ["one", "two", "three"]) writeFileSync(join(toy.mirror, "a", `${name}.txt`), "!bug\n");
    rmSync(join(toy.mirror, "b"), { recursive: true });
    const summary = await toy.run();
    expect(summary).toMatchObject({ ok: false, generation: null });
    expect((await current("toy.item_record"))?.partitions).toHaveLength(4);
  });

  it("of a step whose partitions do not stand on their own keep the pipeline's tables", async () => {
    toy.write("raw/b/fixed.txt", "!bug\n");
    const summary = await toy.run();
    expect(summary).toMatchObject({ ok: false, generation: null });
  });

  it("of a transform that fail leave the others", async () => {
    toy.write("raw/a/two.txt", "bad total\n");
    const summary = await toy.run();
    expect(summary).toMatchObject({ ok: false, generation: 1 });
    expect(partitions(summary, "total")).toEqual({ ran: 3, cached: 0, failed: 1, skipped: 0 });
    expect((await current("toy.item_record"))?.partitions).toHaveLength(4);
    expect((await current("toy.item_total"))?.partitions).toHaveLength(3);
  });

  it("report recordings of a file that could not be loaded, on every run", async () => {
    toy.write("raw/a/two.txt", "two\n!recording\n");
    for (const status of ["ran", "cached"]) {
      const summary = await toy.run();
      expect(summary).toMatchObject({ ok: false, exitCode: 1 });
      expect(summary.steps[0]?.status).toBe(status);
      expect(summary.steps[0]?.failures).toMatchObject([
        { partition: "a/two.txt", recording: "worm 2", error: { tag: "load/undeclared" } },
      ]);
    }
    expect((await current("toy.item_record"))?.partitions).toHaveLength(4);
  });

  it("of equal rows are worked on once, and the plan says so", async () => {
    for (const name of ["one", "two", "three"]) toy.write(`raw/a/${name}.txt`, "# nothing\n");
    await toy.run({ only: "count" });
    const said = (await toy.plan()).units.filter(({ step }) => step === "total");
    expect(said.map(({ partition, action, reason }) => [partition, action, reason])).toEqual([
      ["fixed/b/fixed.txt", "run", "never ran"],
      ["recordings/a/one.txt", "run", "never ran"],
      ["recordings/a/three.txt", "wait", "has the same rows as recordings/a/one.txt, which runs"],
      ["recordings/a/two.txt", "wait", "has the same rows as recordings/a/one.txt, which runs"],
    ]);
    expect(partitions(await toy.run(), "total")).toEqual({ ran: 2, cached: 2, failed: 0, skipped: 0 });
    const names = (await current("toy.item_total"))?.partitions.map(({ partition }) => partition);
    expect(names).toEqual(said.map(({ partition }) => partition));
  });

  it("of files that belong together run together", async () => {
    const grouped = pipeline.replace("independent-loader.mjs", "group-loader.mjs");
    toy.write("pipelines/toy.yaml", grouped);
    for (const name of ["x_trace", "x_time", "y_trace"]) toy.write(`raw/a/${name}.txt`, `${name}\n`);
    const first = await toy.run();
    expect(first.steps.flatMap(({ error }) => error ?? [])).toEqual([]);
    const names = async () => (await current("toy.item_record"))?.partitions.map(({ partition }) => partition);
    // Files that belong to no group are their own.
    expect(await names()).toEqual([
      "fixed/b/fixed.txt",
      "recordings/a/one.txt",
      "recordings/a/three.txt",
      "recordings/a/two.txt",
      "recordings/x",
      "recordings/y",
    ]);
    expect((await current("toy.source_file"))?.rows).toBe(7);
    toy.write("raw/a/y_time.txt", "y\n");
    expect(partitions(await toy.run(), "recordings")).toEqual({ ran: 1, cached: 4, failed: 0, skipped: 0 });
    toy.write("raw/a/x_time.txt", "!bug\n");
    const failed = await toy.run();
    expect(failed.steps[0]?.failures).toMatchObject([{ partition: "x", keepsLastResult: true }]);
    expect(await names()).toHaveLength(6);
  });

  it("keep the names that they have now, where the rows are the same", async () => {
    await toy.run();
    const before = await current("toy.item_total");
    renameSync(join(toy.mirror, "a", "one.txt"), join(toy.mirror, "a", "once.txt"));
    await toy.run();
    const after = await current("toy.item_total");
    expect(after?.tableHash).toBe(before?.tableHash);
    expect(after?.partitions.map(({ partition }) => partition)).toContain("recordings/a/once.txt");
    expect(await toy.run()).toMatchObject({ generation: null, warnings: [] });
  });

  it("of an input that has no rows of them are worked on without", async () => {
    toy.write(
      "pipelines/join.mjs",
      `import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
export default {
  name: "join", description: "", outputs: ["item_total"], parameters: z.object({}),
  inputs: ["item_record", "note_record"], each: ["item_record", "note_record"],
  async run({ input, sink }) {
    let notes = 1;
    for await (const row of input("note_record").rows()) notes += row.note.length;
    for await (const batch of input("note_record").batches()) notes += 10 * batch.numRows;
    for await (const { text } of input("item_record").rows(["text"])) {
      sink("item_total").write([{ text, occurrences: notes + 100 * input("note_record").rowCount }]);
      return;
    }
  },
};`,
    );
    const step = "total: { transform: ./join.mjs, from: [item_record, note_record], into: item_total }";
    toy.write("pipelines/toy.yaml", pipeline.replace(/total: \{.*/, step));
    toy.write("raw/b/fixed.txt", "!undeclared\n");
    const summary = await toy.run();
    expect(summary.steps.flatMap(({ error }) => error ?? [])).toEqual([]);
    expect(partitions(summary, "total")).toEqual({ ran: 4, cached: 0, failed: 0, skipped: 0 });
    const { store } = await toy.project();
    const { openTable } = await import("../../src/tables/parquet-table.js");
    const { readContract } = await import("../../src/tables/contract-file.js");
    const { parts = [], rows = 0 } = (await current("toy.item_total")) ?? {};
    const table = openTable({
      contract: await readContract(join(toy.folder, "schemas/toy/item_total.yaml")),
      partPaths: parts.map((part) => store.partPath(part)),
      rowCount: rows,
    });
    const totals: unknown[] = [];
    for await (const row of table.rows<{ occurrences: bigint }>()) totals.push(Number(row.occurrences));
    // One note of one letter in the first partition, none in the others.
    expect(totals).toEqual([112, 1, 1, 1]);
  });

  it("that are none leave empty tables", async () => {
    const text = pipeline.replace(/ {2}fixed: \{ load.*\n/, "").replace('"a/*.txt" }', '"a/*.txt", optional: true }');
    toy.write("pipelines/toy.yaml", text.replace("sources:", 'sources:\n  other: { files: "other.txt" }'));
    rmSync(join(toy.mirror, "a"), { recursive: true });
    toy.write("raw/other.txt", "");
    const summary = await toy.run();
    expect(summary.ok).toBe(true);
    expect(summary.steps.find(({ step }) => step === "total")).toMatchObject({
      status: "skipped",
      reason: "its inputs have no partitions",
    });
    expect(await current("toy.item_total")).toMatchObject({ rows: 0 });
  });
});

describe("an implementation", () => {
  const module = (name: string, replace: [string, string]) =>
    toy.write(
      `pipelines/${name}`,
      readFileSync(join(fixtures, name), "utf8")
        .replace(...replace)
        .replace('from "zod"', `from ${JSON.stringify(import.meta.resolve("zod"))}`)
        .replace('"./line-loader.mjs"', JSON.stringify(join(fixtures, "line-loader.mjs"))),
    );
  const faults = async () => {
    const error = await toy.run().catch((thrown: unknown) => thrown);
    return (error as ConfigError).diagnostics?.map(({ message, hint }) => `${message} (${hint})`);
  };

  it("that asks for what it does not read partition by partition is refused", async () => {
    const path = module("total-items.mjs", ['each: ["item_record"]', 'each: ["item_rekord"]']);
    toy.write("pipelines/toy.yaml", pipeline.replace(join(fixtures, "total-items.mjs"), "./total-items.mjs"));
    expect(await faults()).toEqual([
      `${path}: its default export is no transform (Export an object by default; it lacks each (a list of its inputs).)`,
    ]);
  });

  it("whose groups of files capture nothing is refused", async () => {
    const path = module("group-loader.mjs", ["/([a-z]+)_[a-z]+[.]txt$", "/[a-z]+_[a-z]+[.]txt$"]);
    toy.write("pipelines/toy.yaml", pipeline.replace(join(fixtures, "independent-loader.mjs"), "./group-loader.mjs"));
    expect((await faults())?.[0]).toContain(`${path}: its default export is no loader`);
  });

  it("cannot have a table of another pipeline partition by partition", async () => {
    toy.write(
      "schemas/other/item_total.yaml",
      readFileSync(join(toy.folder, "schemas/toy/item_total.yaml"), "utf8").replace("dataset: toy", "dataset: other"),
    );
    module("total-items.mjs", [
      'inputs: ["item_record", "item_count"],\n  each: ["item_record"]',
      'inputs: ["toy.item_record"],\n  each: ["toy.item_record"]',
    ]);
    toy.write(
      "pipelines/toy.yaml",
      "pipeline: other\ndataset: other\nsteps:\n  total: { transform: ./total-items.mjs, from: toy.item_record, into: item_total }\n",
    );
    expect(await faults()).toEqual([
      '"total" reads toy.item_record partition by partition, but another pipeline makes it (such a table can only be read whole: make it in this pipeline)',
    ]);
  });
});

describe("the history of partitions", () => {
  const project = () => toy.project();
  const ask = async (target: string) => {
    const pipelines = await readPipelines(["toy"], { project: await project() });
    return why({ project: await project(), pipelines, target, services: { code: fixedCode } });
  };

  it("leads from a partition to its own file, not to those of others", async () => {
    await toy.run();
    // The counts stay as they are: five texts, once or several times.
    toy.write("raw/a/two.txt", "same\ntwo\n");
    for (const moment of ["before", "after"]) {
      const { causes, units, unitCount } = await ask("total");
      expect(unitCount).toBe(4);
      // Until the counts are made anew, nobody knows whether they will be others.
      expect(units.filter(({ action }) => action !== "cached")).toHaveLength(moment === "before" ? 4 : 0);
      expect(causes.map(({ step, partition }) => [step, partition])).toEqual([["recordings", "a/two.txt"]]);
      await toy.run();
    }
  });

  it("shows of hundreds of partitions those that are to be made or differ", async () => {
    for (let index = 0; index < 210; index++) toy.write(`raw/a/${index}.txt`, `${index}\n`);
    const executor = () => new FakeExecutor();
    await toy.run({ executor: executor(), jobs: 8 });
    expect(await ask("recordings")).toMatchObject({ units: [], unitCount: 213 });
    toy.write("raw/a/7.txt", "other\n");
    toy.write("raw/a/new.txt", "new\n");
    const { units } = await ask("recordings");
    expect(units.map(({ partition, action }) => [partition, action])).toEqual([
      ["a/7.txt", "run"],
      ["a/new.txt", "run"],
    ]);
    const { causes, units: waiting } = await ask("total");
    expect(waiting.length).toBe(200);
    expect(causes.map(({ partition }) => partition)).toEqual(["a/7.txt", "a/new.txt"]);
    expect((await status({ project: await project(), services: { code: fixedCode } })).tables).toHaveLength(7);
    await toy.run({ executor: executor(), jobs: 8 });
    const { upstream, files } = lineage({ project: await project(), table: "item_total" });
    expect(files).toHaveLength(215);
    expect(upstream[0]?.steps).toMatchObject([
      {
        step: "total",
        partitions: 215,
        // Each partition read its own rows of the first, and all of the second.
        inputs: [
          { table: "toy.item_record", tableHash: null },
          { table: "toy.item_count", tableHash: expect.any(String) },
        ],
      },
    ]);
    expect(
      upstream.find(({ table }) => table === "toy.item_record")?.steps.map(({ partitions: count }) => count),
    ).toEqual([1, 214]);
  });
});
