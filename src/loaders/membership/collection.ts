import { z } from "zod";
import type { Loader } from "../loader.js";

const path = z.string().min(1);

const columns = z.strictObject({
  text: path.default("text").describe("the text"),
  doc_id: path.optional().describe("name of the document; without it the name of the file and the place in it"),
  title: path.optional().describe("title"),
  authors: path.optional().describe("a list of names, or one text with ; between them"),
  language: path.optional().describe("language"),
  license: path.optional().describe("licence"),
  license_url: path.optional().describe("its address"),
  date: path.optional().describe("release date"),
  year: path.optional().describe("year of first publication, or a date"),
  label: path.optional().describe("member (1, true, member) or not (0, false, nonmember)"),
});

/** Names of the fields, which are those of their columns where nothing else is said. */
export const COLLECTION_FIELDS = columns.keyof().options;

const parameters = z.strictObject({
  collection: z.string().min(1).default("collection").describe("name of the collection"),
  kind: z.enum(["book", "paper", "other"]).default("other").describe("what kind of text"),
  format: z
    .enum(["auto", "jsonl", "parquet", "arrow"])
    .default("auto")
    .describe("auto: by the first bytes of each file; jsonl also gzipped; arrow: an IPC file or stream"),
  columns: columns
    .optional()
    .describe(
      "column of every field; of nested values a path with dots: meta.timestamp. Without it: the columns that are called " +
        "as fields are",
    ),
  keep: z.array(path).default([]).describe("further columns to keep beside the document, as JSON"),
  clean: z
    .enum(["none", "latex"])
    .default("none")
    .describe("latex: texts are LaTeX sources, cleaned as membership/latex does"),
  label: z
    .union([z.literal(0), z.literal(1)])
    .nullable()
    .default(null)
    .describe("label of all, where no column has it"),
  language: z.string().min(1).nullable().default(null).describe("language of all, where no column has it"),
  license: z.string().min(1).nullable().default(null).describe("licence of all, where no column has it"),
  license_url: z.string().min(1).nullable().default(null).describe("its address"),
});

export type CollectionParameters = z.infer<typeof parameters>;
export type CollectionColumns = z.infer<typeof columns>;

/**
 * Collections with many documents per file: JSON lines (also gzipped), Parquet, Arrow, with a mapping of their columns.
 * Read row by row. A row without text or with an unreadable label, and one that repeats an identifier of its file, is
 * dropped with a reason; an unreadable date or year is null and noted.
 * @throws {LoadError} `load/missing-column`, `load/no-document`, `load/unsupported-format`. {FormatError} for broken
 * bytes, `too-many-entries`.
 */
export const collection: Loader<CollectionParameters> = {
  name: "membership/collection",
  description: "Documents in JSON lines, Parquet or Arrow files",
  partition: "file",
  independent: true,
  outputs: ["document_record", "text_record"],
  parameters,
  async load(context) {
    const { loadCollection } = await import("./load-collection.js");
    await loadCollection(context);
  },
};
