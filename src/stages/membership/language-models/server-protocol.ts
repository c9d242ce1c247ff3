import { NetworkError } from "../../../base/errors.js";

/** The protocols of servers that tell log-probabilities of a prompt. */
export type ProtocolName = "vllm" | "vllm-prompt-logprobs" | "sglang" | "tgi";

/** Tokens that the model reads; the answer must be about exactly these. */
export interface Prompt {
  readonly ids: Int32Array;
  /** The same as text, without a token for the beginning that the server puts there itself. */
  readonly text?: string;
}

/** The most probable tokens of one place, in any order. */
export interface TopTokens {
  /** Token numbers, where they are told. */
  readonly ids: readonly (number | undefined)[];
  readonly logprobs: readonly (number | null)[];
}

/**
 * What a server said of one prompt, entry by entry, before anything is believed: as many entries as it gave, with what it
 * gave, in its own convention of ranks.
 */
export interface PromptAnswer {
  /** Log-probability of every entry; null for none. */
  readonly logprobs: readonly (number | null)[];
  /** Token numbers that the entries are of; absent where the server does not tell. */
  readonly ids?: readonly (number | undefined)[];
  /** Rank of the given token as the server counts. */
  readonly ranks?: readonly (number | null)[];
  readonly top?: readonly (TopTokens | null)[];
  /** Tokens of the prompt, by the server's own count. */
  readonly promptTokens?: number | undefined;
}

export interface ModelIdentity {
  readonly model?: string | undefined;
  readonly sha?: string | undefined;
  readonly dtype?: string | undefined;
  /** Most tokens of a request, with those that are generated. */
  readonly longest?: number | undefined;
}

/** How one kind of server is asked, and how its answers are read. */
export interface ServerProtocol {
  readonly name: ProtocolName;
  /** Value of `run.backend`. */
  readonly backend: "vllm" | "sglang" | "tgi";
  readonly path: string;
  readonly identityPath: string;
  readonly takesIds: boolean;
  readonly tellsTop: boolean;
  readonly tellsRank: boolean;
  /** Several prompts in one request. */
  readonly takesSeveral: boolean;
  /** Tokens that it generates although nobody needs them: the prompt must be that much shorter than the longest. */
  readonly generated: number;
  /** Whether their entries stand behind those of the prompt. */
  readonly appendsGenerated: boolean;
  /** What a server that tells nothing of the prompt ignores, for messages. */
  readonly asks: string;
  /** Smallest rank, of the most probable token. */
  readonly rankBase: number;
  body(prompts: readonly Prompt[], options: { readonly model: string; readonly topK: number }): unknown;
  /** @throws {NetworkError} `network/malformed-answer` naming the place. */
  answers(json: unknown, prompts: readonly Prompt[]): PromptAnswer[];
  /** What the answer at `identityPath` says of the model asked for. */
  identity(json: unknown, model: string): ModelIdentity;
}

/** Values of JSON that know their place, for messages. */
export class JsonValue {
  readonly value: unknown;
  readonly #parent: JsonValue | undefined;
  readonly #key: string | number;

  constructor(value: unknown, parent?: JsonValue, key: string | number = "the answer") {
    this.value = value;
    this.#parent = parent;
    this.#key = key;
  }

  get isNull(): boolean {
    return this.value === null || this.value === undefined;
  }

  get #place(): string {
    if (this.#parent === undefined) return String(this.#key);
    return this.#parent.#place + (typeof this.#key === "number" ? `[${this.#key}]` : `.${this.#key}`);
  }

  at(key: string | number): JsonValue {
    const inside = typeof this.value === "object" && this.value !== null && Object.hasOwn(this.value, key);
    return new JsonValue(inside ? (this.value as Record<string | number, unknown>)[key] : undefined, this, key);
  }

  /** Items of a list; none where there is nothing. */
  listOrNone(): JsonValue[] {
    return this.isNull ? [] : this.list();
  }

  list(): JsonValue[] {
    if (!Array.isArray(this.value)) throw this.fault("a list");
    return this.value.map((item, index) => new JsonValue(item, this, index));
  }

  entries(): [key: string, value: JsonValue][] {
    if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value))
      throw this.fault("an object");
    return Object.entries(this.value).map(([key, item]) => [key, new JsonValue(item, this, key)]);
  }

  number(): number {
    if (typeof this.value !== "number") throw this.fault("a number");
    return this.value;
  }

  numberOrNull(): number | null {
    return this.isNull ? null : this.number();
  }

  text(): string {
    if (typeof this.value !== "string") throw this.fault("a text");
    return this.value;
  }

  /** The number, where it is one. */
  optionalNumber(): number | undefined {
    return typeof this.value === "number" ? this.value : undefined;
  }

  /** The text, where it is one. */
  optionalText(): string | undefined {
    return typeof this.value === "string" ? this.value : undefined;
  }

  fault(expected: string): NetworkError {
    const found = this.value === undefined ? "nothing" : JSON.stringify(this.value).slice(0, 60);
    return new NetworkError("malformed-answer", `${this.#place} is ${found}, where ${expected} is expected`, {
      fields: { place: this.#place, expected },
      wayOut: "Look at `protocol`: another kind of server may answer.",
    });
  }
}
