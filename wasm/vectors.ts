import { put, source } from "./outside";
import { address, real, share, word } from "./record";

const SUM: i32 = 0;
const SQUARES: i32 = 1;

/** Sum, sum of squares or largest of `count` numbers, in float64: four running values, added at the end. */
function reduce<T>(kind: i32, from: usize, count: i32): f64 {
  const start: f64 = kind <= SQUARES ? 0 : -Infinity;
  let s0 = f64x2.splat(start);
  let s1 = s0;
  let at = 0;
  for (; at + 4 <= count; at += 4) {
    let a: v128;
    let b: v128;
    if (sizeof<T>() == 8) {
      a = v128.load(from + <usize>at * 8);
      b = v128.load(from + <usize>at * 8, 16);
    } else {
      const four = v128.load(from + <usize>at * 4);
      a = f64x2.promote_low_f32x4(four);
      b = f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 1));
    }
    if (kind == SUM) {
      s0 = f64x2.add(s0, a);
      s1 = f64x2.add(s1, b);
    } else if (kind == SQUARES) {
      s0 = f64x2.add(s0, f64x2.mul(a, a));
      s1 = f64x2.add(s1, f64x2.mul(b, b));
    } else {
      s0 = f64x2.max(s0, a);
      s1 = f64x2.max(s1, b);
    }
  }
  const s = kind <= SQUARES ? f64x2.add(s0, s1) : f64x2.max(s0, s1);
  let result = combine(kind, f64x2.extract_lane(s, 0), f64x2.extract_lane(s, 1));
  for (; at < count; at++) {
    const value = <f64>load<T>(from + <usize>at * sizeof<T>());
    result = combine(kind, result, kind == SQUARES ? value * value : value);
  }
  return result;
}

// @ts-ignore: decorator
@inline
function combine(kind: i32, a: f64, b: f64): f64 {
  return kind <= SQUARES ? a + b : max<f64>(a, b);
}

/** reduceBlocks: values, outside, rows, columns, blockColumns, blocks, kind, partials, roomAt. */
export function reduceBlocks<T>(p: usize, task: i32, tasks: i32, scratch: usize): void {
  const columns = word(p, 3);
  const most = word(p, 4);
  const blocks = word(p, 5);
  const total = word(p, 2) * blocks;
  const last = share(total, tasks, task + 1);
  for (let at = share(total, tasks, task); at < last; at++) {
    const row = at / blocks;
    const first = (at - row * blocks) * most;
    const count = min(most, columns - first);
    const from = source<T>(address(p, 0), word(p, 1), <u64>row * columns + first, count, scratch + address(p, 8));
    store<f64>(address(p, 7) + (<usize>at << 3), reduce<T>(word(p, 6), from, count));
  }
}

/** reduceFinish: partials, rows, blocks, kind, out. */
export function reduceFinish(p: usize, task: i32, tasks: i32): void {
  const blocks = word(p, 2);
  const last = share(word(p, 1), tasks, task + 1);
  for (let row = share(word(p, 1), tasks, task); row < last; row++) {
    const start = address(p, 0) + <usize>row * blocks * 8;
    for (let step = 1; step < blocks; step *= 2) {
      for (let block = 0; block + step < blocks; block += 2 * step) {
        const to = start + (<usize>block << 3);
        store<f64>(to, combine(word(p, 3), load<f64>(to), load<f64>(to + (<usize>step << 3))));
      }
    }
    store<f64>(address(p, 4) + (<usize>row << 3), load<f64>(start));
  }
}

/** projectRows: values, rows, columns, norm (0 none, 1 unit, 2 ball); lower, upper, radius. */
export function projectRows<T>(p: usize, task: i32, tasks: i32): void {
  const columns = word(p, 2);
  const norm = word(p, 3);
  const lower = real(p, 0);
  const upper = real(p, 1);
  const radius = real(p, 2);
  const last = share(word(p, 1), tasks, task + 1);
  for (let row = share(word(p, 1), tasks, task); row < last; row++) {
    const values = address(p, 0) + <usize>row * columns * sizeof<T>();
    for (let at = 0; at < columns; at++) {
      const place = values + <usize>at * sizeof<T>();
      store<T>(place, <T>min<f64>(upper, max<f64>(lower, <f64>load<T>(place))));
    }
    if (norm == 0) continue;
    const length = Math.sqrt(reduce<T>(SQUARES, values, columns));
    if (norm == 1 ? length == 0 : length <= radius) continue;
    const factor: f64 = norm == 1 ? 1 : radius;
    for (let at = 0; at < columns; at++) {
      const place = values + <usize>at * sizeof<T>();
      store<T>(place, <T>((<f64>load<T>(place) * factor) / length));
    }
  }
}

/** copyBytes: from, fromOutside, to, toOutside, length, blockLength, roomAt; lengths in numbers. */
export function copyBytes<T>(p: usize, task: i32, _tasks: i32, scratch: usize): void {
  const most = word(p, 5);
  const first = <u64>task * most;
  const count = <i32>min<u64>(most, <u64>load<u32>(p + 16 + 16) - first);
  const from = source<T>(address(p, 0), word(p, 1), first, count, scratch + address(p, 6));
  const bytes = <usize>count * sizeof<T>();
  if (word(p, 3) == 0) memory.copy(address(p, 2) + <usize>first * sizeof<T>(), from, bytes);
  else put(word(p, 3), <f64>first * <f64>sizeof<T>(), <i32>bytes, from);
}
