import { z } from "zod";
import type { Stage } from "../stage.js";

const parameters = z.strictObject({
  half: z
    .number()
    .positive()
    .lt(1)
    .default(0.5)
    .describe("a component is active in bins, and in animals, above this fraction of its largest value"),
  closes: z.int().min(0).default(1).describe("gaps of at most so many bins do not end an interval"),
  method: z
    .enum(["weighted_sbm", "leiden"])
    .nullable()
    .default(null)
    .describe("whose communities flow; null: weighted_sbm where the run has it, else leiden"),
});

export type TimelineParameters = z.infer<typeof parameters>;

/**
 * When components are active, and how neurons move between their communities from one interval to the next.
 *
 * `interval`: maximal runs of bins above `half` of the component's maximum, short gaps closed. Shared clock: its animals
 * are those whose loading is above `half` of the largest. Concatenated: runs end with the bins of an animal, which is
 * its only one; the maximum is over all animals. A bin begins and ends midway between its centre and its neighbours' in
 * the animal, as far on the other side where it has one neighbour, and has no width where it is alone. A component that
 * is zero has no interval.
 *
 * `flow`: intervals in the order of their first bins, then of components; each is followed by the next of the same clock
 * (concatenated: of the same animal), which may overlap it, and may be of the same component. Counted are the neurons in
 * both communities of level 0, once, and how many times the one component follows the other.
 */
export const timeline: Stage<TimelineParameters> = {
  name: "communities/timeline",
  description: "When each component is active, and how neurons move between communities",
  inputs: ["experiment", "bin", "component", "factor_time", "factor_animal", "community"],
  outputs: ["interval", "flow"],
  parameters,
  async run(context) {
    const { writeTimeline } = await import("./write-timeline.js");
    await writeTimeline(context);
  },
};
