import type { NeuronFacts } from "../neuron-order.js";
import { type PlotTables, sqlLiteral } from "../plot-tables.js";
import { readNeurons } from "../read-neurons.js";
import { countOf } from "../scale.js";
import type { Connections, ConnectomeData } from "./connectome-data.js";

const MOST_EDGES = 1_000_000;

const WEIGHTS: Readonly<Record<string, string>> = {
  synapse_count: "synapse count",
  em_sections: "EM sections",
  size: "size",
};

/** One annotation: the neurons that take part in it and the connections between them. */
export async function readAnnotation(tables: PlotTables, annotationId: string): Promise<ConnectomeData> {
  const where = `annotation_id = ${sqlLiteral(annotationId)}`;
  type Facts = {
    lineage: string;
    stage: string;
    sex: string;
    region: string;
    unit: string;
    gap_complete: boolean | null;
  };
  const [facts] = await tables.rows<Facts>(
    `SELECT lineage, stage, sex, region, unit, gap_complete FROM celegans_connectome.annotation WHERE ${where} LIMIT 1`,
  );
  if (facts === undefined) throw new Error(`the annotation is gone: ${annotationId}`);
  type Edge = { pre: string | null; post: string | null; kind: string; weight: number };
  const edges = await tables.rows<Edge>(
    `SELECT pre, post, kind, weight FROM celegans_connectome.edge WHERE ${where}
     ORDER BY kind, pre_cell, post_cell LIMIT ${MOST_EDGES}`,
  );
  const unit = WEIGHTS[facts.unit] ?? facts.unit;
  const between = (kind: string): Connections => ({
    weight: kind === "gap" && facts.unit === "synapse_count" ? "gap junction count" : unit,
    pairs: edges.flatMap((edge) =>
      edge.kind === kind && edge.pre !== null && edge.post !== null
        ? [{ pre: edge.pre, post: edge.post, weight: edge.weight }]
        : [],
    ),
    uncovered: [],
  });
  const outside = edges.filter(({ pre, post }) => pre === null || post === null).length;
  return {
    title: `C. elegans connectome: ${annotationId}`,
    facts: [facts.stage, facts.sex, `region: ${facts.region}`, `lineage ${facts.lineage}`, `weights: ${unit}`],
    neurons: partners(await readNeurons(tables), [between("chemical"), between("gap")]),
    chemical: between("chemical"),
    gap: between("gap"),
    notes: [
      ...(outside > 0 ? [`not shown: ${countOf(outside, "connection")} of cells that are no neurons`] : []),
      ...(facts.gap_complete === false ? ["gap junctions are not complete in this annotation"] : []),
    ],
  };
}

/** The neurons at either end of a connection. */
function partners(
  known: ReadonlyMap<string, NeuronFacts> | undefined,
  lists: readonly Connections[],
): readonly NeuronFacts[] {
  const labels = new Set(lists.flatMap(({ pairs }) => pairs.flatMap(({ pre, post }) => [pre, post])));
  return [...labels].sort().map((label) => known?.get(label) ?? { label, neuronClass: label, type: "other" as const });
}
