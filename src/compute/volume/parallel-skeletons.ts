import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import { builtModule } from "../../base/built-module.js";
import { InterruptedError } from "../../base/errors.js";
import { runOnThreads } from "../../base/worker-pool.js";
import { skeletonOfRuns } from "./skeleton.js";
import type { SkeletonJob } from "./skeleton-worker.js";
import { assertThinnable } from "./skeletonize-3d.js";
import type { VoxelRuns } from "./voxel-runs.js";

export interface SkeletonsOptions {
  /** Worker threads; 1 or fewer: none. Default: one for each processor. The result is the same for every number. */
  readonly threads?: number;
  /** 2: thinning of single planes, see {@link skeletonOfRuns}. Default 3. */
  readonly dimensions?: 2 | 3;
  readonly signal?: AbortSignal;
  /** Called as each set is done, in any order. */
  readonly onDone?: (index: number, points: Uint32Array) => void;
  /** JavaScript file of the worker, for tests; when it is not there, no threads are used. */
  readonly workerPath?: string;
  /** Threads are used from this many voxels in all sets together; below, starting them takes longer. Default 2,000,000. */
  readonly leastVoxels?: number;
}

/** Boxes that are thinned at the same time take at most this, unless one alone is larger. */
const MOST_BYTES = 2 ** 30;

/**
 * Skeletons of many sets, the i-th in the i-th place, largest first on worker threads. The sets stay usable: their runs
 * are copied to the threads. Cost: some 0.4 µs per voxel, and a byte per voxel of every box at work (at most 1 GiB
 * together, or one box alone).
 * @throws {InterruptedError} on `signal`. {LoadError} `load/box-too-large`, before anything is thinned.
 */
export async function skeletonsOf(sets: readonly VoxelRuns[], options: SkeletonsOptions = {}): Promise<Uint32Array[]> {
  const { threads = availableParallelism(), dimensions = 3, signal, leastVoxels = 2_000_000 } = options;
  const bytes = sets.map(assertThinnable);
  const order = sets.map((_, index) => index).sort((a, b) => voxels(sets, b) - voxels(sets, a) || a - b);
  const skeletons = sets.map(() => new Uint32Array(0) as Uint32Array);
  const keep = (index: number, points: Uint32Array) => {
    skeletons[index] = points;
    options.onDone?.(index, points);
  };
  const total = sets.reduce((sum, set) => sum + set.voxels, 0);
  const worker = options.workerPath ?? builtModule(new URL("./skeleton-worker.js", import.meta.url));
  if (threads > 1 && sets.length > 1 && total >= leastVoxels && existsSync(worker)) {
    await runOnThreads<Uint32Array>({
      worker,
      threads,
      bytes: order.map((index) => bytes[index] as number),
      mostBytes: MOST_BYTES,
      parcel: (job) => {
        const runs = sets[order[job] as number] as VoxelRuns;
        const [starts, lengths] = [runs.starts.slice(), runs.lengths.slice()];
        const message: SkeletonJob = { runs: { ...runs, starts, lengths }, dimensions };
        return { message, transfer: [starts.buffer, lengths.buffer] };
      },
      onReply: (job, points) => keep(order[job] as number, points),
      signal,
    });
    return skeletons;
  }
  for (const index of order) {
    // A signal arrives only while this thread does not work.
    if (signal !== undefined) await setImmediate();
    if (signal?.aborted) throw new InterruptedError();
    keep(index, skeletonOfRuns(sets[index] as VoxelRuns, dimensions));
  }
  return skeletons;
}

function voxels(sets: readonly VoxelRuns[], index: number): number {
  return (sets[index] as VoxelRuns).voxels;
}
