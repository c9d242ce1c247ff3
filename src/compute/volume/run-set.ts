import { RunCollector, type VolumeShape, type VoxelRuns } from "./voxel-runs.js";

/** Number of voxels in both sets. Cost: one pass over the runs of both. */
export function intersectionVoxels(a: VoxelRuns, b: VoxelRuns): number {
  checkShapes(a, b);
  let [i, j, voxels] = [0, 0, 0];
  while (i < a.starts.length && j < b.starts.length) {
    const startA = a.starts[i] as number;
    const startB = b.starts[j] as number;
    const endA = startA + (a.lengths[i] as number);
    const endB = startB + (b.lengths[j] as number);
    const shared = Math.min(endA, endB) - Math.max(startA, startB);
    if (shared > 0) voxels += shared;
    if (endA <= endB) i++;
    if (endB <= endA) j++;
  }
  return voxels;
}

/** The voxels in both sets. Cost of this and the next two: one pass over the runs of both. */
export function intersection(a: VoxelRuns, b: VoxelRuns): VoxelRuns {
  return combined(a, b, (inA, inB) => inA && inB);
}

/** The voxels in either set. */
export function union(a: VoxelRuns, b: VoxelRuns): VoxelRuns {
  return combined(a, b, (inA, inB) => inA || inB);
}

/** The voxels of `a` that are not in `b`. */
export function difference(a: VoxelRuns, b: VoxelRuns): VoxelRuns {
  return combined(a, b, (inA, inB) => inA && !inB);
}

/** Each set without the voxels of `mask`; a set that has none of them stays the same object. */
export function eraseWhere(sets: readonly VoxelRuns[], mask: VoxelRuns): VoxelRuns[] {
  return sets.map((set) => (intersectionVoxels(set, mask) === 0 ? set : difference(set, mask)));
}

/**
 * The voxels that lie in `times` of the sets or more: 1 is their union, 2 where they overlap. Cost: a
 * merge of the ends of all runs, 32 bytes for each run.
 * @throws {RangeError} for sets of other shapes than `shape`.
 */
export function coveredBy(sets: readonly VoxelRuns[], times: number, shape: VolumeShape): VoxelRuns {
  for (const set of sets) checkShapes(set, { shape });
  const collector = new RunCollector(shape);
  let depth = 0;
  let begin = 0;
  for (const event of mergedEvents(sets)) {
    const starts = event % 2 === 1;
    if (starts && ++depth === times) begin = (event - 1) / 2;
    if (!starts && depth-- === times) collector.add(begin, event / 2 - begin);
  }
  return collector.finish();
}

/** Where runs start (2·voxel + 1) and end (2·voxel), ascending, so that an end comes before a start at the same voxel. */
function mergedEvents(sets: readonly VoxelRuns[]): Float64Array {
  let lists = sets.map(({ starts, lengths }) => {
    const events = new Float64Array(starts.length * 2);
    for (let i = 0; i < starts.length; i++) {
      events[2 * i] = (starts[i] as number) * 2 + 1;
      events[2 * i + 1] = ((starts[i] as number) + (lengths[i] as number)) * 2;
    }
    return events;
  });
  while (lists.length > 1) {
    const pairs: Float64Array<ArrayBuffer>[] = [];
    for (let i = 0; i < lists.length; i += 2) {
      pairs.push(
        i + 1 < lists.length
          ? merged(lists[i] as Float64Array, lists[i + 1] as Float64Array)
          : (lists[i] as Float64Array<ArrayBuffer>),
      );
    }
    lists = pairs;
  }
  return lists[0] ?? new Float64Array(0);
}

function merged(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const both = new Float64Array(a.length + b.length);
  let [i, j] = [0, 0];
  for (let k = 0; k < both.length; k++) {
    const fromA = j === b.length || (i < a.length && (a[i] as number) <= (b[j] as number));
    both[k] = (fromA ? a[i++] : b[j++]) as number;
  }
  return both;
}

/**
 * How many of the points (ascending linear indices) lie in the set. Cost: a galloping search per point, so that few
 * points in many runs, or many points in few runs, are cheap.
 */
export function countInside(points: Uint32Array, runs: VoxelRuns): number {
  let count = 0;
  let run = 0;
  for (const point of points) {
    run = lastStart(runs.starts, run, point);
    if (covers(runs, run, point)) count++;
  }
  return count;
}

/** For each of the points (ascending linear indices) 1 when it lies in the set, else 0. Cost: as {@link countInside}. */
export function insideFlags(points: Uint32Array, runs: VoxelRuns): Uint8Array<ArrayBuffer> {
  const flags = new Uint8Array(points.length);
  let run = 0;
  for (let i = 0; i < points.length; i++) {
    const point = points[i] as number;
    run = lastStart(runs.starts, run, point);
    if (covers(runs, run, point)) flags[i] = 1;
  }
  return flags;
}

function covers({ starts, lengths }: VoxelRuns, run: number, point: number): boolean {
  if (run >= starts.length) return false;
  const distance = point - (starts[run] as number);
  return distance >= 0 && distance < (lengths[run] as number);
}

/** Last run that starts at the point or before it, searched upwards from a guess; 0 when there is none. */
function lastStart(starts: Uint32Array, guess: number, point: number): number {
  let low = (starts[guess] as number) <= point ? guess : 0;
  let step = 1;
  while (low + step < starts.length && (starts[low + step] as number) <= point) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, starts.length);
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= point) low = middle;
    else high = middle;
  }
  return low;
}

/** Walks the ends of the runs of both sets and keeps the stretches that `keep` wants; it must not want what is in none. */
function combined(a: VoxelRuns, b: VoxelRuns, keep: (inA: boolean, inB: boolean) => boolean): VoxelRuns {
  checkShapes(a, b);
  const collector = new RunCollector(a.shape);
  const [walkA, walkB] = [new Walk(a), new Walk(b)];
  let from = 0;
  for (;;) {
    const to = Math.min(walkA.next, walkB.next);
    if (to === Number.POSITIVE_INFINITY) return collector.finish();
    if (to > from && keep(walkA.inside, walkB.inside)) collector.add(from, to - from);
    if (walkA.next === to) walkA.pass();
    if (walkB.next === to) walkB.pass();
    from = to;
  }
}

/** Where a walk along a set stands: in a run or between two, and where that ends. */
class Walk {
  inside = false;
  next: number;
  readonly #runs: VoxelRuns;
  #run = 0;

  constructor(runs: VoxelRuns) {
    this.#runs = runs;
    this.next = runs.starts[0] ?? Number.POSITIVE_INFINITY;
  }

  pass(): void {
    const { starts, lengths } = this.#runs;
    if (this.inside) this.next = starts[++this.#run] ?? Number.POSITIVE_INFINITY;
    else this.next += lengths[this.#run] as number;
    this.inside = !this.inside;
  }
}

function checkShapes(a: { readonly shape: VolumeShape }, b: { readonly shape: VolumeShape }): void {
  if (a.shape.some((size, axis) => size !== b.shape[axis])) {
    throw new RangeError(`voxel sets of ${a.shape.join(" × ")} and of ${b.shape.join(" × ")} voxels do not compare`);
  }
}
