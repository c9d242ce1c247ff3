import { setImmediate } from "node:timers/promises";
import { type Canonical, canonicalJson, compareCodeUnits } from "../../base/canonical-json.js";
import { strongEdges, type WeightedGraph, weightedGraph } from "../../compute/graph/weighted-graph.js";
import type {
  CommunityParameterRow,
  CommunityRow,
  ExperimentRow,
  GraphRow,
} from "../../tables/generated/dynamic_connectome.js";
import type { StageContext } from "../stage.js";
import type { DetectParameters } from "./detect.js";
import { communityCount, type FoundCommunities, findByLeiden, findBySbm } from "./find-communities.js";
import { readComponentPairs } from "./read-graphs.js";

type Context = StageContext<DetectParameters>;
type Method = DetectParameters["methods"][number];

/** One graph of a run, and what a method found in it. */
interface Examined {
  readonly run_id: string;
  readonly component: number;
  readonly method: Method;
  readonly graph: WeightedGraph;
  readonly found: FoundCommunities;
}

/** Runs the stage `communities/detect`. */
export async function detectCommunities(context: Context): Promise<void> {
  const experiments: ExperimentRow[] = [];
  for await (const row of context.input("experiment").rows<ExperimentRow>()) experiments.push(row);
  experiments.sort((a, b) => compareCodeUnits(a.run_id, b.run_id));
  let [graphs, without] = [0, 0];
  for (const experiment of experiments) {
    const outcomes = await detectInRun(context, experiment);
    graphs += outcomes.length;
    without += outcomes.filter(({ communities }) => communities < 2).length;
  }
  context.evidence({ graphs, graphs_without_structure: without });
}

/** What remains of a graph when its rows are written. */
interface Outcome {
  readonly method: Method;
  readonly communities: number;
  readonly searches: number | null;
  readonly searchesAtBest: number | null;
}

async function detectInRun(context: Context, experiment: ExperimentRow): Promise<Outcome[]> {
  const { run_id } = experiment;
  const { parameters } = context;
  const tables = { component: context.input("component"), factor_pair: context.input("factor_pair") };
  const { neurons, components } = await readComponentPairs(tables, experiment, parameters.pairs);
  const methods = [...new Set(parameters.methods)].sort(compareCodeUnits);
  const outcomes: Outcome[] = [];
  for (const [component, pairs] of components) {
    for (const method of methods) {
      const yielded = async () => {
        await setImmediate();
        context.signal.throwIfAborted();
      };
      await yielded();
      const graph = weightedGraph(neurons.length, strongEdges(pairs, thresholdOf(parameters, method)));
      const found = await (method === "leiden"
        ? findByLeiden(graph, parameters.leiden as NonNullable<DetectParameters["leiden"]>)
        : findBySbm(graph, parameters, yielded));
      const result = { run_id, component, method, graph, found };
      const { searches, searchesAtBest } = found;
      outcomes.push({ method, communities: communityCount(found), searches, searchesAtBest });
      say(context, result);
      context.sink("graph").write([graphRow(result, thresholdOf(parameters, method))]);
      context.sink("community").write(communityRows(result, neurons));
      context.progress(outcomes.length, components.size * methods.length, `graphs of ${run_id}`);
    }
  }
  context.sink("community_parameter").write(parameterRows(parameters, experiment, outcomes));
  return outcomes;
}

function thresholdOf({ threshold, leiden }: DetectParameters, method: Method): number {
  return method === "leiden" ? (leiden?.threshold ?? threshold) : threshold;
}

function say({ log }: Context, { run_id, component, method, graph, found }: Examined): void {
  const communities = communityCount(found);
  const size = `${graph.nodes} neurons, ${graph.edges} edges`;
  const what = communities > 1 ? `${communities} communities` : "no community structure found";
  log.info(`${run_id}, component ${component}: ${what} (${method}, ${size})`);
}

function graphRow({ run_id, component, method, graph, found }: Examined, threshold: number): GraphRow {
  const communities = communityCount(found);
  return {
    run_id,
    component,
    method,
    threshold,
    n_neurons: graph.nodes,
    n_edges: graph.edges,
    n_communities: communities,
    structure_found: communities > 1,
    description_length: found.levels[0]?.descriptionLength ?? null,
    description_length_one: found.descriptionLengthOne,
    modularity: found.levels[0]?.modularity ?? null,
  };
}

function* communityRows(
  { run_id, component, method, found }: Examined,
  neurons: readonly string[],
): Generator<CommunityRow> {
  for (const [level, { communities, strengths, descriptionLength, modularity }] of found.levels.entries()) {
    for (const [node, neuron_id] of neurons.entries()) {
      yield {
        run_id,
        component,
        method,
        level,
        community: communities[node] as number,
        neuron_id,
        strength: strengths[node] as number,
        description_length: descriptionLength,
        modularity,
      };
    }
  }
}

/** What the step was told, and how surely the searches found the best, by component. */
function parameterRows(
  parameters: DetectParameters,
  { run_id }: ExperimentRow,
  outcomes: readonly Outcome[],
): CommunityParameterRow[] {
  const facts: Record<string, Canonical> = { ...parameters };
  const searched = outcomes.filter(({ method }) => method === "weighted_sbm");
  if (searched.length > 0) {
    facts["weighted_sbm.searches"] = searched.map(({ searches }) => searches);
    facts["weighted_sbm.searches_at_best"] = searched.map(({ searchesAtBest }) => searchesAtBest);
  }
  return Object.entries(facts).map(([name, value]) => ({
    run_id,
    step: "communities",
    name,
    value: canonicalJson(value),
  }));
}
