import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { countItems, fixtures, ToyProject } from "./toy-project.js";

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
});
