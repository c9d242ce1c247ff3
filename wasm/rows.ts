// Rows of factors as float64, padded with zeros to whole vectors of the type that products are computed in.

/** Bytes of a padded row: `vectors` of T, as float64. */
// @ts-ignore: decorator
@inline
export function paddedBytes<T>(vectors: i32): usize {
  return <usize>vectors * 16 * (8 / sizeof<T>());
}

/** to ← row of `rank` numbers. */
export function widen<T>(from: usize, rank: i32, to: usize, bytes: usize): void {
  for (let r = 0; r < rank; r++) store<f64>(to + r * 8, <f64>load<T>(from + r * sizeof<T>()));
  for (let at = <usize>rank * 8; at < bytes; at += 8) store<f64>(to + at, 0);
}

/** to (T) ← row of `rank` float64. */
// @ts-ignore: decorator
@inline
export function narrow<T>(from: usize, rank: i32, to: usize): void {
  for (let r = 0; r < rank; r++) store<T>(to + r * sizeof<T>(), <T>load<f64>(from + r * 8));
}

/** to ← to + a ∘ b */
// @ts-ignore: decorator
@inline
export function addProduct(to: usize, a: usize, b: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(to + at, f64x2.add(v128.load(to + at), f64x2.mul(v128.load(a + at), v128.load(b + at))));
  }
}

/** Adds all blocks of float64 numbers to the first in a fixed tree of neighbours. */
export function treeAdd(blocks: i32, first: usize, distance: usize, bytes: usize): void {
  for (let step = 1; step < blocks; step *= 2) {
    for (let block = 0; block + step < blocks; block += 2 * step) {
      const to = first + <usize>block * distance;
      const from = to + <usize>step * distance;
      for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, f64x2.add(v128.load(to + at), v128.load(from + at)));
    }
  }
}
