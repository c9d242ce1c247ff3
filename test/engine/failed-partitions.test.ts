import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NeurotablesError, StorageError } from "../../src/base/errors.js";
import { recomputeTableHash } from "../../src/engine/recompute-table-hash.js";
import type { RunSummary } from "../../src/engine/types.js";
import type { Finding } from "../../src/store/types.js";
import { FakeExecutor } from "./fake-executor.js";
import { countItems, fixtures, ToyProject } from "./toy-project.js";

const independent = join(fixtures, "independent-loader.mjs");
const pipeline = `pipeline: toy
title: Toy
dataset: toy
sources:
  recordings: { files: "a/*.txt" }
  fixed: { files: "b/*.txt" }
steps:
  recordings: { load: ${independent}, source: recordings, into: item_record, with: { upper: false } }
  fixed: { load: ${join(fixtures, "line-loader.mjs")}, source: fixed, into: item_record }
  count: { transform: ${countItems}, from: item_record, into: item_count, with: { minimum: 3 } }
  total: { transform: ${join(fixtures, "total-items.mjs")}, from: [item_record, item_count], into: item_total }
  share: { transform: ${join(fixtures, "share-items.mjs")}, from: [item_record, item_total], into: item_share }
`;

const SHARE = `dataset: toy
table: item_share
role: public
description: Shares.
key: [text]
fields:
  - { name: text, type: utf8, description: The first text. }
  - { name: totals, type: int64, description: How many totals there are. }
`;

let toy: ToyProject;

beforeEach(() => {
  toy = new ToyProject();
  toy.write("schemas/toy/item_share.yaml", SHARE);
  toy.write("pipelines/toy.yaml", pipeline);
  for (const name of ["one", "two", "three"]) toy.write(`raw/a/${name}.txt`, `${name}\n`);
  toy.write("raw/b/fixed.txt", "fixed\n");
});
afterEach(() => toy.remove());

const of = (summary: RunSummary, name: string) => summary.steps.find(({ step }) => step === name);
const counts = (summary: RunSummary) =>
  Object.fromEntries(
    summary.steps.map(({ step, partitions: { ran, cached, failed, skipped } }) => [
      step,
      [ran, cached, failed, skipped],
    ]),
  );
const generation = async () => (await toy.project()).store.currentGeneration();
const rowsOf = async (table: string) =>
  Object.fromEntries(
    (await generation()).snapshots[table]?.partitions.map(({ partition, hash }) => [partition, hash]) ?? [],
  );
const namesOf = async (table: string) => Object.keys(await rowsOf(table));
const edit = (path: string, from: string, to: string) => {
  const text = readFileSync(join(toy.folder, path), "utf8");
  expect(text).toContain(from);
  toy.write(path, text.replace(from, to));
};
const verify = async () => {
  const project = await toy.project();
  const findings: Finding[] = [];
  const recompute = recomputeTableHash(project, join(toy.folder, "spill"));
  for await (const finding of project.store.verify({}, recompute)) findings.push(finding);
  return findings;
};

const ALL = ["fixed/b/fixed.txt", "recordings/a/one.txt", "recordings/a/three.txt", "recordings/a/two.txt"];
const WITHOUT_TWO = ALL.slice(0, 3);

describe("a partition that fails keeps its last good rows", () => {
  it("though the parameters changed under which the others are made", async () => {
    await toy.run();
    const before = await rowsOf("toy.item_record");
    toy.write("raw/a/two.txt", "!bug\n");
    edit("pipelines/toy.yaml", "upper: false", "upper: true");
    const summary = await toy.run();
    expect(counts(summary)).toMatchObject({ recordings: [2, 0, 1, 0], fixed: [0, 1, 0, 0], total: [2, 2, 0, 0] });
    const after = await rowsOf("toy.item_record");
    expect(after["recordings/a/two.txt"]).toBe(before["recordings/a/two.txt"]);
    expect(after["recordings/a/one.txt"]).not.toBe(before["recordings/a/one.txt"]);
    // The row of `source_file` is that of the file that was read then.
    expect(await verify()).toEqual([]);
  });

  it("though its history is lost, or long", async () => {
    await toy.run();
    const before = await rowsOf("toy.item_record");
    rmSync(join(toy.folder, "home", "steps-history"), { recursive: true });
    toy.write("raw/a/two.txt", "!bug\n");
    expect(of(await toy.run(), "recordings")?.failures).toMatchObject([{ keepsLastResult: true }]);
    expect(await rowsOf("toy.item_record")).toEqual(before);
  });

  it("and not what a run made that did not become current", async () => {
    await toy.run();
    const before = await rowsOf("toy.item_record");
    toy.write("raw/a/two.txt", "newer\n");
    toy.write("raw/b/fixed.txt", "!bug\n");
    expect(await toy.run()).toMatchObject({ generation: null });
    toy.write("raw/a/two.txt", "!bug\n");
    toy.write("raw/b/fixed.txt", "fixed\n");
    await toy.run();
    expect(await rowsOf("toy.item_record")).toEqual(before);
  });

  it("for every run that follows, with what was made of them, and says so each time", async () => {
    await toy.run();
    toy.write("raw/a/two.txt", "!bug\n");
    for (let run = 0; run < 2; run++) {
      const summary = await toy.run();
      expect(summary).toMatchObject({ exitCode: 1, generation: null });
      expect(counts(summary)).toEqual({
        recordings: [0, 2, 1, 0],
        fixed: [0, 1, 0, 0],
        count: [0, 1, 0, 0],
        total: [0, 4, 0, 0],
        share: [0, 4, 0, 0],
      });
      expect(summary.warnings).toEqual([
        "1 of 3 partitions of recordings failed: 1 stays as it was; the others become current",
      ]);
    }
  });

  it("until its file is removed", async () => {
    await toy.run();
    toy.write("raw/a/two.txt", "!bug\n");
    await toy.run();
    rmSync(join(toy.mirror, "a", "two.txt"));
    const summary = await toy.run();
    expect(summary).toMatchObject({ ok: true, generation: 2 });
    expect(await namesOf("toy.item_total")).toEqual(WITHOUT_TWO);
    expect(summary.warnings).toEqual([
      "rows of recordings that were there before are gone: 1 of toy.item_record, 1 of toy.item_share, 1 of toy.item_total (1 partition whose source is missing now)",
    ]);
  });

  it("which gc keeps as long as they are current", async () => {
    await toy.run();
    toy.write("raw/a/two.txt", "!bug\n");
    toy.write("raw/a/one.txt", "other\n");
    await toy.run();
    const { store } = await toy.project();
    await store.gc({ plan: false, keepGenerations: 1 });
    expect(await verify()).toEqual([]);
    // The fallback is still found, and nothing else must run again.
    expect(counts(await toy.run())).toMatchObject({ recordings: [0, 2, 1, 0], total: [0, 4, 0, 0] });
    toy.write("raw/a/two.txt", "two again\n");
    expect(await toy.run()).toMatchObject({ ok: true, generation: 3 });
    const { store: later } = await toy.project();
    const steps = () => [...later.catalogueRows().step].filter(({ step }) => step === "recordings").length;
    expect(steps()).toBe(4);
    await later.gc({ plan: false, keepGenerations: 1 });
    expect(steps()).toBe(3);
    expect(await verify()).toEqual([]);
  });
});

describe("a partition that fails is left out", () => {
  it("when its last rows were made under another contract, with a warning of what is gone", async () => {
    await toy.run();
    toy.write("raw/a/two.txt", "!bug\n");
    edit("schemas/toy/item_record.yaml", "minimum: 0", "minimum: -1");
    const summary = await toy.run();
    expect(summary).toMatchObject({ exitCode: 1, generation: 2 });
    expect(of(summary, "recordings")?.failures).toMatchObject([{ partition: "a/two.txt", keepsLastResult: false }]);
    for (const table of ["item_record", "item_total", "item_share"])
      expect(await namesOf(`toy.${table}`)).toEqual(WITHOUT_TWO);
    expect(summary.warnings).toEqual([
      "1 of 3 partitions of recordings failed: 1 is not in the tables; the others become current",
      "rows of recordings that were there before are gone: 1 of toy.item_record, 1 of toy.item_share, 1 of toy.item_total (1 partition that failed now)",
    ]);
    expect(await verify()).toEqual([]);
  });

  it("and nothing is made of it, though other inputs have rows of it", async () => {
    // The total of `two` fails: its share must not be counted as if there were none.
    toy.write("raw/a/two.txt", "bad total\n");
    const summary = await toy.run();
    expect(counts(summary)).toMatchObject({ recordings: [3, 0, 0, 0], total: [3, 0, 1, 0], share: [3, 0, 0, 1] });
    expect(await namesOf("toy.item_record")).toEqual(ALL);
    expect(await namesOf("toy.item_total")).toEqual(WITHOUT_TWO);
    expect(await namesOf("toy.item_share")).toEqual(WITHOUT_TWO);
    const skipped = toy.events.flatMap((event) =>
      event.kind === "unit-finished" && event.status === "skipped" ? [[event.step, event.partition, event.reason]] : [],
    );
    expect(skipped).toEqual([["share", "recordings/a/two.txt", "needs item_total, which total could not make"]]);
  });
});

describe("a transform that fails for a partition", () => {
  it("keeps what it made of its former rows, and what follows is up to date", async () => {
    await toy.run();
    const before = await rowsOf("toy.item_total");
    toy.write("raw/a/two.txt", "bad total\n");
    const summary = await toy.run();
    expect(counts(summary)).toMatchObject({ recordings: [1, 2, 0, 0], total: [0, 3, 1, 0], share: [1, 3, 0, 0] });
    expect(of(summary, "total")?.failures).toMatchObject([
      { partition: "recordings/a/two.txt", keepsLastResult: true },
    ]);
    expect(await rowsOf("toy.item_total")).toEqual(before);
  });
});

describe("steps whose partitions stand on their own", () => {
  beforeEach(() => {
    const others = `  others: { load: ${independent}, source: others, into: item_record }\n`;
    const text = pipeline.replace("  fixed: { load", `${others}  fixed: { load`);
    toy.write("pipelines/toy.yaml", text.replace("sources:\n", 'sources:\n  others: { files: "c/*.txt" }\n'));
    for (const name of ["four", "five"]) toy.write(`raw/c/${name}.txt`, `${name}\n`);
  });

  it("may fail together", async () => {
    await toy.run();
    toy.write("raw/a/two.txt", "!bug\n");
    toy.write("raw/c/five.txt", "!bug\n");
    toy.write("raw/c/six.txt", "!bug\n");
    const summary = await toy.run();
    expect(summary).toMatchObject({ ok: false, exitCode: 1 });
    expect(counts(summary)).toMatchObject({ recordings: [0, 2, 1, 0], others: [0, 1, 2, 0], total: [0, 6, 0, 1] });
    expect(summary.warnings).toEqual([
      "1 of 3 partitions of recordings failed: 1 stays as it was; the others become current",
      "2 of 3 partitions of others failed: 1 is not in the tables, 1 stays as it was; the others become current",
    ]);
    expect(await namesOf("toy.item_record")).toHaveLength(6);
  });

  it("are left out whole where all of them fail at first, and the others become current", async () => {
    for (const name of ["four", "five"]) toy.write(`raw/c/${name}.txt`, "!bug\n");
    const summary = await toy.run();
    expect(summary).toMatchObject({ exitCode: 1, generation: 1 });
    expect(counts(summary)).toMatchObject({ others: [0, 0, 2, 0], total: [4, 0, 0, 2] });
    expect(await namesOf("toy.item_record")).toEqual(ALL);
  });
});

describe("nothing becomes current", () => {
  it("when a table has lost all its rows to failures, though nobody reads it", async () => {
    const alone = pipeline.slice(0, pipeline.indexOf("  fixed: { load")).replace('  fixed: { files: "b/*.txt" }\n', "");
    toy.write("pipelines/toy.yaml", alone);
    await toy.run();
    const before = await generation();
    edit("schemas/toy/item_record.yaml", "minimum: 0", "minimum: -1");
    for (const name of ["one", "two", "three"]) toy.write(`raw/a/${name}.txt`, "!bug\n");
    expect(await toy.run()).toMatchObject({ exitCode: 1, generation: null });
    expect(await generation()).toEqual(before);
  });

  it("of a run that was interrupted, though what failed stands on its own", async () => {
    await toy.run();
    toy.write("raw/a/one.txt", "changed\n");
    toy.write("raw/a/two.txt", "changed too\n");
    const stop = new AbortController();
    const executor = new FakeExecutor({
      before: async (job) => {
        if (job.partition === "a/two.txt") throw new NeurotablesError("load/odd", "no");
        stop.abort();
      },
    });
    const summary = await toy.run({ executor, signal: stop.signal, jobs: 1 });
    expect(summary).toMatchObject({ exitCode: 130, generation: null });
  });

  it("when the home folder is the reason, not the file", async () => {
    await toy.run();
    toy.write("raw/a/one.txt", "changed\n");
    toy.write("raw/a/two.txt", "changed too\n");
    const full = new FakeExecutor({
      before: async (job) => {
        if (job.partition === "a/two.txt") throw new StorageError("disk-full", "no space is left");
      },
    });
    const summary = await toy.run({ executor: full });
    expect(summary).toMatchObject({ exitCode: 7, generation: null });
    expect(of(summary, "recordings")?.failures).toMatchObject([{ keepsLastResult: false }]);
  });

  it("when parts of a table cannot be put together; the next run goes on from there", async () => {
    const broken = new FakeExecutor({
      before: async (job) => {
        if (job.kind === "compact" && job.step === "table toy.item_share") throw new Error("no compaction");
      },
    });
    const summary = await toy.run({ executor: broken });
    expect(summary).toMatchObject({ exitCode: 70, generation: null });
    expect(summary.warnings).toEqual(["bug: no compaction"]);
    expect(summary.steps.every(({ status }) => status === "ran")).toBe(true);
    const whole = new FakeExecutor();
    expect(await toy.run({ executor: whole })).toMatchObject({ ok: true, generation: 1 });
    expect(whole.ran).toEqual([]);
    expect(whole.compactions).toBe(1);
  });
});

describe("--only", () => {
  it("with a partition that fails keeps its rows, and those of the steps that are left out", async () => {
    await toy.run();
    const before = await rowsOf("toy.item_record");
    toy.write("raw/a/two.txt", "!bug\n");
    toy.write("raw/a/one.txt", "other\n");
    const summary = await toy.run({ only: "recordings" });
    expect(summary).toMatchObject({ exitCode: 1, generation: 2 });
    const after = await rowsOf("toy.item_record");
    expect(Object.keys(after)).toEqual(ALL);
    expect(after["recordings/a/two.txt"]).toBe(before["recordings/a/two.txt"]);
    // The whole pipeline finds the same.
    const tableHash = (await generation()).snapshots["toy.item_record"]?.tableHash;
    await toy.run();
    expect((await generation()).snapshots["toy.item_record"]?.tableHash).toBe(tableHash);
  });

  it("leaves a table as it is when rows of the steps that are left out are no longer stored", async () => {
    await toy.run();
    const before = (await generation()).snapshots["toy.item_record"];
    const { store } = await toy.project();
    for (const { key } of [...store.catalogueRows().step].filter(({ step }) => step === "fixed"))
      rmSync(join(toy.folder, "home", "steps", String(key).slice(0, 2), `${String(key)}.json`));
    toy.write("raw/a/one.txt", "other\n");
    const summary = await toy.run({ only: "recordings" });
    expect(summary.warnings[0]).toMatch(/^toy\.item_record stays as it is: what a step gave to it is gone/);
    expect((await generation()).snapshots["toy.item_record"]).toEqual(before);
    expect(await toy.run()).toMatchObject({ ok: true });
  });

  it("of a transform runs its partitions, and leaves what follows as it is", async () => {
    await toy.run();
    const before = await rowsOf("toy.item_share");
    toy.write("raw/a/one.txt", "others\n");
    const summary = await toy.run({ only: "total" });
    expect(counts(summary)).toEqual({
      recordings: [1, 2, 0, 0],
      fixed: [0, 1, 0, 0],
      count: [1, 0, 0, 0],
      total: [1, 3, 0, 0],
    });
    expect(await rowsOf("toy.item_share")).toEqual(before);
    expect(counts(await toy.run())).toMatchObject({ total: [0, 4, 0, 0], share: [1, 3, 0, 0] });
  });
});
