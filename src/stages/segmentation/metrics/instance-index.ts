import type { VoxelRuns } from "../../../compute/volume/voxel-runs.js";

/** Instances of one channel: their runs are disjoint. */
interface IndexLayer {
  readonly starts: Uint32Array;
  /** First voxel behind each run. */
  readonly ends: Uint32Array;
  /** Instance of each run, counted from 1. */
  readonly ids: Uint32Array;
}

/** Which instances contain a voxel, one layer per channel. 12 bytes per run. */
export interface InstanceIndex {
  readonly count: number;
  readonly layers: readonly IndexLayer[];
}

/** Runs of the instances of an image: disjoint within a channel. */
export interface ChannelInstance {
  readonly channel: number;
  readonly runs: VoxelRuns;
}

/** Starts and lengths or numbers are sorted together in one double: 2^32 · 2^20 < 2^53. */
const SHIFT = 2 ** 20;

/** The index over instances 1, 2, … in the order of the list, which is by channel. Cost: a sort of the runs. */
export function indexInstances(instances: readonly ChannelInstance[]): InstanceIndex {
  const layers: IndexLayer[] = [];
  for (let first = 0; first < instances.length; ) {
    let last = first;
    while (instances[last + 1]?.channel === (instances[first] as ChannelInstance).channel) last++;
    layers.push(layerOf(instances, first, last));
    first = last + 1;
  }
  return { count: instances.length, layers };
}

function layerOf(instances: readonly ChannelInstance[], first: number, last: number): IndexLayer {
  const members = instances.slice(first, last + 1);
  const size = members.reduce((sum, { runs }) => sum + runs.starts.length, 0);
  const byNumber = new Float64Array(size);
  const byLength = new Float64Array(size);
  let at = 0;
  for (const [number, { runs }] of members.entries()) {
    for (let i = 0; i < runs.starts.length; i++) {
      const start = runs.starts[i] as number;
      byNumber[at] = start * SHIFT + number;
      byLength[at++] = start * SHIFT + (runs.lengths[i] as number);
    }
  }
  if (members.length > 1) {
    byNumber.sort();
    byLength.sort();
  }
  const [starts, ends, ids] = [new Uint32Array(size), new Uint32Array(size), new Uint32Array(size)];
  for (let i = 0; i < size; i++) {
    const start = Math.floor((byNumber[i] as number) / SHIFT);
    starts[i] = start;
    ends[i] = start + ((byLength[i] as number) - start * SHIFT);
    ids[i] = first + 1 + ((byNumber[i] as number) - start * SHIFT);
  }
  return { starts, ends, ids };
}

/** For one set of voxels, how many of them each instance contains, and how many are in none (`outside`). */
export class OverlapCounter {
  readonly #index: InstanceIndex;
  readonly #counts: Uint32Array;
  readonly #touched: number[] = [];

  constructor(index: InstanceIndex) {
    this.#index = index;
    this.#counts = new Uint32Array(index.count + 1);
  }

  /**
   * Calls `visit` once for each instance that contains some of the points, and returns the number of points outside of
   * all. Cost per layer: a doubling search from point to point within the layer's extent. Points ascend.
   */
  points(points: Uint32Array, visit: (id: number, count: number) => void): number {
    const hit = new Uint8Array(points.length);
    for (const { starts, ends, ids } of this.#index.layers) {
      const behind = ends[ends.length - 1] as number;
      let run = 0;
      for (let i = lastStart(points, 0, (starts[0] as number) - 1) + 1; i < points.length; i++) {
        const point = points[i] as number;
        if (point >= behind) break;
        const found = lastStart(starts, run, point);
        if (found < run) continue;
        run = found;
        if (point >= (ends[run] as number)) continue;
        hit[i] = 1;
        this.#add(ids[run] as number, 1);
      }
    }
    this.#flush(visit);
    let outside = 0;
    for (const flag of hit) outside += 1 - flag;
    return outside;
  }

  /** The same for all voxels of runs, without the number outside. */
  runs(runs: VoxelRuns, visit: (id: number, count: number) => void): void {
    for (const { starts, ends, ids } of this.#index.layers) {
      const behind = ends[ends.length - 1] as number;
      let run = 0;
      for (let i = Math.max(0, lastStart(runs.starts, 0, starts[0] as number)); i < runs.starts.length; i++) {
        const start = runs.starts[i] as number;
        if (start >= behind) break;
        const end = start + (runs.lengths[i] as number);
        run = Math.max(run, lastStart(starts, run, start));
        for (let other = run; other < starts.length && (starts[other] as number) < end; other++) {
          const shared = Math.min(end, ends[other] as number) - Math.max(start, starts[other] as number);
          if (shared > 0) this.#add(ids[other] as number, shared);
        }
      }
    }
    this.#flush(visit);
  }

  #add(id: number, voxels: number): void {
    const before = this.#counts[id] as number;
    if (before === 0) this.#touched.push(id);
    this.#counts[id] = before + voxels;
  }

  #flush(visit: (id: number, count: number) => void): void {
    for (const id of this.#touched) {
      visit(id, this.#counts[id] as number);
      this.#counts[id] = 0;
    }
    this.#touched.length = 0;
  }
}

/** The last of ascending values from `from` on that is at or before a voxel, by doubling steps; `from − 1` when there is none. */
function lastStart(starts: Uint32Array, from: number, voxel: number): number {
  if (from >= starts.length || (starts[from] as number) > voxel) return from - 1;
  let low = from;
  let step = 1;
  while (low + step < starts.length && (starts[low + step] as number) <= voxel) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, starts.length);
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= voxel) low = middle;
    else high = middle;
  }
  return low;
}
