import type { PlotTables } from "../plot-tables.js";
import { readNeurons } from "../read-neurons.js";
import { countOf } from "../scale.js";
import type { Connections, ConnectomeData } from "./connectome-data.js";

/** More pairs than any nervous system that fits a matrix has. */
const MOST_PAIRS = 2_000_000;

interface ConsensusRow {
  readonly pre: string;
  readonly post: string;
  readonly kind: "chemical" | "gap";
  readonly state: "present" | "not_covered";
  readonly counts: number | null;
  readonly sections: number | null;
}

/**
 * The corrected consensus. Weights are mean synapse counts over the lineages that list a connection; what only
 * lineages in EM sections list has no weight in that unit, and is shown as listed.
 */
export async function readConsensus(tables: PlotTables): Promise<ConnectomeData> {
  const neurons = await readNeurons(tables);
  const rows = await tables.rows<ConsensusRow>(
    `SELECT pre, post, kind, state, mean_count_present AS counts, mean_sections_present AS sections
     FROM celegans_connectome.consensus WHERE state <> 'absent' ORDER BY kind, pre, post LIMIT ${MOST_PAIRS}`,
  );
  const lineages = await tables.rows<{ lineage: string }>(
    `SELECT DISTINCT unnest(by_lineage).lineage AS lineage FROM celegans_connectome.consensus ORDER BY lineage LIMIT 1000`,
  );
  // A home whose annotations all count EM sections has no counts at all.
  const inCounts = rows.some(({ counts }) => counts !== null);
  const chemical = connections(rows, "chemical", inCounts);
  const gap = connections(rows, "gap", inCounts);
  const unweighted = [...chemical.pairs, ...gap.pairs].filter(({ weight }) => weight === null).length;
  return {
    title: "C. elegans connectome: consensus",
    facts: [
      `${countOf(lineages.length, "lineage")}: ${lineages.map(({ lineage }) => lineage).join(", ")}`,
      "shown where at least one lists the connection",
    ],
    neurons: [...(neurons ?? new Map()).values()],
    chemical,
    gap,
    notes: unweighted === 0 ? [] : [`listed only by lineages that count EM sections: ${countOf(unweighted, "pair")}`],
  };
}

function connections(rows: readonly ConsensusRow[], kind: ConsensusRow["kind"], inCounts: boolean): Connections {
  const own = rows.filter((row) => row.kind === kind);
  const weight = inCounts ? "mean synapse count" : "mean EM sections";
  return {
    weight: kind === "gap" && inCounts ? "mean gap junction count" : weight,
    pairs: own
      .filter(({ state }) => state === "present")
      .map(({ pre, post, counts, sections }) => ({ pre, post, weight: inCounts ? counts : sections })),
    uncovered: own.filter(({ state }) => state === "not_covered").map(({ pre, post }) => ({ pre, post })),
  };
}
