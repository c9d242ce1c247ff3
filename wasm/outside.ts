// Buffers that lie outside of this memory are read and written through the host, tile by tile.

// @ts-ignore: decorator
@external("host", "fetch")
declare function fetch(outside: i32, byteOffset: f64, bytes: i32, to: usize): void;

// @ts-ignore: decorator
@external("host", "put")
export declare function put(outside: i32, byteOffset: f64, bytes: i32, from: usize): void;

/** Where `count` numbers from `index` on can be read: in place, or copied to `room`. */
// @ts-ignore: decorator
@inline
export function source<T>(base: usize, outside: i32, index: u64, count: i32, room: usize): usize {
  if (outside == 0) return base + <usize>index * sizeof<T>();
  fetch(outside, <f64>index * <f64>sizeof<T>(), count * <i32>sizeof<T>(), room);
  return room;
}

/** Copies `rows` rows of `count` numbers, `distance` numbers apart, to rows that are `roomRow` bytes apart. */
export function copyRows<T>(
  base: usize,
  outside: i32,
  index: u64,
  count: i32,
  rows: i32,
  distance: u64,
  room: usize,
  roomRow: usize,
): void {
  const bytes = <usize>count * sizeof<T>();
  for (let r = 0; r < rows; r++) {
    const from = index + <u64>r * distance;
    const to = room + <usize>r * roomRow;
    if (outside == 0) memory.copy(to, base + <usize>from * sizeof<T>(), bytes);
    else fetch(outside, <f64>from * <f64>sizeof<T>(), <i32>bytes, to);
  }
}

/** Reads a number of each cache line in order, so that the processor prefetches what is then used in another order. */
export function touch(from: usize, bytes: usize): void {
  let sum = 0;
  for (let at: usize = 0; at < bytes; at += 64) sum += load<i32>(from + at);
  store<i32>(8, sum);
}

/** Writes one number; `room` is for a few bytes. */
// @ts-ignore: decorator
@inline
export function write<T>(base: usize, outside: i32, index: u64, value: T, room: usize): void {
  if (outside == 0) store<T>(base + <usize>index * sizeof<T>(), value);
  else {
    store<T>(room, value);
    put(outside, <f64>index * <f64>sizeof<T>(), sizeof<T>(), room);
  }
}

/** Where the host finds that an index was out of range. */
export const FAULT: usize = 16;

export function fault(): void {
  atomic.store<i32>(FAULT, 1);
}
