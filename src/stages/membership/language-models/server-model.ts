import { NetworkError } from "../../../base/errors.js";
import type { JsonClient } from "./json-client.js";
import type { LanguageModel, ModelCapabilities, WindowRequest, WindowScores } from "./language-model.js";
import { promptScores, type ReadingOptions } from "./prompt-scores.js";
import type { ModelIdentity, Prompt, PromptAnswer, ServerProtocol } from "./server-protocol.js";

export interface ServerModelOptions {
  readonly protocol: ServerProtocol;
  readonly client: JsonClient;
  /** Name of the model, as the server knows it. */
  readonly model: string;
  /** How many of the most probable tokens are asked for at every place; "all": the whole distribution. */
  readonly topK: number | "all";
  readonly vocabulary: number;
}

/** A window, and which of its predictions are wanted, by place in `ids`; all where it is not said. */
export interface ServerWindow extends WindowRequest {
  readonly wanted?: { readonly first: number; readonly last: number };
}

/** Bytes of an answer: beside the values, per token and told token. */
const ANSWER_BYTES = 64 * 1024;
const TOKEN_BYTES = 320;
/** Longest text that is parsed. */
const MOST_ANSWER_BYTES = 400_000_000;

/** A model behind a server that tells log-probabilities of the tokens of a prompt. */
export class ServerModel implements LanguageModel {
  readonly name: string;
  readonly vocabulary: number;
  readonly capabilities: ModelCapabilities;
  readonly protocol: ServerProtocol;
  readonly #client: JsonClient;
  readonly #topK: number;

  constructor({ protocol, client, model, topK, vocabulary }: ServerModelOptions) {
    this.name = model;
    this.vocabulary = vocabulary;
    this.protocol = protocol;
    this.#client = client;
    this.#topK = topK === "all" ? vocabulary : topK;
    this.capabilities = {
      tokenIdsIn: protocol.takesIds,
      maximum: protocol.tellsTop && this.#topK > 0,
      rank: protocol.tellsRank,
      fullDistribution: protocol.tellsTop && topK === "all",
    };
  }

  /** What the server says of its model; nothing where it does not know the question. */
  async identity(signal: AbortSignal): Promise<ModelIdentity> {
    const json = await this.#client.get(this.protocol.identityPath, { maximumBytes: 4_000_000, signal });
    return json === undefined ? {} : this.protocol.identity(json, this.name);
  }

  /** What the server says of prompts, unchecked; `topK` in place of the model's own. */
  async ask(prompts: readonly Prompt[], signal: AbortSignal, topK = this.#topK): Promise<PromptAnswer[]> {
    const { protocol } = this;
    const tokens = prompts.reduce((sum, { ids }) => sum + ids.length + protocol.generated, 0);
    const body = protocol.body(prompts, { model: this.name, topK });
    const json = await this.#client.post(protocol.path, body, {
      maximumBytes: Math.min(MOST_ANSWER_BYTES, ANSWER_BYTES + tokens * (topK + 2) * TOKEN_BYTES),
      signal,
      splittable: prompts.length > 1,
    });
    return protocol.answers(json, prompts);
  }

  /** How answers with `topK` tokens per place are read. */
  reading(topK = this.#topK): ReadingOptions {
    const { protocol, vocabulary } = this;
    const maximum = protocol.tellsTop && topK > 0;
    return {
      protocol,
      vocabulary,
      maximum,
      fullDistribution: this.capabilities.fullDistribution && topK >= vocabulary,
    };
  }

  async score(window: WindowRequest, signal: AbortSignal): Promise<WindowScores> {
    return (await this.scoreBatch([window], signal))[0] as WindowScores;
  }

  /**
   * Scores windows in one request, all predictions of each; sums of distributions are over the wanted ones; where that is too much for the server, in two halves, and so on. Windows are never
   * cut: a shorter context would be another measurement.
   * @throws {NetworkError} `network/too-much` when one window alone is too much; `network/wrong-answer`; what
   * {@link JsonClient.post} throws.
   */
  async scoreBatch(windows: readonly ServerWindow[], signal: AbortSignal): Promise<WindowScores[]> {
    if (windows.length === 0) return [];
    const prompts = windows.map(promptOf);
    try {
      const [first, ...others] = this.protocol.takesSeveral ? [prompts] : prompts.map((prompt) => [prompt]);
      const answers = await this.ask(first as Prompt[], signal);
      for (const one of others) answers.push(...(await this.ask(one, signal)));
      return answers.map((answer, i) => {
        const { begin, wanted } = windows[i] as ServerWindow;
        const part = wanted === undefined ? {} : { first: wanted.first - begin, last: wanted.last - begin };
        return promptScores(answer, prompts[i] as Prompt, { ...this.reading(), ...part });
      });
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      if (windows.length === 1) throw aloneTooMuch(error, prompts[0] as Prompt);
      if (!lessMayHelp(error)) throw error;
    }
    const half = windows.length >> 1;
    const before = await this.scoreBatch(windows.slice(0, half), signal);
    return [...before, ...(await this.scoreBatch(windows.slice(half), signal))];
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}

function promptOf({ ids, begin, end, text }: WindowRequest): Prompt {
  return { ids: ids.subarray(begin, end), ...(text === undefined ? {} : { text }) };
}

function lessMayHelp({ tag, fields }: NetworkError): boolean {
  if (["network/too-much", "network/answer-too-large", "network/timed-out", "network/cut"].includes(tag)) return true;
  return tag === "network/status" && Number(fields.status) >= 500;
}

function aloneTooMuch(error: NetworkError, prompt: Prompt): NetworkError {
  if (error.tag !== "network/too-much") return error;
  const tokens = prompt.ids.length;
  return new NetworkError("too-much", `one window of ${tokens} tokens alone is too much: ${error.message}`, {
    fields: { ...error.fields, tokens },
    wayOut: `Choose a \`context\` below ${tokens} (it is the same for all windows, and part of the result), or give the server a longer maximum length or more memory.`,
    cause: error,
  });
}
