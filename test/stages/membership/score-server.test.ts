import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Tokenizer } from "../../../src/compute/tokenizer/tokenizer.js";
import { runs } from "../../../src/stages/membership/runs.js";
import { scoreServer } from "../../../src/stages/membership/score-server.js";
import { scoringUnits } from "../../../src/stages/membership/score-server-units.js";
import type { Row } from "../../../src/tables/contract.js";
import {
  type BigramModel,
  LanguageModelServer,
  type LanguageModelServerOptions,
} from "../../support/language-model-server.js";
import { rejection } from "./language-models/support.js";
import { assignmentRow } from "./support/run-membership-stage.js";
import { modelOf, runPartition, smallTokenizer, unitText } from "./support/served-units.js";

const PROTOCOLS = ["vllm", "vllm-prompt-logprobs", "sglang", "tgi"] as const;
const BOS = 5;

let tokenizer: Tokenizer;
let tokenizerRow: Row;
let model: BigramModel;
const texts: Readonly<Record<string, string>> = { a: unitText(0, 6), "a#2": unitText(1, 2), b: unitText(2, 4), c: "x" };

const servers: LanguageModelServer[] = [];
async function serve(options: Partial<LanguageModelServerOptions> = {}, port = 0): Promise<LanguageModelServer> {
  const encode = (text: string) => [...tokenizer.encode(text).ids];
  const server = await LanguageModelServer.start({ model, encode, ...options }, port);
  servers.push(server);
  return server;
}

function units(names: readonly string[], experiments: readonly string[] = ["coin"]): Row[] {
  return names.map((name) => ({
    doc_id: name,
    experiments,
    tokenizer_id: tokenizerRow.tokenizer_id,
    input_ids: tokenizer.encode(texts[name] as string).ids,
  }));
}

const asking = (server: LanguageModelServer, more: Row = {}) => ({
  url: server.url,
  model: "bigram",
  context: 16,
  back_off: 0.005,
  retries: 2,
  ...more,
});

async function score(scoring_unit: readonly Row[], parameters: Row, partition = "p", signal?: AbortSignal) {
  const tables = { scoring_unit, tokenizer: [tokenizerRow] };
  return runPartition(scoreServer, tables, { parameters, partition, ...(signal === undefined ? {} : { signal }) });
}

const rowsOf = (rows: Record<string, Row[]>, doc: string, run = "coin/bigram") =>
  (rows.token_score ?? []).filter(({ doc_id: id, run_id: runId }) => id === doc && runId === run);

/** Every row of a unit against the model: each token after the one before it. */
function expectExact(rows: readonly Row[], ids: Int32Array, told: { maximum: boolean; rank: boolean }): void {
  expect(rows.map(({ pos }) => pos)).toEqual(Array.from({ length: ids.length - 1 }, (_, i) => i + 1));
  for (const [i, row] of rows.entries()) {
    const [previous, id] = [ids[i] as number, ids[i + 1] as number];
    expect(Math.abs((row.logprob as number) - model.logprob(previous, id))).toBeLessThan(1e-6);
    if (told.maximum)
      expect(Math.abs((row.max_logprob as number) - Math.max(...model.after(previous)))).toBeLessThan(1e-6);
    else expect(row.max_logprob).toBeNull();
    expect(row.rank).toBe(told.rank ? model.rank(previous, id) : null);
  }
}

beforeAll(async () => {
  const made = await smallTokenizer();
  tokenizer = made.tokenizer;
  tokenizerRow = made.row;
  model = modelOf(tokenizer, Object.values(texts));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.splice(0).map((server) => server.stop().catch(() => {})));
});

describe("membership/score-server", () => {
  it.each(PROTOCOLS)("scores units by %s exactly as the model does", async (protocol) => {
    const server = await serve();
    const rows = await score(units(["a", "a#2", "b"]), asking(server, { protocol }));
    const told = { maximum: protocol !== "tgi", rank: protocol === "vllm-prompt-logprobs" };
    for (const doc of ["a", "a#2", "b"])
      expectExact(rowsOf(rows, doc), tokenizer.encode(texts[doc] as string).ids, told);
    expect(rowsOf(rows, "a").map(({ window }) => window)).toEqual(
      rowsOf(rows, "a").map(({ pos }) => Math.floor(((pos as number) - 1) / 15)),
    );
    expect(rows.document_mean_probability).toBeUndefined();
    expect(rows.run_record).toHaveLength(1);
    expect(rows.run_record?.[0]).toMatchObject({
      partition: "p",
      run_id: "coin/bigram",
      experiment_id: "coin",
      role: "target",
      backend: protocol.split("-")[0],
      vocabulary: tokenizer.vocabulary,
      context: 16,
      stride: 15,
      bos_policy: "none",
      capabilities: ["logprob", ...(told.maximum ? ["max_logprob"] : []), ...(told.rank ? ["rank"] : [])],
    });
    expect(JSON.parse(String(rows.run_record?.[0]?.self_test))).toMatchObject({ first_null: true, ids: "equal" });
  });

  it.each(PROTOCOLS)("puts a token for the beginning before every window of %s", async (protocol) => {
    // A server of text puts it there itself.
    const server = await serve(protocol === "tgi" ? { misbehaviour: { prepends: BOS } } : {});
    const rows = await score(units(["a", "b"]), asking(server, { protocol, bos: { policy: "window", id: BOS } }));
    const told = { maximum: protocol !== "tgi", rank: protocol === "vllm-prompt-logprobs" };
    for (const doc of ["a", "b"]) expectExact(rowsOf(rows, doc), tokenizer.encode(texts[doc] as string).ids, told);
    expect(rows.run_record?.[0]).toMatchObject({ bos_policy: "window", stride: 14 });
    for (const body of server.bodies as { prompt?: number[][]; input_ids?: number[][] }[]) {
      for (const prompt of body.prompt ?? body.input_ids ?? []) expect(prompt[0]).toBe(BOS);
    }
  });

  it("puts it once before the unit, as published, and not twice", async () => {
    const server = await serve();
    const parameters = asking(server, { protocol: "sglang", bos: { policy: "document", id: BOS } });
    const begun = { ...units(["a"])[0], doc_id: "begun", input_ids: [BOS, 9, 10, 11] };
    const rows = await score([...units(["a"]), begun], parameters);
    const ids = tokenizer.encode(texts.a as string).ids;
    expectExact(rowsOf(rows, "a"), ids, { maximum: true, rank: false });
    expectExact(rowsOf(rows, "begun"), Int32Array.from(begun.input_ids), { maximum: true, rank: false });
    const prompts = (server.bodies as { input_ids: number[][] }[]).flatMap((body) => body.input_ids);
    // The self-test begins so too: five texts.
    expect(prompts.filter((prompt) => prompt.includes(BOS)).length).toBe(5 + 2);
    expect(prompts).toContainEqual([BOS, ...ids.subarray(0, 15)]);
    expect(prompts).toContainEqual([...ids.subarray(14, 30)]);
    expect(prompts).toContainEqual([BOS, 9, 10, 11]);
  });

  it("has moments and the mean distribution where the server tells all tokens", async () => {
    const server = await serve();
    const rows = await score(units(["a"]), asking(server, { top_k: "all", bos: { policy: "window", id: BOS } }));
    const ids = tokenizer.encode(texts.a as string).ids;
    const mean = new Float64Array(tokenizer.vocabulary);
    for (const [i, row] of rowsOf(rows, "a").entries()) {
      const after = model.after(ids[i] as number);
      expect(row.mu).toBeCloseTo(
        after.reduce((sum, value) => sum + Math.exp(value) * value, 0),
        9,
      );
      expect(row.mu_uniform).toBeCloseTo(after.reduce((sum, value) => sum + value, 0) / after.length, 9);
      for (const [j, value] of after.entries()) mean[j] = (mean[j] as number) + Math.exp(value) / (ids.length - 1);
    }
    const [row] = rows.document_mean_probability ?? [];
    expect(row).toMatchObject({ run_id: "coin/bigram", doc_id: "a", n_predicted: ids.length - 1 });
    for (const [j, value] of ((row as Row).p as number[]).entries()) expect(value).toBeCloseTo(mean[j] as number, 9);
    expect(rows.run_record?.[0]?.capabilities).toContain("mean_probability");
  });

  it("asks once for a unit of several experiments, and once more for a reference", async () => {
    const [server, other] = [await serve(), await serve({ model: modelOf(tokenizer, [], 2) })];
    const reference = { url: other.url, protocol: "vllm", model: "other" };
    const rows = await score(units(["b"], ["coin", "time"]), asking(server, { reference, name: "toy" }));
    expect([...new Set(rows.token_score?.map(({ run_id: id }) => id))].sort()).toEqual([
      "coin/other/reference",
      "coin/toy",
      "time/other/reference",
      "time/toy",
    ]);
    const windows = Math.ceil((tokenizer.encode(texts.b as string).ids.length - 1) / 15);
    expect(server.prompts).toBe(5 + windows);
    expect(other.prompts).toBe(5 + windows);
    expect(rows.run_record?.map(({ run_id: id, role }) => [id, role])).toContainEqual([
      "time/other/reference",
      "reference",
    ]);
  });

  it("gives the same rows however many requests there are at once, and how many windows in each", async () => {
    const server = await serve();
    const [one, two] = [
      await score(units(["a", "b"]), asking(server, { batch: 1, concurrency: 1 })),
      await score(units(["b", "a"]), asking(server, { batch: 7, concurrency: 4 })),
    ];
    const sorted = (rows: readonly Row[] = []) => rows.map((row) => JSON.stringify(row)).sort();
    expect(sorted(two.token_score)).toEqual(sorted(one.token_score));
    expect(two.run_record).toEqual(one.run_record);
    expect(server.mostAtOnce).toBeLessThanOrEqual(4);
  });

  it("scores nothing, and asks nothing, without a token to predict", async () => {
    const server = await serve();
    expect(await score([], asking(server))).toEqual({});
    const alone = { ...units(["c"])[0], input_ids: [7] };
    expect((await score([alone], asking(server))).token_score).toBeUndefined();
    expect(server.posts).toBe(0);
  });

  it.each([
    ["ignores echo", { ignoresEcho: true }, "vllm", "count"],
    ["counts ranks from 0", { rankBase: 0 }, "vllm-prompt-logprobs", "rank"],
    ["drops the first token", { dropsFirst: true }, "sglang", "count"],
    ["answers differently", { drifts: 0.01 }, "tgi", "repeatable"],
    ["reads other tokens", { otherIds: (id: number) => id ^ 1 }, "vllm", "ids"],
  ] as const)("finds a server out that %s, before anything is scored", async (_, misbehaviour, protocol, check) => {
    const server = await serve({ misbehaviour });
    const error = await rejection(score(units(["a"]), asking(server, { protocol })));
    expect(error).toMatchObject({ tag: "network/self-test", exitCode: 5, fields: { check } });
    expect(server.prompts).toBeLessThan(8);
  });

  it("goes on where a server died, to the same rows", async () => {
    const steady = await serve();
    const whole: Record<string, Row[]> = {};
    for (const doc of ["a", "b"])
      whole[doc] = (await score(units([doc]), asking(steady, { batch: 1 }), doc)).token_score ?? [];
    const doomed = await serve({
      disturb: (n, _request, response) => {
        // Of the second document the third window: the process is gone.
        if (n < afterFirst + 8) return false;
        response.socket?.destroy();
        void doomed.stop();
        return true;
      },
    });
    let afterFirst = Number.POSITIVE_INFINITY;
    const { port } = doomed;
    const first = await score(units(["a"]), asking(doomed, { batch: 1 }), "a");
    expect(first.token_score).toEqual(whole.a);
    afterFirst = doomed.posts;
    const error = await rejection(score(units(["b"]), asking(doomed, { batch: 1, concurrency: 1 }), "b"));
    expect(error).toMatchObject({ exitCode: 5 });
    expect(error.tag).toMatch(/network\/(cut|unreachable)/);
    const again = await serve({}, port);
    const second = await score(units(["b"]), asking(again, { batch: 1 }), "b");
    expect(second.token_score).toEqual(whole.b);
    expect(second.run_record).toEqual((await score(units(["b"]), asking(steady), "b")).run_record);
  });

  it("waits for a server that is busy, and asks again where an answer broke off", async () => {
    const server = await serve({
      disturb: (n, _request, response) => {
        if (n % 4 === 1) response.writeHead(429, { "retry-after": "0" }).end();
        else if (n % 4 === 2) response.writeHead(200, { "content-length": 999 }).write("{", () => response.destroy());
        else if (n % 4 === 3) response.writeHead(200).end('{"choices": [');
        else return false;
        return true;
      },
    });
    const rows = await score(units(["a#2"]), asking(server, { retries: 5, concurrency: 1 }));
    expectExact(rowsOf(rows, "a#2"), tokenizer.encode(texts["a#2"] as string).ids, { maximum: true, rank: true });
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const server = await serve({ disturb: (n) => n > 6 && stop.abort() === undefined });
    const error = await rejection(score(units(["a", "b"]), asking(server), "p", stop.signal));
    expect(error).toMatchObject({ tag: "interrupted", exitCode: 130 });
  });

  it("refuses windows that the server does not take, before it scores", async () => {
    const server = await serve({ identity: { data: [{ id: "bigram", max_model_len: 16 }] } });
    const error = await rejection(score(units(["a"]), asking(server)));
    expect(error).toMatchObject({ tag: "usage/context-too-long", fields: { longest: 16 } });
    expect(error.wayOut).toContain("15 or less");
    expect((await score(units(["a"]), asking(server, { context: 15 }))).run_record).toHaveLength(1);
  });

  it("takes address and key from the environment, and keeps neither", async () => {
    const KEY = "sk-0123456789";
    const server = await serve({ key: KEY });
    vi.stubEnv("MODEL_SERVER", server.url);
    vi.stubEnv("MODEL_ACCESS", KEY);
    const from = { ...asking(server), url: null, url_variable: "MODEL_SERVER" };
    const rows = await score(units(["b"]), { ...from, key_variable: "MODEL_ACCESS" });
    expect(rowsOf(rows, "b").length).toBeGreaterThan(10);
    const kept = JSON.stringify(rows.run_record, (_, value) => (typeof value === "bigint" ? String(value) : value));
    expect(kept).not.toContain(KEY);
    expect(kept).not.toContain(String(server.port));
    const errors = [await rejection(score(units(["b"]), from))];
    vi.stubEnv("MODEL_ACCESS", `${KEY}x`);
    errors.push(await rejection(score(units(["b"]), { ...from, key_variable: "MODEL_ACCESS" })));
    for (const error of errors) {
      expect(error).toMatchObject({ tag: "network/status", fields: { status: 401 } });
      expect(JSON.stringify([error.message, error.fields, error.wayOut, error.stack])).not.toContain(KEY);
    }
    expect(await rejection(score(units(["b"]), { ...from, key_variable: "NOT_SET" }))).toMatchObject({
      tag: "usage/no-key",
    });
  });

  it.each([
    [{ url: null }, "usage/no-url"],
    [{ url_variable: "SERVER" }, "usage/no-url"],
    [{ url: "http://me:secret@127.0.0.1:1/" }, "usage/bad-url"],
    [{ url: "http://127.0.0.1:1/?key=secret" }, "usage/bad-url"],
    [{ stride: 17 }, "usage/windows"],
    [{ context: 2, bos: { policy: "window", id: 1 } }, "usage/windows"],
    [{ protocol: "tgi", bos: { policy: "document", id: 1 } }, "usage/text-only"],
  ])("refuses %j", async (parameters, tag) => {
    const server = await serve();
    const error = await rejection(score(units(["a"]), asking(server, parameters)));
    expect(error.tag).toBe(tag);
    expect(JSON.stringify([error.message, error.fields])).not.toContain("secret");
    expect(server.posts).toBe(0);
  });

  it("has a probe of the units where only numbers of tokens are known", async () => {
    const server = await serve();
    tokenizerRow = { ...tokenizerRow, definition: null };
    try {
      const rows = await score(units(["a"]), asking(server));
      expect(JSON.parse(String(rows.run_record?.[0]?.self_test)).probe).toMatchObject({ source: "unit", tokens: 128 });
      const error = await rejection(score(units(["a"]), asking(server, { protocol: "tgi" })));
      expect(error).toMatchObject({ tag: "usage/text-only" });
    } finally {
      tokenizerRow = (await smallTokenizer()).row;
    }
  });

  it("refuses units of two tokenizers, and of one that is not there", async () => {
    const server = await serve();
    const foreign = { ...units(["b"])[0], tokenizer_id: "other" };
    expect(await rejection(score([foreign], asking(server)))).toMatchObject({ tag: "usage/tokenizer" });
    const short = { ...units(["c"])[0], input_ids: [1, 2] };
    expect(await rejection(score([short, foreign], asking(server)))).toMatchObject({ tag: "usage/tokenizer" });
  });
});

describe("membership/scoring-units", () => {
  it("gives the compared units alone, and the same ones after a new split", async () => {
    const token = ["a", "b", "c", "d"].map((doc_id) => ({
      doc_id,
      tokenizer_id: "t",
      n_tokens: 2,
      input_ids: [1, 2],
      char_start: [0, 1],
    }));
    const assignment = [
      assignmentRow({ doc_id: "a", label: 1, fold: 0, experiment_id: "two" }),
      assignmentRow({ doc_id: "a", label: 0, fold: 1, experiment_id: "one" }),
      assignmentRow({ doc_id: "b", label: 0, fold: 0, experiment_id: "one" }),
      assignmentRow({ doc_id: "c", label: null, fold: null }),
    ];
    const { scoring_unit: rows } = await runPartition(scoringUnits, { token, assignment });
    expect(rows).toMatchObject([
      { doc_id: "a", experiments: ["one", "two"], tokenizer_id: "t" },
      { doc_id: "b", experiments: ["one"] },
    ]);
    const other = assignment.map((row) => ({ ...row, fold: 3, label: row.label === 1 ? 0 : 1, split_seed: 9n }));
    expect((await runPartition(scoringUnits, { token, assignment: other.reverse() })).scoring_unit).toEqual(rows);
  });
});

describe("membership/runs", () => {
  async function records(): Promise<Row[]> {
    const server = await serve();
    const given = [await score(units(["a"]), asking(server), "x/a"), await score(units(["b"]), asking(server), "x/b")];
    return given.flatMap(({ run_record: rows }) => rows ?? []);
  }

  it("makes one row of those that agree", async () => {
    const run_record = await records();
    const { run } = await runPartition(runs, { run_record });
    const { partition: _, ...expected } = run_record[0] as Row;
    expect(run).toEqual([expected]);
    expect(await runPartition(runs, { run_record: run_record.toReversed() })).toEqual({ run });
    expect((await runPartition(runs, { run_record: [] })).run).toEqual([]);
  });

  it("refuses runs of which the model changed between documents", async () => {
    const [first] = await records();
    const server = await serve({ model: modelOf(tokenizer, Object.values(texts).slice(0, 1), 3) });
    const [second] = (await score(units(["b"]), asking(server), "x/b")).run_record ?? [];
    const error = await rejection(runPartition(runs, { run_record: [first as Row, second as Row] }));
    expect(error).toMatchObject({
      tag: "load/runs-differ",
      fields: { run: "coin/bigram", column: "self_test", partition: "x/a", other_partition: "x/b" },
    });
  });

  it("names the column that differs", async () => {
    const [first, second] = await records();
    for (const change of [{ revision: "v2" }, { context: 17 }, { capabilities: ["logprob"] }, { model: "z" }]) {
      const run_record = [first as Row, { ...second, ...change }];
      const error = await rejection(runPartition(runs, { run_record }));
      expect(error).toMatchObject({ tag: "load/runs-differ", fields: { column: Object.keys(change)[0] } });
    }
  });
});
