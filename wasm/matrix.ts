import { packAny, product } from "./product";
import { address, real, share, word } from "./record";
import { paddedBytes, treeAdd } from "./rows";
import { DEPTH } from "./tiles";

/**
 * packRight: right, row, column, batchDistance (bytes), firstBatch, batches, k, n, columns of a chunk, chunks, vectors of
 * a chunk, to, parts. Packs chunks of columns, each as a matrix of its own; `parts` share out the rows.
 */
export function packRight<T>(p: usize, task: i32, tasks: i32): void {
  const k = word(p, 6);
  const columns = word(p, 8);
  const chunks = word(p, 9);
  const vectors = word(p, 10);
  const parts = word(p, 12);
  const part = task % parts;
  const chunk = (task / parts) % chunks;
  const batch = task / parts / chunks;
  const first = share(k, parts, part);
  const from =
    address(
      p, 0) + <usize>(word(p, 4) + batch) * address(p, 3) + <usize>first * address(p,
      1) + <usize>chunk * columns * address(p, 2,
    );
  const to = address(p, 11) + (<usize>batch * chunks + chunk) * (<usize>vectors * k) * 16;
  packAny<T>(
    from, address(p, 1), address(p, 2), share(k, parts, part + 1) - first, min(columns, word(p, 7) - chunk * columns),
    vectors, to, k, first,
  );
}

/**
 * multiply: left, leftRow, leftColumn, leftBatch, packed, packedBatch (bytes), out, outRow, outColumn, outBatch,
 * firstBatch, m, n, k, rows of a block, blocks, columns of a chunk, chunks, vectors, depthParts, partials, productAt,
 * leftAt; scale, keep. Distances in bytes. With partials, task (…, part) leaves its share of k there.
 */
export function multiply<T>(p: usize, task: i32, tasks: i32, scratch: usize): void {
  const blocks = word(p, 15);
  const chunks = word(p, 17);
  const parts = word(p, 19);
  const tile = task / parts;
  const part = task % parts;
  const block = tile % blocks;
  const chunk = (tile / blocks) % chunks;
  const batch = tile / blocks / chunks;
  const rows = word(p, 14);
  const first = block * rows;
  const count = min(rows, word(p, 11) - first);
  const vectors = word(p, 18);
  const bytes = paddedBytes<T>(vectors);
  const k = word(p, 13);
  const row = address(p, 1);
  const column = address(p, 2);
  const left = address(p, 0) + <usize>(word(p, 10) + batch) * address(p, 3) + <usize>first * row;
  const packed = address(p, 4) + <usize>batch * address(p, 5) + <usize>chunk * vectors * k * 16;
  const partials = address(p, 20);
  const to = partials == 0 ? scratch + address(p, 21) : partials + (<usize>part * (tasks / parts) + tile) * rows * bytes;
  memory.fill(to, 0, count * bytes);
  const last = share(k, parts, part + 1);
  for (let k0 = share(k, parts, part); k0 < last; k0 += DEPTH) {
    const depth = min(DEPTH, last - k0);
    let from = left + <usize>k0 * column;
    let distance = row;
    if (column != sizeof<T>()) {
      const room = scratch + address(p, 22);
      packLeft<T>(from, row, column, count, depth, room);
      from = room;
      distance = DEPTH * sizeof<T>();
    }
    product<T>(count, depth, from, distance, sizeof<T>(), packed, k, k0, vectors, to, bytes);
  }
  if (partials == 0) finish<T>(p, to, bytes, batch, first, count, chunk);
}

/** The same record as multiply: adds the shares and writes the block. */
export function multiplyFinish<T>(p: usize, task: i32, tasks: i32): void {
  const blocks = word(p, 15);
  const chunks = word(p, 17);
  const rows = word(p, 14);
  const block = task % blocks;
  const first = block * rows;
  const count = min(rows, word(p, 11) - first);
  const bytes = paddedBytes<T>(word(p, 18));
  const from = address(p, 20) + <usize>task * rows * bytes;
  treeAdd(word(p, 19), from, <usize>tasks * rows * bytes, count * bytes);
  finish<T>(p, from, bytes, task / blocks / chunks, first, count, (task / blocks) % chunks);
}

function finish<T>(p: usize, from: usize, bytes: usize, batch: i32, first: i32, count: i32, chunk: i32): void {
  const outRow = address(p, 7);
  const outColumn = address(p, 8);
  const columns = word(p, 16);
  const wide = min(columns, word(p, 12) - chunk * columns);
  const scale = real(p, 0);
  const keep = real(p, 1);
  const out =
    address(p, 6) + <usize>(word(p, 10) + batch) * address(p, 9) + <usize>first * outRow + <usize>chunk * columns * outColumn;
  for (let r = 0; r < count; r++) {
    let at = out + <usize>r * outRow;
    const line = from + <usize>r * bytes;
    for (let c = 0; c < wide; c++) {
      let value = scale * load<f64>(line + (<usize>c << 3));
      if (keep != 0) value += keep * <f64>load<T>(at);
      store<T>(at, <T>value);
      at += outColumn;
    }
  }
}

/** to (rows of DEPTH) ← a block of the left matrix whose columns lie apart; reads along the shorter distance. */
function packLeft<T>(from: usize, row: usize, column: usize, rows: i32, depth: i32, to: usize): void {
  if (row < column) {
    for (let k = 0; k < depth; k++) {
      const source = from + <usize>k * column;
      for (let r = 0; r < rows; r++) store<T>(to + (<usize>r * DEPTH + k) * sizeof<T>(), load<T>(source + <usize>r * row));
    }
  } else {
    for (let r = 0; r < rows; r++) {
      const source = from + <usize>r * row;
      for (let k = 0; k < depth; k++) store<T>(to + (<usize>r * DEPTH + k) * sizeof<T>(), load<T>(source + <usize>k * column));
    }
  }
}
