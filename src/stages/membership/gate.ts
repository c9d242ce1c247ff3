import { z } from "zod";
import type { Stage } from "../stage.js";

export const gateParameters = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe("false leaves the gate out; that is recorded in the table, in every metric and in the log"),
  permutations: z
    .int()
    .min(19)
    .max(100_000)
    .default(200)
    .describe("draws of the labels through all baselines: the smallest p is 1 / (1 + permutations)"),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(42)
    .describe("seed of the permutations and of the forests"),
});

export type GateParameters = z.infer<typeof gateParameters>;

/**
 * The blind-leak gate: whether members can be told from non-members by the text alone, by baselines that never see the
 * model, on exactly the units that the attack is scored on. Each is compared with its own distribution over permuted
 * labels, not with one half.
 */
export const gate: Stage<GateParameters> = {
  name: "membership/gate",
  description: "What can be told of members and non-members without any model",
  inputs: ["excerpt", "token", "assignment", "experiment"],
  outputs: ["gate", "blind_score"],
  parameters: gateParameters,
  async run(context) {
    const { runGate } = await import("./gate/run-gate.js");
    await runGate(context);
  },
};
