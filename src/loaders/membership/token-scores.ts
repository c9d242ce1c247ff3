import { z } from "zod";
import type { Loader } from "../loader.js";

const parameters = z.strictObject({
  model: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
    .max(80)
    .default("file")
    .describe("name of the model that made the scores; the run is called after it and its folder"),
  label_basis: z
    .enum(["randomised", "temporal", "known-corpus", "trap"])
    .default("known-corpus")
    .describe("what the labels rest on; only randomised and trap results may be called memorisation"),
  folds: z.int().min(2).max(100).default(5).describe("folds to make where the files have none"),
  seed: z.int().min(0).default(0).describe("seed of the folds that are made"),
  run: z.string().min(1).optional().describe("of files with a column run_id: the run to read"),
  missing_positions: z
    .enum(["error", "allow"])
    .default("error")
    .describe("tokens without a score, such as one per window where the stride is the whole context: error, or allow"),
  vocabulary: z
    .int()
    .min(1)
    .max(2 ** 24)
    .optional()
    .describe("number of tokens of the model; default: as the mean distributions say, or the largest token number"),
  context: z.int().min(1).optional().describe("tokens of a window (default: the longest document)"),
  stride: z.int().min(1).optional().describe("tokens from one window to the next (default: one less than context)"),
  bos_policy: z
    .enum(["none", "document", "window"])
    .default("none")
    .describe("whether a token for the beginning was fed: none, once per document, in every window"),
  dtype: z.string().min(1).optional().describe("precision of the model, as you wish it recorded"),
  revision: z.string().min(1).optional().describe("revision of the model, as you wish it recorded"),
  prefix_documents: z
    .boolean()
    .default(false)
    .describe("put the folder before the names of documents: where several folders have documents of one name"),
});

export type TokenScoreParameters = z.infer<typeof parameters>;

/**
 * Token scores that were made elsewhere; one folder is one run. Either whole log-probability matrices (`inputs.json`
 * beside `logprobs.f32le.bin`), or tables as Parquet, Arrow or JSON lines (also gzipped): `token_score*` (doc_id, pos,
 * logprob; max_logprob, rank and others where known), `token*` (doc_id, input_ids), `assignment*` or `document*`
 * (doc_id, label; fold, cluster_id, text), `document_mean_probability*` (doc_id, p).
 * @throws {FormatError} for broken bytes. {LoadError} for content that does not fit together, see `loadMatrices` and
 * `loadScoreTables`.
 */
export const tokenScores: Loader<TokenScoreParameters> = {
  name: "membership/token-scores",
  description: "Token scores from files: log-probability matrices, or tables of scores, tokens and labels",
  partition: { group: "^(.*)/[^/]+$" },
  independent: true,
  outputs: [
    "token_score",
    "token",
    "document_mean_probability",
    "assignment",
    "experiment",
    "run",
    "tokenizer",
    "excerpt",
  ],
  parameters,
  async load(context) {
    const { loadScoreFolder } = await import("./score-folder.js");
    await loadScoreFolder(context);
  },
};
