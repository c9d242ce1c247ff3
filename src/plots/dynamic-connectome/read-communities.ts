import type { Vector } from "apache-arrow";
import { type PlotTables, sqlLiteral } from "../plot-tables.js";
import { textsOf } from "./read-run.js";
import type { Community, ComponentCommunities } from "./run-data.js";

const MOST_ROWS = 100_000;

/**
 * Communities of each component at level 0, by component: those of the weighted block model, or of another method where
 * that was not run.
 */
export async function readCommunities(
  tables: PlotTables,
  runId: string,
): Promise<ReadonlyMap<number, ComponentCommunities>> {
  const found = new Map<number, ComponentCommunities>();
  if (!tables.has("dynamic_connectome.graph") || !tables.has("dynamic_connectome.community")) return found;
  const where = `run_id = ${sqlLiteral(runId)}`;
  type GraphRow = { component: number; method: ComponentCommunities["method"]; structure_found: boolean };
  const graphs = await tables.rows<GraphRow>(
    `SELECT component, method, structure_found FROM dynamic_connectome.graph WHERE ${where}
     ORDER BY component, method = 'weighted_sbm' DESC, method LIMIT ${MOST_ROWS}`,
  );
  type Row = { component: number; method: string; community: number; neurons: Vector };
  const rows = await tables.rows<Row>(
    `SELECT component, method, community, list(neuron_id ORDER BY strength DESC, neuron_id) AS neurons
     FROM dynamic_connectome.community WHERE ${where} AND level = 0
     GROUP BY component, method, community ORDER BY component, method, community LIMIT ${MOST_ROWS}`,
  );
  for (const { component, method, structure_found: structureFound } of graphs) {
    if (found.has(component)) continue;
    const communities = rows
      .filter((row) => row.component === component && row.method === method)
      .map((row): Community => ({ community: row.community, neurons: textsOf(row.neurons) }));
    found.set(component, { component, method, structureFound, communities });
  }
  return found;
}
