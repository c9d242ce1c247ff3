import type { VolumeData } from "./volume.js";

/** Elements between neighbours on every axis, for C order. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] as number;
  }
  return strides;
}

/** Where the elements of a box lie in an array. */
export interface BoxPlace {
  readonly data: VolumeData;
  /** Position of the box's first element. */
  readonly offset: number;
  readonly strides: readonly number[];
}

/**
 * Copies a box between two arrays of one element type, whatever their layouts. Runs that lie together in both are moved
 * at once. Cost: the elements of the box.
 */
export function copyBox(from: BoxPlace, to: BoxPlace, shape: readonly number[]): void {
  const size = from.data.BYTES_PER_ELEMENT;
  // Elements of 8 bytes are moved as pairs: as floats, some would change their bits.
  const pairs = size === 8 ? 2 : 1;
  const axes = mergedAxes(from, to, { shape, pairs });
  if (axes === undefined) return;
  const start = { axis: 0, source: from.offset * pairs, target: to.offset * pairs };
  copyAxes({ from: asUnsigned(from.data, size), to: asUnsigned(to.data, size), axes }, start);
}

/** Few kinds of arrays keep the inner loop fast. */
type Unsigned = Uint8Array | Uint16Array | Uint32Array;

function asUnsigned({ buffer, byteOffset, byteLength }: VolumeData, size: number): Unsigned {
  if (size === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  return size === 2
    ? new Uint16Array(buffer, byteOffset, byteLength / 2)
    : new Uint32Array(buffer, byteOffset, byteLength / 4);
}

interface Axis {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/** Axes without those of length 1, and with neighbours joined that are one run in both arrays. */
function mergedAxes(
  from: BoxPlace,
  to: BoxPlace,
  { shape, pairs }: { readonly shape: readonly number[]; readonly pairs: number },
): Axis[] | undefined {
  if (shape.includes(0)) return undefined;
  const axes: Axis[] = [];
  const add = (axis: Axis): void => {
    const outer = axes.at(-1);
    if (outer !== undefined && outer.from === axis.from * axis.size && outer.to === axis.to * axis.size) {
      axes[axes.length - 1] = { ...axis, size: outer.size * axis.size };
    } else axes.push(axis);
  };
  for (const [i, size] of shape.entries()) {
    if (size > 1) add({ size, from: (from.strides[i] as number) * pairs, to: (to.strides[i] as number) * pairs });
  }
  if (pairs > 1 || axes.length === 0) add({ size: pairs, from: 1, to: 1 });
  return axes;
}

/** Shorter runs are faster element by element than as views. */
const RUN = 96;

interface Copy {
  readonly from: Unsigned;
  readonly to: Unsigned;
  readonly axes: readonly Axis[];
}

function copyAxes(copy: Copy, { axis, source, target }: { axis: number; source: number; target: number }): void {
  const { axes } = copy;
  const { size, from, to } = axes[axis] as Axis;
  if (axis < axes.length - 2) {
    for (let i = 0; i < size; i++)
      copyAxes(copy, { axis: axis + 1, source: source + i * from, target: target + i * to });
    return;
  }
  const inner = axes[axis + 1];
  if (inner === undefined) copyRows(copy, { rows: 1, size, source, target, rowFrom: 0, rowTo: 0, from, to });
  else {
    const rows = { rows: size, rowFrom: from, rowTo: to, size: inner.size, from: inner.from, to: inner.to };
    copyRows(copy, { ...rows, source, target });
  }
}

interface Rows {
  readonly rows: number;
  readonly size: number;
  readonly source: number;
  readonly target: number;
  readonly rowFrom: number;
  readonly rowTo: number;
  readonly from: number;
  readonly to: number;
}

function copyRows(copy: Copy, { rows, size, source, target, rowFrom, rowTo, from, to }: Rows): void {
  const data = copy.from;
  const out = copy.to;
  const together = from === 1 && to === 1 && size >= RUN;
  for (let row = 0; row < rows; row++) {
    let read = source + row * rowFrom;
    let write = target + row * rowTo;
    if (together) out.set(data.subarray(read, read + size), write);
    else {
      for (let i = 0; i < size; i++) {
        out[write] = data[read] as number;
        read += from;
        write += to;
      }
    }
  }
}
