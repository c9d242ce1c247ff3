import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NeurotablesError } from "../../src/base/errors.js";
import { sha256 } from "../../src/base/hash.js";
import type { Job, JobEvents } from "../../src/engine/executor.js";
import { ProcessExecutor } from "../../src/executors/process-executor.js";
import { withoutSecrets } from "../../src/executors/worker-environment.js";
import { fixtures, lineLoader } from "../engine/toy-project.js";
import { repositoryRoot } from "../support/real-data.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { build } from "./built.js";

const folder = temporaryDirectory();
const schemas = join(fixtures, "schemas", "toy");
const packageSchemas = join(repositoryRoot, "schemas", "celegans_connectome");
const executor = new ProcessExecutor();
const silent: JobEvents = { progress() {}, log() {} };
let jobs = 0;

beforeAll(build);
afterAll(() => executor.close());

function job(text: string, limits = { memoryBytes: 1e9, seconds: 60 }): Extract<Job, { kind: "load" }> {
  const name = `file-${jobs++}.txt`;
  const absolutePath = join(folder, name);
  writeFileSync(absolutePath, text);
  return {
    kind: "load",
    id: name,
    dataset: "toy",
    step: "first",
    partition: name,
    implementation: "./line-loader.mjs",
    module: lineLoader,
    parameters: {},
    outputs: {
      "toy.item_record": join(schemas, "item_record.yaml"),
      "toy.source_file": join(packageSchemas, "source_file.yaml"),
      "toy.file_count": join(packageSchemas, "file_count.yaml"),
      "toy.dropped_record": join(packageSchemas, "dropped_record.yaml"),
    },
    temporaryDirectory: join(folder, `job-${jobs}`),
    limits,
    files: [
      {
        path: name,
        absolutePath,
        bytes: text.length,
        sha256: sha256(text),
        sourceId: "0".repeat(32),
        licence: "not stated",
        upstreamRepo: null,
        upstreamCommit: null,
        upstreamPath: null,
        manifestSha256: null,
      },
    ],
  };
}

async function failure(text: string, limits?: { memoryBytes: number; seconds: number }): Promise<NeurotablesError> {
  const error: unknown = await executor.run(job(text, limits), silent, new AbortController().signal).then(
    () => new Error("it did not fail"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(NeurotablesError);
  return error as NeurotablesError;
}

/** Living children of a process. */
function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "latin1");
        const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return state !== "Z" && Number(parent) === pid;
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe("a job in a child process", () => {
  it("writes its tables and accounts for what it read", async () => {
    const messages: string[] = [];
    const result = await executor.run(
      job("x\n# y\nz\n"),
      { ...silent, log: (_level, message) => messages.push(message) },
      new AbortController().signal,
    );
    expect(result.tables.map(({ table, rows }) => [table, rows])).toEqual([
      ["toy.item_record", 2],
      ["toy.source_file", 1],
      ["toy.file_count", 1],
      ["toy.dropped_record", 1],
    ]);
    expect(result.counts).toEqual({ read: 3, carried: 2, dropped: 1 });
    expect(result.peakMemoryBytes).toBeGreaterThan(1e7);
    expect(messages).toEqual(["read 4 lines"]);
  });

  it.skipIf(process.platform !== "linux")("is taken over by a child that is there", async () => {
    await executor.run(job("x\n"), silent, new AbortController().signal);
    const before = childrenOf(process.pid);
    await executor.run(job("y\n"), silent, new AbortController().signal);
    expect(childrenOf(process.pid)).toEqual(before);
  });

  it("gives the same hashes in another process", async () => {
    const other = new ProcessExecutor();
    try {
      const [one, two] = [job("x\ny\n"), job("x\ny\n")];
      const same = { ...two, files: one.files, temporaryDirectory: two.temporaryDirectory };
      const results = await Promise.all([
        executor.run(one, silent, new AbortController().signal),
        other.run(same, silent, new AbortController().signal),
      ]);
      expect(results[0]?.tables.map(({ hash }) => hash)).toEqual(results[1]?.tables.map(({ hash }) => hash));
    } finally {
      await other.close();
    }
  });
});

describe("a job that fails", () => {
  it("whose records are not accounted for is refused with the numbers", async () => {
    const error = await failure("x\n!uncounted\n");
    expect(error).toMatchObject({ tag: "load/unaccounted", exitCode: 1, fields: { read: 3, carried: 2, dropped: 0 } });
  });

  it("that writes what its step does not declare is refused", async () => {
    expect(await failure("!undeclared\n")).toMatchObject({ tag: "load/undeclared", fields: { table: "note_record" } });
  });

  it("with a bug of the user's module tells its stack", async () => {
    const error = await failure("!bug\n");
    expect(error).toMatchObject({ tag: "module/threw", exitCode: 1, cause: { tag: "bug" } });
    expect((error.cause as Error).stack).toContain("line-loader.mjs");
  });

  it("with a rejection that nobody awaits fails, and the child is replaced", async () => {
    expect(await failure("!reject\n")).toMatchObject({
      tag: "module/threw",
      cause: { message: "nobody awaits this" },
    });
    await executor.run(job("x\n"), silent, new AbortController().signal);
  });

  it.skipIf(process.platform === "win32")("for memory is killed with both numbers", async () => {
    const error = await failure("!memory\n!wait\n", { memoryBytes: 4e8, seconds: 60 });
    expect(error).toMatchObject({ tag: "limit/memory", exitCode: 1, fields: { limitBytes: 4e8 } });
    expect(error.message).toMatch(/killed at \d+ MB of 400 MB/);
  });

  it("for JavaScript memory tells so", async () => {
    expect(await failure("!heap\n", { memoryBytes: 3e8, seconds: 120 })).toMatchObject({ tag: "limit/memory" });
  });

  it("for time is killed, even when it never yields", async () => {
    const error = await failure("!spin\n", { memoryBytes: 1e9, seconds: 2 });
    expect(error).toMatchObject({ tag: "limit/time", fields: { limitSeconds: 2 } });
  });

  it.skipIf(process.platform === "win32")("by a crash tells the signal", async () => {
    const error = await failure("!crash\n");
    expect(error).toMatchObject({ tag: "executor/crashed", exitCode: 1, fields: { signal: "SIGABRT" } });
  });

  it.skipIf(process.platform === "win32")("by signal 9 is likely memory", async () => {
    const error = await failure("!kill\n");
    expect(error.tag).toBe("limit/killed");
    expect(error.message).toMatch(/killed, likely for memory: peak .* of 1\.00 GB/);
  });

  it("by interruption ends at once", async () => {
    const stop = new AbortController();
    const running = executor.run(job("!spin\n"), silent, stop.signal);
    setTimeout(() => stop.abort(), 200);
    await expect(running).rejects.toMatchObject({ tag: "interrupted", exitCode: 130 });
  });
});

describe.skipIf(process.platform !== "linux")("children", () => {
  it("end with the executor", async () => {
    const own = new ProcessExecutor();
    const before = childrenOf(process.pid).length;
    await own.run(job("x\n"), silent, new AbortController().signal);
    expect(childrenOf(process.pid).length).toBe(before + 1);
    await own.close();
    expect(childrenOf(process.pid).length).toBe(before);
  });

  it("end when their parent is killed, however busy they are", async () => {
    const entry = join(repositoryRoot, "dist", "executors", "process-executor.js");
    const script = `import { ProcessExecutor } from ${JSON.stringify(entry)};
      const job = ${JSON.stringify(job("!spin\n"))};
      new ProcessExecutor().run(job, { progress() {}, log() {} }, new AbortController().signal);`;
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: "ignore" });
    let children: number[] = [];
    for (let waited = 0; children.length === 0 && waited < 20_000; waited += 50) {
      await sleep(50);
      children = childrenOf(parent.pid as number);
    }
    expect(children).toHaveLength(1);
    await sleep(1_000);
    parent.kill("SIGKILL");
    const [child] = children as [number];
    const isAlive = () => {
      try {
        return !/^State:\s+Z/m.test(readFileSync(`/proc/${child}/status`, "latin1"));
      } catch {
        return false;
      }
    };
    for (let waited = 0; isAlive() && waited < 20_000; waited += 50) await sleep(50);
    expect(isAlive()).toBe(false);
  });

  it("see no secrets", () => {
    const environment = {
      PATH: "/bin",
      HF_TOKEN: "a",
      GITHUB_TOKEN: "b",
      AWS_SECRET_ACCESS_KEY: "c",
      API_KEY: "d",
      DB_PASSWORD: "e",
      HOME: "/",
    };
    expect(withoutSecrets(environment)).toEqual({ PATH: "/bin", HOME: "/" });
  });
});
