import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/base/file-operations.js";
import { LockFolder } from "../../src/base/lock.js";
import { currentOwner, type Owner, ownerName, ownerState, parseOwner } from "../../src/base/owner.js";
import { faultyFiles } from "../support/faulty-files.js";

let folder: string;
let locks: LockFolder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "neurotables-lock-"));
  locks = new LockFolder({ files: nodeFiles, folder });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A mark as another process would have left it. */
function plant(name: string, owner: Partial<Owner>, purpose = ""): string {
  const file = `${name}@${ownerName({ ...currentOwner(), ...owner })}.0123456789ab`;
  writeFileSync(join(folder, file), purpose);
  return file;
}

/** A pid that no process has: above the largest that Linux gives. */
const NOBODY = 2 ** 22 + 1;

describe("owners", () => {
  it("survive being a file name", () => {
    fc.assert(
      fc.property(
        fc.record({
          host: fc.string({ minLength: 1, maxLength: 20 }),
          pid: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
          started: fc.oneof(fc.nat().map(String), fc.constant("unknown")),
          boot: fc.constantFrom("0123abcd", "unknown"),
          namespace: fc.constantFrom("4026531836", "unknown"),
        }),
        (owner) => {
          expect(ownerName(owner)).toMatch(/^[A-Za-z0-9_~-]+$/);
          expect(parseOwner(ownerName(owner))).toEqual(owner);
        },
      ),
    );
    expect(parseOwner("something else")).toBeUndefined();
  });

  it("are dead when the process is, or its number is another's, or the machine was restarted", () => {
    const here = currentOwner();
    expect(ownerState(here)).toBe("alive");
    expect(ownerState({ ...here, pid: process.ppid, started: "unknown" })).toBe("alive");
    expect(ownerState({ ...here, pid: NOBODY })).toBe("dead");
    expect(ownerState({ ...here, started: "1" })).toBe("dead");
    expect(ownerState({ ...here, boot: "0123" })).toBe("dead");
  });

  it("cannot be judged from another host or container", () => {
    const here = currentOwner();
    expect(ownerState({ ...here, host: "elsewhere", pid: NOBODY })).toBe("foreign");
    expect(ownerState({ ...here, namespace: "1", pid: NOBODY })).toBe("foreign");
  });
});

describe("a lock", () => {
  it("is held by one at a time, by name", () => {
    const first = locks.tryLock({ name: "a/b@c" });
    expect(first).toBeDefined();
    expect(locks.tryLock({ name: "a/b@c" })).toBeUndefined();
    locks.tryLock({ name: "a" })?.release();
    first?.release();
    first?.release();
    const second = locks.tryLock({ name: "a/b@c" });
    expect(second).toBeDefined();
    second?.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is taken over from the dead, and their marks are swept", () => {
    plant("a", { pid: NOBODY });
    plant("b", { started: "1" });
    const lock = locks.tryLock({ name: "a" });
    expect(lock).toBeDefined();
    expect(readdirSync(folder)).toHaveLength(1);
    lock?.release();
  });

  it("is never stolen across hosts: the error names the owner and the file", async () => {
    const file = plant("a", { host: "elsewhere", pid: 77 }, "run x");
    expect(locks.tryLock({ name: "a" })).toBeUndefined();
    await expect(locks.lock({ name: "a" })).rejects.toMatchObject({
      tag: "locked/other-host",
      exitCode: 6,
      message: "a is locked by process 77 on elsewhere (run x)",
      wayOut: expect.stringContaining(file),
    });
    expect(readdirSync(folder)).toEqual([file]);
  });

  it("is waited for", async () => {
    const first = await locks.lock({ name: "a" });
    let taken = false;
    const second = locks.lock({ name: "a" }).then((lock) => {
      taken = true;
      return lock;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(taken).toBe(false);
    first.release();
    (await second).release();
  });

  it("is given up when the signal comes", async () => {
    const first = await locks.lock({ name: "a" });
    const controller = new AbortController();
    const waiting = locks.lock({ name: "a", signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ tag: "interrupted" });
    first.release();
  });

  it("never has two holders, whoever contends", async () => {
    let holders = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 12 }, async () => {
        for (let i = 0; i < 5; i++) {
          const lock = await locks.lock({ name: "a" });
          holders += 1;
          most = Math.max(most, holders);
          await new Promise((resolve) => setImmediate(resolve));
          holders -= 1;
          lock.release();
        }
      }),
    );
    expect(most).toBe(1);
  });

  it("may be shared, against another name that excludes it", () => {
    const readers = [1, 2].map(() => locks.tryLock({ name: "read", excludedBy: ["write"] }));
    expect(readers.every((reader) => reader !== undefined)).toBe(true);
    expect(locks.tryLock({ name: "write", excludedBy: ["write", "read"] })).toBeUndefined();
    for (const reader of readers) reader?.release();
    const writer = locks.tryLock({ name: "write", excludedBy: ["write", "read"] });
    expect(writer).toBeDefined();
    expect(locks.tryLock({ name: "read", excludedBy: ["write"] })).toBeUndefined();
    writer?.release();
  });

  it("is free for this process when its mark could not be removed", () => {
    const faulty = faultyFiles();
    const failing = new LockFolder({ files: faulty.files, folder });
    const lock = failing.tryLock({ name: "a" });
    faulty.arm(1, "EIO");
    lock?.release();
    faulty.disarm();
    expect(readdirSync(folder)).toHaveLength(1);
    const again = failing.tryLock({ name: "a" });
    expect(again).toBeDefined();
    again?.release();
    expect(readdirSync(folder)).toEqual([]);
  });
});
