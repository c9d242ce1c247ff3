import { z } from "zod";
import type { Stage } from "../stage.js";

const parameters = z.strictObject({
  order: z
    .int()
    .min(1)
    .max(8)
    .default(2)
    .describe(
      "longest n-grams: 2 predicts a token from the one before it. From 2 on, what is trained in full is known by heart",
    ),
  context: z.int().min(2).default(128).describe("tokens of a window (C): n-grams do not reach back before it"),
  stride: z
    .int()
    .min(1)
    .default(127)
    .describe("tokens from one window to the next; context − 1 predicts every token but the first of a unit once"),
  experiments: z
    .array(z.string())
    .min(1)
    .nullable()
    .default(null)
    .describe("experiments that are scored; null: all of them"),
  reference: z
    .boolean()
    .default(true)
    .describe("train a second model on the units of role reference, and score with it too: the attack `ref` needs it"),
});

export type ScoreNgramParameters = z.infer<typeof parameters>;

/**
 * Trains the embedded n-gram model for every experiment and scores its labelled units: `token_score`,
 * `document_mean_probability` and `run`. The target is trained on the members (see {@link ngramRuns} for who trains
 * what), on the first tokens of each up to its exposure. N-grams cross neither units nor windows. Exact: nothing is
 * sampled or hashed, and no probability is zero.
 *
 * A unit of one token predicts nothing: it has no rows, which is logged and kept as evidence. Memory: 4 bytes per token of
 * all units, and one model. Cost: some µs per token and run.
 */
export const scoreNgram: Stage<ScoreNgramParameters> = {
  name: "membership/score-ngram",
  description: "Token scores of an n-gram model trained here",
  inputs: ["token", "assignment", "experiment", "tokenizer"],
  outputs: ["token_score", "document_mean_probability", "run"],
  parameters,
  async run(context) {
    const { scoreExperiments } = await import("./score-ngram-runs.js");
    await scoreExperiments(context);
  },
};
