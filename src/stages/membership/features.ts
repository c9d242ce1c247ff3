import { z } from "zod";
import type { Stage } from "../stage.js";
import { NORMS } from "./features/feature-options.js";

const form = z.enum(["corrected", "published"]);

const parameters = z.strictObject({
  norms: z
    .array(z.enum(NORMS))
    .min(1)
    .default(["NoNorm", "RatioNormTF", "RatioNormGP", "MaxNormTF", "MaxNormGP"])
    .describe("normalisations of token probabilities; those that the model cannot serve are left out and reported"),
  extractors: z
    .array(z.string().regex(/^(simple_agg|hist|hist_[1-9]\d{0,4})$/))
    .min(1)
    .default(["simple_agg", "hist"])
    .describe("simple_agg, hist_K for K bins, or hist: min(1000, 4 √tokens) bins for the median length of documents"),
  form: form
    .default("corrected")
    .describe("corrected, or published: exactly as the published code computes, its defects included"),
  forms: z.record(z.string(), form).default({}).describe("form of single experiments, by their names"),
  nonfinite: z
    .enum(["clip", "upstream", "error"])
    .optional()
    .describe(
      "values that are not finite: clip −log p at 744.44, write 1e-5 as upstream does, or refuse (default: as the form says)",
    ),
  precision: z
    .enum(["f64", "f32"])
    .optional()
    .describe("precision of probabilities; f32 as in published runs (default f64)"),
  include_count: z
    .boolean()
    .optional()
    .describe("whether simple_agg has the number of tokens, which tells the length (default: as the form says)"),
  general_probability: z
    .enum(["token", "document"])
    .optional()
    .describe("general probability: mean over tokens, or over documents (default: as the form says)"),
  histogram: z
    .enum(["fraction", "density"])
    .optional()
    .describe(
      "fraction of all values with bins for what is outside, or density of those inside (default: as the form says)",
    ),
});

export type FeatureParameters = z.infer<typeof parameters>;

/**
 * Features of every document from its token scores, for each target run and fold: token probabilities normalised by
 * dictionaries of the training folds alone, then summarised (Meeus et al. 2024, sections 4.2 and 4.3).
 * @throws {ContractError} as `FeatureExtraction`; {LoadError} as `readAssignments`.
 */
export const features: Stage<FeatureParameters> = {
  name: "membership/features",
  description: "Normalise token scores and describe every document by features",
  inputs: ["token", "token_score", "document_mean_probability", "assignment", "run"],
  outputs: ["norm_dict", "document_feature", "feature_spec"],
  parameters,
  async run(context) {
    const { writeFeatures } = await import("./features/write-features.js");
    await writeFeatures(context);
  },
};
