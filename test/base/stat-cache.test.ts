import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FileOperations, nodeFiles } from "../../src/base/file-operations.js";
import { sha256 } from "../../src/base/hash.js";
import { StatCache } from "../../src/base/stat-cache.js";

let folder: string;
let path: string;
let cacheFile: string;
let hashed: string[];
let files: FileOperations;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "neurotables-stat-"));
  path = join(folder, "source.csv");
  cacheFile = join(folder, "stat-cache.json");
  writeFileSync(path, "one");
  hashed = [];
  files = {
    ...nodeFiles,
    hash(file) {
      hashed.push(file);
      return nodeFiles.hash(file);
    },
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const HOUR = 3_600_000;
const later = () => new Date(Date.now() + HOUR);

describe("a folder that is one source", () => {
  const store = () => join(folder, "volume.zarr");
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(store(), name)), { recursive: true });
    writeFileSync(join(store(), name), text);
  };
  const open = () => StatCache.open({ path: cacheFile, files, now: later });

  it("is hashed by names and contents, and remembered as one", async () => {
    write(".zgroup", "{}");
    write("raw/0.0", "zero");
    const cache = open();
    const hash = await cache.hashFolder(store());
    expect(hash).toEqual({ sha256: sha256(`${sha256("{}")} .zgroup\n${sha256("zero")} raw/0.0\n`), bytes: 6 });
    await cache.save();
    hashed = [];
    expect(await open().hashFolder(store())).toEqual(hash);
    expect(hashed).toEqual([]);
  });

  it("has another hash when a file is changed, renamed, added or removed", async () => {
    write("raw/0.0", "zero");
    write("raw/0.1", "one");
    const cache = open();
    const identity = async () => (await cache.hashFolder(store())).sha256;
    const seen = new Set([await identity()]);
    write("raw/0.1", "two");
    seen.add(await identity());
    renameSync(join(store(), "raw/0.1"), join(store(), "raw/0.2"));
    seen.add(await identity());
    write("raw/0.3", "");
    seen.add(await identity());
    rmSync(join(store(), "raw/0.0"));
    seen.add(await identity());
    expect(seen.size).toBe(5);
  });

  it("may hold no links", async () => {
    write("raw/0.0", "zero");
    symlinkSync(path, join(store(), "raw/0.1"));
    await expect(open().hashFolder(store())).rejects.toMatchObject({ tag: "storage/not-a-file" });
  });
});
const open = (now: () => Date = later) => StatCache.open({ path: cacheFile, files, now });

it("reads a file once, also over a save and under another name", async () => {
  const cache = open();
  expect(await cache.hashFile(path)).toBe(sha256("one"));
  expect(await cache.hashFile(path)).toBe(sha256("one"));
  await cache.save();
  const again = open();
  expect(await again.hashFile(path)).toBe(sha256("one"));
  expect(hashed).toEqual([path]);
  mkdirAndMove();
  // A rename changes the time of the metadata: read again, never wrong.
  expect(await again.hashFile(join(folder, "moved.csv"))).toBe(sha256("one"));
});

function mkdirAndMove(): void {
  renameSync(path, join(folder, "moved.csv"));
}

it("sees a change of the same length, also when its time is set back", async () => {
  const cache = open();
  const time = new Date(Date.now() - HOUR);
  utimesSync(path, time, time);
  await cache.hashFile(path);
  writeFileSync(path, "two");
  utimesSync(path, time, time);
  expect(await cache.hashFile(path)).toBe(sha256("two"));
});

it("does not trust an entry made within the tick in which the file changed", async () => {
  const cache = open(() => new Date());
  await cache.hashFile(path);
  expect(await cache.hashFile(path)).toBe(sha256("one"));
  expect(hashed).toHaveLength(2);
});

it("does not trust an entry of a file whose time lies in the future", async () => {
  const cache = open(() => new Date());
  const time = new Date(Date.now() + HOUR);
  utimesSync(path, time, time);
  await cache.hashFile(path);
  await cache.hashFile(path);
  expect(hashed).toHaveLength(2);
});

it("tells a replaced file", async () => {
  const cache = open();
  await cache.hashFile(path);
  const other = join(folder, "other.csv");
  writeFileSync(other, "two");
  renameSync(other, path);
  expect(await cache.hashFile(path)).toBe(sha256("two"));
  copyFileSync(path, other);
  appendFileSync(other, "!");
  expect(await cache.hashFile(other)).toBe(sha256("two!"));
});

it("ignores a damaged cache, and one of which every entry is wrong in form", async () => {
  const cache = open();
  await cache.hashFile(path);
  await cache.save();
  const bytes = readFileSync(cacheFile);
  bytes[bytes.length - 10] = (bytes[bytes.length - 10] as number) ^ 1;
  writeFileSync(cacheFile, bytes);
  expect(await open().hashFile(path)).toBe(sha256("one"));
  expect(hashed).toHaveLength(2);
  writeFileSync(cacheFile, "nonsense");
  expect(await open().hashFile(path)).toBe(sha256("one"));
});

it("hashes a file that changes while it is read again, and gives up on one that never rests", async () => {
  let changes = 1;
  files = {
    ...nodeFiles,
    async hash(file) {
      const result = await nodeFiles.hash(file);
      if (changes > 0) appendFileSync(file, "+");
      changes -= 1;
      return result;
    },
  };
  expect(await open().hashFile(path)).toBe(sha256("one+"));
  changes = Number.POSITIVE_INFINITY;
  await expect(StatCache.open({ path: cacheFile, files, now: () => new Date() }).hashFile(path)).rejects.toMatchObject({
    tag: "storage/unstable-file",
  });
});

it("names a file that is not there", async () => {
  const missing = join(folder, "no.csv");
  await expect(open().hashFile(missing)).rejects.toMatchObject({ tag: "storage/missing", fields: { file: missing } });
  await expect(open().hashFile(folder)).rejects.toMatchObject({ tag: "storage/missing" });
});
