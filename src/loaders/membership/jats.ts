import { z } from "zod";
import type { Loader } from "../loader.js";

const parameters = z.strictObject({
  collection: z.string().min(1).default("jats").describe("name of the collection"),
  formulas: z
    .enum(["drop", "text"])
    .default("drop")
    .describe("drop: formulas leave a blank; text: the text of their MathML or TeX (those that are images have none)"),
  dates: z
    .array(z.string().min(1))
    .min(1)
    .default(["epub"])
    .describe("kinds of publication date to take the date from, the best first: epub, epub-ppub, ppub, collection"),
});

export type JatsParameters = z.infer<typeof parameters>;

/**
 * Articles in JATS XML, one per file: the text of the body without tables, back matter and, by default, formulas; title,
 * authors, date, licence. No document type is loaded; an entity that is not known is an error.
 * @throws {FormatError} as `readXml`. {LoadError} `load/not-jats`, `load/no-body`, `load/empty-document`; as
 * `decodeDocument`.
 */
export const jats: Loader<JatsParameters> = {
  name: "membership/jats",
  description: "Articles in JATS XML",
  partition: "file",
  independent: true,
  outputs: ["document_record", "text_record"],
  parameters,
  async load(context) {
    const { loadArticle } = await import("./load-article.js");
    await loadArticle(context);
  },
};
