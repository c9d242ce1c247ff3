import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { sampleDocumentFiles } from "../../src/sample-data/membership/sample-documents.js";
import { syntheticProse } from "../../src/sample-data/membership/synthetic-prose.js";
import type { Row } from "../../src/tables/contract.js";
import { referenceFiles, referenceSet } from "../stages/membership/support/reference-set.js";
import { query } from "../support/run-neurotables.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { failureOf, lines, runMembership, settings, stepOf, writeFiles } from "./support/membership-project.js";
import { arrowFiles, jsonFiles, parquetFiles, type ScoreTables, scoreTables } from "./support/score-files.js";

type Files = Record<string, string | Uint8Array>;

const SCORES = settings({
  "scores.prefix_documents": true,
  "features.extractors": ["simple_agg"],
  "classify.random_forest.trees": 20,
  "gate.permutations": 19,
  "evaluate.bootstrap_draws": 20,
});

const SET = referenceSet({
  seed: 2,
  vocabulary: 20,
  documents: Array.from({ length: 16 }, (_, i) => ({
    doc: `d${i}`,
    chunk: i % 2,
    label: i % 4 < 2 ? 1 : 0,
    tokens: 12 + i,
  })),
});
const GOOD = scoreTables(SET);

const changed = (table: keyof ScoreTables, change: (rows: Row[]) => Row[]): ScoreTables => ({
  ...GOOD,
  [table]: change(GOOD[table].map((row) => ({ ...row }))),
});
const at = (place: number, values: Row) => (rows: Row[]) =>
  rows.map((row, i) => (i === place ? { ...row, ...values } : row));
const replaced = (files: Files, name: string, change: (bytes: Buffer) => Uint8Array): Files => ({
  ...files,
  [name]: change(Buffer.from(files[name] as Uint8Array)),
});

/** One folder of scores with each fault, and what the error must say. */
async function brokenFolders(): Promise<
  Record<string, readonly [files: Files, tag: string, words: readonly string[]]>
> {
  const json = jsonFiles(GOOD);
  const parquet = await parquetFiles(GOOD, temporaryDirectory());
  const matrix = referenceFiles(SET);
  const notNumbers = Float32Array.from(SET.floats);
  notNumbers[(SET.docs[3]?.offset_floats ?? 0) + 20 + 7] = Number.NaN;
  const jsonOf = (table: keyof ScoreTables, change: (rows: Row[]) => Row[]) => jsonFiles(changed(table, change));
  const nan = (file: unknown) => String(file).replace(/"logprob":-[^,]+/, '"logprob":NaN');
  return {
    nan: [{ ...json, "token_score.jsonl": nan(json["token_score.jsonl"]) }, "load/score", ["line 1", "NaN"]],
    "nan-parquet": [
      await parquetFiles(changed("token_score", at(8, { logprob: Number.NaN })), temporaryDirectory()),
      "load/score",
      ["token_score.parquet", "row 9", "NaN"],
    ],
    "nan-matrix": [
      referenceFiles({ ...SET, floats: notNumbers }),
      "format/not-a-log-probability",
      ["document d3, row 1, token 7", "NaN"],
    ],
    positive: [jsonOf("token_score", at(4, { logprob: 0.25 })), "load/score", ["line 5", "0.25"]],
    "one-class": [
      jsonOf("assignment", (rows) => rows.map((row) => ({ ...row, label: true }))),
      "load/one-class",
      ["scores/one-class", "16 documents", "all are members"],
    ],
    "one-class-matrix": [
      referenceFiles({ ...SET, docs: SET.docs.map((doc) => ({ ...doc, label: 0 as const })) }),
      "load/one-class",
      ["none is a member"],
    ],
    twice: [
      jsonOf("assignment", (rows) => [...rows, rows[2] as Row]),
      "load/duplicate-document",
      ["assignment.jsonl: line 17", "d2"],
    ],
    "twice-arrow": [
      arrowFiles(changed("token", (rows) => [...rows, rows[5] as Row])),
      "load/duplicate-document",
      ["token.arrow: row 17", "d5"],
    ],
    "twice-matrix": [
      referenceFiles({ ...SET, docs: [...SET.docs, ...SET.docs.slice(0, 1)] }),
      "load/duplicate-document",
      ["inputs.json", "d0"],
    ],
    bytes: [
      replaced(json, "assignment.jsonl", (bytes) => Buffer.concat([bytes, Buffer.from([0x22, 0xff, 0xfe, 0x22, 10])])),
      "format/",
      ["assignment.jsonl: line 17", "0xff"],
    ],
    "cut-parquet": [
      replaced(parquet, "token_score.parquet", (bytes) => bytes.subarray(0, bytes.length - 30)),
      "format/",
      ["token_score.parquet"],
    ],
    "cut-matrix": [
      { ...matrix, "logprobs.f32le.bin": matrix["logprobs.f32le.bin"].subarray(0, -8) },
      "format/truncated",
      ["logprobs.f32le.bin", "d15"],
    ],
    "missing-scores": [
      jsonOf("token_score", (rows) => rows.filter(({ doc_id, pos }) => doc_id !== "d4" || pos !== 3n)),
      "load/missing-positions",
      ["d4", "14 scores of 15", "at 3"],
    ],
    "rank-from-1": [
      jsonOf("token_score", (rows) => rows.map((row) => ({ ...row, rank: (row.rank as bigint) + 1n }))),
      "load/score",
      ["rank is 1"],
    ],
  };
}

describe("token scores that cannot be used", () => {
  it("are refused folder by folder, naming file and row", async () => {
    const folder = { sources: temporaryDirectory(), home: join(temporaryDirectory(), "home") };
    const folders = await brokenFolders();
    for (const [name, [files]] of Object.entries({ ...folders, good: [jsonFiles(GOOD)] as const })) {
      for (const [file, bytes] of Object.entries(files)) {
        writeFiles(folder.sources, { [`membership/scores/${name}/${file}`]: bytes });
      }
    }
    const summary = await runMembership("membership-scores", folder, SCORES);
    expect(summary.exitCode).toBe(1);
    const { failures = [], partitions } = stepOf(summary, "scores");
    expect(partitions).toMatchObject({ ran: 1, failed: Object.keys(folders).length });
    const found = new Map(failures.map(({ partition, error }) => [partition.split("/").at(-1), error]));
    for (const [name, [, tag, words]] of Object.entries(folders)) {
      const error = found.get(name);
      expect(`${error?.tag}: ${error?.message}`).toContain(tag);
      for (const word of words) expect(error?.message).toContain(word);
    }
  }, 120_000);

  it("leave out what cannot be compared, one row each, and go on with the rest", async () => {
    const folder = { sources: temporaryDirectory(), home: join(temporaryDirectory(), "home") };
    const extra = { logprob: -1, max_logprob: -0.5, rank: 1n, mu: -1, m2: 1 };
    const tables: ScoreTables = {
      ...GOOD,
      token_score: [...GOOD.token_score, { doc_id: "stranger", pos: 1n, ...extra }],
      token: [...GOOD.token, { doc_id: "empty", input_ids: [] }, { doc_id: "one", input_ids: [3n] }],
      assignment: [
        ...GOOD.assignment,
        { doc_id: "empty", label: true, chunk: 0n },
        { doc_id: "one", label: false, chunk: 1n },
        { doc_id: "untold", label: false, chunk: 1n },
      ],
    };
    for (const [name, bytes] of Object.entries(await parquetFiles(tables, temporaryDirectory()))) {
      writeFiles(folder.sources, { [`membership/scores/mine/${name}`]: bytes });
    }
    const summary = await runMembership("membership-scores", folder, SCORES);
    expect(summary.steps.filter(({ status }) => status !== "ran")).toEqual([]);
    expect(summary.exitCode).toBe(0);
    expect(summary.checks.filter(({ status }) => status === "failed")).toEqual([]);
    const dropped = await query<{ item: string; reason: string; path: string }>(
      folder.home,
      `select item, reason, regexp_extract(path, '[^/]+$') as path from membership.dropped_record
       join membership.source_file using (source_id) order by all`,
    );
    expect(dropped).toEqual([
      { item: "empty", reason: "empty", path: "assignment.parquet" },
      { item: "empty", reason: "empty", path: "token.parquet" },
      { item: "one", reason: "one_token", path: "assignment.parquet" },
      { item: "one", reason: "one_token", path: "token.parquet" },
      { item: "stranger", reason: "unknown_document", path: "token_score.parquet" },
      { item: "untold", reason: "no_tokens", path: "assignment.parquet" },
    ]);
    const [experiment] = await query(
      folder.home,
      "select n_members, n_nonmembers, n_unused, unused from membership.experiment",
    );
    expect(experiment).toEqual({
      n_members: 8,
      n_nonmembers: 8,
      n_unused: 3,
      unused: ["empty", "no_tokens", "one_token"].map((reason) => ({ reason, n: 1 })),
    });
  }, 120_000);
});

const LESS = settings({
  "controls.splits": 4,
  "controls.tokens": 500,
  "gate.permutations": 19,
  "classify.random_forest.trees": 20,
  "evaluate.bootstrap_draws": 20,
  "tokenizer.vocabulary": 400,
});
const HEADS = ["--set", 'steps.documents.with={ strip: credits, window: "head:2000" }'];
const prose = (name: string) => syntheticProse({ seed: 9, name, characters: 2500, style: { curly: false } });
const row = (doc_id: string, more: object = {}) => ({ doc_id, text: prose(doc_id), ...more });
const rows = (count: number, more: (i: number) => object = () => ({})) =>
  Array.from({ length: count }, (_, i) => row(`d${i}`, more(i)));

describe("documents that cannot be used", () => {
  const run = (sources: string, more: readonly string[] = []) =>
    runMembership("membership-randomised", { sources, home: join(temporaryDirectory(), "home") }, [
      ...LESS,
      ...HEADS,
      ...more,
    ]);

  it("are refused file by file, while the other files are read", async () => {
    const sources = temporaryDirectory();
    for (const { path, bytes } of sampleDocumentFiles(5, { gutenberg: 3, novels: 2, papers: 2 })) {
      writeFiles(sources, { [path]: bytes });
    }
    writeFiles(sources, {
      "membership/gutenberg/pg70001.txt": Uint8Array.from([0xff, 0xfe, 0x00, 0x81, 0x8d, 0x41]),
      "membership/gutenberg/pg70002.txt": "",
      "membership/papers/journal.broken.xml": "<article><front>",
    });
    const summary = await run(sources);
    expect(summary.exitCode).toBe(1);
    expect(summary.warnings.join("\n")).toContain("the others become current");
    const { failures, partitions } = stepOf(summary, "gutenberg");
    expect(partitions).toMatchObject({ ran: 6, failed: 2 });
    expect(failures?.map(({ error }) => `${error.tag} ${error.message}`)).toEqual([
      expect.stringMatching(/^load\/undecodable membership\/gutenberg\/pg70001\.txt: byte 0x00 at offset 2/),
      expect.stringMatching(/^load\/empty-document membership\/gutenberg\/pg70002\.txt:/),
    ]);
    expect(failureOf(summary, "papers")).toContain("membership/papers/journal.broken.xml");
  }, 120_000);

  it("refuses a name that two files give, and an experiment with one class", async () => {
    const twice = temporaryDirectory();
    writeFiles(twice, {
      "membership/collections/a.jsonl": lines(rows(12)),
      "membership/collections/b.jsonl": lines(rows(1)),
    });
    expect(failureOf(await run(twice), "overlap")).toMatch(/^load\/document-repeated: .*d0/);

    const sources = temporaryDirectory();
    writeFiles(sources, { "membership/collections/a.jsonl": lines(rows(12, () => ({ label: 1 }))) });
    const known = ["--set", "steps.assign.with.experiments={ mine: { design: known-corpus } }"];
    const summary = await run(sources, known);
    expect(summary.exitCode).toBe(1);
    expect(failureOf(summary, "assign")).toMatch(/^load\/one-class: experiment mine has 12 members and 0 non-members/);
  }, 120_000);

  describe("but leave the others in use", () => {
    let summary: RunSummary;
    const home = join(temporaryDirectory(), "home");

    beforeAll(async () => {
      const sources = temporaryDirectory();
      const documents = [
        ...rows(24, (i) => ({ license: i === 0 ? "CC BY-NC 4.0" : "CC BY 4.0", label: i % 2, year: 1880 + i })),
        row("d3", { label: 1, year: 1880 }),
        { doc_id: "blank", text: " \n", label: 1, year: 1880 },
        { doc_id: "letter", text: "a", label: 1, year: 1880 },
        row("undated", { label: 1 }),
        row("late", { label: 0, year: 1999 }),
      ];
      writeFiles(sources, {
        "membership/collections/a.jsonl": Buffer.concat([
          Buffer.from(lines(documents)),
          Buffer.from('{"doc_id": "bytes", "text": "'),
          Uint8Array.from([0xc3, 0x28]),
          Buffer.from('"}\n'),
        ]),
      });
      const experiments = "{ mine: { design: known-corpus, trains_members: true, years: [1850, 1910] } }";
      summary = await runMembership("membership-randomised", { sources, home }, [
        ...LESS,
        ...HEADS,
        "--set",
        `steps.assign.with.experiments=${experiments}`,
      ]);
    }, 120_000);

    it("with a row in dropped for each that is left out", async () => {
      expect(summary.exitCode).toBe(0);
      expect(summary.checks.filter(({ status }) => status === "failed")).toEqual([]);
      expect(await query(home, "select item, reason, records from membership.dropped order by drop_index")).toEqual([
        { item: "line 25", reason: "duplicate_id", records: 1 },
        { item: "line 26", reason: "empty_text", records: 1 },
        { item: "line 30", reason: "not_utf8", records: 1 },
      ]);
    });

    it("counting those without a year, of other years and too short to be scored", async () => {
      const [experiment] = await query<{ unused: { reason: string; n: number }[]; n_members: number }>(
        home,
        "select n_members, n_nonmembers, n_unused, unused from membership.experiment",
      );
      expect(experiment).toMatchObject({ n_nonmembers: 12, n_unused: 2 });
      expect(experiment?.unused).toEqual([
        { reason: "no year", n: 1 },
        { reason: "outside the years", n: 1 },
      ]);
      const letter = await query<{ attack: string; score: number | null }>(
        home,
        "select attack, score from membership.document_score where doc_id = 'letter'",
      );
      expect(letter.filter(({ score }) => score !== null)).toEqual([]);
      const [loss] = await query(
        home,
        "select n1, n0, n_missing from membership.metric where attack = 'loss' and part = 'pooled'",
      );
      expect(loss).toEqual({ n1: 12, n0: 12, n_missing: 1 });
    });

    it("saying which texts may be passed on", async () => {
      const documents = await query<{ doc_id: string; text_publishable: boolean }>(
        home,
        "select doc_id, text_publishable from membership.document where doc_id in ('d0', 'd1', 'undated') order by 1",
      );
      expect(documents).toEqual([
        { doc_id: "d0", text_publishable: false },
        { doc_id: "d1", text_publishable: true },
        { doc_id: "undated", text_publishable: false },
      ]);
    });
  });
});
