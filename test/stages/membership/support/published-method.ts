import type { ReferenceDocument, ReferenceSet } from "./reference-set.js";

export const NORMS = ["NoNorm", "RatioNormTF", "RatioNormGP", "MaxNormTF", "MaxNormGP"] as const;
export type Norm = (typeof NORMS)[number];
export const PERCENTILES = [1, 5, 10, 25, 50, 75, 90, 95, 99];
export const MINK = [5, 10, 20, 30, 40, 50, 60];

/** `corrected` differs from `published` in GP, `count`, histogram and what is not finite. */
export type Form = "published" | "corrected";

interface Token {
  readonly id: number;
  readonly row: Float64Array;
}

const known = new WeakMap<ReferenceDocument, Token[]>();

/** Probabilities of every token that is predicted, in the order of the document. */
function predicted(set: ReferenceSet, doc: ReferenceDocument): Token[] {
  const found = known.get(doc);
  if (found !== undefined) return found;
  const tokens = doc.input_ids.slice(1).map((id, i) => {
    const begin = doc.offset_floats + (i + 1) * set.vocab;
    return { id, row: Float64Array.from(set.floats.subarray(begin, begin + set.vocab), Math.exp) };
  });
  known.set(doc, tokens);
  return tokens;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean of the distributions of a document. */
function meanDistribution(set: ReferenceSet, doc: ReferenceDocument): number[] {
  const tokens = predicted(set, doc);
  return Array.from({ length: set.vocab }, (_, v) => mean(tokens.map(({ row }) => row[v] as number)));
}

export interface ChunkDictionary {
  readonly token_freq: Readonly<Record<string, number>>;
  readonly general_proba: readonly number[];
}

/** Dictionaries of every chunk, as the published code makes them. */
export function chunkDictionaries(set: ReferenceSet): Record<string, ChunkDictionary> {
  return Object.fromEntries(
    chunksOf(set).map((chunk) => {
      const docs = set.docs.filter((doc) => doc.chunk === chunk);
      const ids = docs.flatMap(({ input_ids }) => input_ids);
      const token_freq: Record<string, number> = {};
      for (const id of ids) token_freq[id] = (token_freq[id] ?? 0) + 1 / ids.length;
      const means = docs.map((doc) => meanDistribution(set, doc));
      const general_proba = Array.from({ length: set.vocab }, (_, v) => mean(means.map((own) => own[v] as number)));
      return [chunk, { token_freq, general_proba }];
    }),
  );
}

export function chunksOf(set: { readonly docs: readonly { readonly chunk: number }[] }): number[] {
  return [...new Set(set.docs.map(({ chunk }) => chunk))].sort((a, b) => a - b);
}

/** Σ R_c(v) n_c / Σ n_c over all chunks but one, of the tokens that have a value. */
export function combinedDictionary(
  set: ReferenceSet,
  dictionaries: Readonly<Record<string, ChunkDictionary>>,
  testChunk: number,
  kind: "tf" | "gp",
): Map<number, number> {
  const train = chunksOf(set).filter((chunk) => chunk !== testChunk);
  const weights = train.map((chunk) => {
    const own = set.docs.filter((doc) => doc.chunk === chunk);
    return own.reduce((sum, { input_ids }) => sum + input_ids.length, 0);
  });
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const combined = new Map<number, number>();
  for (let v = 0; v < set.vocab; v++) {
    const values = train.map((chunk) => {
      const { token_freq, general_proba } = dictionaries[chunk] as ChunkDictionary;
      return kind === "gp" ? general_proba[v] : token_freq[v];
    });
    if (values.every((value) => value === undefined)) continue;
    combined.set(v, values.reduce<number>((sum, value, c) => sum + (value ?? 0) * (weights[c] as number), 0) / all);
  }
  return combined;
}

/** Mean of all distributions of the training documents. */
function tokenMeans(set: ReferenceSet, testChunk: number): Map<number, number> {
  const tokens = set.docs.filter(({ chunk }) => chunk !== testChunk).flatMap((doc) => predicted(set, doc));
  return new Map(
    Array.from({ length: set.vocab }, (_, v) => [v, mean(tokens.map(({ row }) => row[v] as number))] as const),
  );
}

export interface DocumentFeatures {
  readonly x: readonly number[];
  readonly scaled: readonly number[];
}

export interface FoldFeatures {
  readonly columns: readonly string[];
  readonly bins: readonly number[];
  readonly documents: ReadonlyMap<string, DocumentFeatures>;
  readonly train: readonly string[];
  readonly test: readonly string[];
}

/**
 * Everything of one fold, by the formulas of Meeus et al. 2024 in probabilities, slowly.
 * @returns the dictionaries, and features by normalisation and extractor (`simple_agg`, `hist_K`)
 */
export function foldOf(
  set: ReferenceSet,
  dictionaries: Readonly<Record<string, ChunkDictionary>>,
  given: { readonly testChunk: number; readonly extractors: readonly string[]; readonly form: Form },
): {
  readonly tf: ReadonlyMap<number, number>;
  readonly gp: ReadonlyMap<number, number>;
  readonly features: Readonly<Record<Norm, Readonly<Record<string, FoldFeatures>>>>;
} {
  const { testChunk, extractors, form } = given;
  const tf = combinedDictionary(set, dictionaries, testChunk, "tf");
  const gp = form === "published" ? combinedDictionary(set, dictionaries, testChunk, "gp") : tokenMeans(set, testChunk);
  const [train, test] = [true, false].map((isTrain) => set.docs.filter((doc) => (doc.chunk !== testChunk) === isTrain));
  const features = Object.fromEntries(
    NORMS.map((norm) => {
      const dictionary = norm.endsWith("TF") ? tf : gp;
      const unseen = Math.min(...dictionary.values()) / 2;
      const reference = (id: number) => dictionary.get(id) ?? unseen;
      const valuesOf = (doc: ReferenceDocument) =>
        predicted(set, doc).map(({ id, row }) => normalised(norm, row, id, reference(id), form));
      const values = new Map(set.docs.map((doc) => [String(doc.doc), valuesOf(doc)]));
      const names = (docs: readonly ReferenceDocument[] = []) => docs.map(({ doc }) => String(doc));
      const own = extractors.map((extractor) => [
        extractor,
        describeFold(extractor, values, { train: names(train), test: names(test) }, form),
      ]);
      return [norm, Object.fromEntries(own)];
    }),
  );
  return { tf, gp, features: features as Record<Norm, Record<string, FoldFeatures>> };
}

function normalised(norm: Norm, row: Float64Array, id: number, reference: number, form: Form): number {
  const p = row[id] as number;
  let value: number;
  if (norm === "NoNorm") return -Math.log(p);
  if (norm.startsWith("Ratio")) value = -Math.log(p / reference);
  else value = -Math.log((1 - (Math.max(...row) - p)) / reference);
  return Number.isFinite(value) || form === "corrected" ? value : 1e-5;
}

function describeFold(
  extractor: string,
  values: ReadonlyMap<string, readonly number[]>,
  split: { readonly train: readonly string[]; readonly test: readonly string[] },
  form: Form,
): FoldFeatures {
  const all = split.train.flatMap((name) => values.get(name) as readonly number[]);
  let [low, high] = [all[0] as number, all[0] as number];
  for (const value of all) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const isHistogram = extractor.startsWith("hist_");
  const bins = isHistogram ? linspace(low, high, Number(extractor.slice(5))) : [];
  const describe = isHistogram
    ? (own: readonly number[]) => histogram(own, bins, form)
    : (own: readonly number[]) => aggregates(own, form);
  const x = new Map([...values].map(([name, own]) => [name, describe(own)]));
  const rows = split.train.map((name) => x.get(name) as number[]);
  const columns = isHistogram ? histogramNames(bins.length - 1, form) : aggregateNames(form);
  const lowest = columns.map((_, k) => Math.min(...rows.map((row) => row[k] as number)));
  const highest = columns.map((_, k) => Math.max(...rows.map((row) => row[k] as number)));
  const scale = (value: number, k: number) => {
    const range = (highest[k] as number) - (lowest[k] as number);
    return range === 0 ? 0 : (value - (lowest[k] as number)) / range;
  };
  const documents = new Map([...x].map(([name, own]) => [name, { x: own, scaled: own.map(scale) }]));
  return { columns, bins, documents, ...split };
}

const aggregateNames = (form: Form) => [
  "mean",
  "min",
  "max",
  "std",
  ...(form === "published" ? ["count"] : []),
  ...PERCENTILES.map((percent) => `perc_${percent}`),
];

const histogramNames = (bins: number, form: Form) => [
  ...Array.from({ length: bins }, (_, k) => `rel_count_bin_${k}`),
  ...(form === "published" ? [] : ["underflow", "overflow"]),
];

function aggregates(values: readonly number[], form: Form): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const centre = mean(values);
  const percentile = (percent: number) => {
    const place = (percent / 100) * (sorted.length - 1);
    const below = sorted[Math.floor(place)] as number;
    return below + (place - Math.floor(place)) * ((sorted[Math.ceil(place)] as number) - below);
  };
  return [
    centre,
    sorted[0] as number,
    sorted.at(-1) as number,
    Math.sqrt(mean(values.map((value) => (value - centre) ** 2))),
    ...(form === "published" ? [values.length] : []),
    ...PERCENTILES.map(percentile),
  ];
}

function linspace(low: number, high: number, bins: number): number[] {
  const [from, to] = low === high ? [low - 0.5, high + 0.5] : [low, high];
  return Array.from({ length: bins + 1 }, (_, k) => (k === bins ? to : from + k * ((to - from) / bins)));
}

function histogram(values: readonly number[], edges: readonly number[], form: Form): number[] {
  const bins = edges.length - 1;
  const [low, high] = [edges[0] as number, edges[bins] as number];
  const isIn = (value: number, k: number) =>
    value >= (edges[k] as number) && (k === bins - 1 ? value <= high : value < (edges[k + 1] as number));
  const counts = Array.from({ length: bins }, (_, k) => values.filter((value) => isIn(value, k)).length);
  if (form === "published") {
    const inside = values.filter((value) => value >= low && value <= high).length;
    return counts.map((count, k) => count / (inside * ((edges[k + 1] as number) - (edges[k] as number))));
  }
  const [below, above] = [values.filter((value) => value < low), values.filter((value) => value > high)];
  return [...counts, below.length, above.length].map((count) => count / values.length);
}

/** Sequence attacks on every whole document, under the names of the published values. */
export function sequenceAttacks(set: ReferenceSet): Record<string, number | string | null>[] {
  return set.docs.map((doc) => {
    const tokens = predicted(set, doc);
    const losses = tokens.map(({ row, id }) => -Math.log(row[id] as number));
    const spread = tokens.map(({ row }) => {
      const possible = [...row].filter((p) => p > 0);
      const mu = possible.reduce((sum, p) => sum + p * Math.log(p), 0);
      // As published, also where probabilities do not quite add up to 1.
      const square = possible.reduce((sum, p) => sum + p * Math.log(p) ** 2, 0);
      return { mu, sigma: Math.sqrt(square - mu ** 2) };
    });
    const z = losses.map((loss, i) => (-loss - (spread[i]?.mu ?? 0)) / (spread[i]?.sigma ?? 1));
    const lowest = (values: readonly number[], percent: number) => {
      const kept = [...values].sort((a, b) => a - b).slice(0, Math.floor((values.length * percent) / 100));
      return kept.length === 0 ? null : mean(kept);
    };
    const logs = losses.map((loss) => -loss);
    const byLog = logs.map((_, i) => i).sort((a, b) => (logs[a] as number) - (logs[b] as number));
    const surprising = byLog
      .slice(0, Math.floor(0.4 * logs.length))
      .filter((i) => -(spread[i]?.mu ?? 0) < 2)
      .map((i) => logs[i] as number);
    return {
      doc: doc.doc,
      label: doc.label,
      loss_score: mean(logs),
      ppl: Math.exp(mean(losses)),
      ...Object.fromEntries(
        MINK.flatMap((percent) => [
          [`mink_${percent}`, lowest(logs, percent)],
          [`minkpp_${percent}`, lowest(z, percent)],
        ]),
      ),
      surp_k40_ent2: surprising.length === 0 ? -100 : mean(surprising),
      mean_rank: mean(tokens.map(({ row, id }) => row.filter((p) => p > (row[id] as number)).length)),
      mean_entropy: mean(spread.map(({ mu }) => -mu)),
      mean_maxprob: mean(tokens.map(({ row }) => Math.max(...row))),
    };
  });
}

/**
 * Logistic regression with penalty ½‖w‖² and weight 1 on the losses, by Newton's method with elimination; the last
 * coefficient is the intercept.
 */
export function logisticRegression(x: readonly (readonly number[])[], y: readonly number[]): number[] {
  const rows = x.map((row) => [...row, 1]);
  const m = (rows[0] as number[]).length;
  const w = new Array<number>(m).fill(0);
  for (let step = 0; step < 60; step++) {
    const p = rows.map((row) => probability(row, w));
    const penalty = (k: number) => (k === m - 1 ? 0 : 1);
    const gradient = w.map(
      (own, k) =>
        penalty(k) * own +
        rows.reduce((sum, row, i) => sum + ((p[i] as number) - (y[i] as number)) * (row[k] as number), 0),
    );
    const hessian = w.map((_, k) =>
      w.map(
        (_own, l) =>
          (k === l ? penalty(k) : 0) +
          rows.reduce((sum, row, i) => {
            const q = p[i] as number;
            return sum + q * (1 - q) * (row[k] as number) * (row[l] as number);
          }, 0),
      ),
    );
    const change = solve(hessian, gradient);
    for (let k = 0; k < m; k++) w[k] = (w[k] as number) - (change[k] as number);
    if (Math.max(...change.map(Math.abs)) < 1e-11) return w;
  }
  throw new Error("the logistic regression of the test has not converged");
}

export function probability(row: readonly number[], w: readonly number[]): number {
  const score = w.reduce((sum, own, k) => sum + own * (row[k] ?? 1), 0);
  return 1 / (1 + Math.exp(-score));
}

function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] as number]);
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k; i < n; i++) if (Math.abs(rows[i]?.[k] ?? 0) > Math.abs(rows[best]?.[k] ?? 0)) best = i;
    [rows[k], rows[best]] = [rows[best] as number[], rows[k] as number[]];
    const pivot = rows[k] as number[];
    for (const [i, row] of rows.entries()) {
      if (i === k) continue;
      const factor = (row[k] as number) / (pivot[k] as number);
      for (let j = k; j <= n; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
    }
  }
  return rows.map((row, k) => (row[n] as number) / (row[k] as number));
}

/** Share of pairs in which the member has the higher score, ties half; null with one class. */
export function pairwiseArea(scores: readonly { readonly score: number; readonly label: number }[]): number | null {
  const [members, others] = [1, 0].map((label) => scores.filter((own) => own.label === label));
  if (members === undefined || others === undefined || members.length * others.length === 0) return null;
  let wins = 0;
  for (const { score } of members)
    for (const other of others) wins += score > other.score ? 1 : score === other.score ? 0.5 : 0;
  return wins / (members.length * others.length);
}
