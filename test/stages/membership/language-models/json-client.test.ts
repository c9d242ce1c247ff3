import { afterEach, describe, expect, it } from "vitest";
import { serializeError } from "../../../../src/base/errors.js";
import { ServerSecret } from "../../../../src/stages/membership/language-models/server-secret.js";
import { answer, FileServer } from "../../../support/file-server.js";
import { client, rejection, startServer, stopServers } from "./support.js";

const request = { maximumBytes: 100_000, signal: new AbortController().signal };
const json = (value: unknown, status = 200, headers: Record<string, string> = {}) =>
  answer(status, headers, JSON.stringify(value));

async function server() {
  const files = await FileServer.start();
  const asking = client(files.url("/base/"));
  return { files, asking };
}

afterEach(stopServers);

describe("JsonClient", () => {
  it("puts paths behind the one of its address, and gives what is answered", async () => {
    const { files, asking } = await server();
    files.on("/base/v1/x", json({ a: [1, null] }));
    expect(await asking.post("/v1/x", { b: 2 }, request)).toEqual({ a: [1, null] });
    expect(await asking.get("/v1/x", request)).toEqual({ a: [1, null] });
    expect(await asking.get("/nothing", request)).toBeUndefined();
    asking.close();
  });

  it("tries again where the server is busy, broken, or ends its answer early", async () => {
    const { files, asking } = await server();
    const early: typeof answer = () => (_request, response) => {
      response.writeHead(200, { "content-length": 50 });
      response.write('{"a":', () => response.destroy());
    };
    files.on("/base/busy", json({}, 429, { "retry-after": "0" }), json({}, 503), json("done"));
    files.on("/base/early", early(200, {}), json("done"));
    files.on("/base/torn", answer(200, {}, '{"a": [1, 2'), json("done"));
    files.on("/base/cut", (_request, response) => void response.socket?.destroy(), json("done"));
    for (const path of ["/busy", "/early", "/torn", "/cut"]) expect(await asking.post(path, {}, request)).toBe("done");
    expect(files.countOf("/base/busy")).toBe(3);
  });

  it("waits as long as it is asked to, all requests of it", async () => {
    const { files, asking } = await server();
    files.on("/base/busy", json({}, 429, { "retry-after": "1" }), json("done"));
    files.on("/base/other", json("other"));
    const began = performance.now();
    const first = asking.post("/busy", {}, request);
    while (files.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await asking.post("/other", {}, request)).toBe("other");
    expect(performance.now() - began).toBeGreaterThan(900);
    expect(await first).toBe("done");
  });

  it("gives up a server that asks for more than it waits", async () => {
    const { files, asking } = await server();
    files.on("/base/busy", json({ error: "later" }, 429, { "retry-after": "3600" }));
    const error = await rejection(asking.post("/busy", {}, request));
    expect(error).toMatchObject({ tag: "network/status", fields: { status: 429, said: "later" }, exitCode: 5 });
    expect(error.message).toContain("asks to wait 3600 s");
    expect(files.countOf("/base/busy")).toBe(1);
  });

  it("gives up after so many attempts, with what the server says", async () => {
    const { files, asking } = await server();
    files.on("/base/broken", json({ error: { message: "engine dead" } }, 500));
    const error = await rejection(asking.post("/broken", {}, request));
    expect(error.message).toContain("status 500: engine dead");
    expect(files.countOf("/base/broken")).toBe(3);
  });

  it("does not try again what will not be better", async () => {
    const { files, asking } = await server();
    for (const status of [400, 401, 403, 404, 422]) {
      files.on("/base/no", json({ detail: "no" }, status));
      expect(await rejection(asking.post("/no", {}, request))).toMatchObject({
        tag: "network/status",
        fields: { status },
      });
    }
    expect(files.countOf("/base/no")).toBe(5);
  });

  it.each([
    [400, "This model's maximum context length is 2048 tokens. However, you requested 4000 tokens"],
    [413, "no"],
    [422, "Input validation error: `inputs` must have less than 1024 tokens; inputs tokens exceed"],
    [400, "The input (5000 tokens) is longer than the model's context length (4096 tokens)"],
  ])("knows that %i %s is too much", async (status, message) => {
    const { files, asking } = await server();
    files.on("/base/long", json({ message }, status));
    expect(await rejection(asking.post("/long", {}, request))).toMatchObject({ tag: "network/too-much" });
    expect(files.countOf("/base/long")).toBe(1);
  });

  it("tries again with a full memory only where nothing can be split", async () => {
    const { files, asking } = await server();
    files.on("/base/full", json({ error: "CUDA out of memory" }, 500));
    const split = await rejection(asking.post("/full", {}, { ...request, splittable: true }));
    expect(split).toMatchObject({ tag: "network/too-much" });
    expect(files.countOf("/base/full")).toBe(1);
    await rejection(asking.post("/full", {}, request));
    expect(files.countOf("/base/full")).toBe(4);
  });

  it("takes no answer beyond its bound, no other encoding, no redirect", async () => {
    const { files, asking } = await server();
    files.on("/base/long", json("x".repeat(200_000)));
    files.on("/base/endless", (_request, response) => {
      response.writeHead(200);
      const write = () => void (response.destroyed || response.write("[".repeat(65536), write));
      write();
    });
    files.on("/base/packed", answer(200, { "content-encoding": "gzip" }, "abc"));
    files.on("/base/moved", answer(307, { location: "http://elsewhere.example/v1" }));
    for (const [path, tag] of [
      ["/long", "answer-too-large"],
      ["/endless", "answer-too-large"],
      ["/packed", "encoded"],
      ["/moved", "redirected"],
    ] as const) {
      expect(await rejection(asking.post(path, {}, request))).toMatchObject({ tag: `network/${tag}` });
    }
  });

  it("says that NaN is no JSON", async () => {
    const { files, asking } = await server();
    for (const constant of ["NaN", "-Infinity", "Infinity"]) {
      files.on("/base/nan", answer(200, {}, `{"a": [1.0, ${constant}]}`));
      expect(await rejection(asking.post("/nan", {}, request))).toMatchObject({
        tag: "network/not-a-number",
        fields: { value: constant },
      });
    }
  });

  it("ends an attempt that takes too long, and stops when it is told to", async () => {
    const files = await FileServer.start();
    files.on("/slow", (_request, response) => void response.writeHead(200).write("["));
    const hasty = client(files.url("/"), { attempt: 60, attempts: 2 });
    expect(await rejection(hasty.post("/slow", {}, request))).toMatchObject({ tag: "network/timed-out" });
    expect(files.countOf("/slow")).toBe(2);
    const stop = new AbortController();
    const patient = client(files.url("/")).post("/slow", {}, { ...request, signal: stop.signal });
    setTimeout(() => stop.abort(), 30);
    expect(await rejection(patient)).toMatchObject({ tag: "interrupted", exitCode: 130 });
  });

  it("says where nobody listens", async () => {
    const gone = await startServer();
    const { url } = gone;
    await gone.stop();
    const error = await rejection(client(url).post("/x", {}, request));
    expect(error).toMatchObject({ tag: "network/unreachable", fields: { code: "ECONNREFUSED" } });
  });

  it("has no more requests at once than it may", async () => {
    const { files, asking } = await server();
    let [now, most] = [0, 0];
    files.on("/base/x", (_request, response) => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => {
        now -= 1;
        response.writeHead(200).end("1");
      }, 10);
    });
    await Promise.all(Array.from({ length: 9 }, () => asking.post("/x", {}, request)));
    expect(most).toBe(2);
  });
});

describe("the key of a server", () => {
  const KEY = "sk-S3cret/with+odd=chars";

  it("goes into the header", async () => {
    const secured = await startServer({ key: KEY });
    const asking = client(secured.url, { secret: new ServerSecret(KEY) });
    expect(await asking.get("/v1/models", request)).toMatchObject({ object: "list" });
    expect(secured.authorizations).toEqual([`Bearer ${KEY}`]);
  });

  it("is in no error, even where the server repeats it", async () => {
    const secured = await startServer({ key: "another" });
    const { files } = await server();
    const asking = client(secured.url, { secret: new ServerSecret(KEY) });
    const echoing = client(files.url("/"), { secret: new ServerSecret(KEY) });
    const said = `bad key ${KEY}: Bearer ${KEY}`;
    const errors = [await rejection(asking.get("/v1/models", request))];
    expect(errors[0]?.message).toContain("no access with Bearer [redacted]");
    for (const [status, body, headers] of [
      [400, JSON.stringify({ error: said }), {}],
      [500, said, {}],
      [403, JSON.stringify({ error: { message: said } }), {}],
      [200, `{"a": ${said}`, {}],
      [302, "", { location: `http://x.example/?key=${KEY}` }],
    ] as const) {
      files.on("/echo", answer(status, headers as Record<string, string>, body));
      errors.push(await rejection(echoing.post("/echo", {}, request)));
    }
    for (const error of errors) {
      expect(JSON.stringify(serializeError(error))).not.toContain(KEY);
      expect(`${error.stack}`).not.toContain(KEY);
    }
  });

  it("is shown by nothing", () => {
    const secret = new ServerSecret(KEY);
    expect([`${secret}`, JSON.stringify({ secret }), JSON.stringify(Object.entries(secret))].join()).not.toContain(KEY);
  });

  it("comes from a variable that is named, and errors name that alone", () => {
    expect(ServerSecret.fromEnvironment("V", { V: ` ${KEY}\n` }).header()).toBe(`Bearer ${KEY}`);
    for (const [value, problem] of [
      [undefined, "no-key"],
      ["", "no-key"],
      [`${KEY} and\nmore`, "bad-key"],
    ] as const) {
      let thrown: unknown;
      try {
        ServerSecret.fromEnvironment("V", { V: value });
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ tag: `usage/${problem}`, fields: { variable: "V" } });
      expect(JSON.stringify(serializeError(thrown))).not.toContain("S3cret");
    }
  });
});
