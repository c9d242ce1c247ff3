import { describe, expect, it } from "vitest";
import { plainText } from "../../../src/loaders/membership/plain-text.js";
import { loadFiles, refusal } from "./support/load-below.js";

describe("loading plain texts", () => {
  it("takes author, title and year from the file name", async () => {
    const bytes = Buffer.from('\ufeffTHE GRAND BABYLON H"TEL\r\n\r\nText.\r\n');
    const trace = await loadFiles(plainText, { "novels/cs-bennet_grand_babylon_1902.txt": bytes });
    expect(trace.rows.document_record).toMatchObject([
      {
        doc_id: "cs-bennet_grand_babylon_1902",
        kind: "book",
        format: "plain",
        title: "grand babylon",
        authors: ["bennet"],
        date: null,
        date_precision: null,
        publication_year: 1902,
        publication_year_basis: "file name",
        encoding: "utf-8",
        had_bom: true,
        newline: "crlf",
        header: "{}",
      },
    ]);
    expect(trace.rows.text_record).toEqual([
      { doc_id: "cs-bennet_grand_babylon_1902", text: 'THE GRAND BABYLON H"TEL\n\nText.\n' },
    ]);
    const [upstream] = (await loadFiles(plainText, { "Haggard_She_1887.txt": "x" })).rows.document_record ?? [];
    expect(upstream).toMatchObject({ title: "She", authors: ["Haggard"], publication_year: 1887 });
  });

  it("takes a date where the pattern gives its month, and nothing without a pattern", async () => {
    const parameters = {
      pattern: "^(?<year>[0-9]{2})(?<month>[0-9]{2})",
      collection: "c",
      kind: "paper",
      language: "en",
      license: "CC0-1.0",
      license_url: "https://creativecommons.org/publicdomain/zero/1.0/",
    };
    const { rows } = await loadFiles(plainText, { "2302.01234.txt": "x" }, { parameters });
    expect(rows.document_record).toMatchObject([
      {
        doc_id: "2302.01234",
        kind: "paper",
        collection: "c",
        date: "2023-02-01",
        date_precision: "month",
        publication_year: 2023,
        language: "en",
        license: "CC0-1.0",
      },
    ]);
    const none = await loadFiles(plainText, { "any name.txt": "x" }, { parameters: { pattern: null } });
    expect(none.rows.document_record).toMatchObject([
      { doc_id: "any name", title: null, publication_year: null, publication_year_basis: null },
    ]);
  });

  it("refuses a name that says no year, naming file and pattern", async () => {
    const error = await refusal(plainText, { "novels/she.txt": "x" });
    expect(error).toMatchObject({ tag: "load/file-name", fields: { file: "novels/she.txt", name: "she" } });
    const parameters = { pattern: "^(?<year>[0-9]{4})-(?<month>[0-9]{2})$" };
    expect((await refusal(plainText, { "1999-13.txt": "x" }, { parameters })).tag).toBe("load/file-name");
  });

  it("refuses patterns that are none", () => {
    for (const pattern of ["(", "^.*$", "(?<yeer>[0-9]+)"]) {
      expect(plainText.parameters.safeParse({ pattern }).success, pattern).toBe(false);
    }
  });

  it("refuses what cannot be decoded, and nothing", async () => {
    expect((await refusal(plainText, { "a_b_1900.txt": Buffer.from([0x41, 0x8d]) })).tag).toBe("load/undecodable");
    expect((await refusal(plainText, { "a_b_1900.txt": "\r\n" })).tag).toBe("load/empty-document");
  });
});
