import { randomNumbers } from "../../../compute/statistics/random-numbers.js";

/**
 * Labels as another draw could have given them: within every fold the labels of whole clusters are shuffled, so that
 * folds keep their balance of members and non-members by cluster. With labels that a coin gave this is exact.
 * @param permutation Number of the draw; the same number gives the same labels.
 */
export function permuteLabels(
  labels: Uint8Array,
  clusters: Uint32Array,
  folds: Uint16Array,
  seed: number,
  permutation: number,
): Uint8Array {
  const random = randomNumbers(seed, permutation);
  const first = new Map<number, number>();
  for (let unit = 0; unit < labels.length; unit++) {
    if (!first.has(clusters[unit] as number)) first.set(clusters[unit] as number, unit);
  }
  const byFold = new Map<number, number[]>();
  for (const [cluster, unit] of first) {
    const fold = folds[unit] as number;
    const clustersOf = byFold.get(fold);
    if (clustersOf === undefined) byFold.set(fold, [cluster]);
    else clustersOf.push(cluster);
  }
  const drawn = new Map<number, number>();
  for (const fold of [...byFold.keys()].sort((a, b) => a - b)) {
    const members = (byFold.get(fold) as number[]).sort((a, b) => a - b);
    const given = members.map((cluster) => labels[first.get(cluster) as number] as number);
    for (let i = given.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [given[i], given[j]] = [given[j] as number, given[i] as number];
    }
    for (const [k, cluster] of members.entries()) drawn.set(cluster, given[k] as number);
  }
  return Uint8Array.from(clusters, (cluster) => drawn.get(cluster) as number);
}
