// Micro-kernels: C (rows × panel, float64) += A (rows × k) · B (k × panel), with all sums of a tile in registers. A panel
// is one to three vectors wide; B is packed, C has the panel's columns one after the other. A has any distances of rows
// and columns. No fused multiply-add, so that results are those of the portable instructions everywhere.

/** Depth within which float32 sums stay float32; a longer product is cut into such blocks, which are added in float64. */
export const DEPTH: i32 = 256;

/** Numbers of type T in a vector. */
// @ts-ignore: decorator
@inline
export function lanes<T>(): i32 {
  return 16 / <i32>sizeof<T>();
}

/** Vectors of the next panel when `rest` are left: at most 3, and never a lone one that could be avoided. */
// @ts-ignore: decorator
@inline
export function panelWidth(rest: i32): i32 {
  return rest == 4 ? 2 : rest >= 3 ? 3 : rest;
}

/** Most rows of a tile of a panel. */
// @ts-ignore: decorator
@inline
export function tileRows(width: i32): i32 {
  return width == 3 ? 3 : 4;
}

/** c += v, in float64. */
// @ts-ignore: decorator
@inline
export function accumulate<T>(c: usize, v: v128): void {
  if (sizeof<T>() == 8) {
    v128.store(c, f64x2.add(v128.load(c), v));
  } else {
    v128.store(c, f64x2.add(v128.load(c), f64x2.promote_low_f32x4(v)));
    v128.store(c, f64x2.add(v128.load(c, 16), f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1))), 16);
  }
}

/** One tile; `rows` of its rows are kept. */
export function tile<T>(
  width: i32,
  a: usize,
  row: usize,
  column: usize,
  k: i32,
  b: usize,
  c: usize,
  cRow: usize,
  rows: i32,
): void {
  if (width == 3) tile3<T>(a, row, column, k, b, c, cRow, rows);
  else if (width == 2) tile2<T>(a, row, column, k, b, c, cRow, rows);
  else tile1<T>(a, row, column, k, b, c, cRow, rows);
}

function tile3<T>(a: usize, row: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  // Rows that are not there repeat the last one.
  let a1: usize = rows > 1 ? a + row : a;
  let a2: usize = rows > 2 ? a1 + row : a1;
  let c00 = f64x2.splat(0);
  let c01 = f64x2.splat(0);
  let c02 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c11 = f64x2.splat(0);
  let c12 = f64x2.splat(0);
  let c20 = f64x2.splat(0);
  let c21 = f64x2.splat(0);
  let c22 = f64x2.splat(0);
  let x = f64x2.splat(0);
  let b0 = x;
  let b1 = x;
  let b2 = x;
  if (column == sizeof<T>()) {
    for (; k >= 4; k -= 4) {
    b0 = v128.load(b, 0);
    b1 = v128.load(b, 16);
    b2 = v128.load(b, 32);
    x = v128.load_splat<T>(a);
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x, b1));
    c02 = v128.add<T>(c02, v128.mul<T>(x, b2));
    x = v128.load_splat<T>(a1);
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x, b1));
    c12 = v128.add<T>(c12, v128.mul<T>(x, b2));
    x = v128.load_splat<T>(a2);
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x, b1));
    c22 = v128.add<T>(c22, v128.mul<T>(x, b2));
    b0 = v128.load(b, 48);
    b1 = v128.load(b, 64);
    b2 = v128.load(b, 80);
    x = v128.load_splat<T>(a, 1 * sizeof<T>());
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x, b1));
    c02 = v128.add<T>(c02, v128.mul<T>(x, b2));
    x = v128.load_splat<T>(a1, 1 * sizeof<T>());
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x, b1));
    c12 = v128.add<T>(c12, v128.mul<T>(x, b2));
    x = v128.load_splat<T>(a2, 1 * sizeof<T>());
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x, b1));
    c22 = v128.add<T>(c22, v128.mul<T>(x, b2));
    b0 = v128.load(b, 96);
    b1 = v128.load(b, 112);
    b2 = v128.load(b, 128);
    x = v128.load_splat<T>(a, 2 * sizeof<T>());
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x, b1));
    c02 = v128.add<T>(c02, v128.mul<T>(x, b2));
    x = v128.load_splat<T>(a1, 2 * sizeof<T>());
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x, b1));
    c12 = v128.add<T>(c12, v128.mul<T>(x, b2));
    x = v128.load_splat<T>(a2, 2 * sizeof<T>());
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x, b1));
    c22 = v128.add<T>(c22, v128.mul<T>(x, b2));
    b0 = v128.load(b, 144);
    b1 = v128.load(b, 160);
    b2 = v128.load(b, 176);
    x = v128.load_splat<T>(a, 3 * sizeof<T>());
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x, b1));
    c02 = v128.add<T>(c02, v128.mul<T>(x, b2));
    x = v128.load_splat<T>(a1, 3 * sizeof<T>());
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x, b1));
    c12 = v128.add<T>(c12, v128.mul<T>(x, b2));
    x = v128.load_splat<T>(a2, 3 * sizeof<T>());
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x, b1));
    c22 = v128.add<T>(c22, v128.mul<T>(x, b2));
    a += 4 * sizeof<T>();
    a1 += 4 * sizeof<T>();
    a2 += 4 * sizeof<T>();
    b += 192;
    }
  }
  for (; k > 0; k--) {
    b0 = v128.load(b, 0);
    b1 = v128.load(b, 16);
    b2 = v128.load(b, 32);
    x = v128.load_splat<T>(a);
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x, b1));
    c02 = v128.add<T>(c02, v128.mul<T>(x, b2));
    x = v128.load_splat<T>(a1);
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x, b1));
    c12 = v128.add<T>(c12, v128.mul<T>(x, b2));
    x = v128.load_splat<T>(a2);
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x, b1));
    c22 = v128.add<T>(c22, v128.mul<T>(x, b2));
    a += column;
    a1 += column;
    a2 += column;
    b += 48;
  }
  accumulate<T>(c, c00);
  accumulate<T>(c + 1 * 16 * (8 / sizeof<T>()), c01);
  accumulate<T>(c + 2 * 16 * (8 / sizeof<T>()), c02);
  if (rows <= 1) return;
  c += cRow;
  accumulate<T>(c, c10);
  accumulate<T>(c + 1 * 16 * (8 / sizeof<T>()), c11);
  accumulate<T>(c + 2 * 16 * (8 / sizeof<T>()), c12);
  if (rows <= 2) return;
  c += cRow;
  accumulate<T>(c, c20);
  accumulate<T>(c + 1 * 16 * (8 / sizeof<T>()), c21);
  accumulate<T>(c + 2 * 16 * (8 / sizeof<T>()), c22);
}

function tile2<T>(a: usize, row: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  // Rows that are not there repeat the last one.
  let a1: usize = rows > 1 ? a + row : a;
  let a2: usize = rows > 2 ? a1 + row : a1;
  let a3: usize = rows > 3 ? a2 + row : a2;
  let c00 = f64x2.splat(0);
  let c01 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c11 = f64x2.splat(0);
  let c20 = f64x2.splat(0);
  let c21 = f64x2.splat(0);
  let c30 = f64x2.splat(0);
  let c31 = f64x2.splat(0);
  let x = f64x2.splat(0);
  let b0 = x;
  let b1 = x;
  if (column == sizeof<T>()) {
    for (; k >= 4; k -= 4) {
    b0 = v128.load(b, 0);
    b1 = v128.load(b, 16);
    x = v128.load_splat<T>(a);
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a1);
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a2);
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a3);
    c30 = v128.add<T>(c30, v128.mul<T>(x, b0));
    c31 = v128.add<T>(c31, v128.mul<T>(x, b1));
    b0 = v128.load(b, 32);
    b1 = v128.load(b, 48);
    x = v128.load_splat<T>(a, 1 * sizeof<T>());
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a1, 1 * sizeof<T>());
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a2, 1 * sizeof<T>());
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a3, 1 * sizeof<T>());
    c30 = v128.add<T>(c30, v128.mul<T>(x, b0));
    c31 = v128.add<T>(c31, v128.mul<T>(x, b1));
    b0 = v128.load(b, 64);
    b1 = v128.load(b, 80);
    x = v128.load_splat<T>(a, 2 * sizeof<T>());
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a1, 2 * sizeof<T>());
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a2, 2 * sizeof<T>());
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a3, 2 * sizeof<T>());
    c30 = v128.add<T>(c30, v128.mul<T>(x, b0));
    c31 = v128.add<T>(c31, v128.mul<T>(x, b1));
    b0 = v128.load(b, 96);
    b1 = v128.load(b, 112);
    x = v128.load_splat<T>(a, 3 * sizeof<T>());
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a1, 3 * sizeof<T>());
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a2, 3 * sizeof<T>());
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a3, 3 * sizeof<T>());
    c30 = v128.add<T>(c30, v128.mul<T>(x, b0));
    c31 = v128.add<T>(c31, v128.mul<T>(x, b1));
    a += 4 * sizeof<T>();
    a1 += 4 * sizeof<T>();
    a2 += 4 * sizeof<T>();
    a3 += 4 * sizeof<T>();
    b += 128;
    }
  }
  for (; k > 0; k--) {
    b0 = v128.load(b, 0);
    b1 = v128.load(b, 16);
    x = v128.load_splat<T>(a);
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a1);
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a2);
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a3);
    c30 = v128.add<T>(c30, v128.mul<T>(x, b0));
    c31 = v128.add<T>(c31, v128.mul<T>(x, b1));
    a += column;
    a1 += column;
    a2 += column;
    a3 += column;
    b += 32;
  }
  accumulate<T>(c, c00);
  accumulate<T>(c + 1 * 16 * (8 / sizeof<T>()), c01);
  if (rows <= 1) return;
  c += cRow;
  accumulate<T>(c, c10);
  accumulate<T>(c + 1 * 16 * (8 / sizeof<T>()), c11);
  if (rows <= 2) return;
  c += cRow;
  accumulate<T>(c, c20);
  accumulate<T>(c + 1 * 16 * (8 / sizeof<T>()), c21);
  if (rows <= 3) return;
  c += cRow;
  accumulate<T>(c, c30);
  accumulate<T>(c + 1 * 16 * (8 / sizeof<T>()), c31);
}

function tile1<T>(a: usize, row: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  // Rows that are not there repeat the last one.
  let a1: usize = rows > 1 ? a + row : a;
  let a2: usize = rows > 2 ? a1 + row : a1;
  let a3: usize = rows > 3 ? a2 + row : a2;
  let c00 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c20 = f64x2.splat(0);
  let c30 = f64x2.splat(0);
  let x = f64x2.splat(0);
  let b0 = x;
  if (column == sizeof<T>()) {
    for (; k >= 4; k -= 4) {
    b0 = v128.load(b, 0);
    x = v128.load_splat<T>(a);
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    x = v128.load_splat<T>(a1);
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    x = v128.load_splat<T>(a2);
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    x = v128.load_splat<T>(a3);
    c30 = v128.add<T>(c30, v128.mul<T>(x, b0));
    b0 = v128.load(b, 16);
    x = v128.load_splat<T>(a, 1 * sizeof<T>());
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    x = v128.load_splat<T>(a1, 1 * sizeof<T>());
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    x = v128.load_splat<T>(a2, 1 * sizeof<T>());
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    x = v128.load_splat<T>(a3, 1 * sizeof<T>());
    c30 = v128.add<T>(c30, v128.mul<T>(x, b0));
    b0 = v128.load(b, 32);
    x = v128.load_splat<T>(a, 2 * sizeof<T>());
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    x = v128.load_splat<T>(a1, 2 * sizeof<T>());
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    x = v128.load_splat<T>(a2, 2 * sizeof<T>());
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    x = v128.load_splat<T>(a3, 2 * sizeof<T>());
    c30 = v128.add<T>(c30, v128.mul<T>(x, b0));
    b0 = v128.load(b, 48);
    x = v128.load_splat<T>(a, 3 * sizeof<T>());
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    x = v128.load_splat<T>(a1, 3 * sizeof<T>());
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    x = v128.load_splat<T>(a2, 3 * sizeof<T>());
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    x = v128.load_splat<T>(a3, 3 * sizeof<T>());
    c30 = v128.add<T>(c30, v128.mul<T>(x, b0));
    a += 4 * sizeof<T>();
    a1 += 4 * sizeof<T>();
    a2 += 4 * sizeof<T>();
    a3 += 4 * sizeof<T>();
    b += 64;
    }
  }
  for (; k > 0; k--) {
    b0 = v128.load(b, 0);
    x = v128.load_splat<T>(a);
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    x = v128.load_splat<T>(a1);
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    x = v128.load_splat<T>(a2);
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    x = v128.load_splat<T>(a3);
    c30 = v128.add<T>(c30, v128.mul<T>(x, b0));
    a += column;
    a1 += column;
    a2 += column;
    a3 += column;
    b += 16;
  }
  accumulate<T>(c, c00);
  if (rows <= 1) return;
  c += cRow;
  accumulate<T>(c, c10);
  if (rows <= 2) return;
  c += cRow;
  accumulate<T>(c, c20);
  if (rows <= 3) return;
  c += cRow;
  accumulate<T>(c, c30);
}
