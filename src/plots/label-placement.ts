/**
 * Places of labels along a line, as near to where they are wanted as they go without touching: labels that collide are
 * spread around the mean of their wishes (pool adjacent violators), then kept inside the bounds. Wishes ascend.
 */
export function spreadLabels(
  wanted: readonly number[],
  sizes: readonly number[],
  bounds: readonly [number, number],
): number[] {
  interface Cluster {
    first: number;
    last: number;
    start: number;
    length: number;
  }
  const clusters: Cluster[] = [];
  const settle = (cluster: Cluster) => {
    let offset = 0;
    let sum = 0;
    for (let index = cluster.first; index <= cluster.last; index++) {
      const size = sizes[index] as number;
      sum += (wanted[index] as number) - offset - size / 2;
      offset += size;
    }
    cluster.length = offset;
    const start = sum / (cluster.last - cluster.first + 1);
    cluster.start = Math.max(bounds[0], Math.min(start, bounds[1] - offset));
  };
  for (let index = 0; index < wanted.length; index++) {
    let cluster: Cluster = { first: index, last: index, start: 0, length: 0 };
    settle(cluster);
    for (let before = clusters.at(-1); before !== undefined; before = clusters.at(-1)) {
      if (before.start + before.length <= cluster.start) break;
      clusters.pop();
      cluster = { ...cluster, first: before.first };
      settle(cluster);
    }
    clusters.push(cluster);
  }
  const places: number[] = [];
  for (const cluster of clusters) {
    let at = cluster.start;
    for (let index = cluster.first; index <= cluster.last; index++) {
      const size = sizes[index] as number;
      places.push(at + size / 2);
      at += size;
    }
  }
  return places;
}

/**
 * A line (0 is the first) for each span so that spans in one line do not touch; undefined where all `most` lines are
 * taken. Spans are taken in the order given.
 */
export function stackSpans(
  spans: readonly (readonly [start: number, end: number])[],
  most: number,
): (number | undefined)[] {
  const taken: (readonly [number, number])[][] = [];
  return spans.map((span) => {
    for (let line = 0; line < most; line++) {
      taken[line] ??= [];
      const others = taken[line] as (readonly [number, number])[];
      if (others.every(([start, end]) => span[0] >= end || span[1] <= start)) {
        others.push(span);
        return line;
      }
    }
    return undefined;
  });
}
