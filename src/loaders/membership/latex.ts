import { z } from "zod";
import { LoadError } from "../../base/errors.js";
import { onlyFile, readRawFile } from "../connectome/raw-file.js";
import type { Loader } from "../loader.js";
import { cleanLatex, latexArgument } from "./clean-latex.js";
import { decodeDocument } from "./decode-document.js";
import { fileNameColumns } from "./file-name-fields.js";
import { fileNamePattern, fileParameters } from "./file-parameters.js";
import { decodingColumns, fileStem, noteValue, writeDocument } from "./write-document.js";

const parameters = z.strictObject({
  collection: z.string().min(1).default("latex").describe("name of the collection"),
  pattern: fileNamePattern
    .default(null)
    .describe(
      "what the name of a file says, as a regular expression with named groups; of arXiv identifiers: " +
        "^(?<year>[0-9]{2})(?<month>[0-9]{2})[.][0-9]{4,5}; null: nothing",
    ),
  ...fileParameters,
});

export type LatexParameters = z.infer<typeof parameters>;

/**
 * LaTeX sources, one paper per file, cleaned by the rule of RedPajama: see `cleanLatex`. Files that a paper reads in are
 * noted, not read.
 * @throws {LoadError} `load/no-section` for a file without sectioning command, `load/macros`, `load/file-name`; as
 * `decodeDocument`.
 */
export const latex: Loader<LatexParameters> = {
  name: "membership/latex",
  description: "LaTeX papers without preamble, comments and bibliography",
  partition: "file",
  independent: true,
  outputs: ["document_record", "text_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { collection, pattern, language, license, license_url } = context.parameters;
    context.countRead(file, 1);
    const decoded = decodeDocument(await readRawFile(file, context.limits), {
      file: file.path,
      limits: context.limits,
    });
    const cleaned = cleanLatex(decoded.text, file.path);
    if (cleaned === undefined || cleaned.text === "") {
      throw new LoadError("no-section", `${file.path}: there is no section, so nothing is left of it`, {
        fields: { file: file.path },
        wayOut: "Leave out files that hold macros or parts of papers only.",
      });
    }
    const rule = "files that a paper reads in are not read";
    for (const detail of cleaned.inputs)
      noteValue(context, { file, item: "\\input", reason: "not_read", rule, detail });
    const named = fileNameColumns(file, pattern);
    writeDocument(context, file, {
      record: {
        doc_id: fileStem(file.path),
        kind: "paper",
        format: "latex",
        collection,
        ...named,
        title: latexArgument(decoded.text, "title") ?? named.title,
        language,
        license,
        license_url,
        ...decodingColumns(decoded),
      },
      header: { macros: cleaned.macros },
      text: cleaned.text,
    });
  },
};
