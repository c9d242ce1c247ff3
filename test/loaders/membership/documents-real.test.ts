import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gutenberg } from "../../../src/loaders/membership/gutenberg.js";
import { findMarkers } from "../../../src/loaders/membership/gutenberg-markers.js";
import { plainText } from "../../../src/loaders/membership/plain-text.js";
import type { DocumentRecordRow } from "../../../src/tables/generated/membership.js";
import { realData } from "../../support/real-data.js";
import { loadSources, sourceFile } from "./support/load-below.js";

const data = realData("membership");

interface Listed {
  readonly id: string;
  readonly collection: string;
  readonly title: string;
  readonly author: string;
  readonly release_date: string | null;
  readonly publication_year: number | null;
  readonly encoding: string;
  readonly declared_encoding?: string | null;
  readonly crlf: boolean;
  readonly bom: boolean;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

const listed: readonly Listed[] = data.present
  ? JSON.parse(readFileSync(data.path("SOURCES.json"), "utf8")).documents
  : [];
const books = listed.filter(({ collection }) => collection === "gitenberg");
const novels = listed.filter(({ collection }) => collection === "100_english_novels");

const file = ({ path }: Listed) => sourceFile(`membership/${path}`, data.path(path));

describe.skipIf(!data.present)(`the real books of Project Gutenberg${data.reason}`, () => {
  const MONTH_ONLY = new Set(["pg110", "pg209", "pg1709", "pg3166", "pg8676", "pg8954"]);
  const WRAPPED_START = new Set(["pg66412", "pg67804", "pg67864", "pg69051", "pg69490"]);
  const WRAPPED_END = new Set(["pg67864", "pg69051", "pg69490"]);

  it("are all there", () => {
    expect(books).toHaveLength(46);
  });

  it.each(books)("$id has the date, the encoding and the bounds of the manifest", async (book) => {
    const { rows, drops } = await loadSources(gutenberg, [file(book)]);
    expect(drops).toEqual([]);
    const [record] = rows.document_record as unknown as DocumentRecordRow[];
    const isUtf8 = book.encoding === "utf-8-sig";
    expect(record).toMatchObject({
      doc_id: book.id,
      authors: [book.author],
      language: "en",
      date: book.release_date,
      date_precision: MONTH_ONLY.has(book.id) ? "month" : "day",
      publication_year: null,
      raw_sha256: book.sha256,
      raw_bytes: BigInt(book.bytes),
      encoding: isUtf8 ? "utf-8" : "cp1252",
      declared_encoding: book.declared_encoding,
      had_bom: book.bom,
      newline: "crlf",
      has_start_marker: true,
      has_end_marker: true,
    });
    expect(record?.title?.startsWith(book.title)).toBe(true);
    expect(JSON.parse(record?.header ?? "").ebook_number).toBe(book.id.slice(2));
    const text = String(rows.text_record?.[0]?.text);
    expect(text).not.toMatch(/[\ufeff\r\u0080-\u009f]/);
    const { start, end } = findMarkers(text);
    if (start === undefined || end === undefined) throw new Error("no markers");
    const lines = (from: number, to: number) => text.slice(from, to).split("\n").length - 1;
    expect(lines(start.from, start.to)).toBe(WRAPPED_START.has(book.id) ? 2 : 1);
    expect(lines(end.from, end.to)).toBe(WRAPPED_END.has(book.id) ? 2 : 1);
    for (const { from, to } of [start, end]) expect(text.slice(from, to)).toMatch(/^\*\*\*[^*]+\*\*\*\n$/);
    const body = text.slice(start.to, end.from);
    expect(body).not.toMatch(/\*\*\*\n|PROJECT GUTENBERG EBOOK|FULL LICENSE|SMALL PRINT/);
    expect(body.length / text.length).toBeGreaterThan(0.7);
    expect(text.slice(0, start.from)).not.toMatch(/\*\*\* ?(START|END)/);
    expect(text.slice(end.to)).toMatch(/Project Gutenberg/);
  });

  it("are 34 in UTF-8, 30 of them marked, and 12 in code page 1252", async () => {
    const records: DocumentRecordRow[] = [];
    for (const book of books) {
      records.push(...((await loadSources(gutenberg, [file(book)])).rows.document_record as unknown as typeof records));
    }
    const utf8 = records.filter(({ encoding }) => encoding === "utf-8");
    expect([utf8.length, utf8.filter(({ had_bom }) => had_bom).length]).toEqual([34, 30]);
    expect(records.filter(({ encoding }) => encoding === "cp1252")).toHaveLength(12);
    expect(records.filter(({ declared_encoding }) => declared_encoding === null)).toHaveLength(7);
  });

  it("has the curly quotes that pg8954 declares not to have, and the dates of its re-posting", async () => {
    const { rows } = await loadSources(gutenberg, [file(books.find(({ id }) => id === "pg8954") as Listed)]);
    expect(String(rows.text_record?.[0]?.text).match(/[‘’“”—–…€œ]/g)?.length).toBe(756);
    expect(JSON.parse(String(rows.document_record?.[0]?.header))).toMatchObject({
      posting_date: "2012-02-03",
      release_date: "2005-09",
      first_posted: "2003-08-29",
      last_updated: "2017-03-29",
    });
  });

  it("credits its makers in the header of 12 later ones and of no earlier one", async () => {
    const credited: string[] = [];
    for (const book of books) {
      const { rows } = await loadSources(gutenberg, [file(book)]);
      if ("produced_by" in JSON.parse(String(rows.document_record?.[0]?.header))) credited.push(book.id);
    }
    expect(credited).toHaveLength(12);
    expect(credited.every((id) => Number(id.slice(2)) > 58_000)).toBe(true);
  });
});

describe.skipIf(!data.present)(`the real novels${data.reason}`, () => {
  it("are all there", () => {
    expect(novels).toHaveLength(20);
  });

  it.each(novels)("$id has its year and author from its name", async (novel) => {
    const { rows, drops } = await loadSources(plainText, [file(novel)]);
    expect(drops).toEqual([]);
    expect(rows.document_record).toMatchObject([
      {
        doc_id: novel.id,
        publication_year: novel.publication_year,
        publication_year_basis: "file name",
        encoding: "utf-8",
        had_bom: true,
        newline: "crlf",
        raw_sha256: novel.sha256,
        has_start_marker: false,
      },
    ]);
    expect(rows.document_record?.[0]?.authors).toEqual([novel.path.split(/[-_]/)[1]]);
    expect(String(rows.text_record?.[0]?.text)).not.toMatch(/[\ufeff\r“”]/);
  });
});
