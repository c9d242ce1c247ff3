import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { manifest } from "../../../src/loaders/membership/manifest.js";
import type { ManifestRecordRow } from "../../../src/tables/generated/membership.js";
import { realData, repositoryRoot } from "../../support/real-data.js";
import { loadSources, sourceFile } from "./support/load-below.js";

const data = realData("membership");
const pins: readonly { path: string; bytes: number; sha256: string; licence: string }[] = parse(
  readFileSync(join(repositoryRoot, "datasets/membership/sources.yaml"), "utf8"),
);

describe("the pinned files", () => {
  it("are 90 documents, a manifest and 14 reference files, each once", () => {
    const folders = pins.map(({ path }) => path.split("/").slice(0, -1).join("/"));
    const count = (folder: string) => folders.filter((each) => each === folder).length;
    expect(["gutenberg", "novels", "papers", "reference"].map((each) => count(`membership/${each}`))).toEqual([
      46, 20, 24, 14,
    ]);
    expect(count("membership")).toBe(1);
    expect(new Set(pins.map(({ path }) => path)).size).toBe(105);
  });
});

describe.skipIf(!data.present)(`the real manifest${data.reason}`, () => {
  it("names 90 documents, with the hashes of their files and of the pins", async () => {
    const trace = await loadSources(manifest, [sourceFile("membership/SOURCES.json", data.path("SOURCES.json"))]);
    expect(trace.drops).toEqual([]);
    const rows = trace.rows.manifest_record as unknown as ManifestRecordRow[];
    expect(rows).toHaveLength(90);
    const pinned = new Map(pins.map(({ path, sha256 }) => [path, sha256]));
    for (const { path, sha256 } of rows) {
      const actual = createHash("sha256")
        .update(readFileSync(data.path(path)))
        .digest("hex");
      expect([sha256, pinned.get(`membership/${path}`)], path).toEqual([actual, actual]);
    }
    const dated = rows.filter(({ catalogue_date }) => catalogue_date !== null);
    expect(dated).toHaveLength(45);
    expect(rows.filter(({ publication_year }) => publication_year === null).map(({ doc_id }) => doc_id)).toEqual([
      "pg66708",
      "pg66718",
      "pg67864",
    ]);
  });

  it("has every pinned file, with its bytes and hash", () => {
    for (const { path, bytes, sha256 } of pins) {
      const content = readFileSync(join(data.root, path));
      const hash = createHash("sha256").update(content).digest("hex");
      expect([content.length, hash], path).toEqual([bytes, sha256]);
    }
  });
});
