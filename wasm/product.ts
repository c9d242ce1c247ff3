import { DEPTH, lanes, panelWidth, tileAcross, tileAlong, tileRows } from "./tiles";

/** C (rows × vectors, float64) += A · B for a whole packed B of `bRows` rows, of which those from `first` on are used. */
export function product<T>(
  rows: i32,
  k: i32,
  a: usize,
  row: usize,
  column: usize,
  b: usize,
  bRows: i32,
  first: i32,
  vectors: i32,
  c: usize,
  cRow: usize,
): void {
  for (let k0 = 0; k0 < k; k0 += DEPTH) {
    const depth = min(k - k0, DEPTH);
    for (let v = 0; v < vectors; ) {
      const width = panelWidth(vectors - v);
      const panel = b + 16 * (<usize>v * bRows + <usize>(first + k0) * width);
      const to = c + v * lanes<T>() * 8;
      const from = a + <usize>k0 * column;
      const most = tileRows(width);
      if (row == sizeof<T>()) {
        for (let r = 0; r < rows; r += most) {
          tileAcross<T>(
            width, from + <usize>r * row, column, depth, panel, to + <usize>r * cRow, cRow, min(rows - r, most),
          );
        }
      } else {
        for (let r = 0; r < rows; r += most) {
          tileAlong<T>(
            width, from + <usize>r * row, row, column, depth, panel, to + <usize>r * cRow, cRow, min(rows - r, most),
          );
        }
      }
      v += width;
    }
  }
}

/**
 * Packs a `count` × `columns` matrix whose elements lie anywhere, padded with zeros, into rows `first`… of a packed one
 * of `rows` rows.
 */
export function packAny<T>(
  from: usize,
  row: usize,
  column: usize,
  count: i32,
  columns: i32,
  vectors: i32,
  to: usize,
  rows: i32,
  first: i32,
): void {
  for (let v = 0; v < vectors; ) {
    const width = panelWidth(vectors - v);
    const numbers = width * lanes<T>();
    const panel = to + 16 * (<usize>v * rows + <usize>first * width);
    const left = min(numbers, columns - v * lanes<T>());
    const start = from + <usize>(v * lanes<T>()) * column;
    if (column == sizeof<T>() && left == numbers) {
      for (let r = 0; r < count; r++) {
        const target = panel + <usize>(r * width) * 16;
        const source = start + <usize>r * row;
        for (let w = 0; w < width; w++) v128.store(target + 16 * w, v128.load(source + 16 * w));
      }
    } else {
      for (let w = 0; w < numbers; w++) {
        const target = panel + w * sizeof<T>();
        const source = start + <usize>w * column;
        if (w < left) for (let r = 0; r < count; r++) store<T>(
          target + <usize>(r * width) * 16, load<T>(source + <usize>r * row),
        );
        else for (let r = 0; r < count; r++) store<T>(target + <usize>(r * width) * 16, <T>0);
      }
    }
    v += width;
  }
}
