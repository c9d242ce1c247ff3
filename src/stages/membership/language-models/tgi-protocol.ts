import { JsonValue, type ServerProtocol } from "./server-protocol.js";

/**
 * `/generate` of Text Generation Inference with `decoder_input_details`: `details.prefill`, entries of number, text and
 * log-probability. Takes text alone, which it cuts into tokens itself, and tells nothing of other tokens.
 */
export const tgi: ServerProtocol = {
  name: "tgi",
  backend: "tgi",
  path: "/generate",
  identityPath: "/info",
  takesIds: false,
  tellsTop: false,
  tellsRank: false,
  takesSeveral: false,
  generated: 1,
  appendsGenerated: false,
  asks: "decoder_input_details",
  rankBase: 0,
  // Temperature 0 is refused: it must be positive, and without sampling it is not needed.
  body: ([prompt]) => ({
    inputs: prompt?.text ?? "",
    parameters: { details: true, decoder_input_details: true, max_new_tokens: 1, do_sample: false },
  }),
  answers(json) {
    // Some versions answer with a list of one.
    const one = Array.isArray(json) ? new JsonValue(json).at(0) : new JsonValue(json);
    const prefill = one.at("details").at("prefill").listOrNone();
    return [
      {
        logprobs: prefill.map((entry) => entry.at("logprob").numberOrNull()),
        ids: prefill.map((entry) => entry.at("id").number()),
      },
    ];
  },
  identity(json) {
    const info = new JsonValue(json);
    return {
      model: info.at("model_id").optionalText(),
      sha: info.at("model_sha").optionalText(),
      dtype: info.at("model_dtype").optionalText(),
      longest: info.at("max_total_tokens").optionalNumber(),
    };
  },
};
