// Micro-kernels: C (rows × panel, float64) += A (rows × k) · B (k × panel), with all sums of a tile in registers. A panel
// is four, two or one vectors wide; B is packed, C has the panel's columns one after the other. A has any distances of
// rows and columns. No fused multiply-add, so that results are those of the portable instructions everywhere.
//
// V8 loads all operands of a loop body before it computes, and has 15 vector registers: a tile of r × v vectors needs
// about (r + 1)(v + 1) of them. Larger tiles and unrolled loops are slower, since sums that are kept on the stack cost a
// store and a load each time. Addresses are advanced before they are used: one that comes from an addition needs no
// extension to 64 bits. Tiles are exported, so that they stay functions of their own, with registers of their own.

/** Depth within which float32 sums stay float32; a longer product is cut into such blocks, which are added in float64. */
export const DEPTH: i32 = 256;

/** Numbers of type T in a vector. */
// @ts-ignore: decorator
@inline
export function lanes<T>(): i32 {
  return 16 / <i32>sizeof<T>();
}

/** Vectors of the next panel when `rest` are left: four, then two, then one.*/
// @ts-ignore: decorator
@inline
export function panelWidth(rest: i32): i32 {
  return rest >= 4 ? 4 : min(rest, 2);
}

/** Rows of a tile of a panel. */
// @ts-ignore: decorator
@inline
export function tileRows(width: i32): i32 {
  return width == 4 ? 2 : width == 2 ? 4 : 6;
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


// @ts-ignore: decorator
@inline
function along4<T>(a: usize, row: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  let a0 = a - column;
  let a1 = rows > 1 ? a0 + row : a0;
  let at = b - 64;
  const last = at + <usize>k * 64;
  let c00 = f64x2.splat(0);
  let c01 = f64x2.splat(0);
  let c02 = f64x2.splat(0);
  let c03 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c11 = f64x2.splat(0);
  let c12 = f64x2.splat(0);
  let c13 = f64x2.splat(0);
  while (at != last) {
    at += 64;
    const b0 = v128.load(at);
    const b1 = v128.load(at, 16);
    const b2 = v128.load(at, 32);
    const b3 = v128.load(at, 48);
    a0 += column;
    const x0 = v128.load_splat<T>(a0);
    c00 = v128.add<T>(c00, v128.mul<T>(x0, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x0, b1));
    c02 = v128.add<T>(c02, v128.mul<T>(x0, b2));
    c03 = v128.add<T>(c03, v128.mul<T>(x0, b3));
    a1 += column;
    const x1 = v128.load_splat<T>(a1);
    c10 = v128.add<T>(c10, v128.mul<T>(x1, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x1, b1));
    c12 = v128.add<T>(c12, v128.mul<T>(x1, b2));
    c13 = v128.add<T>(c13, v128.mul<T>(x1, b3));
  }
  accumulate<T>(c, c00);
  accumulate<T>(c + 1 * 16 * (8 / sizeof<T>()), c01);
  accumulate<T>(c + 2 * 16 * (8 / sizeof<T>()), c02);
  accumulate<T>(c + 3 * 16 * (8 / sizeof<T>()), c03);
  if (rows <= 1) return;
  c += cRow;
  accumulate<T>(c, c10);
  accumulate<T>(c + 1 * 16 * (8 / sizeof<T>()), c11);
  accumulate<T>(c + 2 * 16 * (8 / sizeof<T>()), c12);
  accumulate<T>(c + 3 * 16 * (8 / sizeof<T>()), c13);
}

// @ts-ignore: decorator
@inline
function across4<T>(a: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  let a0 = a - column;
  let at = b - 64;
  const last = at + <usize>k * 64;
  let c00 = f64x2.splat(0);
  let c01 = f64x2.splat(0);
  let c02 = f64x2.splat(0);
  let c03 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c11 = f64x2.splat(0);
  let c12 = f64x2.splat(0);
  let c13 = f64x2.splat(0);
  while (at != last) {
    at += 64;
    const b0 = v128.load(at);
    const b1 = v128.load(at, 16);
    const b2 = v128.load(at, 32);
    const b3 = v128.load(at, 48);
    a0 += column;
    const x0 = v128.load_splat<T>(a0);
    c00 = v128.add<T>(c00, v128.mul<T>(x0, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x0, b1));
    c02 = v128.add<T>(c02, v128.mul<T>(x0, b2));
    c03 = v128.add<T>(c03, v128.mul<T>(x0, b3));
    const x1 = v128.load_splat<T>(a0, 1 * sizeof<T>());
    c10 = v128.add<T>(c10, v128.mul<T>(x1, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x1, b1));
    c12 = v128.add<T>(c12, v128.mul<T>(x1, b2));
    c13 = v128.add<T>(c13, v128.mul<T>(x1, b3));
  }
  accumulate<T>(c, c00);
  accumulate<T>(c + 1 * 16 * (8 / sizeof<T>()), c01);
  accumulate<T>(c + 2 * 16 * (8 / sizeof<T>()), c02);
  accumulate<T>(c + 3 * 16 * (8 / sizeof<T>()), c03);
  if (rows <= 1) return;
  c += cRow;
  accumulate<T>(c, c10);
  accumulate<T>(c + 1 * 16 * (8 / sizeof<T>()), c11);
  accumulate<T>(c + 2 * 16 * (8 / sizeof<T>()), c12);
  accumulate<T>(c + 3 * 16 * (8 / sizeof<T>()), c13);
}

// @ts-ignore: decorator
@inline
function along2<T>(a: usize, row: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  let a0 = a - column;
  let a1 = rows > 1 ? a0 + row : a0;
  let a2 = rows > 2 ? a1 + row : a1;
  let a3 = rows > 3 ? a2 + row : a2;
  let at = b - 32;
  const last = at + <usize>k * 32;
  let c00 = f64x2.splat(0);
  let c01 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c11 = f64x2.splat(0);
  let c20 = f64x2.splat(0);
  let c21 = f64x2.splat(0);
  let c30 = f64x2.splat(0);
  let c31 = f64x2.splat(0);
  while (at != last) {
    at += 32;
    const b0 = v128.load(at);
    const b1 = v128.load(at, 16);
    a0 += column;
    const x0 = v128.load_splat<T>(a0);
    c00 = v128.add<T>(c00, v128.mul<T>(x0, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x0, b1));
    a1 += column;
    const x1 = v128.load_splat<T>(a1);
    c10 = v128.add<T>(c10, v128.mul<T>(x1, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x1, b1));
    a2 += column;
    const x2 = v128.load_splat<T>(a2);
    c20 = v128.add<T>(c20, v128.mul<T>(x2, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x2, b1));
    a3 += column;
    const x3 = v128.load_splat<T>(a3);
    c30 = v128.add<T>(c30, v128.mul<T>(x3, b0));
    c31 = v128.add<T>(c31, v128.mul<T>(x3, b1));
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

// @ts-ignore: decorator
@inline
function across2<T>(a: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  let a0 = a - column;
  let at = b - 32;
  const last = at + <usize>k * 32;
  let c00 = f64x2.splat(0);
  let c01 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c11 = f64x2.splat(0);
  let c20 = f64x2.splat(0);
  let c21 = f64x2.splat(0);
  let c30 = f64x2.splat(0);
  let c31 = f64x2.splat(0);
  while (at != last) {
    at += 32;
    const b0 = v128.load(at);
    const b1 = v128.load(at, 16);
    a0 += column;
    const x0 = v128.load_splat<T>(a0);
    c00 = v128.add<T>(c00, v128.mul<T>(x0, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x0, b1));
    const x1 = v128.load_splat<T>(a0, 1 * sizeof<T>());
    c10 = v128.add<T>(c10, v128.mul<T>(x1, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x1, b1));
    const x2 = v128.load_splat<T>(a0, 2 * sizeof<T>());
    c20 = v128.add<T>(c20, v128.mul<T>(x2, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x2, b1));
    const x3 = v128.load_splat<T>(a0, 3 * sizeof<T>());
    c30 = v128.add<T>(c30, v128.mul<T>(x3, b0));
    c31 = v128.add<T>(c31, v128.mul<T>(x3, b1));
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

// @ts-ignore: decorator
@inline
function along1<T>(a: usize, row: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  let a0 = a - column;
  let a1 = rows > 1 ? a0 + row : a0;
  let a2 = rows > 2 ? a1 + row : a1;
  let a3 = rows > 3 ? a2 + row : a2;
  let a4 = rows > 4 ? a3 + row : a3;
  let a5 = rows > 5 ? a4 + row : a4;
  let at = b - 16;
  const last = at + <usize>k * 16;
  let c00 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c20 = f64x2.splat(0);
  let c30 = f64x2.splat(0);
  let c40 = f64x2.splat(0);
  let c50 = f64x2.splat(0);
  while (at != last) {
    at += 16;
    const b0 = v128.load(at);
    a0 += column;
    const x0 = v128.load_splat<T>(a0);
    c00 = v128.add<T>(c00, v128.mul<T>(x0, b0));
    a1 += column;
    const x1 = v128.load_splat<T>(a1);
    c10 = v128.add<T>(c10, v128.mul<T>(x1, b0));
    a2 += column;
    const x2 = v128.load_splat<T>(a2);
    c20 = v128.add<T>(c20, v128.mul<T>(x2, b0));
    a3 += column;
    const x3 = v128.load_splat<T>(a3);
    c30 = v128.add<T>(c30, v128.mul<T>(x3, b0));
    a4 += column;
    const x4 = v128.load_splat<T>(a4);
    c40 = v128.add<T>(c40, v128.mul<T>(x4, b0));
    a5 += column;
    const x5 = v128.load_splat<T>(a5);
    c50 = v128.add<T>(c50, v128.mul<T>(x5, b0));
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
  if (rows <= 4) return;
  c += cRow;
  accumulate<T>(c, c40);
  if (rows <= 5) return;
  c += cRow;
  accumulate<T>(c, c50);
}

// @ts-ignore: decorator
@inline
function across1<T>(a: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  let a0 = a - column;
  let at = b - 16;
  const last = at + <usize>k * 16;
  let c00 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c20 = f64x2.splat(0);
  let c30 = f64x2.splat(0);
  let c40 = f64x2.splat(0);
  let c50 = f64x2.splat(0);
  while (at != last) {
    at += 16;
    const b0 = v128.load(at);
    a0 += column;
    const x0 = v128.load_splat<T>(a0);
    c00 = v128.add<T>(c00, v128.mul<T>(x0, b0));
    const x1 = v128.load_splat<T>(a0, 1 * sizeof<T>());
    c10 = v128.add<T>(c10, v128.mul<T>(x1, b0));
    const x2 = v128.load_splat<T>(a0, 2 * sizeof<T>());
    c20 = v128.add<T>(c20, v128.mul<T>(x2, b0));
    const x3 = v128.load_splat<T>(a0, 3 * sizeof<T>());
    c30 = v128.add<T>(c30, v128.mul<T>(x3, b0));
    const x4 = v128.load_splat<T>(a0, 4 * sizeof<T>());
    c40 = v128.add<T>(c40, v128.mul<T>(x4, b0));
    const x5 = v128.load_splat<T>(a0, 5 * sizeof<T>());
    c50 = v128.add<T>(c50, v128.mul<T>(x5, b0));
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
  if (rows <= 4) return;
  c += cRow;
  accumulate<T>(c, c40);
  if (rows <= 5) return;
  c += cRow;
  accumulate<T>(c, c50);
}

export function along4Float64(a: usize, row: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  along4<f64>(a, row, column, k, b, c, cRow, rows);
}

export function along2Float64(a: usize, row: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  along2<f64>(a, row, column, k, b, c, cRow, rows);
}

export function along1Float64(a: usize, row: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  along1<f64>(a, row, column, k, b, c, cRow, rows);
}

export function across4Float64(a: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  across4<f64>(a, column, k, b, c, cRow, rows);
}

export function across2Float64(a: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  across2<f64>(a, column, k, b, c, cRow, rows);
}

export function across1Float64(a: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  across1<f64>(a, column, k, b, c, cRow, rows);
}

export function along4Float32(a: usize, row: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  along4<f32>(a, row, column, k, b, c, cRow, rows);
}

export function along2Float32(a: usize, row: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  along2<f32>(a, row, column, k, b, c, cRow, rows);
}

export function along1Float32(a: usize, row: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  along1<f32>(a, row, column, k, b, c, cRow, rows);
}

export function across4Float32(a: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  across4<f32>(a, column, k, b, c, cRow, rows);
}

export function across2Float32(a: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  across2<f32>(a, column, k, b, c, cRow, rows);
}

export function across1Float32(a: usize, column: usize, k: i32, b: usize, c: usize, cRow: usize, rows: i32): void {
  across1<f32>(a, column, k, b, c, cRow, rows);
}

/** One tile; `rows` of its rows are kept. */
export function tileAlong<T>(
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
  if (sizeof<T>() == 8) {
    if (width == 4) along4Float64(a, row, column, k, b, c, cRow, rows);
    else if (width == 2) along2Float64(a, row, column, k, b, c, cRow, rows);
    else along1Float64(a, row, column, k, b, c, cRow, rows);
  } else {
    if (width == 4) along4Float32(a, row, column, k, b, c, cRow, rows);
    else if (width == 2) along2Float32(a, row, column, k, b, c, cRow, rows);
    else along1Float32(a, row, column, k, b, c, cRow, rows);
  }
}

/** One tile of an A whose rows are next to each other; numbers after the last of its rows are read, and not kept. */
export function tileAcross<T>(
  width: i32,
  a: usize,
  column: usize,
  k: i32,
  b: usize,
  c: usize,
  cRow: usize,
  rows: i32,
): void {
  if (sizeof<T>() == 8) {
    if (width == 4) across4Float64(a, column, k, b, c, cRow, rows);
    else if (width == 2) across2Float64(a, column, k, b, c, cRow, rows);
    else across1Float64(a, column, k, b, c, cRow, rows);
  } else {
    if (width == 4) across4Float32(a, column, k, b, c, cRow, rows);
    else if (width == 2) across2Float32(a, column, k, b, c, cRow, rows);
    else across1Float32(a, column, k, b, c, cRow, rows);
  }
}
