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
  const axes = mergedAxes(from, to, shape);
  if (axes === undefined) return;
  copyAxes(from.data as Uint8Array, to.data as Uint8Array, { axes, axis: 0, source: from.offset, target: to.offset });
}

interface Axis {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/** Axes without those of length 1, and with neighbours joined that are one run in both arrays. */
function mergedAxes(from: BoxPlace, to: BoxPlace, shape: readonly number[]): Axis[] | undefined {
  const axes: Axis[] = [];
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i] as number;
    if (size === 0) return undefined;
    if (size === 1) continue;
    const axis = { size, from: from.strides[i] as number, to: to.strides[i] as number };
    const outer = axes.at(-1);
    if (outer !== undefined && outer.from === axis.from * size && outer.to === axis.to * size) {
      axes[axes.length - 1] = { size: outer.size * size, from: axis.from, to: axis.to };
    } else axes.push(axis);
  }
  if (axes.length === 0) axes.push({ size: 1, from: 1, to: 1 });
  return axes;
}

interface Position {
  readonly axes: readonly Axis[];
  readonly axis: number;
  readonly source: number;
  readonly target: number;
}

function copyAxes(data: Uint8Array, out: Uint8Array, { axes, axis, source, target }: Position): void {
  const { size, from, to } = axes[axis] as Axis;
  if (axis < axes.length - 1) {
    for (let i = 0; i < size; i++) {
      copyAxes(data, out, { axes, axis: axis + 1, source: source + i * from, target: target + i * to });
    }
  } else if (from === 1 && to === 1 && size > 16) {
    out.set(data.subarray(source, source + size), target);
  } else {
    for (let i = 0, read = source, write = target; i < size; i++, read += from, write += to) {
      out[write] = data[read] as number;
    }
  }
}
