import { type BagOfWords, documentFrequency } from "../../../compute/text/bag-of-words.js";
import type { FoldRows } from "./blind-units.js";

/** TF-IDF weights of one fold, by rows like the counts; the vocabulary is that of its training units. */
export interface FoldWeights {
  readonly rows: FoldRows;
  /** 1 for a term that the training units have. */
  readonly known: Uint8Array;
  readonly vocabulary: number;
  readonly weights: Float32Array;
}

/**
 * Weights as scikit-learn's `TfidfVectorizer` gives them: count · (ln((1 + n) / (1 + df)) + 1), each unit of length 1.
 */
export function foldWeights(bag: BagOfWords, rows: FoldRows): FoldWeights {
  const frequency = documentFrequency(bag, rows.train);
  const known = new Uint8Array(bag.size);
  const inverse = new Float64Array(bag.size);
  let vocabulary = 0;
  for (let term = 0; term < bag.size; term++) {
    const df = frequency[term] as number;
    if (df === 0) continue;
    known[term] = 1;
    vocabulary++;
    inverse[term] = Math.log((1 + rows.train.length) / (1 + df)) + 1;
  }
  const weights = new Float32Array(bag.terms.length);
  for (let document = 0; document < bag.documents; document++) {
    const from = bag.starts[document] as number;
    const to = bag.starts[document + 1] as number;
    let squares = 0;
    for (let i = from; i < to; i++)
      squares += ((bag.counts[i] as number) * (inverse[bag.terms[i] as number] as number)) ** 2;
    const norm = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let i = from; i < to; i++) {
      weights[i] = (bag.counts[i] as number) * (inverse[bag.terms[i] as number] as number) * norm;
    }
  }
  return { rows, known, vocabulary, weights };
}

/**
 * Multinomial naive Bayes with add-one smoothing (scikit-learn's `MultinomialNB`) on TF-IDF weights: writes the log-odds
 * of every test unit to `scores`. Cost: the non-zero weights of the fold once, and two logarithms per term.
 * @returns false when the training units are of one class.
 */
export function scoreNaiveBayes(bag: BagOfWords, fold: FoldWeights, labels: Uint8Array, scores: Float64Array): boolean {
  const { known, vocabulary, weights, rows } = fold;
  const sums = [new Float64Array(bag.size), new Float64Array(bag.size)] as const;
  const counts = [0, 0];
  for (const document of rows.train) {
    const label = labels[document] as 0 | 1;
    counts[label] = (counts[label] as number) + 1;
    const sum = sums[label];
    for (let i = bag.starts[document] as number; i < (bag.starts[document + 1] as number); i++) {
      const term = bag.terms[i] as number;
      sum[term] = (sum[term] as number) + (weights[i] as number);
    }
  }
  const [n0, n1] = counts as [number, number];
  if (n0 === 0 || n1 === 0) return false;
  const totals = sums.map((sum) => sum.reduce((total, value) => total + value, vocabulary)) as [number, number];
  const shift = Math.log(totals[0]) - Math.log(totals[1]);
  const odds = new Float64Array(bag.size);
  for (let term = 0; term < bag.size; term++) {
    if (known[term] === 0) continue;
    odds[term] = Math.log(((sums[1][term] as number) + 1) / ((sums[0][term] as number) + 1)) + shift;
  }
  for (const document of rows.test) {
    let score = Math.log(n1 / n0);
    for (let i = bag.starts[document] as number; i < (bag.starts[document + 1] as number); i++) {
      score += (weights[i] as number) * (odds[bag.terms[i] as number] as number);
    }
    scores[document] = score;
  }
  return true;
}
