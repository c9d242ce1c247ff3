import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { closeQuietly, writeFully } from "./atomic-file.js";
import { type ErrorFields, InterruptedError, NetworkError } from "./errors.js";
import type { FileOperations } from "./file-operations.js";
import { errorCode, guarded, storageError } from "./storage-error.js";

/** Which machines may be asked. */
export interface HttpRules {
  /** Throws for a URL that must not be asked. Called for the first one and for every redirect. */
  readonly check: (url: URL) => void;
  /** Resolves host names, and refuses addresses. Not called for addresses written as such: `check` sees those. */
  readonly lookup: LookupFunction;
}

/** Times in milliseconds. */
export interface HttpTiming {
  /** Longest without any byte. */
  readonly idle: number;
  /** Longest in all, waiting included. */
  readonly total: number;
  /** Wait before the second attempt; doubled for each further one. */
  readonly backOff: number;
  /** Longest wait between attempts; a server that asks for more is given up. */
  readonly longestWait: number;
}

export interface HttpDownload {
  readonly url: URL;
  /** The file to write, which must not exist. It is left behind, incomplete, when the download fails. */
  readonly path: string;
  readonly files: FileOperations;
  /** Most bytes taken. */
  readonly maximumBytes: number;
  /** Exact size, where it is known. */
  readonly bytes?: number;
  /** Whether a connection that was cut may be taken up where it ended (default true). */
  readonly resume?: boolean;
  readonly rules: HttpRules;
  readonly timing: HttpTiming;
  readonly signal: AbortSignal;
  readonly onProgress?: (bytes: number) => void;
}

export interface HttpDownloaded {
  readonly bytes: number;
  /** Whether it was put together from several answers. */
  readonly resumed: boolean;
}

const MOST_REDIRECTS = 4;
/** What Node's timers can hold: 24 days. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** Attempts in a row that bring nothing. */
const MOST_ATTEMPTS = 5;
const PASSING_STATUS = new Set([408, 429, 500, 502, 503, 504]);
const PASSING_CODE =
  /^(ECONNRESET|ECONNREFUSED|ECONNABORTED|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EAI_AGAIN)$/;
const CERTIFICATE = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA)/;

/**
 * Fetches one file over HTTP(S) to disk and syncs it. No credentials are sent, no encoding is accepted. Busy servers
 * and cut connections are tried again, by Range where there is something to go on from. What is in the file is for the
 * caller to check: a resumed download may be of two versions.
 * @throws {NetworkError} `network/…` with host, path and status; `StorageError`; `InterruptedError`.
 */
export async function downloadFile(request: HttpDownload): Promise<HttpDownloaded> {
  const { files, path } = request;
  const descriptor = guarded("write", path, () => files.open(path, "ax"));
  const timeOut = AbortSignal.timeout(Math.min(Math.ceil(request.timing.total), LONGEST_TIMER));
  try {
    const download = new Download(request, descriptor, AbortSignal.any([request.signal, timeOut]));
    await download.run();
    await files.flush(descriptor).catch((error: unknown) => {
      throw storageError("write", path, error);
    });
    return { bytes: download.bytes, resumed: download.resumed };
  } catch (error) {
    if (request.signal.aborted) throw new InterruptedError("the download was interrupted", { cause: error });
    if (timeOut.aborted) {
      const seconds = Math.round(request.timing.total / 1000);
      throw networkError("timed-out", request.url, `was not there whole after ${seconds} s`, {
        wayOut: "Try again later, or fetch the file by other means and put it into a sources folder.",
      });
    }
    throw error;
  } finally {
    closeQuietly(files, descriptor);
  }
}

/** Host and path, without what may be secret. */
export function urlText(url: URL): string {
  return `${url.host}${url.pathname}`;
}

/** An error about one URL. */
export function networkError(
  problem: string,
  url: URL,
  what: string,
  options: { readonly fields?: ErrorFields; readonly wayOut?: string; readonly cause?: unknown } = {},
): NetworkError {
  return new NetworkError(problem, `${urlText(url)} ${what}`, {
    ...options,
    fields: { host: url.host, path: url.pathname, ...options.fields },
  });
}

/** Something that may be better at the next attempt. */
class Passing extends Error {
  readonly failure: NetworkError;
  readonly wait: number | undefined;

  constructor(failure: NetworkError, wait?: number) {
    super(failure.message);
    this.failure = failure;
    this.wait = wait;
  }
}

class Download {
  readonly #request: HttpDownload;
  readonly #descriptor: number;
  readonly #signal: AbortSignal;
  #bytes = 0;
  #pieces = 0;
  #canResume: boolean;
  /** Strong validator of the version that the bytes so far are of. */
  #version: string | undefined;

  constructor(request: HttpDownload, descriptor: number, signal: AbortSignal) {
    this.#request = request;
    this.#descriptor = descriptor;
    this.#signal = signal;
    this.#canResume = request.resume ?? true;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get resumed(): boolean {
    return this.#pieces > 1;
  }

  async run(): Promise<void> {
    const { backOff, longestWait } = this.#request.timing;
    for (let failures = 0; ; ) {
      const before = this.#bytes;
      try {
        await this.#attempt();
        return;
      } catch (error) {
        if (!(error instanceof Passing)) throw error;
        this.#signal.throwIfAborted();
        // Slow headway is headway; the total time bounds it.
        failures = this.#bytes > before ? 1 : failures + 1;
        if (failures >= MOST_ATTEMPTS) throw error.failure;
        if ((error.wait ?? 0) > longestWait) throw error.failure;
        await sleep(error.wait ?? Math.min(backOff * 2 ** (failures - 1), longestWait), undefined, {
          signal: this.#signal,
        });
      }
    }
  }

  async #attempt(): Promise<void> {
    let { url } = this.#request;
    for (let redirects = 0; ; redirects++) {
      this.#request.rules.check(url);
      const exchange = new Exchange({ url, headers: this.#headers(), request: this.#request, signal: this.#signal });
      try {
        const response = await exchange.response;
        const next = redirectTarget(response, url);
        if (next === undefined) {
          this.#begin(response, url);
          await this.#receive(exchange, response, url);
          return;
        }
        if (redirects === MOST_REDIRECTS) {
          throw networkError("too-many-redirects", this.#request.url, `redirects more than ${MOST_REDIRECTS} times`);
        }
        url = next;
      } catch (error) {
        throw asFailure(error, url);
      } finally {
        exchange.close();
      }
    }
  }

  #headers(): Record<string, string> {
    const headers: Record<string, string> = {
      "user-agent": "neurotables",
      accept: "*/*",
      "accept-encoding": "identity",
    };
    if (this.#bytes === 0 || !this.#canResume) return headers;
    headers.range = `bytes=${this.#bytes}-`;
    if (this.#version !== undefined) headers["if-range"] = this.#version;
    return headers;
  }

  /** Looks at status and headers, and makes the file as long as where the body begins. */
  #begin(response: IncomingMessage, url: URL): void {
    const status = response.statusCode ?? 0;
    const { headers } = response;
    if (status !== 200 && status !== 206) {
      if (status === 416 && this.#bytes > 0) throw this.#startOver(url, "has nothing behind what was received");
      throw statusError(status, headers, url);
    }
    const encoding = headers["content-encoding"] ?? "identity";
    if (encoding !== "identity") {
      throw networkError("encoded", url, `came as ${encoding}, which was not asked for`, { fields: { encoding } });
    }
    const expected = this.#request.bytes;
    if (status === 206) {
      const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers["content-range"] ?? "");
      const whole = range?.[2] === undefined || range[2] === "*" ? undefined : Number(range[2]);
      if (range === null || Number(range[1]) !== this.#bytes || (expected ?? whole) !== (whole ?? expected)) {
        throw this.#startOver(url, `gave another part than was asked for (${headers["content-range"] ?? "no range"})`);
      }
    } else this.#discard();
    const length = headers["content-length"] === undefined ? undefined : Number(headers["content-length"]);
    if (length !== undefined) {
      const total = this.#bytes + length;
      if (expected !== undefined && total !== expected) throw sizeDiffers(url, total, expected);
      if (total > this.#request.maximumBytes) throw tooLarge(url, this.#request.maximumBytes);
    }
    const tag = headers.etag;
    this.#version = tag?.startsWith('"') ? tag : undefined;
    this.#pieces += 1;
  }

  async #receive(exchange: Exchange, response: IncomingMessage, url: URL): Promise<void> {
    const { files, path, maximumBytes, bytes: expected, onProgress } = this.#request;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        exchange.refresh();
        if (this.#bytes + chunk.length > maximumBytes) {
          throw expected === undefined ? tooLarge(url, maximumBytes) : sizeDiffers(url, undefined, expected);
        }
        guarded("write", path, () => writeFully(files, this.#descriptor, chunk));
        this.#bytes += chunk.length;
        onProgress?.(this.#bytes);
      }
    } finally {
      exchange.throwIfEnded();
    }
    if (!response.complete || (expected !== undefined && this.#bytes < expected)) throw cutShort(url, this.#bytes);
  }

  #startOver(url: URL, what: string): Passing {
    this.#discard();
    this.#canResume = false;
    return new Passing(networkError("range", url, what));
  }

  #discard(): void {
    const { files, path } = this.#request;
    if (this.#bytes > 0) guarded("write", path, () => files.truncate(this.#descriptor, 0));
    this.#bytes = 0;
    this.#pieces = 0;
  }
}

/** One request and its answer, ended when nothing comes for too long. */
class Exchange {
  readonly response: Promise<IncomingMessage>;
  readonly #idle: NodeJS.Timeout;
  readonly #signal: AbortSignal;
  readonly #abort = () => this.#end(this.#signal.reason);
  #end: (error?: unknown) => void = () => {};
  #ended: unknown;

  constructor(options: {
    readonly url: URL;
    readonly headers: Record<string, string>;
    readonly request: HttpDownload;
    readonly signal: AbortSignal;
  }) {
    const { url, headers, request, signal } = options;
    const { idle } = request.timing;
    this.#signal = signal;
    this.response = new Promise((resolve, reject) => {
      const send = url.protocol === "https:" ? httpsRequest : httpRequest;
      // A connection of its own, whatever the environment says of certificates.
      const sent = send(url, { headers, agent: false, lookup: request.rules.lookup, rejectUnauthorized: true });
      this.#end = (error) => {
        this.#ended ??= error;
        reject(error);
        sent.destroy();
      };
      sent.on("response", (response) => {
        this.#idle.refresh();
        // Who reads the body meets its errors; before and after nobody does.
        response.on("error", () => {});
        this.#end = (error) => {
          this.#ended ??= error;
          response.destroy(error as Error | undefined);
        };
        resolve(response);
      });
      sent.on("error", reject);
      if (signal.aborted) this.#abort();
      else sent.end();
    });
    this.response.catch(() => {});
    signal.addEventListener("abort", this.#abort);
    const seconds = Math.round(idle / 1000);
    this.#idle = setTimeout(
      () => this.#end(new Passing(networkError("idle", url, `sent nothing for ${seconds} s`))),
      idle,
    );
  }

  refresh(): void {
    this.#idle.refresh();
  }

  /** Throws what ended the exchange from this side, whatever the stream makes of it. */
  throwIfEnded(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#signal.removeEventListener("abort", this.#abort);
    this.#end();
  }
}

function redirectTarget(response: IncomingMessage, from: URL): URL | undefined {
  const status = response.statusCode ?? 0;
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  const { location } = response.headers;
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw networkError("bad-redirect", from, `redirects (${status}) to nowhere`, { fields: { status } });
  }
  return new URL(location, from);
}

function statusError(status: number, headers: IncomingHttpHeaders, url: URL): NetworkError | Passing {
  const wait = retryAfter(headers["retry-after"]);
  const asked = wait === undefined ? "" : ` and asks to wait ${Math.ceil(wait / 1000)} s`;
  const failure = networkError("status", url, `answers with status ${status}${asked}`, {
    fields: { status },
    wayOut:
      status === 404 || status === 410
        ? "The file is no longer there: correct its url, or put the file into a sources folder."
        : PASSING_STATUS.has(status)
          ? "The server is busy or broken: run again later."
          : "The server refuses: look at the address in a browser, or put the file into a sources folder.",
  });
  return PASSING_STATUS.has(status) ? new Passing(failure, wait) : failure;
}

/** Milliseconds of a Retry-After header, which gives seconds or a date. */
function retryAfter(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** What an exchange threw, as one of our errors or as something to try again. */
function asFailure(error: unknown, url: URL): unknown {
  const code = errorCode(error);
  if (code === undefined || error instanceof NetworkError) return error;
  const options = { fields: { code }, cause: error };
  if (code === "ECONNRESET") return new Passing(networkError("cut", url, "ended the connection", options));
  if (PASSING_CODE.test(code)) return new Passing(networkError("unreachable", url, `is not reached: ${code}`, options));
  if (code === "ENOTFOUND") {
    return networkError("unreachable", url, "is not reached: the name of the host is not known", {
      ...options,
      wayOut: "Look at the spelling of the host and at the connection to the internet.",
    });
  }
  if (CERTIFICATE.test(code)) {
    return networkError("certificate", url, `cannot prove who it is: ${code}`, {
      ...options,
      wayOut: "Certificates of your own are named by the environment variable NODE_EXTRA_CA_CERTS.",
    });
  }
  if (code.startsWith("HPE_")) return networkError("malformed-answer", url, `gives no valid answer: ${code}`, options);
  return error;
}

function cutShort(url: URL, bytes: number): Passing {
  return new Passing(networkError("cut", url, `ended the connection after ${bytes} bytes`, { fields: { bytes } }));
}

function sizeDiffers(url: URL, found: number | undefined, expected: number): NetworkError {
  const what = found === undefined ? "more" : `${found}`;
  return networkError("size-differs", url, `has ${what} bytes, the pinned file ${expected}`, {
    fields: { found: found ?? null, expected },
    wayOut: "It is another file than the pinned one: correct the pin, or put the file into a sources folder.",
  });
}

function tooLarge(url: URL, maximum: number): NetworkError {
  return networkError("too-large", url, `has more than ${maximum} bytes`, {
    fields: { maximum },
    wayOut: "Pin its size with bytes:, or put the file into a sources folder.",
  });
}
