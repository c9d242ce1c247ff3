import { source } from "./outside";
import { product } from "./product";
import { address, share, word } from "./record";
import { addProduct, paddedBytes } from "./rows";
import { lanes, panelWidth } from "./tiles";

/**
 * Splits `frames` rows of `items` roots into rows of max(s, 0) and, after all of those, max(−s, 0), `distance` bytes
 * apart; the squares are added to the row of the frame's bin, times `weight`. Roots of frames lie one after the other.
 */
function split<T>(
  roots: usize,
  frames: i32,
  items: i32,
  halves: usize,
  distance: usize,
  squares: usize,
  firstInBin: i32,
  width: i32,
  weight: T,
): void {
  const zero = f64x2.splat(0);
  const w = v128.splat<T>(weight);
  for (let f = 0; f < frames; f++) {
    const from = roots + <usize>f * items * sizeof<T>();
    const up = halves + <usize>f * distance;
    const down = halves + <usize>(frames + f) * distance;
    const square = squares + <usize>((firstInBin + f) / width) * distance;
    for (let i = 0; i < items; i += lanes<T>()) {
      const at = <usize>i * sizeof<T>();
      const s = v128.load(from + at);
      v128.store(up + at, v128.pmax<T>(s, zero));
      v128.store(down + at, v128.pmax<T>(v128.neg<T>(s), zero));
      v128.store(square + at, v128.add<T>(v128.load(square + at), v128.mul<T>(w, v128.mul<T>(s, s))));
    }
  }
}

/**
 * squareProducts: roots, outside, bins, width, items, other, binFactor, rank, vectors, packed, partials, blocks, frames at
 * once, distance, halvesAt, squaresAt, productAt, panelAt, binPanelAt, diagonalAt, roomAt. Modes 0 and 1: with Q the
 * other item factor (rows as they are, and packed), the block's part of Uᵀ((UQ) ∘ B̃) + Vᵀ((VQ) ∘ B̃) − (H̄ᵀB) ∘ Q.
 */
export function squareProducts<T>(p: usize, task: i32, tasks: i32, scratch: usize): void {
  const bins = word(p, 2);
  const width = word(p, 3);
  const items = word(p, 4);
  const other = address(p, 5);
  const binFactor = address(p, 6);
  const rank = word(p, 7);
  const vectors = word(p, 8);
  const packed = address(p, 9);
  const blocks = word(p, 11);
  const most = word(p, 12);
  const distance = address(p, 13);
  const halves = scratch + address(p, 14);
  const squares = scratch + address(p, 15);
  const y = scratch + address(p, 16);
  const panel = scratch + address(p, 17);
  const binPanel = scratch + address(p, 18);
  const diagonal = scratch + address(p, 19);
  const bytes = paddedBytes<T>(vectors);
  const size = <usize>items * bytes;
  const rowBytes = <usize>rank * sizeof<T>();
  const end = share(bins, blocks, task + 1);
  const to = address(p, 10) + <usize>task * size;
  memory.fill(to, 0, size);
  memory.fill(diagonal, 0, size);
  const weight = <T>(<T>1 / <T>width);
  let frame = share(bins, blocks, task) * width;
  const last = end * width;
  while (frame < last) {
    const count = min(most, last - frame);
    const bin = frame / width;
    const inBin = frame - bin * width;
    const touched = (inBin + count - 1) / width + 1;
    const roots = source<T>(address(p, 0), word(p, 1), <u64>frame * items, count * items, scratch + address(p, 20));
    memory.fill(squares, 0, touched * distance);
    split<T>(roots, count, items, halves, distance, squares, inBin, width, weight);
    const rows = 2 * count;
    memory.fill(y, 0, rows * bytes);
    product<T>(rows, items, halves, distance, sizeof<T>(), packed, items, 0, vectors, y, bytes);
    for (let r = 0; r < rows; r++) {
      const f = r < count ? r : r - count;
      const b = binFactor + <usize>((frame + f) / width) * rowBytes;
      scaleIntoPanel<T>(y + <usize>r * bytes, b, rank, weight, vectors, panel, rows, r);
    }
    product<T>(items, rows, halves, sizeof<T>(), distance, panel, rows, 0, vectors, to, bytes);
    for (let t = 0; t < touched; t++) copyIntoPanel<T>(binFactor + <usize>(bin + t) * rowBytes, rank, vectors, binPanel, touched, t);
    product<T>(items, touched, squares, sizeof<T>(), distance, binPanel, touched, 0, vectors, diagonal, bytes);
    frame += count;
  }
  for (let i = 0; i < items; i++) {
    const row = to + <usize>i * bytes;
    const sub = diagonal + <usize>i * bytes;
    for (let r = 0; r < rank; r++) {
      const q = <f64>load<T>(other + <usize>i * rowBytes + r * sizeof<T>());
      store<f64>(row + r * 8, load<f64>(row + r * 8) - q * load<f64>(sub + r * 8));
    }
  }
}

/** Row of a packed matrix ← weight · (y ∘ b), y float64. */
function scaleIntoPanel<T>(y: usize, b: usize, rank: i32, weight: T, vectors: i32, to: usize, rows: i32, at: i32): void {
  for (let v = 0; v < vectors; ) {
    const width = panelWidth(vectors - v);
    const target = to + 16 * (<usize>v * rows + <usize>at * width);
    const first = v * lanes<T>();
    for (let w = 0; w < width * lanes<T>(); w++) {
      const r = first + w;
      const value = r < rank ? load<f64>(y + r * 8) * <f64>load<T>(b + r * sizeof<T>()) * <f64>weight : 0;
      store<T>(target + w * sizeof<T>(), <T>value);
    }
    v += width;
  }
}

function copyIntoPanel<T>(from: usize, rank: i32, vectors: i32, to: usize, rows: i32, at: i32): void {
  for (let v = 0; v < vectors; ) {
    const width = panelWidth(vectors - v);
    const target = to + 16 * (<usize>v * rows + <usize>at * width);
    const first = v * lanes<T>();
    for (let w = 0; w < width * lanes<T>(); w++) {
      const r = first + w;
      store<T>(target + w * sizeof<T>(), r < rank ? load<T>(from + r * sizeof<T>()) : <T>0);
    }
    v += width;
  }
}

/**
 * squareBins: roots, outside, bins, width, items, rank, vectors, packedP, packedQ, packedPQ, out, blocks, frames at once,
 * distance, halvesAt, squaresAt, productAt (twice), binAt (twice), roomAt. Mode 2: the mean over the frames of a bin of
 * (UP) ∘ (UQ) + (VP) ∘ (VQ), less H̄(P ∘ Q).
 */
export function squareBins<T>(p: usize, task: i32, tasks: i32, scratch: usize): void {
  const bins = word(p, 2);
  const width = word(p, 3);
  const items = word(p, 4);
  const rank = word(p, 5);
  const vectors = word(p, 6);
  const out = address(p, 10);
  const blocks = word(p, 11);
  const most = word(p, 12);
  const distance = address(p, 13);
  const halves = scratch + address(p, 14);
  const squares = scratch + address(p, 15);
  const bytes = paddedBytes<T>(vectors);
  const y = scratch + address(p, 16);
  const sum = scratch + address(p, 17);
  const diagonal = sum + bytes;
  const weight = <T>(<T>1 / <T>width);
  const end = share(bins, blocks, task + 1);
  for (let bin = share(bins, blocks, task); bin < end; bin++) {
    memory.fill(sum, 0, 2 * bytes);
    memory.fill(squares, 0, distance);
    for (let f = 0; f < width; f += most) {
      const count = min(most, width - f);
      const index = (<u64>bin * width + f) * items;
      const roots = source<T>(address(p, 0), word(p, 1), index, count * items, scratch + address(p, 18));
      split<T>(roots, count, items, halves, distance, squares, 0, count, weight);
      const rows = 2 * count;
      const z = y + <usize>rows * bytes;
      memory.fill(y, 0, 2 * rows * bytes);
      product<T>(rows, items, halves, distance, sizeof<T>(), address(p, 7), items, 0, vectors, y, bytes);
      product<T>(rows, items, halves, distance, sizeof<T>(), address(p, 8), items, 0, vectors, z, bytes);
      for (let r = 0; r < rows; r++) addProduct(sum, y + <usize>r * bytes, z + <usize>r * bytes, bytes);
    }
    product<T>(1, items, squares, distance, sizeof<T>(), address(p, 9), items, 0, vectors, diagonal, bytes);
    for (let r = 0; r < rank; r++) {
      const value = load<f64>(sum + r * 8) / <f64>width - load<f64>(diagonal + r * 8);
      store<T>(out + (<usize>bin * rank + r) * sizeof<T>(), <T>value);
    }
  }
}
