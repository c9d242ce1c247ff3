import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/base/file-operations.js";
import { sha256 } from "../../src/base/hash.js";
import { StatCache } from "../../src/base/stat-cache.js";
import { lineage } from "../../src/engine/lineage.js";
import type { EngineServices } from "../../src/engine/services.js";
import { parseContract } from "../../src/tables/contract-file.js";
import { openTable } from "../../src/tables/parquet-table.js";
import { FakeExecutor } from "./fake-executor.js";
import { fixtures, lineLoader, ToyProject } from "./toy-project.js";

const storeLoader = join(fixtures, "store-loader.mjs");
const pipeline = (pattern = "v/*.zarr", loader = storeLoader, more = "") => `pipeline: toy
title: Toy
dataset: toy
sources:
  volumes: { files: "${pattern}"${more} }
steps:
  volumes: { load: ${loader}, source: volumes, into: item_record }
`;

let toy: ToyProject;

beforeEach(() => {
  toy = new ToyProject();
  toy.write("pipelines/toy.yaml", pipeline());
  for (const name of ["one", "two"]) {
    write(`${name}.zarr/.zgroup`, "{}");
    write(`${name}.zarr/raw/0.0`, `${name} zero`);
    write(`${name}.zarr/raw/0.1`, `${name} one`);
  }
});
afterEach(() => toy.remove());

const at = (name: string) => join(toy.mirror, "v", name);
const write = (name: string, text: string) => toy.write(`raw/v/${name}`, text);

/** The partitions that a run worked on. */
function ran(): string[] {
  return toy.events.flatMap((event) =>
    event.kind === "unit-finished" && event.status === "ran" ? [event.partition] : [],
  );
}

const run = async (options: Parameters<ToyProject["run"]>[0] = {}) => {
  const summary = await toy.run(options);
  return { summary, ran: ran() };
};

const hashOf = (files: Readonly<Record<string, string>>) =>
  sha256(
    Object.entries(files)
      .map(([path, text]) => `${sha256(text)} ${path}\n`)
      .join(""),
  );

async function rowsOf(table: string): Promise<Record<string, unknown>[]> {
  const { store } = await toy.project();
  const snapshot = store.currentGeneration().snapshots[table];
  const file = table === "toy.item_record" ? join(toy.folder, "schemas/toy/item_record.yaml") : sourceFileContract;
  const rows: Record<string, unknown>[] = [];
  const source = openTable({
    contract: parseContract(readFileSync(file, "utf8"), file),
    partPaths: snapshot?.parts.map((part) => store.partPath(part)) ?? [],
    rowCount: snapshot?.rows ?? 0,
    temporaryDirectory: join(toy.folder, "spill"),
  });
  for await (const row of source.rows<Record<string, unknown>>()) rows.push(row);
  return rows;
}
const sourceFileContract = join(fixtures, "../../../schemas/celegans_connectome/source_file.yaml");

describe("a folder that is one source", () => {
  it("is one partition, one row of source_file, and one file of the lineage", async () => {
    const { summary } = await run();
    expect(summary.steps.flatMap(({ error }) => error ?? [])).toEqual([]);
    const one = hashOf({ ".zgroup": "{}", "raw/0.0": "one zero", "raw/0.1": "one one" });
    const two = hashOf({ ".zgroup": "{}", "raw/0.0": "two zero", "raw/0.1": "two one" });
    expect(summary.files).toEqual([
      { path: "v/one.zarr", mirror: toy.mirror, sha256: one, pinned: "none" },
      { path: "v/two.zarr", mirror: toy.mirror, sha256: two, pinned: "none" },
    ]);
    const rows = (await rowsOf("toy.source_file")).map((row) => ({ ...row, bytes: Number(row.bytes) }));
    expect(rows).toMatchObject([
      { path: "v/one.zarr", sha256: one, bytes: 17 },
      { path: "v/two.zarr", sha256: two, bytes: 17 },
    ]);
    const { files } = lineage({ project: await toy.project(), table: "item_record" });
    expect(files).toEqual([
      { path: "v/one.zarr", sha256: one },
      { path: "v/two.zarr", sha256: two },
    ]);
  });

  it.each<readonly [string, () => void]>([
    ["changed", () => write("two.zarr/raw/0.1", "two 111")],
    ["added", () => write("two.zarr/raw/0.2", "")],
    ["removed", () => rmSync(at("two.zarr/raw/0.1"))],
    ["renamed", () => renameSync(at("two.zarr/raw/0.1"), at("two.zarr/raw/1.0"))],
    [
      "exchanged with another",
      () => {
        renameSync(at("two.zarr/raw/0.1"), at("two.zarr/raw/x"));
        renameSync(at("two.zarr/raw/0.0"), at("two.zarr/raw/0.1"));
        renameSync(at("two.zarr/raw/x"), at("two.zarr/raw/0.0"));
      },
    ],
    ["hidden", () => write("two.zarr/.zattrs", "{}")],
  ])("is loaded again, alone, when a file in it is %s", async (_what, change) => {
    await run();
    change();
    expect((await run()).ran).toEqual(["v/two.zarr"]);
    expect((await run()).ran).toEqual([]);
  });

  it("is loaded once when it is moved to another mirror, or its times change", async () => {
    await run();
    const time = new Date(2020, 1, 1);
    utimesSync(at("one.zarr/raw/0.0"), time, time);
    const other = join(toy.folder, "other");
    mkdirSync(other);
    renameSync(join(toy.mirror, "v"), join(other, "v"));
    expect((await run({ sources: [other] })).ran).toEqual([]);
  });

  it("becomes a file, and a folder again", async () => {
    await run();
    rmSync(at("two.zarr"), { recursive: true });
    write("two.zarr", "PK zipped");
    const zipped = await run();
    expect(zipped.ran).toEqual(["v/two.zarr"]);
    expect(zipped.summary.files[1]?.sha256).toBe(sha256("PK zipped"));
    expect((await rowsOf("toy.item_record")).map(({ text }) => text)).toContain("=PK zipped");
    rmSync(at("two.zarr"));
    write("two.zarr/raw/0.0", "again");
    expect((await run()).ran).toEqual(["v/two.zarr"]);
  });

  it("costs one look per file when nothing changed", async () => {
    const counts = { looked: 0, hashed: 0 };
    const cache = StatCache.open({
      path: join(toy.folder, "hashes.json"),
      now: () => new Date(Date.now() + 3_600_000),
      files: {
        ...nodeFiles,
        stat(path) {
          counts.looked++;
          return nodeFiles.stat(path);
        },
        hash(path) {
          counts.hashed++;
          return nodeFiles.hash(path);
        },
      },
    });
    const services: Partial<EngineServices> = {
      hashSource: (path) => cache.hashFolder(path),
      saveHashes: async () => {},
    };
    await run({ services });
    expect(counts.hashed).toBe(6);
    Object.assign(counts, { looked: 0, hashed: 0 });
    await run({ services });
    expect(counts).toEqual({ looked: 6, hashed: 0 });
  });

  it("that is empty is a source with no bytes", async () => {
    mkdirSync(at("none.zarr"));
    const { summary } = await run();
    expect(summary.ok).toBe(true);
    expect(summary.files[0]).toMatchObject({ path: "v/none.zarr", sha256: sha256("") });
  });

  it("that lies in another is part of that one", async () => {
    toy.write("pipelines/toy.yaml", pipeline("**/*.zarr"));
    write("two.zarr/inner.zarr/0", "x");
    const { summary } = await run();
    expect(summary.files.map(({ path }) => path)).toEqual(["v/one.zarr", "v/two.zarr"]);
    write("two.zarr/inner.zarr/0", "y");
    expect((await run()).ran).toEqual(["v/two.zarr"]);
  });

  it("that is not there is missing, and skipped when it is optional", async () => {
    toy.write("pipelines/toy.yaml", pipeline("w/*.zarr"));
    const { summary } = await run();
    expect(summary.missingSources).toMatchObject([{ pattern: "w/*.zarr" }]);
    expect(summary.steps[0]?.error).toMatchObject({ tag: "load/missing" });
  });

  it("that changes while it is loaded fails, and keeps nothing", async () => {
    for (const change of [() => write("two.zarr/raw/0.9", "late"), () => rmSync(at("two.zarr"), { recursive: true })]) {
      const executor = new FakeExecutor({
        before: async (job) => {
          if (job.kind === "load" && job.partition === "v/two.zarr") change();
        },
      });
      const { summary } = await run({ executor, services: { tableHash: () => "0" } });
      expect(summary.steps[0]?.failures).toMatchObject([
        { partition: "v/two.zarr", error: { tag: "load/changed", exitCode: 1 } },
      ]);
    }
  });
});

describe("a link", () => {
  it.skipIf(process.platform === "win32")("to a folder within the mirrors is that folder", async () => {
    mkdirSync(join(toy.mirror, "w"));
    symlinkSync(at("one.zarr"), join(toy.mirror, "w", "linked.zarr"));
    toy.write("pipelines/toy.yaml", pipeline("w/*.zarr"));
    const { summary } = await run();
    expect(summary.files).toMatchObject([{ path: "w/linked.zarr" }]);
    write("one.zarr/raw/0.0", "changed");
    expect((await run()).ran).toEqual(["w/linked.zarr"]);
  });

  it.skipIf(process.platform === "win32")("out of the mirrors is refused", async () => {
    const outside = toy.write("outside/secret.zarr/0", "s");
    symlinkSync(join(outside, ".."), at("three.zarr"));
    expect((await run()).summary.steps[0]?.error).toMatchObject({ tag: "load/outside-mirror" });
  });

  it.skipIf(process.platform === "win32")("within a folder is refused, wherever it leads", async () => {
    symlinkSync(at("one.zarr/raw/0.0"), at("two.zarr/raw/0.5"));
    expect((await run()).summary.steps[0]?.error).toMatchObject({
      tag: "load/unreadable",
      fields: { file: at("two.zarr/raw/0.5") },
      message: expect.stringContaining("is neither a file nor a folder"),
      wayOut: expect.stringContaining("copy what they lead to"),
    });
  });
});

describe("a folder where files are read", () => {
  it("is none of the files of a pattern with an ending", async () => {
    toy.write("pipelines/toy.yaml", pipeline("v/*.csv", lineLoader));
    mkdirSync(at("table.csv"));
    write("other.csv", "x\n");
    expect((await run()).summary.files.map(({ path }) => path)).toEqual(["v/other.csv"]);
  });

  it("is named by the error of a loader that cannot read it", async () => {
    toy.write("pipelines/toy.yaml", pipeline("v/*", lineLoader));
    expect((await run()).summary.steps[0]?.error).toMatchObject({
      tag: "load/unreadable",
      exitCode: 1,
      message: "v/one.zarr is a folder, and the loader reads files",
    });
  });

  it("is no bug when a file in it goes away while it is loaded", async () => {
    const source = readFileSync(storeLoader, "utf8").replace(
      "const text =",
      'if (name.endsWith("0.1")) (await import("node:fs")).rmSync(path);\n        const text =',
    );
    toy.write("pipelines/loader.mjs", source);
    toy.write("pipelines/toy.yaml", pipeline("v/*.zarr", "./loader.mjs"));
    expect((await run()).summary.steps[0]?.error).toMatchObject({
      tag: "load/unreadable",
      message: "v/one.zarr cannot be read: ENOENT",
    });
  });
});

describe("a pinned folder", () => {
  const pins = (lines: string) => toy.write("datasets/toy/sources.yaml", `- { path: v/one.zarr, ${lines} }\n`);
  const right = hashOf({ ".zgroup": "{}", "raw/0.0": "one zero", "raw/0.1": "one one" });

  it("matches by the hash over all its files, or is taken with a warning", async () => {
    pins(`sha256: ${right}, licence: CC0`);
    const { summary } = await run();
    expect(summary.files.map(({ pinned }) => pinned)).toEqual(["match", "none"]);
    write("one.zarr/raw/0.0", "other");
    const other = await run();
    expect(other.summary.files[0]?.pinned).toBe("differs");
    expect(other.summary.warnings.join()).toMatch(/v\/one\.zarr has sha256 .* not the pinned/);
    expect((await rowsOf("toy.source_file"))[0]).toMatchObject({ licence: "CC0", manifest_match: false });
  });

  it.each([["url: https://example.org/one.zarr"], ["upstream: { repo: a/b, commit: abc, path: one.zarr }"]])(
    "is never fetched: %s",
    async (where) => {
      pins(`sha256: ${right}, ${where}`);
      rmSync(at("one.zarr"), { recursive: true });
      toy.write("pipelines/toy.yaml", pipeline("v/one.zarr"));
      const plan = await toy.plan({ download: true });
      expect(plan.downloads).toEqual([]);
      expect(plan.missing).toMatchObject([
        { pattern: "v/one.zarr", reason: "cannot be downloaded: v/one.zarr stands for a folder" },
      ]);
      expect(plan.missing[0]?.downloadable).toBeUndefined();
      const { summary } = await run({ download: true });
      expect(summary.steps[0]?.error).toMatchObject({
        tag: "load/missing",
        message: expect.stringContaining("stands for a folder"),
      });
    },
  );

  it("that lies among the downloads and is not as pinned is refused, with a way out that works", async () => {
    pins(`sha256: ${right}`);
    toy.write("home/downloads/v/one.zarr/raw/0.0", "other");
    rmSync(at("one.zarr"), { recursive: true });
    const { summary } = await run();
    expect(summary.steps[0]?.error).toMatchObject({
      tag: "load/not-as-pinned",
      wayOut: expect.stringContaining("sources folder of your own"),
    });
  });

  it("does not stand for the files in it", async () => {
    toy.write(
      "datasets/toy/sources.yaml",
      `- { path: v/one.zarr/raw/0.0, sha256: ${sha256("x")}, url: "https://example.org/x" }\n`,
    );
    toy.write("pipelines/toy.yaml", pipeline("v/**/0.0", storeLoader, ", optional: true"));
    expect((await toy.plan()).missing[0]?.downloadable).toBeUndefined();
  });
});
