import { compareCodeUnits } from "../../base/canonical-json.js";
import type { Transform } from "../transform.js";
import { type AssignParameters, assignParameters, type Design } from "./assign-parameters.js";

/**
 * `document`, `excerpt` and `document_cluster` → `experiment`, `assignment`: which units are members, which are not,
 * which train a model, and in which fold each is scored; fixed, with a hash, before any model is trained. Everything
 * random comes from the seed of an experiment. Two experiments of one design, seed and filter are split alike, so that
 * exposures can be compared.
 * Memory: the metadata of all documents and units, no texts.
 * @throws {LoadError} `load/document-repeated`, `load/document-unknown`, `load/one-class`, `load/few-clusters`.
 */
export const assign: Transform<AssignParameters> = {
  name: "membership/assign",
  description: "Members, non-members and folds of experiments",
  inputs: ["document", "excerpt", "document_cluster"],
  outputs: ["experiment", "assignment"],
  parameters: assignParameters,
  async run(context) {
    const { readUnits } = await import("./experiment-units.js");
    const { assignExperiment } = await import("./assign-experiment.js");
    const units = await readUnits({
      document: context.input("document"),
      excerpt: context.input("excerpt"),
      document_cluster: context.input("document_cluster"),
    });
    const { experiments } = context.parameters;
    for (const name of Object.keys(experiments).sort(compareCodeUnits)) {
      const { experiment, assignment } = assignExperiment(name, units, experiments[name] as Design);
      context.sink("experiment").write([experiment]);
      context.sink("assignment").write(assignment);
    }
  },
};
