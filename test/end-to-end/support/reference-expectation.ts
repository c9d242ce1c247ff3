import { expect } from "vitest";
import { type FoldFeatures, NORMS, pairwiseArea } from "../../stages/membership/support/published-method.js";
import { query } from "../../support/run-neurotables.js";

/** What the tables of one run must hold. Folds are those that are looked at, not all need be. */
export interface ReferenceExpectation {
  readonly home: string;
  readonly experiment: string;
  readonly form: "published" | "corrected";
  readonly folds: readonly ExpectedFold[];
  readonly attacks: readonly Readonly<Record<string, number | string | null>>[];
  readonly regressions: readonly ExpectedRegression[];
}

export interface ExpectedFold {
  readonly fold: number;
  readonly tf: ReadonlyMap<number, number>;
  readonly gp: ReadonlyMap<number, number>;
  readonly features: Readonly<Record<string, Readonly<Record<string, FoldFeatures>>>>;
}

export interface ExpectedRegression {
  readonly norm: string;
  readonly extractor: string;
  readonly fold: number;
  readonly probabilities: ReadonlyMap<string, number>;
}

/** Attacks whose published value has the opposite sign, or another name. */
const PUBLISHED: Readonly<Record<string, readonly [attack: string, sign: 1 | -1]>> = {
  loss_score: ["loss", 1],
  ppl: ["ppl", -1],
  surp_k40_ent2: ["surp", 1],
  mean_rank: ["mean_rank", -1],
  mean_entropy: ["mean_entropy", -1],
  mean_maxprob: ["mean_max", 1],
};

function largestDifference(found: readonly (number | null)[] | undefined, expected: readonly number[]): number {
  expect(found?.length).toBe(expected.length);
  let largest = 0;
  for (const [i, value] of expected.entries()) {
    const own = found?.[i];
    const difference =
      own === null || own === undefined ? Number.NaN : Math.abs(own - value) / Math.max(1, Math.abs(value));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** Compares the tables, read by SQL, with every expected value: relative 1e-9, dictionaries 1e-12, regressions 1e-3. */
export async function expectReference(expected: ReferenceExpectation): Promise<void> {
  const run = `run_id = '${expected.experiment}/file'`;
  await expectDictionaries(expected, run);
  await expectFeatures(expected, run);
  await expectAttacks(expected, run);
  await expectRegressions(expected, run);
  await expectAreas(expected, run);
}

async function expectDictionaries({ home, folds }: ReferenceExpectation, run: string): Promise<void> {
  const all = await query<DictionaryRow>(
    home,
    `select fold, kind, token_id, value, unseen_value from membership.norm_dict where ${run} order by token_id`,
  );
  for (const own of folds) {
    for (const kind of ["tf", "gp"] as const) {
      const rows = all.filter((row) => row.fold === own.fold && row.kind === kind);
      const place = `${kind} of fold ${own.fold}`;
      const entries = [...own[kind]].sort(([a], [b]) => a - b);
      expect(
        rows.map(({ token_id }) => token_id),
        place,
      ).toEqual(entries.map(([id]) => id));
      const values = entries.map(([, value]) => value);
      const ratios = rows.map(({ value }, i) => (value === values[i] ? 1 : value / (values[i] as number)));
      expect(
        largestDifference(
          ratios,
          values.map(() => 1),
        ),
        place,
      ).toBeLessThan(1e-12);
      const unseen = Math.min(...own[kind].values()) / 2;
      expect(Math.max(...rows.map(({ unseen_value }) => Math.abs(unseen_value - unseen))), place).toBeLessThan(1e-15);
    }
  }
}

async function expectFeatures({ home, form, folds }: ReferenceExpectation, run: string): Promise<void> {
  const described = folds.filter(({ features }) => Object.keys(features).length > 0).map(({ fold }) => fold);
  const where = `${run} and fold in (${described.join()})`;
  const rows = await query<FeatureRow>(
    home,
    `select fold, norm, extractor, doc_id, split, x, scaled from membership.document_feature where ${where}`,
  );
  const specs = await query<SpecRow>(
    home,
    `select fold, norm, extractor, form, columns, bin_edges from membership.feature_spec where ${where}`,
  );
  const keyOf = (...key: (string | number)[]) => key.join(" ");
  const found = new Map(rows.map((row) => [keyOf(row.fold, row.norm, row.extractor, row.doc_id), row]));
  let compared = 0;
  for (const { fold, features: byNorm } of folds) {
    for (const [norm, extractors] of Object.entries(byNorm)) {
      for (const [extractor, features] of Object.entries(extractors)) {
        const place = `${norm}/${extractor} of fold ${fold}`;
        const spec = specs.find((one) => one.fold === fold && one.norm === norm && one.extractor === extractor);
        expect(spec?.form, place).toBe(form);
        expect(spec?.columns, place).toEqual(features.columns);
        expect(largestDifference(spec?.bin_edges, features.bins), `${place}: edges`).toBeLessThan(1e-9);
        const numbers = rows.filter((row) => row.fold === fold && row.norm === norm && row.extractor === extractor);
        expect(numbers.length, place).toBe(features.documents.size);
        for (const [name, { x, scaled }] of features.documents) {
          const row = found.get(keyOf(fold, norm, extractor, name));
          expect(row?.split, `${place}: ${name}`).toBe(features.test.includes(name) ? "test" : "train");
          expect(largestDifference(row?.x, x), `${place}: ${name}`).toBeLessThan(1e-9);
          expect(largestDifference(row?.scaled, scaled), `${place}: ${name}, scaled`).toBeLessThan(1e-9);
          compared++;
        }
      }
    }
  }
  expect(compared).toBeGreaterThan(0);
}

interface DictionaryRow {
  readonly fold: number;
  readonly kind: string;
  readonly token_id: number;
  readonly value: number;
  readonly unseen_value: number;
}

interface FeatureRow {
  readonly fold: number;
  readonly norm: string;
  readonly extractor: string;
  readonly doc_id: string;
  readonly split: string;
  readonly x: readonly number[];
  readonly scaled: readonly number[];
}

interface SpecRow {
  readonly fold: number;
  readonly norm: string;
  readonly extractor: string;
  readonly form: string;
  readonly columns: readonly string[];
  readonly bin_edges: readonly number[];
}

async function expectAttacks({ home, attacks }: ReferenceExpectation, run: string): Promise<void> {
  const rows = await query<{ doc_id: string; attack: string; score: number | null }>(
    home,
    `select doc_id, attack, score from membership.sequence_score where ${run} and "window" = -1`,
  );
  const found = new Map(rows.map(({ doc_id, attack, score }) => [`${doc_id} ${attack}`, score]));
  let compared = 0;
  for (const { doc, label: _, ...values } of attacks) {
    for (const [name, value] of Object.entries(values)) {
      const [attack, sign] = PUBLISHED[name] ?? [name, 1];
      if (typeof value === "string" || !(name in PUBLISHED || /^mink(pp)?_\d+$/.test(name))) continue;
      const own = found.get(`${doc} ${attack}`);
      compared++;
      if (value === null) expect(own, `${attack} of ${doc}`).toBeNull();
      else
        expect(Math.abs((own ?? Number.NaN) - sign * value), `${attack} of ${doc}`).toBeLessThanOrEqual(
          1e-9 * Math.max(1, Math.abs(value)),
        );
    }
  }
  expect(compared).toBe(attacks.length * 20);
}

async function expectRegressions({ home, regressions }: ReferenceExpectation, run: string): Promise<void> {
  const rows = await query<{ doc_id: string; attack: string; fold: number; score: number }>(
    home,
    `select doc_id, attack, fold, score from membership.document_score where ${run} and attack like '%/logistic_regression'`,
  );
  const found = new Map(rows.map((row) => [`${row.attack} ${row.fold} ${row.doc_id}`, row.score]));
  for (const { norm, extractor, fold, probabilities } of regressions) {
    for (const [doc, probability] of probabilities) {
      const key = `${norm}/${extractor}/logistic_regression ${fold} ${doc}`;
      expect(Math.abs((found.get(key) ?? Number.NaN) - probability), key).toBeLessThan(1e-3);
    }
  }
}

/** Every area in `metric` is that of the scores beside it, and every normalisation and attack is there. */
async function expectAreas({ home, folds }: ReferenceExpectation, run: string): Promise<void> {
  const scores = await query<{ attack: string; fold: number; score: number | null; label: 0 | 1 }>(
    home,
    `select attack, s.fold, score, label from membership.document_score s join membership.run using (run_id)
     join membership.assignment a on a.doc_id = s.doc_id and a.experiment_id = run.experiment_id where ${run}`,
  );
  const metrics = await query<{ attack: string; part: string; fold: number | null; auc: number | null }>(
    home,
    `select attack, part, fold, auc from membership.metric where ${run} and part <> 'mean'`,
  );
  const attacks = new Set(metrics.map(({ attack }) => attack));
  for (const norm of NORMS) {
    for (const extractor of Object.keys(folds[0]?.features[norm] ?? {})) {
      for (const classifier of ["random_forest", "logistic_regression"]) {
        expect(attacks).toContain(`${norm}/${extractor}/${classifier}`);
      }
    }
  }
  for (const { attack, part, fold, auc } of metrics) {
    const own = scores.filter((row) => row.attack === attack && (fold === null || row.fold === fold));
    const area = pairwiseArea(own.filter((row): row is typeof row & { score: number } => row.score !== null));
    if (area === null) expect(auc, `${attack}, ${part}`).toBeNull();
    else expect(auc ?? Number.NaN, `${attack}, ${part}`).toBeCloseTo(area, 12);
  }
}
