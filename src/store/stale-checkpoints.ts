import { join } from "node:path";
import type { FileOperations } from "../base/file-operations.js";
import { listFolder } from "./list-folder.js";

const KEPT_NANOSECONDS = 7n * 24n * 3600n * 1_000_000_000n;

export interface StaleCheckpoint {
  readonly path: string;
  readonly bytes: number;
}

/** What stages kept of work that nobody has taken up for a week. */
export function staleCheckpoints(files: FileOperations, folder: string, now: Date): StaleCheckpoint[] {
  const before = BigInt(now.getTime()) * 1_000_000n - KEPT_NANOSECONDS;
  return listFolder(files, folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      const state = files.stat(path);
      return state !== undefined && state.modified < before ? [{ path, bytes: Number(state.bytes) }] : [];
    });
}
