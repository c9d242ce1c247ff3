import { copyRows, fault, source, touch, write } from "./outside";
import { packProductRows } from "./prepare";
import { product } from "./product";
import { address, real, share, word } from "./record";
import { addProduct, narrow, paddedBytes, widen } from "./rows";
import { gramOf, updateRow } from "./update";

/**
 * rowProducts: x, outside, I, J, K, rowBlocks, chunk, chunks, packed, vectors, middle, leading, rank, grams, groups,
 * gramCount, rule, sweeps, out0, partials0, partials1, tile, productAt, tileAt, rowAt, group; epsilon.
 * For each i of a block of rows: Y = X[i] C (chunk of J × R, C packed); row i of mode 0 is Σ_j Y ∘ B; with `grams`, row i
 * of the leading factor is updated from it; with `partials1`, Y ∘ a_i is added to the block's part of mode 1. One pass
 * over X does all three. `group` rows i are taken together, where they are short and not cut into chunks.
 */
export function rowProducts<T>(p: usize, task: i32, tasks: i32, scratch: usize): void {
  const x = address(p, 0);
  const outside = word(p, 1);
  const I = word(p, 2);
  const J = word(p, 3);
  const K = word(p, 4);
  const rowBlocks = word(p, 5);
  const chunk = word(p, 6);
  const packed = address(p, 8);
  const vectors = word(p, 9);
  const middle = address(p, 10);
  const leading = address(p, 11);
  const rank = word(p, 12);
  const grams = address(p, 13);
  const out0 = address(p, 18);
  const partials0 = address(p, 19);
  const partials1 = address(p, 20);
  const tile = word(p, 21);
  const group = word(p, 25);
  const y = scratch + address(p, 22);
  const room = scratch + address(p, 23);
  const m = scratch + address(p, 24);
  const bytes = paddedBytes<T>(vectors);
  const a = m + bytes;
  const rowBytes = <usize>K * sizeof<T>();
  const block = task % rowBlocks;
  const part = task / rowBlocks;
  const firstJ = part * chunk;
  const countJ = min(chunk, J - firstJ);
  const sums = partials1 == 0 ? 0 : partials1 + (<usize>block * J + firstJ) * bytes;
  if (sums != 0) memory.fill(sums, 0, countJ * bytes);
  const lastI = share(I, rowBlocks, block + 1);
  for (let start = share(I, rowBlocks, block); start < lastI; start += group) {
    const some = min(group, lastI - start);
    const rows = some * countJ;
    memory.fill(y, 0, <usize>rows * bytes);
    for (let row = 0; row < rows; row += tile) {
      const count = min(tile, rows - row);
      const from = source<T>(x, outside, (<u64>start * J + firstJ + row) * <u64>K, count * K, room);
      product<T>(count, K, from, rowBytes, sizeof<T>(), packed, K, 0, vectors, y + <usize>row * bytes, bytes);
    }
    for (let i = start; i < start + some; i++) {
      const yi = y + <usize>(i - start) * countJ * bytes;
      if (middle != 0) {
        memory.fill(m, 0, bytes);
        for (let j = 0; j < countJ; j++) addProduct(m, yi + <usize>j * bytes, middle + <usize>(firstJ + j) * bytes, bytes);
        if (partials0 != 0) memory.copy(partials0 + (<usize>part * I + i) * bytes, m, bytes);
        else if (out0 != 0) narrow<T>(m, rank, out0 + <usize>i * rank * sizeof<T>());
      }
      if (sums == 0) continue;
      const row = leading + <usize>i * rank * sizeof<T>();
      widen<T>(row, rank, a, bytes);
      if (grams != 0) {
        const gram = gramOf(grams, address(p, 14), word(p, 15), i, rank * bytes);
        updateRow(word(p, 16), word(p, 17), real(p, 0), rank, a, m, gram, bytes, a + bytes);
        narrow<T>(a, rank, row);
        widen<T>(row, rank, a, bytes);
      }
      for (let j = 0; j < countJ; j++) addProduct(sums + <usize>j * bytes, yi + <usize>j * bytes, a, bytes);
    }
  }
}

/**
 * columnProducts: x, outside, I, J, K, rowBlocks, chunk, leading, middle, rank, vectors, partials, depth, copyRow,
 * panelAt, tileAt. Mode 2: the block's part of Σ over rows ij of X[ij, k] (a_i ∘ b_j), for a chunk of K. Rows are
 * copied to rows of `copyRow` bytes first where theirs would fall on each other in the cache.
 */
export function columnProducts<T>(p: usize, task: i32, tasks: i32, scratch: usize): void {
  const x = address(p, 0);
  const outside = word(p, 1);
  const J = word(p, 3);
  const K = word(p, 4);
  const rowBlocks = word(p, 5);
  const chunk = word(p, 6);
  const rank = word(p, 9);
  const vectors = word(p, 10);
  const depth = word(p, 12);
  const copyRow = address(p, 13);
  const panel = scratch + address(p, 14);
  const room = scratch + address(p, 15);
  const bytes = paddedBytes<T>(vectors);
  const block = task % rowBlocks;
  const first = (task / rowBlocks) * chunk;
  const count = min(chunk, K - first);
  const to = address(p, 11) + (<usize>block * K + first) * bytes;
  memory.fill(to, 0, count * bytes);
  const rows = word(p, 2) * J;
  const last = share(rows, rowBlocks, block + 1);
  for (let row = share(rows, rowBlocks, block); row < last; row += depth) {
    const some = min(depth, last - row);
    packProductRows<T>(address(p, 7), address(p, 8), J, row, some, rank, vectors, panel, some, 0);
    const index = <u64>row * K + first;
    let from = room;
    let distance = copyRow;
    if (copyRow != 0) copyRows<T>(x, outside, index, count, some, K, room, copyRow);
    else {
      from = x + <usize>index * sizeof<T>();
      distance = <usize>K * sizeof<T>();
      for (let r = 0; r < some; r++) touch(from + <usize>r * distance, <usize>count * sizeof<T>());
    }
    product<T>(count, some, from, sizeof<T>(), distance, panel, some, 0, vectors, to, bytes);
  }
}

/** imputeEntries: x, outside, I, J, K, entries, count, a, b, c, rank, roomAt. */
export function imputeEntries<T>(p: usize, task: i32, tasks: i32, scratch: usize): void {
  const J = word(p, 3);
  const K = word(p, 4);
  const size = <u64>word(p, 2) * J * K;
  const rank = word(p, 10);
  const last = share(word(p, 6), tasks, task + 1);
  for (let at = share(word(p, 6), tasks, task); at < last; at++) {
    const index = load<u32>(address(p, 5) + (<usize>at << 2));
    if (<u64>index >= size) {
      fault();
      continue;
    }
    const ij = index / <u32>K;
    const a = address(p, 7) + <usize>(ij / <u32>J) * rank * sizeof<T>();
    const b = address(p, 8) + <usize>(ij % <u32>J) * rank * sizeof<T>();
    const c = address(p, 9) + <usize>(index % <u32>K) * rank * sizeof<T>();
    let sum: f64 = 0;
    for (let r = 0; r < rank; r++) {
      const o = r * sizeof<T>();
      sum += <f64>load<T>(a + o) * <f64>load<T>(b + o) * <f64>load<T>(c + o);
    }
    write<T>(address(p, 0), word(p, 1), index, <T>sum, scratch + address(p, 11));
  }
}
