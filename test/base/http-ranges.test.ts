import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { NetworkError } from "../../src/base/errors.js";
import type { HttpTiming } from "../../src/base/http-download.js";
import { redirectTarget } from "../../src/base/http-exchange.js";
import { HttpRanges, type HttpRangesRequest } from "../../src/base/http-ranges.js";
import { type Answer, answer, FileServer } from "../support/file-server.js";
import { askedRange, ranged, rangedCut } from "../support/range-answers.js";

const body = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 251));
let server: FileServer;

beforeAll(async () => {
  server = await FileServer.start();
});

interface Options extends Partial<Omit<HttpRangesRequest, "timing">> {
  readonly timing?: Partial<HttpTiming>;
}

let checked: string[] = [];

function open(path: string, options: Options = {}): Promise<HttpRanges> {
  checked = [];
  return HttpRanges.open({
    url: new URL(server.url(path)),
    signal: new AbortController().signal,
    rules: {
      check: (url) => void checked.push(url.pathname),
      lookup: () => {
        throw new Error("no name is looked up");
      },
    },
    ...options,
    timing: { idle: 5_000, total: 20_000, backOff: 1, longestWait: 50, ...options.timing },
  });
}

const refusal = (work: Promise<unknown>): Promise<NetworkError> =>
  work.then(
    () => {
      throw new Error("it was accepted");
    },
    (error: NetworkError) => error,
  );

/** Opens with a good first answer, then reads bytes 1000 to 3000 with the given ones. */
async function readWith(path: string, answers: readonly Answer[], options?: Options): Promise<Buffer> {
  server.on(path, ranged(body), ...answers);
  return (await open(path, options)).slice(1000, 2000);
}

const wanted = body.subarray(1000, 3000);
const askedOf = (path: string) =>
  server.asked.filter((one) => one.path === path).map(({ headers }) => askedRange(headers));

describe("HttpRanges", () => {
  it("learns size and version from the first byte, and sends nothing that tells who asks", async () => {
    server.on("/plain", ranged(body));
    const ranges = await open("/plain");
    expect(ranges).toMatchObject({ size: body.length, version: '"1"', traffic: { requests: 1, bytes: 1 } });
    const sent = server.asked.at(-1)?.headers ?? {};
    expect(sent).toMatchObject({ range: "bytes=0-0", "accept-encoding": "identity" });
    expect(Object.keys(sent).sort()).toEqual([
      "accept",
      "accept-encoding",
      "connection",
      "host",
      "range",
      "user-agent",
    ]);
  });

  it("gives any range, cut off at the ends of the file, also without any validator", async () => {
    server.on("/any", ranged(body, { etag: undefined }));
    const ranges = await open("/any");
    expect(ranges.version).toBeUndefined();
    const place = fc.integer({ min: -10, max: body.length + 10 });
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: -5, max: 5000 }), async (position, length) => {
        const from = Math.min(Math.max(0, position), body.length);
        const bytes = await ranges.slice(position, length);
        expect(bytes.equals(body.subarray(from, from + Math.max(0, length)))).toBe(true);
      }),
      { numRuns: 30 },
    );
    const before = ranges.traffic.requests;
    expect((await ranges.slice(body.length, 10)).length).toBe(0);
    expect(ranges.traffic.requests).toBe(before);
  });

  it("has at most four requests under way", async () => {
    let now = 0;
    let most = 0;
    server.on("/parallel", ranged(body), (request, response) => {
      now += 1;
      most = Math.max(most, now);
      response.on("close", () => {
        now -= 1;
      });
      setTimeout(() => ranged(body)(request, response), 10);
    });
    const ranges = await open("/parallel");
    const parts = await Promise.all(Array.from({ length: 12 }, (_, index) => ranges.slice(index * 100, 100)));
    expect(Buffer.concat(parts).equals(body.subarray(0, 1200))).toBe(true);
    expect(most).toBe(4);
  });
});

describe("a server that fails now and then", () => {
  it("is asked again for the bytes that are missing, and no others", async () => {
    expect((await readWith("/cut", [rangedCut(body, 700), ranged(body)])).equals(wanted)).toBe(true);
    const [, first, second] = askedOf("/cut");
    expect(first).toEqual({ start: 1000, end: 3000 });
    expect(second?.start).toBeGreaterThan(1000);
    expect(second).toEqual({ start: second?.start, end: 3000 });
  });

  it("may give a shorter range than asked for, or a body that ends early without a length", async () => {
    const shorter: Answer = (request, response) => {
      const { start } = askedRange(request.headers);
      const headers = { "content-range": `bytes ${start}-${start + 99}/${body.length}`, etag: '"1"' };
      response.writeHead(206, headers).end(body.subarray(start, start + 100));
    };
    expect((await readWith("/shorter", [shorter, ranged(body)])).equals(wanted)).toBe(true);
    const early: Answer = (request, response) => {
      const { start, end } = askedRange(request.headers);
      const headers = { "content-range": `bytes ${start}-${end - 1}/${body.length}`, etag: '"1"' };
      response.writeHead(206, headers).end(body.subarray(start, start + 5));
    };
    expect((await readWith("/early", [early, ranged(body)])).equals(wanted)).toBe(true);
    expect(askedOf("/early")[2]).toEqual({ start: 1005, end: 3000 });
  });

  it.each([408, 429, 500, 502, 503, 504])("is asked again after status %i", async (status) => {
    const busy = answer(status, { "retry-after": "0" });
    expect((await readWith(`/${status}`, [busy, answer(status, {}), ranged(body)])).equals(wanted)).toBe(true);
    expect(server.countOf(`/${status}`)).toBe(4);
  });

  it("is given up after five attempts that bring nothing, but not while bytes come", async () => {
    expect(await refusal(readWith("/broken", [answer(500, {})]))).toMatchObject({
      tag: "network/status",
      exitCode: 5,
      fields: { status: 500 },
    });
    expect(server.countOf("/broken")).toBe(6);
    const bits = Array.from({ length: 8 }, () => rangedCut(body, 100));
    expect((await readWith("/bits", [...bits, ranged(body)])).equals(wanted)).toBe(true);
    expect(await refusal(readWith("/gone", [rangedCut(body, 0)]))).toMatchObject({ tag: "network/cut" });
  });

  it("is given up at once when it asks to wait too long", async () => {
    const error = await refusal(readWith("/later", [answer(429, { "retry-after": "3600" })]));
    expect(error).toMatchObject({ tag: "network/status", fields: { status: 429 } });
    expect(error.message).toContain("asks to wait 3600 s");
    expect(server.countOf("/later")).toBe(2);
  });

  it("is waited for when it asks for a short pause", async () => {
    const busy = answer(503, { "retry-after": "1" });
    const options = { timing: { longestWait: 1_500 } };
    expect((await readWith("/pause", [busy, ranged(body)], options)).equals(wanted)).toBe(true);
  });

  it("that hangs before or within its answer is asked again, then given up", async () => {
    const stalls: Answer = (request, response) => {
      const { start, end } = askedRange(request.headers);
      response.writeHead(206, { "content-range": `bytes ${start}-${end - 1}/${body.length}`, etag: '"1"' });
      response.write(body.subarray(start, start + 10));
    };
    const options = { timing: { idle: 40 } };
    expect((await readWith("/stalls", [stalls, ranged(body)], options)).equals(wanted)).toBe(true);
    expect(await refusal(readWith("/silent", [() => {}], options))).toMatchObject({ tag: "network/idle" });
    expect(server.countOf("/silent")).toBe(6);
  });

  it("that drips is given up after the time for one range", async () => {
    const drips: Answer = (request, response) => {
      const { start, end } = askedRange(request.headers);
      response.writeHead(206, { "content-range": `bytes ${start}-${end - 1}/${body.length}`, etag: '"1"' });
      const timer = setInterval(() => response.write("x"), 5);
      response.on("close", () => clearInterval(timer));
    };
    expect(await refusal(readWith("/drip", [drips], { timing: { total: 150 } }))).toMatchObject({
      tag: "network/timed-out",
    });
  });

  it("is left alone when the reading is interrupted or closed", async () => {
    const stop = new AbortController();
    const hangs: Answer = () => void setTimeout(() => stop.abort(), 10);
    expect(await refusal(readWith("/stop", [hangs], { signal: stop.signal }))).toMatchObject({ tag: "interrupted" });
    server.on("/close", ranged(body), () => {});
    const ranges = await open("/close");
    const readings = Array.from({ length: 6 }, () => refusal(ranges.slice(0, 10)));
    setTimeout(() => ranges.close(), 20);
    for (const error of await Promise.all(readings)) expect(error).toMatchObject({ tag: "interrupted" });
  });
});

describe("an answer that is not what was asked for", () => {
  it("is refused: the whole file, of which nothing is read", async () => {
    let sent = 0;
    server.on("/whole", (_request, response) => {
      response.writeHead(200);
      const more = () => {
        sent += 65_536;
        if (!response.destroyed) response.write(Buffer.alloc(65_536), more);
      };
      more();
    });
    const error = await refusal(open("/whole"));
    expect(error).toMatchObject({ tag: "network/no-ranges", exitCode: 5 });
    expect(error.wayOut).toContain("download the archive");
    expect(server.countOf("/whole")).toBe(1);
    expect(sent).toBeLessThan(20_000_000);
    expect(await refusal(readWith("/whole-later", [answer(200, {}, body)]))).toMatchObject({
      tag: "network/no-ranges",
    });
  });

  it.each<[string, Record<string, string | undefined>]>([
    ["another start", { "content-range": `bytes 0-1999/${body.length}` }],
    [
      "an end behind the one asked for",
      { "content-range": `bytes 1000-3000/${body.length}`, "content-length": undefined },
    ],
    ["an end before its start", { "content-range": `bytes 1000-999/${body.length}` }],
    ["an end behind the file", { "content-range": "bytes 1000-2999/2000" }],
    ["an unknown size", { "content-range": "bytes 1000-2999/*" }],
    ["no range", { "content-range": undefined }],
    ["another unit", { "content-range": `lines 1000-2999/${body.length}` }],
    ["numbers beyond all files", { "content-range": "bytes 1000-2999/99999999999999999999" }],
    ["several parts", { "content-range": undefined, "content-type": "multipart/byteranges; boundary=x" }],
  ])("is refused: %s", async (name, change) => {
    const path = `/wrong-${name.replaceAll(" ", "-")}`;
    const error = await refusal(readWith(path, [ranged(body, change)]));
    expect(error).toMatchObject({ tag: "network/range", exitCode: 5, wayOut: expect.any(String) });
    expect(server.countOf(path)).toBe(2);
  });

  it("is refused: a length that is not the range's, and more bytes than it", async () => {
    const long: Answer = (request, response) => {
      const { start, end } = askedRange(request.headers);
      const headers = { "content-range": `bytes ${start}-${end - 1}/${body.length}`, etag: '"1"' };
      response.writeHead(206, headers).end(body.subarray(start, end + 1));
    };
    expect(await refusal(readWith("/long", [long]))).toMatchObject({ tag: "network/range" });
    const lies: Answer = (request, response) => {
      const { start, end } = askedRange(request.headers);
      const headers = {
        "content-range": `bytes ${start}-${end - 1}/${body.length}`,
        "content-length": String(end - start + 1),
        etag: '"1"',
      };
      response.writeHead(206, headers).end(body.subarray(start, end + 1));
    };
    expect(await refusal(readWith("/lies", [lies]))).toMatchObject({ tag: "network/range" });
  });

  it("is refused: an encoding, a status, nonsense", async () => {
    expect(await refusal(readWith("/gzip", [ranged(body, { "content-encoding": "gzip" })]))).toMatchObject({
      tag: "network/encoded",
    });
    expect(await refusal(readWith("/404", [answer(404, {})]))).toMatchObject({
      tag: "network/status",
      fields: { status: 404 },
    });
    expect(server.countOf("/404")).toBe(2);
    server.on("/nonsense", (request) => void request.socket.end("what?\r\n\r\n"));
    expect(await refusal(open("/nonsense"))).toMatchObject({ tag: "network/malformed-answer" });
  });

  it("is refused: an empty file", async () => {
    server.on("/empty", ranged(Buffer.alloc(0)));
    expect(await refusal(open("/empty"))).toMatchObject({ tag: "network/empty" });
  });

  it.each<[string, Answer]>([
    ["size", ranged(Buffer.concat([body, body]))],
    ["ETag", ranged(body, { etag: '"2"' })],
    ["ETag, which is weak by now", ranged(body, { etag: 'W/"1"' })],
    ["ETag, which is gone", ranged(body, { etag: undefined })],
    ["end, which is before the range", answer(416, {})],
  ])("is refused: of a file with another %s", async (name, other) => {
    const error = await refusal(readWith(`/changed-${name.length}`, [other]));
    expect(error).toMatchObject({ tag: "network/changed", wayOut: expect.stringContaining("run again") });
  });

  it("is refused: of a file with another date, where there is no strong ETag", async () => {
    const dated = (date: string) => ranged(body, { etag: 'W/"1"', "last-modified": date });
    server.on("/dated", dated("Mon, 01 Apr 2024 10:00:00 GMT"), dated("Mon, 01 Apr 2024 10:00:00 GMT"), dated("later"));
    const ranges = await open("/dated");
    expect(ranges.version).toBe("Mon, 01 Apr 2024 10:00:00 GMT");
    expect((await ranges.slice(0, 3)).equals(body.subarray(0, 3))).toBe(true);
    expect(await refusal(ranges.slice(0, 3))).toMatchObject({ tag: "network/changed" });
  });

  it("is refused also between two pieces of one range", async () => {
    const answers = [rangedCut(body, 700), ranged(body, { etag: '"2"' })];
    expect(await refusal(readWith("/torn", answers))).toMatchObject({ tag: "network/changed" });
  });
});

describe("redirects", () => {
  const to = (location: string) => answer(302, { location });

  it("are checked one by one, and remembered", async () => {
    server.on("/r1", to("r2"));
    server.on("/r2", answer(307, { location: server.url("/r3?signature=secret") }));
    server.on("/r3?signature=secret", ranged(body));
    const ranges = await open("/r1");
    expect(checked).toEqual(["/r1", "/r2", "/r3"]);
    expect((await ranges.slice(1000, 2000)).equals(wanted)).toBe(true);
    expect(checked).toEqual(["/r1", "/r2", "/r3", "/r3"]);
    expect(ranges.resolvedUrl.pathname).toBe("/r3");
    expect(server.countOf("/r1")).toBe(1);
  });

  it("end after four, and in loops", async () => {
    server.on("/loop", to("/loop"));
    expect(await refusal(open("/loop"))).toMatchObject({ tag: "network/too-many-redirects" });
    expect(server.countOf("/loop")).toBe(5);
    server.on("/nowhere", answer(302, {}));
    expect(await refusal(open("/nowhere"))).toMatchObject({ tag: "network/bad-redirect" });
  });

  it("to what the rules refuse are not followed", async () => {
    const other = await FileServer.start();
    server.on("/away", to(other.url("/x")));
    const rules = {
      check(url: URL) {
        if (url.port !== String(server.port)) throw new Error("refused by the rules");
      },
      lookup: () => {},
    };
    expect((await refusal(open("/away", { rules }))).message).toBe("refused by the rules");
    expect(other.asked).toEqual([]);
  });

  it("to another host are followed where the rules allow it, without anything that tells who asks", async () => {
    const other = await FileServer.start();
    other.on("/x", ranged(body));
    server.on("/there", to(other.url("/x")));
    expect((await (await open("/there")).slice(1000, 2000)).equals(wanted)).toBe(true);
    expect(other.asked.every(({ headers }) => !("referer" in headers || "authorization" in headers))).toBe(true);
  });

  it("that expire are asked for anew, once", async () => {
    server.on("/file", to("/signed?1"), to("/signed?2"));
    server.on("/signed?1", ranged(body), answer(403, {}));
    server.on("/signed?2", ranged(body));
    const ranges = await open("/file");
    const both = await Promise.all([ranges.slice(1000, 2000), ranges.slice(0, 10)]);
    expect(both.map((bytes) => bytes.length)).toEqual([2000, 10]);
    expect(both[0]?.equals(wanted)).toBe(true);
    expect(ranges.resolvedUrl.search).toBe("?2");
    server.on("/signed?2", answer(403, {}));
    expect(await refusal(ranges.slice(0, 5))).toMatchObject({ tag: "network/status", fields: { status: 403 } });
    // The remembered one, the address itself, and what it leads to now.
    expect(askedOf("/signed?2").filter(({ end }) => end === 5)).toHaveLength(2);
  });

  it("never lead from https to http", () => {
    const response = { statusCode: 302, headers: { location: "http://host.test/x" } };
    expect(() => redirectTarget(response, new URL("https://host.test/"))).toThrowError(
      expect.objectContaining({ tag: "network/downgrade" }),
    );
    expect(redirectTarget(response, new URL("http://host.test/"))?.href).toBe("http://host.test/x");
  });

  it("are named in no message with what signs them", async () => {
    server.on("/secret", to("/signed?token=secret"));
    server.on("/signed?token=secret", answer(500, {}));
    const error = await refusal(open("/secret"));
    expect(error.message).toContain("/signed answers with status 500");
    expect(JSON.stringify(error)).not.toContain("token");
  });
});
