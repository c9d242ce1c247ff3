import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FileOperations, nodeFiles } from "../../src/base/file-operations.js";
import { sha256 } from "../../src/base/hash.js";
import { listFilesBelow } from "../../src/base/list-files.js";
import { StatCache } from "../../src/base/stat-cache.js";

const HOUR = 3_600_000;
const later = () => new Date(Date.now() + HOUR);

let folder: string;
let store: string;
/** Files read and files looked at, since last emptied. */
let hashed: string[];
let looked: string[];
let files: FileOperations;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "neurotables-folder-"));
  store = join(folder, "volume.zarr");
  mkdirSync(store);
  hashed = [];
  looked = [];
  files = {
    ...nodeFiles,
    hash(path) {
      hashed.push(path);
      return nodeFiles.hash(path);
    },
    stat(path) {
      looked.push(path);
      return nodeFiles.stat(path);
    },
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): void {
  mkdirSync(dirname(join(store, name)), { recursive: true });
  writeFileSync(join(store, name), text);
}

function open(now: () => Date = later, operations = files): StatCache {
  return StatCache.open({ path: join(folder, "stat-cache.json"), files: operations, now });
}

describe("the hash of a folder", () => {
  it("costs one look per file when nothing changed, also in another process", async () => {
    for (const name of [".zgroup", "raw/.zarray", "raw/0.0", "raw/0.1"]) write(name, name);
    const cache = open();
    const hash = await cache.hashFolder(store);
    expect(hash.bytes).toBe(".zgroup".length + "raw/.zarray".length + "raw/0.0".length + "raw/0.1".length);
    await cache.save();
    hashed = [];
    looked = [];
    expect(await open().hashFolder(store)).toEqual(hash);
    expect(hashed).toEqual([]);
    expect(looked).toHaveLength(4);
  });

  it("does not depend on where the folder lies, nor on empty folders in it", async () => {
    write("raw/0.0", "zero");
    const cache = open();
    const hash = await cache.hashFolder(store);
    mkdirSync(join(store, "empty"));
    renameSync(store, join(folder, "moved.zarr"));
    expect(await cache.hashFolder(join(folder, "moved.zarr"))).toEqual(hash);
  });

  it("is that of nothing when it is empty, and changes with the first file", async () => {
    const cache = open();
    expect(await cache.hashFolder(store)).toEqual({ sha256: sha256(""), bytes: 0 });
    write(".zgroup", "");
    expect(await cache.hashFolder(store)).toEqual({ sha256: sha256(`${sha256("")} .zgroup\n`), bytes: 0 });
  });

  it("sees a change of the same length whose time is set back", async () => {
    write("raw/0.0", "one");
    const time = new Date(Date.now() - HOUR);
    utimesSync(join(store, "raw/0.0"), time, time);
    const cache = open();
    const before = await cache.hashFolder(store);
    write("raw/0.0", "two");
    utimesSync(join(store, "raw/0.0"), time, time);
    expect(await cache.hashFolder(store)).not.toEqual(before);
  });

  it("is not trusted when it was made within the tick in which one file changed", async () => {
    write("raw/0.0", "old");
    write("raw/0.1", "new");
    const long = new Date(Date.now() - HOUR);
    utimesSync(join(store, "raw/0.0"), long, long);
    const cache = open(() => new Date());
    await cache.hashFolder(store);
    await cache.hashFolder(store);
    expect(hashed).toHaveLength(4);
  });

  it("tells two lists of files whose lines would read the same", async () => {
    write("a", "a");
    write("b", "b");
    const two = await open().hashFolder(store);
    rmSync(join(store, "b"));
    rmSync(join(store, "a"));
    write(`a\n${sha256("b")} b`, "a");
    expect((await open().hashFolder(store)).sha256).not.toBe(two.sha256);
  });

  it("is the same for the same names and contents, and another for others", async () => {
    const name = fc.stringMatching(/^[a-c\\ .]{1,3}$/).filter((text) => !/^\.{1,2}$/.test(text));
    const content = fc.uniqueArray(fc.tuple(name, fc.string({ maxLength: 3 })), {
      selector: ([path]) => path,
      maxLength: 4,
    });
    const seen = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(content, fc.boolean(), async (entries, turned) => {
        rmSync(store, { recursive: true, force: true });
        mkdirSync(store);
        for (const [path, text] of turned ? [...entries].reverse() : entries) write(path, text);
        const { sha256: hash, bytes } = await open().hashFolder(store);
        const meant = JSON.stringify([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
        expect(bytes).toBe(entries.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0));
        expect(seen.get(hash) ?? meant).toBe(meant);
        seen.set(hash, meant);
      }),
      { numRuns: 60 },
    );
    expect(new Set(seen.values()).size).toBe(seen.size);
  });

  it("takes files by their content where they have several names", async () => {
    write("a", "x");
    linkSync(join(store, "a"), join(store, "b"));
    expect(await open().hashFolder(store)).toEqual({
      sha256: sha256(`${sha256("x")} a\n${sha256("x")} b\n`),
      bytes: 2,
    });
  });

  it("lets other work go on while it takes long", async () => {
    for (let index = 0; index < 50; index++) write(`${index}`, "");
    const slow: FileOperations = {
      ...files,
      async hash(path) {
        for (const until = performance.now() + 3; performance.now() < until; );
        return nodeFiles.hash(path);
      },
    };
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await open(later, slow).hashFolder(store);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });
});

describe("a folder that cannot be hashed", () => {
  it("is read again when a file comes, changes or goes meanwhile, and given up when it never rests", async () => {
    write("0", "zero");
    write("1", "one");
    const changes = [
      () => appendFileSync(join(store, "0"), "+"),
      () => write("2", "two"),
      () => rmSync(join(store, "1"), { force: true }),
    ];
    for (const change of changes) {
      let left = 1;
      const restless: FileOperations = {
        ...files,
        async hash(path) {
          if (left-- === 1) change();
          return nodeFiles.hash(path);
        },
      };
      expect(await open(later, restless).hashFolder(store)).toEqual(await open().hashFolder(store));
    }
    let count = 0;
    const never: FileOperations = {
      ...files,
      async hash(path) {
        write(`new-${count++}`, "");
        return nodeFiles.hash(path);
      },
    };
    await expect(open(later, never).hashFolder(store)).rejects.toMatchObject({
      tag: "storage/unstable-file",
      fields: { file: store },
    });
  });

  it("is named when it is not there, or is a file", async () => {
    rmSync(store, { recursive: true });
    await expect(open().hashFolder(store)).rejects.toMatchObject({ tag: "storage/missing", fields: { file: store } });
    writeFileSync(store, "");
    await expect(open().hashFolder(store)).rejects.toMatchObject({ tag: "storage/not-a-folder" });
  });

  it.each(["file", "folder", "nothing"] as const)("is one that holds a link to a %s", async (kind) => {
    write("raw/0.0", "zero");
    if (kind === "file") writeFileSync(join(folder, "there"), "");
    if (kind === "folder") mkdirSync(join(folder, "there"));
    symlinkSync(join(folder, "there"), join(store, "raw", "0.1"));
    await expect(open().hashFolder(store)).rejects.toMatchObject({
      tag: "storage/not-a-file",
      fields: { file: join(store, "raw/0.1") },
    });
  });

  it("names the file that cannot be read", async () => {
    write("raw/0.0", "zero");
    const forbidden: FileOperations = {
      ...files,
      async hash() {
        throw Object.assign(new Error("no"), { code: "EACCES" });
      },
    };
    await expect(open(later, forbidden).hashFolder(store)).rejects.toMatchObject({
      tag: "storage/permission",
      fields: { file: join(store, "raw/0.0") },
    });
  });

  it.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "names a folder in it without access",
    async () => {
      write("raw/0.0", "zero");
      chmodSync(join(store, "raw"), 0);
      const failed = open().hashFolder(store);
      await expect(failed).rejects.toMatchObject({ tag: "storage/permission", fields: { file: join(store, "raw") } });
      chmodSync(join(store, "raw"), 0o755);
    },
  );

  it("is nested too deep", () => {
    write(`${"a/".repeat(32)}x`, "");
    expect(listFilesBelow(store)).toHaveLength(1);
    write(`${"a/".repeat(33)}x`, "");
    expect(() => listFilesBelow(store)).toThrow(expect.objectContaining({ tag: "storage/too-deep" }));
  });
});
