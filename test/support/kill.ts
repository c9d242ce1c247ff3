import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Why tests that look at other processes are left out here; undefined where they can run. */
export const noProcessTable = process.platform === "linux" ? undefined : "processes are seen through /proc: Linux only";

/** Living child processes of a command: they carry its process id in their environment, even when orphaned. */
export function workersOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isWorkerOf(name, parent))
    .map(Number);
}

/**
 * The workers of a process that was killed end on their own.
 * @returns those that still live after ten seconds: none, unless something is wrong.
 */
export async function survivingWorkers(parent: number): Promise<number[]> {
  let living = workersOf(parent);
  for (let waited = 0; living.length > 0 && waited < 10_000; waited += 25) {
    await sleep(25);
    living = workersOf(parent);
  }
  return living;
}

function isWorkerOf(pid: string, parent: number): boolean {
  try {
    // A zombie has an empty environment.
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(`NEUROTABLES_PARENT=${parent}`);
  } catch {
    return false;
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
