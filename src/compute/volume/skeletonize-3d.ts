import { LoadError } from "../../base/errors.js";
import { runsOfMask } from "./mask-runs.js";
import { CENTRE, isDeletable, isSimple } from "./simple-point.js";
import { maskOf, type VolumeShape, type VoxelRuns } from "./voxel-runs.js";

/** Largest box (with a margin of 1) that is thinned: a byte per voxel, whatever its filling. */
export const MOST_BOX_BYTES = 1.5 * 1024 ** 3;

// States of a voxel. A listed voxel may be deletable; an idle one is not, until a neighbour is deleted; an inner one has
// no background face yet. The lowest bit says foreground.
const INNER = 1;
const LISTED = 3;
const IDLE = 5;

/**
 * Skeleton of a dense mask (anything but 0 is foreground), as bytes 0 and 1: the thinning of Lee, Kashyap and Chu (1994)
 * voxel for voxel as `skeletonize` of scikit-image 0.19.3 does it in three dimensions. Outside of the volume is
 * background. Some solids vanish entirely (2 × 2 × 2, 4 × 4 × 53); that is the algorithm. Cost: see
 * {@link skeletonPoints3d}.
 * @throws {RangeError} when the mask has not `product(shape)` values. {LoadError} see {@link assertThinnable}.
 */
export function skeletonize3d(mask: Uint8Array, shape: VolumeShape): Uint8Array<ArrayBuffer> {
  const skeleton = new Uint8Array(mask.length);
  for (const voxel of skeletonPoints3d(runsOfMask(mask, shape))) skeleton[voxel] = 1;
  return skeleton;
}

/**
 * The same skeleton as linear indices in the whole volume, ascending. Cost: time grows with the voxels and the
 * deletions (each wakes its 26 neighbours), not with volume times rounds; memory is one byte per voxel of the box.
 * @throws {LoadError} for a box too large, see {@link assertThinnable}.
 */
export function skeletonPoints3d(runs: VoxelRuns): Uint32Array<ArrayBuffer> {
  assertThinnable(runs);
  const { data, shape } = maskOf(runs, runs.box, 1);
  const [, height, width] = shape;
  const offsets = offsetsInBox(runs, height, width);
  // The published code skips the z borders of a volume that is one plane, but not those of an object that is.
  thin(data, height * width, width, runs.shape[0] === 1 ? 4 : 6, borderOf(data, runs, offsets, height * width, width));
  return foreground(data, runs, offsets);
}

/**
 * Bytes that thinning takes: the box with its margin.
 * @throws {LoadError} `load/box-too-large` when that is more than {@link MOST_BOX_BYTES}.
 */
export function assertThinnable({ box, voxels }: VoxelRuns): number {
  const sides = [box.z1 - box.z0, box.y1 - box.y0, box.x1 - box.x0] as const;
  const bytes = voxels === 0 ? 0 : (sides[0] + 2) * (sides[1] + 2) * (sides[2] + 2);
  if (bytes <= MOST_BOX_BYTES) return bytes;
  throw new LoadError(
    "box-too-large",
    `an instance with a box of ${sides.join(" × ")} voxels is too large for a skeleton: ${bytes} bytes, at most ${MOST_BOX_BYTES}`,
    {
      fields: { box: [...sides], bytes, limitBytes: MOST_BOX_BYTES },
      wayOut: "Is it the background, or several things under one label? Remove it, or crop the volume.",
    },
  );
}

/** Index of the first voxel of every run in the box with its margin. */
function offsetsInBox({ starts, shape, box }: VoxelRuns, height: number, width: number): Int32Array {
  const [, rows, columns] = shape;
  const offsets = new Int32Array(starts.length);
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] as number;
    const row = Math.floor(start / columns);
    const z = Math.floor(row / rows);
    const y = row - z * rows;
    const x = start - row * columns;
    offsets[i] = ((z - box.z0 + 1) * height + y - box.y0 + 1) * width + x - box.x0 + 1;
  }
  return offsets;
}

/** Lists, in C order, every voxel with a background face. */
function borderOf(image: Uint8Array, runs: VoxelRuns, offsets: Int32Array, plane: number, row: number): Int32List {
  const border = new Int32List();
  for (let run = 0; run < offsets.length; run++) {
    const first = offsets[run] as number;
    const last = first + (runs.lengths[run] as number) - 1;
    for (let i = first; i <= last; i++) {
      const inside =
        i !== first &&
        i !== last &&
        image[i - row] !== 0 &&
        image[i + row] !== 0 &&
        image[i - plane] !== 0 &&
        image[i + plane] !== 0;
      if (inside) continue;
      image[i] = LISTED;
      border.push(i);
    }
  }
  return border;
}

function foreground(image: Uint8Array, runs: VoxelRuns, offsets: Int32Array): Uint32Array<ArrayBuffer> {
  let points = new Uint32Array(1024);
  let count = 0;
  for (let run = 0; run < offsets.length; run++) {
    const first = offsets[run] as number;
    const start = (runs.starts[run] as number) - first;
    const end = first + (runs.lengths[run] as number);
    for (let i = first; i < end; i++) {
      if (image[i] === 0) continue;
      if (count === points.length) {
        const larger = new Uint32Array(count * 2);
        larger.set(points);
        points = larger;
      }
      points[count++] = start + i;
    }
  }
  return points.slice(0, count);
}

/**
 * Thins an image with a margin of background in place: rounds of `directions` sub-iterations until a round deletes
 * nothing. A sub-iteration collects, on the image as it is, the voxels whose neighbour in its direction is background
 * and that are deletable, and deletes them in C order if they are still simple. `listed` holds the voxels in state
 * LISTED in C order: those whose neighbourhood may have become deletable since they were last looked at.
 */
function thin(image: Uint8Array, plane: number, row: number, directions: number, listed: Int32List): void {
  const faces = [-row, row, 1, -1, plane, -plane];
  const edgesAndCorners: number[] = [];
  for (const z of [-plane, 0, plane]) {
    for (const y of [-row, 0, row]) {
      for (const x of [-1, 0, 1]) {
        if (Number(z !== 0) + Number(y !== 0) + Number(x !== 0) >= 2) edgesAndCorners.push(z + y + x);
      }
    }
  }
  const candidates = new Int32List();
  const woken = new Int32List();
  for (let deleted = 1; deleted > 0; ) {
    deleted = 0;
    for (let direction = 0; direction < directions; direction++) {
      collect(image, plane, row, faces[direction] as number, listed, candidates);
      for (let k = 0; k < candidates.size; k++) {
        const i = candidates.values[k] as number;
        if (!isSimple(neighbourhood(image, i, plane, row))) continue;
        image[i] = 0;
        deleted++;
        for (let n = 0; n < 6; n++) {
          const j = i + (faces[n] as number);
          if (image[j] === INNER || image[j] === IDLE) {
            image[j] = LISTED;
            woken.push(j);
          }
        }
        for (let n = 0; n < 20; n++) {
          const j = i + (edgesAndCorners[n] as number);
          if (image[j] === IDLE) {
            image[j] = LISTED;
            woken.push(j);
          }
        }
      }
      if (candidates.size > 0) listed.merge(woken, image);
    }
  }
}

/** Finds the candidates of a sub-iteration; listed voxels that are not deletable become idle and leave the list. */
function collect(
  image: Uint8Array,
  plane: number,
  row: number,
  face: number,
  listed: Int32List,
  candidates: Int32List,
): void {
  candidates.size = 0;
  const { values, size } = listed;
  let kept = 0;
  for (let k = 0; k < size; k++) {
    const i = values[k] as number;
    if (image[i + face] === 0) {
      if (!isDeletable(neighbourhood(image, i, plane, row))) {
        image[i] = IDLE;
        continue;
      }
      candidates.push(i);
    }
    values[kept++] = i;
  }
  listed.size = kept;
}

/** The 27-bit code of a foreground voxel. */
function neighbourhood(image: Uint8Array, i: number, plane: number, row: number): number {
  const a = i - plane;
  const b = i + plane;
  return (
    three(image, a - row) |
    (three(image, a) << 3) |
    (three(image, a + row) << 6) |
    (three(image, i - row) << 9) |
    (((image[i - 1] as number) & 1) << 12) |
    CENTRE |
    (((image[i + 1] as number) & 1) << 14) |
    (three(image, i + row) << 15) |
    (three(image, b - row) << 18) |
    (three(image, b) << 21) |
    (three(image, b + row) << 24)
  );
}

function three(image: Uint8Array, i: number): number {
  return ((image[i - 1] as number) & 1) | (((image[i] as number) & 1) << 1) | (((image[i + 1] as number) & 1) << 2);
}

/** A list of indices that grows. */
class Int32List {
  values = new Int32Array(1024);
  size = 0;

  push(value: number): void {
    if (this.size === this.values.length) this.#reserve(this.size + 1);
    this.values[this.size++] = value;
  }

  /** Drops what was deleted from this ascending list and takes in the members of another, which is left empty. */
  merge(other: Int32List, image: Uint8Array): void {
    let kept = 0;
    for (let k = 0; k < this.size; k++) {
      const value = this.values[k] as number;
      if (image[value] !== 0) this.values[kept++] = value;
    }
    // A woken voxel is never a candidate of the same sub-iteration, so all of them are still foreground.
    const added = other.values.subarray(0, other.size).sort();
    this.#reserve(kept + added.length);
    const { values } = this;
    let from = kept - 1;
    let to = kept + added.length - 1;
    for (let k = added.length - 1; k >= 0; k--) {
      const value = added[k] as number;
      while (from >= 0 && (values[from] as number) > value) values[to--] = values[from--] as number;
      values[to--] = value;
    }
    this.size = kept + added.length;
    other.size = 0;
  }

  #reserve(size: number): void {
    if (size <= this.values.length) return;
    const larger = new Int32Array(Math.max(size, this.values.length * 2));
    larger.set(this.values.subarray(0, this.size));
    this.values = larger;
  }
}
