import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import {
  chunkDictionaries,
  chunksOf,
  combinedDictionary,
  type FoldFeatures,
  foldOf,
  NORMS,
  sequenceAttacks,
} from "../stages/membership/support/published-method.js";
import type { ReferenceDocument, ReferenceSet } from "../stages/membership/support/reference-set.js";
import { realData, repositoryRoot } from "../support/real-data.js";
import { neurotablesJson, query } from "../support/run-neurotables.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { expectReference } from "./support/reference-expectation.js";

const data = realData("membership");
const reason = data.present ? "" : data.reason;

// biome-ignore lint/suspicious/noExplicitAny: reference files of several shapes
const reference = (name: string): any => JSON.parse(readFileSync(data.path("reference", `${name}.json`), "utf8"));

function readSet(): ReferenceSet {
  const { vocab, docs } = reference("inputs") as { vocab: number; docs: ReferenceDocument[] };
  const bytes = readFileSync(data.path("reference", "logprobs.f32le.bin"));
  const floats = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return { vocab, docs, floats };
}

/** The published features of fold 0 by document; documents are in the order of the inputs. */
function publishedFeatures(set: ReferenceSet): Record<string, Record<string, FoldFeatures>> {
  const names = (isTest: boolean) =>
    set.docs.filter(({ chunk }) => (chunk === 0) === isTest).map(({ doc }) => `${doc}`);
  const [train, test] = [names(false), names(true)];
  const file = reference("features_fold0");
  return Object.fromEntries(
    NORMS.map((norm) => [
      norm,
      Object.fromEntries(
        Object.keys(file[norm]).map((extractor) => {
          const { columns, bins = [], train_raw, test_raw, train_scaled, test_scaled } = file[norm][extractor];
          const rows = [
            ...train.map((name, i) => [name, { x: train_raw[i], scaled: train_scaled[i] }] as const),
            ...test.map((name, i) => [name, { x: test_raw[i], scaled: test_scaled[i] }] as const),
          ];
          return [extractor, { columns, bins, documents: new Map(rows), train, test }];
        }),
      ),
    ]),
  );
}

describe.skipIf(!data.present)(`membership-scores on the published reference inputs${reason}`, () => {
  const home = join(temporaryDirectory(), "home");
  let summary: RunSummary;

  beforeAll(async () => {
    const pipeline = join(repositoryRoot, "pipelines", "membership-scores.yaml");
    summary = await neurotablesJson(["run", pipeline, "--sources", data.root, "--home", home]);
  }, 120_000);

  it("ends with every check held", () => {
    expect(summary.exitCode).toBe(0);
    expect(summary.checks.filter(({ status }) => status === "failed")).toEqual([]);
  });

  it("has every published value in its tables", async () => {
    const set = readSet();
    const perChunk = reference("norm_dict_per_chunk");
    const { tf, gp } = reference("normalised_fold0").dict;
    const asMap = (values: Record<string, number>) => new Map(Object.entries(values).map(([id, own]) => [+id, own]));
    const folds = chunksOf(set).map((fold) =>
      fold === 0
        ? { fold, tf: asMap(tf), gp: asMap(gp), features: publishedFeatures(set) }
        : {
            fold,
            tf: combinedDictionary(set, perChunk, fold, "tf"),
            gp: combinedDictionary(set, perChunk, fold, "gp"),
            features: {},
          },
    );
    const auc = reference("meta_classifier_auc");
    const regressions = NORMS.flatMap((norm) =>
      Object.keys(auc[norm]).flatMap((extractor) =>
        auc[norm][extractor]
          .filter(({ lr_proba }: { lr_proba: number[] | null }) => lr_proba !== null)
          .map(({ fold, lr_proba }: { fold: number; lr_proba: number[] }) => {
            const docs = set.docs.filter(({ chunk }) => chunk === fold);
            expect(lr_proba).toHaveLength(docs.length);
            const probabilities = new Map(docs.map(({ doc }, i) => [String(doc), lr_proba[i] as number]));
            return { norm, extractor, fold, probabilities };
          }),
      ),
    );
    expect(regressions).toHaveLength(50);
    const { attacks } = reference("sequence_attacks");
    await expectReference({ home, experiment: "reference", form: "published", folds, attacks, regressions });
  }, 120_000);

  it("has the areas of both classifiers within their ranges, and the losses of every document", async () => {
    const rows = await query<{ attack: string; fold: number; auc: number }>(
      home,
      "select attack, fold, auc from membership.metric where part like 'fold_%'",
    );
    const found = new Map(rows.map(({ attack, fold, auc }) => [`${attack} ${fold}`, auc]));
    let compared = 0;
    for (const [norm, extractors] of Object.entries<Record<string, PublishedArea[]>>(
      reference("meta_classifier_auc"),
    )) {
      for (const [extractor, folds] of Object.entries(extractors)) {
        for (const { fold, rf_auc_seed0_500trees, rf_auc_seeds1to4_200trees, lr_auc } of folds) {
          const seeds = [rf_auc_seed0_500trees, ...rf_auc_seeds1to4_200trees];
          const forest = found.get(`${norm}/${extractor}/random_forest ${fold}`) ?? Number.NaN;
          const place = `${norm}/${extractor} of fold ${fold}`;
          expect(forest, place).toBeGreaterThanOrEqual(Math.min(...seeds) - 0.08 - 1e-9);
          expect(forest, place).toBeLessThanOrEqual(Math.max(...seeds) + 0.08 + 1e-9);
          expect(found.get(`${norm}/${extractor}/logistic_regression ${fold}`), place).toBeCloseTo(lr_auc, 9);
          compared++;
        }
      }
    }
    expect(compared).toBe(75);
    const losses = await query<{ doc_id: string; nll: number; first: number[]; best: number[] }>(
      home,
      `select doc_id, avg(-logprob::double) as nll, list(-logprob::double order by pos)[:5] as first,
       list(exp(max_logprob::double) order by pos)[:5] as best from membership.token_score group by doc_id`,
    );
    const scores = reference("doc_scores") as PublishedScore[];
    expect(losses).toHaveLength(scores.length);
    for (const { doc, mean_nll, nll_first5, max_proba_first5 } of scores) {
      const own = losses.find(({ doc_id }) => doc_id === String(doc));
      expect(own?.nll).toBeCloseTo(mean_nll, 9);
      nll_first5.forEach((value, i) => void expect(own?.first[i]).toBeCloseTo(value, 12));
      max_proba_first5.forEach((value, i) => void expect(own?.best[i]).toBeCloseTo(value, 9));
    }
  }, 60_000);

  it("is the same method as the tests compute on other sets", () => {
    const set = readSet();
    const dictionaries = chunkDictionaries(set);
    for (const [chunk, { token_freq, general_proba }] of Object.entries(dictionaries)) {
      const published = reference("norm_dict_per_chunk")[chunk];
      expect(Object.keys(token_freq)).toEqual(Object.keys(published.token_freq));
      for (const [id, value] of Object.entries(token_freq)) expect(value).toBeCloseTo(published.token_freq[id], 12);
      general_proba.forEach((value, v) => void expect(value).toBeCloseTo(published.general_proba[v], 12));
    }
    const { features } = foldOf(set, dictionaries, {
      testChunk: 0,
      extractors: ["simple_agg", "hist_20"],
      form: "published",
    });
    for (const [norm, extractors] of Object.entries(publishedFeatures(set))) {
      for (const [extractor, { columns, bins, documents }] of Object.entries(extractors)) {
        const own = features[norm as keyof typeof features][extractor] as FoldFeatures;
        expect(own.columns).toEqual(columns);
        bins.forEach((edge, k) => void expect(own.bins[k]).toBeCloseTo(edge, 9));
        for (const [name, { x, scaled }] of documents) {
          x.forEach((value, k) => void expect(own.documents.get(name)?.x[k]).toBeCloseTo(value, 9));
          scaled.forEach((value, k) => void expect(own.documents.get(name)?.scaled[k]).toBeCloseTo(value, 9));
        }
      }
    }
    const published = reference("sequence_attacks").attacks as Record<string, number>[];
    for (const [i, own] of sequenceAttacks(set).entries()) {
      for (const [name, value] of Object.entries(own)) {
        expect(Math.abs((value as number) - (published[i]?.[name] as number)), `${name} of ${i}`).toBeLessThan(1e-9);
      }
    }
  }, 60_000);
});

interface PublishedArea {
  readonly fold: number;
  readonly rf_auc_seed0_500trees: number;
  readonly rf_auc_seeds1to4_200trees: number[];
  readonly lr_auc: number;
}

interface PublishedScore {
  readonly doc: number;
  readonly mean_nll: number;
  readonly nll_first5: number[];
  readonly max_proba_first5: number[];
}
