import type { Stage } from "../stage.js";
import { type ScoreServerParameters, scoreServerParameters } from "./score-server-parameters.js";

/**
 * `scoring_unit`, `tokenizer` → `token_score`, `document_mean_probability`, `run_record`, one piece of work per partition
 * of the units: a run that is killed, or whose server dies, goes on with the partitions that are missing. Every piece
 * begins with the self-test. A unit is scored once, and its rows are written for every experiment that compares it: run
 * `<experiment>/<model>`, and `<experiment>/<model>/reference` of the reference. Units of one token give no rows.
 */
export const scoreServer: Stage<ScoreServerParameters> = {
  name: "membership/score-server",
  description: "Token scores from a server that tells log-probabilities of prompts (vLLM, SGLang, TGI)",
  inputs: ["scoring_unit", "tokenizer"],
  each: ["scoring_unit"],
  outputs: ["token_score", "document_mean_probability", "run_record"],
  parameters: scoreServerParameters,
  async run(context) {
    const { scoreByServer } = await import("./score-server-run.js");
    await scoreByServer(context);
  },
};
