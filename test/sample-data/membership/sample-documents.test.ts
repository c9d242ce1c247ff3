import { describe, expect, it } from "vitest";
import { sampleDocumentFiles } from "../../../src/sample-data/membership/sample-documents.js";

const COUNTS = { gutenberg: 4, novels: 3, papers: 2 };
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
const MARK = text(Uint8Array.from([0xef, 0xbb, 0xbf]));

describe("invented documents", () => {
  const files = sampleDocumentFiles(3, COUNTS);
  const books = files.filter(({ path }) => path.includes("/gutenberg/"));
  const newer = books.filter(({ path }) => /pg6/.test(path));
  const older = books.filter(({ path }) => /pg1/.test(path));

  it("are the same for the same seed, and others for another", () => {
    expect(sampleDocumentFiles(3, COUNTS)).toEqual(files);
    const others = new Set(sampleDocumentFiles(4, COUNTS).map(({ bytes }) => text(bytes)));
    for (const { bytes } of files) expect(others).not.toContain(text(bytes));
    expect(new Set(files.map(({ bytes }) => text(bytes))).size).toBe(files.length);
  });

  it("are all in the manifest, with what their files do not say", () => {
    const manifest = files.find(({ path }) => path === "membership/SOURCES.json");
    const { documents } = JSON.parse(Buffer.from(manifest?.bytes ?? "").toString());
    const paths = documents.map(({ path }: { path: string }) => `membership/${path}`);
    expect(paths.sort()).toEqual(
      files
        .map(({ path }) => path)
        .filter((path) => !path.endsWith(".json"))
        .sort(),
    );
    for (const { publication_year, license } of documents) {
      expect(publication_year).toBeGreaterThan(1800);
      expect(license).not.toBe("");
    }
  });

  it("have the traps of the real ones: marks, wrapped markers, decoys, credits and typography of two times", () => {
    expect([older.length, newer.length]).toEqual([COUNTS.gutenberg, COUNTS.gutenberg]);
    for (const { bytes } of newer) {
      expect(text(bytes).startsWith(MARK)).toBe(true);
      expect(Buffer.from(bytes).toString()).toMatch(/“[^”]+”/);
      expect(text(bytes)).toContain("Transcriber");
    }
    for (const { bytes } of older) {
      expect(text(bytes).startsWith(MARK)).toBe(false);
      expect(bytes.every((byte) => byte < 0x80)).toBe(true);
      expect(text(bytes)).toContain("End of the Project Gutenberg");
    }
    expect(newer.some(({ bytes }) => /\*\*\* START OF [^*\r]+\r\n[^*\r]+ \*\*\*/.test(text(bytes)))).toBe(true);
    for (const { bytes } of books) {
      expect(text(bytes)).toMatch(/\r\n\*\*\* END OF [\s\S]+\*\*\* START: FULL LICENSE \*\*\*/);
      expect(text(bytes)).not.toMatch(/[^\r]\n/);
    }
  });
});
