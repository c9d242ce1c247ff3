import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { manifest } from "../../../src/loaders/membership/manifest.js";
import { loadFiles, refusal } from "./support/load-below.js";

const path = "membership/SOURCES.json";
const HASH = "0123456789abcdef".repeat(4);
const ENTRY = {
  id: "pg105",
  path: "gutenberg/pg105.txt",
  title: "Persuasion",
  author: "Jane Austen",
  lang: "en",
  publication_year: 1818,
  publication_year_source: "hand",
  release_date: "2008-06-05",
  release_date_metadata: "1994-02-01",
  license: "Public domain in the USA.",
  repo: "GITenberg/Persuasion_105",
  commit: "d408e95f",
  src_path: "105-8.txt",
  sha256: HASH,
};
const ROW = {
  path: "gutenberg/pg105.txt",
  doc_id: "pg105",
  title: "Persuasion",
  author: "Jane Austen",
  language: "en",
  publication_year: 1818,
  publication_year_basis: "hand",
  catalogue_date: "1994-02-01",
  license: "Public domain in the USA.",
  license_url: null,
  repo: "GITenberg/Persuasion_105",
  commit: "d408e95f",
  upstream_path: "105-8.txt",
  sha256: HASH,
};

const csv = (...rows: readonly (readonly unknown[])[]) =>
  rows.map((row) => row.map((cell) => `"${String(cell ?? "").replaceAll('"', '""')}"`).join(",")).join("\n");

describe("manifests of documents", () => {
  it("are read as JSON with a list of documents, as a list, as JSON lines and as CSV", async () => {
    const one = { documents: [ENTRY], cutoff: "2019-02-10" };
    const forms: Record<string, string> = {
      [path]: JSON.stringify(one),
      "a/list.json": JSON.stringify([ENTRY]),
      "a/list.jsonl": `${JSON.stringify(ENTRY)}\n\n`,
      "a/list.csv": csv(Object.keys(ENTRY), Object.values(ENTRY)),
    };
    for (const [at, content] of Object.entries(forms)) {
      const { rows, drops } = await loadFiles(manifest, { [at]: content });
      expect(rows.manifest_record, at).toMatchObject([ROW]);
      expect(drops).toEqual([]);
    }
  });

  it("take other names of columns, and name a document by its file where no column does", async () => {
    const content = csv(["file", "issued"], ["a/b.txt", "December 6, 2004"]);
    const parameters = { columns: { path: "file", catalogue_date: "issued" } };
    const { rows } = await loadFiles(manifest, { "m.csv": content }, { parameters });
    expect(rows.manifest_record).toMatchObject([
      { path: "a/b.txt", doc_id: "b", catalogue_date: "2004-12-06", title: null, license: null, sha256: null },
    ]);
  });

  it("drop entries without a path below their folder, and repeated ones", async () => {
    const paths = ["../x.txt", "/etc/passwd", "a//b", "", "a\\b", "C:/x", "./a", 7.5, null, { a: 1 }];
    const entries = [...paths.map((each) => ({ ...ENTRY, id: `d${each}`, path: each })), ENTRY];
    const again = [
      { ...ENTRY, id: "other" },
      { ...ENTRY, path: "other.txt" },
    ];
    const { rows, drops } = await loadFiles(manifest, { [path]: JSON.stringify([...entries, ...again]) });
    expect(drops.map(({ item, reason }) => [item, reason])).toEqual([
      ...["../x.txt", "/etc/passwd", "a//b", "", "a\\b", "C:/x", "./a"].map((_, i) => [`documents ${i}`, "no_path"]),
      ["documents 8", "no_path"],
      ["documents 9", "no_path"],
      ["documents 11", "repeated"],
      ["documents 12", "repeated"],
    ]);
    expect(rows.manifest_record?.map((row) => row.path)).toEqual(["7.5", "gutenberg/pg105.txt"]);
  });

  it("carry entries whose date, year or hash cannot be read, and note it", async () => {
    const entry = { ...ENTRY, publication_year: "MDCCC", release_date_metadata: "soon", sha256: "abc" };
    const { rows, drops } = await loadFiles(manifest, { [path]: JSON.stringify([entry]) });
    expect(rows.manifest_record).toMatchObject([{ publication_year: null, catalogue_date: null, sha256: null }]);
    expect(drops.map(({ item, reason, count }) => [item, reason, count])).toEqual([
      ["documents 0, publication_year", "unreadable", 0],
      ["documents 0, release_date_metadata", "unreadable", 0],
      ["documents 0, sha256", "unreadable", 0],
    ]);
  });

  it("are refused where they are none", async () => {
    const tag = async (at: string, content: string) => (await refusal(manifest, { [at]: content })).tag;
    expect(await tag(path, "{}")).toBe("load/not-a-manifest");
    expect(await tag(path, "[]")).toBe("load/not-a-manifest");
    expect(await tag(path, '{"documents": 5}')).toBe("load/not-a-manifest");
    expect(await tag(path, "[5]")).toBe("load/record-shape");
    expect(await tag(path, "[{}]")).toBe("load/not-a-manifest");
    expect(await tag(path, "{")).toBe("format/json-syntax");
    expect(await tag("a.csv", "a,b\n1,2\n")).toBe("format/missing-column");
    expect(await tag("a.jsonl", '{"path":"a"}\n{')).toBe("format/json-syntax");
  });

  it("never let a path out of their folder", async () => {
    const part = fc.constantFrom("..", ".", "", "a", "b.txt", "\\", "~", "c:");
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 5 }), async (parts) => {
        const entries = [{ path: parts.join("/") }, { path: "right.txt" }];
        const { rows } = await loadFiles(manifest, { [path]: JSON.stringify(entries) });
        for (const row of rows.manifest_record ?? []) {
          expect(new URL(String(row.path), "file:///folder/").pathname).toMatch(/^\/folder\/[^/]/);
        }
      }),
      { numRuns: 60 },
    );
  });
});
