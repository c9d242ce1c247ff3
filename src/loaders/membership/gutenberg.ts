import { z } from "zod";
import type { Loader } from "../loader.js";

const parameters = z.strictObject({
  collection: z.string().min(1).default("gutenberg").describe("name of the collection"),
  name: z
    .enum(["file", "number"])
    .default("file")
    .describe(
      "what names a document: its file without extension and -0 or -8, or pg with the eBook number of its header",
    ),
});

export type GutenbergParameters = z.infer<typeof parameters>;

/**
 * Texts of Project Gutenberg: bytes decided by what they are, header, markers. The text is whole: stripping is for a
 * transform. Of the files of one book (`105-0.txt`, `105-8.txt`, `105.txt`) the first in this order is read. What a
 * header lacks (title, date, a marker) is null and noted as a row; bytes that cannot be decoded and an empty document
 * fail the book, and the others stand.
 * @throws {LoadError} as `decodeDocument`; `load/no-number`; `load/two-files`.
 */
export const gutenberg: Loader<GutenbergParameters> = {
  name: "membership/gutenberg",
  description: "Project Gutenberg texts, with header and markers",
  partition: { group: "^(.+?)(?:(?<=[0-9])-[08])?\\.[^/.]+$" },
  independent: true,
  outputs: ["document_record", "text_record"],
  parameters,
  async load(context) {
    const { loadGutenberg } = await import("./load-gutenberg.js");
    await loadGutenberg(context);
  },
};
