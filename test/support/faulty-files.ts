import { type FileOperations, nodeFiles } from "../../src/base/file-operations.js";

/** How an operation fails. `short-write`: half the bytes are taken, and the next write finds the disk full. */
export type Fault = "ENOSPC" | "EIO" | "EACCES" | "short-write";

/** The real file system, of which one operation fails: the n-th after `arm`. */
export interface FaultyFiles {
  readonly files: FileOperations;
  /** Begins to count. Operation `n` (from 1) fails. */
  arm(n: number, fault: Fault): void;
  disarm(): void;
  /** What failed, once it has: `rename /home/…`. */
  readonly fired: string | undefined;
}

export function faultyFiles(): FaultyFiles {
  let countdown = Number.POSITIVE_INFINITY;
  let fault: Fault = "EIO";
  let fullDisk = false;
  let fired: string | undefined;

  const fail = (code: string, operation: string): never => {
    throw Object.assign(new Error(`${code}: injected, ${operation}`), { code });
  };
  const count = (operation: string) => {
    countdown -= 1;
    if (countdown !== 0) return;
    fired = operation;
    fail(fault, operation);
  };
  const write: FileOperations["write"] = (descriptor, bytes) => {
    if (fault !== "short-write") {
      count("write");
      return nodeFiles.write(descriptor, bytes);
    }
    if (fullDisk) return fail("ENOSPC", "write after a short write");
    countdown -= 1;
    if (countdown !== 0) return nodeFiles.write(descriptor, bytes);
    fired = "short write";
    fullDisk = true;
    return nodeFiles.write(descriptor, bytes.subarray(0, bytes.length >> 1));
  };
  const files: FileOperations = { ...nodeFiles };
  for (const name of Object.keys(nodeFiles) as (keyof FileOperations)[]) {
    const real = nodeFiles[name] as (...values: unknown[]) => unknown;
    const asynchronous = name === "flush" || name === "hash";
    const counted = (...values: unknown[]): unknown => {
      if (fault === "short-write") return real(...values);
      if (!asynchronous) {
        count(`${name} ${values[0]}`);
        return real(...values);
      }
      return Promise.resolve().then(() => {
        count(`${name} ${values[0]}`);
        return real(...values);
      });
    };
    // Closing is not counted: a descriptor left open would end the test run, not the code under test.
    if (name !== "close") (files as unknown as Record<string, unknown>)[name] = counted;
  }
  (files as { write: FileOperations["write"] }).write = write;
  return {
    files,
    arm(n, how) {
      countdown = n;
      fault = how;
      fullDisk = false;
      fired = undefined;
    },
    disarm() {
      countdown = Number.POSITIVE_INFINITY;
      fullDisk = false;
      fault = "EIO";
    },
    get fired() {
      return fired;
    },
  };
}
