import {
  JsonValue,
  type ModelIdentity,
  type PromptAnswer,
  type ServerProtocol,
  type TopTokens,
} from "./server-protocol.js";

const common = {
  backend: "vllm",
  path: "/v1/completions",
  identityPath: "/v1/models",
  takesIds: true,
  tellsTop: true,
  takesSeveral: true,
  generated: 1,
  rankBase: 1,
  identity(json: unknown, model: string): ModelIdentity {
    const models = new JsonValue(json).at("data").list();
    const found = models.find((one) => one.at("id").value === model);
    if (found === undefined) return models.length === 1 ? named(models[0] as JsonValue) : {};
    return named(found);
  },
} as const;

function named(model: JsonValue): ModelIdentity {
  return { model: model.at("id").optionalText(), longest: model.at("max_model_len").optionalNumber() };
}

/** Choices by their index: prompts of one request may be answered in any order. */
function choicesOf(json: unknown, n: number): JsonValue[] {
  const choices = new JsonValue(json).at("choices");
  const found: (JsonValue | undefined)[] = new Array(n).fill(undefined);
  for (const [position, choice] of choices.list().entries()) {
    const index = choice.at("index").isNull ? position : choice.at("index").number();
    if (index in found && found[index] === undefined) found[index] = choice;
    else throw choice.at("index").fault(`an index below ${n}, once`);
  }
  return found.map((choice, index) => choice ?? missingChoice(choices, index));
}

function missingChoice(choices: JsonValue, index: number): never {
  throw choices.at(index).fault("an answer to every prompt");
}

/** With one prompt the server's count is of that prompt. */
function promptTokens(json: unknown, n: number): number | undefined {
  return n === 1 ? new JsonValue(json).at("usage").at("prompt_tokens").optionalNumber() : undefined;
}

/** `token_id:17` → 17, as `return_tokens_as_token_ids` has it. */
function tokenNumber(text: string): number | undefined {
  const digits = /^token_id:(\d{1,10})$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function promptIds(choice: JsonValue): number[] | undefined {
  const ids = choice.at("prompt_token_ids");
  return ids.isNull ? undefined : ids.list().map((id) => id.number());
}

/**
 * `/v1/completions` with `echo` and `logprobs`, the form of the former OpenAI completions that vLLM and others speak:
 * `choices[].logprobs.{tokens, token_logprobs, top_logprobs}`, the prompt first, then what was generated.
 */
export const vllmEcho: ServerProtocol = {
  ...common,
  name: "vllm",
  tellsRank: false,
  appendsGenerated: true,
  asks: "echo",
  body: (prompts, { model, topK }) => ({
    model,
    prompt: prompts.map(({ ids }) => [...ids]),
    max_tokens: 1,
    temperature: 0,
    echo: true,
    logprobs: topK,
    return_tokens_as_token_ids: true,
    return_token_ids: true,
  }),
  answers: (json, prompts) =>
    choicesOf(json, prompts.length).map((choice): PromptAnswer => {
      const logprobs = choice.at("logprobs");
      const tokens = logprobs.at("tokens").listOrNone();
      const top = logprobs.at("top_logprobs");
      const ids = promptIds(choice) ?? tokens.map((token) => tokenNumber(token.text()));
      return {
        logprobs: logprobs
          .at("token_logprobs")
          .listOrNone()
          .map((value) => value.numberOrNull()),
        ...(ids.some((id) => id !== undefined) ? { ids } : {}),
        ...(top.isNull ? {} : { top: top.list().map(echoTop) }),
        promptTokens: promptTokens(json, prompts.length),
      };
    }),
};

function echoTop(entry: JsonValue): TopTokens | null {
  if (entry.isNull) return null;
  const entries = entry.entries();
  return { ids: entries.map(([key]) => tokenNumber(key)), logprobs: entries.map(([, value]) => value.numberOrNull()) };
}

/**
 * `/v1/completions` with vLLM's own `prompt_logprobs`: `choices[].prompt_logprobs`, null and then an object per token
 * with the given one and the `topK` most probable by number, each with its rank, which counts from 1.
 */
export const vllmPromptLogprobs: ServerProtocol = {
  ...common,
  name: "vllm-prompt-logprobs",
  tellsRank: true,
  appendsGenerated: false,
  asks: "prompt_logprobs",
  body: (prompts, { model, topK }) => ({
    model,
    prompt: prompts.map(({ ids }) => [...ids]),
    max_tokens: 1,
    temperature: 0,
    prompt_logprobs: topK,
    return_token_ids: true,
  }),
  answers: (json, prompts) =>
    choicesOf(json, prompts.length).map((choice, index): PromptAnswer => {
      const given = prompts[index]?.ids as Int32Array;
      const entries = choice.at("prompt_logprobs").listOrNone();
      const ids = promptIds(choice);
      const logprobs: (number | null)[] = [];
      const ranks: (number | null)[] = [];
      const seen: (number | undefined)[] = [];
      const top: (TopTokens | null)[] = [];
      for (const [position, entry] of entries.entries()) {
        const tokens = entry.isNull ? [] : entry.entries();
        // Of the others none can be told to be the one that was read.
        const own = entry.isNull ? undefined : entry.at(String(given[position]));
        const known = own !== undefined && !own.isNull;
        seen.push(entry.isNull || known ? given[position] : undefined);
        logprobs.push(known ? own.at("logprob").numberOrNull() : entry.isNull ? null : Number.NaN);
        ranks.push(known ? own.at("rank").numberOrNull() : null);
        top.push(
          entry.isNull
            ? null
            : {
                ids: tokens.map(([id]) => Number(id)),
                logprobs: tokens.map(([, token]) => token.at("logprob").numberOrNull()),
              },
        );
      }
      return { logprobs, ranks, top, ids: ids ?? seen, promptTokens: promptTokens(json, prompts.length) };
    }),
};
