import { readBehaviour } from "../dynamic-connectome/read-behaviour.js";
import { readCommunities } from "../dynamic-connectome/read-communities.js";
import { readBins, readComponentFacts, readIntervals, readRun } from "../dynamic-connectome/read-run.js";
import { type PlotTables, sqlLiteral } from "../plot-tables.js";
import { countOf } from "../scale.js";
import type { CommunitiesData, Flow } from "./communities-data.js";

/** Components that are drawn unless all are asked for, and then. */
const USUAL_LANES = 12;
const MOST_LANES = 64;
const MOST_FLOWS = 100_000;

/** The timeline of one run out of the current tables. */
export async function readTimeline(
  tables: PlotTables,
  runId: string,
  wanted: { readonly all: boolean; readonly notes: readonly string[] },
): Promise<CommunitiesData> {
  const run = await readRun(tables, runId);
  const all = await readComponentFacts(tables, runId);
  const found = await readCommunities(tables, runId);
  const drawn = all.slice(0, wanted.all ? MOST_LANES : USUAL_LANES);
  const bins = await readBins(tables, runId);
  const shown = new Set(drawn.map(({ component }) => component));
  const flows = await readFlows(tables, runId);
  const more = all.length - drawn.length;
  const hint = wanted.all ? "" : ": --all shows them";
  return {
    run,
    all,
    lanes: drawn.map((facts) => ({ facts, communities: found.get(facts.component) })),
    intervals: await readIntervals(tables, runId),
    flows: flows.filter(({ from, to }) => shown.has(from.component) && shown.has(to.component)),
    blocks: bins.blocks,
    behaviour: await readBehaviour(tables, run, bins),
    notes: [
      ...(more > 0 ? [`not shown: ${countOf(more, "component")} of smaller weight${hint}`] : []),
      ...wanted.notes,
    ],
  };
}

async function readFlows(tables: PlotTables, runId: string): Promise<Flow[]> {
  type Row = {
    from_component: number;
    from_community: number;
    to_component: number;
    to_community: number;
    n_neurons: number;
    n_transitions: number;
  };
  const rows = await tables.rows<Row>(
    `SELECT from_component, from_community, to_component, to_community, n_neurons, n_transitions
     FROM dynamic_connectome.flow WHERE run_id = ${sqlLiteral(runId)} AND n_neurons > 0
     ORDER BY from_component, from_community, to_component, to_community LIMIT ${MOST_FLOWS}`,
  );
  return rows.map((row) => ({
    from: { component: row.from_component, community: row.from_community },
    to: { component: row.to_component, community: row.to_community },
    neurons: row.n_neurons,
    transitions: row.n_transitions,
  }));
}
