import { type ErrorFields, NetworkError } from "../../../base/errors.js";
import { type DistributionMoments, distributionMoments } from "./distribution-moments.js";
import type { WindowScores } from "./language-model.js";
import type { Prompt, PromptAnswer, ServerProtocol, TopTokens } from "./server-protocol.js";

/** What an answer must hold; the letters are those of the self-test. */
export type AnswerCheck = "count" | "first-null" | "ids" | "rank" | "values";

/** An answer that is not about the tokens sent, or not log-probabilities. Tag `network/wrong-answer`. */
export class WrongAnswer extends NetworkError {
  readonly check: AnswerCheck;

  constructor(check: AnswerCheck, message: string, options: { fields: ErrorFields; wayOut: string }) {
    super("wrong-answer", message, { ...options, fields: { check, ...options.fields } });
    this.check = check;
  }
}

/** vLLM writes log-probabilities of −∞ as this, and no smaller one. */
const SMALLEST = -9999;
/** Rounding of a server may pass 0 by so much. */
const ROUNDING = 1e-4;
/** How far from 1 the probabilities of all tokens may sum up. */
const TOTAL_TOLERANCE = 1e-2;

export interface ReadingOptions {
  readonly protocol: ServerProtocol;
  /** Number of tokens: as many at every place are the whole distribution. */
  readonly vocabulary: number;
  /** Whether to expect the most probable token. */
  readonly maximum: boolean;
  readonly fullDistribution: boolean;
  /** Places of the prompt over which distributions are summed up (all but the first). */
  readonly first?: number;
  readonly last?: number;
}

/**
 * The scores in a server's answer to one prompt, of all its tokens but the first, once it is certain that they are of
 * the tokens sent: as many as those (the generated one dropped), none for the first, the same numbers, no NaN, none
 * above 0, the rank 0 where the token is the most probable.
 * @throws {WrongAnswer}
 */
export function promptScores(answer: PromptAnswer, prompt: Prompt, options: ReadingOptions): WindowScores {
  const { protocol } = options;
  const n = prompt.ids.length;
  checkCount(answer, n, protocol);
  checkFirst(answer, n);
  checkIds(answer, prompt.ids);
  const logprob = new Float64Array(n - 1);
  for (let i = 1; i < n; i++) logprob[i - 1] = validLogprob(answer.logprobs[i], i, "the token");
  const maxLogprob = options.maximum ? maxima(answer, logprob) : undefined;
  const rank = protocol.tellsRank ? ranks(answer, { protocol, logprob, maxLogprob }) : undefined;
  return {
    logprob,
    ...(maxLogprob === undefined ? {} : { maxLogprob }),
    ...(rank === undefined ? {} : { rank }),
    ...(options.fullDistribution ? distributions(answer, n, options) : {}),
  };
}

function checkCount({ logprobs, promptTokens }: PromptAnswer, n: number, protocol: ServerProtocol): void {
  const m = logprobs.length;
  const allowed = protocol.appendsGenerated ? [n, n + protocol.generated] : [n];
  const said = promptTokens ?? n;
  if (allowed.includes(m) && said === n) return;
  const fields = { sent: n, received: m, prompt_tokens: said };
  if (allowed.includes(m) || m > n) {
    throw new WrongAnswer("count", `${n} tokens were sent, but the server read ${Math.max(said, m)}`, {
      fields,
      wayOut:
        "It puts a token for the beginning before the prompt, or cuts the text differently: look at `bos`, and at whether the tokenizer is the model's.",
    });
  }
  if (m <= Math.max(1, protocol.generated) && n > 2) {
    throw new WrongAnswer(
      "count",
      `${n} tokens were sent, but ${m} log-probabilities came back: the server ignores ${protocol.asks} and tells only of what it generates`,
      {
        fields,
        wayOut:
          "Such a server cannot score texts (llama.cpp's cannot): use one that can (vLLM, SGLang, TGI with --enable-prefill-logprobs).",
      },
    );
  }
  throw new WrongAnswer("count", `${n} tokens were sent, but ${m} log-probabilities came back: the server drops some`, {
    fields,
    wayOut: "Switch off what reuses earlier prompts (prefix caching), or update the server.",
  });
}

function checkFirst({ logprobs }: PromptAnswer, n: number): void {
  const first = logprobs[0] ?? null;
  if (first === null) return;
  throw new WrongAnswer(
    "first-null",
    `the first of ${n} tokens, which nothing predicts, has the log-probability ${first}: the first token is dropped, or the values are those of its neighbours`,
    { fields: { sent: n, received: first }, wayOut: "The server's values are not of the tokens sent: update it." },
  );
}

function checkIds({ ids }: PromptAnswer, sent: Int32Array): void {
  if (ids === undefined) return;
  const at = sent.findIndex((id, i) => ids[i] !== id);
  if (at === -1) return;
  const received = ids[at] ?? null;
  const shifted = sent.length > 2 && sent.subarray(1).every((id, i) => ids[i] === id);
  throw new WrongAnswer(
    "ids",
    shifted
      ? `the server drops the first token: ${sent[0]} was sent, ${received} came back first`
      : `token ${at} was sent as number ${sent[at]} and came back as ${received ?? "another that is not told"}`,
    {
      fields: { position: at, sent: sent[at] as number, received },
      wayOut:
        "The server reads other tokens: look at whether the tokenizer is the model's, and at `bos` where the server puts a token for the beginning before the prompt.",
    },
  );
}

function validLogprob(value: number | null | undefined, position: number, whose: string): number {
  if (value === null || value === undefined || Number.isNaN(value)) {
    throw new WrongAnswer("values", `${whose} at ${position} has no log-probability`, {
      fields: { position, received: value === undefined ? null : String(value) },
      wayOut:
        "The model overflows on this text, or the server left something out: look at its precision and at prefix caching.",
    });
  }
  if (value > ROUNDING) {
    throw new WrongAnswer("values", `${whose} at ${position} has the log-probability ${value}, above 0`, {
      fields: { position, received: value },
      wayOut: "These are no natural logarithms of probabilities: look at `protocol` and at the server.",
    });
  }
  return value <= SMALLEST ? Number.NEGATIVE_INFINITY : Math.min(0, value);
}

function topAt(answer: PromptAnswer, position: number): TopTokens {
  const top = answer.top?.[position] ?? null;
  if (top !== null && top.logprobs.length > 0) return top;
  throw new WrongAnswer("values", `the most probable tokens at ${position} are missing`, {
    fields: { position, received: null },
    wayOut: "The server does not tell them: set top_k to 0, and the attacks that need the maximum are not run.",
  });
}

function maxima(answer: PromptAnswer, logprob: Float64Array): Float64Array {
  return logprob.map((given, i) => {
    const { logprobs } = topAt(answer, i + 1);
    let largest = Number.NEGATIVE_INFINITY;
    for (const value of logprobs) largest = Math.max(largest, validLogprob(value, i + 1, "a token"));
    if (largest < given - ROUNDING) {
      throw new WrongAnswer(
        "values",
        `at ${i + 1} the most probable token has ${largest}, less than the given one with ${given}`,
        { fields: { position: i + 1, given, received: largest }, wayOut: "Look at the server: its values disagree." },
      );
    }
    return Math.max(largest, given);
  });
}

/** 0-based. Of tokens that share the greatest probability some servers count the others: none is strictly above. */
function ranks(
  answer: PromptAnswer,
  given: { protocol: ServerProtocol; logprob: Float64Array; maxLogprob: Float64Array | undefined },
): Int32Array {
  const { protocol, logprob, maxLogprob } = given;
  return Int32Array.from(logprob, (value, i) => {
    const told = answer.ranks?.[i + 1] ?? null;
    const rank = told === null ? -1 : told - protocol.rankBase;
    const greatest = maxLogprob?.[i];
    if (!Number.isInteger(rank) || rank < 0) throw wrongRank(i + 1, told, `counts from ${protocol.rankBase}`);
    if (greatest === undefined) return rank;
    if (rank === 0 && value < greatest - ROUNDING) throw wrongRank(i + 1, told, "is not the most probable");
    return value === greatest ? 0 : rank;
  });
}

function wrongRank(position: number, told: number | null, why: string): WrongAnswer {
  return new WrongAnswer("rank", `the token at ${position} has rank ${told ?? "null"}, but ${why}`, {
    fields: { position, received: told },
    wayOut: "The server counts ranks in another way: give its smallest rank as `rank_base`.",
  });
}

/** Moments at every place, and the sum of the distributions at the wanted ones. */
function distributions(answer: PromptAnswer, n: number, options: ReadingOptions): Partial<WindowScores> {
  const { vocabulary, first = 1, last = n - 1 } = options;
  const columns = Array.from({ length: 4 }, () => new Float64Array(n - 1));
  const [mu, m2, muUniform, sdUniform] = columns as [Float64Array, Float64Array, Float64Array, Float64Array];
  const probabilitySum = new Float64Array(vocabulary);
  for (let i = 0; i < n - 1; i++) {
    const { ids, logprobs } = topAt(answer, i + 1);
    const values = logprobs.map((value) => validLogprob(value, i + 1, "a token"));
    const moments = distributionMoments(values);
    const told = new Set(ids);
    const whole = told.size === vocabulary && ids.every((id) => id !== undefined && id >= 0 && id < vocabulary);
    if (!whole || Math.abs(moments.total - 1) > TOTAL_TOLERANCE) throw notWhole(i + 1, told.size, vocabulary, moments);
    [mu[i], m2[i], muUniform[i], sdUniform[i]] = [moments.mu, moments.m2, moments.muUniform, moments.sdUniform];
    if (i + 1 < first || i + 1 > last) continue;
    for (const [j, id] of ids.entries()) {
      probabilitySum[id as number] = (probabilitySum[id as number] as number) + Math.exp(values[j] as number);
    }
  }
  return { mu, m2, muUniform, sdUniform, probabilitySum };
}

function notWhole(position: number, n: number, vocabulary: number, { total }: DistributionMoments): WrongAnswer {
  return new WrongAnswer(
    "values",
    `at ${position} ${n} tokens with a probability of ${total.toPrecision(6)} are told, not all ${vocabulary} with 1`,
    {
      fields: { position, received: n, expected: vocabulary, total },
      wayOut:
        "The server limits what it tells (vLLM: --max-logprobs -1), or the model has more tokens than the tokenizer: set top_k to 1.",
    },
  );
}
