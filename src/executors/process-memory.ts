import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

export interface ProcessMemory {
  /** Resident bytes now. */
  readonly current: number;
  /** Most resident bytes since {@link resetPeak}, where the system tells. */
  readonly peak: number;
}

/** Resident memory of a process; undefined when it is gone. From /proc some 30 µs, else from `ps` some 5 ms. */
export function processMemory(pid: number): ProcessMemory | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const current = kibibytes(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1]);
    // A zombie has no memory.
    return current === undefined
      ? undefined
      : { current, peak: kibibytes(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1]) ?? current };
  } catch {
    if (process.platform === "linux") return undefined;
  }
  if (process.platform === "win32") return undefined;
  try {
    const current = kibibytes(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "latin1" }).trim());
    return current === undefined ? undefined : { current, peak: current };
  } catch {
    return undefined;
  }
}

/** How often looking is worth its cost. */
export const MEMORY_POLL_MILLISECONDS = process.platform === "linux" ? 100 : 500;

/** Begins a new peak, so that a process that runs several jobs has one for each. */
export function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // Only Linux can; elsewhere the peak is the highest of the values seen.
  }
}

function kibibytes(digits: string | undefined): number | undefined {
  return digits === undefined || digits === "" ? undefined : Number(digits) * 1024;
}
