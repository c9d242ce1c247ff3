import { copyRows } from "./outside";
import { packProductRows } from "./prepare";
import { product } from "./product";
import { address, share, word } from "./record";
import { addProduct, narrow, paddedBytes, widen } from "./rows";
import { lanes } from "./tiles";

/**
 * A tile of the tensor of pairs: rows are `bins` bins from `bin` on of one group, columns the pairs (i, j…j+count−1);
 * `column` has room for sign · s_i of all its frames, `room` for roots that lie outside.
 */
function makeTile<T>(
  roots: usize,
  outside: i32,
  group: i32,
  allBins: i32,
  width: i32,
  items: i32,
  sign: T,
  i: i32,
  j: i32,
  count: i32,
  bin: i32,
  bins: i32,
  column: usize,
  room: usize,
  tile: usize,
  distance: usize,
): void {
  const frames = bins * width;
  const index = (<u64>group * allBins + bin) * <u64>width * items;
  let from = roots + (<usize>index + j) * sizeof<T>();
  let next = <usize>items * sizeof<T>();
  if (outside != 0) {
    copyRows<T>(roots, outside, index + i, 1, frames, items, column, sizeof<T>());
    copyRows<T>(roots, outside, index + j, count, frames, items, room, distance);
    for (let f = 0; f < frames; f++) store<T>(column + f * sizeof<T>(), sign * load<T>(column + f * sizeof<T>()));
    from = room;
    next = distance;
  } else {
    const first = roots + (<usize>index + i) * sizeof<T>();
    for (let f = 0; f < frames; f++) store<T>(column + f * sizeof<T>(), sign * load<T>(first + <usize>f * next));
  }
  const zero = f64x2.splat(0);
  const mean = v128.splat<T>(<T>(<T>1 / <T>width));
  for (let b = 0; b < bins; b++) {
    const line = tile + <usize>b * distance;
    const weights = column + <usize>(b * width) * sizeof<T>();
    const start = from + <usize>(b * width) * next;
    for (let c = 0; c < count; c += lanes<T>()) {
      const at = <usize>c * sizeof<T>();
      let s = zero;
      let place = start + at;
      for (let f = 0; f < width; f++) {
        s = v128.add<T>(s, v128.pmax<T>(v128.mul<T>(v128.load_splat<T>(weights + f * sizeof<T>()), v128.load(place)), zero));
        place += next;
      }
      v128.store(line + at, v128.mul<T>(s, mean));
    }
  }
}

/** First item of pair `p` of the upper triangle. */
function firstItem(pair: i64, items: i64): i32 {
  let low: i64 = 0;
  let high = items - 1;
  while (high - low > 1) {
    const middle = (low + high) / 2;
    if (middle * items - (middle * (middle + 1)) / 2 <= pair) low = middle;
    else high = middle;
  }
  return <i32>low;
}

/** Place of pair (i, i + 1), the first of item i. */
// @ts-ignore: decorator
@inline
function pairBase(i: i64, items: i64): i64 {
  return i * items - (i * (i + 1)) / 2;
}

/**
 * pairRows: roots, outside, groups, bins, width, items, pairs, signs, rank, vectors, packed, out, blocks, run, binBlock,
 * distance, tileAt, columnAt, roomAt, productAt, firstSign, secondSign. Mode 0: `packed` is C ⊙ B (group, bin).
 */
export function pairRows<T>(p: usize, task: i32, tasks: i32, scratch: usize): void {
  const groups = word(p, 2);
  const bins = word(p, 3);
  const width = word(p, 4);
  const items = word(p, 5);
  const pairs = word(p, 6);
  const rank = word(p, 8);
  const vectors = word(p, 9);
  const packed = address(p, 10);
  const out = address(p, 11);
  const run = word(p, 13);
  const binBlock = word(p, 14);
  const distance = address(p, 15);
  const tile = scratch + address(p, 16);
  const y = scratch + address(p, 19);
  const bytes = paddedBytes<T>(vectors);
  const total = pairs * word(p, 7);
  const end = share(total, word(p, 12), task + 1);
  for (let at = share(total, word(p, 12), task); at < end; ) {
    const second = at >= pairs;
    const pair = second ? at - pairs : at;
    const i = firstItem(pair, items);
    const j = i + 1 + pair - <i32>pairBase(i, items);
    const count = min(min(run, items - j), end - at);
    const sign = <T>(second ? word(p, 21) : word(p, 20));
    memory.fill(y, 0, count * bytes);
    for (let g = 0; g < groups; g++) {
      for (let bin = 0; bin < bins; bin += binBlock) {
        const some = min(binBlock, bins - bin);
        makeTile<T>(
          address(p, 0), word(p, 1), g, bins, width, items, sign, i, j, count, bin, some, scratch + address(p, 17),
          scratch + address(p, 18), tile, distance,
        );
        product<T>(count, some, tile, sizeof<T>(), distance, packed, groups * bins, g * bins + bin, vectors, y, bytes);
      }
    }
    for (let r = 0; r < count; r++) narrow<T>(y + <usize>r * bytes, rank, out + <usize>(at + r) * rank * sizeof<T>());
    at += count;
  }
}

/**
 * pairBins: roots, outside, groups, bins, width, items, pairs, signs, rank, vectors, leading, sums, blocks of bins, run,
 * distance, tileAt, columnAt, roomAt, panelAt, binBlock, firstSign, secondSign. Sums over all pairs of X ∘ A, for each
 * group and bin a row: both other modes follow from them.
 */
export function pairBins<T>(p: usize, task: i32, tasks: i32, scratch: usize): void {
  const bins = word(p, 3);
  const items = word(p, 5);
  const pairs = word(p, 6);
  const rank = word(p, 8);
  const vectors = word(p, 9);
  const blocks = word(p, 12);
  const run = word(p, 13);
  const distance = address(p, 14);
  const tile = scratch + address(p, 15);
  const panel = scratch + address(p, 18);
  const binBlock = word(p, 19);
  const bytes = paddedBytes<T>(vectors);
  const group = task / blocks;
  const bin = (task % blocks) * binBlock;
  const some = min(binBlock, bins - bin);
  const to = address(p, 11) + (<usize>group * bins + bin) * bytes;
  memory.fill(to, 0, some * bytes);
  for (let s = 0; s < word(p, 7); s++) {
    const sign = <T>(s == 1 ? word(p, 21) : word(p, 20));
    for (let i = 0; i < items - 1; i++) {
      const base = s * pairs + <i32>pairBase(i, items);
      for (let j = i + 1; j < items; j += run) {
        const count = min(run, items - j);
        makeTile<T>(
          address(p, 0), word(p, 1), group, bins, word(p, 4), items, sign, i, j, count, bin, some,
          scratch + address(p, 16), scratch + address(p, 17), tile, distance,
        );
        const rows = address(p, 10) + <usize>(base + j - i - 1) * rank * sizeof<T>();
        packProductRows<T>(rows, 0, 0, 0, count, rank, vectors, panel, count, 0);
        product<T>(some, count, tile, distance, sizeof<T>(), panel, count, 0, vectors, to, bytes);
      }
    }
  }
}

/**
 * pairFinish: sums, groups, bins, rank, vectors, factor, out, mode, rowAt. Mode 1: rows Σ_g c_g ∘ sums; mode 2: rows
 * Σ_bin b_bin ∘ sums; `factor` is that of the mode that is added up.
 */
export function pairFinish<T>(p: usize, task: i32, tasks: i32, scratch: usize): void {
  const sums = address(p, 0);
  const groups = word(p, 1);
  const bins = word(p, 2);
  const rank = word(p, 3);
  const bytes = paddedBytes<T>(word(p, 4));
  const factor = address(p, 5);
  const byBin = word(p, 7) == 1;
  const row = scratch + address(p, 8);
  const sum = row + bytes;
  const rows = byBin ? bins : groups;
  const inner = byBin ? groups : bins;
  const last = share(rows, tasks, task + 1);
  for (let at = share(rows, tasks, task); at < last; at++) {
    memory.fill(sum, 0, bytes);
    for (let q = 0; q < inner; q++) {
      widen<T>(factor + <usize>q * rank * sizeof<T>(), rank, row, bytes);
      const line = byBin ? <usize>q * bins + at : <usize>at * bins + q;
      addProduct(sum, sums + line * bytes, row, bytes);
    }
    narrow<T>(sum, rank, address(p, 6) + <usize>at * rank * sizeof<T>());
  }
}
