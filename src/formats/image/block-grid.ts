import { elementBytes, elementCount, type VolumeData, type VolumeType } from "../volume/volume.js";

/** What a block of a streamed array may take in memory. */
export const BLOCK_BYTES = 16 * 1024 * 1024;

/** An array cut into blocks of one shape, those at the far ends smaller. Numbered in C order. */
export interface BlockGrid {
  readonly shape: readonly number[];
  readonly blockShape: readonly number[];
  /** Blocks along every axis. */
  readonly counts: readonly number[];
  readonly total: number;
}

export interface Box {
  readonly origin: readonly number[];
  readonly shape: readonly number[];
}

export function blockGrid(shape: readonly number[], blockShape: readonly number[]): BlockGrid {
  const counts = shape.map((size, axis) => Math.ceil(size / (blockShape[axis] as number)));
  return { shape, blockShape, counts, total: elementCount(counts) };
}

/**
 * The largest block of at most {@link BLOCK_BYTES} whose elements follow each other in a C-ordered array: whole along
 * the last axes, a stretch of one axis, and single steps of those before it.
 */
export function contiguousBlock(shape: readonly number[], type: VolumeType): number[] {
  const block = shape.map(() => 1);
  let bytes = elementBytes(type);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = Math.max(1, shape[axis] as number);
    const steps = Math.min(size, Math.max(1, Math.floor(BLOCK_BYTES / bytes)));
    block[axis] = steps;
    if (steps < size) break;
    bytes *= size;
  }
  return block;
}

/** Where block number `index` lies. */
export function blockBox(grid: BlockGrid, index: number): Box {
  const origin = new Array<number>(grid.shape.length);
  let rest = index;
  for (let axis = grid.shape.length - 1; axis >= 0; axis--) {
    const count = grid.counts[axis] as number;
    origin[axis] = (rest % count) * (grid.blockShape[axis] as number);
    rest = Math.floor(rest / count);
  }
  const shape = origin.map((from, axis) =>
    Math.min(grid.blockShape[axis] as number, (grid.shape[axis] as number) - from),
  );
  return { origin, shape };
}

/** Numbers of the blocks that a box touches, ascending. */
export function* touchedBlocks(grid: BlockGrid, box: Box): Generator<number> {
  if (elementCount(box.shape) === 0) return;
  const first = box.origin.map((from, axis) => Math.floor(from / (grid.blockShape[axis] as number)));
  const last = box.origin.map((from, axis) =>
    Math.floor((from + (box.shape[axis] as number) - 1) / (grid.blockShape[axis] as number)),
  );
  const at = [...first];
  for (;;) {
    yield at.reduce((index, step, axis) => index * (grid.counts[axis] as number) + step, 0);
    let axis = at.length - 1;
    while (axis >= 0 && at[axis] === last[axis]) {
      at[axis] = first[axis] as number;
      axis -= 1;
    }
    if (axis < 0) return;
    at[axis] = (at[axis] as number) + 1;
  }
}

/** Copies what two boxes share from one array to the other, both in C order and of one type. Cost: the shared elements. */
export function copyShared(from: Box & { data: VolumeData }, to: Box & { data: VolumeData }): void {
  const axes = from.shape.length;
  const start = from.origin.map((value, axis) => Math.max(value, to.origin[axis] as number));
  const stop = from.origin.map((value, axis) =>
    Math.min(value + (from.shape[axis] as number), (to.origin[axis] as number) + (to.shape[axis] as number)),
  );
  if (start.some((value, axis) => value >= (stop[axis] as number))) return;
  const target = to.data as Uint8Array;
  const source = from.data as Uint8Array;
  if (axes === 0) {
    target[0] = source[0] as number;
    return;
  }
  const run = (stop[axes - 1] as number) - (start[axes - 1] as number);
  const at = [...start];
  for (;;) {
    const sourceAt = offsetOf(at, from);
    target.set(source.subarray(sourceAt, sourceAt + run), offsetOf(at, to));
    let axis = axes - 2;
    while (axis >= 0 && (at[axis] as number) + 1 === stop[axis]) {
      at[axis] = start[axis] as number;
      axis -= 1;
    }
    if (axis < 0) return;
    at[axis] = (at[axis] as number) + 1;
  }
}

function offsetOf(at: readonly number[], box: Box): number {
  let offset = 0;
  for (let axis = 0; axis < at.length; axis++) {
    offset = offset * (box.shape[axis] as number) + (at[axis] as number) - (box.origin[axis] as number);
  }
  return offset;
}

/** `target[k, …, j, i] = source[i, j, …, k]`: reverses the axes of a C-ordered array of that shape. */
export function reverseAxes(source: VolumeData, shape: readonly number[], target: VolumeData): void {
  const from = source as Uint8Array;
  const to = target as Uint8Array;
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = 0; axis < shape.length; axis++) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  const count = elementCount(shape);
  const last = shape.length - 1;
  const at = shape.map(() => 0);
  let position = 0;
  for (let i = 0; i < count; i++) {
    to[position] = from[i] as number;
    for (let axis = last; axis >= 0; axis--) {
      position += strides[axis] as number;
      at[axis] = (at[axis] as number) + 1;
      if ((at[axis] as number) < (shape[axis] as number)) break;
      position -= (strides[axis] as number) * (shape[axis] as number);
      at[axis] = 0;
    }
  }
}
