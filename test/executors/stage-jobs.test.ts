import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ProcessExecutor } from "../../src/executors/process-executor.js";
import { fixtures, lineLoader, ToyProject } from "../engine/toy-project.js";
import { build } from "./built.js";

const note = `dataset: other
table: note_record
role: record
description: Notes.
key: [note]
fields:
  - { name: note, type: utf8, description: The note. }
`;
const pipeline = (resources = "") => `pipeline: toy
title: Toy
dataset: toy
sources:
  first: { files: "a/*.txt" }
steps:
  first: { load: ${lineLoader}, source: first, into: [item_record, other.note_record] }
  model: { stage: ${join(fixtures, "model-items.mjs")}, from: [item_record, other.note_record], into: item_total${resources} }
`;

let executor: ProcessExecutor;
let toy: ToyProject;
beforeAll(build);
beforeEach(() => {
  executor = new ProcessExecutor();
  toy = new ToyProject();
  toy.write("schemas/other/note_record.yaml", note);
  toy.write("pipelines/toy.yaml", pipeline());
  toy.write("raw/a/good.txt", "x\n");
});
afterEach(async () => {
  await executor.close();
  toy.remove();
});

async function evidence(): Promise<unknown[]> {
  const { store } = await toy.project();
  const { keys = [] } = store.currentGeneration().snapshots["toy.item_total"] ?? {};
  // Putting the partitions together is a unit too.
  return keys.map((key) => store.readStepRecord(key)?.evidence).filter((facts) => facts !== undefined);
}

describe("a stage in a child process", () => {
  it("hands its evidence over, what JSON cannot carry as text", async () => {
    toy.write("raw/a/none.txt", "# nothing\n");
    const summary = await toy.run({ executor, jobs: 4 });
    expect(summary.steps.flatMap(({ error }) => error ?? [])).toEqual([]);
    expect(await evidence()).toEqual(
      expect.arrayContaining([
        { items: 1, seed: 1, notes: 0, converged: true, loss: 0.5 },
        { items: 0, seed: 1, notes: 0, converged: false, loss: "NaN", best: null, bound: "-Infinity" },
      ]),
    );
    const log = readFileSync(join(toy.folder, "home", summary.steps[1]?.log as string), "utf8");
    expect(log.match(/threads: 2/g)).toHaveLength(2);
    expect(summary.steps[1]?.peakMemoryBytes).toBeGreaterThan(1e7);
  });

  it("writes the same as one in this process", async () => {
    const first = await toy.run({ executor });
    const other = new ToyProject();
    try {
      for (const [path, text] of [
        ["schemas/other/note_record.yaml", note],
        ["pipelines/toy.yaml", pipeline()],
        ["raw/a/good.txt", "x\n"],
      ] as const)
        other.write(path, text);
      const second = await other.run();
      expect(second.steps.map(({ tableHash }) => tableHash)).toEqual(first.steps.map(({ tableHash }) => tableHash));
    } finally {
      other.remove();
    }
  });

  it.each([
    ["throw", "module/threw", "Error: the model does not like this"],
    ["bigint", "module/threw", "evidence voxels is no text, number or boolean, but bigint"],
  ])("that throws fails its partition alone: %s", async (text, tag, message) => {
    toy.write("raw/a/bad.txt", `${text}\n`);
    const summary = await toy.run({ executor });
    expect(summary).toMatchObject({ exitCode: 1, generation: 1 });
    expect(summary.steps[1]?.failures).toMatchObject([
      { partition: "first/a/bad.txt", error: { tag, message: expect.stringContaining(message) } },
    ]);
    expect(await evidence()).toHaveLength(1);
  });

  it("is ended when it takes more memory than its step may", async () => {
    toy.write("pipelines/toy.yaml", pipeline(", resources: { memory: 400MB }"));
    toy.write("raw/a/bad.txt", "memory\nwait\n");
    const summary = await toy.run({ executor, jobs: 1 });
    expect(summary.steps[1]?.failures).toMatchObject([
      {
        partition: "first/a/bad.txt",
        error: { tag: "limit/memory", fields: { step: "model", limitBytes: 4e8 }, exitCode: 1 },
      },
    ]);
    expect(summary.steps[1]?.partitions).toMatchObject({ ran: 1, failed: 1 });
  });

  it("is ended when it takes longer than its step may, threads and all", async () => {
    toy.write("pipelines/toy.yaml", pipeline(", resources: { time: 5s }"));
    toy.write("raw/a/bad.txt", "threads\nwait\n");
    const summary = await toy.run({ executor, jobs: 1 });
    const bad = summary.steps[1]?.failures?.find(({ partition }) => partition.endsWith("bad.txt"));
    expect(bad?.error).toMatchObject({ tag: "limit/time", exitCode: 1 });
  });

  it("is ended by an interrupt, keeps nothing, and runs the next time", async () => {
    toy.write("raw/a/bad.txt", "threads\nwait\n");
    const interrupt = new AbortController();
    const running = toy.run({ executor, signal: interrupt.signal });
    for (;;) {
      if (toy.events.some((event) => event.kind === "unit-progress" && event.unit === "sweep")) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    interrupt.abort();
    const summary = await running;
    expect(summary).toMatchObject({ ok: false, exitCode: 130, generation: null });
    const model = summary.steps[1];
    expect(model?.partitions.failed).toBe(0);
    expect(model?.partitions.skipped).toBeGreaterThan(0);
    const left = readdirSync(join(toy.folder, "home", "tmp")).filter((name) => name.includes("model"));
    expect(left).toEqual([]);
    toy.write("raw/a/bad.txt", "fine\n");
    expect(await toy.run({ executor })).toMatchObject({ ok: true, exitCode: 0 });
    expect(await evidence()).toHaveLength(2);
  });
});
