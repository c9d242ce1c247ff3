/** A group for every node: whole numbers from 0. */
export type Partition = Int32Array;

/** The same groups, numbered in the order in which they first appear. */
export function byFirstAppearance(groups: ArrayLike<number>): Partition {
  const numbers = new Map<number, number>();
  const partition = new Int32Array(groups.length);
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i] as number;
    let number = numbers.get(group);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(group, number);
    }
    partition[i] = number;
  }
  return partition;
}

/** How many groups a partition numbered from 0 without gaps has. */
export function groupCount(partition: ArrayLike<number>): number {
  let last = -1;
  for (let i = 0; i < partition.length; i++) last = Math.max(last, partition[i] as number);
  return last + 1;
}

/** The same groups, numbered by falling sum of `amounts`; among equals, the group of the earlier node first. */
export function byFallingSum(groups: ArrayLike<number>, amounts: ArrayLike<number>): Partition {
  const partition = byFirstAppearance(groups);
  const sums = new Float64Array(groupCount(partition));
  for (let i = 0; i < partition.length; i++) {
    const group = partition[i] as number;
    sums[group] = (sums[group] as number) + (amounts[i] as number);
  }
  const order = Array.from(sums.keys()).sort((a, b) => (sums[b] as number) - (sums[a] as number) || a - b);
  const rank = new Int32Array(order.length);
  for (const [place, group] of order.entries()) rank[group] = place;
  return partition.map((group) => rank[group] as number);
}
