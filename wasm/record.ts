// A phase of a plan, as the host writes it: kernel, number of tasks, counter of tasks taken, flags; 32 integers
// (addresses, sizes, distances); 6 float64. The host's table of kernels names what each number is.

export const RECORD_BYTES: usize = 192;
export const FLOAT32: i32 = 1;
export const JOIN: i32 = 2;

// @ts-ignore: decorator
@inline
export function word(record: usize, place: i32): i32 {
  return load<i32>(record + 16 + (<usize>place << 2));
}

// @ts-ignore: decorator
@inline
export function address(record: usize, place: i32): usize {
  return <usize>load<u32>(record + 16 + (<usize>place << 2));
}

// @ts-ignore: decorator
@inline
export function real(record: usize, place: i32): f64 {
  return load<f64>(record + 144 + (<usize>place << 3));
}

/** First of the things of task `task` when `count` are shared out among `tasks`. */
// @ts-ignore: decorator
@inline
export function share(count: i32, tasks: i32, task: i32): i32 {
  return <i32>((<u64>count * <u64>task) / <u64>tasks);
}
