import type { Shape } from "./cp-model.js";

/**
 * Which entries of a tensor there are; the others hold zero and count neither in the fit nor in the error.
 * `cells`: `mask` is size of mode 0 × size of mode 2, the same along mode 1 (pairs × animals).
 * `blocks`: of items × items × bins; bin t belongs to block blockOf[t], `mask` is blocks × items, and entry (i, j, t)
 * is there where i and j are in the block of t.
 */
export type Presence =
  | { readonly layout: "cells"; readonly mask: Uint8Array }
  | { readonly layout: "blocks"; readonly mask: Uint8Array; readonly blockOf: Uint32Array };

/** Rows with equal masks: the group of each row, and the mask of each group. */
export interface RowGroups {
  readonly groupOf: Uint32Array;
  /** Groups × columns. */
  readonly patterns: Uint8Array;
  readonly count: number;
}

/** Groups of equal rows of a mask, in the order in which they first occur. */
export function groupRows(mask: Uint8Array, rows: number, columns: number): RowGroups {
  const found = new Map<string, number>();
  const groupOf = new Uint32Array(rows);
  const patterns: Uint8Array[] = [];
  for (let row = 0; row < rows; row++) {
    const pattern = mask.subarray(row * columns, (row + 1) * columns);
    const key = String.fromCharCode(...packed(pattern));
    let group = found.get(key);
    if (group === undefined) {
      group = patterns.length;
      found.set(key, group);
      patterns.push(pattern);
    }
    groupOf[row] = group;
  }
  const all = new Uint8Array(patterns.length * columns);
  for (const [group, pattern] of patterns.entries()) all.set(pattern, group * columns);
  return { groupOf, patterns: all, count: patterns.length };
}

function packed(pattern: Uint8Array): Uint16Array {
  const bits = new Uint16Array(Math.ceil(pattern.length / 16));
  for (const [i, present] of pattern.entries()) {
    if (present !== 0) bits[i >> 4] = (bits[i >> 4] as number) | (1 << (i & 15));
  }
  return bits;
}

/** Rows × columns → columns × rows. */
export function transposedMask(mask: Uint8Array, rows: number, columns: number): Uint8Array {
  const turned = new Uint8Array(mask.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = mask[row * columns + column] as number;
  }
  return turned;
}

/**
 * Of each mode, 1 for the rows of which there is an entry; undefined where nothing is missing. A fit has nothing to say
 * about the others.
 */
export function seenRows(
  shape: Shape,
  presence: Presence | undefined,
  missing: Uint32Array | undefined,
): [Uint8Array, Uint8Array, Uint8Array] | undefined {
  if (presence === undefined && missing === undefined) return undefined;
  const [rows, columns, depth] = shape;
  const there = shape.map((size) => new Float64Array(size)) as [Float64Array, Float64Array, Float64Array];
  const add = (counts: Float64Array, at: number, count: number) => {
    counts[at] = (counts[at] as number) + count;
  };
  if (presence === undefined)
    for (const [mode, counts] of there.entries()) counts.fill((rows * columns * depth) / (shape[mode] as number));
  else if (presence.layout === "cells") {
    for (const [cell, present] of presence.mask.entries()) {
      add(there[0], Math.floor(cell / depth), present * columns);
      add(there[2], cell % depth, present * columns);
    }
    there[1].fill(presence.mask.reduce((sum, present) => sum + present, 0));
  } else {
    const { mask, blockOf } = presence;
    for (const [bin, block] of blockOf.entries()) {
      const items = mask.subarray(block * rows, (block + 1) * rows);
      const size = items.reduce((sum, present) => sum + present, 0);
      add(there[2], bin, size * size);
      for (const [i, present] of items.entries()) {
        add(there[0], i, present * size);
        add(there[1], i, present * size);
      }
    }
  }
  for (const entry of missing ?? []) {
    add(there[0], Math.floor(entry / (columns * depth)), -1);
    add(there[1], Math.floor(entry / depth) % columns, -1);
    add(there[2], entry % depth, -1);
  }
  return there.map((counts) => Uint8Array.from(counts, (count) => (count > 0 ? 1 : 0))) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
}
