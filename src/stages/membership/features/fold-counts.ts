import type { Data } from "apache-arrow";
import { ContractError } from "../../../base/errors.js";
import { childRange } from "../../../formats/arrow/array-view.js";
import { valueReader } from "../../../formats/arrow/value-reader.js";
import type { TableSource } from "../../../tables/table-io.js";
import type { TransformContext } from "../../../transforms/transform.js";
import type { AssignedUnit } from "../read-assignment.js";
import { tokenUnits } from "../scored-units.js";
import type { FeatureUnit } from "./feature-extraction.js";
import type { DictionaryKind, FeatureOptions } from "./feature-options.js";
import {
  type ChunkReference,
  combineDictionaries,
  countTokens,
  type NormalisationDictionary,
  tokenFrequency,
} from "./normalisation-dictionary.js";
import { ReproducibleSum } from "./reproducible-sum.js";

/** What the units of each fold contribute to dictionaries. */
export class FoldCounts {
  readonly units: readonly FeatureUnit[];
  readonly folds: readonly number[];
  /** Units with predicted tokens that have no mean distribution. */
  readonly lacksMeans: number;
  readonly #counts: ReadonlyMap<number, Float64Array>;
  readonly #means: ReadonlyMap<number, FoldMeans>;

  private constructor(given: {
    readonly units: readonly FeatureUnit[];
    readonly counts: ReadonlyMap<number, Float64Array>;
    readonly means: ReadonlyMap<number, FoldMeans>;
    readonly lacksMeans: number;
  }) {
    this.units = given.units;
    this.folds = [...given.counts.keys()].sort((a, b) => a - b);
    this.#counts = given.counts;
    this.#means = given.means;
    this.lacksMeans = given.lacksMeans;
  }

  /**
   * Counts tokens and adds mean distributions of the labelled units.
   * @throws {ContractError} `contract/missing-tokens`, `contract/token-number`, `contract/vocabulary`.
   */
  static async read(
    context: Pick<TransformContext<unknown>, "input" | "signal">,
    run: { readonly run_id: string; readonly vocabulary: number },
    assigned: readonly AssignedUnit[],
    options: FeatureOptions,
  ): Promise<FoldCounts> {
    const labelled = assigned.filter(({ label, fold }) => label !== null && fold !== null);
    const foldOf = new Map(labelled.map(({ docId, fold }) => [docId, fold as number]));
    const counts = new Map<number, Float64Array>();
    const lengths = new Map<string, number>();
    for await (const { docId, inputIds } of tokenUnits(context.input("token"))) {
      const fold = foldOf.get(docId);
      if (fold === undefined) continue;
      context.signal.throwIfAborted();
      lengths.set(docId, inputIds.length);
      const own = counts.get(fold) ?? new Float64Array(run.vocabulary);
      counts.set(fold, own);
      const unknown = countTokens(inputIds, own);
      if (unknown === undefined) continue;
      const message = `${docId} has the token ${unknown}; the vocabulary of ${run.run_id} has ${run.vocabulary}`;
      throw new ContractError("token-number", message, { fields: { run: run.run_id, unit: docId, token: unknown } });
    }
    const units = labelled.map(({ docId, fold }) => {
      const tokens = lengths.get(docId);
      if (tokens !== undefined) return { docId, fold: fold as number, tokens };
      throw new ContractError("missing-tokens", `${run.run_id}: ${docId} is assigned a fold but has no tokens`, {
        fields: { run: run.run_id, unit: docId },
      });
    });
    const means = new Map<number, FoldMeans>();
    for (const fold of counts.keys()) means.set(fold, new FoldMeans(run.vocabulary, units, options));
    let found = 0;
    for await (const { docId, predicted, p } of meanUnits(context.input("document_mean_probability"), run.run_id)) {
      const fold = foldOf.get(docId);
      if (fold === undefined || predicted === 0) continue;
      if (p.length !== run.vocabulary) {
        const message = `${docId}: its mean distribution has ${p.length} tokens, the vocabulary ${run.vocabulary}`;
        throw new ContractError("vocabulary", message, {
          fields: { run: run.run_id, unit: docId, tokens: p.length, vocabulary: run.vocabulary },
        });
      }
      means.get(fold)?.add(p, predicted);
      found++;
    }
    const lacksMeans = units.filter(({ tokens }) => tokens > 1).length - found;
    return new FoldCounts({ units, counts, means, lacksMeans });
  }

  /** Dictionaries of all folds but one, general probability first. */
  dictionariesWithout(fold: number, options: FeatureOptions): NormalisationDictionary[] {
    const training = this.folds.filter((other) => other !== fold);
    const weight = (own: Float64Array) => own.reduce((sum, count) => sum + count, 0);
    const combine = (kind: DictionaryKind, chunk: (fold: number) => ChunkReference, zero: "absent" | "value") =>
      combineDictionaries(kind, training.map(chunk), zero);
    const frequency = combine(
      "tf",
      (own) => {
        const counts = this.#counts.get(own) as Float64Array;
        return { values: tokenFrequency(counts), weight: weight(counts) };
      },
      "absent",
    );
    if (this.lacksMeans > 0) return [frequency];
    const general = combine(
      "gp",
      (own) => {
        const { values, predicted } = (this.#means.get(own) as FoldMeans).mean();
        const perToken = options.generalProbability === "token";
        return { values, weight: perToken ? predicted : weight(this.#counts.get(own) as Float64Array) };
      },
      options.nonfinite === "upstream" ? "value" : "absent",
    );
    return [general, frequency];
  }
}

/** Mean distribution over the units of a fold. */
class FoldMeans {
  readonly #sum: ReproducibleSum;
  readonly #perToken: boolean;
  #documents = 0;
  #predicted = 0;

  constructor(vocabulary: number, units: readonly FeatureUnit[], { generalProbability }: FeatureOptions) {
    const tokens = units.reduce((sum, unit) => sum + unit.tokens, 0);
    this.#perToken = generalProbability === "token";
    this.#sum = new ReproducibleSum(vocabulary, this.#perToken ? tokens : units.length, units.length);
  }

  add(p: ArrayLike<number>, predicted: number): void {
    this.#sum.add(p, this.#perToken ? predicted : 1);
    this.#documents++;
    this.#predicted += predicted;
  }

  mean(): { readonly values: Float64Array; readonly predicted: number } {
    const total = this.#perToken ? this.#predicted : this.#documents;
    const values = this.#sum.total().map((value) => (total === 0 ? 0 : value / total));
    return { values, predicted: this.#predicted };
  }
}

/** Mean distributions of a run; `p` is a view of its batch. */
async function* meanUnits(
  table: TableSource,
  runId: string,
): AsyncGenerator<{ readonly docId: string; readonly predicted: number; readonly p: Float64Array }> {
  const columns = ["doc_id", "n_predicted", "p"];
  for await (const batch of table.batches(columns, { run_id: runId })) {
    const [docs, predicted, lists] = batch.data.children as [Data, Data, Data];
    const docIdAt = valueReader(docs);
    const items = lists.children[0]?.values as Float64Array;
    for (let row = 0; row < batch.numRows; row++) {
      const { from, to } = childRange(lists, row, 1);
      const p = items.subarray(from, to);
      yield { docId: docIdAt(row) as string, predicted: predicted.values[row] as number, p };
    }
  }
}
