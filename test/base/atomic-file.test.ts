import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createExclusive, syncFolder, writeFileAtomic, writeFully } from "../../src/base/atomic-file.js";
import { type FileOperations, nodeFiles } from "../../src/base/file-operations.js";
import { faultyFiles } from "../support/faulty-files.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "neurotables-atomic-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const failing = (name: keyof FileOperations, code: string): FileOperations => ({
  ...nodeFiles,
  [name]: () => {
    throw Object.assign(new Error(code), { code });
  },
});

describe("writeFileAtomic", () => {
  it("replaces the file and leaves nothing else", async () => {
    const path = join(folder, "a.json");
    await writeFileAtomic({ files: nodeFiles, path, bytes: Buffer.from("one") });
    await writeFileAtomic({ files: nodeFiles, path, bytes: Buffer.from("two") });
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(readdirSync(folder)).toEqual(["a.json"]);
  });

  it("leaves the old bytes and no temporary file when any operation fails, and names path and errno", async () => {
    const path = join(folder, "a.json");
    writeFileSync(path, "old");
    const { files, arm, disarm } = faultyFiles();
    for (const [fault, tag] of [
      ["ENOSPC", "storage/disk-full"],
      ["EACCES", "storage/permission"],
      ["EIO", "storage/write-failed"],
    ] as const) {
      for (let n = 1; n <= 4; n++) {
        arm(n, fault);
        await expect(writeFileAtomic({ files, path, bytes: Buffer.from("new") })).rejects.toMatchObject({
          tag,
          exitCode: 7,
          message: expect.stringContaining(path),
          fields: { errno: fault, file: path },
          wayOut: expect.stringMatching(/./),
        });
        disarm();
        expect(readFileSync(path, "utf8")).toBe("old");
        expect(readdirSync(folder)).toEqual(["a.json"]);
      }
    }
  });

  it("writes on after a short write", () => {
    const taken: number[] = [];
    const files: FileOperations = {
      ...nodeFiles,
      write(_descriptor, bytes) {
        const count = Math.min(3, bytes.length);
        taken.push(...bytes.subarray(0, count));
        return count;
      },
    };
    writeFully(files, 0, Buffer.from([1, 2, 3, 4, 5, 6, 7]));
    expect(taken).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(() => writeFully({ ...nodeFiles, write: () => 0 }, 0, Buffer.from([1]))).toThrow("wrote nothing");
  });
});

describe("createExclusive", () => {
  it("makes a file once", async () => {
    const path = join(folder, "1.json");
    expect(await createExclusive({ files: nodeFiles, path, bytes: Buffer.from("first") })).toBe(true);
    expect(await createExclusive({ files: nodeFiles, path, bytes: Buffer.from("second") })).toBe(false);
    expect(readFileSync(path, "utf8")).toBe("first");
    expect(readdirSync(folder)).toEqual(["1.json"]);
  });

  it("lets one of many win", async () => {
    const path = join(folder, "1.json");
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) => createExclusive({ files: nodeFiles, path, bytes: Buffer.from(String(i)) })),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(readFileSync(path, "utf8")).toBe(String(outcomes.indexOf(true)));
  });

  it("says so when the file system has no hard links", async () => {
    const write = { files: failing("link", "ENOTSUP"), path: join(folder, "1.json"), bytes: Buffer.from("x") };
    await expect(createExclusive(write)).rejects.toMatchObject({ wayOut: expect.stringContaining("hard links") });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("syncFolder", () => {
  it("is content where folders cannot be synced, and not where the disk fails", async () => {
    await syncFolder(nodeFiles, folder);
    await syncFolder(failing("flush", "EINVAL"), folder);
    await expect(syncFolder(failing("flush", "EIO"), folder)).rejects.toMatchObject({ tag: "storage/write-failed" });
  });
});
