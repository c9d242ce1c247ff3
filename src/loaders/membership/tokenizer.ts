import { z } from "zod";
import { sha256 } from "../../base/hash.js";
import type { TokenizerRow } from "../../tables/generated/membership.js";
import { fileName, onlyFile, readRawFile } from "../connectome/raw-file.js";
import type { Loader } from "../loader.js";

const parameters = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
    .max(80)
    .nullable()
    .default(null)
    .describe(
      "name of the tokenizer; without one that of the file, or of its folder where it is called tokenizer.json",
    ),
});

export type TokenizerParameters = z.infer<typeof parameters>;

/** Largest file: the largest published ones have some 35 MB. */
const MOST_BYTES = 128 * 1024 ** 2;

/** A `tokenizer.json`, tried out: one that cannot be run is an error here, not when documents are tokenized. */
export const tokenizer: Loader<TokenizerParameters> = {
  name: "membership/tokenizer",
  description: "The tokenizer of a language model from its tokenizer.json",
  partition: "file",
  outputs: ["tokenizer"],
  parameters,
  async load(context) {
    const { openTokenizer } = await import("../../compute/tokenizer/tokenizer.js");
    const { decodeUtf8 } = await import("../../formats/text/utf8-text.js");
    const file = onlyFile(context.files);
    const limits = { ...context.limits, bytes: Math.min(context.limits.bytes, MOST_BYTES) };
    context.countRead(file, 1);
    const definition = decodeUtf8(await readRawFile(file, limits), { file: file.path, limits });
    const opened = await openTokenizer(definition, { file: file.path });
    // Parts of it may only show when they run.
    opened.encode("The first text, in 1 line.");
    const hash = sha256(definition);
    const row: TokenizerRow = {
      tokenizer_id: `${context.parameters.name ?? nameOf(file.path, fileName(file))}-${hash.slice(0, 12)}`,
      kind: "file",
      vocabulary: opened.vocabulary,
      sha256: hash,
      definition,
      trained_on: 0n,
    };
    context.sink("tokenizer").write([row]);
    context.countCarried(file, 1);
  },
};

/** `gpt2` of `gpt2/tokenizer.json` and of `gpt2.json`. */
function nameOf(path: string, name: string): string {
  const stem = name.replace(/\.json$/i, "");
  const folder = path.split("/").at(-2);
  const plain = (stem === "tokenizer" && folder !== undefined ? folder : stem).replace(/[^A-Za-z0-9._-]+/g, "_");
  return plain.replace(/^[^A-Za-z0-9]+/, "").slice(0, 80) || "tokenizer";
}
