import { ContractError } from "../../../base/errors.js";
import type { ScoreColumn, ScoredUnit } from "../scored-units.js";
import { aggregateColumns } from "./aggregate-features.js";
import { type DescribedUnits, describeInThreads } from "./describe-in-threads.js";
import { type FeatureTask, UnitDescriber } from "./describe-units.js";
import { BASE_OF, DICTIONARY_OF, type Extractor, type FeatureOptions, type Norm } from "./feature-options.js";
import { binEdges, histogramColumns, histogramFeatures } from "./histogram-features.js";
import { LARGEST_LOSS, maximumBase, tokenLoss } from "./normalise-tokens.js";
import { emptyRange, type FeatureRange, scaleFeatures, widenRange } from "./scale-features.js";
import { TokenBaseReader, type TokenBases } from "./token-bases.js";
import { type LogReferences, ValueRanges } from "./value-ranges.js";

/** A unit to describe. */
export interface FeatureUnit {
  readonly docId: string;
  readonly fold: number;
  /** Length in tokens; a unit of one has no features. */
  readonly tokens: number;
}

export interface FeatureRequest {
  readonly runId: string;
  readonly vocabulary: number;
  /** In order of docId. */
  readonly units: readonly FeatureUnit[];
  /** log R by fold, of the dictionary made without that fold. */
  readonly references: ReadonlyMap<number, LogReferences>;
  /** In code-unit order. */
  readonly norms: readonly Norm[];
  readonly extractors: readonly Extractor[];
  readonly options: FeatureOptions;
  /** The scored units with these columns, from the first on every time; others than {@link units} may be among them. */
  readonly scores: (columns: readonly ScoreColumn[]) => AsyncIterable<ScoredUnit> | Iterable<ScoredUnit>;
  /** Default 1; the features do not depend on them. */
  readonly threads?: number;
  /** Threads are used from so many tokens × folds × normalisations; for tests. */
  readonly leastWork?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What the first pass over the scores found. */
export interface Survey {
  /** Normalisations that can be computed. */
  readonly norms: readonly Norm[];
  /** Units without the probability of the most probable token, which MaxNorm needs. */
  readonly withoutMaximum: number;
  /** Units without a predicted token, which have no features. */
  readonly withoutTokens: number;
  /** Predicted tokens. */
  readonly tokens: number;
  /** Of these, values that were not finite, by base: clipped or replaced. */
  readonly nonfinite: { readonly loss: number; readonly maximum: number };
}

/** Features of all units for one fold, normalisation and extractor. */
export interface FeatureBlock {
  readonly fold: number;
  readonly norm: Norm;
  readonly extractor: string;
  readonly columns: readonly string[];
  /** Empty for simple_agg. */
  readonly edges: Float64Array;
  readonly range: FeatureRange;
  /** In order of docId. */
  rows(): Iterable<FeatureRow>;
}

export interface FeatureRow {
  readonly docId: string;
  readonly split: "train" | "test";
  readonly x: Float64Array;
  readonly scaled: Float64Array;
}

/** Memory for what is kept of units until a fold is complete; more folds are served by another pass. */
const MOST_BYTES = 256 * 1024 ** 2;
/** Memory for the bases of token values: where all fit, scores are read once. */
const MOST_HELD_BYTES = 256 * 1024 ** 2;

/** What is kept of one fold and normalisation. */
interface Kept {
  readonly fold: number;
  readonly task: FeatureTask;
  /** Features of simple_agg, unit after unit. */
  readonly aggregates: Float64Array | undefined;
  /** Counts of `countInBins`, unit after unit, for each histogram. */
  readonly counts: readonly Uint32Array[];
}

/**
 * Features of the documents of a run (sections 4.2 and 4.3 of Meeus et al. 2024), for all folds and normalisations in
 * two passes over the token scores: {@link survey}, then {@link blocks}. Memory: folds × normalisations × vocabulary, what
 * is kept of every unit, and the token values of small runs, which are read once (at most 256 MB). Cost: some 100 ns per
 * token and 5 ns per token, fold and normalisation.
 */
export class FeatureExtraction {
  readonly #request: FeatureRequest;
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #folds: readonly number[];
  readonly #reader: TokenBaseReader;
  readonly #ranges: ValueRanges;
  readonly #seen: Uint8Array;
  readonly #histograms: readonly Extractor[];
  #norms: readonly Norm[] = [];
  /** Bases of every unit by its index; absent where they are too many. */
  #held: Map<number, TokenBases> | undefined = new Map();
  #heldBytes = 0;

  constructor(request: FeatureRequest) {
    this.#request = request;
    this.#indexOf = new Map(request.units.map(({ docId }, index) => [docId, index]));
    this.#folds = [...new Set(request.units.map(({ fold }) => fold))].sort((a, b) => a - b);
    this.#reader = new TokenBaseReader(request.vocabulary, request.options);
    this.#ranges = new ValueRanges(request.vocabulary);
    this.#seen = new Uint8Array(request.units.length);
    this.#histograms = request.extractors.filter(({ bins }) => bins !== null);
  }

  /**
   * First pass: what can be computed, and the range of token values.
   * @throws {ContractError} `contract/missing-scores` for a unit with tokens but no scores, `contract/nonfinite-score`
   * for a value that is not finite where the options refuse it, `contract/one-fold`, `contract/token-number`.
   */
  async survey(): Promise<Survey> {
    const { units, norms, runId, options, onProgress } = this.#request;
    if (this.#folds.length < 2) {
      throw new ContractError(
        "one-fold",
        `${runId}: ${this.#folds.length} fold of ${units.length} units; two are needed`,
        {
          fields: { run: runId, folds: this.#folds.length, units: units.length },
          wayOut: "Give more folds, or more documents.",
        },
      );
    }
    let withoutMaximum = 0;
    let tokens = 0;
    let done = 0;
    const nonfinite = { loss: 0, maximum: 0 };
    for await (const { index, fold, unit } of this.#units()) {
      const bases = this.#reader.read(unit);
      this.#seen[index] = 1;
      onProgress?.(++done, units.length);
      this.#hold(index, bases);
      tokens += bases.ids.length;
      nonfinite.loss += countBeyond(bases.loss, unit.logprob);
      const refuses = options.nonfinite === "error" || (options.nonfinite === "upstream" && norms.includes("NoNorm"));
      if (refuses && !allFinite(bases.loss)) this.#refuse(unit, tokenLoss(unit.logprob, options));
      this.#ranges.addLoss(fold, bases.loss);
      this.#ranges.addBase(fold, "loss", bases.ratio, bases.ids);
      if (bases.maximum === undefined) {
        withoutMaximum++;
        continue;
      }
      nonfinite.maximum += countVanished(unit);
      if (options.nonfinite === "error" && !allFinite(bases.maximum)) {
        this.#refuse(unit, maximumBase(unit.logprob, unit.maxLogprob as Float32Array, options));
      }
      this.#ranges.addBase(fold, "maximum", bases.maximum, bases.ids);
    }
    const missing = units.find(({ tokens: length }, index) => length > 1 && this.#seen[index] === 0);
    if (missing !== undefined) {
      throw new ContractError(
        "missing-scores",
        `${runId} has no scores of ${missing.docId}, which has ${missing.tokens} tokens`,
        {
          fields: { run: runId, unit: missing.docId, tokens: missing.tokens },
          wayOut: "Score it, or leave it out of the assignment.",
        },
      );
    }
    this.#norms = norms.filter((norm) => BASE_OF[norm] !== "maximum" || withoutMaximum === 0);
    const withoutTokens = this.#seen.reduce((sum, seen) => sum + 1 - seen, 0);
    return { norms: this.#norms, withoutMaximum, withoutTokens, tokens, nonfinite };
  }

  /**
   * Second pass: features, in order of fold, normalisation and extractor.
   * @throws {ContractError} `contract/no-value-in-range` for a unit all of whose values lie outside the bins of a density
   * histogram, of which the published code makes a row of NaN.
   */
  async *blocks(): AsyncGenerator<FeatureBlock> {
    for (const folds of this.#foldGroups()) {
      const kept = folds.flatMap((fold) => this.#norms.map((norm) => this.#keep(fold, norm)));
      await this.#fill(kept);
      for (const one of kept) {
        for (const extractor of this.#request.extractors) yield this.#block(one, extractor);
      }
    }
  }

  async *#units(): AsyncGenerator<{ index: number; fold: number; unit: ScoredUnit }> {
    const { units, scores, signal, norms } = this.#request;
    const needsMaximum = norms.some((norm) => BASE_OF[norm] === "maximum");
    for await (const unit of scores(needsMaximum ? ["logprob", "maxLogprob"] : ["logprob"])) {
      signal?.throwIfAborted();
      const index = this.#indexOf.get(unit.docId);
      if (index === undefined || unit.positions.length === 0) continue;
      yield { index, fold: (units[index] as FeatureUnit).fold, unit };
    }
  }

  #hold(index: number, bases: TokenBases): void {
    this.#heldBytes += bytesOf(bases);
    if (this.#heldBytes > MOST_HELD_BYTES) this.#held = undefined;
    this.#held?.set(index, bases);
  }

  /** The units again, from memory where they are held. */
  async *#basesAgain(): AsyncGenerator<{ index: number; bases: TokenBases }> {
    if (this.#held === undefined) {
      for await (const { index, unit } of this.#units()) yield { index, bases: this.#reader.read(unit) };
      return;
    }
    for (const [index, bases] of this.#held) {
      this.#request.signal?.throwIfAborted();
      yield { index, bases };
    }
  }

  /** @param values in the order of the tokens */
  #refuse({ docId, positions }: ScoredUnit, values: Float64Array): never {
    const at = values.findIndex((value) => !Number.isFinite(value));
    const position = positions[at] as number;
    throw new ContractError("nonfinite-score", `${docId}: the value of token ${position} is not finite`, {
      fields: { run: this.#request.runId, unit: docId, position },
      wayOut: "Set nonfinite: clip, or score with a model that gives every token some probability.",
    });
  }

  #bytesPerFold(): number {
    const { units, extractors } = this.#request;
    const each = extractors.map(({ bins }) => (bins === null ? 14 * 8 : (bins + 2) * 4));
    return units.length * this.#norms.length * each.reduce((sum, bytes) => sum + bytes, 0);
  }

  #foldGroups(): (readonly number[])[] {
    const together = Math.max(1, Math.floor(MOST_BYTES / Math.max(1, this.#bytesPerFold())));
    const groups: (readonly number[])[] = [];
    for (let from = 0; from < this.#folds.length; from += together)
      groups.push(this.#folds.slice(from, from + together));
    return groups;
  }

  #keep(fold: number, norm: Norm): Kept {
    const { units, options, vocabulary } = this.#request;
    const training = this.#folds.filter((other) => other !== fold);
    const reference = this.#reference(fold, norm) ?? new Float64Array(vocabulary);
    const rangeOf = (folds: readonly number[]) =>
      DICTIONARY_OF[norm] === null ? this.#ranges.ofLoss(folds) : this.#ranges.ofBase(folds, BASE_OF[norm], reference);
    const { min, max } = rangeOf(training);
    if (!(min <= max)) {
      throw new ContractError("one-fold", `${this.#request.runId}: no predicted token outside fold ${fold}`, {
        fields: { run: this.#request.runId, fold },
      });
    }
    const aggregates = this.#request.extractors.some(({ bins }) => bins === null);
    const edges = this.#histograms.map(({ bins }) => binEdges(min, max, bins as number));
    const features = aggregateColumns(options.includeCount).length;
    return {
      fold,
      task: { norm, reference, range: rangeOf(this.#folds), edges, aggregates },
      aggregates: aggregates ? new Float64Array(units.length * features) : undefined,
      counts: edges.map(({ length }) => new Uint32Array(units.length * (length + 1))),
    };
  }

  /** log R, or nothing for NoNorm. */
  #reference(fold: number, norm: Norm): Float64Array | undefined {
    const kind = DICTIONARY_OF[norm];
    return kind === null ? undefined : this.#request.references.get(fold)?.[kind];
  }

  async #fill(kept: readonly Kept[]): Promise<void> {
    const { options, threads = 1, leastWork, signal, onProgress, units } = this.#request;
    const tasks = kept.map(({ task }) => task);
    if (threads <= 1) {
      const describer = new UnitDescriber(tasks, options);
      let done = 0;
      for await (const { index, bases } of this.#basesAgain()) {
        for (const [k, { aggregates, counts }] of describer.describe(bases).entries()) {
          keepUnit(kept[k] as Kept, index, aggregates, counts);
        }
        onProgress?.(++done, units.length);
      }
      return;
    }
    let indices: number[] = [];
    let waiting: TokenBases[] = [];
    let bytes = 0;
    let done = 0;
    const flush = async () => {
      const onPiece = (first: number, length: number, described: readonly DescribedUnits[]) => {
        for (const [k, own] of described.entries()) {
          for (let at = 0; at < length; at++) {
            const part = <T extends Float64Array | Uint32Array>(all: T) => partOf(all, at, length);
            const aggregates = own.aggregates && part(own.aggregates);
            keepUnit(kept[k] as Kept, indices[first + at] as number, aggregates, own.counts.map(part));
          }
        }
        done += length;
        onProgress?.(done, units.length);
      };
      await describeInThreads({ tasks, options, units: waiting }, { threads, leastWork, signal, onPiece });
      [indices, waiting, bytes] = [[], [], 0];
    };
    for await (const { index, bases } of this.#basesAgain()) {
      indices.push(index);
      waiting.push(bases);
      bytes += bytesOf(bases);
      if (bytes > MOST_HELD_BYTES) await flush();
    }
    if (waiting.length > 0) await flush();
  }

  #block({ fold, task, aggregates, counts }: Kept, { name, bins }: Extractor): FeatureBlock {
    const { units, options, runId } = this.#request;
    const { norm } = task;
    const at = this.#histograms.findIndex((histogram) => histogram.name === name);
    const edges = bins === null ? new Float64Array(0) : (task.edges[at] as Float64Array);
    const columns =
      bins === null ? aggregateColumns(options.includeCount) : histogramColumns(edges.length - 1, options);
    const features = (index: number): Float64Array => {
      if (bins === null) {
        return (aggregates as Float64Array).slice(index * columns.length, (index + 1) * columns.length);
      }
      const places = edges.length + 1;
      const own = (counts[at] as Uint32Array).subarray(index * places, (index + 1) * places);
      const x = histogramFeatures(own, edges, options);
      if (Number.isNaN(x[0])) throw noValueInRange(runId, (units[index] as FeatureUnit).docId, fold, norm, name);
      return x;
    };
    const seen = this.#seen;
    const range = emptyRange(columns.length);
    units.forEach((unit, index) => {
      if (seen[index] === 1 && unit.fold !== fold) widenRange(range, features(index));
    });
    function* rows(): Iterable<FeatureRow> {
      for (const [index, unit] of units.entries()) {
        if (seen[index] === 0) continue;
        const x = features(index);
        const split = unit.fold === fold ? "test" : "train";
        yield { docId: unit.docId, split, x, scaled: scaleFeatures(x, range) };
      }
    }
    return { fold, norm, extractor: name, columns, edges, range, rows };
  }
}

function keepUnit(
  kept: Kept,
  index: number,
  aggregates: Float64Array | undefined,
  counts: readonly Uint32Array[],
): void {
  if (aggregates !== undefined) kept.aggregates?.set(aggregates, index * aggregates.length);
  counts.forEach((own, k) => void kept.counts[k]?.set(own, index * own.length));
}

/** Of an array with as many numbers for each of so many units, those of one. */
function partOf<T extends Float64Array | Uint32Array>(all: T, at: number, units: number): T {
  const size = all.length / units;
  return all.subarray(at * size, (at + 1) * size) as T;
}

function bytesOf({ ids, loss, ratio, maximum }: TokenBases): number {
  return [...new Set([ids, loss, ratio, maximum])].reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
}

function allFinite(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

/** Losses beyond the largest. */
function countBeyond(loss: Float64Array, logprob: Float32Array): number {
  let count = 0;
  for (let i = 0; i < loss.length; i++) if (-(logprob[i] as number) > LARGEST_LOSS) count++;
  return count;
}

/** Tokens for which 1 − (p_max − p) is 0 in float64. */
function countVanished({ logprob, maxLogprob }: ScoredUnit): number {
  let count = 0;
  for (let i = 0; i < logprob.length; i++) {
    if (maxLogprob?.[i] === 0 && Math.exp(logprob[i] as number) === 0) count++;
  }
  return count;
}

function noValueInRange(run: string, unit: string, fold: number, norm: Norm, extractor: string): ContractError {
  const message = `${unit}: all its values lie outside the bins of ${norm}/${extractor} in fold ${fold}`;
  return new ContractError("no-value-in-range", message, {
    fields: { run, unit, fold, norm, extractor },
    wayOut: "Set histogram: fraction, which counts them; the published density has no value for such a document.",
  });
}
