import { ContractError } from "../../../base/errors.js";
import type { ScoredUnit } from "../scored-units.js";
import type { FeatureOptions } from "./feature-options.js";
import { maximumBase, ratioBase, tokenLoss } from "./normalise-tokens.js";

/**
 * What the normalisations of a unit's predicted tokens start from: F = base + log R. In the order of token numbers, so
 * that tables by token number are read from one end to the other; features do not depend on the order of tokens.
 */
export interface TokenBases {
  /** Rising. */
  readonly ids: Int32Array;
  /** Of NoNorm. */
  readonly loss: Float64Array;
  /** Of RatioNorm; the same array as `loss` where the values are the same. */
  readonly ratio: Float64Array;
  /** Of MaxNorm; absent where the probability of the most probable token is not known. */
  readonly maximum: Float64Array | undefined;
}

/** Computes bases. Memory: a number per token of the vocabulary. */
export class TokenBaseReader {
  readonly #options: FeatureOptions;
  /** Where the next token of each number goes. */
  readonly #next: Int32Array;

  constructor(vocabulary: number, options: FeatureOptions) {
    this.#options = options;
    this.#next = new Int32Array(vocabulary);
  }

  /**
   * Bases of the predicted tokens of a unit. Cost: some 80 ns per token, mostly exponentials and logarithms.
   * @throws {ContractError} `contract/token-number`
   */
  read(unit: ScoredUnit): TokenBases {
    const options = this.#options;
    const { ids, order } = this.#sort(unit);
    const logprob = inOrder(unit.logprob, order);
    const loss = tokenLoss(logprob, options);
    const ratio = options.nonfinite === "upstream" ? ratioBase(logprob, options) : loss;
    const maximum = unit.maxLogprob && maximumBase(logprob, inOrder(unit.maxLogprob, order), options);
    return { ids, loss, ratio: isSame(ratio, loss) ? loss : ratio, maximum };
  }

  #sort({ docId, inputIds, positions }: ScoredUnit): { readonly ids: Int32Array; readonly order: Int32Array } {
    const next = this.#next.fill(0);
    const n = positions.length;
    const ids = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      const id = inputIds[positions[i] as number] as number;
      if (id < 0 || id >= next.length) throw tokenNumber(docId, id, next.length);
      ids[i] = id;
      next[id] = (next[id] as number) + 1;
    }
    for (let id = 0, before = 0; id < next.length; id++) {
      const own = next[id] as number;
      next[id] = before;
      before += own;
    }
    const order = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      const id = ids[i] as number;
      const to = next[id] as number;
      order[to] = i;
      next[id] = to + 1;
    }
    // Each token number now has the end of its range.
    for (let id = 0, i = 0; i < n; id++) {
      const end = next[id] as number;
      for (; i < end; i++) ids[i] = id;
    }
    return { ids, order };
  }
}

function inOrder(values: Float32Array, order: Int32Array): Float32Array {
  const sorted = new Float32Array(order.length);
  for (let i = 0; i < sorted.length; i++) sorted[i] = values[order[i] as number] as number;
  return sorted;
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  if (a === b) return true;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function tokenNumber(docId: string, id: number, vocabulary: number): ContractError {
  return new ContractError("token-number", `${docId} has the token ${id}; the vocabulary has ${vocabulary}`, {
    fields: { unit: docId, token: id, vocabulary },
  });
}
