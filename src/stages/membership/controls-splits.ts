import type { RandomNumbers } from "../../compute/statistics/random-numbers.js";

/** A unit of the controls: its cluster and its tokens. */
export interface ControlUnit {
  readonly docId: string;
  readonly cluster: string;
  readonly ids: Int32Array;
}

/** A fresh split. `reference` is halved for models that must not share anything. */
export interface ControlSplit {
  readonly members: readonly ControlUnit[];
  readonly nonmembers: readonly ControlUnit[];
  readonly reference: readonly [readonly ControlUnit[], readonly ControlUnit[]];
}

/** Clusters that a split needs: two on each side, and one in each half of the reference. */
export const LEAST_CLUSTERS = 6;

/**
 * Deals whole clusters, in random order, to three groups of as many clusters, give or take one, draws which group is which, and deals
 * the reference on to two halves. Every unit is as likely a member as a non-member.
 */
export function splitUnits(units: readonly ControlUnit[], random: RandomNumbers): ControlSplit {
  const clusters = new Map<string, ControlUnit[]>();
  for (const unit of units) clusters.set(unit.cluster, [...(clusters.get(unit.cluster) ?? []), unit]);
  const groups = dealt(shuffled([...clusters.values()], random), 3);
  const [members, nonmembers, reference] = shuffled(groups, random) as [Cluster[], Cluster[], Cluster[]];
  const [one, other] = dealt(reference, 2) as [Cluster[], Cluster[]];
  return { members: members.flat(), nonmembers: nonmembers.flat(), reference: [one.flat(), other.flat()] };
}

type Cluster = readonly ControlUnit[];

/** Each cluster in turn to the group with the fewest clusters; of equals, to that with the fewest units. */
function dealt(clusters: readonly Cluster[], groups: number): Cluster[][] {
  const all = Array.from({ length: groups }, () => ({ clusters: [] as Cluster[], units: 0 }));
  for (const cluster of clusters) {
    const smallest = all.reduce((best, group) => {
      const difference = group.clusters.length - best.clusters.length || group.units - best.units;
      return difference < 0 ? group : best;
    });
    smallest.clusters.push(cluster);
    smallest.units += cluster.length;
  }
  return all.map((group) => group.clusters);
}

function shuffled<T>(given: readonly T[], random: RandomNumbers): T[] {
  const all = [...given];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}
