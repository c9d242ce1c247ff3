import type { IncomingMessage } from "node:http";
import type { Answer } from "./file-server.js";

/** Bytes that need not be in memory. */
export interface VirtualFile {
  readonly size: number;
  bytes(start: number, end: number): Buffer;
}

/** A file of zeros with bytes at some places: gigabytes without gigabytes. */
export function sparseFile(
  size: number,
  parts: readonly { readonly at: number; readonly bytes: Buffer }[],
): VirtualFile {
  return {
    size,
    bytes(start, end) {
      const buffer = Buffer.alloc(end - start);
      for (const { at, bytes } of parts) {
        const from = Math.max(at, start);
        const to = Math.min(at + bytes.length, end);
        if (from < to) bytes.copy(buffer, from - start, from - at, to - at);
      }
      return buffer;
    },
  };
}

function virtual(file: Buffer | VirtualFile): VirtualFile {
  if (!Buffer.isBuffer(file)) return file;
  return { size: file.length, bytes: (start, end) => file.subarray(start, end) };
}

/** The range that a request asks for, end exclusive. */
export function askedRange(headers: IncomingMessage["headers"]): { readonly start: number; readonly end: number } {
  const match = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "");
  if (match === null) throw new Error(`no range: ${headers.range}`);
  return { start: Number(match[1]), end: Number(match[2]) + 1 };
}

/** A well-behaved server's answer to a range; headers may be changed, `undefined` leaves one out. */
export function ranged(file: Buffer | VirtualFile, change: Readonly<Record<string, string | undefined>> = {}): Answer {
  const { size, bytes } = virtual(file);
  return (request, response) => {
    if (request.method !== "GET") {
      response.writeHead(405).end();
      return;
    }
    const { start, end: asked } = askedRange(request.headers);
    const end = Math.min(asked, size);
    if (start >= size) {
      response.writeHead(416, { "content-range": `bytes */${size}` }).end();
      return;
    }
    const headers: Record<string, string | undefined> = {
      "content-length": String(end - start),
      "content-range": `bytes ${start}-${end - 1}/${size}`,
      etag: '"1"',
      ...change,
    };
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
    response.writeHead(206).end(bytes(start, end));
  };
}

/** Says that the range comes, sends so many bytes of it, and cuts the connection. */
export function rangedCut(file: Buffer | VirtualFile, sent: number): Answer {
  const { size, bytes } = virtual(file);
  return (request, response) => {
    const { start, end } = askedRange(request.headers);
    response.writeHead(206, {
      "content-length": end - start,
      "content-range": `bytes ${start}-${end - 1}/${size}`,
      etag: '"1"',
    });
    response.write(bytes(start, Math.min(start + sent, end)), () => setTimeout(() => response.destroy(), 20));
  };
}
