import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.js";
import type { Row } from "../../../src/tables/contract.js";
import type { DocumentRecordRow, ManifestRecordRow } from "../../../src/tables/generated/membership.js";
import { documents } from "../../../src/transforms/membership/documents.js";
import { publishedExtraction } from "../../../src/transforms/membership/published-extraction.js";
import { stripRule } from "../../../src/transforms/membership/strip-rules.js";
import { memoryTransformContext } from "../../support/memory-tables.js";
import { recordRow } from "./support.js";

const manifestRow = (docId: string, change: Partial<ManifestRecordRow> = {}): ManifestRecordRow => ({
  path: `novels/${docId}.txt`,
  doc_id: docId,
  title: null,
  author: null,
  language: null,
  publication_year: null,
  publication_year_basis: null,
  catalogue_date: null,
  license: null,
  license_url: null,
  repo: null,
  commit: null,
  upstream_path: null,
  sha256: null,
  source_id: "m",
  ...change,
});

type Output = "document" | "document_text" | "excerpt" | "document_dropped";

async function run(
  given: readonly (readonly [record: DocumentRecordRow, text: string | null])[],
  parameters: object = {},
  manifest: readonly ManifestRecordRow[] = [],
) {
  const { context, rows } = memoryTransformContext(
    {
      document_record: given.map(([record]) => record),
      text_record: given.flatMap(([{ doc_id }, text]) => (text === null ? [] : [{ doc_id, text }])),
      source_file: [{ source_id: "s", path: "membership/novels/a.txt" }],
      manifest_record: manifest,
    },
    documents.parameters.parse(parameters),
  );
  const warnings: string[] = [];
  await documents.run({ ...context, log: { info() {}, warn: (message) => void warnings.push(message) } });
  return { ...rows, warnings } as Record<Output, Row[]> & { warnings: string[] };
}

describe("membership/documents", () => {
  it("writes row, text and unit of a document", async () => {
    const found = await run([
      [
        recordRow("a", { title: "A", authors: ["X"], publication_year: 1899, publication_year_basis: "file name" }),
        "\n\n Some text of 𝒜.\n\n",
      ],
    ]);
    expect(found.document).toEqual([
      {
        ...{ doc_id: "a", kind: "book", source: "novels", title: "A", authors: ["X"], language: null },
        ...{ license: null, license_url: null, license_basis: "none", text_publishable: false },
        ...{ release_date: null, release_date_basis: "none", release_date_header: null, release_date_catalogue: null },
        ...{ release_date_precision: null, publication_year: 1899, publication_year_basis: "file name" },
        ...{ raw_sha256: "0".repeat(64), body_sha256: sha256(" Some text of 𝒜."), raw_bytes: 10n },
        ...{
          encoding: "utf-8",
          declared_encoding: null,
          had_bom: false,
          newline: "lf",
          strip_rule: stripRule("credits"),
        },
        ...{ n_stripped: 4n, n_chars: 16n, n_words: 4n, label: null, repo: null, commit: null },
        ...{ path: "membership/novels/a.txt", source_id: "s" },
      },
    ]);
    expect(found.document_text).toEqual([{ doc_id: "a", text: " Some text of 𝒜." }]);
    expect(found.excerpt).toEqual([
      {
        doc_id: "a",
        source_doc_id: "a",
        segment: 0,
        window: "all",
        char_start: 0n,
        n_chars: 16n,
        text: " Some text of 𝒜.",
      },
    ]);
    expect(found.document_dropped).toEqual([]);
  });

  it("takes what the manifest knows: catalogue before header, year before file, names after it", async () => {
    const manifest = manifestRow("a", {
      ...{ title: "Other", author: "Y", language: "en", publication_year: 1850, publication_year_basis: "hand" },
      ...{ catalogue_date: "1994-02-01", license: "Public domain in the USA.", repo: "r", commit: "c" },
    });
    const record = recordRow("a", {
      title: "A",
      date: "2008-06-05",
      date_precision: "day",
      publication_year: 1851,
      language: "English",
    });
    const [row] = (await run([[record, "text"]], {}, [manifest])).document;
    expect(row).toMatchObject({
      ...{ title: "A", authors: ["Y"], language: "en", publication_year: 1850, publication_year_basis: "hand" },
      ...{ release_date: "1994-02-01", release_date_basis: "catalogue", release_date_header: "2008-06-05" },
      ...{ release_date_catalogue: "1994-02-01", license: "Public domain in the USA.", license_basis: "manifest" },
      ...{ text_publishable: false, repo: "r", commit: "c" },
    });
    const [without] = (await run([[record, "text"]])).document;
    expect(without).toMatchObject({
      release_date: "2008-06-05",
      release_date_basis: "header",
      release_date_catalogue: null,
    });
    const [column] = (
      await run([[recordRow("a", { format: "collection", date: "2020-01-01", license: "CC0" }), "text"]])
    ).document;
    expect(column).toMatchObject({ release_date_basis: "column", license_basis: "column", text_publishable: true });
  });

  it("uses only the manifest row of this file, and says when the file is another", async () => {
    const elsewhere = manifestRow("a", { path: "papers/a.txt", title: "Elsewhere" });
    const other = await run([[recordRow("a"), "text"]], {}, [elsewhere]);
    expect(other.document[0]?.title).toBeNull();
    const changed = await run([[recordRow("a"), "text"]], {}, [
      manifestRow("a", { title: "T", sha256: "1".repeat(64) }),
    ]);
    expect(changed.document[0]?.title).toBe("T");
    expect(changed.warnings).toEqual([expect.stringContaining("membership/novels/a.txt")]);
    const many = Array.from({ length: 20 }, (_, i): [DocumentRecordRow, string] => [recordRow(`d${i}`), "text"]);
    const found = await run(
      many,
      {},
      many.map(([{ doc_id }]) => manifestRow(doc_id, { path: "a.txt", title: `T ${doc_id}` })),
    );
    expect(found.document.map((row) => row.title)).toEqual(many.map(([{ doc_id }]) => `T ${doc_id}`));
  });

  it("leaves out what gives no text, with a reason", async () => {
    const found = await run([
      [recordRow("e"), " \n\t\n"],
      [recordRow("d", { format: "gutenberg" }), "no markers"],
      [recordRow("c", { format: "gutenberg", source_id: "t" }), "*** START OF THE PROJECT GUTENBERG EBOOK C ***\ntext"],
      [recordRow("b"), null],
      [recordRow("a"), "text"],
    ]);
    expect(found.document.map((row) => row.doc_id)).toEqual(["a"]);
    expect(
      found.document_dropped.map((row) => [row.source_id, row.drop_index, row.item, row.reason, row.records]),
    ).toEqual([
      ["s", 0, "b", "no_text", 1n],
      ["t", 0, "c", "no_end_marker", 1n],
      ["s", 1, "d", "no_start_marker", 1n],
      ["s", 2, "e", "empty_text", 1n],
    ]);
    for (const row of found.document_dropped) expect(row.rule).not.toBe(undefined);
  });

  it("cuts units, and keeps documents that are too short for one", async () => {
    const text = Array.from({ length: 100 }, () => "word").join(" ");
    const found = await run(
      [
        [recordRow("a"), text],
        [recordRow("b"), "short"],
      ],
      { segments: { characters: 100, most: 3 } },
    );
    expect(found.document.map((row) => row.doc_id)).toEqual(["a", "b"]);
    expect(found.excerpt.map((row) => [row.doc_id, row.source_doc_id, row.segment, row.window])).toEqual([
      ["a#1", "a", 0, "segments:100"],
      ["a#2", "a", 1, "segments:100"],
      ["a#3", "a", 2, "segments:100"],
    ]);
    const long = await run(
      [
        [recordRow("a"), text],
        [recordRow("b"), "short"],
      ],
      { window: "middle:60", minimum: 40 },
    );
    expect(long.excerpt.map((row) => [row.doc_id, row.window])).toEqual([["a", "middle:60"]]);
  });

  it("makes traps of documents that have units", async () => {
    const text = Array.from(
      { length: 80 },
      (_, i) => `host${"abcdefghij"[i % 10]}${"klmnopqr"[Math.floor(i / 10)]}`,
    ).join(" ");
    const found = await run([[recordRow("a"), text]], { traps: { per_document: 2, lengths: [10] } });
    expect(found.excerpt.map((row) => [row.doc_id, row.source_doc_id, row.segment, row.window])).toEqual([
      ["a", "a", 0, "all"],
      ["a#trap1", "a", 1, "trap:10"],
      ["a#trap2", "a", 2, "trap:10"],
    ]);
    expect(found.document_text[0]?.text).toBe(text);
  });

  it("does as the published extraction, where that is asked", async () => {
    const book =
      "Release Date: June 5, 2008 [EBook #1]\n*** START OF A ***\nbody\n*** END OF A ***\nlicence\n*** END: FULL LICENSE ***\n";
    const found = await run(
      [
        [recordRow("a", { format: "gutenberg" }), book],
        [recordRow("b", { format: "gutenberg", encoding: "cp1252" }), book],
        [recordRow("c", { format: "gutenberg" }), book.replace("June 5, 2008", "June, 2008")],
        [
          recordRow("d", { format: "gutenberg" }),
          "***START OF A***\nbody\n***END OF A***\n*** START: FULL LICENSE ***\n",
        ],
      ],
      { strip: "markers_published" },
    );
    expect(found.document_text).toEqual([{ doc_id: "a", text: "body\n*** END OF A ***\nlicence" }]);
    expect(found.document_dropped.map((row) => row.reason)).toEqual([
      "published_encoding",
      "published_date",
      "published_end",
    ]);
    expect(publishedExtraction("no marker", "utf-8")).toEqual({ failure: "published_start" });
  });

  it("refuses two documents of one name and texts of none", async () => {
    await expect(
      run([
        [recordRow("a"), "x"],
        [recordRow("a"), "y"],
      ]),
    ).rejects.toMatchObject({ tag: "load/document-repeated" });
    const { context } = memoryTransformContext(
      { document_record: [], text_record: [{ doc_id: "a", text: "x" }], source_file: [], manifest_record: [] },
      documents.parameters.parse({}),
    );
    await expect(documents.run(context)).rejects.toMatchObject({ tag: "load/text-unknown" });
    expect(() => documents.parameters.parse({ window: "head:10", segments: { characters: 5, most: 1 } })).toThrow(
      /segments/,
    );
    expect(() => documents.parameters.parse({ window: "tail:10" })).toThrow();
  });
});
