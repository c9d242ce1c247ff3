import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on 127.0.0.1 that answers each path as it is told to, once per answer in turn, the last one for ever. */
export class FileServer {
  readonly asked: { readonly path: string; readonly headers: IncomingMessage["headers"] }[] = [];
  readonly #answers = new Map<string, Answer[]>();
  readonly #server = createServer((request, response) => {
    const path = request.url ?? "";
    this.asked.push({ path, headers: request.headers });
    const answers = this.#answers.get(path) ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });

  static async start(): Promise<FileServer> {
    const server = new FileServer();
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    afterAll(() => {
      server.#server.closeAllConnections();
      server.#server.close();
    });
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  on(path: string, ...answers: Answer[]): void {
    this.#answers.set(path, answers);
  }

  countOf(path: string): number {
    return this.asked.filter((one) => one.path === path).length;
  }
}

/** Answers with status, headers and body. */
export function answer(status: number, headers: Record<string, string>, body: string | Buffer = ""): Answer {
  return (_request, response) => void response.writeHead(status, headers).end(body);
}

/** A well-behaved server's answer: also to Range, where the version is still the one asked for. */
export function whole(body: Buffer, tag = '"1"'): Answer {
  return (request, response) => {
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
    const condition = request.headers["if-range"];
    if (range === null || (condition !== undefined && condition !== tag)) {
      response.writeHead(200, { "content-length": body.length, etag: tag }).end(body);
      return;
    }
    const from = Number(range[1]);
    if (from >= body.length) {
      response.writeHead(416).end();
      return;
    }
    response
      .writeHead(206, {
        "content-length": body.length - from,
        "content-range": `bytes ${from}-${body.length - 1}/${body.length}`,
        etag: tag,
      })
      .end(body.subarray(from));
  };
}

/** Says that the whole body comes, sends so many bytes of it, and cuts the connection. */
export function cutAfter(body: Buffer, bytes: number, tag = '"1"'): Answer {
  return (_request, response) => {
    response.writeHead(200, { "content-length": body.length, etag: tag });
    response.write(body.subarray(0, bytes), () => setTimeout(() => response.destroy(), 20));
  };
}
