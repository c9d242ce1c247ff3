import { z } from "zod";
import type { Stage } from "../stage.js";

const parameters = z.strictObject({
  conventions: z
    .array(z.enum(["largest_fpr_not_above", "nearest_fpr", "interp"]))
    .min(1)
    .default(["largest_fpr_not_above"])
    .describe(
      "how true-positive rates are read off the curve: at the last point whose false-positive rate is not above, at the " +
        "nearest (which may be above), or between points",
    ),
  bootstrap_draws: z
    .int()
    .min(0)
    .max(100_000)
    .default(1000)
    .describe("draws of whole clusters for the interval of the area; 0 leaves it out"),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1)
    .describe("seed of these draws"),
});

export type EvaluateParameters = z.infer<typeof parameters>;

/**
 * How well every attack of every target run tells members from non-members: per fold, pooled over folds, and as mean
 * over folds (with the standard deviation, ddof 0), beside the blind-leak gate of the experiment and what the attack adds
 * to the blind baselines. Units without a score are counted, not guessed. With one class only all is null.
 *
 * `claim` says what may be said of the pooled result. `none`: the interval of the area, corrected for the number of
 * attacks tried (Bonferroni), or that over clusters, does not lie above one half. Else `artefact` where the gate fails:
 * the text alone tells. Else `memorisation` where labels were drawn by lot (randomised, trap) and the gate passes, unless
 * the model was trained here without the members; else `association`.
 */
export const evaluate: Stage<EvaluateParameters> = {
  name: "membership/evaluate",
  description: "AUC, true-positive rates and their intervals for every attack, with the gate beside them; ROC curves",
  inputs: ["document_score", "assignment", "experiment", "run", "gate", "blind_score", "classifier_fit"],
  outputs: ["metric", "roc"],
  parameters,
  async run(context) {
    const { evaluateRuns } = await import("./evaluate/evaluate-runs.js");
    await evaluateRuns(context);
  },
};
