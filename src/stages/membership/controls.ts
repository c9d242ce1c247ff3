import { z } from "zod";
import type { Stage } from "../stage.js";

const parameters = z.strictObject({
  model: z
    .enum(["ngram", "none"])
    .default("ngram")
    .describe(
      "ngram: train the embedded model anew for every split; none: the scores are another model's, which cannot be trained here",
    ),
  order: z.int().min(1).max(8).default(2).describe("longest n-grams of the model"),
  splits: z.int().min(2).max(1000).default(20).describe("fresh splits into members, non-members and reference"),
  exposures: z
    .array(z.number().positive().max(1))
    .default([0.01, 0.1, 1])
    .describe("shares of the members that are trained on, for the curve; 1 is always run, as positive control"),
  tokens: z
    .int()
    .min(2)
    .nullable()
    .default(5_000)
    .describe("of each unit its first tokens are used, at most these; null: all of them"),
  seed: z.int().min(0).default(1).describe("of the splits"),
});

export type ControlParameters = z.infer<typeof parameters>;

/**
 * Controls of every experiment, on fresh seeded splits of its units into members, non-members and reference; clusters
 * stay whole, and the labels of the experiment are not used. Attacks per unit, as one window: `loss` (mean log p),
 * `mink_20` (mean of the lowest fifth), `ref` (log p less that of the reference model).
 *
 * `negative`: the target is trained on one half of the reference units, the reference model on the other. Its mean AUC
 * must lie within two standard errors of 0.5; by chance alone it does not about once in twenty. `positive`: the target is
 * trained on all of each member; the AUC of loss must be above 0.99 from order 2 on. `exposure_x`: on a share x of each
 * member; the AUC of loss must not fall as x rises, within two standard errors of the difference.
 *
 * Cost: about 6 models per split; 20 splits of 200 units of 5,000 tokens take some 10 s.
 */
export const controls: Stage<ControlParameters> = {
  name: "membership/controls",
  description: "What the attacks find where nothing was trained, and where everything was",
  inputs: ["token", "assignment", "experiment", "tokenizer"],
  outputs: ["control"],
  parameters,
  async run(context) {
    const { runControls } = await import("./controls-run.js");
    await runControls(context);
  },
};
