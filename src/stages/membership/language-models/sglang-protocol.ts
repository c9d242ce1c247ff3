import { JsonValue, type PromptAnswer, type ServerProtocol, type TopTokens } from "./server-protocol.js";

/**
 * SGLang's `/generate` with `return_logprob` from the first token on: `meta_info.input_token_logprobs` and
 * `input_top_logprobs`, entries of log-probability, number and text. Nothing is generated.
 */
export const sglang: ServerProtocol = {
  name: "sglang",
  backend: "sglang",
  path: "/generate",
  identityPath: "/get_model_info",
  takesIds: true,
  tellsTop: true,
  tellsRank: false,
  takesSeveral: true,
  generated: 0,
  appendsGenerated: false,
  asks: "return_logprob",
  rankBase: 0,
  body: (prompts, { topK }) => ({
    input_ids: prompts.map(({ ids }) => [...ids]),
    sampling_params: { max_new_tokens: 0, temperature: 0 },
    return_logprob: true,
    logprob_start_len: 0,
    top_logprobs_num: topK,
  }),
  answers(json, prompts) {
    const all = Array.isArray(json) ? new JsonValue(json).list() : [new JsonValue(json)];
    if (all.length !== prompts.length)
      throw new JsonValue(json).fault(`an answer to each of ${prompts.length} prompts`);
    return all.map((one): PromptAnswer => {
      const info = one.at("meta_info");
      const entries = info.at("input_token_logprobs").listOrNone();
      const top = info.at("input_top_logprobs");
      const promptTokens = info.at("prompt_tokens").optionalNumber();
      return {
        logprobs: entries.map((entry) => entry.at(0).numberOrNull()),
        ids: entries.map((entry) => entry.at(1).number()),
        ...(top.isNull ? {} : { top: top.list().map(topOf) }),
        promptTokens,
      };
    });
  },
  identity: (json) => ({ model: new JsonValue(json).at("model_path").optionalText() }),
};

function topOf(entry: JsonValue): TopTokens | null {
  if (entry.isNull) return null;
  const tokens = entry.list();
  return {
    ids: tokens.map((token) => token.at(1).number()),
    logprobs: tokens.map((token) => token.at(0).numberOrNull()),
  };
}
