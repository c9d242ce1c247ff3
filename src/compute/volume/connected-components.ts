import { runsOfMask } from "./mask-runs.js";
import { MOST_VOXELS, RunCollector, runsOf, type VolumeShape, type VoxelRuns } from "./voxel-runs.js";

/** Neighbours that connect: 6 by faces, 18 by faces and edges, 26 by faces, edges and corners. */
export type Connectivity = 6 | 18 | 26;

/** Labels of voxels, 0 for background. */
export type LabelArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** Components are numbered from 1 in the C order of their first voxels. */
export interface Components {
  readonly count: number;
  /** Component of every run. */
  readonly labels: Uint32Array<ArrayBuffer>;
  /** Voxels of component c at index c; 0 at index 0. */
  readonly voxels: Uint32Array<ArrayBuffer>;
}

/** Components of a label volume, see {@link componentsOfLabels}. */
export interface LabelComponents {
  readonly count: number;
  /** Component of every voxel, 0 for background. */
  readonly labels: Uint32Array<ArrayBuffer>;
  /** Voxels of component c at index c. */
  readonly voxels: Uint32Array<ArrayBuffer>;
  /** Label that component c had, at index c. */
  readonly values: Float64Array<ArrayBuffer>;
}

/**
 * Connected components of a voxel set. Cost: one pass over the runs with four neighbouring rows each, and union-find
 * (R. E. Tarjan, JACM 22(2):215–225, 1975; here linked to the earlier run, with path halving).
 */
export function componentsOf(runs: VoxelRuns, connectivity: Connectivity): Components {
  return numbered(runs.lengths, joined(runs, connectivity, undefined));
}

/**
 * Connected components of a dense mask (anything but 0 is foreground), as a volume of component numbers: `label` of
 * scipy and scikit-image. Memory: 4 bytes per voxel for the result.
 * @throws {RangeError} when the mask has not `product(shape)` values.
 */
export function connectedComponents(mask: Uint8Array, shape: VolumeShape, connectivity: Connectivity): LabelComponents {
  const runs = runsOfMask(mask, shape);
  const components = componentsOf(runs, connectivity);
  return dense(runs, components, mask.length, new Float64Array(components.count + 1).fill(1, 1));
}

/**
 * Connected components of voxels with equal labels; 0 is background. Parts of one label get numbers of their own, parts
 * of two labels are never joined. Memory: 4 bytes per voxel for the result, 16 per run.
 * @throws {RangeError} when there are not `product(shape)` labels.
 */
export function componentsOfLabels(
  labels: LabelArray,
  shape: VolumeShape,
  connectivity: Connectivity,
): LabelComponents {
  const { runs, values } = runsOfLabels(labels, shape);
  const components = numbered(runs.lengths, joined(runs, connectivity, values));
  const labelOf = new Float64Array(components.count + 1);
  for (let i = 0; i < values.length; i++) labelOf[components.labels[i] as number] = values[i] as number;
  return dense(runs, components, labels.length, labelOf);
}

/** The components as sets of their own, component c at index c − 1. Cost: the runs. */
export function splitComponents(runs: VoxelRuns, components: Components): VoxelRuns[] {
  const collectors = Array.from({ length: components.count }, () => new RunCollector(runs.shape));
  for (let i = 0; i < runs.starts.length; i++) {
    const collector = collectors[(components.labels[i] as number) - 1] as RunCollector;
    collector.add(runs.starts[i] as number, runs.lengths[i] as number);
  }
  return collectors.map((collector) => collector.finish());
}

/** Rows before a row that touch it: steps in z and y, and how far beyond its ends a run touches there. */
function rowsBefore(connectivity: Connectivity): readonly (readonly [dz: number, dy: number, reach: number])[] {
  if (connectivity === 6) {
    return [
      [0, -1, 0],
      [-1, 0, 0],
    ];
  }
  const corner = connectivity === 26 ? 1 : 0;
  return [
    [0, -1, 1],
    [-1, -1, corner],
    [-1, 0, 1],
    [-1, 1, corner],
  ];
}

/** For every run a run of its component at or before it; the first of a component leads to itself. */
function joined(runs: VoxelRuns, connectivity: Connectivity, values: Float64Array | undefined): Uint32Array {
  const { starts, lengths, shape } = runs;
  const [, height, width] = shape;
  const parents = new Uint32Array(starts.length).map((_, i) => i);
  const root = (run: number): number => {
    let at = run;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at] as number] as number;
      at = parents[at] as number;
    }
    return at;
  };
  const join = (a: number, b: number) => {
    const [rootA, rootB] = [root(a), root(b)];
    if (rootA < rootB) parents[rootB] = rootA;
    else parents[rootA] = rootB;
  };
  for (const [dz, dy, reach] of rowsBefore(connectivity)) {
    // As the run advances, so does the first run of the other row that it can touch.
    let candidate = 0;
    for (let i = 0; i < starts.length; i++) {
      const start = starts[i] as number;
      const row = Math.floor(start / width);
      const y = row % height;
      if (row < height * -dz || y + dy < 0 || y + dy >= height) continue;
      const rowStart = (row + dz * height + dy) * width;
      const x = start - row * width;
      const first = rowStart + Math.max(0, x - reach);
      const last = rowStart + Math.min(width, x + (lengths[i] as number) + reach) - 1;
      while ((starts[candidate] as number) + (lengths[candidate] as number) <= first) candidate++;
      for (let other = candidate; (starts[other] as number) <= last; other++) {
        if (values === undefined || values[i] === values[other]) join(i, other);
      }
    }
  }
  return parents;
}

function numbered(lengths: Uint32Array, parents: Uint32Array): Components {
  const labels = new Uint32Array(lengths.length);
  let count = 0;
  for (let i = 0; i < labels.length; i++) {
    const parent = parents[i] as number;
    labels[i] = parent === i ? ++count : (labels[parent] as number);
  }
  const voxels = new Uint32Array(count + 1);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    voxels[label] = (voxels[label] as number) + (lengths[i] as number);
  }
  return { count, labels, voxels };
}

function dense(runs: VoxelRuns, components: Components, size: number, values: Float64Array<ArrayBuffer>) {
  const labels = new Uint32Array(size);
  for (let i = 0; i < runs.starts.length; i++) {
    const label = components.labels[i] as number;
    const start = runs.starts[i] as number;
    const end = start + (runs.lengths[i] as number);
    for (let voxel = start; voxel < end; voxel++) labels[voxel] = label;
  }
  return { count: components.count, labels, voxels: components.voxels, values };
}

/** Runs of equal labels; neighbours of different labels in one row stay apart, so these are no {@link VoxelRuns} to keep. */
function runsOfLabels(labels: LabelArray, shape: VolumeShape): { runs: VoxelRuns; values: Float64Array } {
  const expected = shape[0] * shape[1] * shape[2];
  if (expected > MOST_VOXELS || labels.length !== expected) {
    throw new RangeError(`${labels.length} labels are not a volume of ${shape.join(" × ")}`);
  }
  const width = shape[2];
  let count = 0;
  for (let start = 0; start < expected; ) {
    const end = endOfEqual(labels, start, width);
    if (labels[start] !== 0) count++;
    start = end;
  }
  const starts = new Uint32Array(count);
  const lengths = new Uint32Array(count);
  const values = new Float64Array(count);
  let size = 0;
  for (let start = 0; start < expected; ) {
    const end = endOfEqual(labels, start, width);
    if (labels[start] !== 0) {
      starts[size] = start;
      lengths[size] = end - start;
      values[size++] = labels[start] as number;
    }
    start = end;
  }
  return { runs: runsOf(shape, starts, lengths), values };
}

function endOfEqual(labels: LabelArray, start: number, width: number): number {
  const value = labels[start];
  const rowEnd = start - (start % width) + width;
  let end = start + 1;
  while (end < rowEnd && labels[end] === value) end++;
  return end;
}
