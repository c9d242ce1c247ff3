import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { type ErrorFields, NetworkError } from "./errors.js";
import { errorCode } from "./storage-error.js";

/** Which machines may be asked. */
export interface HttpRules {
  /** Throws for a URL that must not be asked. Called for the first one and for every redirect. */
  readonly check: (url: URL) => void;
  /** Resolves host names, and refuses addresses. Not called for addresses written as such: `check` sees those. */
  readonly lookup: LookupFunction;
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
export class PassingFailure extends Error {
  readonly failure: NetworkError;
  /** Milliseconds that the server asks to wait. */
  readonly wait: number | undefined;

  constructor(failure: NetworkError, wait?: number) {
    super(failure.message);
    this.failure = failure;
    this.wait = wait;
  }
}

const PASSING_STATUS = new Set([408, 429, 500, 502, 503, 504]);
const PASSING_CODE =
  /^(ECONNRESET|ECONNREFUSED|ECONNABORTED|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EAI_AGAIN)$/;
const CERTIFICATE = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA)/;

/** One GET and its answer over a connection of its own, ended when nothing comes for too long. */
export class HttpExchange {
  readonly response: Promise<IncomingMessage>;
  readonly #idle: NodeJS.Timeout;
  readonly #signal: AbortSignal;
  readonly #abort = () => this.#end(this.#signal.reason);
  #end: (error?: unknown) => void = () => {};
  #ended: unknown;

  constructor(options: {
    readonly url: URL;
    readonly headers: Readonly<Record<string, string>>;
    readonly rules: HttpRules;
    /** Longest without any byte, in milliseconds. */
    readonly idle: number;
    readonly signal: AbortSignal;
  }) {
    const { url, rules, idle, signal } = options;
    const headers = { "user-agent": "neurotables", accept: "*/*", "accept-encoding": "identity", ...options.headers };
    this.#signal = signal;
    this.response = new Promise((resolve, reject) => {
      const send = url.protocol === "https:" ? httpsRequest : httpRequest;
      // A connection of its own, whatever the environment says of certificates.
      const sent = send(url, { headers, agent: false, lookup: rules.lookup, rejectUnauthorized: true });
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
      () => this.#end(new PassingFailure(networkError("idle", url, `sent nothing for ${seconds} s`))),
      idle,
    );
  }

  /** Something came. */
  refresh(): void {
    this.#idle.refresh();
  }

  /** Throws what ended the exchange from this side, whatever the stream makes of it. */
  throwIfEnded(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  /** Ends the connection; a body that was not read is not read any more. */
  close(): void {
    clearTimeout(this.#idle);
    this.#signal.removeEventListener("abort", this.#abort);
    this.#end();
  }
}

/**
 * Where an answer redirects to; undefined when it does not.
 * @throws {NetworkError} `network/bad-redirect`, `network/downgrade` for one that leads from https to another protocol.
 */
export function redirectTarget(response: Pick<IncomingMessage, "statusCode" | "headers">, from: URL): URL | undefined {
  const status = response.statusCode ?? 0;
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  const { location } = response.headers;
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw networkError("bad-redirect", from, `redirects (${status}) to nowhere`, { fields: { status } });
  }
  const to = new URL(location, from);
  if (from.protocol === "https:" && to.protocol !== "https:") {
    throw networkError("downgrade", from, `redirects to ${to.protocol.slice(0, -1)}: https is never given up`, {
      fields: { status, to: to.host },
    });
  }
  return to;
}

/** The failure that a status stands for; one that passes is a {@link PassingFailure}. */
export function statusFailure(status: number, headers: IncomingHttpHeaders, url: URL): NetworkError | PassingFailure {
  const wait = retryAfter(headers["retry-after"]);
  const asked = wait === undefined ? "" : ` and asks to wait ${Math.ceil(wait / 1000)} s`;
  const passes = PASSING_STATUS.has(status);
  const failure = networkError("status", url, `answers with status ${status}${asked}`, {
    fields: { status },
    wayOut:
      status === 404 || status === 410
        ? "The file is not there: correct its address, or put the file into a sources folder."
        : passes
          ? "The server is busy or broken: run again later."
          : "The server refuses: look at the address in a browser, or put the file into a sources folder.",
  });
  return passes ? new PassingFailure(failure, wait) : failure;
}

/** Milliseconds of a Retry-After header, which gives seconds or a date. */
function retryAfter(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** What an exchange threw, as one of our errors or as something to try again. */
export function exchangeFailure(error: unknown, url: URL): unknown {
  const code = errorCode(error);
  if (code === undefined || error instanceof NetworkError) return error;
  const options = { fields: { code }, cause: error };
  if (code === "ECONNRESET") return new PassingFailure(networkError("cut", url, "ended the connection", options));
  if (PASSING_CODE.test(code)) {
    return new PassingFailure(networkError("unreachable", url, `is not reached: ${code}`, options));
  }
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
