import { z } from "zod";
import { ATTACK_FAMILIES, SEQUENCE_ATTACKS } from "../../transforms/membership/attack-names.js";
import type { Stage } from "../stage.js";

const parameters = z.strictObject({
  attacks: z
    .array(z.enum(ATTACK_FAMILIES))
    .min(1)
    .default([...ATTACK_FAMILIES])
    .describe(
      "families of attacks: loss (loss and ppl), zlib, lowercase and ref (each where there is such a run), mink, minkpp " +
        "and minkpp_sok (5 to 60 percent), surp, mean_rank, mean_entropy, mean_max, dc_pdd",
    ),
  windows: z
    .union([z.enum(["all", "none"]), z.array(z.enum(SEQUENCE_ATTACKS.map(({ name }) => name)))])
    .default("all")
    .describe("attacks that score every window too: all, none, or a list of names; the whole unit is always scored"),
  dc_pdd_limit: z
    .number()
    .positive()
    .default(0.01)
    .describe("most that one token may contribute to dc_pdd (the published default is 0.01)"),
});

export type SequenceAttackParameters = z.infer<typeof parameters>;

/**
 * Sequence-level attacks on every window and on every whole unit of the target runs, larger = more likely a member,
 * from `token_score` alone: the model is not asked again. Formulas that share a published name have names of their own.
 * Of a whole unit an attack without the columns, the text or the tokens it needs is null; `ref` and `lowercase` have no
 * rows without a reference run or a run on lower-cased text. Windows of lower-cased text hold other words, so that
 * `lowercase` is of whole units. The frequencies of `dc_pdd` are those of the other folds.
 *
 * Memory: one unit with its text, one number per window of a reference run, 8 bytes per token of the vocabulary and fold.
 */
export const sequenceAttacks: Stage<SequenceAttackParameters> = {
  name: "membership/sequence-attacks",
  description: "Attacks on windows and whole units: loss, zlib, Min-K%, Min-K%++, SURP, reference models and others",
  inputs: ["token", "token_score", "excerpt", "assignment", "run"],
  outputs: ["sequence_score"],
  parameters,
  async run(context) {
    const { scoreSequences } = await import("./attacks/score-sequences.js");
    await scoreSequences(context);
  },
};
