import { LoadError } from "../../base/errors.js";
import type { DocumentMeanProbabilityRow, ExcerptRow, RunRow, TokenRow } from "../../tables/generated/membership.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { type ColumnBatch, type ColumnReader, placeOf, readColumns } from "./score-columns.js";
import { DROP_RULES, type DropReason, type ScoreDocument, ScoreDocuments } from "./score-documents.js";
import { type ScoreNames, scoreNames, tokenizerOf, writeScoredRun } from "./score-experiment.js";
import { OPTIONAL_SCORES, type OptionalScore, ScoreRowWriter } from "./score-rows.js";
import type { TokenScoreParameters } from "./token-scores.js";

/** Files of a folder by what they hold. */
export interface ScoreFiles {
  readonly scores: readonly SourceFile[];
  readonly tokens: readonly SourceFile[];
  readonly documents: readonly SourceFile[];
  readonly means: readonly SourceFile[];
}

type Context = LoadContext<TokenScoreParameters>;

/**
 * Loads tables of scores, in passes over the files: labels, lengths, scores, then tokens, texts and mean distributions
 * of the documents that are kept. Rows may come in any order. Memory: one batch, and one bit per token.
 * @throws {LoadError} naming file and row: `load/missing-column`, `load/column-type`, `load/null-value`,
 * `load/duplicate-document`, `load/duplicate-position`, `load/position`, `load/score` (NaN, above 0, above the maximum,
 * rank counted from 1), `load/missing-positions`, `load/mixed-vocabularies`, `load/several-runs`, `load/label`; and as
 * `foldsOfDocuments`. {FormatError} for broken bytes.
 */
export async function loadScoreTables(context: Context, files: ScoreFiles): Promise<void> {
  const names = scoreNames(context.files, context.parameters);
  const load = new ScoreTableLoad(context, names);
  for (const file of files.documents) await load.readDocuments(file);
  for (const file of files.tokens) await load.readLengths(file);
  const rows = new ScoreRowWriter(context.sink("token_score"), names.runId);
  for (const file of files.scores) await load.readScores(file, rows);
  rows.flush();
  load.settle();
  for (const file of files.means) await load.readMeans(file);
  const vocabulary = load.vocabulary();
  for (const file of files.tokens) await load.writeTokens(file, tokenizerOf(names, vocabulary).tokenizer_id);
  if (load.hasTexts) for (const file of files.documents) await load.writeTexts(file);
  load.finish(vocabulary);
}

class ScoreTableLoad {
  readonly #context: Context;
  readonly #names: ScoreNames;
  readonly #documents: ScoreDocuments;
  readonly #kept = new Set<ScoreDocument>();
  readonly #unused = new Map<string, number>();
  /** Columns in which every score has a value. */
  readonly #complete = new Set<OptionalScore>(OPTIONAL_SCORES);
  readonly #withMean = new Set<ScoreDocument>();
  hasTexts = false;
  #run: string | undefined;
  #tokenizer: string | undefined;
  #largestToken = -1;
  #largestTokenAt = "";
  #width: number | undefined;

  constructor(context: Context, names: ScoreNames) {
    this.#context = context;
    this.#names = names;
    this.#documents = new ScoreDocuments(names.folder, context.limits.entries);
  }

  async *#batches(
    file: SourceFile,
    required: readonly string[],
    optional: readonly string[],
  ): AsyncGenerator<ColumnBatch> {
    for await (const batch of readColumns(file, { required, optional }, this.#context.limits)) {
      this.#context.signal.throwIfAborted();
      yield batch;
    }
  }

  async readDocuments(file: SourceFile): Promise<void> {
    const optional = ["fold", "chunk", "cluster_id", "cluster", "text"];
    for await (const batch of this.#batches(file, ["doc_id", "label"], optional)) {
      const at = (row: number) => placeOf(file, batch, row);
      const names = required(batch, "doc_id");
      const labels = required(batch, "label");
      const folds = batch.column("fold") ?? batch.column("chunk");
      const clusters = batch.column("cluster_id") ?? batch.column("cluster");
      this.hasTexts ||= batch.column("text") !== undefined;
      for (let row = 0; row < batch.rows; row++) {
        const name = nameAt(names, row, at);
        const document = this.#documents.of(name, file);
        if (document.assigned) {
          throw new LoadError("duplicate-document", `${at(row)}: the document ${name} comes twice`, {
            fields: { file: file.path, document: name },
            wayOut: "Give one label per document; files of several experiments go into folders of their own.",
          });
        }
        document.assigned = true;
        const label = labels.number(row);
        if (label !== null && label !== 0 && label !== 1) {
          throw new LoadError("label", `${at(row)}: the label of ${name} is ${label}, not 1 (member) or 0`, {
            fields: { file: file.path, document: name, label: String(label) },
          });
        }
        document.label = label;
        const fold = folds?.number(row) ?? null;
        if (fold !== null && !(Number.isInteger(fold) && fold >= 0 && fold <= 32_767)) {
          throw new LoadError("fold", `${at(row)}: the fold of ${name} is ${fold}, not a number from 0 on`, {
            fields: { file: file.path, document: name, fold: String(fold) },
          });
        }
        document.fold = fold;
        document.cluster = clusters?.text(row) ?? name;
      }
      this.#context.countRead(file, batch.rows);
    }
  }

  async readLengths(file: SourceFile): Promise<void> {
    for await (const batch of this.#batches(file, ["doc_id", "input_ids"], ["tokenizer_id"])) {
      const at = (row: number) => placeOf(file, batch, row);
      const names = required(batch, "doc_id");
      const lists = required(batch, "input_ids");
      const tokenizers = batch.column("tokenizer_id");
      for (let row = 0; row < batch.rows; row++) {
        const name = nameAt(names, row, at);
        const document = this.#documents.of(name, file);
        if (document.tokens !== undefined) {
          throw new LoadError("duplicate-document", `${at(row)}: the tokens of ${name} come twice`, {
            fields: { file: file.path, document: name },
          });
        }
        const ids = lists.list(row) ?? refuseNull(at(row), "input_ids");
        this.#checkTokens(ids, name, at(row), file);
        this.#checkTokenizer(tokenizers?.text(row) ?? null, at(row), file);
        document.tokens = ids.length;
      }
      this.#context.countRead(file, batch.rows);
    }
  }

  #checkTokens(ids: ArrayLike<number>, name: string, place: string, file: SourceFile): void {
    const most = this.#context.parameters.vocabulary ?? 2 ** 24;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      if (!(Number.isInteger(id) && id >= 0 && id < most)) {
        throw new LoadError("token-number", `${place}: token ${i} of ${name} is ${id}, none of ${most} tokens`, {
          fields: { file: file.path, document: name, position: i, token: String(id), vocabulary: most },
        });
      }
      if (id > this.#largestToken) {
        this.#largestToken = id;
        this.#largestTokenAt = place;
      }
    }
  }

  #checkTokenizer(tokenizer: string | null, place: string, file: SourceFile): void {
    if (tokenizer === null) return;
    this.#tokenizer ??= tokenizer;
    if (this.#tokenizer === tokenizer) return;
    throw new LoadError(
      "mixed-vocabularies",
      `${place}: tokens of ${tokenizer}, after tokens of ${this.#tokenizer}; a run has one vocabulary`,
      {
        fields: { file: file.path, tokenizer, other: this.#tokenizer },
        wayOut: "Put the files of each model into a folder of their own.",
      },
    );
  }

  async readScores(file: SourceFile, rows: ScoreRowWriter): Promise<void> {
    const { parameters } = this.#context;
    const otherRuns = new Map<string, number>();
    const optional = [...OPTIONAL_SCORES, "window", "run_id"];
    for await (const batch of this.#batches(file, ["doc_id", "pos", "logprob"], optional)) {
      const at = (row: number) => placeOf(file, batch, row);
      const names = required(batch, "doc_id");
      const positions = required(batch, "pos");
      const logprobs = required(batch, "logprob");
      const windows = batch.column("window");
      const runs = batch.column("run_id");
      const columns = new Map(OPTIONAL_SCORES.map((column) => [column, batch.column(column)]));
      let name = "";
      let document: ScoreDocument | undefined;
      let docId = "";
      let atRow = 0;
      const optionalAt = (column: OptionalScore): number | null => {
        const value = columns.get(column)?.number(atRow) ?? null;
        if (value === null) this.#complete.delete(column);
        else if (Number.isNaN(value)) throw badScore(file, at(atRow), name, `${column} is NaN`);
        return value;
      };
      for (let row = 0; row < batch.rows; row++) {
        const run = runs?.text(row) ?? null;
        if (run !== null && parameters.run !== undefined && run !== parameters.run) {
          otherRuns.set(run, (otherRuns.get(run) ?? 0) + 1);
          continue;
        }
        this.#checkRun(run, file, at, row);
        const own = nameAt(names, row, at);
        if (document === undefined || own !== name) {
          name = own;
          docId = this.#names.documentId(name);
        }
        document = this.#documents.of(name, file);
        if (document.reason !== undefined) continue;
        const pos = positions.number(row) ?? refuseNull(at(row), "pos");
        const logprob = logprobs.number(row) ?? refuseNull(at(row), "logprob");
        this.#checkPosition(document, pos, file, at, row);
        if (!(logprob <= 0)) {
          const problem = Number.isNaN(logprob) ? "is NaN" : `is ${logprob}, above 0`;
          throw badScore(file, at(row), name, `logprob ${problem}`);
        }
        atRow = row;
        const best = optionalAt("max_logprob");
        const rank = optionalAt("rank");
        if (best !== null && !(best <= 0 && best >= logprob - 1e-4)) {
          throw badScore(file, at(row), name, `max_logprob is ${best}, logprob ${logprob}`);
        }
        if (rank !== null && rank !== 0 && best === logprob) {
          throw badScore(file, at(row), name, `rank is ${rank} though no token is more probable; it counts from 0`);
        }
        const window = windows?.number(row) ?? 0;
        rows.add(docId, { pos, window, logprob }, optionalAt);
      }
      this.#context.countRead(file, batch.rows);
      this.#context.progress(batch.first + batch.rows - 1, batch.first + batch.rows - 1, "scores");
    }
    for (const [run, count] of otherRuns) {
      const rule = `the step reads the run ${parameters.run}`;
      this.#context.drop({ file, scope: "file", item: `run ${run}`, reason: "other_run", rule, count });
    }
  }

  #checkRun(run: string | null, file: SourceFile, at: (row: number) => string, row: number): void {
    if (run === null || run === this.#run) return;
    if (this.#run === undefined) {
      this.#run = run;
      return;
    }
    throw new LoadError("several-runs", `${at(row)}: scores of the run ${run}, after scores of ${this.#run}`, {
      fields: { file: file.path, run, other: this.#run },
      wayOut: `Say which one the step reads, run: ${this.#run}, or put each into a folder of its own.`,
    });
  }

  #checkPosition(
    document: ScoreDocument,
    pos: number,
    file: SourceFile,
    at: (row: number) => string,
    row: number,
  ): void {
    const { name } = document;
    const tokens = document.tokens as number;
    if (!(Number.isInteger(pos) && pos >= 1 && pos < tokens)) {
      throw new LoadError("position", `${at(row)}: pos is ${pos}; ${name} has the places 1 to ${tokens - 1}`, {
        fields: { file: file.path, document: name, pos: String(pos), tokens },
        wayOut: "pos is the place of the token among input_ids, from 0 on; the first has no score.",
      });
    }
    if (document.note(pos)) return;
    throw new LoadError("duplicate-position", `${at(row)}: ${name} has a second score at ${pos}`, {
      fields: { file: file.path, document: name, pos },
    });
  }

  /** Decides which documents are kept. @throws {LoadError} `load/missing-positions`. */
  settle(): void {
    for (const document of this.#documents.sorted()) {
      const reason: DropReason | undefined = document.reason ?? (document.scores === 0 ? "no_scores" : undefined);
      if (reason !== undefined) {
        for (const [file, count] of document.rows) {
          const rule = DROP_RULES[reason];
          this.#context.drop({ file, scope: "document", item: document.name, reason, rule, count });
        }
        if (document.assigned) this.#unused.set(reason, (this.#unused.get(reason) ?? 0) + 1);
        continue;
      }
      this.#kept.add(document);
      for (const [file, count] of document.rows) this.#context.countCarried(file, count);
      const expected = (document.tokens as number) - 1;
      if (document.scores === expected || this.#context.parameters.missing_positions === "allow") continue;
      const { name } = document;
      const first = document.firstMissing() as number;
      const message = `${this.#names.folder}: ${name} has ${document.scores} scores of ${expected}; the first missing is at ${first}`;
      throw new LoadError("missing-positions", message, {
        fields: { folder: this.#names.folder, document: name, scores: document.scores, expected, first },
        wayOut: "Score all tokens but the first (stride at most context − 1), or set missing_positions: allow.",
      });
    }
  }

  async readMeans(file: SourceFile): Promise<void> {
    let odd = 0;
    for await (const batch of this.#batches(file, ["doc_id", "p"], ["n_predicted"])) {
      const at = (row: number) => placeOf(file, batch, row);
      const names = required(batch, "doc_id");
      const lists = required(batch, "p");
      const predicted = batch.column("n_predicted");
      for (let row = 0; row < batch.rows; row++) {
        const name = nameAt(names, row, at);
        const document = this.#documents.get(name);
        if (document === undefined || !this.#kept.has(document)) {
          const rule = "a mean distribution needs a document with scores";
          this.#context.drop({ file, scope: "document", item: name, reason: "unknown_document", rule });
          continue;
        }
        const p = lists.list(row) ?? refuseNull(at(row), "p");
        if (Math.abs(this.#checkMean(p, name, file, at(row)) - 1) > 1e-3) odd++;
        if (this.#withMean.has(document)) {
          throw new LoadError("duplicate-document", `${at(row)}: a second mean distribution of ${name}`, {
            fields: { file: file.path, document: name },
          });
        }
        this.#withMean.add(document);
        const mean: DocumentMeanProbabilityRow = {
          run_id: this.#names.runId,
          doc_id: this.#names.documentId(name),
          n_predicted: predicted?.number(row) ?? document.scores,
          p: Float64Array.from(p) as unknown as number[],
        };
        this.#context.sink("document_mean_probability").write([mean]);
        this.#context.countCarried(file, 1);
      }
      this.#context.countRead(file, batch.rows);
    }
    if (odd > 0) this.#context.log.warn(`${file.path}: ${odd} mean distributions do not sum to 1`);
  }

  /** The sum. @throws {LoadError} `load/mixed-vocabularies`, `load/probability`. */
  #checkMean(p: ArrayLike<number>, name: string, file: SourceFile, place: string): number {
    this.#width ??= p.length;
    if (p.length !== this.#width) {
      throw new LoadError(
        "mixed-vocabularies",
        `${place}: ${name} has ${p.length} probabilities, others ${this.#width}`,
        {
          fields: { file: file.path, document: name, probabilities: p.length, others: this.#width },
          wayOut: "All distributions of a run are over one vocabulary.",
        },
      );
    }
    let sum = 0;
    for (let v = 0; v < p.length; v++) {
      const value = p[v] as number;
      if (!(value >= 0 && value <= 1 + 1e-6)) {
        throw new LoadError("probability", `${place}: the mean probability of token ${v} is ${value}`, {
          fields: { file: file.path, document: name, token: v, value: String(value) },
        });
      }
      sum += value;
    }
    return sum;
  }

  /** Size of the vocabulary. @throws {LoadError} `load/mixed-vocabularies` when tokens or distributions pass it. */
  vocabulary(): number {
    const { vocabulary } = this.#context.parameters;
    const size = vocabulary ?? this.#width ?? this.#largestToken + 1;
    const fields = { folder: this.#names.folder, vocabulary: size, token: this.#largestToken };
    if (this.#width !== undefined && this.#width !== size) {
      const message = `${this.#names.folder}: mean distributions have ${this.#width} tokens, the step says ${size}`;
      throw new LoadError("mixed-vocabularies", message, { fields });
    }
    if (this.#largestToken < size) return Math.max(1, size);
    const message = `${this.#largestTokenAt}: the token ${this.#largestToken} is none of the ${size} of mean distributions`;
    throw new LoadError("mixed-vocabularies", message, { fields });
  }

  async writeTokens(file: SourceFile, tokenizerId: string): Promise<void> {
    for await (const batch of this.#batches(file, ["doc_id", "input_ids"], ["char_start"])) {
      const names = required(batch, "doc_id");
      const lists = required(batch, "input_ids");
      const starts = batch.column("char_start");
      for (let row = 0; row < batch.rows; row++) {
        const document = this.#keptAt(names, row);
        if (document === undefined) continue;
        const ids = Int32Array.from(lists.list(row) ?? []);
        const token: TokenRow = {
          doc_id: this.#names.documentId(document.name),
          tokenizer_id: tokenizerId,
          n_tokens: ids.length,
          input_ids: ids as unknown as number[],
          char_start: Int32Array.from(starts?.list(row) ?? []) as unknown as number[],
        };
        this.#context.sink("token").write([token]);
      }
    }
  }

  async writeTexts(file: SourceFile): Promise<void> {
    for await (const batch of this.#batches(file, ["doc_id"], ["text"])) {
      const names = required(batch, "doc_id");
      const texts = batch.column("text");
      for (let row = 0; row < batch.rows; row++) {
        const document = this.#keptAt(names, row);
        const text = texts?.text(row) ?? null;
        if (document === undefined || text === null) continue;
        const docId = this.#names.documentId(document.name);
        const excerpt: ExcerptRow = {
          doc_id: docId,
          source_doc_id: docId,
          segment: 0,
          window: "all",
          char_start: 0n,
          n_chars: BigInt(codePoints(text)),
          text,
        };
        this.#context.sink("excerpt").write([excerpt]);
      }
    }
  }

  #keptAt(names: ColumnReader, row: number): ScoreDocument | undefined {
    const document = this.#documents.get(names.text(row) ?? "");
    return document !== undefined && this.#kept.has(document) ? document : undefined;
  }

  finish(vocabulary: number): void {
    const has = (column: OptionalScore) => this.#complete.has(column);
    const capabilities: string[] = ["logprob"];
    if (has("max_logprob")) capabilities.push("max_logprob");
    if (has("rank")) capabilities.push("rank");
    if (has("mu") && has("m2")) capabilities.push("full_distribution");
    if (this.#withMean.size === this.#kept.size) capabilities.push("mean_probability");
    const kept = [...this.#kept];
    writeScoredRun(this.#context, {
      names: this.#names,
      vocabulary,
      longest: kept.reduce((most, { tokens }) => Math.max(most, tokens ?? 0), 1),
      capabilities: capabilities as RunRow["capabilities"],
      selfTest: {},
      documents: kept.map((document) => {
        const { name, cluster } = document;
        return document.labelled(this.#names.documentId(name), this.#names.documentId(cluster));
      }),
      unused: this.#unused,
    });
  }
}

function required(batch: ColumnBatch, name: string): ColumnReader {
  return batch.column(name) as ColumnReader;
}

function nameAt(names: ColumnReader, row: number, at: (row: number) => string): string {
  const name = names.text(row);
  return name === null || name === "" ? refuseNull(at(row), "doc_id") : name;
}

function refuseNull(place: string, column: string): never {
  throw new LoadError("null-value", `${place}: ${column} is missing`, { fields: { place, column } });
}

function badScore(file: SourceFile, place: string, document: string, problem: string): LoadError {
  return new LoadError("score", `${place}: ${document}: ${problem}`, {
    fields: { file: file.path, document },
    wayOut: "Scores are natural logarithms of probabilities, at most 0; what is not known is null.",
  });
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
