import { FormatError, LoadError } from "../../base/errors.js";
import { StoredFile } from "../../formats/image/stored-file.js";
import { parseJson } from "../../formats/json/parse-json.js";
import type { DocumentMeanProbabilityRow, TokenRow } from "../../tables/generated/membership.js";
import { readRawFile } from "../connectome/raw-file.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { type MatrixDocument, matrixDocuments } from "./log-probability-index.js";
import { LogProbabilityFault, rowStatistics } from "./log-probability-rows.js";
import { scoreNames, tokenizerOf, writeScoredRun } from "./score-experiment.js";
import type { LabelledDocument } from "./score-folds.js";
import { type OptionalScore, ScoreRowWriter } from "./score-rows.js";
import type { TokenScoreParameters } from "./token-scores.js";

/** Bytes of a matrix that are read at once. */
const BLOCK_BYTES = 4 * 1024 ** 2;
/** Probabilities of a row may differ from 1 by this in their sum without a warning. */
const SUM_TOLERANCE = 1e-3;

/**
 * Loads log-probability matrices: `inputs.json` (vocab; docs with doc, chunk, label, n_tokens, offset_floats, input_ids)
 * and `logprobs.f32le.bin`, row-major float32, row i of a document being log P(· | context) for its token i. Row 0 is
 * ignored. The chunk is the fold. Memory: 4 MiB of the matrix, the token numbers of all documents.
 * @throws {FormatError} `format/truncated`, `format/matrix-size`, `format/not-a-log-probability`, and as `parseJson`.
 * {LoadError} as `matrixDocuments` and `foldsOfDocuments`.
 */
export async function loadMatrices(
  context: LoadContext<TokenScoreParameters>,
  { inputs, matrix }: { readonly inputs: SourceFile; readonly matrix: SourceFile },
): Promise<void> {
  const { limits, parameters } = context;
  const index = parseJson(await readRawFile(inputs, limits), { file: inputs.path, limits });
  const { vocabulary, documents } = matrixDocuments(index, { file: inputs.path, limits });
  if (parameters.vocabulary !== undefined && parameters.vocabulary !== vocabulary) {
    throw new LoadError(
      "vocabulary",
      `${inputs.path}: vocab is ${vocabulary}, the step says ${parameters.vocabulary}`,
      {
        fields: { file: inputs.path, vocabulary, expected: parameters.vocabulary },
      },
    );
  }
  const names = scoreNames([inputs], parameters);
  const stored = await StoredFile.open(matrix.absolutePath, matrix.path);
  try {
    checkSize(stored, matrix, documents, vocabulary);
    warnOfUnusedBytes(context, stored, documents, vocabulary);
    const tokenizer_id = tokenizerOf(names, vocabulary).tokenizer_id;
    const rows = new ScoreRowWriter(context.sink("token_score"), names.runId);
    const kept: LabelledDocument[] = [];
    const unused = new Map<string, number>();
    const sums = new RowSums();
    context.countRead(inputs, documents.length);
    context.countRead(matrix, documents.length);
    for (const [done, document] of documents.entries()) {
      context.signal.throwIfAborted();
      context.progress(done, documents.length, "documents");
      const reason = unusable(document);
      if (reason !== undefined) {
        unused.set(reason, (unused.get(reason) ?? 0) + 1);
        for (const file of [inputs, matrix]) {
          const rule = RULES[reason] as string;
          context.drop({ file, scope: "document", item: document.name, reason, rule });
        }
        continue;
      }
      const doc_id = names.documentId(document.name);
      const { ids } = document;
      const mean = await scoreDocument({ stored, document, vocabulary, docId: doc_id, rows, sums, context });
      const token: TokenRow = {
        doc_id,
        tokenizer_id,
        n_tokens: ids.length,
        input_ids: ids as unknown as number[],
        char_start: [],
      };
      const distribution: DocumentMeanProbabilityRow = {
        run_id: names.runId,
        doc_id,
        n_predicted: ids.length - 1,
        p: mean as unknown as number[],
      };
      context.sink("token").write([token]);
      context.sink("document_mean_probability").write([distribution]);
      kept.push({ docId: doc_id, label: document.label as 0 | 1, fold: document.chunk, cluster: doc_id });
      context.countCarried(inputs, 1);
      context.countCarried(matrix, 1);
    }
    rows.flush();
    sums.report(context, matrix);
    writeScoredRun(context, {
      names,
      vocabulary,
      longest: Math.max(1, ...documents.map(({ ids }) => ids.length)),
      capabilities: ["logprob", "max_logprob", "rank", "full_distribution", "mean_probability"],
      selfTest: { largest_deviation_of_sum_from_1: sums.worst },
      documents: kept,
      unused,
    });
  } finally {
    await stored.close();
  }
}

const RULES: Readonly<Record<string, string>> = {
  no_label: "a document without a label is not in the comparison",
  empty: "a document without tokens has no score",
  one_token: "of one token nothing is predicted",
};

function unusable({ label, ids }: MatrixDocument): string | undefined {
  if (label === null) return "no_label";
  if (ids.length === 0) return "empty";
  return ids.length === 1 ? "one_token" : undefined;
}

/** @throws {FormatError} when a document lies beyond the end, or two overlap. */
function checkSize(
  stored: StoredFile,
  { path: file }: SourceFile,
  documents: readonly MatrixDocument[],
  vocabulary: number,
): void {
  if (stored.size % 4 !== 0) {
    throw new FormatError("matrix-size", `${file}: ${stored.size} bytes are no whole number of float32 values`, {
      fields: { file, bytes: stored.size },
    });
  }
  let end = 0;
  let before = "";
  for (const { name, offset, ids } of [...documents].sort((a, b) => a.offset - b.offset)) {
    if (ids.length === 0) continue;
    if (offset < end) {
      throw new FormatError("matrix-size", `${file}: the matrices of documents ${before} and ${name} overlap`, {
        fields: { file, document: name, offset, end },
      });
    }
    end = offset + ids.length * vocabulary;
    before = name;
    if (end * 4 <= stored.size) continue;
    const message = `${file}: document ${name} ends at byte ${end * 4}, the file has ${stored.size}`;
    throw new FormatError("truncated", message, {
      fields: { file, document: name, bytes: end * 4, fileBytes: stored.size },
      wayOut: "Copy the file again, and check that vocab is the width of its rows.",
    });
  }
}

function warnOfUnusedBytes(
  { log }: LoadContext<TokenScoreParameters>,
  stored: StoredFile,
  documents: readonly MatrixDocument[],
  vocabulary: number,
): void {
  const used = 4 * vocabulary * documents.reduce((sum, { ids }) => sum + ids.length, 0);
  if (used < stored.size) log.warn(`${stored.file}: ${stored.size - used} of ${stored.size} bytes are of no document`);
}

/** Sums of the probabilities of rows. */
class RowSums {
  worst = 0;
  #beyond = 0;
  #example = "";

  add(sum: number, place: () => string): void {
    const deviation = Math.abs(sum - 1);
    if (deviation > this.worst) this.worst = deviation;
    if (deviation <= SUM_TOLERANCE) return;
    if (this.#beyond++ === 0) this.#example = `${place()} sums to ${sum}`;
  }

  report({ log }: LoadContext<TokenScoreParameters>, { path }: SourceFile): void {
    if (this.#beyond === 0) return;
    log.warn(`${path}: the probabilities of ${this.#beyond} rows do not sum to 1 (${this.#example})`);
  }
}

/** Writes the scores of a document and gives its mean distribution. */
async function scoreDocument(given: {
  readonly stored: StoredFile;
  readonly document: MatrixDocument;
  readonly vocabulary: number;
  readonly docId: string;
  readonly rows: ScoreRowWriter;
  readonly sums: RowSums;
  readonly context: LoadContext<TokenScoreParameters>;
}): Promise<Float64Array> {
  const { stored, document, vocabulary, docId, rows, sums, context } = given;
  const { name, ids, offset } = document;
  const { context: size, stride } = context.parameters;
  const step = stride ?? (size === undefined ? ids.length : Math.max(1, size - 1));
  const mean = new Float64Array(vocabulary);
  const together = Math.max(1, Math.floor(BLOCK_BYTES / (4 * vocabulary)));
  for (let from = 1; from < ids.length; from += together) {
    context.signal.throwIfAborted();
    const count = Math.min(together, ids.length - from);
    const bytes = await stored.read(4 * (offset + from * vocabulary), 4 * count * vocabulary);
    const block = floatsOf(bytes);
    for (let k = 0; k < count; k++) {
      const pos = from + k;
      try {
        const row = rowStatistics(block.subarray(k * vocabulary, (k + 1) * vocabulary), ids[pos] as number, mean);
        sums.add(row.sum, () => `document ${name}, row ${pos}`);
        const optional: Readonly<Record<OptionalScore, number | null>> = {
          max_logprob: row.maxLogprob,
          rank: row.rank,
          mu: row.mu,
          m2: row.m2,
          mu_uniform: row.muUniform,
          sd_uniform: row.sdUniform,
        };
        rows.add(docId, { pos, window: windowOf(pos, size, step), logprob: row.logprob }, (column) => optional[column]);
      } catch (error) {
        if (!(error instanceof LogProbabilityFault)) throw error;
        const { value, place } = error;
        const message = `${stored.file}: document ${name}, row ${pos}, token ${place}: ${value} is no log-probability`;
        throw new FormatError("not-a-log-probability", message, {
          fields: { file: stored.file, document: name, row: pos, token: place, value: String(value) },
          wayOut: "Write natural logarithms of probabilities, which are at most 0.",
        });
      }
    }
  }
  return mean.map((sum) => sum / (ids.length - 1));
}

/** The window that predicts a token: the first one has a whole context, later ones a stride of new tokens. */
function windowOf(pos: number, context: number | undefined, stride: number): number {
  if (context === undefined || pos < context) return 0;
  return 1 + Math.floor((pos - context) / stride);
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function floatsOf(bytes: Buffer<ArrayBuffer>): Float32Array {
  if (!isLittleEndian) bytes.swap32();
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}
