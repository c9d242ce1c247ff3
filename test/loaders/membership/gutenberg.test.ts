import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gutenberg } from "../../../src/loaders/membership/gutenberg.js";
import { gutenbergHeader } from "../../../src/loaders/membership/gutenberg-header.js";
import { loadFiles, refusal } from "./support/load-below.js";

const HEAD = `The Project Gutenberg EBook of Emma, by Jane Austen

This eBook is for the use of anyone anywhere at no cost. You may copy it
under the terms of the Project Gutenberg
License included with this eBook.

Title: Emma, a
       Novel in
       three volumes

Author: Jane Austen

Illustrator: C. E. Brock

Posting Date: October 28, 2008 [EBook #158]
Release Date: August, 1994
[This file was first posted on July 31, 1993]
[Most recently updated: March 28, 2016]

Language: English

Original publication: London: John Murray, 1815 (second edition 1816)

Character set encoding: ISO-8859-1

Produced by: An Anonymous Volunteer
             and another
`;
const BOOK = `${HEAD}
*** START OF THE PROJECT GUTENBERG EBOOK EMMA ***

Title: not a field of the header

Emma Woodhouse, handsome, clever, and rich.

*** END OF THE PROJECT GUTENBERG EBOOK EMMA ***
Licence
`;
const path = "membership/gutenberg/pg158.txt";

describe("the header of a Project Gutenberg text", () => {
  it("has fields, continued on indented lines", () => {
    expect(gutenbergHeader(BOOK, HEAD.length + 1)).toEqual({
      title: "Emma, a Novel in three volumes",
      authors: ["Jane Austen"],
      language: "en",
      declaredEncoding: "ISO-8859-1",
      release: { date: "1994-08-01", precision: "month" },
      unreadableDate: null,
      originalYear: 1815,
      license: "Project Gutenberg License",
      others: {
        ebook_number: "158",
        first_posted: "1993-07-31",
        illustrator: "C. E. Brock",
        last_updated: "2016-03-28",
        original_publication: "London: John Murray, 1815 (second edition 1816)",
        posting_date: "2008-10-28",
        produced_by: "An Anonymous Volunteer and another",
        release_date: "1994-08",
      },
    });
  });

  const head = (text: string) => gutenbergHeader(text, text.length);

  it("dates by release, then posting, then first posting", () => {
    const release = "Release Date: June 5, 2008 [EBook #105]";
    const posting = "Posting Date: July 6, 2009 [EBook #105]";
    const first = "First Posted: May 1, 2001";
    const dates = [[first, posting, release], [first, posting], [first]].map((lines) => head(lines.join("\n")).release);
    expect(dates.map((each) => each?.date)).toEqual(["2008-06-05", "2009-07-06", "2001-05-01"]);
    expect(head("Release Date: sometime [EBook #105]")).toMatchObject({
      release: undefined,
      unreadableDate: "sometime [EBook #105]",
    });
    expect(head(`${" ".repeat(3)}\n${"intro\n".repeat(400)}${release}`).release?.date).toBe("2008-06-05");
  });

  it("lists authors", () => {
    const authors = (text: string) => head(text).authors;
    expect(authors("Author: Charles Dickens\n        Wilkie Collins")).toEqual(["Charles Dickens", "Wilkie Collins"]);
    expect(authors("Author: A. Lang and B. Lee; C. D & E. F")).toEqual(["A. Lang", "B. Lee", "C. D", "E. F"]);
    expect(authors("Author: A. Lang,\n        Jr.")).toEqual(["A. Lang, Jr."]);
    expect(authors("Author:")).toEqual([]);
  });

  it("is looked for in the beginning alone, by known names, where there is no START line", () => {
    const text = `Title: Emma\nMoral: none\n${"x\n".repeat(12_000)}Author: Nobody\n`;
    expect(gutenbergHeader(text, undefined)).toMatchObject({ title: "Emma", authors: [], others: {} });
  });

  it("says that a text is copyrighted, or under which terms it may be copied", () => {
    const terms = "under the terms of the Project Gutenberg License";
    expect(head(`This is a COPYRIGHTED Project Gutenberg eBook. ${terms}`).license).toBe(
      "Copyrighted Project Gutenberg eBook",
    );
    expect(head(terms).license).toBe("Project Gutenberg License");
    expect(head("Title: Emma").license).toBeNull();
  });

  it("is bounded and never fails", () => {
    const line = fc.oneof(fc.string(), fc.constantFrom("Title: a", "Release Date: b", "[updated: x]", "   more", ""));
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { others } = head(lines.join("\n"));
        expect(Object.keys(others).length).toBeLessThanOrEqual(65);
      }),
    );
  });
});

describe("loading Project Gutenberg", () => {
  it("carries header, bytes and the whole text", async () => {
    const bytes = Buffer.from(BOOK.replaceAll("\n", "\r\n").replace("Emma W", "Émma W"), "latin1");
    const trace = await loadFiles(gutenberg, { [path]: bytes });
    expect(trace.drops).toEqual([]);
    expect(trace.rows.document_record).toMatchObject([
      {
        doc_id: "pg158",
        kind: "book",
        format: "gutenberg",
        collection: "gutenberg",
        position: 0,
        title: "Emma, a Novel in three volumes",
        authors: ["Jane Austen"],
        language: "en",
        license: "Project Gutenberg License",
        date: "1994-08-01",
        date_precision: "month",
        publication_year: 1815,
        publication_year_basis: "header",
        label: null,
        raw_bytes: BigInt(bytes.length),
        encoding: "cp1252",
        declared_encoding: "ISO-8859-1",
        had_bom: false,
        newline: "crlf",
        has_start_marker: true,
        has_end_marker: true,
      },
    ]);
    expect(trace.rows.text_record).toEqual([{ doc_id: "pg158", text: BOOK.replace("Emma W", "Émma W") }]);
  });

  it("notes what a text lacks, and carries it", async () => {
    const trace = await loadFiles(gutenberg, { [path]: "Once upon a time.\n" });
    expect(trace.drops.map(({ scope, reason, count }) => [scope, reason, count])).toEqual([
      ["value", "no_start_marker", 0],
      ["value", "no_end_marker", 0],
      ["value", "no_title", 0],
      ["value", "no_release_date", 0],
    ]);
    expect(trace.rows.document_record).toMatchObject([
      { title: null, authors: [], date: null, has_start_marker: false, has_end_marker: false },
    ]);
    const dated = await loadFiles(gutenberg, { [path]: BOOK.replace("August, 1994", "Augusta, 1994") });
    expect(dated.drops).toMatchObject([{ reason: "unreadable_date", detail: "Augusta, 1994" }]);
  });

  it("reads of one book -0 before -8 before the plain file, and accounts for the others", async () => {
    const files = { "b/158.txt": BOOK, "b/158-8.txt": BOOK, "b/158-0.txt": BOOK.replaceAll("Emma", "Ēmma") };
    const trace = await loadFiles(gutenberg, files);
    expect(trace.rows.document_record).toMatchObject([{ doc_id: "158", title: "Ēmma, a Novel in three volumes" }]);
    expect(trace.drops.map(({ file, reason }) => [file.path, reason])).toEqual([
      ["b/158-8.txt", "other_encoding"],
      ["b/158.txt", "other_encoding"],
    ]);
    expect((await refusal(gutenberg, { "b/158.txt": BOOK, "b/158.text": BOOK })).tag).toBe("load/two-files");
    const { group } = gutenberg.partition as { group: string };
    const groups = ["b/158-0.txt", "b/158-8.txt", "b/158.txt", "b/re-8.txt", "b/pg1.txt"].map(
      (each) => new RegExp(group, "u").exec(each)?.[1],
    );
    expect(groups).toEqual(["b/158", "b/158", "b/158", "b/re-8", "b/pg1"]);
  });

  it("names a document by the number of its header where that is asked for", async () => {
    const parameters = { name: "number" };
    const trace = await loadFiles(gutenberg, { "b/emma.txt": BOOK }, { parameters });
    expect(trace.rows.document_record).toMatchObject([{ doc_id: "pg158" }]);
    expect((await refusal(gutenberg, { "b/emma.txt": "Text" }, { parameters })).tag).toBe("load/no-number");
  });

  it("fails a book whose bytes are no text, or that is empty, or too large", async () => {
    expect(await refusal(gutenberg, { [path]: Buffer.from("PK\0\0binary") })).toMatchObject({
      tag: "load/undecodable",
      fields: { file: path, offset: 2 },
    });
    expect((await refusal(gutenberg, { [path]: Buffer.from([0xe9, 0x81]) })).tag).toBe("load/undecodable");
    expect((await refusal(gutenberg, { [path]: "" })).tag).toBe("load/empty-document");
    expect((await refusal(gutenberg, { [path]: BOOK }, { limits: { bytes: 100 } })).tag).toBe("format/too-large");
    expect(gutenberg.independent).toBe(true);
  });
});
