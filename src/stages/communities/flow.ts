import type { FlowRow } from "../../tables/generated/dynamic_connectome.js";

/** An interval, as far as its place in the sequence is concerned. */
export interface Placed {
  readonly component: number;
  readonly first_bin: number;
  readonly animal_id: string | null;
}

/** Community of each neuron, by component. */
export type Memberships = ReadonlyMap<number, ReadonlyMap<string, number>>;

/**
 * How often an interval of one component is followed by one of another (or by its own), in the order of first bins, then
 * of components. Intervals on different clocks do not follow one another. Key: `from component` × `to component`.
 */
export function transitions(intervals: readonly Placed[]): { from: number; to: number; count: number }[] {
  const ordered = [...intervals].sort((a, b) => a.first_bin - b.first_bin || a.component - b.component);
  const counts = new Map<number, Map<number, number>>();
  for (const [k, { component, animal_id }] of ordered.entries()) {
    const next = ordered[k + 1];
    if (next === undefined || next.animal_id !== animal_id) continue;
    const following = counts.get(component) ?? new Map<number, number>();
    counts.set(component, following.set(next.component, (following.get(next.component) ?? 0) + 1));
  }
  return [...counts].flatMap(([from, following]) => [...following].map(([to, count]) => ({ from, to, count })));
}

/** The rows of `flow` of a run: neurons that two communities share, where the components follow one another. */
export function flowRows(run_id: string, intervals: readonly Placed[], memberships: Memberships): FlowRow[] {
  const rows: FlowRow[] = [];
  for (const { from, to, count } of transitions(intervals)) {
    const [before, after] = [memberships.get(from), memberships.get(to)];
    if (before === undefined || after === undefined) continue;
    const shared = new Map<number, Map<number, number>>();
    for (const [neuron, community] of before) {
      const next = after.get(neuron);
      if (next === undefined) continue;
      const counts = shared.get(community) ?? new Map<number, number>();
      shared.set(community, counts.set(next, (counts.get(next) ?? 0) + 1));
    }
    for (const [from_community, counts] of shared) {
      for (const [to_community, n_neurons] of counts) {
        rows.push({
          run_id,
          from_component: from,
          from_community,
          to_component: to,
          to_community,
          n_neurons,
          n_transitions: count,
        });
      }
    }
  }
  return rows;
}
