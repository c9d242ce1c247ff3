import { fault } from "./outside";
import { address, real, share, word } from "./record";
import { narrow, paddedBytes, widen } from "./rows";

/**
 * One row of a factor, float64 and padded: `hals` (0) goes through the columns with the others already updated, and
 * keeps m − aG up to date within a sweep; `mu` (1) updates all at once. `work` is a row.
 */
export function updateRow(
  rule: i32,
  sweeps: i32,
  epsilon: f64,
  rank: i32,
  a: usize,
  m: usize,
  gram: usize,
  bytes: usize,
  work: usize,
): void {
  if (rule == 0) {
    for (let sweep = 0; sweep < sweeps; sweep++) {
      memory.copy(work, m, bytes);
      for (let q = 0; q < rank; q++) subtract(work, load<f64>(a + q * 8), gram + <usize>q * bytes, bytes);
      for (let r = 0; r < rank; r++) {
        const old = load<f64>(a + r * 8);
        const row = gram + <usize>r * bytes;
        const next = max<f64>(epsilon, old + load<f64>(work + r * 8) / max<f64>(load<f64>(row + r * 8), epsilon));
        store<f64>(a + r * 8, next);
        subtract(work, next - old, row, bytes);
      }
    }
    return;
  }
  for (let sweep = 0; sweep < sweeps; sweep++) {
    memory.fill(work, 0, bytes);
    for (let q = 0; q < rank; q++) subtract(work, -load<f64>(a + q * 8), gram + <usize>q * bytes, bytes);
    for (let r = 0; r < rank; r++) {
      const at = a + r * 8;
      store<f64>(at, (load<f64>(at) * load<f64>(m + r * 8)) / max<f64>(load<f64>(work + r * 8), epsilon));
    }
  }
}

// @ts-ignore: decorator
@inline
function subtract(to: usize, factor: f64, from: usize, bytes: usize): void {
  const f = f64x2.splat(factor);
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(to + at, f64x2.sub(v128.load(to + at), f64x2.mul(f, v128.load(from + at))));
  }
}

/** Address of the padded Gram matrix of a row; 0 where the row names none. */
// @ts-ignore: decorator
@inline
export function gramOf(grams: usize, groups: usize, count: i32, row: i32, bytes: usize): usize {
  if (groups == 0) return grams;
  const group = load<u32>(groups + (<usize>row << 2));
  if (group >= <u32>count) {
    fault();
    return grams;
  }
  return grams + <usize>group * bytes;
}

/** factorUpdate: factor, rows, rank, vectors, numerator, grams, groups, gramCount, rule, sweeps, rowAt; epsilon */
export function factorUpdate<T>(p: usize, task: i32, tasks: i32, scratch: usize): void {
  const factor = address(p, 0);
  const rows = word(p, 1);
  const rank = word(p, 2);
  const bytes = paddedBytes<T>(word(p, 3));
  const numerator = address(p, 4);
  const grams = address(p, 5);
  const a = scratch + address(p, 10);
  const m = a + bytes;
  const last = share(rows, tasks, task + 1);
  for (let row = share(rows, tasks, task); row < last; row++) {
    const at = <usize>row * rank * sizeof<T>();
    widen<T>(factor + at, rank, a, bytes);
    widen<T>(numerator + at, rank, m, bytes);
    const gram = gramOf(grams, address(p, 6), word(p, 7), row, rank * bytes);
    updateRow(word(p, 8), word(p, 9), real(p, 0), rank, a, m, gram, bytes, m + bytes);
    narrow<T>(a, rank, factor + at);
  }
}

/** fitTerms: factor, rows, rank, vectors, numerator, grams, groups, gramCount, out, partialRows, rowAt */
export function fitTerms<T>(p: usize, task: i32, tasks: i32, scratch: usize): void {
  const rows = word(p, 1);
  const rank = word(p, 2);
  const bytes = paddedBytes<T>(word(p, 3));
  const a = scratch + address(p, 10);
  const m = a + bytes;
  const most = word(p, 9);
  const partials = (rows + most - 1) / most;
  const end = share(partials, tasks, task + 1);
  for (let partial = share(partials, tasks, task); partial < end; partial++) {
    let inner: f64 = 0;
    let model: f64 = 0;
    const last = min(rows, (partial + 1) * most);
    for (let row = partial * most; row < last; row++) {
      const at = <usize>row * rank * sizeof<T>();
      widen<T>(address(p, 0) + at, rank, a, bytes);
      widen<T>(address(p, 4) + at, rank, m, bytes);
      const gram = gramOf(address(p, 5), address(p, 6), word(p, 7), row, rank * bytes);
      let one: f64 = 0;
      let quadratic: f64 = 0;
      for (let r = 0; r < rank; r++) {
        const value = load<f64>(a + r * 8);
        one += value * load<f64>(m + r * 8);
        let product: f64 = 0;
        const line = gram + <usize>r * bytes;
        for (let q = 0; q < rank; q++) product += load<f64>(a + q * 8) * load<f64>(line + q * 8);
        quadratic += value * product;
      }
      inner += one;
      model += quadratic;
    }
    store<f64>(address(p, 8) + partial * 16, inner);
    store<f64>(address(p, 8) + partial * 16 + 8, model);
  }
}
