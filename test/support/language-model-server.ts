import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A small deterministic language model over `vocabulary` tokens: after each token the distribution is a mixture of a
 * fixed one made by hashing and of what followed the token in a text. Exact, so that scores over the wire can be compared
 * with it.
 */
export class BigramModel {
  readonly vocabulary: number;
  readonly #rows: Float64Array[] = [];

  constructor(options: {
    readonly vocabulary: number;
    readonly texts: readonly ArrayLike<number>[];
    readonly seed?: number;
  }) {
    const { vocabulary, texts, seed = 1 } = options;
    this.vocabulary = vocabulary;
    const counts = Array.from({ length: vocabulary }, () => new Float64Array(vocabulary));
    for (const text of texts) {
      for (let i = 1; i < text.length; i++) {
        const row = counts[text[i - 1] as number] as Float64Array;
        row[text[i] as number] = (row[text[i] as number] as number) + 1;
      }
    }
    for (let previous = 0; previous < vocabulary; previous++) {
      const weights = (counts[previous] as Float64Array).map(
        (n, next) => n + 0.02 + 0.1 * hashed(seed, previous * vocabulary + next),
      );
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      this.#rows.push(weights.map((weight) => Math.log(weight / total)));
    }
  }

  /** Log-probabilities of every token after `previous`. */
  after(previous: number): Float64Array {
    return this.#rows[previous] as Float64Array;
  }

  /** Log-probability of `next` after `previous`. */
  logprob(previous: number, next: number): number {
    return this.after(previous)[next] as number;
  }

  /** Tokens strictly more probable than `next` after `previous`. */
  rank(previous: number, next: number): number {
    const own = this.logprob(previous, next);
    return this.after(previous).reduce((count, value) => count + (value > own ? 1 : 0), 0);
  }

  /** The `k` most probable tokens after `previous`, best first. */
  top(previous: number, k: number): number[] {
    const row = this.after(previous);
    return Array.from(row.keys())
      .sort((a, b) => (row[b] as number) - (row[a] as number) || a - b)
      .slice(0, k);
  }
}

/** A number in [0, 1) from two. */
function hashed(seed: number, value: number): number {
  let h = Math.imul(value + 1, 0x9e3779b1) ^ Math.imul(seed + 7, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

/** Ways in which servers are wrong. All absent: a true server. */
export interface Misbehaviour {
  /** Tells of the generated token alone. */
  readonly ignoresEcho?: boolean;
  /** Smallest rank it tells (1). */
  readonly rankBase?: number;
  /** Leaves out the entry of the first token; with "hidden" the new first has no log-probability. */
  readonly dropsFirst?: boolean | "hidden";
  /** Every answer differs by this much from the last. */
  readonly drifts?: number;
  /** Numbers of the tokens that it says it read, and reads. */
  readonly otherIds?: (id: number) => number;
  /** Puts this token before every prompt. */
  readonly prepends?: number;
  /** Does not look at what it is given: every token is as probable as the last. */
  readonly constant?: number;
  /** Tells no numbers of tokens. */
  readonly hidesIds?: boolean;
  /** In place of the n-th value of every prompt. */
  readonly value?: { readonly at: number; readonly is: number | null | "NaN" | "-Infinity" };
  /** Most tokens of a prompt. */
  readonly longest?: number;
  /** Most tokens of a request: beyond, its memory is full. */
  readonly memory?: number;
}

/** What it does to the n-th POST (from 1) in place of an answer; undefined: it answers. */
export type Disturbance = (n: number, request: IncomingMessage, response: ServerResponse) => boolean;

export interface LanguageModelServerOptions {
  readonly model: BigramModel;
  /** What its tokenizer makes of text (`tgi`). */
  readonly encode?: (text: string) => readonly number[];
  readonly name?: string;
  readonly misbehaviour?: Misbehaviour;
  readonly disturb?: Disturbance;
  /** Refuses requests without it. */
  readonly key?: string;
  /** What it says of itself where it is asked; null: it does not know the question. */
  readonly identity?: unknown;
}

interface Prompt {
  readonly sent: readonly number[];
  readonly read: readonly number[];
}

/**
 * A server on 127.0.0.1 that speaks the protocols of vLLM (`/v1/completions`, both forms), SGLang (`/generate` with
 * `input_ids`) and TGI (`/generate` with `inputs`) over a {@link BigramModel}.
 */
export class LanguageModelServer {
  /** POST requests received, answered or not. */
  posts = 0;
  /** Prompts scored. */
  prompts = 0;
  /** Bodies received. */
  readonly bodies: unknown[] = [];
  readonly authorizations: (string | undefined)[] = [];
  /** Most requests at once. */
  mostAtOnce = 0;
  options: LanguageModelServerOptions;
  #atOnce = 0;
  readonly #server = createServer((request, response) => void this.#receive(request, response));

  private constructor(options: LanguageModelServerOptions) {
    this.options = options;
  }

  static async start(options: LanguageModelServerOptions, port = 0): Promise<LanguageModelServer> {
    const server = new LanguageModelServer(options);
    await new Promise<void>((resolve) => server.#server.listen(port, "127.0.0.1", resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends it at once, connections and all. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    this.authorizations.push(request.headers.authorization);
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    response.on("close", () => {
      this.#atOnce -= 1;
    });
    const { key, disturb } = this.options;
    if (key !== undefined && request.headers.authorization !== `Bearer ${key}`) {
      send(response, 401, { error: `no access with ${request.headers.authorization}` });
    } else if (request.method === "GET") this.#tell(request.url ?? "", response);
    else {
      this.posts += 1;
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      this.bodies.push(body);
      if (disturb?.(this.posts, request, response) !== true) this.#answer(request.url ?? "", body, response);
    }
  }

  #tell(path: string, response: ServerResponse): void {
    const { identity, name = "bigram" } = this.options;
    const known: Record<string, unknown> = {
      "/v1/models": identity ?? { object: "list", data: [{ id: name, object: "model", max_model_len: 4096 }] },
      "/get_model_info": identity ?? { model_path: name, is_generation: true },
      "/info": identity ?? { model_id: name, model_sha: "0123abcd", model_dtype: "float32", max_total_tokens: 4096 },
    };
    if (identity === null || !(path in known)) send(response, 404, { detail: "Not Found" });
    else send(response, 200, known[path]);
  }

  #answer(path: string, body: Record<string, unknown>, response: ServerResponse): void {
    const { status, answer } = this.#answerTo(path, body);
    send(response, status, answer);
  }

  #answerTo(path: string, body: Record<string, unknown>): { status: number; answer: unknown } {
    const { misbehaviour = {}, encode } = this.options;
    let prompts: number[][];
    if (path === "/v1/completions") prompts = nested(body.prompt);
    else if (path !== "/generate") return { status: 404, answer: { detail: "Not Found" } };
    else if ("input_ids" in body) prompts = nested(body.input_ids);
    else prompts = [[...(encode?.(String(body.inputs)) ?? [])]];
    const longest = Math.max(...prompts.map(({ length }) => length));
    const total = prompts.reduce((sum, { length }) => sum + length, 0);
    if (longest > (misbehaviour.longest ?? 4096)) {
      const message = `This model's maximum context length is ${misbehaviour.longest} tokens. However, you requested ${longest} tokens`;
      return { status: 400, answer: { object: "error", message, type: "BadRequestError", code: 400 } };
    }
    if (total > (misbehaviour.memory ?? Number.POSITIVE_INFINITY)) {
      return {
        status: 500,
        answer: { error: { message: `CUDA out of memory. Tried to allocate for ${total} tokens` } },
      };
    }
    this.prompts += prompts.length;
    const read = prompts.map((sent) => this.#read(sent));
    if (path === "/v1/completions") return { status: 200, answer: this.#completions(read, body) };
    if (!("input_ids" in body)) return { status: 200, answer: this.#tgi(read[0] as Prompt) };
    const answers = read.map((prompt) => this.#sglang(prompt, Number(body.top_logprobs_num)));
    return { status: 200, answer: Array.isArray((body.input_ids as unknown[])[0]) ? answers : answers[0] };
  }

  #read(sent: readonly number[]): Prompt {
    const { prepends, otherIds } = this.options.misbehaviour ?? {};
    const read = otherIds === undefined ? sent : sent.map(otherIds);
    return { sent, read: prepends === undefined ? read : [prepends, ...read] };
  }

  /** Log-probabilities of all tokens before place `i`; null before the first. */
  #distribution({ read }: Prompt, i: number): Float64Array | null {
    const { model, misbehaviour = {} } = this.options;
    if (i === 0) return null;
    const drift = (misbehaviour.drifts ?? 0) * this.posts;
    const row = model.after(read[i - 1] as number).map((value) => value - drift);
    return misbehaviour.constant === undefined ? row : row.fill(misbehaviour.constant);
  }

  #value(prompt: Prompt, i: number, id: number): number | null | string {
    const wrong = this.options.misbehaviour?.value;
    if (wrong !== undefined && wrong.at === i) return wrong.is;
    return this.#distribution(prompt, i)?.[id] ?? null;
  }

  /** Entries without the first where it drops that. */
  #kept<T>(entries: T[], nothing: T): T[] {
    const { dropsFirst } = this.options.misbehaviour ?? {};
    if (dropsFirst === undefined || dropsFirst === false) return entries;
    const [, ...others] = entries;
    if (dropsFirst === "hidden") others[0] = nothing;
    return others;
  }

  #completions(prompts: readonly Prompt[], body: Record<string, unknown>): unknown {
    const choices = prompts.map((prompt, index) => {
      const { read } = prompt;
      const generated = this.options.model.top(read.at(-1) as number, 1)[0] as number;
      const choice = { index, text: "x", finish_reason: "length" };
      const { hidesIds, ignoresEcho } = this.options.misbehaviour ?? {};
      const ids =
        body.return_token_ids === true && !hidesIds && !ignoresEcho
          ? { prompt_token_ids: this.#kept([...read], 0) }
          : {};
      if (body.prompt_logprobs !== undefined) {
        const entries = read.map((id, i) => this.#promptEntry(prompt, i, id, Number(body.prompt_logprobs)));
        return { ...choice, ...ids, logprobs: null, prompt_logprobs: ignoresEcho ? null : this.#kept(entries, null) };
      }
      const k = Number(body.logprobs);
      const text = (id: number) =>
        body.return_tokens_as_token_ids === true && !hidesIds ? `token_id:${id}` : ` ${id}`;
      const all = { ...prompt, read: [...read, generated] };
      const from = ignoresEcho || body.echo !== true ? read.length : 0;
      const places = all.read.map((id, i) => ({ id, i }));
      const kept = from === 0 ? this.#kept(places, places[1] as { id: number; i: number }) : places.slice(from);
      const hidden = this.options.misbehaviour?.dropsFirst === "hidden";
      return {
        ...choice,
        ...ids,
        logprobs: {
          text_offset: kept.map(({ i }) => i),
          tokens: kept.map(({ id }) => text(id)),
          token_logprobs: kept.map(({ id, i }, n) => (n === 0 && hidden ? null : this.#value(all, i, id))),
          top_logprobs: kept.map(({ i, id }) => {
            const row = this.#distribution(all, i);
            if (row === null) return null;
            const told = new Set([...this.options.model.top(all.read[i - 1] as number, k), id]);
            return Object.fromEntries([...told].map((one) => [text(one), row[one]]));
          }),
        },
      };
    });
    const tokens = prompts.reduce((sum, { read }) => sum + read.length, 0);
    return {
      id: "cmpl-1",
      object: "text_completion",
      model: body.model,
      choices: [...choices].reverse(),
      usage: { prompt_tokens: tokens, completion_tokens: prompts.length, total_tokens: tokens + prompts.length },
    };
  }

  #promptEntry(prompt: Prompt, i: number, id: number, k: number): unknown {
    const { model, misbehaviour = {} } = this.options;
    const row = this.#distribution(prompt, i);
    if (row === null) return null;
    const previous = prompt.read[i - 1] as number;
    const base = misbehaviour.rankBase ?? 1;
    const told = new Set([...model.top(previous, k), id]);
    const entry = (one: number) => ({
      logprob: one === id ? this.#value(prompt, i, id) : row[one],
      rank: model.rank(previous, one) + base,
      decoded_token: ` ${one}`,
    });
    return Object.fromEntries([...told].map((one) => [one, entry(one)]));
  }

  #sglang(prompt: Prompt, k: number): unknown {
    const { model, misbehaviour = {} } = this.options;
    const { read } = prompt;
    const top = (i: number) => {
      const row = this.#distribution(prompt, i);
      return row === null ? null : model.top(read[i - 1] as number, k).map((id) => [row[id], id, null]);
    };
    const input = read.map((id, i) => [this.#value(prompt, i, id), id, null]);
    const told = misbehaviour.ignoresEcho
      ? {}
      : {
          input_token_logprobs: this.#kept(input, [null, read[1] as number, null]),
          ...(k > 0
            ? {
                input_top_logprobs: this.#kept(
                  read.map((_, i) => top(i)),
                  null,
                ),
              }
            : {}),
        };
    return { text: "", meta_info: { id: "1", prompt_tokens: read.length, completion_tokens: 0, ...told } };
  }

  #tgi(prompt: Prompt): unknown {
    const prefill = prompt.read.map((id, i) => ({ id, text: ` ${id}`, logprob: this.#value(prompt, i, id) }));
    const kept = this.#kept(prefill, { id: prompt.read[1] as number, text: "", logprob: null });
    const details = { finish_reason: "length", generated_tokens: 1, tokens: [{ id: 1, text: "x", logprob: -1 }] };
    const told = this.options.misbehaviour?.ignoresEcho ? [] : kept;
    return { generated_text: "x", details: { ...details, prefill: told } };
  }
}

function nested(prompt: unknown): number[][] {
  const list = prompt as number[] | number[][];
  return Array.isArray(list[0]) ? (list as number[][]) : [list as number[]];
}

/** JSON as Python writes it: "NaN" and "-Infinity" bare. */
function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body).replace(/"(NaN|-Infinity)"/g, "$1");
  response
    .writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) })
    .end(text);
}
