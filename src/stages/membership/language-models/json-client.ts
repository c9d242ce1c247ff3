import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { InterruptedError, NetworkError } from "../../../base/errors.js";
import { exchangeFailure, networkError, PassingFailure, statusFailure } from "../../../base/http-exchange.js";
import type { ServerSecret } from "./server-secret.js";

/** Times in milliseconds. */
export interface JsonClientTiming {
  /** Longest for one attempt, until its answer is there whole. */
  readonly attempt: number;
  /** Wait before the second attempt; doubled for each further one. */
  readonly backOff: number;
  /** Longest wait between attempts; a server that asks for more is given up. */
  readonly longestWait: number;
}

export interface JsonClientOptions {
  /** What paths are put behind: `http://host:8000`, or with a path before them. */
  readonly url: URL;
  readonly secret?: ServerSecret;
  readonly timing: JsonClientTiming;
  /** Attempts in all for one request. */
  readonly attempts: number;
  /** Most requests at once; further ones wait. */
  readonly parallel: number;
}

export interface JsonRequest {
  /** Most bytes of the answer. */
  readonly maximumBytes: number;
  readonly signal: AbortSignal;
  /** The caller can ask for less: an answer "too much" is not tried again as it is. */
  readonly splittable?: boolean;
}

/** Bytes of an answer that only explains a refusal. */
const REFUSAL_BYTES = 64 * 1024;
/** Characters of it that are shown. */
const SHOWN = 400;

const TOO_MUCH =
  /out of memory|outofmemory|cuda error|too (long|large|many|big)|exceed|longer than|(context|maximum|max)[ _-]?(model[ _-]?)?(length|tokens|batch)|must be (less|<=)/i;

/**
 * JSON over HTTP(S) to one server, over connections that are kept. Busy servers (with the wait they ask for), lost
 * connections and answers that end early are tried again; redirects are not followed, since they would carry the key to
 * another host. No message holds the key, whatever the server writes.
 */
export class JsonClient {
  readonly #options: JsonClientOptions;
  readonly #agent: HttpAgent;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  /** The server asked for silence until then, by `performance.now()`. */
  #notBefore = 0;

  constructor(options: JsonClientOptions) {
    this.#options = options;
    const agent = { keepAlive: true, maxSockets: options.parallel };
    this.#agent = options.url.protocol === "https:" ? new HttpsAgent(agent) : new HttpAgent(agent);
  }

  /** The address of a path. */
  address(path: string): URL {
    const { url } = this.#options;
    return new URL(`${url.pathname.replace(/\/+$/, "")}${path}`, url);
  }

  /** The answer to a GET; undefined where the server does not know the path (404, 405, 501). */
  async get(path: string, request: JsonRequest): Promise<unknown> {
    try {
      return await this.#ask(path, undefined, request);
    } catch (error) {
      if (error instanceof NetworkError && [404, 405, 501].includes(Number(error.fields.status))) return undefined;
      throw error;
    }
  }

  /**
   * The answer to a POST.
   * @throws {NetworkError} `network/too-much` where the server says that the request is too long or its memory too
   * small; `network/status`, `network/redirected`, `network/answer-too-large`, `network/malformed-answer`,
   * `network/not-a-number`, `network/timed-out`, `network/cut`, `network/unreachable`, …; {@link InterruptedError}.
   */
  post(path: string, body: unknown, request: JsonRequest): Promise<unknown> {
    return this.#ask(path, Buffer.from(JSON.stringify(body)), request);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #ask(path: string, body: Buffer | undefined, request: JsonRequest): Promise<unknown> {
    if (this.#running >= this.#options.parallel) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await this.#attempts(this.address(path), body, request);
    } catch (error) {
      if (request.signal.aborted) throw new InterruptedError("the scoring was interrupted");
      throw error;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  async #attempts(url: URL, body: Buffer | undefined, request: JsonRequest): Promise<unknown> {
    const { attempts, timing } = this.#options;
    const { signal } = request;
    for (let failures = 0; ; ) {
      signal.throwIfAborted();
      const wait = this.#notBefore - performance.now();
      if (wait > 0) await sleep(wait, undefined, { signal });
      try {
        return await this.#attempt(url, body, request);
      } catch (error) {
        if (!(error instanceof PassingFailure)) throw error;
        signal.throwIfAborted();
        failures += 1;
        const tooMuch = error.failure.tag === "network/too-much" && request.splittable === true;
        if (tooMuch || failures >= attempts || (error.wait ?? 0) > timing.longestWait) throw error.failure;
        if (error.wait !== undefined) this.#notBefore = Math.max(this.#notBefore, performance.now() + error.wait);
        else await sleep(Math.min(timing.backOff * 2 ** (failures - 1), timing.longestWait), undefined, { signal });
      }
    }
  }

  async #attempt(url: URL, body: Buffer | undefined, request: JsonRequest): Promise<unknown> {
    const milliseconds = Math.min(Math.ceil(this.#options.timing.attempt), 2 ** 31 - 1);
    const timeOut = AbortSignal.timeout(milliseconds);
    const signal = AbortSignal.any([request.signal, timeOut]);
    try {
      const response = await this.#send(url, body, signal);
      const status = response.statusCode ?? 0;
      if (status === 200) return parsed(await read(response, request.maximumBytes, url), url);
      if (status >= 300 && status < 400) throw this.#redirected(response, status, url);
      throw this.#refused(response, await read(response, REFUSAL_BYTES, url, true), url);
    } catch (error) {
      if (request.signal.aborted) throw error;
      if (timeOut.aborted) {
        const seconds = Math.round(milliseconds / 100) / 10;
        throw new PassingFailure(
          networkError("timed-out", url, `did not answer within ${seconds} s`, {
            wayOut: "Give it more time (`timeout`), or ask for less at once (`batch`, `concurrency`).",
          }),
        );
      }
      throw exchangeFailure(error, url);
    }
  }

  #send(url: URL, body: Buffer | undefined, signal: AbortSignal): Promise<IncomingMessage> {
    const { secret } = this.#options;
    const headers = {
      "user-agent": "neurotables",
      accept: "application/json",
      "accept-encoding": "identity",
      ...(body === undefined ? {} : { "content-type": "application/json", "content-length": body.length }),
      ...(secret === undefined ? {} : { authorization: secret.header() }),
    };
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const method = body === undefined ? "GET" : "POST";
      const sent = send(url, { method, headers, agent: this.#agent, signal, rejectUnauthorized: true }, resolve);
      sent.on("error", reject);
      sent.end(body);
    });
  }

  #redirected(response: IncomingMessage, status: number, url: URL): NetworkError {
    response.destroy();
    const location = response.headers.location ?? "";
    const to = URL.canParse(location, url.href) ? new URL(location, url).host : "nowhere";
    return networkError("redirected", url, `redirects (${status}) to ${this.#shown(to)}, which is not followed`, {
      fields: { status },
      wayOut: "Give the address that answers itself as `url`.",
    });
  }

  #refused(response: IncomingMessage, text: string, url: URL): NetworkError | PassingFailure {
    const status = response.statusCode ?? 0;
    const said = this.#shown(refusalText(text));
    const known = statusFailure(status, response.headers, url);
    const wait = known instanceof PassingFailure ? known.wait : undefined;
    const asks = wait === undefined ? "" : ` and asks to wait ${Math.ceil(wait / 1000)} s`;
    const answers = `answers with status ${status}${asks}${said === "" ? "" : `: ${said}`}`;
    const tooMuch = status === 413 || ([400, 422, 500, 503].includes(status) && TOO_MUCH.test(said));
    const failure = networkError(tooMuch ? "too-much" : "status", url, answers, {
      fields: { status, said },
      wayOut: wayOut(status, tooMuch),
    });
    return known instanceof PassingFailure ? new PassingFailure(failure, wait) : failure;
  }

  /** Text of the server, without the key, as much as is shown. */
  #shown(text: string): string {
    const clean = this.#options.secret?.redact(text) ?? text;
    return clean.length > SHOWN ? `${clean.slice(0, SHOWN)}…` : clean;
  }
}

function wayOut(status: number, tooMuch: boolean): string {
  if (tooMuch) return "Choose a smaller `context`, or give the server a longer maximum length or more memory.";
  if (status === 401 || status === 403) return "Name the environment variable that holds the key as `key_variable`.";
  if (status === 404) return "Look at `url`, `protocol` and `model`: the server does not know what is asked for.";
  if (status === 429 || status >= 500) return "The server is busy or broken: look at its log, and run again later.";
  return "Look at what the server says, and at `protocol`, `model` and `top_k`.";
}

/** What a refusal says: vLLM and SGLang have an object, TGI a text under `error`. */
function refusalText(text: string): string {
  try {
    const body = JSON.parse(text) as { error?: unknown; message?: unknown; detail?: unknown };
    const inner = (body.error as { message?: unknown } | undefined)?.message;
    for (const said of [inner, body.error, body.message, body.detail]) if (typeof said === "string") return said;
  } catch {
    // It is no JSON: shown as it is.
  }
  return text.replace(/\s+/g, " ").trim();
}

async function read(response: IncomingMessage, most: number, url: URL, cut = false): Promise<string> {
  const encoding = response.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    response.destroy();
    throw networkError("encoded", url, "answers in an encoding that was not asked for", { fields: { status: 200 } });
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes <= most) continue;
    response.destroy();
    if (cut) break;
    throw networkError("answer-too-large", url, `answers with more than ${most} bytes`, {
      fields: { maximum_bytes: most },
      wayOut: "Ask for fewer of the most probable tokens (`top_k`), or look at what the server is.",
    });
  }
  return Buffer.concat(chunks).toString("utf8", 0, Math.min(bytes, most));
}

function parsed(text: string, url: URL): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Python writes NaN and Infinity into what it calls JSON.
    const constant = /[:[,]\s*(-?(?:NaN|Infinity))\s*[,\]}]/.exec(text)?.[1];
    if (constant !== undefined) {
      throw networkError("not-a-number", url, `answers with ${constant} in place of a number`, {
        fields: { value: constant },
        wayOut: "The model overflows on this text: run it in a wider precision (bfloat16 or float32).",
      });
    }
    throw new PassingFailure(
      networkError("malformed-answer", url, `answers with what is no JSON (${text.length} characters)`, {
        wayOut: "Look at `url` and `protocol`: another kind of server, or something before it, may answer.",
      }),
    );
  }
}
