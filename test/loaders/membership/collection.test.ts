import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  DateDay,
  Dictionary,
  Field,
  Int32,
  LargeUtf8,
  List,
  Struct,
  Table,
  TimestampMillisecond,
  tableToIPC,
  Utf8,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.js";
import { connectDuckdb } from "../../../src/formats/parquet/duckdb.js";
import { collection } from "../../../src/loaders/membership/collection.js";
import { loadFiles, refusal } from "./support/load-below.js";

const folder = mkdtempSync(join(tmpdir(), "neurotables-collection-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = "pile/part_0.jsonl";
const jsonl = (...rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const load = (content: Uint8Array | string, parameters: Record<string, unknown> = {}, at = path) =>
  loadFiles(collection, { [at]: content }, { parameters });

const COLUMNS = {
  doc_id: "meta.id",
  text: "text",
  title: "title",
  authors: "authors",
  date: "meta.timestamp",
  year: "year",
  label: "member",
  license: "meta.license",
  language: "lang",
};
const ROW = {
  text: "\ufeffOne\r\ntwo",
  title: "T",
  authors: ["A", "B"],
  meta: { id: "2302.1", timestamp: "2023-02-01T00:00:00", license: "CC-BY-4.0" },
  year: 1887,
  member: true,
  lang: "English",
};

describe("collections of JSON lines", () => {
  it("have the columns that are called as fields are, where nothing else is said", async () => {
    const rows = [
      { doc_id: "a", text: "One", title: "T", year: 1887, label: "member", license: "CC0", other: 1 },
      { doc_id: null, text: "Two", title: null },
      { text: "Three", label: 0 },
    ];
    const { rows: read, drops } = await load(jsonl(...rows));
    expect(drops).toEqual([]);
    const none = { title: null, publication_year: null, license: null };
    expect(read.document_record).toMatchObject([
      { doc_id: "a", title: "T", publication_year: 1887, label: 1, license: "CC0" },
      { ...none, doc_id: "part_0:1", label: null },
      { ...none, doc_id: "part_0:2", label: 0 },
    ]);
    const said = await load(jsonl(...rows), { columns: { text: "text" } });
    expect(said.rows.document_record?.[0]).toMatchObject({ ...none, doc_id: "part_0:0", label: null });
  });

  it("map columns, nested ones by paths", async () => {
    const trace = await load(jsonl(ROW), { columns: COLUMNS, kind: "paper", keep: ["meta"], collection: "arxiv" });
    expect(trace.drops).toEqual([]);
    expect(trace.rows.document_record).toMatchObject([
      {
        doc_id: "2302.1",
        kind: "paper",
        format: "collection",
        collection: "arxiv",
        position: 0,
        title: "T",
        authors: ["A", "B"],
        language: "en",
        license: "CC-BY-4.0",
        date: "2023-02-01",
        date_precision: "day",
        publication_year: 1887,
        publication_year_basis: "column",
        label: 1,
        raw_sha256: sha256(ROW.text),
        raw_bytes: BigInt(Buffer.byteLength(ROW.text)),
        encoding: "utf-8",
        had_bom: true,
        newline: "crlf",
        header: JSON.stringify({ meta: { id: "2302.1", license: "CC-BY-4.0", timestamp: "2023-02-01T00:00:00" } }),
      },
    ]);
    expect(trace.rows.text_record).toEqual([{ doc_id: "2302.1", text: "One\ntwo" }]);
  });

  it("name documents by their place where no column does, and take constants", async () => {
    const parameters = { label: 0, license: "CC0-1.0", license_url: "u", language: "en" };
    const trace = await load(`\ufeff${jsonl({ text: "a" })}\r\n\n${JSON.stringify({ text: "b" })}`, parameters);
    expect(trace.rows.document_record).toMatchObject([
      { doc_id: "part_0:0", position: 0, label: 0, license: "CC0-1.0", license_url: "u", language: "en", date: null },
      { doc_id: "part_0:1", position: 1, label: 0 },
    ]);
    expect(trace.read).toEqual({ [path]: 2 });
  });

  it("are read gzipped, whatever the name", async () => {
    const plain = await load(jsonl(ROW, { text: "b" }));
    const zipped = await load(gzipSync(jsonl(ROW, { text: "b" })), {}, "pile/part_0.jsonl.gz");
    expect(zipped.rows.text_record).toEqual(plain.rows.text_record);
    expect(zipped.rows.document_record?.[1]).toMatchObject({ doc_id: "part_0:1" });
  });

  it("drop single rows with a reason, and keep the others", async () => {
    const meta = (id: unknown) => ({ ...ROW, meta: { id } });
    const rows: readonly (readonly [unknown, string | null])[] = [
      [ROW, null],
      [{ ...ROW, text: 7 }, "not_text"],
      [{ ...ROW, text: { a: 1 } }, "not_text"],
      [{ ...ROW, text: null }, "no_text"],
      [{ meta: { id: "x" } }, "no_text"],
      [{ ...ROW, text: " \n" }, "empty_text"],
      [{ ...ROW, text: "a\u0000" }, "not_text"],
      [{ ...ROW, text: "a\ud800" }, "not_text"],
      [{ ...ROW, text: "again" }, "duplicate_id"],
      [meta(""), "no_id"],
      [meta(null), "no_id"],
      [meta(["a"]), "no_id"],
      [{ ...ROW, meta: "none" }, "no_id"],
      [{ ...meta("y"), member: "maybe" }, "unreadable_label"],
      [[1], "no_object"],
      ["text", "no_object"],
      [meta(5), null],
    ];
    const content = `${jsonl(...rows.map(([row]) => row))}{"text": \n\n${JSON.stringify(meta("z"))}\n`;
    const trace = await load(content, { columns: COLUMNS });
    const reasons = rows.flatMap(([, reason], i) => (reason === null ? [] : [[`line ${i + 1}`, reason]]));
    expect(trace.drops.map(({ item, reason }) => [item, reason])).toEqual([
      ...reasons,
      [`line ${rows.length + 1}`, "not_json"],
    ]);
    expect(trace.drops.every(({ scope, detail }) => scope === "document" && detail !== "")).toBe(true);
    expect(trace.rows.document_record?.map(({ doc_id }) => doc_id)).toEqual(["2302.1", "5", "z"]);
    const latin = Buffer.concat([Buffer.from(jsonl(ROW)), Buffer.from('{"text":"\xe9"}\n', "latin1")]);
    expect((await load(latin)).drops.map(({ reason }) => reason)).toEqual(["not_utf8"]);
  });

  it("carry rows whose date or year cannot be read, and note it", async () => {
    const bad = { text: "a", date: "31 February 2004", year: "MCM" };
    const trace = await load(jsonl(bad), { columns: { text: "text", date: "date", year: "year" } });
    expect(trace.rows.document_record).toMatchObject([{ date: null, date_precision: null, publication_year: null }]);
    expect(trace.drops).toMatchObject([
      { scope: "value", item: "line 1, date", reason: "unreadable_date", detail: "31 February 2004", count: 0 },
      { scope: "value", item: "line 1, year", reason: "unreadable_year", detail: "MCM", count: 0 },
    ]);
  });

  it("are cleaned as LaTeX where that is asked for", async () => {
    const tex = "\\newcommand{\\a}{A}\n\\section{S} \\a{} % no\n\\bibliography{x}";
    const trace = await load(jsonl({ text: tex }, { text: "no section" }), { clean: "latex" });
    expect(trace.rows.text_record).toEqual([{ doc_id: "part_0:0", text: "\\section{S} A{}" }]);
    expect(trace.drops).toMatchObject([{ item: "line 2", reason: "no_section" }]);
  });

  it("are refused as a whole where no row is right, a column is nowhere, or the end is cut off", async () => {
    const tag = async (content: Uint8Array | string, parameters: Record<string, unknown> = {}) =>
      (await refusal(collection, { [path]: content }, { parameters })).tag;
    expect(await tag("")).toBe("load/no-document");
    expect(await tag('{\n "text":\n "a"\n}\n')).toBe("load/no-document");
    expect(await tag(jsonl({ txt: "a" }))).toBe("load/no-document");
    expect(await tag(jsonl(ROW), { columns: { text: "text", title: "titel" } })).toBe("load/missing-column");
    expect(await tag(jsonl(ROW), { columns: { text: "text" }, keep: ["meta.nothing"] })).toBe("load/missing-column");
    expect(await tag(`${jsonl(ROW)}{"text":"b`)).toBe("format/truncated");
    expect(await tag(gzipSync(jsonl(ROW, ROW)).subarray(0, 60))).toBe("format/truncated");
    expect(await tag(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]))).toBe("load/unsupported-format");
    expect(await tag(jsonl(ROW), { format: "parquet" })).toBe("load/unsupported-format");
    const missing = await refusal(collection, { [path]: jsonl(ROW) }, { parameters: { columns: { text: "txt" } } });
    expect(missing.message).toContain("there is no txt");
  });

  it("are bounded", async () => {
    const limited = async (content: Uint8Array | string, limits: object) =>
      (await refusal(collection, { [path]: content }, { limits })).tag;
    expect(await limited(jsonl({ text: "a" }, { text: "b" }), { entries: 1 })).toBe("format/too-many-entries");
    expect(await limited(gzipSync(jsonl({ text: "a".repeat(100_000) })), { ratio: 10 })).toBe(
      "format/compression-ratio",
    );
    expect(await limited(gzipSync(jsonl({ text: "a".repeat(1000) })), { bytes: 500 })).toBe("format/too-large");
    expect(await limited(`{"text":"${"a".repeat(3_000_000)}"}`, { bytes: 2_000_000 })).toBe("format/too-large");
  });

  it("give back any texts, in order, across the borders of read pieces", async () => {
    const text = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
      .filter((each) => each.trim() !== "" && !each.includes("\0") && !/[\r\ufeff]|\p{Cs}/u.test(each));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 20 }), fc.nat(3), async (texts, scale) => {
        const long = texts.map((each) => each.repeat(1 + scale * 20_000));
        const trace = await load(jsonl(...long.map((each) => ({ text: each }))));
        expect(trace.rows.text_record?.map((row) => row.text)).toEqual(long);
        expect(trace.drops).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});

describe("collections in Parquet", () => {
  const parquet = async (select: string): Promise<Uint8Array> => {
    const target = join(folder, `${sha256(select).slice(0, 8)}.parquet`);
    const { connection, close } = await connectDuckdb({ temporaryDirectory: join(folder, "spill") });
    try {
      await connection.run(`COPY (${select}) TO '${target}' (FORMAT parquet)`);
    } finally {
      close();
    }
    return readFileSync(target);
  };

  it("map columns of any type", async () => {
    const bytes = await parquet(
      `SELECT 'a' || i AS id, 'text ' || i AS body, DATE '2004-02-03' AS d, 1887 + i AS y, i % 2 = 0 AS member,
       ['p', 'q'] AS people, {license: 'CC0-1.0', n: i::BIGINT} AS meta FROM range(3000) t(i)`,
    );
    const columns = {
      doc_id: "id",
      text: "body",
      date: "d",
      year: "y",
      label: "member",
      authors: "people",
      license: "meta.license",
    };
    const { rows, drops } = await load(bytes, { columns, keep: ["meta.n"] }, "pile/a.parquet");
    expect(drops).toMatchObject([]);
    expect(rows.document_record).toHaveLength(3000);
    expect(rows.document_record?.[2999]).toMatchObject({
      doc_id: "a2999",
      position: 2999,
      date: "2004-02-03",
      publication_year: 4886,
      label: 0,
      authors: ["p", "q"],
      license: "CC0-1.0",
      header: '{"meta.n":"2999"}',
    });
    expect(rows.text_record?.[2999]).toEqual({ doc_id: "a2999", text: "text 2999" });
  });

  it("drop rows without text, by their number", async () => {
    const bytes = await parquet("SELECT CASE WHEN i = 1 THEN NULL ELSE 't' END AS text FROM range(3) t(i)");
    const { drops } = await load(bytes, {}, "pile/a.parquet");
    expect(drops).toMatchObject([{ item: "row 1", reason: "no_text", scope: "document" }]);
  });

  it("are refused without a column, with binary text alone, and when broken, without paths of this machine", async () => {
    const at = "pile/a.parquet";
    const bytes = await parquet("SELECT 'x'::BLOB AS text, 1 AS n");
    const missing = await refusal(collection, { [at]: bytes }, { parameters: { columns: { text: "t" } } });
    expect(missing).toMatchObject({
      tag: "load/missing-column",
      fields: { file: at, column: "t", found: ["text", "n"] },
    });
    expect((await refusal(collection, { [at]: bytes })).message).toContain("binary");
    const broken = await refusal(collection, { [at]: bytes.subarray(0, bytes.length - 20) });
    expect(broken.tag).toBe("format/parquet-invalid");
    expect(broken.message).toContain(at);
    expect(broken.message).not.toContain(tmpdir());
  });
});

describe("collections in Arrow", () => {
  const table = (texts: readonly (string | null)[], type: Utf8 | LargeUtf8 = new Utf8()) => {
    const days = vectorFromArray(
      texts.map((_, i) => Date.UTC(2004, 1, 3 + i)),
      new DateDay(),
    );
    return new Table({
      text: vectorFromArray(texts, type) as Vector<Utf8>,
      id: vectorFromArray(
        texts.map((_, i) => `d${i}`),
        new Dictionary(new Utf8(), new Int32()),
      ),
      day: days,
      time: vectorFromArray(
        texts.map(() => Date.UTC(1960, 11, 31, 23)),
        new TimestampMillisecond(),
      ),
      meta: vectorFromArray(
        texts.map((_, i) => ({ people: ["p", `q${i}`] })),
        new Struct([new Field("people", new List(new Field("item", new Utf8())))]),
      ),
    });
  };
  const columns = { text: "text", doc_id: "id", date: "day", year: "time", authors: "meta.people" };

  it.each(["file", "stream"] as const)("are read as %s", async (kind) => {
    const { rows, drops } = await load(tableToIPC(table(["one", "two"]), kind), { columns }, "pile/a.arrow");
    expect(drops).toEqual([]);
    expect(rows.document_record).toMatchObject([
      { doc_id: "d0", date: "2004-02-03", publication_year: 1960, authors: ["p", "q0"] },
      { doc_id: "d1", date: "2004-02-04", publication_year: 1960, authors: ["p", "q1"] },
    ]);
    expect(rows.text_record?.map(({ text }) => text)).toEqual(["one", "two"]);
  });

  it("are read batch by batch, each with its dictionaries", async () => {
    const several = table(["one", "two"]).concat(table(["three"]));
    const parameters = { columns: { text: "text", doc_id: "text", title: "id" } };
    const { rows } = await load(tableToIPC(several, "stream"), parameters, "pile/a.arrow");
    expect(rows.document_record?.map((row) => [row.doc_id, row.title, row.position])).toEqual([
      ["one", "d0", 0],
      ["two", "d1", 1],
      ["three", "d0", 2],
    ]);
    const plain = await load(tableToIPC(several.select(["text"]), "file"), {}, "pile/a.arrow");
    expect(plain.rows.text_record?.map(({ text }) => text)).toEqual(["one", "two", "three"]);
  });

  it("are read with large texts, and without rows that have none", async () => {
    const { rows, drops } = await load(tableToIPC(table(["one", null], new LargeUtf8()), "file"), {}, "pile/a.arrow");
    expect(rows.text_record).toEqual([{ doc_id: "a:0", text: "one" }]);
    expect(drops).toMatchObject([{ item: "row 1", reason: "no_text" }]);
  });

  it("are refused without a column and when broken, with a tag", async () => {
    const at = "pile/a.arrow";
    for (const kind of ["file", "stream"] as const) {
      const bytes = tableToIPC(table(["one", "two"]), kind);
      const missing = await refusal(collection, { [at]: bytes }, { parameters: { columns: { text: "t" } } });
      expect(missing.tag).toBe("load/missing-column");
      for (const length of [9, 100, Math.floor(bytes.length / 2)]) {
        const { tag, message } = await refusal(collection, { [at]: bytes.subarray(0, length) });
        expect(tag).toMatch(/^(format\/arrow-invalid|load\/(no-document|missing-column))$/);
        expect(message).toContain(at);
      }
    }
  });
});
