/** How many of the sorted values are below. O(log n). */
export function countBelow(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of the sorted values are at most so large. O(log n). */
export function countUpTo(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Share of the sorted values that are below, ties counting half: 0 to 1. NaN without values. O(log n). */
export function shareBelow(sorted: Float64Array, value: number): number {
  return (countBelow(sorted, value) + countUpTo(sorted, value)) / (2 * sorted.length);
}

/** Quantile of sorted values, linear between neighbours (numpy's default). */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (place - below) * (high - low);
}
