import { z } from "zod";
import type { Stage } from "../stage.js";
import { contextParameter, windowParameters } from "./window-parameters.js";

const parameters = z.strictObject({
  context: contextParameter(1024),
  ...windowParameters,
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
