import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { Table, tableToIPC } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writeParquet } from "../../../src/formats/parquet/write-parquet.js";
import type { SourceFile } from "../../../src/loaders/loader.js";
import { tokenScores } from "../../../src/loaders/membership/token-scores.js";
import { buildBatch } from "../../../src/tables/batch-builder.js";
import type { Row } from "../../../src/tables/contract.js";
import { contractOf } from "../../support/arbitrary-table.js";
import { membershipContract } from "../../support/membership-contracts.js";
import { memoryLoadContext } from "../../support/memory-tables.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";

const root = temporaryDirectory();
let folders = 0;

async function load(files: Readonly<Record<string, string | Uint8Array>>, parameters: object = {}) {
  const folder = `scores${folders++}`;
  const sources = Object.keys(files)
    .sort()
    .map((name): SourceFile => {
      const path = `membership/${folder}/${name}`;
      const absolutePath = join(root, path);
      mkdirSync(dirname(absolutePath), { recursive: true });
      writeFileSync(absolutePath, files[name] as string);
      return { path, absolutePath, bytes: statSync(absolutePath).size, sha256: "0".repeat(64), sourceId: name };
    });
  const warnings: string[] = [];
  const { context, trace } = memoryLoadContext(sources, tokenScores.parameters.parse(parameters), membershipContract);
  await tokenScores.load({
    ...context,
    log: { ...context.log, warn: (message: string) => void warnings.push(message) },
  });
  for (const { path } of sources) {
    const dropped = trace.drops.filter(({ file }) => file.path === path).reduce((sum, { count = 1 }) => sum + count, 0);
    expect([path, (trace.carried[path] ?? 0) + dropped]).toEqual([path, trace.read[path]]);
  }
  return { ...trace, warnings, experiment: folder };
}

interface Doc {
  readonly doc: number | string;
  readonly chunk: number | null;
  readonly label: number | null;
  readonly ids: readonly number[];
}

const V = 4;
const DOCS: readonly Doc[] = [
  { doc: 0, chunk: 0, label: 1, ids: [0, 1, 2] },
  { doc: 1, chunk: 0, label: 0, ids: [3, 3] },
  { doc: 2, chunk: 1, label: 1, ids: [2, 1, 0, 1] },
  { doc: "x", chunk: 1, label: 0, ids: [0, 3] },
];

/** The reference layout: row i of a document has probabilities that rise with the token and with i. */
function matrix(
  docs: readonly Doc[],
  change: (values: Float32Array, index: Record<string, unknown>) => void = () => {},
) {
  const values: number[] = [];
  const entries = docs.map(({ doc, chunk, label, ids }) => {
    const offset_floats = values.length;
    ids.forEach((_, i) => {
      const weights = Array.from({ length: V }, (_, v) => 1 + v + i);
      const total = weights.reduce((sum, w) => sum + w, 0);
      values.push(...weights.map((w) => (i === 0 ? Number.NaN : Math.log(w / total))));
    });
    return { doc, chunk, row: 0, label, n_tokens: ids.length, offset_floats, input_ids: [...ids] };
  });
  const floats = Float32Array.from(values);
  const index: Record<string, unknown> = { vocab: V, layout: "row-major", docs: entries };
  change(floats, index);
  return { "inputs.json": JSON.stringify(index), "logprobs.f32le.bin": new Uint8Array(floats.buffer) };
}

describe("log-probability matrices", () => {
  it("become scores, statistics of distributions and mean distributions", async () => {
    const { rows, experiment } = await load({ ...matrix(DOCS), "README.json": "{}" }, { model: "lm" });
    expect(rows.token_score?.map(({ doc_id, pos }) => `${doc_id} ${pos}`)).toEqual([
      "0 1",
      "0 2",
      "1 1",
      "2 1",
      "2 2",
      "2 3",
      "x 1",
    ]);
    // Document 0, place 1: weights 2, 3, 4, 5 of 14, its token is 1.
    const p = [2, 3, 4, 5].map((w) => w / 14);
    const logs = p.map(Math.log);
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const row = rows.token_score?.[0];
    expect(row).toMatchObject({ run_id: `${experiment}/lm`, window: 0, rank: 2 });
    expect(row?.logprob).toBeCloseTo(Math.log(3 / 14), 6);
    expect(row?.max_logprob).toBeCloseTo(Math.log(5 / 14), 6);
    expect(row?.mu).toBeCloseTo(sum(p.map((x, v) => x * (logs[v] as number))), 6);
    expect(row?.m2).toBeCloseTo(sum(p.map((x, v) => x * (logs[v] as number) ** 2)), 6);
    const uniform = sum(logs) / V;
    expect(row?.mu_uniform).toBeCloseTo(uniform, 6);
    expect(row?.sd_uniform).toBeCloseTo(Math.sqrt(sum(logs.map((x) => (x - uniform) ** 2)) / V), 6);
    const mean = rows.document_mean_probability?.[0];
    expect(mean?.n_predicted).toBe(2);
    const p0 = mean?.p as number[];
    expect(p0).toHaveLength(V);
    p0.forEach((x, v) => void expect(x).toBeCloseTo(((2 + v) / 14 + (3 + v) / 18) / 2, 6));
    expect(rows.assignment?.map(({ doc_id, label, fold, role }) => [doc_id, label, fold, role])).toEqual([
      ["0", 1, 0, "member"],
      ["1", 0, 0, "nonmember"],
      ["2", 1, 1, "member"],
      ["x", 0, 1, "nonmember"],
    ]);
    expect(rows.run).toMatchObject([{ vocabulary: V, context: 4, stride: 3, experiment_id: experiment, model: "lm" }]);
    expect(rows.tokenizer?.[0]?.tokenizer_id).toBe(rows.token?.[0]?.tokenizer_id);
    expect(rows.excerpt).toEqual([]);
  });

  it("takes probability 0, and says where windows are", async () => {
    const files = matrix(DOCS, (values) => {
      values[4] = Number.NEGATIVE_INFINITY;
    });
    const { rows } = await load(files, { context: 2, stride: 1, prefix_documents: true });
    expect(rows.token_score?.[0]).toMatchObject({ mu_uniform: null, sd_uniform: null });
    expect(rows.token_score?.map(({ window }) => window)).toEqual([0, 1, 0, 0, 1, 2, 0]);
    expect(rows.token?.[0]?.doc_id).toMatch(/^scores\d+\/0$/);
  });

  it("drops documents that cannot be compared, with their reasons", async () => {
    const more: Doc[] = [
      { doc: "none", chunk: 0, label: 1, ids: [] },
      { doc: "one", chunk: 0, label: 1, ids: [2] },
      { doc: "unlabelled", chunk: 0, label: null, ids: [1, 2] },
    ];
    const { rows, drops } = await load(matrix([...DOCS, ...more]));
    expect(drops.filter(({ file }) => file.path.endsWith("json")).map(({ item, reason }) => [item, reason])).toEqual([
      ["none", "empty"],
      ["one", "one_token"],
      ["unlabelled", "no_label"],
    ]);
    expect(rows.experiment?.[0]?.n_unused).toBe(3);
    expect(rows.token?.length).toBe(4);
  });

  it("makes folds where there are no chunks", async () => {
    const { rows } = await load(matrix(DOCS.map((doc) => ({ ...doc, chunk: null }))), { seed: 3 });
    const folds = rows.assignment?.map(({ label, fold }) => `${label} ${fold}`).sort();
    expect(folds).toEqual(["0 0", "0 1", "1 0", "1 1"]);
    expect(rows.experiment).toMatchObject([{ n_folds: 2, split_seed: 3n }]);
  });

  it("warns where probabilities do not sum to 1 and where bytes are of no document", async () => {
    const { warnings, rows } = await load(matrix(DOCS, (values) => void values.fill(-3, 4, 8)));
    expect(warnings.join()).toMatch(/1 rows do not sum to 1 \(document 0, row 1 sums to 0\.199/);
    expect(JSON.parse(rows.run?.[0]?.self_test as string).largest_deviation_of_sum_from_1).toBeGreaterThan(0.8);
    const files = matrix(DOCS);
    const longer = new Uint8Array(files["logprobs.f32le.bin"].length + 8);
    longer.set(files["logprobs.f32le.bin"]);
    expect((await load({ ...files, "logprobs.f32le.bin": longer })).warnings.join()).toMatch(/8 of 184 bytes/);
  });

  it("refuses what cannot be true, naming the place", async () => {
    const fails = (change: Parameters<typeof matrix>[1]) => expect(load(matrix(DOCS, change))).rejects;
    await fails((values) => {
      values[6] = Number.NaN;
    }).toThrow(/logprobs.f32le.bin: document 0, row 1, token 2: NaN/);
    await fails((values) => {
      values[6] = 0.5;
    }).toThrow(/row 1, token 2: 0.5 is no log-probability/);
    const doc = (index: Record<string, unknown>, k: number) =>
      (index.docs as Record<string, unknown>[])[k] as Record<string, unknown>;
    await fails((_, index) => {
      doc(index, 3).offset_floats = 40;
    }).toThrow(/document x ends at byte 192/);
    await fails((_, index) => {
      doc(index, 1).offset_floats = 8;
    }).toThrow(/documents 0 and 1 overlap/);
    await fails((_, index) => {
      doc(index, 1).offset_floats = -1;
    }).toThrow(/document 1 offset_floats is -1/);
    await fails((_, index) => {
      doc(index, 1).input_ids = [0, 4];
    }).toMatchObject({ tag: "load/token-number" });
    await fails((_, index) => {
      doc(index, 1).n_tokens = 3;
    }).toThrow(/n_tokens is 3, but input_ids has 2/);
    await fails((_, index) => {
      doc(index, 1).doc = 0;
    }).toMatchObject({ tag: "load/duplicate-document" });
    await fails((_, index) => {
      doc(index, 1).label = 2;
    }).toThrow(/label is 2/);
    await fails((_, index) => {
      index.vocab = 0;
    }).toThrow(/vocab is 0/);
    await fails((_, index) => {
      index.docs = {};
    }).toMatchObject({ tag: "load/inputs" });
    await fails((_, index) => {
      for (const k of [0, 1, 2, 3]) doc(index, k).label = 1;
    }).toMatchObject({ tag: "load/one-class" });
    const files = matrix(DOCS);
    const bytes = files["logprobs.f32le.bin"];
    await expect(load({ ...files, "logprobs.f32le.bin": bytes.subarray(0, 160) })).rejects.toMatchObject({
      tag: "format/truncated",
    });
    await expect(load({ ...files, "logprobs.f32le.bin": bytes.subarray(0, 171) })).rejects.toMatchObject({
      tag: "format/matrix-size",
    });
    await expect(load({ "inputs.json": files["inputs.json"] })).rejects.toThrow(/no file logprobs.f32le.bin/);
    await expect(load({ ...files, "inputs.json": "{" })).rejects.toMatchObject({ tag: "format/json-syntax" });
  });
});

const lines = (rows: readonly Row[]) => `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`;

const LABELS: Row[] = [
  { doc_id: "a", label: 1, fold: 0 },
  { doc_id: "b", label: 0, fold: 0 },
  { doc_id: "c", label: 1, fold: 1 },
  { doc_id: "d", label: 0, fold: 1 },
];
const TOKENS: Row[] = ["a", "b", "c", "d"].map((doc_id, k) => ({
  doc_id,
  input_ids: [0, 1, 2, 3].slice(0, 2 + (k % 2)),
}));
const SCORES: Row[] = TOKENS.flatMap(({ doc_id, input_ids }) =>
  (input_ids as number[])
    .slice(1)
    .map((id, i) => ({ doc_id, pos: i + 1, logprob: -1 - id, max_logprob: -0.5, rank: 1 })),
);

const tables = (more: Readonly<Record<string, string | Uint8Array>> = {}) => ({
  "assignment.jsonl": lines(LABELS),
  "token.jsonl": lines(TOKENS),
  "token_score.jsonl": lines(SCORES),
  ...more,
});

/** As pandas writes them: 64-bit integers and floats. */
const SCORE_TYPES = contractOf([
  { name: "doc_id", type: { kind: "utf8" } },
  { name: "pos", type: { kind: "int64" } },
  { name: "logprob", type: { kind: "float64" } },
  { name: "max_logprob", type: { kind: "float64" }, nullable: true },
  { name: "rank", type: { kind: "int64" }, nullable: true },
  { name: "topk", type: { kind: "list", item: { kind: "int32" } } },
]);
const TOKEN_TYPES = contractOf([
  { name: "doc_id", type: { kind: "utf8" } },
  { name: "input_ids", type: { kind: "list", item: { kind: "int64" } } },
]);
const LABEL_TYPES = contractOf([
  { name: "doc_id", type: { kind: "utf8" } },
  { name: "label", type: { kind: "bool" } },
  { name: "fold", type: { kind: "int64" } },
]);
const wide = SCORES.map((row) => ({ ...row, topk: [1, 2] }));
const booleans = LABELS.map((row) => ({ ...row, label: row.label === 1 }));

async function parquet(name: string, contract: typeof SCORE_TYPES, rows: readonly Row[]): Promise<Uint8Array> {
  const batch = buildBatch(contract, rows);
  const path = join(root, name);
  await writeParquet({ path, schema: batch.schema, batches: [batch], temporaryDirectory: join(root, "duckdb") });
  return readFileSync(path);
}

const ipc = (contract: typeof SCORE_TYPES, rows: readonly Row[], form: "file" | "stream") =>
  tableToIPC(new Table([buildBatch(contract, rows)]), form);

describe("tables of scores", () => {
  const key = ({ run_id: _, ...rest }: Row) => rest;
  const without = (rows: readonly Row[] = []) => rows.map(({ tokenizer_id: _, ...rest }) => key(rest));

  it("are the same from JSON lines, gzip, Parquet and Arrow, and in any order of rows", async () => {
    const expected = await load(tables());
    expect(expected.rows.token_score?.[0]).toEqual({
      run_id: `${expected.experiment}/file`,
      doc_id: "a",
      pos: 1,
      window: 0,
      logprob: -2,
      max_logprob: -0.5,
      rank: 1,
      mu: null,
      m2: null,
      mu_uniform: null,
      sd_uniform: null,
    });
    expect(expected.rows.run).toMatchObject([{ vocabulary: 3, capabilities: ["logprob", "max_logprob", "rank"] }]);
    const others: Record<string, string | Uint8Array>[] = [
      {
        "assignment.jsonl.gz": gzipSync(lines(LABELS)),
        "token.jsonl.gz": gzipSync(lines(TOKENS)),
        "token_score_0.jsonl": lines(SCORES.slice(0, 2)),
        "token_score_1.jsonl.gz": gzipSync(lines(SCORES.slice(2))),
      },
      {
        "document.parquet": await parquet("d.parquet", LABEL_TYPES, booleans),
        "tokens.parquet": await parquet("t.parquet", TOKEN_TYPES, TOKENS),
        "token_score-1.parquet": await parquet("s.parquet", SCORE_TYPES, wide),
      },
      {
        "assignment.arrow": ipc(LABEL_TYPES, booleans, "file"),
        "token.feather": ipc(TOKEN_TYPES, TOKENS, "stream"),
        "token_score.arrow": ipc(SCORE_TYPES, wide, "file"),
      },
      tables({ "token_score.jsonl": `\n${lines(SCORES.slice().reverse())}\n\n` }),
    ];
    const sorted = (rows: Row[] = []) =>
      [...rows].sort((a, b) => (`${a.doc_id} ${a.pos}` < `${b.doc_id} ${b.pos}` ? -1 : 1));
    for (const files of others) {
      const { rows } = await load(files);
      expect(sorted(rows.token_score).map(key)).toEqual(expected.rows.token_score?.map(key));
      expect(without(rows.token)).toEqual(without(expected.rows.token));
      const labels = (found: Row[] = []) => found.map(({ doc_id, label, fold }) => [doc_id, label, fold]);
      expect(labels(rows.assignment)).toEqual(labels(expected.rows.assignment));
    }
  });

  it("carry texts and mean distributions", async () => {
    const texts = LABELS.map((row) => ({ ...row, text: `Text of ${row.doc_id} 😀` }));
    const means = ["a", "b", "c", "d", "other"].map((doc_id) => ({ doc_id, p: [0.1, 0.2, 0.3, 0.4] }));
    const files = tables({ "assignment.jsonl": lines(texts), "document_mean_probability.jsonl": lines(means) });
    const { rows, drops } = await load(files);
    expect(rows.excerpt?.[0]).toMatchObject({ doc_id: "a", source_doc_id: "a", text: "Text of a 😀", n_chars: 11n });
    expect(rows.document_mean_probability).toHaveLength(4);
    expect(rows.document_mean_probability?.[1]).toMatchObject({ doc_id: "b", n_predicted: 2, p: [0.1, 0.2, 0.3, 0.4] });
    expect(rows.run).toMatchObject([{ vocabulary: 4 }]);
    expect(rows.run?.[0]?.capabilities).toContain("mean_probability");
    expect(drops).toMatchObject([{ item: "other", reason: "unknown_document" }]);
  });

  it("make folds by cluster, balanced, from the seed and the names alone", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 99 }),
        fc.shuffledSubarray([...Array(20).keys()], { minLength: 20 }),
        async (seed, order) => {
          const docs = order.map((k) => ({ doc_id: `d${k}`, label: k % 2, cluster_id: `c${k % 2}-${k >> 2}` }));
          const files = {
            "assignment.jsonl": lines(docs),
            "token.jsonl": lines(docs.map(({ doc_id }) => ({ doc_id, input_ids: [0, 1] }))),
            "token_score.jsonl": lines(docs.map(({ doc_id }) => ({ doc_id, pos: 1, logprob: -1 }))),
          };
          const { rows } = await load(files, { seed });
          const foldOf = new Map(rows.assignment?.map(({ doc_id, fold }) => [doc_id, fold]));
          expect(
            rows.assignment?.every(({ doc_id, cluster_id }) => {
              const others = rows.assignment?.filter((row) => row.cluster_id === cluster_id) ?? [];
              return others.length === 2 && others.every((row) => row.fold === foldOf.get(doc_id as string));
            }),
          ).toBe(true);
          for (let fold = 0; fold < 5; fold++) {
            const own = rows.assignment?.filter((row) => row.fold === fold) ?? [];
            expect(own.map(({ label }) => label).sort()).toEqual([0, 0, 1, 1]);
          }
          const sorted = docs.slice().sort((a, b) => (a.doc_id < b.doc_id ? -1 : 1));
          const again = await load({ ...files, "assignment.jsonl": lines(sorted) }, { seed });
          expect(again.rows.assignment?.map(({ fold }) => fold)).toEqual(rows.assignment?.map(({ fold }) => fold));
        },
      ),
      { numRuns: 6 },
    );
  });

  it("drop what cannot be compared, with its rows counted", async () => {
    const { rows, drops } = await load(
      tables({
        "assignment.jsonl": lines([
          ...LABELS,
          { doc_id: "unlabelled", label: null, fold: null },
          { doc_id: "untokenised", label: 1, fold: 0 },
          { doc_id: "unscored", label: 1, fold: 0 },
          { doc_id: "short", label: 0, fold: 0 },
        ]),
        "token.jsonl": lines([
          ...TOKENS,
          { doc_id: "unlabelled", input_ids: [1, 2] },
          { doc_id: "unscored", input_ids: [1, 2] },
          { doc_id: "short", input_ids: [1] },
        ]),
        "token_score.jsonl": lines([
          ...SCORES,
          { doc_id: "stranger", pos: 1, logprob: -1 },
          { doc_id: "stranger", pos: 2, logprob: -1 },
          { doc_id: "unlabelled", pos: 1, logprob: -1 },
        ]),
        "notes.txt": "Made on a cluster.",
      }),
    );
    const found = drops.map(
      ({ file, item, reason, count = 1 }) => `${file.path.split("/").at(-1)}: ${item} ${reason} ${count}`,
    );
    expect(found.sort()).toEqual([
      "assignment.jsonl: short one_token 1",
      "assignment.jsonl: unlabelled no_label 1",
      "assignment.jsonl: unscored no_scores 1",
      "assignment.jsonl: untokenised no_tokens 1",
      "notes.txt: notes.txt unread_file 1",
      "token.jsonl: short one_token 1",
      "token.jsonl: unlabelled no_label 1",
      "token.jsonl: unscored no_scores 1",
      "token_score.jsonl: stranger unknown_document 2",
      "token_score.jsonl: unlabelled no_label 1",
    ]);
    expect(rows.token?.length).toBe(4);
    expect(rows.experiment?.[0]?.n_unused).toBe(4);
  });

  it("are read of one run where a file has several", async () => {
    const two = ["m", "n"].flatMap((run_id) => SCORES.map((row) => ({ ...row, run_id })));
    const files = tables({ "token_score.jsonl": lines(two) });
    await expect(load(files)).rejects.toMatchObject({ tag: "load/several-runs" });
    const { rows, drops } = await load(files, { run: "n" });
    expect(rows.token_score?.length).toBe(SCORES.length);
    expect(drops).toMatchObject([{ item: "run m", reason: "other_run", count: SCORES.length }]);
  });

  it("are refused where they cannot be true, naming file and row", async () => {
    const fails = (more: Parameters<typeof tables>[0], parameters: object = {}) =>
      expect(load(tables(more), parameters)).rejects;
    const scores = (change: Row, k = 1) => ({
      "token_score.jsonl": lines(SCORES.map((row, i) => (i === k ? { ...row, ...change } : row))),
    });
    const text = lines(SCORES).replace('"logprob":-2', '"logprob":NaN');
    await fails({ "token_score.jsonl": text }).toThrow(/token_score.jsonl: line 1: a: logprob is NaN/);
    await fails(scores({ logprob: 0.5 })).toThrow(/line 2: b: logprob is 0.5, above 0/);
    await fails(scores({ logprob: null })).toMatchObject({ tag: "load/null-value" });
    await fails(scores({ logprob: "-1" })).toThrow(/line 2: logprob is "-1", not a number/);
    await fails(scores({ max_logprob: -9 })).toThrow(/max_logprob is -9/);
    await fails(scores({ max_logprob: -2, logprob: -2, rank: 1 })).toThrow(/it counts from 0/);
    await fails(scores({ pos: 2 })).toMatchObject({ tag: "load/duplicate-position" });
    await fails(scores({ pos: 3 })).toThrow(/line 2: pos is 3; b has the places 1 to 2/);
    await fails(scores({ pos: 0 })).toMatchObject({ tag: "load/position" });
    const fewer = { "token_score.jsonl": lines(SCORES.filter((_, i) => i !== 1)) };
    await fails(fewer).toThrow(/b has 1 scores of 2; the first missing is at 1/);
    await expect(load(tables(fewer), { missing_positions: "allow" })).resolves.toBeDefined();
    await fails({ "token_score.jsonl": lines([{ doc_id: "a", logprob: -1 }]) }).toThrow(/no column pos/);
    await fails({ "token_score.jsonl": '{"doc_id":"a","pos":1,"logprob"' }).toMatchObject({
      tag: "format/json-syntax",
    });
    await fails({ "token_score.jsonl": "[1]\n" }).toThrow(/line 1 is no JSON object/);

    await fails({ "assignment.jsonl": lines([...LABELS, LABELS[0] as Row]) }).toThrow(
      /line 5: the document a comes twice/,
    );
    await fails({ "assignment.jsonl": lines(LABELS.map((row) => ({ ...row, label: 2 }))) }).toMatchObject({
      tag: "load/label",
    });
    await fails({ "assignment.jsonl": lines(LABELS.map((row) => ({ ...row, label: 1 }))) }).toMatchObject({
      tag: "load/one-class",
    });
    await fails({ "assignment.jsonl": lines(LABELS.map((row) => ({ ...row, fold: 0 }))) }).toMatchObject({
      tag: "load/one-fold",
    });
    const partial = LABELS.map((row, k) => (k === 2 ? { ...row, fold: null } : row));
    await fails({ "assignment.jsonl": lines(partial) }).toThrow(/1 of 4 documents have no fold, such as c/);
    const mixed = LABELS.map((row) => ({ ...row, cluster_id: "same" }));
    await fails({ "assignment.jsonl": lines(mixed) }).toMatchObject({ tag: "load/mixed-cluster" });
    const split = LABELS.map((row) => ({ ...row, cluster_id: `class ${row.label}` }));
    await fails({ "assignment.jsonl": lines(split) }).toMatchObject({ tag: "load/split-cluster" });

    const tokens = (change: Row) => ({
      "token.jsonl": lines(TOKENS.map((row, k) => (k === 1 ? { ...row, ...change } : row))),
    });
    await fails(tokens({ input_ids: [0, 1.5, 2] })).toThrow(/line 2: token 1 of b is 1.5/);
    await fails(tokens({ input_ids: [0, 7, 2] }), { vocabulary: 7 }).toMatchObject({ tag: "load/token-number" });
    await fails({ "token.jsonl": lines([...TOKENS, TOKENS[0] as Row]) }).toThrow(/the tokens of a come twice/);
    const named = TOKENS.map((row, k) => ({ ...row, tokenizer_id: k === 3 ? "llama" : "gpt2" }));
    await fails({ "token.jsonl": lines(named) }).toThrow(/line 4: tokens of llama, after tokens of gpt2/);
    const means = (widths: readonly number[]) => ({
      "document_mean_probability.jsonl": lines(
        LABELS.map(({ doc_id }, k) => ({ doc_id, p: new Array(widths[k]).fill(0.25) })),
      ),
    });
    await fails(means([4, 4, 5, 4])).toMatchObject({ tag: "load/mixed-vocabularies" });
    await fails(means([2, 2, 2, 2])).toThrow(/the token 2 is none of the 2/);

    await fails({ "token_score.parquet": "PAR1 no" }).toThrow(
      /membership\/scores\d+\/token_score.parquet is no valid Parquet/,
    );
    await fails({ "token_score.arrow": ipc(SCORE_TYPES, wide, "file").subarray(0, 300) }).toMatchObject({
      tag: "format/arrow-invalid",
    });
    await fails({ "token_score.jsonl.gz": gzipSync(lines(SCORES)).subarray(0, 40) }).toMatchObject({
      tag: "format/truncated",
    });
    await fails({ "token_score.csv": "doc_id,pos,logprob\n" }).toMatchObject({ tag: "load/table-format" });
    const { "token.jsonl": _, ...noTokens } = tables();
    await expect(load(noTokens)).rejects.toThrow(/there is no file token\*/);
    await expect(load({ "readme.txt": "x" })).rejects.toMatchObject({ tag: "load/no-scores" });
  });
});
