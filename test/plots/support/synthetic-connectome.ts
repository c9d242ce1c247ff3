import type { ConnectomeData } from "../../../src/plots/connectome/connectome-data.js";
import { seededRandom } from "../../../src/sample-data/seeded-random.js";
import { inventedNeurons } from "./synthetic-activity.js";

/** Invented connections between the first neurons of each type in turn. */
export function syntheticConnectome(neurons: number, pairs: number): ConnectomeData {
  const random = seededRandom(neurons);
  const all = [...inventedNeurons().values()];
  const step = all.length / neurons;
  const chosen = Array.from({ length: neurons }, (_, index) => all[Math.floor(index * step)] as (typeof all)[number]);
  const draw = (count: number) => {
    const found = new Map<string, { pre: string; post: string; weight: number | null }>();
    for (let index = 0; index < count; index++) {
      const [a, b] = [random.pick(chosen).label, random.pick(chosen).label];
      const weight = index % 9 === 4 ? null : 1 + random.integer(1 + random.integer(40));
      found.set(`${a} ${b}`, { pre: a, post: b, weight });
    }
    return [...found.values()];
  };
  const uncovered = { pre: (chosen[0] as { label: string }).label, post: (chosen[1] as { label: string }).label };
  return {
    title: "C. elegans connectome: invented",
    facts: ["2 lineages: one, two"],
    neurons: chosen,
    chemical: { weight: "mean synapse count", pairs: draw(pairs), uncovered: [uncovered] },
    gap: { weight: "mean gap junction count", pairs: draw(Math.floor(pairs / 3)), uncovered: [] },
    notes: ["12 connections of cells that are no neurons are not shown"],
  };
}
