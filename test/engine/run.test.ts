import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NeurotablesError } from "../../src/base/errors.js";
import { readPipelines } from "../../src/engine/pipeline-file.js";
import type { RunEvent, RunSummary } from "../../src/engine/types.js";
import { InlineExecutor } from "../../src/executors/inline-executor.js";
import { FakeExecutor } from "./fake-executor.js";
import { countItems, lineLoader, ToyProject, toyPipeline } from "./toy-project.js";

let toy: ToyProject;

beforeEach(() => {
  toy = new ToyProject();
  toy.write("pipelines/toy.yaml", toyPipeline);
  toy.write("raw/a/one.txt", "x\ny\n# note\n");
  toy.write("raw/a/two.txt", "x\n");
  toy.write("raw/b/three.txt", "z\n");
});
afterEach(() => toy.remove());

const statuses = (summary: RunSummary) => Object.fromEntries(summary.steps.map(({ step, status }) => [step, status]));
const current = async (table: string) => (await toy.project()).store.currentGeneration().snapshots[table];

describe("run", () => {
  it("makes the tables, then finds everything cached", async () => {
    const first = await toy.run();
    expect(first.steps.filter(({ error }) => error)).toEqual([]);
    expect(statuses(first)).toEqual({ first: "ran", second: "ran", third: "skipped", count: "ran" });
    expect(first).toMatchObject({ ok: true, exitCode: 0, generation: 1, missing: 1, dropped: 1 });
    expect(first.missingSources).toEqual([{ pipeline: "toy", source: "third", pattern: "c/*.txt", optional: true }]);
    expect(first.steps[0]).toMatchObject({
      rows: 3,
      partitions: { ran: 2, cached: 0, failed: 0, skipped: 0 },
      dropped: 1,
      missing: 0,
    });
    expect(first.steps[2]?.reason).toBe("source third is missing (optional)");
    expect(first.checks.map(({ check, status }) => [check, status])).toEqual([
      ["toy.item_record has unique keys", "ok"],
      ["toy.file_count has unique keys", "ok"],
      ["toy.dropped_record has unique keys", "ok"],
      ["no empty text", "ok"],
      ["sums agree", "ok"],
      ["needs the third", "skipped"],
    ]);
    const second = await toy.run({
      executor: new FakeExecutor({ before: () => Promise.reject(new Error("nothing may run")) }),
    });
    expect(statuses(second)).toEqual({ first: "cached", second: "cached", third: "skipped", count: "cached" });
    expect(second).toMatchObject({ ok: true, generation: null });
    expect(second.steps.map(({ tableHash }) => tableHash)).toEqual(first.steps.map(({ tableHash }) => tableHash));
    const { generation, snapshots } = (await toy.project()).store.currentGeneration();
    expect(generation).toBe(1);
    expect(
      Object.entries(snapshots).map(([table, { rows, parts, steps }]) => [table, rows, parts.length, steps]),
    ).toEqual([
      ["toy.dropped_record", 1, 1, ["first", "second"]],
      ["toy.file_count", 3, 1, ["first", "second"]],
      ["toy.item_count", 3, 1, ["count"]],
      ["toy.item_record", 4, 1, ["first", "second"]],
      ["toy.source_file", 3, 1, ["first", "second"]],
    ]);
  });

  it("gives the same tables whatever the number of jobs", async () => {
    const one = await toy.run({ jobs: 1 });
    const other = new ToyProject();
    try {
      for (const file of ["a/one.txt", "a/two.txt", "b/three.txt"])
        other.write(`raw/${file}`, readFileSync(join(toy.mirror, file), "utf8"));
      other.write("pipelines/toy.yaml", toyPipeline);
      const four = await other.run({ jobs: 4 });
      expect(four.steps.map(({ tables }) => tables)).toEqual(one.steps.map(({ tables }) => tables));
    } finally {
      other.remove();
    }
  });

  it("tells what happens, as events and in the journal", async () => {
    const summary = await toy.run();
    const kinds = (kind: RunEvent["kind"]) => toy.events.filter((event) => event.kind === kind).length;
    expect(toy.events[0]).toEqual({ kind: "run-started", run: summary.run, pipelines: ["toy"], units: 4 });
    expect(kinds("unit-started")).toBe(4);
    expect(kinds("unit-finished")).toBe(5);
    expect(kinds("check-finished")).toBe(6);
    expect(kinds("promoted")).toBe(1);
    expect(toy.events.at(-1)?.kind).toBe("run-finished");
    const { store } = await toy.project();
    const record = store.journal.read(summary.run);
    expect(record.status).toBe("finished");
    expect(record.lines.map(({ event }) => event.kind)).toContain("promoted");
  });

  it("unites the source files of steps that read the same file", async () => {
    toy.write("pipelines/toy.yaml", toyPipeline.replace("source: second", "source: [first, second]"));
    const contract = readFileSync(join(toy.folder, "schemas/toy/item_record.yaml"), "utf8");
    toy.write("schemas/toy/item_record.yaml", contract.replace("key: [source_id, item_index]", "key: []"));
    const summary = await toy.run();
    expect(summary.ok).toBe(true);
    expect(await current("toy.source_file")).toMatchObject({ rows: 3 });
    expect(await current("toy.file_count")).toMatchObject({ rows: 5 });
  });

  it("makes an empty table when every source of it is missing but optional", async () => {
    const other = `sources:\n  other: { files: "other.txt" }`;
    const text = toyPipeline.replaceAll('.txt" }', '.txt", optional: true }').replace("sources:", other);
    toy.write("pipelines/toy.yaml", text);
    toy.write("raw/other.txt", "");
    rmSync(join(toy.mirror, "a"), { recursive: true });
    rmSync(join(toy.mirror, "b"), { recursive: true });
    const summary = await toy.run();
    expect(statuses(summary)).toEqual({ first: "skipped", second: "skipped", third: "skipped", count: "ran" });
    expect(summary.ok).toBe(true);
    expect(await current("toy.item_count")).toMatchObject({ rows: 0 });
  });

  it("refuses a folder that holds none of the sources, though all are optional", async () => {
    toy.write("pipelines/toy.yaml", toyPipeline.replaceAll('.txt" }', '.txt", optional: true }'));
    await toy.run();
    const elsewhere = join(toy.folder, "schemas");
    const refused = { tag: "usage/no-source", exitCode: 2, message: expect.stringContaining(elsewhere) };
    await expect(toy.run({ sources: [elsewhere] })).rejects.toMatchObject(refused);
    await expect(toy.run({ sources: [] })).rejects.toMatchObject({ tag: "usage/no-source" });
    expect(await current("toy.item_record")).toMatchObject({ rows: 4 });
  });

  it("removes a table that the pipeline no longer makes", async () => {
    await toy.run();
    toy.write("pipelines/toy.yaml", toyPipeline.replace(/ {2}count:.*\n/, "").replace(/checks:[\s\S]*/, ""));
    const summary = await toy.run();
    expect(summary.generation).toBe(2);
    expect(await current("toy.item_count")).toBeUndefined();
    expect(await current("toy.item_record")).toBeDefined();
  });

  it("stops behind a table that came out the same", async () => {
    await toy.run();
    toy.write("raw/a/one.txt", "x\ny\n# another note\n");
    const summary = await toy.run();
    expect(statuses(summary)).toEqual({ first: "ran", second: "cached", third: "skipped", count: "cached" });
  });
});

describe("a step that fails", () => {
  it("leaves the old tables current; what does not need it still runs, and is cached for the next run", async () => {
    await toy.run();
    const before = await current("toy.item_record");
    toy.write("raw/a/two.txt", "x\n!bug\n");
    toy.write("raw/b/three.txt", "changed\n");
    const failed = await toy.run();
    expect(statuses(failed)).toEqual({ first: "failed", second: "ran", third: "skipped", count: "skipped" });
    expect(failed).toMatchObject({ ok: false, exitCode: 1, generation: null });
    expect(failed.steps[0]).toMatchObject({ partitions: { failed: 1, cached: 1 }, error: { tag: "module/threw" } });
    expect(failed.steps[3]?.reason).toBe("needs item_record, which first, second, third could not make");
    expect(failed.checks.every(({ status }) => status === "skipped")).toBe(true);
    expect(await current("toy.item_record")).toEqual(before);
    const log = join(toy.folder, "home", failed.steps[0]?.log ?? "no log");
    expect(readFileSync(log, "utf8")).toMatch(/error \[a\/two\.txt\] module\/threw: /);
    toy.write("raw/a/two.txt", "x\n");
    expect(statuses(await toy.run())).toEqual({ first: "cached", second: "cached", third: "skipped", count: "ran" });
  });

  it("for unaccounted records names the file and the numbers", async () => {
    toy.write("raw/a/one.txt", "x\n!uncounted\n");
    const summary = await toy.run();
    expect(summary.exitCode).toBe(1);
    expect(summary.steps[0]?.error).toMatchObject({
      tag: "load/unaccounted",
      fields: { file: "a/one.txt", read: 3, carried: 2 },
    });
  });

  it("for a source that is missing and not optional names folder and pattern", async () => {
    rmSync(join(toy.mirror, "b"), { recursive: true });
    const summary = await toy.run();
    expect(statuses(summary)).toMatchObject({ first: "ran", second: "failed", count: "skipped" });
    expect(summary.steps[1]?.error).toMatchObject({
      tag: "load/missing",
      fields: { source: "second", pattern: "b/*.txt", folders: [toy.mirror] },
    });
    expect(summary).toMatchObject({ exitCode: 1, missing: 2 });
    const { units } = await toy.plan();
    expect(units.find(({ step }) => step === "second")).toMatchObject({
      action: "skip",
      reason: expect.stringMatching(/^fails: source second is missing/),
    });
  });

  it("for a file that changes while it is read does not store what it read", async () => {
    const executor = new FakeExecutor({
      before: async (job) => {
        if (job.kind === "load" && job.partition === "a/one.txt") toy.write("raw/a/one.txt", "other\n");
      },
    });
    const summary = await toy.run({ executor });
    expect(summary.steps[0]?.error).toMatchObject({ tag: "load/changed", fields: { file: "a/one.txt" } });
    expect(statuses(await toy.run())).toMatchObject({ first: "ran" });
  });
});

describe("a check that fails", () => {
  it("leaves the old tables current and shows the rows at fault", async () => {
    await toy.run();
    toy.write("pipelines/toy.yaml", toyPipeline.replace("text = ''", "text = 'z'"));
    toy.write("raw/a/one.txt", "new\n");
    const before = await current("toy.item_record");
    const summary = await toy.run();
    expect(summary).toMatchObject({ ok: false, exitCode: 4, generation: null });
    const check = summary.checks.find(({ status }) => status === "failed");
    expect(check).toMatchObject({ check: "no empty text", rowsAtFault: 1, rows: [{ text: "z" }] });
    expect(await current("toy.item_record")).toEqual(before);
  });

  it("compares multisets both ways", async () => {
    toy.write("pipelines/toy.yaml", toyPipeline.replace('"item_count"], on', "\"item_count where text <> 'y'\"], on"));
    const summary = await toy.run();
    const check = summary.checks.find(({ status }) => status === "failed");
    expect(check).toMatchObject({
      check: "sums agree",
      rows: [{ side: "only in the first", text: "y", occurrences: "1" }],
    });
  });

  it("finds a key that two partitions share", async () => {
    // Equal partitions of two steps: the writer of each sees no fault.
    toy.write(
      "schemas/toy/item_record.yaml",
      readFileSync(join(toy.folder, "schemas/toy/item_record.yaml"), "utf8").replace(
        "key: [source_id, item_index]",
        "key: [text]",
      ),
    );
    const summary = await toy.run();
    const check = summary.checks.find(({ status }) => status === "failed");
    expect(check).toMatchObject({ check: "toy.item_record has unique keys", rows: [{ text: "x", occurrences: "2" }] });
  });

  it("that is no SQL fails with DuckDB's words; it can write nothing and read no other file", async () => {
    const sql = (text: string) => toyPipeline.replace("select * from item_record where text = ''", text);
    for (const [text, words] of [
      ["selec", "syntax"],
      ["select * from read_text('/etc/passwd')", "Permission"],
      ["copy item_count to '/tmp/stolen.csv'", "syntax"],
      ["select * from nowhere", "does not exist"],
      ["select 1) union all (select 2", ""],
    ] as const) {
      toy.write("pipelines/toy.yaml", sql(text));
      const check = (await toy.run()).checks.find(({ status }) => status === "failed");
      expect(check?.reason).toContain(words);
    }
    expect(existsSync("/tmp/stolen.csv")).toBe(false);
  });
});

describe("the job of the checks", () => {
  it("that is ended leaves the old tables current, with its own exit code", async () => {
    const executor = new FakeExecutor({
      before: async (job) => {
        if (job.kind === "query") throw new NeurotablesError("limit/memory", "killed at 3 GB of 3 GB");
      },
    });
    const summary = await toy.run({ executor });
    expect(summary).toMatchObject({ ok: false, exitCode: 1, generation: null });
    expect(summary.checks[0]).toMatchObject({ status: "skipped", reason: "killed at 3 GB of 3 GB" });
    expect(await current("toy.item_record")).toBeUndefined();
  });
});

describe("--only", () => {
  it("runs a step and what it needs, and makes its tables current", async () => {
    const summary = await toy.run({ only: "first" });
    expect(statuses(summary)).toEqual({ first: "ran" });
    expect(await current("toy.item_count")).toBeUndefined();
    expect(await current("toy.item_record")).toMatchObject({ rows: 3 });
    expect(summary.checks.find(({ check }) => check === "sums agree")).toMatchObject({ status: "skipped" });
  });

  it("keeps the other tables", async () => {
    await toy.run();
    toy.write("raw/a/one.txt", "new\n");
    await toy.run({ only: "first" });
    expect(await current("toy.item_count")).toMatchObject({ rows: 3 });
  });

  it("keeps the rows that the other steps gave to tables they share", async () => {
    await toy.run();
    toy.write("raw/a/one.txt", "new\n");
    await toy.run({ only: "first" });
    expect(await current("toy.item_record")).toMatchObject({ rows: 3, steps: ["first", "second"] });
    expect(await current("toy.source_file")).toMatchObject({ rows: 3 });
    expect(await current("toy.file_count")).toMatchObject({ rows: 3 });
    const before = (await current("toy.item_record"))?.tableHash;
    await toy.run();
    expect((await current("toy.item_record"))?.tableHash).toBe(before);
  });

  it("refuses a step that is not there", async () => {
    await expect(toy.run({ only: "frist" })).rejects.toMatchObject({ tag: "usage/no-step", exitCode: 2 });
  });
});

describe("--set", () => {
  it("makes results that are not current unless promoted", async () => {
    await toy.run();
    const set = { "steps.count.with.minimum": 2 };
    const summary = await toy.run({ set });
    expect(summary).toMatchObject({ ok: true, generation: null });
    expect(summary.steps[3]).toMatchObject({ status: "ran", rows: 1 });
    expect(await current("toy.item_count")).toMatchObject({ rows: 3 });
    expect(await toy.run({ set, promote: true })).toMatchObject({ generation: 2 });
    expect(await current("toy.item_count")).toMatchObject({ rows: 1 });
  });
});

describe("interruption", () => {
  it("lets running units end, starts no further one, and exits with 130", async () => {
    const stop = new AbortController();
    const executor = new FakeExecutor({
      before: async (job) => {
        if (job.kind === "load") stop.abort();
      },
    });
    const summary = await toy.run({ executor, signal: stop.signal, jobs: 1 });
    expect(summary).toMatchObject({ ok: false, exitCode: 130, generation: null });
    expect(executor.ran).toHaveLength(1);
    expect(statuses(summary).count).toBe("skipped");
    const next = await toy.run({ executor: new FakeExecutor() });
    expect(next.steps.reduce((sum, { partitions }) => sum + partitions.cached, 0)).toBe(1);
  });
});

describe("tables of another pipeline", () => {
  const other = `pipeline: other
dataset: other
steps:
  total: { transform: ${countItems}, from: toy.item_record, into: item_count }
`;
  beforeEach(() => {
    toy.write("pipelines/other.yaml", other);
    const contract = readFileSync(join(toy.folder, "schemas/toy/item_count.yaml"), "utf8");
    toy.write("schemas/other/item_count.yaml", contract.replace("dataset: toy", "dataset: other"));
    // The transform asks for its input by the name that the other pipeline gives it.
    toy.write(
      "pipelines/count.mjs",
      readFileSync(countItems, "utf8")
        .replaceAll('"item_record"', '"toy.item_record"')
        .replace('from "zod"', `from ${JSON.stringify(import.meta.resolve("zod"))}`),
    );
    toy.write("pipelines/other.yaml", other.replace(countItems, "./count.mjs"));
  });

  it("are read as they are now; absent ones name the command", async () => {
    const absent = await toy.run({ pipelines: ["other"] });
    expect(absent.steps[0]?.error).toMatchObject({
      tag: "input/absent",
      wayOut: "Run the pipeline that makes it first: neurotables run toy",
    });
    await toy.run();
    const summary = await toy.run({ pipelines: ["other"] });
    expect(summary).toMatchObject({ ok: true, steps: [{ status: "ran", rows: 3 }] });
    expect(await toy.run({ pipelines: ["other"] })).toMatchObject({ steps: [{ status: "cached" }] });
  });

  it("made under another contract are refused", async () => {
    await toy.run();
    const path = "schemas/toy/item_record.yaml";
    toy.write(path, readFileSync(join(toy.folder, path), "utf8").replace("minimum: 0", "minimum: -1"));
    const summary = await toy.run({ pipelines: ["other"] });
    expect(summary.steps[0]?.error).toMatchObject({ tag: "input/outdated" });
  });

  it("of the same run are made first", async () => {
    const summary = await toy.run({ pipelines: ["other", "toy"] });
    expect(summary.steps.map(({ pipeline }) => pipeline)).toEqual(["toy", "toy", "toy", "toy", "other"]);
    expect(summary.ok).toBe(true);
  });
});

describe("two runs at once on one home", () => {
  it("do no unit twice and lose no commit", async () => {
    const started: string[] = [];
    const make = () =>
      new FakeExecutor({
        before: async (job) => {
          started.push(job.id);
          await new Promise((resolve) => setTimeout(resolve, 20));
        },
      });
    const summaries = await Promise.all([
      toy.run({ executor: make() }),
      toy.run({ executor: make() }),
      toy.run({ executor: make() }),
    ]);
    expect(summaries.every(({ ok }) => ok)).toBe(true);
    const units = started.filter((id) => !id.endsWith("-checks"));
    expect(new Set(units).size).toBe(units.length);
    expect((await toy.project()).store.currentGeneration().generation).toBe(1);
  });
});

describe("sources", () => {
  it("come from the first folder that holds them, and the summary says which", async () => {
    toy.write("patch/a/two.txt", "patched\n");
    const summary = await toy.run({ sources: [join(toy.folder, "patch"), toy.mirror] });
    expect(summary.files.map(({ path, mirror, pinned }) => [path, mirror, pinned])).toEqual([
      ["a/one.txt", toy.mirror, "none"],
      ["a/two.txt", join(toy.folder, "patch"), "none"],
      ["b/three.txt", toy.mirror, "none"],
    ]);
  });

  it("that are not as pinned are a warning, recorded in the table", async () => {
    toy.write("datasets/toy/sources.yaml", `- { path: b/three.txt, licence: CC0-1.0, sha256: "${"0".repeat(64)}" }\n`);
    const summary = await toy.run();
    expect(summary.ok).toBe(true);
    expect(summary.files.find(({ path }) => path === "b/three.txt")?.pinned).toBe("differs");
    expect(summary.warnings.join("\n")).toMatch(/b\/three\.txt has sha256 .*, not the pinned 000/);
  });

  it("with an invalid list of pins are refused with the place", async () => {
    toy.write("datasets/toy/sources.yaml", "- { path: b/three.txt, sha265: abc }\n");
    await expect(toy.run()).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/sources\.yaml:1:24: unknown key "sha265"/),
    });
  });

  it.skipIf(process.platform === "win32")("that are links out of every mirror are refused", async () => {
    toy.write("outside/secret.txt", "s\n");
    symlinkSync(join(toy.folder, "outside/secret.txt"), join(toy.mirror, "b/link.txt"));
    const summary = await toy.run();
    expect(summary.steps[1]?.error).toMatchObject({ tag: "load/outside-mirror" });
    const allowed = await toy.run({ sources: [toy.mirror, join(toy.folder, "outside")] });
    expect(allowed.ok).toBe(true);
  });

  it.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "that cannot be read fail, and are not missing",
    async () => {
      const { chmodSync } = await import("node:fs");
      chmodSync(join(toy.mirror, "b/three.txt"), 0);
      const summary = await toy.run();
      expect(summary.steps[1]?.error).toMatchObject({ tag: "load/unreadable" });
    },
  );

  it("in a folder that does not exist are a fault of the command", async () => {
    await expect(toy.run({ sources: [join(toy.folder, "nowhere")] })).rejects.toMatchObject({
      tag: "config/no-mirror",
      exitCode: 3,
    });
  });
});

describe("two pipelines", () => {
  it("that write the same table are refused", async () => {
    toy.write("pipelines/again.yaml", toyPipeline.replace("pipeline: toy", "pipeline: again"));
    const error = await readPipelines(["toy", "again"], { project: await toy.project() }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(NeurotablesError);
    expect(error).toMatchObject({ tag: "config/two-writers", exitCode: 3 });
  });
});

describe("the loader of a step", () => {
  it("runs inline too", async () => {
    expect(lineLoader).toContain("line-loader");
    expect(await toy.run({ executor: new InlineExecutor() })).toMatchObject({ ok: true });
  });
});
