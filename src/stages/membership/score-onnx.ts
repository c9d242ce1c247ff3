import { z } from "zod";
import type { Stage } from "../stage.js";

const parameters = z.strictObject({
  context: z.int().min(2).max(1_000_000).default(1024).describe("tokens of a window (C)"),
  stride: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("tokens from one window to the next; context - 1 where it is not given: every token is predicted once"),
  bos: z
    .strictObject({
      policy: z
        .enum(["none", "document", "window"])
        .default("none")
        .describe(
          "where a token for the beginning is fed: nowhere, once before the unit (as published), before every window",
        ),
      id: z.int().min(0).nullable().default(null).describe("its number"),
    })
    .refine(({ policy, id }) => policy === "none" || id !== null, "the policy needs the number of the token: id")
    .prefault({})
    .describe("the token for the beginning of a text"),
  revision: z.string().nullable().default(null).describe("revision of the model, kept in run"),
});

export type ScoreOnnxParameters = z.infer<typeof parameters>;

/**
 * `scoring_unit`, `tokenizer`, `onnx_model` → `token_score`, `document_mean_probability`, `run_record`, as
 * `membership/score-server` does, by a model on this machine: all of the distribution is known. Runs in the package
 * `onnxruntime-node`, which is not installed with this one; one thread, so that results repeat.
 */
export const scoreOnnx: Stage<ScoreOnnxParameters> = {
  name: "membership/score-onnx",
  description: "Token scores from an ONNX model on this machine",
  inputs: ["scoring_unit", "tokenizer", "onnx_model"],
  each: ["scoring_unit"],
  outputs: ["token_score", "document_mean_probability", "run_record"],
  parameters,
  async run(context) {
    const { scoreByOnnx } = await import("./score-onnx-run.js");
    await scoreByOnnx(context);
  },
};
