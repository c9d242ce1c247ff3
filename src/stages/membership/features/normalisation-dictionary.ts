import type { DictionaryKind } from "./feature-options.js";

/** Reference probabilities R(v) of one fold. */
export interface NormalisationDictionary {
  readonly kind: DictionaryKind;
  /** One per token of the vocabulary; 0 where `present` says that it is not in the dictionary. */
  readonly values: Float64Array;
  /** Which tokens are in it: 1 or 0. */
  readonly present: Uint8Array;
  /** R of the others: half the smallest value. NaN for a dictionary without tokens. */
  readonly unseen: number;
}

/** Reference values of one chunk of documents, and its weight where chunks are combined. */
export interface ChunkReference {
  /** One per token of the vocabulary. */
  readonly values: Float64Array;
  readonly weight: number;
}

/** Occurrences of every token, added to `counts`. Returns the first token that the vocabulary does not have. */
export function countTokens(ids: Int32Array, counts: Float64Array): number | undefined {
  for (const id of ids) {
    if (id < 0 || id >= counts.length) return id;
    counts[id] = (counts[id] as number) + 1;
  }
  return undefined;
}

/** Token frequencies: counts over their sum, all 0 without tokens. */
export function tokenFrequency(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total === 0 ? counts.slice() : counts.map((count) => count / total);
}

/**
 * Combines the dictionaries of chunks into one: Σ R_c(v) w_c / Σ w_c, a token that a chunk lacks counting 0
 * (`get_train_token_norm` of the published code, with w_c the tokens of the chunk). The smallest value is taken
 * afterwards, once.
 * @param zero what a combined value of 0 means: `absent`, or a `value` like others (the general probability of the
 * published code)
 */
export function combineDictionaries(
  kind: DictionaryKind,
  chunks: readonly ChunkReference[],
  zero: "absent" | "value" = "absent",
): NormalisationDictionary {
  const length = chunks[0]?.values.length ?? 0;
  const total = chunks.reduce((sum, { weight }) => sum + weight, 0);
  const values = new Float64Array(length);
  for (const { values: own, weight } of chunks) {
    const share = total === 0 ? 0 : weight / total;
    for (let v = 0; v < length; v++) values[v] = (values[v] as number) + (own[v] as number) * share;
  }
  const present = Uint8Array.from(values, (value) => (zero === "value" || value > 0 ? 1 : 0));
  let smallest = Number.POSITIVE_INFINITY;
  for (let v = 0; v < length; v++) {
    if (present[v] === 1 && (values[v] as number) < smallest) smallest = values[v] as number;
  }
  return { kind, values, present, unseen: smallest === Number.POSITIVE_INFINITY ? Number.NaN : smallest / 2 };
}

/** log R of every token of the vocabulary, unseen ones included; −∞ where R is 0. */
export function logReference({ values, present, unseen }: NormalisationDictionary): Float64Array {
  const logUnseen = Math.log(unseen);
  return values.map((value, v) => (present[v] === 1 ? Math.log(value) : logUnseen));
}
