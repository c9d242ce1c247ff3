import { z } from "zod";
import { onlyFile, readRawFile } from "../connectome/raw-file.js";
import type { Loader } from "../loader.js";
import { decodeDocument } from "./decode-document.js";
import { fileNameColumns } from "./file-name-fields.js";
import { fileNamePattern, fileParameters } from "./file-parameters.js";
import { decodingColumns, fileStem, writeDocument } from "./write-document.js";

const parameters = z.strictObject({
  collection: z.string().min(1).default("plain").describe("name of the collection"),
  kind: z.enum(["book", "paper", "other"]).default("book").describe("what kind of text the files are"),
  pattern: fileNamePattern
    .default("^(?:[a-z]+-)?(?<author>[^_]+)_(?<title>.+)_(?<year>[0-9]{4})$")
    .describe("what the name of a file says, as a regular expression with named groups; null: nothing"),
  ...fileParameters,
});

export type PlainTextParameters = z.infer<typeof parameters>;

/**
 * Plain texts without a header, one document per file: dated novels whose year, author and title stand in the file name
 * (`cs-haggard_she_1887`). Damage in the text stays.
 * @throws {LoadError} `load/file-name`; as `decodeDocument`.
 */
export const plainText: Loader<PlainTextParameters> = {
  name: "membership/plain-text",
  description: "Plain texts dated by their file names",
  partition: "file",
  independent: true,
  outputs: ["document_record", "text_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { collection, kind, pattern, language, license, license_url } = context.parameters;
    context.countRead(file, 1);
    const decoded = decodeDocument(await readRawFile(file, context.limits), {
      file: file.path,
      limits: context.limits,
    });
    const named = fileNameColumns(file, pattern);
    writeDocument(context, file, {
      record: {
        doc_id: fileStem(file.path),
        kind,
        format: "plain",
        collection,
        ...named,
        language,
        license,
        license_url,
        ...decodingColumns(decoded),
      },
      text: decoded.text,
    });
  },
};
