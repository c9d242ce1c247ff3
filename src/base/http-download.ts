import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { closeQuietly, writeFully } from "./atomic-file.js";
import { InterruptedError, type NetworkError } from "./errors.js";
import type { FileOperations } from "./file-operations.js";
import {
  exchangeFailure,
  HttpExchange,
  type HttpRules,
  networkError,
  PassingFailure,
  redirectTarget,
  statusFailure,
} from "./http-exchange.js";
import { guarded, storageError } from "./storage-error.js";

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
        if (!(error instanceof PassingFailure)) throw error;
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
    const { rules, timing } = this.#request;
    let { url } = this.#request;
    for (let redirects = 0; ; redirects++) {
      rules.check(url);
      const exchange = new HttpExchange({
        url,
        headers: this.#headers(),
        rules,
        idle: timing.idle,
        signal: this.#signal,
      });
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
        throw exchangeFailure(error, url);
      } finally {
        exchange.close();
      }
    }
  }

  #headers(): Record<string, string> {
    if (this.#bytes === 0 || !this.#canResume) return {};
    const range = `bytes=${this.#bytes}-`;
    return this.#version === undefined ? { range } : { range, "if-range": this.#version };
  }

  /** Looks at status and headers, and makes the file as long as where the body begins. */
  #begin(response: IncomingMessage, url: URL): void {
    const status = response.statusCode ?? 0;
    const { headers } = response;
    if (status !== 200 && status !== 206) {
      if (status === 416 && this.#bytes > 0) throw this.#startOver(url, "has nothing behind what was received");
      throw statusFailure(status, headers, url);
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

  async #receive(exchange: HttpExchange, response: IncomingMessage, url: URL): Promise<void> {
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

  #startOver(url: URL, what: string): PassingFailure {
    this.#discard();
    this.#canResume = false;
    return new PassingFailure(networkError("range", url, what));
  }

  #discard(): void {
    const { files, path } = this.#request;
    if (this.#bytes > 0) guarded("write", path, () => files.truncate(this.#descriptor, 0));
    this.#bytes = 0;
    this.#pieces = 0;
  }
}

function cutShort(url: URL, bytes: number): PassingFailure {
  return new PassingFailure(
    networkError("cut", url, `ended the connection after ${bytes} bytes`, { fields: { bytes } }),
  );
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
