/**
 * Mean of the `count` lowest values. Reorders `values`. Quickselect with the middle of three as pivot: O(values) on
 * average. NaN with a count of 0.
 * @throws {RangeError} for a count that is no whole number from 0 to the number of values.
 */
export function lowestMean(values: Float32Array | Float64Array, count: number): number {
  if (!Number.isSafeInteger(count) || count < 0 || count > values.length) {
    throw new RangeError(`the ${count} lowest of ${values.length} values`);
  }
  if (count < values.length) partition(values, count);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i] as number;
  return sum / count;
}

/** Moves the `count` lowest values to the front. */
function partition(values: Float32Array | Float64Array, count: number): void {
  let [from, to] = [0, values.length - 1];
  while (from < to) {
    const pivot = middleOf(values[from] as number, values[(from + to) >>> 1] as number, values[to] as number);
    let [low, high] = [from, to];
    while (low <= high) {
      while ((values[low] as number) < pivot) low++;
      while ((values[high] as number) > pivot) high--;
      if (low > high) break;
      const moved = values[low] as number;
      values[low++] = values[high] as number;
      values[high--] = moved;
    }
    if (count <= high) to = high;
    else if (count >= low) from = low;
    else return;
  }
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
