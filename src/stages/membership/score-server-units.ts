import { z } from "zod";
import { compareCodeUnits } from "../../base/canonical-json.js";
import type { AssignmentRow, TokenRow } from "../../tables/generated/membership.js";
import type { Stage } from "../stage.js";

const parameters = z.strictObject({});

/**
 * `token`, `assignment` → `scoring_unit`, partition by partition: the units that some experiment compares, with all that
 * their scores depend on. What a model is asked is cached by these rows: a new split, fold or label gives the same ones
 * and asks nothing again. Memory: the assignment of one partition's units, and one unit.
 */
export const scoringUnits: Stage<z.infer<typeof parameters>> = {
  name: "membership/scoring-units",
  description: "Units that a language model is asked about",
  inputs: ["token", "assignment"],
  each: ["token"],
  outputs: ["scoring_unit"],
  parameters,
  async run(context) {
    const experiments = new Map<string, string[]>();
    const columns = ["experiment_id", "doc_id", "role"] as const;
    type Assigned = Pick<AssignmentRow, (typeof columns)[number]>;
    for await (const row of context.input("assignment").rows<Assigned>(columns)) {
      if (row.role !== "member" && row.role !== "nonmember") continue;
      experiments.set(row.doc_id, [...(experiments.get(row.doc_id) ?? []), row.experiment_id]);
    }
    const sink = context.sink("scoring_unit");
    for await (const row of context.input("token").rows<TokenRow>()) {
      const comparing = experiments.get(row.doc_id)?.sort(compareCodeUnits);
      if (comparing === undefined) continue;
      const { doc_id, tokenizer_id, input_ids } = row;
      sink.write([{ doc_id, experiments: comparing, tokenizer_id, input_ids }]);
    }
  },
};
