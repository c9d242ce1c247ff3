import { leiden } from "../../compute/graph/leiden.js";
import { modularity } from "../../compute/graph/modularity.js";
import { byFallingSum, groupCount } from "../../compute/graph/partition.js";
import { SbmModel } from "../../compute/graph/sbm-model.js";
import { strengthsWithin, type WeightedGraph } from "../../compute/graph/weighted-graph.js";
import { fitWeightedSbm, mergePath } from "../../compute/graph/weighted-sbm.js";
import type { DetectParameters } from "./detect.js";

/** One partition of the nodes of a graph. */
export interface CommunityLevel {
  /** Community of each node, numbered by falling sum of `strengths`, then by first node. */
  readonly communities: Int32Array;
  /** Weight from each node to its community. */
  readonly strengths: Float64Array;
  readonly descriptionLength: number | null;
  readonly modularity: number | null;
}

export interface FoundCommunities {
  /** Level 0 is what was found. */
  readonly levels: readonly CommunityLevel[];
  readonly descriptionLengthOne: number | null;
  /** Searches of the block model, and how many of them ended at the best. */
  readonly searches: number | null;
  readonly searchesAtBest: number | null;
}

/** The levels of the flat weighted block model and of its merge path; see the stage `communities/detect`. */
export async function findBySbm(
  graph: WeightedGraph,
  parameters: DetectParameters,
  before: () => Promise<void>,
): Promise<FoundCommunities> {
  if (graph.edges === 0) return nothing(graph);
  const { seed, starts, start_blocks, compat } = parameters;
  const options = { seed, starts, doubledEdges: compat.doubled_edges, before };
  const found = await fitWeightedSbm(
    graph,
    start_blocks === null ? options : { ...options, startBlocks: start_blocks },
  );
  const path = mergePath(new SbmModel(graph, options), found.partition);
  return {
    levels: path.map(({ partition, descriptionLength }) => ({
      ...numbered(graph, partition),
      descriptionLength,
      modularity: modularity(graph, partition),
    })),
    descriptionLengthOne: found.descriptionLengthOne,
    searches: found.searches,
    searchesAtBest: found.searchesAtBest,
  };
}

/** The one level of the Leiden algorithm. */
export function findByLeiden(
  graph: WeightedGraph,
  { resolution, seed, starts }: NonNullable<DetectParameters["leiden"]>,
): FoundCommunities {
  if (graph.edges === 0) return nothing(graph);
  const found = leiden(graph, { resolution, seed, starts });
  const level = { ...numbered(graph, found.partition), descriptionLength: null, modularity: found.modularity };
  return { levels: [level], descriptionLengthOne: null, searches: null, searchesAtBest: null };
}

/** Communities of level 0. */
export function communityCount({ levels }: FoundCommunities): number {
  return groupCount((levels[0] as CommunityLevel).communities);
}

function numbered(graph: WeightedGraph, partition: Int32Array): Pick<CommunityLevel, "communities" | "strengths"> {
  const strengths = strengthsWithin(graph, partition);
  return { communities: byFallingSum(partition, strengths), strengths };
}

/** All nodes as one community, of which nothing is known. */
function nothing({ nodes }: WeightedGraph): FoundCommunities {
  const [communities, strengths] = [new Int32Array(nodes), new Float64Array(nodes)];
  const level = { communities, strengths, descriptionLength: null, modularity: null };
  return { levels: [level], descriptionLengthOne: null, searches: null, searchesAtBest: null };
}
