import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { AggregateExtractor, aggregateColumns } from "../../../../src/stages/membership/features/aggregate-features.js";
import { FORMS } from "../../../../src/stages/membership/features/feature-options.js";
import {
  binEdges,
  countInBins,
  histogramColumns,
  histogramFeatures,
} from "../../../../src/stages/membership/features/histogram-features.js";
import {
  combineDictionaries,
  countTokens,
  logReference,
  tokenFrequency,
} from "../../../../src/stages/membership/features/normalisation-dictionary.js";
import {
  maximumBase,
  normalisedValues,
  ratioBase,
  tokenLoss,
} from "../../../../src/stages/membership/features/normalise-tokens.js";
import { emptyRange, scaleFeatures, widenRange } from "../../../../src/stages/membership/features/scale-features.js";
import { realData } from "../../../support/real-data.js";

const data = realData("membership");
const published = FORMS.published;

// biome-ignore lint/suspicious/noExplicitAny: reference files of several shapes
const reference = (name: string): any => JSON.parse(readFileSync(data.path("reference", `${name}.json`), "utf8"));

/** Largest difference relative to the expected value, and absolute where that is below 1. */
function difference(actual: ArrayLike<number>, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  return Math.max(
    0,
    ...expected.map((value, i) => Math.abs((actual[i] as number) - value) / Math.max(1, Math.abs(value))),
  );
}

describe.skipIf(!data.present)(`features by the reference values${data.reason}`, () => {
  const inputs = data.present ? reference("inputs") : { docs: [] };
  const V: number = inputs.vocab;
  const matrix = data.present ? readFileSync(data.path("reference", "logprobs.f32le.bin")) : Buffer.alloc(0);
  const floats = new Float32Array(matrix.buffer.slice(matrix.byteOffset, matrix.byteOffset + matrix.length));

  interface Doc {
    readonly chunk: number;
    readonly ids: Int32Array;
    readonly predicted: Int32Array;
    readonly logprob: Float32Array;
    readonly maxLogprob: Float32Array;
    readonly mean: Float64Array;
  }
  const docs: Doc[] = inputs.docs.map(
    (doc: { chunk: number; n_tokens: number; offset_floats: number; input_ids: number[] }) => {
      const ids = Int32Array.from(doc.input_ids);
      const n = doc.n_tokens;
      const row = (i: number) => floats.subarray(doc.offset_floats + i * V, doc.offset_floats + (i + 1) * V);
      const mean = new Float64Array(V);
      for (let i = 1; i < n; i++) {
        for (const [v, value] of row(i).entries()) mean[v] = (mean[v] as number) + Math.exp(value) / (n - 1);
      }
      return {
        chunk: doc.chunk,
        ids,
        predicted: ids.subarray(1),
        logprob: Float32Array.from({ length: n - 1 }, (_, i) => row(i + 1)[ids[i + 1] as number] as number),
        maxLogprob: Float32Array.from({ length: n - 1 }, (_, i) => Math.max(...row(i + 1))),
        mean,
      };
    },
  );
  const chunks = [...new Set(docs.map(({ chunk }) => chunk))].sort();
  const dictionaries = new Map(
    chunks.map((chunk) => {
      const own = docs.filter((doc) => doc.chunk === chunk);
      const counts = new Float64Array(V);
      for (const { ids } of own) countTokens(ids, counts);
      const gp = Float64Array.from(
        { length: V },
        (_, v) => own.reduce((sum, { mean }) => sum + (mean[v] as number), 0) / own.length,
      );
      return [chunk, { tf: tokenFrequency(counts), gp, weight: own.reduce((sum, { ids }) => sum + ids.length, 0) }];
    }),
  );
  const combined = (kind: "tf" | "gp") =>
    combineDictionaries(
      kind,
      chunks
        .filter((chunk) => chunk !== 0)
        .map((chunk) => {
          const { weight, ...own } = dictionaries.get(chunk) as { tf: Float64Array; gp: Float64Array; weight: number };
          return { values: own[kind], weight };
        }),
    );
  const values = (doc: Doc, norm: string): Float64Array => {
    if (norm === "NoNorm") return tokenLoss(doc.logprob, published);
    const base = norm.startsWith("Ratio")
      ? ratioBase(doc.logprob, published)
      : maximumBase(doc.logprob, doc.maxLogprob, published);
    return normalisedValues(base, doc.predicted, logReference(combined(norm.endsWith("TF") ? "tf" : "gp")));
  };

  it("dictionaries of chunks, and combined", () => {
    for (const [chunk, { token_freq, general_proba }] of Object.entries<{
      token_freq: Record<string, number>;
      general_proba: number[];
    }>(reference("norm_dict_per_chunk"))) {
      const own = dictionaries.get(Number(chunk));
      const sparse = Array.from({ length: V }, (_, v) => token_freq[v] ?? 0);
      expect(difference(own?.tf ?? [], sparse)).toBeLessThan(1e-15);
      expect(difference(own?.gp ?? [], general_proba)).toBeLessThan(1e-14);
    }
    const { tf, gp } = reference("normalised_fold0").dict;
    const frequency = combined("tf");
    expect(
      difference(
        frequency.values,
        Array.from({ length: V }, (_, v) => tf[v] ?? 0),
      ),
    ).toBeLessThan(1e-15);
    expect(frequency.unseen).toBeCloseTo(0.0016487140030775995, 15);
    expect(
      difference(
        combined("gp").values,
        Array.from({ length: V }, (_, v) => gp[v]),
      ),
    ).toBeLessThan(1e-14);
  });

  it("token values, features and scaling of fold 0", () => {
    const { values: expected } = reference("normalised_fold0");
    const features = reference("features_fold0");
    const train = docs.filter(({ chunk }) => chunk !== 0);
    const test = docs.filter(({ chunk }) => chunk === 0);
    for (const norm of Object.keys(expected)) {
      const trainValues = train.map((doc) => values(doc, norm));
      const testValues = test.map((doc) => values(doc, norm));
      trainValues.forEach((own, k) => void expect(difference(own, expected[norm].train[k])).toBeLessThan(1e-9));
      testValues.forEach((own, k) => void expect(difference(own, expected[norm].test[k])).toBeLessThan(1e-9));

      const extractor = new AggregateExtractor(published);
      const all = trainValues.flatMap((own) => [...own]);
      const edges = binEdges(Math.min(...all), Math.max(...all), 20);
      expect(difference(edges, features[norm].hist_20.bins)).toBeLessThan(1e-9);
      const histogram = (own: Float64Array) => {
        const counts = new Uint32Array(22);
        countInBins(own, edges, counts);
        return histogramFeatures(counts, edges, published);
      };
      for (const [name, extract, columns] of [
        ["simple_agg", (own: Float64Array) => extractor.extract(own), aggregateColumns(true)],
        ["hist_20", histogram, histogramColumns(20, published)],
      ] as const) {
        const want = features[norm][name];
        expect(columns).toEqual(want.columns);
        const [rawTrain, rawTest] = [trainValues.map(extract), testValues.map(extract)];
        const range = emptyRange(columns.length);
        for (const row of rawTrain) widenRange(range, row);
        rawTrain.forEach((row, k) => {
          expect(difference(row, want.train_raw[k])).toBeLessThan(1e-9);
          expect(difference(scaleFeatures(row, range), want.train_scaled[k])).toBeLessThan(1e-9);
        });
        rawTest.forEach((row, k) => {
          expect(difference(row, want.test_raw[k])).toBeLessThan(1e-9);
          expect(difference(scaleFeatures(row, range), want.test_scaled[k])).toBeLessThan(1e-9);
        });
      }
    }
  });

  it("edge cases", () => {
    const edge = reference("edge_cases");
    const { input_ids: ids, token_norm: norm, nll, max_proba } = edge.input;
    const places = Object.keys(nll).map(Number);
    const logprob = places.map((place) => -nll[place]);
    const predicted = Int32Array.from(places, (place) => ids[place]);
    const dictionary = combineDictionaries("tf", [
      { values: Float64Array.from({ length: 100 }, (_, v) => norm[v] ?? 0), weight: 1 },
    ]);
    expect(dictionary.unseen).toBe(0.025);
    const log = logReference(dictionary);
    expect([...tokenLoss(logprob, published)].map((x) => x + 0)).toEqual(edge.NoNorm);
    expect(difference(normalisedValues(ratioBase(logprob, published), predicted, log), edge.RatioNorm)).toBeLessThan(
      1e-12,
    );
    const best = places.map((place) => Math.log(max_proba[place]));
    expect(
      difference(normalisedValues(maximumBase(logprob, best, published), predicted, log), edge.MaxNorm),
    ).toBeLessThan(1e-12);

    const all = edge.hist.train.flat() as number[];
    const edges = binEdges(Math.min(...all), Math.max(...all), edge.hist.bins.length - 1);
    expect([...edges]).toEqual(edge.hist.bins);
    for (const [rows, want] of [
      [edge.hist.train, edge.hist.train_feats],
      [edge.hist.test, edge.hist.test_feats],
    ]) {
      rows.forEach((row: number[], k: number) => {
        const counts = new Uint32Array(edges.length + 1);
        countInBins(Float64Array.from(row), edges, counts);
        const found = [...histogramFeatures(counts, edges, published)];
        expect(found).toEqual(want[k].map((value: number | null) => value ?? Number.NaN));
      });
    }

    const aggregate = new AggregateExtractor(published);
    edge.agg.input.forEach((row: number[], k: number) => {
      expect(difference(aggregate.extract(Float64Array.from(row)), edge.agg.output[k])).toBeLessThan(1e-15);
    });
    expect(aggregateColumns(true)).toEqual(edge.agg.columns);
  });
});
