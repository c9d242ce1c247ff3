import { readdirSync, readFileSync, statSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { fitLogisticRegression } from "../../../src/compute/statistics/logistic-regression.js";
import { areaUnderCurve } from "../../../src/compute/statistics/roc.js";
import type { SourceFile } from "../../../src/loaders/loader.js";
import { tokenScores } from "../../../src/loaders/membership/token-scores.js";
import { classify } from "../../../src/stages/membership/classify.js";
import { features } from "../../../src/stages/membership/features.js";
import type { Row } from "../../../src/tables/contract.js";
import { membershipContract } from "../../support/membership-contracts.js";
import { memoryLoadContext } from "../../support/memory-tables.js";
import { realData } from "../../support/real-data.js";
import { runMembershipStage } from "./support/run-membership-stage.js";

const data = realData("membership");

/** As for the reference: 500 trees with the first, 200 with the others. */
const SEEDS = [0, 1, 2, 3, 4];

interface ReferenceFold {
  readonly fold: number;
  readonly rf_auc_seed0_500trees: number;
  readonly rf_auc_seeds1to4_200trees: readonly number[];
  readonly lr_auc: number;
  readonly lr_proba: readonly number[] | null;
}

interface ReferenceFeatures {
  readonly train_scaled: readonly number[][];
  readonly test_scaled: readonly number[][];
  readonly y_train: readonly number[];
}

function reference<T>(name: string): Record<string, Record<string, T>> {
  return JSON.parse(readFileSync(data.path("reference", `${name}.json`), "utf8"));
}

describe.skipIf(!data.present)(`meta-classifiers by the reference values${data.reason}`, () => {
  const label = new Map<string, number>();
  const rows = new Map<number, Record<string, Row[]>>();

  beforeAll(async () => {
    const files: SourceFile[] = readdirSync(data.path("reference"))
      .sort()
      .map((name) => {
        const absolutePath = data.path("reference", name);
        const bytes = statSync(absolutePath).size;
        return { path: `membership/reference/${name}`, absolutePath, bytes, sha256: "0".repeat(64), sourceId: name };
      });
    const { context, trace } = memoryLoadContext(files, tokenScores.parameters.parse({}), membershipContract);
    await tokenScores.load(context);
    const loaded = trace.rows as Record<string, Row[]>;
    const described = await runMembershipStage(features, loaded, {
      form: "published",
      extractors: ["simple_agg", "hist_20", "hist_100"],
    });
    for (const unit of loaded.assignment ?? []) label.set(unit.doc_id as string, unit.label as number);
    for (const seed of SEEDS) {
      const forests = { classifiers: ["random_forest"], random_forest: { trees: 200 } };
      const inputs = { ...loaded, ...described.rows };
      const classified = await runMembershipStage(classify, inputs, { seed, ...(seed === 0 ? {} : forests) });
      rows.set(seed, classified.rows);
    }
  });

  const scoresOf = (attack: string, fold: number, seed = 0) => {
    const own = (rows.get(seed)?.classifier_score ?? []).filter((row) => row.attack === attack && row.fold === fold);
    own.sort((a, b) => Number(a.doc_id) - Number(b.doc_id));
    const scores = Float64Array.from(own, (row) => row.score as number);
    const labels = Uint8Array.from(own, (row) => label.get(row.doc_id as string) as number);
    return { scores, auc: areaUnderCurve(scores, labels) };
  };

  const settings = data.present
    ? Object.entries(reference<readonly ReferenceFold[]>("meta_classifier_auc")).flatMap(([norm, extractors]) =>
        Object.entries(extractors).map(([extractor, folds]) => ({ attack: `${norm}/${extractor}`, folds })),
      )
    : [];

  it("covers every setting", () => {
    expect(settings.length).toBe(15);
    expect(rows.get(0)?.classifier_fit?.length).toBe(15 * 5 * 2);
  });

  it.each(settings)("random forest on $attack", ({ attack, folds }) => {
    const [found, expected]: [number[], number[]] = [[], []];
    for (const { fold, rf_auc_seed0_500trees: first, rf_auc_seeds1to4_200trees: others } of folds) {
      const seeds = [first, ...others];
      const { auc } = scoresOf(`${attack}/random_forest`, fold);
      expect(auc).toBeGreaterThanOrEqual(Math.min(...seeds) - 0.08 - 1e-9);
      expect(auc).toBeLessThanOrEqual(Math.max(...seeds) + 0.08 + 1e-9);
      found.push(...SEEDS.map((seed) => scoresOf(`${attack}/random_forest`, fold, seed).auc));
      expected.push(...seeds);
    }
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(found) - mean(expected))).toBeLessThanOrEqual(0.06);
  });

  it.each(settings)("logistic regression on $attack", ({ attack, folds }) => {
    for (const { fold, lr_auc, lr_proba } of folds) {
      const { scores, auc } = scoresOf(`${attack}/logistic_regression`, fold);
      expect(auc).toBeCloseTo(lr_auc, 9);
      for (const [i, probability] of (lr_proba ?? []).entries()) {
        expect(Math.abs((scores[i] as number) - probability)).toBeLessThan(1e-4);
      }
    }
  });

  it("logistic regression on the reference features of fold 0", () => {
    const auc = reference<readonly ReferenceFold[]>("meta_classifier_auc");
    let compared = 0;
    for (const [norm, extractors] of Object.entries(reference<ReferenceFeatures>("features_fold0"))) {
      for (const [extractor, { train_scaled, test_scaled, y_train }] of Object.entries(extractors)) {
        const [n, m] = [train_scaled.length, (train_scaled[0] as number[]).length];
        const fit = fitLogisticRegression({
          x: Float64Array.from(train_scaled.flat()),
          n,
          m,
          y: Uint8Array.from(y_train),
        });
        const found = fit.predict(Float64Array.from(test_scaled.flat()), test_scaled.length);
        for (const [i, probability] of (auc[norm]?.[extractor]?.[0]?.lr_proba ?? []).entries()) {
          expect(Math.abs((found[i] as number) - probability)).toBeLessThan(4e-5);
          compared++;
        }
      }
    }
    expect(compared).toBe(100);
  });
});
