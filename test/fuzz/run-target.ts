import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NeurotablesError } from "../../src/base/errors.js";
import type { Limits } from "../../src/base/limits.js";
import { mutate } from "./mutate.js";
import { Random } from "./random.js";
import type { FuzzTarget } from "./targets.js";
import { Watchdog } from "./watchdog.js";

/** Tight enough that a lie in a tiny file cannot cost much. */
export const FUZZ_LIMITS: Limits = { bytes: 16 * 2 ** 20, entries: 10_000, ratio: 2_000, depth: 64, cells: 1_000_000 };

export interface FuzzResult {
  readonly values: number;
  readonly tags: Readonly<Record<string, number>>;
  /** `input 17 (kept in FILE): TypeError …`; at most ten. */
  readonly failures: readonly string[];
}

async function seedsOf({ seeds }: FuzzTarget): Promise<readonly Uint8Array[]> {
  return typeof seeds === "function" ? seeds() : seeds;
}

/** The input of a number: unmutated seeds first, then structural and byte mutations in turn. */
function inputOf(target: FuzzTarget, seeds: readonly Uint8Array[], seed: number, index: number): Uint8Array {
  const plain = seeds[index];
  if (plain !== undefined) return plain;
  const random = new Random(target.name, seed, index);
  if (target.structure !== undefined && index % 2 === 0) return target.structure(random, seeds);
  return mutate(random.pick(seeds), random, random.pick(seeds));
}

/** Reads one input. Undefined when it gave a value, the error's tag when it was refused; anything else is thrown. */
export async function readInput(target: FuzzTarget, bytes: Uint8Array): Promise<string | undefined> {
  try {
    await target.read(bytes, FUZZ_LIMITS);
    return undefined;
  } catch (error) {
    if (error instanceof NeurotablesError && error.tag !== "bug" && error.message.length > 0) return error.tag;
    throw error;
  }
}

/** Feeds a target with `inputs` inputs; the same seed gives the same inputs. */
export async function runTarget(
  target: FuzzTarget,
  { inputs, seed, only }: { inputs: number; seed: number; only?: number },
): Promise<FuzzResult> {
  const seeds = await seedsOf(target);
  const watchdog = new Watchdog({ label: `${target.name} seed ${seed}`, seconds: 2, megabytes: 512 });
  const tags: Record<string, number> = {};
  const failures: string[] = [];
  let values = 0;
  let stray: unknown;
  const onStray = (error: unknown) => {
    stray = error;
  };
  process.on("uncaughtException", onStray);
  try {
    for (let index = only ?? 0; index < (only === undefined ? inputs : only + 1) && failures.length < 10; index++) {
      const bytes = inputOf(target, seeds, seed, index);
      watchdog.begin(index);
      try {
        const tag = await readInput(target, bytes);
        if (tag !== undefined && index < seeds.length) throw new Error(`a seed is refused: ${tag}`);
        if (tag === undefined) values += 1;
        else tags[tag] = (tags[tag] ?? 0) + 1;
        if (index % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
        if (stray !== undefined) throw stray;
      } catch (error) {
        stray = undefined;
        failures.push(`input ${index} (kept in ${keep(target, seed, index, bytes)}): ${describe(error)}`);
      }
    }
  } finally {
    process.off("uncaughtException", onStray);
    watchdog.begin(-1);
    await watchdog.stop();
  }
  return { values, tags, failures };
}

function keep(target: FuzzTarget, seed: number, index: number, bytes: Uint8Array): string {
  const folder = join(tmpdir(), "neurotables-fuzz");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${target.name}-${seed}-${index}.bin`);
  writeFileSync(path, bytes);
  return path;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).split("\n").slice(0, 4).join(" | ") : String(error);
}
