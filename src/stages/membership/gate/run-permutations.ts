import { fileURLToPath } from "node:url";
import { runOnThreads } from "../../../base/worker-pool.js";
import { BlindBaselines } from "./blind-baselines.js";
import type { BlindUnits } from "./blind-units.js";
import { permuteLabels } from "./permute-labels.js";

/** A range of permutations of one experiment. */
export interface PermutationJob {
  readonly units: BlindUnits;
  readonly labels: Uint8Array;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

/** Values of every baseline over permutations, in their order. */
export type NullValues = Readonly<Record<string, Float64Array>>;

/** Permutations that one thread does before it reports: the unit of progress. */
const PER_JOB = 20;

/** Runs the baselines on permuted labels. */
export function permutedValues(
  { units, labels, seed, from, to }: PermutationJob,
  baselines = new BlindBaselines(units, seed),
): NullValues {
  const values: Record<string, Float64Array> = {};
  for (const name of baselines.names) values[name] = new Float64Array(to - from).fill(Number.NaN);
  for (let permutation = from; permutation < to; permutation++) {
    const drawn = permuteLabels(labels, units.clusters, units.folds, seed, permutation + 1);
    for (const [name, { value }] of baselines.run(drawn, false))
      (values[name] as Float64Array)[permutation - from] = value;
  }
  return values;
}

/**
 * The null distribution of every baseline: `permutations` draws of labels through the whole of it. The result does not
 * depend on the number of threads.
 */
export async function runPermutations(options: {
  readonly units: BlindUnits;
  /** Those of the units, when there are some already: used in this thread. */
  readonly baselines?: BlindBaselines;
  readonly labels: Uint8Array;
  readonly seed: number;
  readonly permutations: number;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}): Promise<NullValues> {
  const { permutations, threads, signal, onProgress } = options;
  const { units, labels, seed } = options;
  // One job per thread builds the matrices once per thread; more than that only to show progress.
  const size = Math.max(PER_JOB, Math.ceil(permutations / Math.max(1, threads * 2)));
  const jobs: PermutationJob[] = [];
  for (let from = 0; from < permutations; from += size) {
    jobs.push({ units, labels, seed, from, to: Math.min(permutations, from + size) });
  }
  const replies: NullValues[] = [];
  let done = 0;
  if (threads <= 1) {
    const baselines = options.baselines ?? new BlindBaselines(units, seed);
    for (const [index, job] of jobs.entries()) {
      signal.throwIfAborted();
      replies[index] = permutedValues(job, baselines);
      done += job.to - job.from;
      onProgress(done);
    }
  } else {
    await runOnThreads<NullValues>({
      worker: fileURLToPath(new URL("./permutation-worker.js", import.meta.url)),
      threads,
      bytes: jobs.map(() => 1),
      mostBytes: jobs.length,
      parcel: (job) => ({ message: jobs[job], transfer: [] }),
      onReply: (job, reply) => {
        replies[job] = reply;
        const { from, to } = jobs[job] as PermutationJob;
        done += to - from;
        onProgress(done);
      },
      signal,
    });
  }
  const names = Object.keys(replies[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [
      name,
      Float64Array.from(replies.flatMap((values) => Array.from(values[name] as Float64Array))),
    ]),
  );
}
