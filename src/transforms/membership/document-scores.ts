import { z } from "zod";
import type { Transform } from "../transform.js";
import { SEQUENCE_ATTACKS } from "./attack-names.js";

const attack = z.enum(SEQUENCE_ATTACKS.map(({ name }) => name));

const parameters = z.strictObject({
  false_positive_rate: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.05)
    .describe("rate at which a unit is called a member or a non-member; between the two nothing is said"),
  tau: z
    .union([z.enum(["all", "none"]), z.array(attack)])
    .default(["loss", "zlib", "ref", "mink_20", "minkpp_20", "surp"])
    .describe("sequence attacks whose windows are counted into a score of the document (tau/…): all, none, or a list"),
  omit: z
    .array(z.string().min(1))
    .default(SEQUENCE_ATTACKS.filter(({ sameOrderAs }) => sameOrderAs !== undefined).map(({ name }) => name))
    .describe("attacks that are left out; by default those that order documents as another does (ppl, zlib_minkpp)"),
});

export type DocumentScoreParameters = z.infer<typeof parameters>;

/**
 * One score per unit and attack, larger = more likely a member, of all units in the comparison: those of the
 * meta-classifiers as they are, those of sequence attacks on whole units, and `tau/…`, the share of a unit's windows at
 * or above the threshold τ of best accuracy on the windows of the other folds (the rule of the SoK benchmark). An attack
 * that has a score of no unit is left out, and named in the log.
 *
 * Beside each: a conformal p-value, (1 + n) / (1 + N) with n of the N non-members of the other folds scoring at least as
 * high, and what may be said of the unit at a false-positive rate α: `member` where p ≤ α, `nonmember` where as few
 * members of the other folds score as low, else (or where both hold) `cannot_tell`. With fewer than 1/α − 1 non-members no
 * unit can be called a member. Memory: 12 bytes per window and attack of one run that τ counts.
 */
export const documentScores: Transform<DocumentScoreParameters> = {
  name: "membership/document-scores",
  description: "One score per document and attack, with a p-value and what may be said of the document",
  inputs: ["classifier_score", "sequence_score", "assignment", "run"],
  outputs: ["document_score"],
  parameters,
  async run(context) {
    const { writeDocumentScores } = await import("./document-scores-of-runs.js");
    await writeDocumentScores(context);
  },
};
