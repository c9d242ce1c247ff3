import { z } from "zod";
import type { Stage } from "../stage.js";

const LARGEST_SEED = 2 ** 31 - 1;

const parameters = z
  .strictObject({
    methods: z
      .array(z.enum(["weighted_sbm", "leiden"]))
      .min(1)
      .default(["weighted_sbm"])
      .describe(
        "weighted_sbm: the stochastic block model of least description length, which may find one block only; leiden: modularity, which always favours groups that are dense inside",
      ),
    threshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.001)
      .describe("of the weighted block model: pairs below this fraction of the largest of the component are no edges"),
    pairs: z
      .enum(["together", "opposite"])
      .default("together")
      .describe("which pairs make the graph: those that move together, or (kernel signed) in opposite directions"),
    seed: z.int().min(0).max(LARGEST_SEED).default(13).describe("of the random partitions that searches start from"),
    starts: z
      .int()
      .min(1)
      .max(10_000)
      .default(8)
      .describe("of the weighted block model: random partitions for each number of blocks to start from"),
    start_blocks: z
      .array(z.int().min(1))
      .min(1)
      .nullable()
      .default(null)
      .describe(
        "of the weighted block model: numbers of blocks to start from; null: 1, 2, 4, 8, 12 and 20, beyond 300 neurons 40 and 80 too",
      ),
    leiden: z
      .strictObject({
        threshold: z
          .number()
          .min(0)
          .max(1)
          .describe("backbone: pairs below this fraction of the largest are no edges; results depend on it strongly"),
        resolution: z.number().positive().default(1).describe("larger values give smaller communities"),
        seed: z.int().min(0).max(LARGEST_SEED).default(0).describe("of the order of moves"),
        starts: z.int().min(1).max(10_000).default(20).describe("runs, of which the best modularity counts"),
      })
      .nullable()
      .default(null)
      .describe("of the method leiden, which needs a threshold"),
    compat: z
      .strictObject({
        doubled_edges: z
          .boolean()
          .default(false)
          .describe("count every edge in both directions, as the published program does, in the weighted block model"),
      })
      .default({ doubled_edges: false })
      .describe("deviations for comparison with published results"),
  })
  .refine(({ methods, leiden }) => !methods.includes("leiden") || leiden !== null, {
    path: ["leiden"],
    error: "the method leiden needs `leiden: { threshold: … }`: no threshold is right for every graph",
  });

export type DetectParameters = z.infer<typeof parameters>;

/**
 * Communities of the graph of every component: neurons are nodes (all of the run, with edges or without), pairs at or
 * above the threshold are edges with the component's value as weight.
 *
 * `weighted_sbm` minimises a description length and says "no structure found" (one community) where groups do not pay
 * for themselves; levels above 0 are its merge path to one block and cost description length. `leiden` has level 0
 * alone. A graph without edges has one community and no structure. Communities are numbered by falling sum of
 * `strength`, equal ones in the order of their first names. The results do not depend on the order of rows and neurons.
 *
 * Cost: 0.1 to 10 s per component of 100 to 300 neurons; of 2,000 neurons some 10 to 40 s for each of `starts` and
 * component. Memory: 16 bytes per pair and component of one run.
 * @throws {ContractError} `contract/orphan` for a pair of a neuron or component that the run does not have.
 */
export const detect: Stage<DetectParameters> = {
  name: "communities/detect",
  description: "Communities of neurons in the graph of each component, or that there are none",
  inputs: ["experiment", "component", "factor_pair"],
  outputs: ["community", "graph", "community_parameter"],
  parameters,
  async run(context) {
    const { detectCommunities } = await import("./detect-communities.js");
    await detectCommunities(context);
  },
};
