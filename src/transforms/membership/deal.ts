import { compareCodeUnits } from "../../base/canonical-json.js";
import type { RandomNumbers } from "../../compute/statistics/random-numbers.js";

/** A new array in random order (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: RandomNumbers): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}

export interface Dealt {
  readonly id: string;
  /** Units in it. */
  readonly size: number;
  /** Those of one stratum are dealt evenly. */
  readonly stratum: string;
}

/**
 * Deals clusters out to roles in given shares, counted in units. Strata come in random order, the clusters of each in
 * random order, and each cluster goes to the role that is furthest behind its share, by lot among equals: every role
 * gets its share of every stratum to within a cluster or two, and roles of equal shares have equal chances of every
 * cluster, whatever it says.
 */
export function deal<Role extends string>(
  clusters: readonly Dealt[],
  shares: Readonly<Record<Role, number>>,
  random: RandomNumbers,
): Map<string, Role> {
  const roles = (Object.keys(shares) as Role[]).filter((role) => shares[role] > 0);
  const strata = new Map<string, Dealt[]>();
  for (const cluster of [...clusters].sort((a, b) => compareCodeUnits(a.id, b.id))) {
    const stratum = strata.get(cluster.stratum) ?? [];
    if (stratum.length === 0) strata.set(cluster.stratum, stratum);
    stratum.push(cluster);
  }
  const order = shuffled([...strata.keys()].sort(compareCodeUnits), random);
  const counts = new Map<Role, number>(roles.map((role) => [role, 0]));
  const dealt = new Map<string, Role>();
  let total = 0;
  for (const stratum of order) {
    for (const cluster of shuffled(strata.get(stratum) as Dealt[], random)) {
      total += cluster.size;
      let best = Number.NEGATIVE_INFINITY;
      let equals: Role[] = [];
      for (const role of roles) {
        const behind = shares[role] * total - (counts.get(role) as number);
        if (behind > best + 1e-9) {
          best = behind;
          equals = [role];
        } else if (behind > best - 1e-9) equals.push(role);
      }
      const role = equals[Math.floor(random() * equals.length)] as Role;
      counts.set(role, (counts.get(role) as number) + cluster.size);
      dealt.set(cluster.id, role);
    }
  }
  return dealt;
}

/**
 * Puts clusters into folds, each class spread evenly: the largest first, in random order among equals, each into the
 * fold with the fewest units of its class, then with the fewest of all.
 * @param clusters of one class each; `stratum` is the class.
 */
export function foldsOf(clusters: readonly Dealt[], folds: number, random: RandomNumbers): Map<string, number> {
  const found = new Map<string, number>();
  const totals = new Array<number>(folds).fill(0);
  const classes = [...new Set(clusters.map((cluster) => cluster.stratum))].sort(compareCodeUnits);
  for (const name of classes) {
    const own = clusters.filter((cluster) => cluster.stratum === name).sort((a, b) => compareCodeUnits(a.id, b.id));
    const counts = new Array<number>(folds).fill(0);
    for (const cluster of shuffled(own, random).sort((a, b) => b.size - a.size)) {
      let best = 0;
      for (let fold = 1; fold < folds; fold++) {
        const fewer =
          (counts[fold] as number) - (counts[best] as number) || (totals[fold] as number) - (totals[best] as number);
        if (fewer < 0) best = fold;
      }
      counts[best] = (counts[best] as number) + cluster.size;
      totals[best] = (totals[best] as number) + cluster.size;
      found.set(cluster.id, best);
    }
  }
  return found;
}
