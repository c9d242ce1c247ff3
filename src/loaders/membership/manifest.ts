import { z } from "zod";
import type { Loader } from "../loader.js";

const parameters = z.strictObject({
  format: z
    .enum(["auto", "json", "jsonl", "csv"])
    .default("auto")
    .describe("auto: by the name of the file, .json, .jsonl or .csv"),
  columns: z
    .strictObject({
      path: z.string().min(1).default("path").describe("path of the document below the folder of the manifest"),
      doc_id: z.string().min(1).default("id").describe("name of the document; without it that of its file"),
      title: z.string().min(1).default("title").describe("title"),
      author: z.string().min(1).default("author").describe("author"),
      language: z.string().min(1).default("lang").describe("language"),
      publication_year: z.string().min(1).default("publication_year").describe("year of first publication"),
      publication_year_basis: z.string().min(1).default("publication_year_source").describe("where that year is from"),
      catalogue_date: z.string().min(1).default("release_date_metadata").describe("release date in a catalogue"),
      license: z.string().min(1).default("license").describe("licence"),
      license_url: z.string().min(1).default("license_url").describe("its address"),
      repo: z.string().min(1).default("repo").describe("where it was published"),
      commit: z.string().min(1).default("commit").describe("version there"),
      upstream_path: z.string().min(1).default("src_path").describe("path there"),
      sha256: z.string().min(1).default("sha256").describe("hash of its file"),
    })
    .prefault({})
    .describe("name of every field in the manifest; fields that it lacks are null, only path must be there"),
});

export type ManifestParameters = z.infer<typeof parameters>;

/**
 * Manifests of documents: a JSON file with a list `documents` (or a list alone), JSON lines, or CSV with a header. An
 * entry without a path below the folder of the manifest, and one that repeats a path or a name, is dropped with a
 * reason; a date, year or hash that cannot be read is null and noted.
 * @throws {LoadError} `load/not-a-manifest`, `load/record-shape`. {FormatError} as `parseJson`, `readDelimited`.
 */
export const manifest: Loader<ManifestParameters> = {
  name: "membership/manifest",
  description: "Manifests of documents, JSON or CSV",
  partition: "file",
  outputs: ["manifest_record"],
  parameters,
  async load(context) {
    const { loadManifest } = await import("./load-manifest.js");
    await loadManifest(context);
  },
};
