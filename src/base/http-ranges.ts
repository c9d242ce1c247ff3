import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { InterruptedError, type NetworkError } from "./errors.js";
import type { HttpTiming } from "./http-download.js";
import {
  exchangeFailure,
  HttpExchange,
  type HttpRules,
  networkError,
  PassingFailure,
  redirectTarget,
  statusFailure,
} from "./http-exchange.js";

/** What to read, and whom it may be asked of. */
export interface HttpRangesRequest {
  readonly url: URL;
  readonly rules: HttpRules;
  /** `total` is the longest time for one range, its attempts included. */
  readonly timing: HttpTiming;
  readonly signal: AbortSignal;
  /** Most requests at once (default 4). */
  readonly parallel?: number;
}

/** What went over the line so far. */
export interface HttpTraffic {
  /** Requests sent, redirects and repetitions included. */
  readonly requests: number;
  /** Bytes of bodies received. */
  readonly bytes: number;
}

const MOST_REDIRECTS = 4;
const LONGEST_TIMER = 2 ** 31 - 1;
/** Attempts in a row that bring nothing. */
const MOST_ATTEMPTS = 5;
/** What a signed address answers when its time is over. */
const EXPIRED = new Set([401, 403, 404, 410]);

/** One range that is being read. */
interface Reading {
  readonly start: number;
  readonly end: number;
  readonly buffer: Buffer;
  filled: number;
  /** Whether the address that a redirect gave was already asked for anew. */
  renewed: boolean;
}

/**
 * A file on an HTTP(S) server, read by byte ranges (RFC 9110 section 14). Every answer is 206 with exactly the range
 * asked for, of a file of the same size and the same strong ETag (else Last-Modified) as the first; anything else is an
 * error. Busy servers, cut connections and short bodies are tried again at the missing byte. No credentials are sent,
 * no encoding is accepted, redirects pass the rules one by one; the address they lead to is kept, and asked for anew
 * when it has expired. At most `parallel` requests go on at once. Memory: the ranges being read.
 */
export class HttpRanges {
  readonly url: URL;
  readonly #request: HttpRangesRequest;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #resolved: URL;
  #size: number | undefined;
  #version: string | undefined;
  #requests = 0;
  #bytes = 0;
  /** When the server wants to be asked again, on the clock of `performance`. */
  #notBefore = 0;

  private constructor(request: HttpRangesRequest) {
    this.url = request.url;
    this.#request = request;
    this.#resolved = request.url;
    this.#signal = AbortSignal.any([request.signal, this.#stop.signal]);
  }

  /**
   * Asks for the first byte, which tells size and version: HEAD need not say whether ranges are served.
   * @throws {NetworkError} `network/no-ranges` and what {@link slice} throws.
   */
  static async open(request: HttpRangesRequest): Promise<HttpRanges> {
    const ranges = new HttpRanges(request);
    await ranges.#read(0, 1);
    return ranges;
  }

  /** Bytes of the file. */
  get size(): number {
    return this.#size as number;
  }

  /** The strong ETag, else the Last-Modified date; undefined where the server gives neither. */
  get version(): string | undefined {
    return this.#version;
  }

  /** The address that redirects lead to. It may hold a signature: not for messages. */
  get resolvedUrl(): URL {
    return this.#resolved;
  }

  get traffic(): HttpTraffic {
    return { requests: this.#requests, bytes: this.#bytes };
  }

  /**
   * Up to `length` bytes from `position`; fewer at the end of the file. One request, several where it is cut.
   * @throws {NetworkError} `network/changed`, `network/range`, `network/encoded`, `network/status`, `network/cut`,
   * `network/idle`, `network/timed-out`, `network/too-many-redirects`, …; {@link InterruptedError}.
   */
  async slice(position: number, length: number): Promise<Buffer> {
    const start = Math.min(Math.max(0, position), this.size);
    const end = Math.min(start + Math.max(0, length), this.size);
    return end === start ? Buffer.alloc(0) : this.#read(start, end);
  }

  /** Ends what is being read. */
  close(): void {
    this.#stop.abort();
    for (const start of this.#waiting.splice(0)) start();
  }

  async #read(start: number, end: number): Promise<Buffer> {
    if (this.#running >= (this.#request.parallel ?? 4)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    const { signal, timing } = this.#request;
    const timeOut = AbortSignal.timeout(Math.min(Math.ceil(timing.total), LONGEST_TIMER));
    const reading: Reading = { start, end, buffer: Buffer.allocUnsafe(end - start), filled: 0, renewed: false };
    try {
      await this.#attempts(reading, AbortSignal.any([this.#signal, timeOut]));
      return reading.buffer;
    } catch (error) {
      if (signal.aborted || this.#stop.signal.aborted) {
        throw new InterruptedError("the reading was interrupted", { cause: error });
      }
      if (!timeOut.aborted) throw error;
      const seconds = Math.round(timing.total / 1000);
      throw networkError("timed-out", this.url, `did not give ${end - start} bytes from ${start} within ${seconds} s`, {
        wayOut: "Try again later.",
      });
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  async #attempts(reading: Reading, signal: AbortSignal): Promise<void> {
    const { backOff, longestWait } = this.#request.timing;
    for (let failures = 0; ; ) {
      const before = reading.filled;
      try {
        signal.throwIfAborted();
        const wait = this.#notBefore - performance.now();
        if (wait > 0) await sleep(wait, undefined, { signal });
        await this.#attempt(reading, signal);
        return;
      } catch (error) {
        if (!(error instanceof PassingFailure)) throw error;
        signal.throwIfAborted();
        failures = reading.filled > before ? 1 : failures + 1;
        if (failures >= MOST_ATTEMPTS || (error.wait ?? 0) > longestWait) throw error.failure;
        if (error.wait === undefined) {
          await sleep(Math.min(backOff * 2 ** (failures - 1), longestWait), undefined, { signal });
        } else this.#notBefore = Math.max(this.#notBefore, performance.now() + error.wait);
      }
    }
  }

  async #attempt(reading: Reading, signal: AbortSignal): Promise<void> {
    const from = this.#resolved;
    let url = from;
    for (let redirects = 0; ; redirects++) {
      this.#request.rules.check(url);
      this.#requests += 1;
      const range = `bytes=${reading.start + reading.filled}-${reading.end - 1}`;
      const { rules, timing } = this.#request;
      const exchange = new HttpExchange({ url, headers: { range }, rules, idle: timing.idle, signal });
      try {
        const response = await exchange.response;
        if (this.#hasExpired(response, url) && !reading.renewed) {
          // Another reading may have renewed it already.
          if (this.#resolved === from) this.#resolved = this.url;
          reading.renewed = true;
          url = this.#resolved;
          redirects = -1;
          continue;
        }
        const next = redirectTarget(response, url);
        if (next === undefined) {
          const expected = this.#begin(response, url, reading);
          if (this.#resolved === from || this.#resolved === this.url) this.#resolved = url;
          await this.#receive({ exchange, response, url, reading, expected });
          return;
        }
        if (redirects >= MOST_REDIRECTS) {
          throw networkError("too-many-redirects", this.url, `redirects more than ${MOST_REDIRECTS} times`);
        }
        url = next;
      } catch (error) {
        throw exchangeFailure(error, url);
      } finally {
        exchange.close();
      }
    }
  }

  #hasExpired(response: IncomingMessage, url: URL): boolean {
    return EXPIRED.has(response.statusCode ?? 0) && url.href !== this.url.href;
  }

  /** Looks at status and headers. @returns how many bytes the body must have. */
  #begin(response: IncomingMessage, url: URL, reading: Reading): number {
    const status = response.statusCode ?? 0;
    const { headers } = response;
    const from = reading.start + reading.filled;
    if (status === 200) {
      throw networkError("no-ranges", url, "gives the whole file where a part was asked for", {
        fields: { status },
        wayOut: "The server knows no byte ranges: download the archive by other means and give its path.",
      });
    }
    if (status === 416) {
      if (this.#size === undefined) throw networkError("empty", url, "is empty", { fields: { status } });
      throw changed(url, `has nothing at byte ${from} any more`);
    }
    if (status !== 206) throw statusFailure(status, headers, url);
    const encoding = headers["content-encoding"] ?? "identity";
    if (encoding !== "identity") {
      throw networkError("encoded", url, `came as ${encoding}, which was not asked for`, { fields: { encoding } });
    }
    const given = headers["content-range"];
    const range = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/.exec(given ?? "");
    const [first, last, size] = [Number(range?.[1]), Number(range?.[2]), Number(range?.[3])];
    if (range === null || first !== from || last < first || last >= reading.end || size <= last) {
      throw wrongRange(url, `${from}-${reading.end - 1}`, given);
    }
    const tag = headers.etag?.startsWith('"') ? headers.etag : undefined;
    const version = tag ?? headers["last-modified"];
    if (this.#size === undefined) {
      this.#size = size;
      this.#version = version;
    }
    if (size !== this.#size) throw changed(url, `has ${size} bytes by now, not ${this.#size}`);
    if (version !== this.#version) throw changed(url, "is of another version by now");
    const expected = last - first + 1;
    const length = headers["content-length"];
    if (length !== undefined && Number(length) !== expected) {
      throw wrongRange(url, `${from}-${reading.end - 1}`, `${given} in ${length} bytes`);
    }
    return expected;
  }

  async #receive(given: {
    readonly exchange: HttpExchange;
    readonly response: IncomingMessage;
    readonly url: URL;
    readonly reading: Reading;
    readonly expected: number;
  }): Promise<void> {
    const { exchange, response, url, reading, expected } = given;
    let received = 0;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        exchange.refresh();
        this.#bytes += chunk.length;
        if (received + chunk.length > expected) throw wrongRange(url, `${expected} bytes`, "more bytes");
        chunk.copy(reading.buffer, reading.filled);
        received += chunk.length;
        reading.filled += chunk.length;
      }
    } finally {
      exchange.throwIfEnded();
    }
    if (reading.filled < reading.buffer.length) {
      const at = reading.start + reading.filled;
      throw new PassingFailure(networkError("cut", url, `ended the answer at byte ${at}`, { fields: { byte: at } }));
    }
  }
}

function wrongRange(url: URL, asked: string, given: string | undefined): NetworkError {
  return networkError("range", url, `gave another part than was asked for: ${given ?? "no range"}, not ${asked}`, {
    fields: { asked, given: given ?? null },
    wayOut: "The server, or something before it, does not serve byte ranges rightly: download the file by other means.",
  });
}

function changed(url: URL, what: string): NetworkError {
  return networkError("changed", url, what, {
    wayOut: "The file was replaced while it was read: run again.",
  });
}
