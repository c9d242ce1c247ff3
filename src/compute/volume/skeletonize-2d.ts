import { runsOfMask } from "./mask-runs.js";
import { assertThinnable } from "./skeletonize-3d.js";
import { maskOf, type VoxelRuns } from "./voxel-runs.js";

// Bit of each neighbour in a pixel's code.
const [NW, N, NE, E, SE, S, SW, W] = [1, 2, 4, 8, 16, 32, 64, 128];

/** Codes for which scikit-image departs from the rule of Zhang and Suen. */
const FIRST_PASS_ONLY = [3, 6, 11, 12, 14, 131, 134, 161, 194, 198];
const SECOND_PASS_ONLY = [24, 26, 56, 96, 104, 108, 176, 192, 224];
const BOTH_PASSES = [10, 40, 130, 160];
const NEVER = [48, 129];

/** Bit 1: deletable in the first pass; bit 2: in the second. */
const PASSES = passTable();

/**
 * Skeleton of a 2-D mask (anything but 0 is foreground), as bytes 0 and 1: the thinning of T. Y. Zhang and C. Y. Suen, "A
 * fast parallel algorithm for thinning digital patterns", CACM 27(3):236–239, 1984, with the exceptions of `skeletonize`
 * of scikit-image 0.19.3, pixel for pixel. Cost: the pixels plus 8 per deletion.
 * @throws {RangeError} when the mask has not `height · width` values.
 */
export function skeletonize2d(mask: Uint8Array, shape: readonly [number, number]): Uint8Array<ArrayBuffer> {
  const skeleton = new Uint8Array(mask.length);
  for (const pixel of skeletonPoints2d(runsOfMask(mask, [1, shape[0], shape[1]]))) skeleton[pixel] = 1;
  return skeleton;
}

/**
 * The same skeleton as linear indices in the whole image, ascending, of runs in a volume of one plane.
 * @throws {RangeError} for a volume of more planes. {LoadError} for a box too large, see {@link assertThinnable}.
 */
export function skeletonPoints2d(runs: VoxelRuns): Uint32Array<ArrayBuffer> {
  if (runs.shape[0] !== 1) throw new RangeError(`${runs.shape.join(" × ")} voxels are not one plane`);
  assertThinnable(runs);
  const { box } = runs;
  const { data, shape } = maskOf(runs, { ...box, z0: 0, z1: 1 }, 1);
  const [, height, width] = shape;
  const image = data.subarray(height * width, 2 * height * width);
  const columns = runs.shape[2];
  const pixels = new Int32Array(runs.voxels);
  const indices = new Uint32Array(runs.voxels);
  let size = 0;
  for (let i = 0; i < runs.starts.length; i++) {
    const start = runs.starts[i] as number;
    const y = Math.floor(start / columns);
    const first = (y - box.y0 + 1) * width + start - y * columns - box.x0 + 1;
    for (let k = 0; k < (runs.lengths[i] as number); k++) {
      indices[size] = start + k;
      pixels[size++] = first + k;
    }
  }
  thin(image, width, pixels);
  return indices.filter((_, k) => image[pixels[k] as number] !== 0);
}

/** Thins an image with a margin of background in place. `pixels`: all of its foreground. */
function thin(image: Uint8Array, width: number, pixels: Int32Array): void {
  const around = [-width - 1, -width, -width + 1, 1, width + 1, width, width - 1, -1];
  // 1: waits to be looked at; 3: cannot go until a neighbour does.
  let listed = Array.from(pixels);
  for (let deleted = true; deleted; ) {
    deleted = false;
    for (const pass of [1, 2]) {
      const kept: number[] = [];
      const gone: number[] = [];
      for (const i of listed) {
        const passes = PASSES[neighbourCode(image, i, width)] as number;
        if ((passes & pass) !== 0) gone.push(i);
        else if (passes !== 0) kept.push(i);
        else image[i] = 3;
      }
      for (const i of gone) image[i] = 0;
      for (const i of gone) {
        for (const offset of around) {
          if (image[i + offset] !== 3) continue;
          image[i + offset] = 1;
          kept.push(i + offset);
        }
      }
      listed = kept;
      deleted ||= gone.length > 0;
    }
  }
}

function neighbourCode(image: Uint8Array, i: number, width: number): number {
  const set = (at: number) => (image[at] as number) & 1;
  return (
    set(i - width - 1) |
    (set(i - width) << 1) |
    (set(i - width + 1) << 2) |
    (set(i + 1) << 3) |
    (set(i + width + 1) << 4) |
    (set(i + width) << 5) |
    (set(i + width - 1) << 6) |
    (set(i - 1) << 7)
  );
}

function passTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (let code = 0; code < 256; code++) {
    const has = (bits: number) => (code & bits) === bits;
    let neighbours = 0;
    let changes = 0;
    const ring = [N, NE, E, SE, S, SW, W, NW] as number[];
    for (const [k, bit] of ring.entries()) {
      if (has(bit)) neighbours++;
      if (!has(bit) && has(ring[(k + 1) % 8] as number)) changes++;
    }
    if (neighbours < 2 || neighbours > 6 || changes !== 1) continue;
    if (!has(N | E | S) && !has(E | S | W)) table[code] = 1;
    if (!has(N | E | W) && !has(N | S | W)) table[code] = (table[code] as number) | 2;
  }
  for (const code of FIRST_PASS_ONLY) table[code] = 1;
  for (const code of SECOND_PASS_ONLY) table[code] = 2;
  for (const code of BOTH_PASSES) table[code] = 3;
  for (const code of NEVER) table[code] = 0;
  return table;
}
