import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { nodeFiles } from "../../src/base/file-operations.js";
import { currentOwner, ownerName } from "../../src/base/owner.js";
import { Store } from "../../src/store/store.js";
import { faultyFiles } from "../support/faulty-files.js";
import { findings, temporaryHome } from "../support/store-fixtures.js";

let place: ReturnType<typeof temporaryHome>;
let store: Store;
let clock = 0;
const now = () => {
  clock += 1;
  return new Date(Date.UTC(2025, 0, 31, 23, 59, 58) + clock);
};
beforeEach(async () => {
  place = temporaryHome();
  clock = 0;
  store = await Store.open({ home: place.home, now });
});
afterEach(() => place.remove());

it("keeps what happened in a run, in order", async () => {
  const journal = await store.journal.start({ pipelines: ["p"] });
  expect(journal.run).toMatch(new RegExp(`^20250131T235958Z-${process.pid}-[0-9a-f]{8}$`));
  journal.append({ kind: "unit-finished", step: "s", status: "ran" });
  expect(store.journal.runs()).toMatchObject([{ run: journal.run, status: "running", finishedAt: null, result: null }]);
  journal.sync();
  journal.finish({ ok: true, exitCode: 0 });
  journal.finish({ ok: false });
  const record = store.journal.read(journal.run);
  expect(record).toMatchObject({
    status: "finished",
    info: { pipelines: ["p"] },
    result: { ok: true, exitCode: 0 },
    startedAt: "2025-01-31T23:59:58.002Z",
    finishedAt: "2025-01-31T23:59:58.004Z",
    damagedLines: 0,
  });
  expect(record.lines.map(({ n, event }) => [n, event.kind])).toEqual([
    [0, "journal-start"],
    [1, "unit-finished"],
    [2, "journal-end"],
  ]);
  expect(() => journal.append({ kind: "late" })).toThrow(/finished/);
});

it("lists runs newest first, also those of one second", async () => {
  const runs: string[] = [];
  for (let i = 0; i < 6; i++) {
    const journal = await store.journal.start({ i });
    journal.finish({ i });
    runs.unshift(journal.run);
  }
  expect(store.journal.runs().map(({ run }) => run)).toEqual(runs);
  expect(store.journal.runs(2).map(({ run }) => run)).toEqual(runs.slice(0, 2));
});

it("lists runs whose lines are longer than what is read of each end", async () => {
  const journal = await store.journal.start({ text: "s".repeat(100_000) });
  for (let i = 0; i < 10; i++) journal.append({ kind: "note", text: "m".repeat(20_000) });
  journal.finish({ text: "e".repeat(100_000) });
  const short = await store.journal.start({ short: true });
  for (let i = 0; i < 10; i++) short.append({ kind: "note", text: "m".repeat(20_000) });
  short.finish({ ok: true });
  const [second, first] = store.journal.runs();
  expect(first?.info).toEqual({ text: "s".repeat(100_000) });
  expect(first?.result).toEqual({ text: "e".repeat(100_000) });
  expect(second).toMatchObject({ info: { short: true }, result: { ok: true }, status: "finished" });
});

it("ignores a last line that was cut off, and calls a run killed whose process is gone", async () => {
  const journal = await store.journal.start({ pipelines: [] });
  journal.append({ kind: "note" });
  const path = store.journal.path(journal.run);
  const dead = ownerName({ ...currentOwner(), started: "1" });
  const { sealJson } = await import("../../src/base/checksummed-lines.js");
  const start = { kind: "journal-start", run: journal.run, owner: dead, info: { pipelines: [] } };
  const note = sealJson({ n: 1, at: "2025-01-31T23:59:59.000Z", event: { kind: "note" } });
  writeFileSync(path, sealJson({ n: 0, at: "2025-01-31T23:59:58.000Z", event: start }) + note);
  appendFileSync(path, note.slice(0, 50));
  expect(store.journal.runs()).toMatchObject([{ status: "killed", finishedAt: null }]);
  expect(store.journal.read(journal.run)).toMatchObject({ damagedLines: 0, lines: [{ n: 0 }, { n: 1 }] });
  journal.finish({});
});

it("misses no line that was taken out", async () => {
  const journal = await store.journal.start({});
  journal.append({ kind: "a" });
  journal.finish({});
  const path = store.journal.path(journal.run);
  const lines = readFileSync(path, "utf8").split("\n");
  writeFileSync(path, [lines[0], lines[2], ""].join("\n"));
  expect(await findings(store)).toMatchObject([{ problem: "journal-damaged" }]);
});

it("drops half a line when the disk is full, so that the next one is whole", async () => {
  const faulty = faultyFiles();
  const failing = await Store.open({ home: place.home, files: faulty.files });
  const journal = await failing.journal.start({});
  faulty.arm(1, "short-write");
  expect(() => journal.append({ kind: "lost" })).toThrow(/ENOSPC/);
  faulty.disarm();
  journal.append({ kind: "kept" });
  journal.finish({});
  expect(store.journal.read(journal.run).lines.map(({ event }) => event.kind)).toEqual([
    "journal-start",
    "kept",
    "journal-end",
  ]);
  expect(await findings(store)).toEqual([]);
});

it("refuses ids that are none, and runs that are not there", () => {
  expect(() => store.journal.read("../neurotables")).toThrow(/no run/);
  expect(() => store.journal.read("20250101T000000Z-1-abcd")).toThrow(/no run/);
});

it("leaves no hold behind when it cannot start", async () => {
  const files = {
    ...nodeFiles,
    open(path: string, flags: "r" | "r+" | "wx" | "ax") {
      if (flags === "ax") throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
      return nodeFiles.open(path, flags);
    },
  };
  const failing = await Store.open({ home: place.home, files });
  await expect(failing.journal.start({})).rejects.toMatchObject({ tag: "storage/disk-full" });
  await store.gc({ plan: false });
});
