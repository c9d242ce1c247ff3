import { afterEach, describe, expect, it } from "vitest";
import { NetworkError } from "../../../../src/base/errors.js";
import { selfTest } from "../../../../src/stages/membership/language-models/self-test.js";
import type { ProtocolName } from "../../../../src/stages/membership/language-models/server-protocol.js";
import { BigramModel, type Misbehaviour } from "../../../support/language-model-server.js";
import { PROTOCOLS, probe, rejection, serverModel, startServer, stopServers, VOCABULARY } from "./support.js";

const signal = new AbortController().signal;
const ALL = Object.keys(PROTOCOLS) as ProtocolName[];

async function tested(name: ProtocolName, misbehaviour: Misbehaviour, rankBase?: number) {
  const server = await startServer({ misbehaviour });
  const protocol = rankBase === undefined ? PROTOCOLS[name] : { ...PROTOCOLS[name], rankBase };
  return selfTest(serverModel(server, protocol), probe, { tolerance: 1e-3, signal });
}

/** The check that fails. */
async function failing(name: ProtocolName, misbehaviour: Misbehaviour, rankBase?: number) {
  const error = await rejection(tested(name, misbehaviour, rankBase));
  expect(error).toBeInstanceOf(NetworkError);
  const { tag, fields, wayOut } = error as unknown as NetworkError;
  expect(tag).toBe("network/self-test");
  expect(fields.sent).toContain("tokens");
  expect(fields.received).not.toBe(undefined);
  expect(wayOut).toMatch(/\.$/);
  return { check: fields.check, message: error.message };
}

afterEach(stopServers);

describe("the self-test", () => {
  it.each(ALL)("passes for a true server of %s, and keeps what came back", async (name) => {
    const record = await tested(name, {});
    expect(record).toMatchObject({
      probe: { source: "sentence", tokens: probe.prompt.ids.length },
      count: { sent: probe.prompt.ids.length },
      first_null: true,
      ids: "equal",
    });
    const order = record.order as { original: number; permuted: number };
    expect(order.permuted).toBeLessThan(order.original);
    expect(record.rank).toEqual(name === "vllm-prompt-logprobs" ? { places: expect.any(Number) } : "not told");
  });

  it.each(ALL)("finds a server of %s that ignores what it is asked for", async (name) => {
    const { check, message } = await failing(name, { ignoresEcho: true });
    expect(check).toBe("count");
    expect(message).toContain(`ignores ${PROTOCOLS[name].asks}`);
  });

  it.each(ALL)("finds a server of %s that drops the first token", async (name) => {
    const { check } = await failing(name, { dropsFirst: true });
    expect(check).toBe(name === "vllm" ? "first-null" : "count");
  });

  it("finds a dropped first token behind a log-probability that is hidden", async () => {
    const { check, message } = await failing("vllm", { dropsFirst: "hidden" });
    expect(check).toBe("ids");
    expect(message).toContain("drops the first token");
  });

  it.each([
    ["from 0 where 1 is expected", 0, 1],
    ["from 1 where 0 is expected", 1, 0],
    ["from 2", 2, 1],
  ])("finds ranks that count %s", async (_, told, expected) => {
    const { check, message } = await failing("vllm-prompt-logprobs", { rankBase: told }, expected);
    expect(check).toBe("rank");
    expect(message).toContain("(f)");
  });

  it("takes ranks from 0 where it is told so", async () => {
    expect(await tested("vllm-prompt-logprobs", { rankBase: 0 }, 0)).toMatchObject({ first_null: true });
  });

  it.each([
    [1, "passes"],
    [2, "fails"],
  ])("makes a place for ranks where the probe has no most probable token: from %i it %s", async (rankBase, how) => {
    // Of a text with every pair once, another token is always more probable.
    const ids = Int32Array.from({ length: 40 }, (_, i) => i);
    const follower = ids.map((id) => (id + 20) % VOCABULARY);
    const pairs = [...ids].flatMap((id, i) => [
      [id, follower[i] as number],
      [id, follower[i] as number],
    ]);
    const server = await startServer({
      model: new BigramModel({ vocabulary: VOCABULARY, texts: [ids, ...pairs] }),
      misbehaviour: { rankBase },
    });
    const shuffled = { prompt: { ids }, permuted: [{ ids: ids.toReversed() }], source: "unit" } as const;
    const run = selfTest(serverModel(server, PROTOCOLS["vllm-prompt-logprobs"]), shuffled, { tolerance: 1e-3, signal });
    if (how === "passes") expect((await run).rank).toEqual({ places: 1 });
    else expect((await rejection(run)).fields).toMatchObject({ check: "rank" });
    // Two of the probe, one permuted, one that ends in the most probable token.
    expect(server.posts).toBe(4);
  });

  it.each(ALL)("finds a server of %s that answers differently every time", async (name) => {
    expect((await failing(name, { drifts: 0.002 })).check).toBe("repeatable");
    expect(await tested(name, { drifts: 0.0001 })).toMatchObject({ repeatable: { tolerance: 0.001 } });
  });

  it.each(ALL)("finds a server of %s that reads other tokens", async (name) => {
    expect((await failing(name, { otherIds: (id) => (id + 1) % VOCABULARY })).check).toBe("ids");
  });

  it.each(ALL)("finds a server of %s that puts a token before the prompt", async (name) => {
    const { check, message } = await failing(name, { prepends: 3 });
    expect(["count", "ids"]).toContain(check);
    if (name !== "vllm") expect(message).toContain(`the server read ${probe.prompt.ids.length + 1}`);
  });

  it.each(ALL)("finds a server of %s whose values do not depend on the text", async (name) => {
    const { check, message } = await failing(name, { constant: -3 });
    expect(check).toBe("order");
    expect(message).toContain("-3.0000");
  });

  it("says so where token numbers are not told", async () => {
    expect(await tested("vllm", { hidesIds: true })).toMatchObject({ ids: "not told" });
  });

  it.each(ALL)("finds values of %s that are none", async (name) => {
    expect((await failing(name, { value: { at: 4, is: null } })).check).toBe("values");
    expect((await failing(name, { value: { at: 4, is: 0.7 } })).check).toBe("values");
    const error = await rejection(tested(name, { value: { at: 4, is: "NaN" } }));
    expect(error).toMatchObject({ tag: "network/not-a-number", fields: { value: "NaN" } });
  });
});
