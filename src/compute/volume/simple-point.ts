/**
 * Tests on the 3 × 3 × 3 neighbourhood of a voxel as a 27-bit code: the voxel at (z, y, x) relative to the centre is bit
 * (z + 1)·9 + (y + 1)·3 + (x + 1). Source: T.-C. Lee, R. L. Kashyap, C.-N. Chu, "Building skeleton models via 3-D medial
 * surface/axis thinning algorithms", CVGIP 56(6):462–478, 1994, sections 3 and 4.
 */

/** Bit of the voxel in the middle. */
export const CENTRE = 1 << 13;

const ALL = 2 ** 27 - 1;
const X_FIRST = repeated(0b001_001_001);
const X_LAST = X_FIRST << 2;
const Y_FIRST = repeated(0b000_000_111);
const Y_LAST = Y_FIRST << 6;
const NOT_X_FIRST = ALL & ~X_FIRST;
const NOT_X_LAST = ALL & ~X_LAST;
const NOT_Y_FIRST = ALL & ~Y_FIRST;
const NOT_Y_LAST = ALL & ~Y_LAST;

function repeated(layer: number): number {
  return layer | (layer << 9) | (layer << 18);
}

/**
 * Whether the foreground among the 26 neighbours has at most one 26-connected component; none counts as simple too.
 * The lowest bit grows by whole neighbourhoods inside of the foreground until it is all of it or stands still.
 */
export function isSimple(code: number): boolean {
  const foreground = code & ~CENTRE;
  let reached = foreground & -foreground;
  while (reached !== foreground) {
    let grown = reached | ((reached << 1) & NOT_X_FIRST) | ((reached >>> 1) & NOT_X_LAST);
    grown |= ((grown << 3) & NOT_Y_FIRST) | ((grown >>> 3) & NOT_Y_LAST);
    grown = (grown | (grown << 9) | (grown >>> 9)) & foreground;
    if (grown === reached) return false;
    reached = grown;
  }
  return true;
}

/** Euler sum of the four octants on one side, by that side's layer (9 bits) and the middle layer without its centre (8). */
const EULER = eulerTable();

/** Whether deleting the voxel leaves the Euler characteristic as it is: the sum over its octants is 0. */
export function isEulerInvariant(code: number): boolean {
  const middle = ((code >>> 9) & 0b1111) | ((code >>> 10) & 0b1111_0000);
  const below = EULER[((code & 511) << 8) | middle] as number;
  return below + (EULER[((code >>> 10) & (511 << 8)) | middle] as number) === 0;
}

/** Whether the foreground voxel with this neighbourhood may go: no end point, Euler invariant and simple. */
export function isDeletable(code: number): boolean {
  const others = code & ~CENTRE;
  if (others !== 0 && (others & (others - 1)) === 0) return false;
  return isEulerInvariant(code) && isSimple(code);
}

function eulerTable(): Int8Array {
  const table = new Int8Array(2 ** 17);
  for (let layer = 0; layer < 512; layer++) {
    for (let middle = 0; middle < 256; middle++) {
      const plane = (middle & 0b1111) | ((middle & 0b1111_0000) << 1);
      let sum = 0;
      for (const dy of [-1, 1]) {
        for (const dx of [-1, 1]) sum += eulerOfOctant(layer, plane, 3 * dy, dx);
      }
      table[(layer << 8) | middle] = sum;
    }
  }
  return table;
}

/** −1 + 2e − 4f + 8c: background faces, wholly background planes, whether all seven are background. */
function eulerOfOctant(layer: number, plane: number, dy: number, dx: number): number {
  const background = (bits: number, at: number) => ((bits >>> (4 + at)) & 1) ^ 1;
  const z = background(layer, 0);
  const y = background(plane, dy);
  const x = background(plane, dx);
  const zy = background(layer, dy);
  const zx = background(layer, dx);
  const yx = background(plane, dy + dx);
  const corner = background(layer, dy + dx);
  const planes = (z & y & zy) + (z & x & zx) + (y & x & yx);
  return -1 + 2 * (z + y + x) - 4 * planes + 8 * (z & y & x & zy & zx & yx & corner);
}
