import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { WindowScores } from "../../../../src/stages/membership/language-models/language-model.js";
import type { ProtocolName } from "../../../../src/stages/membership/language-models/server-protocol.js";
import { model, PROTOCOLS, rejection, serverModel, startServer, stopServers, VOCABULARY } from "./support.js";

const signal = new AbortController().signal;
const ALL = Object.keys(PROTOCOLS) as ProtocolName[];

/** Text that the server of `tgi` makes these tokens of. */
const textOf = (ids: ArrayLike<number>) => Array.from(ids, (id) => `t${id}`).join(" ");
const encode = (text: string) => text.split(" ").map((word) => Number(word.slice(1)));
const window = (ids: readonly number[]) => ({
  ids: Int32Array.from(ids),
  begin: 0,
  end: ids.length,
  text: textOf(ids),
});

/** What the model says, exactly. */
function exact(ids: readonly number[]) {
  const places = ids.slice(1).map((id, i) => ({ id, row: model.after(ids[i] as number), previous: ids[i] as number }));
  return {
    logprob: places.map(({ id, row }) => row[id] as number),
    maxLogprob: places.map(({ row }) => Math.max(...row)),
    rank: places.map(({ id, previous }) => model.rank(previous, id)),
    mu: places.map(({ row }) => row.reduce((sum, value) => sum + Math.exp(value) * value, 0)),
    m2: places.map(({ row }) => row.reduce((sum, value) => sum + Math.exp(value) * value * value, 0)),
    muUniform: places.map(({ row }) => row.reduce((sum, value) => sum + value / VOCABULARY, 0)),
    probability: places.reduce(
      (sum, { row }) => sum.map((value, i) => value + Math.exp(row[i] as number)),
      new Float64Array(VOCABULARY),
    ),
  };
}

function expectClose(found: ArrayLike<number> | undefined, expected: ArrayLike<number>): void {
  expect(found?.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expect(found?.[i]).toBeCloseTo(expected[i] as number, 9);
}

const sequences = fc.array(fc.integer({ min: 0, max: VOCABULARY - 1 }), { minLength: 2, maxLength: 20 });

afterEach(stopServers);

describe("ServerModel", () => {
  it.each(ALL)("gives what the model says of any tokens, by %s", async (name) => {
    const server = await startServer({ encode });
    const scorer = serverModel(server, PROTOCOLS[name]);
    const batches = fc.array(sequences, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(batches, async (batch) => {
        const scores = await scorer.scoreBatch(batch.map(window), signal);
        for (const [i, ids] of batch.entries()) {
          const { logprob, maxLogprob, rank, mu } = scores[i] as WindowScores;
          const expected = exact(ids);
          expectClose(logprob, expected.logprob);
          if (name === "tgi") expect(maxLogprob).toBeUndefined();
          else expectClose(maxLogprob, expected.maxLogprob);
          if (name === "vllm-prompt-logprobs") expect([...(rank ?? [])]).toEqual(expected.rank);
          else expect(rank).toBeUndefined();
          expect(mu).toBeUndefined();
        }
      }),
      { numRuns: 25 },
    );
    expect(scorer.capabilities).toEqual({
      tokenIdsIn: name !== "tgi",
      maximum: name !== "tgi",
      rank: name === "vllm-prompt-logprobs",
      fullDistribution: false,
    });
    await scorer.close();
  });

  it.each(["vllm", "vllm-prompt-logprobs", "sglang"] as const)("has the whole distribution of %s", async (name) => {
    const scorer = serverModel(await startServer(), PROTOCOLS[name], { topK: "all" });
    const ids = [3, 9, 27, 17, 51, 25];
    const scores = await scorer.score(window(ids), signal);
    const expected = exact(ids);
    expectClose(scores.mu, expected.mu);
    expectClose(scores.m2, expected.m2);
    expectClose(scores.muUniform, expected.muUniform);
    expectClose(scores.probabilitySum, expected.probability);
    for (const [i, value] of (scores.sdUniform ?? []).entries()) {
      const row = model.after(ids[i] as number);
      const square = row.reduce((sum, one) => sum + (one - (expected.muUniform[i] as number)) ** 2, 0) / VOCABULARY;
      expect(value).toBeCloseTo(Math.sqrt(square), 9);
    }
    expect(scorer.capabilities.fullDistribution).toBe(true);
  });

  it("asks for no other tokens where none are wanted", async () => {
    for (const name of ["vllm", "vllm-prompt-logprobs", "sglang"] as const) {
      const scorer = serverModel(await startServer(), PROTOCOLS[name], { topK: 0 });
      const scores = await scorer.score(window([1, 2, 3]), signal);
      expect(scores.maxLogprob).toBeUndefined();
      expectClose(scores.logprob, exact([1, 2, 3]).logprob);
    }
  });

  it("scores the part of a unit that a window is", async () => {
    const scorer = serverModel(await startServer(), PROTOCOLS.vllm);
    const ids = Int32Array.from([5, 6, 7, 8, 9, 10]);
    const scores = await scorer.score({ ids, begin: 2, end: 5 }, signal);
    expectClose(scores.logprob, exact([7, 8, 9]).logprob);
  });

  it("halves what is too much for the memory of the server, until it is not", async () => {
    const server = await startServer({ misbehaviour: { memory: 12 } });
    const scorer = serverModel(server, PROTOCOLS.vllm);
    const batch = Array.from({ length: 7 }, (_, i) => [i, i + 1, i + 2, i + 3, i + 4]);
    const scores = await scorer.scoreBatch(batch.map(window), signal);
    for (const [i, ids] of batch.entries()) expectClose(scores[i]?.logprob, exact(ids).logprob);
    // 7 and 3 and 4 are too many of 5 tokens; 1, 2, 2, 2 are not.
    expect(server.posts).toBe(3 + 4);
    expect(server.prompts).toBe(7);
  });

  it("says when one window alone is too much, and does not cut it", async () => {
    const long = serverModel(await startServer({ misbehaviour: { longest: 4 } }), PROTOCOLS.vllm);
    const windows = [window([1, 2, 3]), window([1, 2, 3, 4, 5])];
    const error = await rejection(long.scoreBatch(windows, signal));
    expect(error).toMatchObject({ tag: "network/too-much", fields: { tokens: 5, status: 400 } });
    expect(error.message).toMatch(/one window of 5 tokens alone is too much.*maximum context length is 4/);
    expect(error.wayOut).toContain("context");
  });

  it("halves what a broken server fails at", async () => {
    const server = await startServer({
      disturb: (_n, _request, response) => {
        const { prompt } = server.bodies.at(-1) as { prompt: number[][] };
        if (prompt.length > 1) response.writeHead(500).end("worker died");
        return prompt.length > 1;
      },
    });
    const scorer = serverModel(server, PROTOCOLS.vllm, { attempts: 2 });
    const scores = await scorer.scoreBatch([window([1, 2]), window([3, 4])], signal);
    expectClose(scores[1]?.logprob, exact([3, 4]).logprob);
    expect(server.posts).toBe(2 + 2);
  });

  it.each(ALL)("refuses answers of %s that are about something else, also after the self-test", async (name) => {
    const ids = [4, 8, 15, 16, 23, 42];
    for (const [misbehaviour, check] of [
      [{ ignoresEcho: true }, "count"],
      [{ otherIds: (id: number) => id ^ 1 }, "ids"],
      [{ value: { at: 3, is: 0.5 } }, "values"],
      [{ value: { at: 3, is: null } }, "values"],
      [{ value: { at: 0, is: -2 } }, "first-null"],
    ] as const) {
      const server = await startServer({ misbehaviour, encode });
      if (name === "vllm-prompt-logprobs" && check === "first-null") continue;
      const error = await rejection(serverModel(server, PROTOCOLS[name]).score(window(ids), signal));
      expect(error).toMatchObject({ tag: "network/wrong-answer", fields: { check } });
    }
  });

  it("reads vLLM's smallest number as no probability at all", async () => {
    const scorer = serverModel(await startServer({ misbehaviour: { value: { at: 1, is: -9999 } } }), PROTOCOLS.sglang);
    expect((await scorer.score(window([1, 2, 3]), signal)).logprob[0]).toBe(Number.NEGATIVE_INFINITY);
  });

  it("clips what rounding puts above 0", async () => {
    const server = await startServer({ misbehaviour: { value: { at: 1, is: 1e-6 } }, encode });
    expect((await serverModel(server, PROTOCOLS.tgi).score(window([1, 2, 3]), signal)).logprob[0]).toBe(0);
  });

  it.each([
    ["no object", []],
    ["no choices", {}],
    ["choices that are none", { choices: 3 }],
    ["an index twice", { choices: [{ index: 0 }, { index: 0 }] }],
    ["a missing choice", { choices: [{ index: 1 }] }],
    ["texts for numbers", { choices: [{ index: 0, logprobs: { tokens: ["a", "b"], token_logprobs: [null, "-1"] } }] }],
  ])("names the place in an answer with %s", async (_, body) => {
    const server = await startServer({
      disturb: (_n, _request, response) => {
        response.writeHead(200).end(JSON.stringify(body));
        return true;
      },
    });
    const windows = "choices" in body && Array.isArray(body.choices) && body.choices.length > 1 ? 2 : 1;
    const batch = Array.from({ length: windows }, () => window([1, 2]));
    const error = await rejection(serverModel(server, PROTOCOLS.vllm).scoreBatch(batch, signal));
    expect(error).toMatchObject({ tag: "network/malformed-answer" });
    expect(error.message).toMatch(/^the answer.*(choices|index)/);
  });

  it("knows what servers say of themselves, and does without", async () => {
    const server = await startServer();
    expect(await serverModel(server, PROTOCOLS.vllm).identity(signal)).toMatchObject({
      model: "bigram",
      longest: 4096,
    });
    expect(await serverModel(server, PROTOCOLS.sglang).identity(signal)).toMatchObject({ model: "bigram" });
    expect(await serverModel(server, PROTOCOLS.tgi).identity(signal)).toMatchObject({
      sha: "0123abcd",
      dtype: "float32",
    });
    server.options = { ...server.options, identity: null };
    for (const name of ALL) expect(await serverModel(server, PROTOCOLS[name]).identity(signal)).toEqual({});
  });
});
