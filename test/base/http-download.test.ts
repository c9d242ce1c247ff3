import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/base/file-operations.js";
import { downloadFile, type HttpDownload, type HttpTiming } from "../../src/base/http-download.js";
import { answer, cutAfter, FileServer, whole } from "../support/file-server.js";
import { temporaryDirectory } from "../support/temporary-directory.js";

const folder = temporaryDirectory();
const body = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251));
let server: FileServer;
let files = 0;

beforeAll(async () => {
  server = await FileServer.start();
});

interface Options extends Partial<Omit<HttpDownload, "timing">> {
  readonly timing?: Partial<HttpTiming>;
}

function fetchPath(path: string, options: Options = {}) {
  files += 1;
  const target = join(folder, String(files));
  const checked: string[] = [];
  const done = downloadFile({
    url: new URL(server.url(path)),
    path: target,
    files: nodeFiles,
    maximumBytes: 1_000_000,
    signal: new AbortController().signal,
    rules: {
      check: (url) => void checked.push(url.href),
      lookup: () => {
        throw new Error("no name is looked up");
      },
    },
    ...options,
    timing: { idle: 5_000, total: 20_000, backOff: 1, longestWait: 50, ...options.timing },
  });
  return { done, target, checked };
}

async function outcome(path: string, options?: Options) {
  const { done, target, checked } = fetchPath(path, options);
  const result = await done;
  return { ...result, content: readFileSync(target), checked };
}

const refusal = (path: string, options?: Options) =>
  fetchPath(path, options).done.then(
    () => undefined,
    (error: { tag: string; message: string; fields: Record<string, unknown> }) => error,
  );

describe("downloadFile", () => {
  it("writes the bytes and sends nothing that tells who asks", async () => {
    server.on("/a%20b", whole(body));
    const seen: number[] = [];
    const got = await outcome("/a%20b", { bytes: body.length, onProgress: (done) => seen.push(done) });
    expect(got).toMatchObject({ bytes: body.length, resumed: false });
    expect(got.content.equals(body)).toBe(true);
    expect(seen.at(-1)).toBe(body.length);
    const headers = Object.keys(server.asked.at(-1)?.headers ?? {}).sort();
    expect(headers).toEqual(["accept", "accept-encoding", "connection", "host", "user-agent"]);
  });

  it("takes an empty file, and one of unknown length", async () => {
    server.on("/empty", whole(Buffer.alloc(0)));
    expect((await outcome("/empty", { bytes: 0, maximumBytes: 0 })).bytes).toBe(0);
    server.on("/chunked", (_request, response) => {
      response.writeHead(200);
      response.write(body.subarray(0, 10));
      response.end(body.subarray(10));
    });
    expect((await outcome("/chunked")).content.equals(body)).toBe(true);
  });

  it("goes on by Range where it was cut", async () => {
    server.on("/cut", cutAfter(body, 100_000), whole(body));
    const got = await outcome("/cut", { bytes: body.length });
    expect(got).toMatchObject({ resumed: true });
    expect(got.content.equals(body)).toBe(true);
    const [, second] = server.asked.filter(({ path }) => path === "/cut");
    expect(second?.headers).toMatchObject({ range: expect.stringMatching(/^bytes=[1-9]\d*-$/), "if-range": '"1"' });
  });

  it("begins anew where the server knows no Range, or has another version by now", async () => {
    server.on("/norange", cutAfter(body, 100_000), answer(200, { "content-length": String(body.length) }, body));
    const plain = await outcome("/norange");
    expect(plain).toMatchObject({ resumed: false });
    expect(plain.content.equals(body)).toBe(true);
    const other = Buffer.from(body).reverse();
    server.on("/changed", cutAfter(body, 100_000), whole(other, '"2"'));
    expect((await outcome("/changed")).content.equals(other)).toBe(true);
  });

  it("begins anew after a Range that does not fit", async () => {
    const misplaced = { "content-range": `bytes 0-9/${body.length}`, "content-length": "10" };
    server.on("/misfit", cutAfter(body, 1000), answer(206, misplaced, body.subarray(0, 10)), whole(body));
    expect((await outcome("/misfit")).content.equals(body)).toBe(true);
    server.on("/gone", cutAfter(body, 1000), answer(416, {}), whole(body));
    expect((await outcome("/gone")).content.equals(body)).toBe(true);
  });

  it("gives up a server that always cuts at the same place", async () => {
    server.on("/always", cutAfter(body, 1000));
    expect(await refusal("/always", { bytes: body.length })).toMatchObject({ tag: "network/cut", exitCode: 5 });
    expect(server.countOf("/always")).toBe(5);
  });

  it("takes fewer bytes than pinned, without a length, for a cut", async () => {
    server.on("/short", (_request, response) => void response.writeHead(200).end("abc"));
    expect(await refusal("/short", { bytes: 5, resume: false })).toMatchObject({ tag: "network/cut" });
  });

  it.each([429, 503])("tries again after status %i, as soon as it is asked to", async (status) => {
    server.on(`/${status}`, answer(status, { "retry-after": "0" }), answer(status, {}), whole(body));
    expect((await outcome(`/${status}`)).content.equals(body)).toBe(true);
    expect(server.countOf(`/${status}`)).toBe(3);
  });

  it("gives up at once when it is asked to wait too long", async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    for (const [path, wait] of [
      ["/later", "3600"],
      ["/date", date],
    ] as const) {
      server.on(path, answer(503, { "retry-after": wait }));
      const error = await refusal(path);
      expect(error).toMatchObject({ tag: "network/status", fields: { status: 503 } });
      expect(error?.message).toMatch(/asks to wait 3(600|59\d) s/);
      expect(server.countOf(path)).toBe(1);
    }
  });

  it("gives up after five answers of a broken server", async () => {
    server.on("/500", answer(500, {}));
    expect(await refusal("/500")).toMatchObject({ tag: "network/status", fields: { status: 500, path: "/500" } });
    expect(server.countOf("/500")).toBe(5);
  });

  it("does not ask twice for what is not there or not allowed", async () => {
    server.on("/403", answer(403, {}));
    expect(await refusal("/403")).toMatchObject({ tag: "network/status", fields: { status: 403 } });
    expect(await refusal("/404")).toMatchObject({ tag: "network/status", fields: { status: 404 } });
    expect(server.countOf("/403") + server.countOf("/404")).toBe(2);
  });

  it("refuses a size that is not the pinned one before it takes a byte", async () => {
    server.on("/larger", whole(body));
    const seen: number[] = [];
    const error = await refusal("/larger", { bytes: 10, maximumBytes: 10, onProgress: (done) => seen.push(done) });
    expect(error).toMatchObject({ tag: "network/size-differs", fields: { found: body.length, expected: 10 } });
    expect(await refusal("/larger", { maximumBytes: 10 })).toMatchObject({ tag: "network/too-large" });
    expect(seen).toEqual([]);
  });

  it("takes no more than is pinned of a body without a length", async () => {
    server.on("/endless", (_request, response) => {
      response.writeHead(200);
      const more = () => void (response.destroyed || response.write(Buffer.alloc(65_536), more));
      more();
    });
    expect(await refusal("/endless", { bytes: 100_000, maximumBytes: 100_000 })).toMatchObject({
      tag: "network/size-differs",
    });
    expect(await refusal("/endless", { maximumBytes: 100_000 })).toMatchObject({ tag: "network/too-large" });
    expect(nodeFiles.size(join(folder, String(files)))).toBeLessThanOrEqual(100_000);
  });

  it("takes no more than the length that the server says", async () => {
    server.on("/lies", (request) => {
      request.socket.end("HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabcdef");
    });
    expect((await outcome("/lies")).content.toString()).toBe("abc");
    expect(await refusal("/lies", { bytes: 6 })).toMatchObject({ tag: "network/size-differs" });
  });

  it("refuses an encoding that it did not ask for", async () => {
    server.on("/gzip", answer(200, { "content-encoding": "gzip" }, "x"));
    expect(await refusal("/gzip")).toMatchObject({ tag: "network/encoded" });
  });

  it("checks every redirect, and follows four", async () => {
    const to = (path: string) => answer(302, { location: path });
    server.on("/r1", to("/r2"));
    server.on("/r2", to("r3"));
    server.on("/r3", answer(307, { location: server.url("/r4") }));
    server.on("/r4", answer(301, { location: "/r5" }));
    server.on("/r5", whole(body));
    const got = await outcome("/r1");
    expect(got.checked.map((href) => new URL(href).pathname)).toEqual(["/r1", "/r2", "/r3", "/r4", "/r5"]);
    server.on("/r0", to("/r1"));
    expect(await refusal("/r0")).toMatchObject({ tag: "network/too-many-redirects" });
    server.on("/nowhere", answer(302, {}));
    expect(await refusal("/nowhere")).toMatchObject({ tag: "network/bad-redirect" });
    server.on("/bad", to("http://[bad"));
    expect(await refusal("/bad")).toMatchObject({ tag: "network/bad-redirect" });
  });

  it("ends what sends nothing: before the answer, and within it", async () => {
    server.on("/silent", () => {});
    server.on("/stalls", (_request, response) => {
      response.writeHead(200, { "content-length": "10" });
      response.write("abc");
    });
    const timing = { idle: 30 };
    expect(await refusal("/silent", { timing })).toMatchObject({ tag: "network/idle" });
    expect(await refusal("/stalls", { timing })).toMatchObject({ tag: "network/idle" });
    expect(server.countOf("/silent")).toBe(5);
  });

  it("ends what comes too slowly", async () => {
    server.on("/drip", (_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("x"), 5);
      response.on("close", () => clearInterval(timer));
    });
    expect(await refusal("/drip", { timing: { total: 100 } })).toMatchObject({ tag: "network/timed-out" });
  });

  it("ends when it is interrupted: while it waits, and while it receives", async () => {
    const stop = new AbortController();
    server.on("/busy", (_request, response) => {
      response.writeHead(503, { "retry-after": "30" }).end();
      setTimeout(() => stop.abort(), 10);
    });
    const timing = { longestWait: 60_000 };
    expect(await refusal("/busy", { signal: stop.signal, timing })).toMatchObject({ tag: "interrupted" });
    const second = new AbortController();
    server.on("/half", (_request, response) => {
      response.writeHead(200, { "content-length": "10" });
      response.write("abc", () => setTimeout(() => second.abort(), 10));
    });
    expect(await refusal("/half", { signal: second.signal })).toMatchObject({ tag: "interrupted" });
    expect(await refusal("/half", { signal: second.signal })).toMatchObject({ tag: "interrupted" });
  });

  it("names host and path of what is not reached, and no query", async () => {
    const closed = await FileServer.start();
    const url = new URL(`${closed.url("/x")}?token=secret`);
    server.on("/garbage", (request) => void request.socket.end("what?\r\n\r\n"));
    expect(await refusal("/garbage")).toMatchObject({ tag: "network/malformed-answer" });
    url.port = "1";
    const error = await refusal("", { url });
    expect(error).toMatchObject({ tag: "network/unreachable", fields: { host: "127.0.0.1:1", code: "ECONNREFUSED" } });
    expect(JSON.stringify(error)).not.toContain("secret");
  });

  it("says what is wrong with the disk", async () => {
    server.on("/full", whole(body));
    const write = () => {
      throw Object.assign(new Error("full"), { code: "ENOSPC" });
    };
    expect(await refusal("/full", { files: { ...nodeFiles, write } })).toMatchObject({ tag: "storage/disk-full" });
    expect(existsSync(join(folder, String(files)))).toBe(true);
  });
});
