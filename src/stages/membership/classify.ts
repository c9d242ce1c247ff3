import { z } from "zod";
import type { Stage } from "../stage.js";

const parameters = z.strictObject({
  classifiers: z
    .array(z.enum(["random_forest", "logistic_regression"]))
    .min(1)
    .default(["random_forest", "logistic_regression"])
    .describe("which meta-classifiers are trained on every normalisation and extractor"),
  random_forest: z
    .strictObject({
      trees: z.int().min(1).max(100_000).default(500).describe("number of trees"),
      depth: z.int().min(1).max(1000).default(5).describe("most splits above a leaf"),
      leaf: z.int().min(1).default(3).describe("fewest different training documents in a leaf"),
    })
    .prefault({})
    .describe("random forest: Gini impurity, √features drawn per split, bootstrap"),
  logistic_regression: z
    .strictObject({
      C: z.number().positive().default(1).describe("weight of the losses against the penalty ½‖w‖²"),
      tolerance: z.number().positive().default(1e-8).describe("largest component of the gradient at the end"),
      iterations: z.int().min(1).default(100).describe("most Newton steps"),
    })
    .prefault({})
    .describe("logistic regression with a quadratic penalty; the intercept is not penalised"),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1)
    .describe("seed of every random forest"),
});

export type ClassifyParameters = z.infer<typeof parameters>;

/**
 * Meta-classifiers from document features to membership (Meeus et al. 2024, section 4.4): for each run, fold,
 * normalisation and extractor one is trained on the scaled features of the training units, and scores those of the
 * test fold. The attack is named after all three: `MaxNormTF/hist_20/random_forest`. Units without a label train
 * nothing, but are scored. Memory: the features of one run, fold, normalisation and extractor.
 * @throws {LoadError} `load/one-class` where the training units of a fold are all members or all non-members,
 * `load/feature-not-finite` naming unit and feature. {ContractError} where tables do not belong together.
 */
export const classify: Stage<ClassifyParameters> = {
  name: "membership/classify",
  description: "Train meta-classifiers on document features and score the units of the test folds",
  inputs: ["document_feature", "feature_spec", "assignment", "run"],
  outputs: ["classifier_score", "classifier_fit"],
  parameters,
  async run(context) {
    const { classifyGroups } = await import("./classify-groups.js");
    await classifyGroups(context);
  },
};
