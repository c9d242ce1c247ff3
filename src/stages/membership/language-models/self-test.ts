import type { Canonical } from "../../../base/canonical-json.js";
import { NetworkError } from "../../../base/errors.js";
import { randomNumbers } from "../../../compute/statistics/random-numbers.js";
import { promptScores, WrongAnswer } from "./prompt-scores.js";
import type { ServerModel } from "./server-model.js";
import type { Prompt, PromptAnswer } from "./server-protocol.js";

/** A text of which the order of words matters, and the same with its words in other orders. */
export interface Probe {
  readonly prompt: Prompt;
  readonly permuted: readonly Prompt[];
  /** Where it is from: the fixed sentence, or the first unit. */
  readonly source: "sentence" | "unit";
}

/** English of long before any model, so that every model of English prefers its order. */
export const PROBE_SENTENCE =
  "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, it was the season of light, it was the season of darkness, and the people of the city went to the market in the morning to buy bread.";

/** Orders of the words that are tried. */
const PERMUTATIONS = 3;

/** Probe from a text and what makes tokens of it. `head` stands before the tokens of every prompt. */
export function sentenceProbe(
  sentence: string,
  encode: (text: string) => Int32Array,
  head: readonly number[] = [],
): Probe {
  const promptOf = (text: string): Prompt => ({ ids: Int32Array.from([...head, ...encode(text)]), text });
  const permuted = orders(sentence.split(" ")).map((words) => promptOf(words.join(" ")));
  return { prompt: promptOf(sentence), permuted, source: "sentence" };
}

/** Probe from tokens of a unit, for tokenizers of which only numbers are known. */
export function unitProbe(ids: Int32Array, head: readonly number[] = []): Probe {
  const promptOf = (tokens: readonly number[]): Prompt => ({ ids: Int32Array.from([...head, ...tokens]) });
  return { prompt: promptOf([...ids]), permuted: orders([...ids]).map(promptOf), source: "unit" };
}

function orders<T>(items: readonly T[]): T[][] {
  return Array.from({ length: PERMUTATIONS }, (_, stream) => {
    const random = randomNumbers(1, stream);
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
    }
    return shuffled;
  });
}

type Check = "count" | "first-null" | "order" | "repeatable" | "ids" | "rank" | "values";

const LETTERS: Readonly<Record<Check, string>> = {
  count: "(a) as many log-probabilities as tokens",
  "first-null": "(b) none for the first token",
  order: "(c) words in another order are less probable",
  repeatable: "(d) the same text twice gives the same",
  ids: "(e) the tokens that come back are those sent",
  rank: "(f) the most probable token has rank 0",
  values: "values are log-probabilities",
};

export interface SelfTestOptions {
  /** Greatest difference between two answers to the same prompt, nats (0.001). */
  readonly tolerance: number;
  readonly signal: AbortSignal;
}

/**
 * Asks the server for a known text before anything is scored, since servers that ignore what they are asked for give
 * scores at the level of chance without a word. Five to seven requests.
 * @returns what is kept in `run.self_test`: per check what was sent and came back. Figures are rounded so far that two
 * runs against the same model keep the same.
 * @throws {NetworkError} `network/self-test` with check, what was sent, what came back, and a way out.
 */
export async function selfTest(
  model: ServerModel,
  probe: Probe,
  { tolerance, signal }: SelfTestOptions,
): Promise<{ readonly [name: string]: Canonical }> {
  const { protocol } = model;
  // The most probable token tells whether ranks and maxima can be believed.
  const topK = protocol.tellsTop ? Math.max(1, model.capabilities.fullDistribution ? model.vocabulary : 1) : 0;
  const ask = async (prompt: Prompt) => {
    const [answer] = await model.ask([prompt], signal, topK).catch((error: unknown) => fail(model, prompt, error));
    return answer as PromptAnswer;
  };
  const scores = (answer: PromptAnswer, prompt: Prompt) => {
    try {
      return promptScores(answer, prompt, model.reading(topK)).logprob;
    } catch (error) {
      return fail(model, prompt, error);
    }
  };
  const { prompt, permuted } = probe;
  if (prompt.ids.length < 3) throw tooShort(prompt);
  const answer = await ask(prompt);
  const first = scores(answer, prompt);
  const again = scores(await ask(prompt), prompt);
  checkRepeatable(model, prompt, { first, again, tolerance });
  const others: number[] = [];
  for (const other of permuted) others.push(mean(scores(await ask(other), other)));
  const [original, shuffled] = [mean(first), mean(Float64Array.from(others))];
  if (!(shuffled < original)) throw notLower(model, prompt, original, shuffled);
  return {
    probe: { source: probe.source, tokens: prompt.ids.length, mean_logprob: rounded(original) },
    count: { sent: prompt.ids.length, received: answer.logprobs.length },
    first_null: true,
    order: { original: rounded(original), permuted: rounded(shuffled) },
    repeatable: { tolerance },
    ids: answer.ids === undefined ? "not told" : "equal",
    rank: protocol.tellsRank ? await checkRank(model, answer, prompt, ask) : "not told",
  };
}

/**
 * (f): where the given token is the most probable its rank must be the smallest. A probe without such a place gets one:
 * its beginning, followed by the token that is most probable there.
 */
async function checkRank(
  model: ServerModel,
  answer: PromptAnswer,
  prompt: Prompt,
  ask: (prompt: Prompt) => Promise<PromptAnswer>,
): Promise<Canonical> {
  const places = greatest(answer);
  if (places.length > 0) {
    checkSmallest(model, answer, prompt, places);
    return { places: places.length };
  }
  const at = prompt.ids.length - 1;
  const top = answer.top?.[at];
  const values = top?.logprobs.map((value) => value ?? Number.NEGATIVE_INFINITY) ?? [];
  const best = top?.ids[values.indexOf(Math.max(...values))];
  if (best === undefined) return "not told";
  const greedy = { ids: Int32Array.from([...prompt.ids.subarray(0, at), best]) };
  const made = await ask(greedy);
  checkSmallest(model, made, greedy, [at]);
  return { places: 1 };
}

/** Places where the given token is the most probable of those told. */
function greatest({ logprobs, top }: PromptAnswer): number[] {
  return logprobs.flatMap((value, i) => {
    const told = top?.[i]?.logprobs ?? [];
    return i > 0 && value !== null && told.length > 0 && told.every((one) => one === null || value >= one) ? [i] : [];
  });
}

/** Ties may be counted in, so not every place must have the smallest rank: most must. */
function checkSmallest(model: ServerModel, answer: PromptAnswer, prompt: Prompt, places: readonly number[]): void {
  const { rankBase } = model.protocol;
  const told = places.map((place) => answer.ranks?.[place] ?? null);
  const wrong = told.filter((rank) => rank !== rankBase).length;
  if (wrong * 2 < told.length && told.every((rank) => rank !== null && rank >= rankBase)) return;
  throw failed(model, "rank", {
    prompt,
    received: `rank ${told.find((rank) => rank !== rankBase) ?? "null"} for the most probable token, where ${rankBase} is expected`,
    wayOut: `The server counts ranks in another way: give its smallest rank as \`rank_base\` (now ${rankBase}).`,
  });
}

function checkRepeatable(
  model: ServerModel,
  prompt: Prompt,
  { first, again, tolerance }: { first: Float64Array; again: Float64Array; tolerance: number },
): void {
  let largest = 0;
  let at = 0;
  for (const [i, value] of first.entries()) {
    const difference = value === again[i] ? 0 : Math.abs(value - (again[i] as number));
    if (difference > largest) [largest, at] = [difference, i];
  }
  if (largest <= tolerance) return;
  throw failed(model, "repeatable", {
    prompt,
    received: `${first[at]} and then ${again[at]} for the token at ${at + 1}, a difference of ${largest.toPrecision(3)}`,
    wayOut: `Run the model deterministically (float32, no prefix caching, one request at a time), or allow more by \`tolerance\` (now ${tolerance}).`,
  });
}

function notLower(model: ServerModel, prompt: Prompt, original: number, shuffled: number): NetworkError {
  return failed(model, "order", {
    prompt,
    received: `a mean log-probability of ${original.toFixed(4)}, and of ${shuffled.toFixed(4)} with its words in other orders`,
    wayOut:
      "The values are not of the text, or the model does not know its language: give a sentence that it should know as `probe`.",
  });
}

function tooShort(prompt: Prompt): NetworkError {
  return new NetworkError("self-test", `a probe of ${prompt.ids.length} tokens tests nothing`, {
    fields: { sent: prompt.ids.length },
    wayOut: "Give a longer sentence as `probe`.",
  });
}

/** An answer that cannot be read as a failed check; other errors as they are. */
function fail(model: ServerModel, prompt: Prompt, error: unknown): never {
  if (error instanceof WrongAnswer) {
    throw failed(model, error.check, { prompt, received: error.message, wayOut: error.wayOut ?? "", cause: error });
  }
  throw error;
}

function failed(
  model: ServerModel,
  check: Check,
  given: { readonly prompt: Prompt; readonly received: string; readonly wayOut: string; readonly cause?: WrongAnswer },
): NetworkError {
  const { prompt, received, wayOut, cause } = given;
  const sent = `${prompt.ids.length} tokens, ${[...prompt.ids.subarray(0, 6)].join(" ")}${prompt.ids.length > 6 ? " …" : ""}`;
  return new NetworkError(
    "self-test",
    `the self-test of the server by the protocol ${model.protocol.name} fails at ${LETTERS[check]}: ${received}`,
    {
      fields: { ...cause?.fields, check, protocol: model.protocol.name, model: model.name, sent, received },
      wayOut,
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const rounded = (value: number) => (Number.isFinite(value) ? Math.round(value * 100) / 100 : String(value));
