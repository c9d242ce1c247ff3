import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../src/base/hash.js";
import { checkTables } from "../../src/engine/check.js";
import { lineage } from "../../src/engine/lineage.js";
import { readPipelines } from "../../src/engine/pipeline-file.js";
import { status } from "../../src/engine/status.js";
import { why } from "../../src/engine/why.js";
import { InlineExecutor } from "../../src/executors/inline-executor.js";
import { FakeExecutor } from "./fake-executor.js";
import { fixedCode, ToyProject, toyPipeline } from "./toy-project.js";

let toy: ToyProject;

beforeEach(() => {
  toy = new ToyProject();
  toy.write("pipelines/toy.yaml", toyPipeline);
  toy.write("raw/a/one.txt", "x\n");
  toy.write("raw/a/two.txt", "x\n");
  toy.write("raw/b/three.txt", "z\n");
});
afterEach(() => toy.remove());

const services = { code: fixedCode };
const fake = () => toy.run({ executor: new FakeExecutor() });

async function ask(target: string) {
  const project = await toy.project();
  return why({ project, pipelines: await readPipelines(["toy"], { project }), target, services });
}

describe("plan", () => {
  it("says why units run, wait, are skipped or cached", async () => {
    const units = async () =>
      (await toy.plan()).units.map(({ step, partition, action, reason }) => [step, partition, action, reason]);
    expect(await units()).toEqual([
      ["first", "a/one.txt", "run", "never ran"],
      ["first", "a/two.txt", "run", "never ran"],
      ["second", "b/three.txt", "run", "never ran"],
      ["third", "", "skip", "source third is missing (optional)"],
      ["count", "", "wait", "waits for first, second"],
    ]);
    await fake();
    toy.write("raw/a/one.txt", "changed\n");
    expect(await units()).toEqual([
      ["first", "a/one.txt", "run", "source a/one.txt changed"],
      ["first", "a/two.txt", "cached", "up to date"],
      ["second", "b/three.txt", "cached", "up to date"],
      ["third", "", "skip", "source third is missing (optional)"],
      ["count", "", "wait", "waits for first"],
    ]);
    expect((await toy.plan()).counts).toEqual({ run: 1, cached: 2, skip: 1, wait: 1 });
  });

  it("runs and writes nothing", async () => {
    await toy.plan();
    const { store } = await toy.project();
    expect(store.currentGeneration().generation).toBe(0);
    expect(store.journal.runs()).toEqual([]);
  });

  it("says so when a stored result is gone", async () => {
    await fake();
    const { store } = await toy.project();
    const { rmSync } = await import("node:fs");
    rmSync(store.partPath(store.currentGeneration().snapshots["toy.item_count"]?.parts[0] ?? { sha256: "" }));
    const count = (await toy.plan()).units.find(({ step }) => step === "count");
    expect(count).toMatchObject({ action: "run", reason: "its stored result is gone" });
    await fake();
    expect((await toy.plan()).counts.run).toBe(0);
  });
});

describe("why", () => {
  it("gives the parts of the key of a step that never ran", async () => {
    const answer = await ask("first");
    expect(answer).toMatchObject({ kind: "step", unitCount: 2, causes: [] });
    expect(answer.units[0]).toMatchObject({ action: "run", reason: "never ran", before: null, differences: [] });
    expect(answer.units[0]?.keyParts).toMatchObject({
      dataset: "toy",
      step: "first",
      "source a/one.txt": sha256("x\n"),
      "parameter upper": "false",
    });
  });

  it("names the file that changed, with both hashes, before the run and after it", async () => {
    await fake();
    toy.write("raw/a/one.txt", "changed\n");
    const difference = { part: "source a/one.txt", before: sha256("x\n"), after: sha256("changed\n") };
    const before = await ask("first");
    expect(before.units[0]).toMatchObject({
      action: "run",
      reason: "source a/one.txt changed",
      differences: [difference],
    });
    expect(before.units[1]).toMatchObject({ action: "cached", differences: [] });
    await fake();
    const after = await ask("first");
    expect(after.units[0]).toMatchObject({ action: "cached", reason: "up to date", differences: [difference] });
  });

  it("follows a change of an input up to the file behind it", async () => {
    await fake();
    toy.write("raw/b/three.txt", "other\n");
    const waiting = await ask("item_count");
    expect(waiting.units[0]).toMatchObject({ action: "wait", reason: "waits for second" });
    expect(waiting.causes.map(({ step, differences }) => [step, differences[0]?.part])).toEqual([
      ["second", "source b/three.txt"],
    ]);
    await fake();
    const answer = await ask("toy.item_count");
    expect(answer).toMatchObject({ target: "toy.item_count", kind: "table" });
    expect(answer.units[0]?.differences.map(({ part }) => part)).toEqual(["input item_record"]);
    expect(answer.causes.map(({ step, differences }) => [step, differences[0]?.part])).toEqual([
      ["second", "source b/three.txt"],
    ]);
  });

  it("does not blame a change that came before", async () => {
    await fake();
    toy.write("raw/b/three.txt", "other\n");
    await fake();
    toy.write(
      "pipelines/toy.yaml",
      toyPipeline.replace("into: item_count }", "into: item_count, with: { minimum: 2 } }"),
    );
    await fake();
    const answer = await ask("count");
    expect(answer.units[0]?.differences).toEqual([{ part: "parameter minimum", before: "1", after: "2" }]);
    expect(answer.causes).toEqual([]);
  });

  it("compares with the key before when a change is taken back", async () => {
    await fake();
    toy.write("raw/b/three.txt", "other\n");
    await fake();
    toy.write("raw/b/three.txt", "z\n");
    await fake();
    const answer = await ask("second");
    expect(answer.units[0]?.differences).toEqual([
      { part: "source b/three.txt", before: sha256("other\n"), after: sha256("z\n") },
    ]);
  });

  it("suggests a name", async () => {
    await expect(ask("item_cuont")).rejects.toMatchObject({
      tag: "usage/unknown-target",
      exitCode: 2,
      wayOut: 'did you mean "item_count"?',
    });
  });
});

describe("lineage", () => {
  it("leads from a table to the raw files, and from a table to what was made of it", async () => {
    await fake();
    const project = await toy.project();
    const count = lineage({ project, table: "item_count" });
    expect(count.upstream.map(({ table, distance }) => [table, distance])).toEqual([
      ["toy.item_count", 0],
      ["toy.item_record", 1],
    ]);
    expect(count.files).toEqual([
      { path: "a/one.txt", sha256: sha256("x\n") },
      { path: "a/two.txt", sha256: sha256("x\n") },
      { path: "b/three.txt", sha256: sha256("z\n") },
    ]);
    expect(count.upstream[1]?.steps.map(({ step, partitions }) => [step, partitions])).toEqual([
      ["first", 2],
      ["second", 1],
    ]);
    expect(count.upstream[0]?.steps[0]).toMatchObject({
      parameters: { minimum: "1" },
      inputs: [{ table: "toy.item_record" }],
    });
    expect(lineage({ project, table: "toy.item_record" }).downstream.map(({ table }) => table)).toEqual([
      "toy.item_count",
    ]);
    expect(() => lineage({ project, table: "item_cout" })).toThrow(/there is no table item_cout/);
  });
});

describe("status", () => {
  it("tells the tables, the pipelines and the last run", async () => {
    const project = await toy.project();
    const pipelines = await readPipelines(["toy"], { project });
    expect(await status({ project, pipelines, services })).toMatchObject({
      generation: 0,
      tables: [],
      lastRun: null,
      pipelines: [{ upToDate: false }],
    });
    const { run } = await fake();
    expect(await status({ project: await toy.project(), pipelines, services })).toMatchObject({
      generation: 1,
      pipelines: [{ pipeline: "toy", upToDate: true, counts: { cached: 4, skip: 1 } }],
      lastRun: { run, status: "finished" },
    });
  });
});

describe("check", () => {
  const failed = async (table?: string) => {
    const project = await toy.project();
    const pipelines = await readPipelines(["toy"], { project });
    const checks = await checkTables({
      project,
      pipelines,
      executor: new InlineExecutor(),
      ...(table === undefined ? {} : { table }),
    });
    return { checks, failed: checks.filter(({ status }) => status === "failed") };
  };

  it("finds nothing wrong in what a run has made", async () => {
    await toy.run();
    const { checks, failed: faults } = await failed();
    expect(faults).toEqual([]);
    expect(checks.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        "toy.item_record keeps its contract",
        "toy.item_record.source_id is in toy.source_file.source_id",
        "sums agree",
      ]),
    );
    expect(checks.find(({ check }) => check === "needs the third")).toMatchObject({ status: "skipped" });
  });

  it("shows the rows that break a contract, and a reference", async () => {
    // A transform that the writer would refuse is simulated by a store entry under a contract that was loosened.
    await toy.run();
    const { store } = await toy.project();
    const { contractHash } = store.currentGeneration().snapshots["toy.item_record"] ?? {};
    const { readFileSync } = await import("node:fs");
    const { join } = await import("node:path");
    const path = "schemas/toy/item_record.yaml";
    const strict = readFileSync(join(toy.folder, path), "utf8")
      .replace("description: The line.", 'pattern: "[xy]", description: The line.')
      .replace("references: source_file.source_id", "references: item_count.text");
    toy.write(path, strict);
    const { parseContract } = await import("../../src/tables/contract-file.js");
    const hash = parseContract(strict, "item_record.yaml").hash;
    expect((await failed("item_record")).failed[0]?.reason).toMatch(/another version of its contract/);
    await store.commitGeneration((current) => {
      const entry = current.snapshots["toy.item_record"];
      return entry === undefined ? undefined : { "toy.item_record": { ...entry, contractHash: hash } };
    }, "test");
    expect(hash).not.toBe(contractHash);
    const { failed: faults } = await failed("item_record");
    expect(faults[0]).toMatchObject({
      check: "toy.item_record keeps its contract",
      rowsAtFault: 1,
      rows: [{ column: "text", found: "z", rule: "pattern [xy]" }],
    });
    expect(faults[1]).toMatchObject({ check: "toy.item_record.source_id is in toy.item_count.text", rowsAtFault: 3 });
  });
});
