import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Store } from "../../src/store/store.js";
import { compileStore, startChild } from "../support/compiled-store.js";
import { findings, temporaryHome } from "../support/store-fixtures.js";

/** Raise them before a release: 16 and 200. */
const PROCESSES = Number(process.env.NEUROTABLES_PROCESSES ?? 8);
const COMMITS = Number(process.env.NEUROTABLES_COMMITS ?? 25);

/** Each process commits tables of its own and adds one to a counter that all of them share. */
const COMMITTER = `
import { writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
const [, home, name, commits] = process.argv;
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const store = await Store.open({ home });
const folder = await store.temporaryDirectory(name);
for (let i = 0; i < Number(commits); i++) {
  const journal = await store.journal.start({ name, i });
  writeFileSync(folder + "/part", name + " " + i);
  const { path, ...part } = await store.adoptPart(folder + "/part", { rows: 1 });
  const snapshot = (table, tableHash) => ({
    table, contractHash: "c", tableHash, rows: 1, bytes: part.bytes, parts: [part],
    partitions: [{ partition: "", rows: 1, hash: "h" }], pipeline: name, steps: ["s"], keys: [], since: 0,
  });
  await store.commitGeneration((current) => {
    const count = Number(current.snapshots["d.counter"]?.contractHash ?? 0) + 1;
    return {
      ["d." + name + "_" + i]: snapshot("d." + name + "_" + i, sha256(name + i)),
      "d.counter": { ...snapshot("d.counter", sha256(String(count))), contractHash: String(count) },
    };
  }, journal.run);
  journal.finish({ ok: true });
}
`;

/** Takes the lock of each key; whoever finds no file for the key "runs" it. */
const RUNNER = `
import { existsSync, writeFileSync, appendFileSync } from "node:fs";
const [, home, log, keys] = process.argv;
const store = await Store.open({ home });
for (let i = 0; i < Number(keys); i++) {
  const lock = await store.stepLock("key" + i);
  const done = home + "/../done-" + i;
  if (!existsSync(done)) {
    appendFileSync(log, i + "\\n");
    await new Promise((resolve) => setTimeout(resolve, 2));
    writeFileSync(done, "");
  }
  lock.release();
}
`;

let compiled: ReturnType<typeof compileStore>;
let place: ReturnType<typeof temporaryHome>;
beforeAll(() => {
  compiled = compileStore();
});
afterAll(() => {
  compiled.remove();
  place.remove();
});
beforeEach(() => {
  place?.remove();
  place = temporaryHome();
});

describe("several processes on one home", () => {
  it(`loses no commit of ${PROCESSES} processes with ${COMMITS} commits each`, { timeout: 600_000 }, async () => {
    // No process makes the home: all of them do at once.
    const children = Array.from({ length: PROCESSES }, (_, i) =>
      startChild({ compiled: compiled.folder, script: COMMITTER, values: [place.home, `p${i}`, String(COMMITS)] }),
    );
    for (const child of children) expect(await child.outcome).toEqual({ code: 0, signal: null, output: "" });

    const store = await Store.open({ home: place.home });
    const { generation, snapshots } = store.currentGeneration();
    expect(generation).toBe(PROCESSES * COMMITS);
    expect(snapshots["d.counter"]?.contractHash).toBe(String(PROCESSES * COMMITS));
    expect(Object.keys(snapshots)).toHaveLength(PROCESSES * COMMITS + 1);
    expect(store.generationNumbers()).toHaveLength(PROCESSES * COMMITS);
    expect(store.journal.runs()).toHaveLength(PROCESSES * COMMITS);
    expect(await findings(store)).toEqual([]);
    expect(readdirSync(store.paths.locks)).toEqual([]);
  });

  it("lets one process run each unit", async () => {
    const keys = 40;
    const log = `${place.home}.log`;
    await Store.open({ home: place.home });
    const children = Array.from({ length: PROCESSES }, () =>
      startChild({ compiled: compiled.folder, script: RUNNER, values: [place.home, log, String(keys)] }),
    );
    for (const child of children) expect(await child.outcome).toEqual({ code: 0, signal: null, output: "" });

    const ran = readFileSync(log, "utf8").trim().split("\n").map(Number);
    expect(ran.sort((a, b) => a - b)).toEqual(Array.from({ length: keys }, (_, i) => i));
  });
});
