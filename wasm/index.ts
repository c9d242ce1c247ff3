// The kernels of the `cpu` device. Every thread calls `run` with the same plan; all share one memory.
import { columnProducts, imputeEntries, rowProducts } from "./dense";
import { multiply, multiplyFinish, packRight } from "./matrix";
import { pairBins, pairFinish, pairRows } from "./pairs";
import { addPartials, combineGrams, gramBlocks, gramMultiply, groupGrams, packProducts, widenRows } from "./prepare";
import { FLOAT32, JOIN, RECORD_BYTES } from "./record";
import { squareBins, squareProducts } from "./square";
import { factorUpdate, fitTerms } from "./update";
import { copyBytes, projectRows, reduceBlocks, reduceFinish } from "./vectors";

export * from "./tiles";

/** Looks at the others this often before a thread sleeps until they are done. */
const SPINS: i32 = 2000;

/**
 * Runs the phases of a plan one after the other. Threads take tasks as they come; what a task computes does not depend
 * on who takes it. A phase begins when all threads have left the one before, unless that one joins it.
 */
export function run(plan: usize, threads: i32, scratch: usize): void {
  const phases = load<i32>(plan);
  let met = 0;
  for (let phase = 0; phase < phases; phase++) {
    const record = plan + 64 + <usize>phase * RECORD_BYTES;
    const kernel = load<i32>(record);
    const tasks = load<i32>(record, 4);
    const flags = load<i32>(record, 12);
    for (;;) {
      const task = atomic.add<i32>(record + 8, 1);
      if (task >= tasks) break;
      if (flags & FLOAT32) dispatch<f32>(kernel, record, task, tasks, scratch);
      else dispatch<f64>(kernel, record, task, tasks, scratch);
    }
    if (threads > 1 && !(flags & JOIN)) meet(plan, threads, ++met);
  }
}

/** Returns when all threads have called it `time` times for this plan. */
function meet(plan: usize, threads: i32, time: i32): void {
  if (atomic.add<i32>(plan + 4, 1) + 1 == threads * time) {
    atomic.store<i32>(plan + 8, time);
    atomic.notify(plan + 8);
    return;
  }
  for (let spin = 0; spin < SPINS; spin++) if (atomic.load<i32>(plan + 8) >= time) return;
  for (;;) {
    const seen = atomic.load<i32>(plan + 8);
    if (seen >= time) return;
    atomic.wait<i32>(plan + 8, seen, -1);
  }
}

function dispatch<T>(kernel: i32, p: usize, task: i32, tasks: i32, scratch: usize): void {
  switch (kernel) {
    case 0: return widenRows<T>(p, task, tasks);
    case 1: return packProducts<T>(p, task, tasks);
    case 2: return addPartials<T>(p, task, tasks);
    case 3: return gramBlocks<T>(p, task, tasks, scratch);
    case 4: return gramMultiply<T>(p, task, tasks);
    case 5: return groupGrams<T>(p, task, tasks, scratch);
    case 6: return combineGrams<T>(p, task, tasks);
    case 7: return factorUpdate<T>(p, task, tasks, scratch);
    case 8: return fitTerms<T>(p, task, tasks, scratch);
    case 9: return rowProducts<T>(p, task, tasks, scratch);
    case 10: return columnProducts<T>(p, task, tasks, scratch);
    case 11: return imputeEntries<T>(p, task, tasks, scratch);
    case 12: return squareProducts<T>(p, task, tasks, scratch);
    case 13: return squareBins<T>(p, task, tasks, scratch);
    case 14: return pairRows<T>(p, task, tasks, scratch);
    case 15: return pairBins<T>(p, task, tasks, scratch);
    case 16: return pairFinish<T>(p, task, tasks, scratch);
    case 17: return packRight<T>(p, task, tasks);
    case 18: return multiply<T>(p, task, tasks, scratch);
    case 19: return multiplyFinish<T>(p, task, tasks);
    case 20: return reduceBlocks<T>(p, task, tasks, scratch);
    case 21: return reduceFinish(p, task, tasks);
    case 22: return projectRows<T>(p, task, tasks);
    case 23: return copyBytes<T>(p, task, tasks, scratch);
  }
}
