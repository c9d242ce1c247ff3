import { product } from "./product";
import { address, share, word } from "./record";
import { narrow, paddedBytes, treeAdd, widen } from "./rows";
import { lanes, panelWidth } from "./tiles";

/** widenRows: from, rows, rank, vectors, to */
export function widenRows<T>(p: usize, task: i32, tasks: i32): void {
  const rank = word(p, 2);
  const bytes = paddedBytes<T>(word(p, 3));
  const last = share(word(p, 1), tasks, task + 1);
  for (let row = share(word(p, 1), tasks, task); row < last; row++) {
    widen<T>(address(p, 0) + <usize>row * rank * sizeof<T>(), rank, address(p, 4) + <usize>row * bytes, bytes);
  }
}

/**
 * packProducts: left, right, rightRows, rows, rank, vectors, to. Packs the rows of `left` (rightRows = 0), products of
 * equal rows (−1), or the Khatri–Rao product, in which the row of `right` changes fastest.
 */
export function packProducts<T>(p: usize, task: i32, tasks: i32): void {
  const rows = word(p, 3);
  const first = share(rows, tasks, task);
  packProductRows<T>(
    address(p, 0), address(p, 1), word(p, 2), first, share(rows, tasks, task + 1) - first, word(p, 4), word(p, 5),
    address(p, 6), rows, first,
  );
}

/** Packs `count` such products from row `first` on, into rows `at`… of a packed matrix of `packedRows`. */
export function packProductRows<T>(
  left: usize,
  right: usize,
  rightRows: i32,
  first: i32,
  count: i32,
  rank: i32,
  vectors: i32,
  to: usize,
  packedRows: i32,
  at: i32,
): void {
  const rowBytes = <usize>rank * sizeof<T>();
  for (let v = 0; v < vectors; ) {
    const width = panelWidth(vectors - v);
    let target = to + 16 * (<usize>v * packedRows + <usize>at * width);
    for (let row = first; row < first + count; row++) {
      const i = rightRows > 0 ? row / rightRows : row;
      const a = left + <usize>i * rowBytes + 16 * v;
      if (rightRows == 0) {
        for (let w = 0; w < width; w++) v128.store(target + 16 * w, v128.load(a + 16 * w));
      } else {
        const j = rightRows > 0 ? row - i * rightRows : row;
        const b = right + <usize>j * rowBytes + 16 * v;
        for (let w = 0; w < width; w++) v128.store(target + 16 * w, v128.mul<T>(v128.load(a + 16 * w), v128.load(b + 16 * w)));
      }
      target += 16 * width;
    }
    v += width;
  }
}

/** addPartials: partials, blocks, rows, rank, rowBytes, out. Adds blocks of rows × rowBytes of float64. */
export function addPartials<T>(p: usize, task: i32, tasks: i32): void {
  const rows = word(p, 2);
  const rank = word(p, 3);
  const bytes = address(p, 4);
  const first = share(rows, tasks, task);
  const last = share(rows, tasks, task + 1);
  const start = address(p, 0) + <usize>first * bytes;
  treeAdd(word(p, 1), start, <usize>rows * bytes, <usize>(last - first) * bytes);
  for (let row = first; row < last; row++) {
    narrow<T>(address(p, 0) + <usize>row * bytes, rank, address(p, 5) + <usize>row * rank * sizeof<T>());
  }
}

/** gramBlocks: factor, rows, rank, vectors, partials, blocks, panelAt, panelRows. Partial sums of FᵀF. */
export function gramBlocks<T>(p: usize, task: i32, tasks: i32, scratch: usize): void {
  const factor = address(p, 0);
  const rows = word(p, 1);
  const rank = word(p, 2);
  const vectors = word(p, 3);
  const bytes = paddedBytes<T>(vectors);
  const blocks = word(p, 5);
  const panel = scratch + address(p, 6);
  const most = word(p, 7);
  const rowBytes = <usize>rank * sizeof<T>();
  const end = share(blocks, tasks, task + 1);
  for (let block = share(blocks, tasks, task); block < end; block++) {
    const to = address(p, 4) + <usize>block * rank * bytes;
    memory.fill(to, 0, rank * bytes);
    const last = share(rows, blocks, block + 1);
    for (let row = share(rows, blocks, block); row < last; row += most) {
      const count = min(most, last - row);
      const from = factor + <usize>row * rowBytes;
      packProductRows<T>(from, 0, 0, 0, count, rank, vectors, panel, count, 0);
      product<T>(rank, count, from, sizeof<T>(), rowBytes, panel, count, 0, vectors, to, bytes);
    }
  }
}

/** gramMultiply: partials, blocks, rank, rowBytes, product, first, out. product ← (first ? 1 : product) ∘ Σ blocks. */
export function gramMultiply<T>(p: usize, task: i32, tasks: i32): void {
  const rank = word(p, 2);
  const bytes = address(p, 3);
  const first = share(rank, tasks, task);
  const last = share(rank, tasks, task + 1);
  const start = <usize>first * bytes;
  const size = <usize>(last - first) * bytes;
  treeAdd(word(p, 1), address(p, 0) + start, rank * bytes, size);
  const from = address(p, 0) + start;
  const to = address(p, 4) + start;
  if (word(p, 5)) memory.copy(to, from, size);
  else for (let at: usize = 0; at < size; at += 16) v128.store(to + at, f64x2.mul(v128.load(to + at), v128.load(from + at)));
  const out = address(p, 6);
  if (out == 0) return;
  for (let row = first; row < last; row++) {
    narrow<T>(address(p, 4) + <usize>row * bytes, rank, out + <usize>row * rank * sizeof<T>());
  }
}

/** groupGrams: factor, rows, rank, groups, weights, vectors of rank², partials, rowBlocks, groupBlock, depth, panelAt */
export function groupGrams<T>(p: usize, task: i32, tasks: i32, scratch: usize): void {
  const factor = address(p, 0);
  const rows = word(p, 1);
  const rank = word(p, 2);
  const groups = word(p, 3);
  const weights = address(p, 4);
  const vectors = word(p, 5);
  const bytes = paddedBytes<T>(vectors);
  const rowBlocks = word(p, 7);
  const groupBlock = word(p, 8);
  const depth = word(p, 9);
  const panel = scratch + address(p, 10);
  const block = task % rowBlocks;
  const firstGroup = (task / rowBlocks) * groupBlock;
  const groupCount = min(groupBlock, groups - firstGroup);
  const to = address(p, 6) + (<usize>block * groups + firstGroup) * bytes;
  memory.fill(to, 0, groupCount * bytes);
  const last = share(rows, rowBlocks, block + 1);
  for (let row = share(rows, rowBlocks, block); row < last; row += depth) {
    const count = min(depth, last - row);
    for (let r = 0; r < count; r++) squareRow<T>(factor + <usize>(row + r) * rank * sizeof<T>(), rank, vectors, panel, count, r);
    product<T>(
      groupCount, count, weights + (<usize>firstGroup * rows + row) * sizeof<T>(), <usize>rows * sizeof<T>(),
      sizeof<T>(), panel, count, 0, vectors, to, bytes,
    );
  }
}

/** Row `at` of a packed matrix ← f fᵀ as one row. */
function squareRow<T>(f: usize, rank: i32, vectors: i32, to: usize, rows: i32, at: i32): void {
  let q = 0;
  let s = 0;
  for (let v = 0; v < vectors; ) {
    const width = panelWidth(vectors - v);
    const target = to + 16 * (<usize>v * rows + <usize>at * width);
    for (let w = 0; w < width * lanes<T>(); w++) {
      store<T>(target + w * sizeof<T>(), q < rank ? load<T>(f + q * sizeof<T>()) * load<T>(f + s * sizeof<T>()) : <T>0);
      if (++s == rank) {
        s = 0;
        q++;
      }
    }
    v += width;
  }
}

/** combineGrams: left, leftCount, right, rightCount, size, outputs, weights, out */
export function combineGrams<T>(p: usize, task: i32, tasks: i32): void {
  const left = address(p, 0);
  const leftCount = word(p, 1);
  const right = address(p, 2);
  const rightCount = word(p, 3);
  const size = word(p, 4);
  const weights = address(p, 6);
  const count = max(leftCount, rightCount);
  const total = word(p, 5) * size;
  const last = share(total, tasks, task + 1);
  for (let at = share(total, tasks, task); at < last; at++) {
    const output = at / size;
    const entry = at - output * size;
    let sum: f64 = 0;
    for (let w = 0; w < count; w++) {
      const l = <f64>load<T>(left + (<usize>(leftCount == 1 ? 0 : w) * size + entry) * sizeof<T>());
      const r = <f64>load<T>(right + (<usize>(rightCount == 1 ? 0 : w) * size + entry) * sizeof<T>());
      sum += <f64>load<T>(weights + (<usize>output * count + w) * sizeof<T>()) * l * r;
    }
    store<T>(address(p, 7) + <usize>at * sizeof<T>(), <T>sum);
  }
}

