/**
 * Two experiments: `by_date` with a run whose gate fails and no meta-classifier; `drawn` with two runs of it, of which
 * one was never measured, and a reference run.
 */
const RUN = `SELECT * FROM (VALUES
  ('by_date/ngram-2', 'by_date', 'target', 'ngram', 'ngram-2', 128::INTEGER, 900::BIGINT),
  ('drawn/big', 'drawn', 'target', 'vllm', 'big', 2048, NULL),
  ('drawn/ngram-2', 'drawn', 'target', 'ngram', 'ngram-2', 128, 900),
  ('drawn/ngram-2/reference', 'drawn', 'reference', 'ngram', 'ngram-2', 128, 900)
) AS r(run_id, experiment_id, role, backend, model, context, n_trained_tokens)`;

const EXPERIMENT = `SELECT * FROM (VALUES
  ('by_date', 'temporal', 'temporal', 8::INTEGER, 2::INTEGER, 1::FLOAT, false),
  ('drawn', 'randomised', 'randomised', 8, 2, 0.1, true)
) AS e(experiment_id, design, label_basis, n_clusters, n_folds, exposure, trains_members)`;

const UNITS = "(SELECT range AS k, concat('d', range) AS doc_id FROM range(10))";

/** Even units are members; two are not compared. */
const ASSIGNMENT = `SELECT experiment_id, doc_id, CASE WHEN k < 8 THEN ((k + 1) % 2)::TINYINT END AS label
FROM (VALUES ('by_date'), ('drawn')) AS e(experiment_id), ${UNITS} AS u`;

const SCORE = `SELECT run_id, attack, doc_id, CASE WHEN k = 7 THEN NULL ELSE (k % 2) * -0.25 + k / 16.0 + 0.25 END AS score
FROM (VALUES ('by_date/ngram-2', 'mink_20'), ('drawn/ngram-2', 'MaxNormTF/hist_20/random_forest')) AS r(run_id, attack),
  ${UNITS} AS u WHERE k < 8`;

const BLIND = `SELECT experiment_id, baseline, doc_id, CASE baseline WHEN 'length' THEN k ELSE (k + 1) % 2 END::DOUBLE AS score
FROM (VALUES ('by_date', 'length'), ('by_date', 'single_feature'), ('drawn', 'length'), ('drawn', 'single_feature'))
  AS e(experiment_id, baseline), ${UNITS} AS u WHERE k < 8`;

const GATE = `SELECT * FROM (VALUES
  ('by_date', 'all', 0.375::DOUBLE, NULL::DOUBLE, NULL::DOUBLE, 0.5::DOUBLE, 0.6::DOUBLE, 0.005::DOUBLE, 200::INTEGER, 'fail', false,
    '{"largest":"single_feature"}'),
  ('by_date', 'length', 0.375, 0.1, 0.7, 0.5, 0.6, 0.6, 200, 'pass', false, '{}'),
  ('by_date', 'single_feature', 1.0, NULL, NULL, 0.7, 0.8, 0.005, 200, 'fail', false, '{"auc":1,"term":"Produced by"}'),
  ('drawn', 'length', 0.375, 0.1, 0.7, 0.5, 0.6, 0.6, 200, 'pass', false, 'no JSON'),
  ('drawn', 'single_feature', 0.7, NULL, NULL, 0.7, 0.8, 0.6, 200, 'warn', true, '[]'),
  ('drawn', 'bow_rf', NULL, NULL, NULL, NULL, NULL, NULL, 0, 'not_run', true, '{"reason":"no word is in half of the units"}'),
  ('drawn', 'all', 0.375, NULL, NULL, 0.5, 0.58, 0.6, 200, 'pass', false, '{"largest":"length"}')
) AS g(experiment_id, gate, value, ci_lo, ci_hi, null_mean, null_q95, p, n_permutations, status, underpowered, detail)`;

const CONTROL = `SELECT * FROM (VALUES
  ('drawn', 'negative', 'loss', 20::INTEGER, 0.6::DOUBLE, 0.01::DOUBLE, '0.5, within two standard errors', 'fail', '{}'),
  ('drawn', 'positive', 'loss', 20, 1.0, 0.0, 'above 0.99', 'pass', '{}'),
  ('by_date', 'negative', 'loss', 0, NULL, NULL, '0.5, within two standard errors', 'not_run', '{"reason":"no model"}')
) AS c(experiment_id, control, attack, n_splits, auc_mean, auc_se, expected, status, detail)`;

const RATES = ["0_001", "0_01", "0_1"]
  .flatMap((name) => [
    `tpr_at_fpr_${name}`,
    `tpr_at_fpr_${name}_lo`,
    `tpr_at_fpr_${name}_hi`,
    `threshold_at_fpr_${name}`,
  ])
  .map((name) => `NULL::DOUBLE AS ${name}`)
  .join(", ");

const METRIC = `SELECT *, 4::INTEGER AS n1, 3::INTEGER AS n0, 1::INTEGER AS n_missing, auc - 0.1 AS ci_lo,
  least(1, auc + 0.1) AS ci_hi, NULL::DOUBLE AS bootstrap_lo, NULL::DOUBLE AS bootstrap_hi, NULL::DOUBLE AS excess_auc,
  NULL::DOUBLE AS excess_lo, NULL::DOUBLE AS excess_hi, 3::INTEGER AS n_attacks, ${RATES}
FROM (VALUES
  ('by_date/ngram-2', 'loss', 'pooled', 'largest_fpr_not_above', 0.6::DOUBLE, 'none', 'fail'),
  ('by_date/ngram-2', 'mink_20', 'pooled', 'largest_fpr_not_above', 0.8, 'artefact', 'fail'),
  ('by_date/ngram-2', 'mink_20', 'pooled', 'interp', 0.8, 'artefact', 'fail'),
  ('drawn/ngram-2', 'loss', 'pooled', 'interp', 0.99, 'memorisation', 'warn'),
  ('drawn/ngram-2', 'tau/mink_20', 'pooled', 'interp', 0.98, 'memorisation', 'warn'),
  ('drawn/ngram-2', 'MaxNormTF/hist_20/random_forest', 'fold_0', 'interp', 1.0, 'memorisation', 'warn'),
  ('drawn/ngram-2', 'MaxNormTF/hist_20/random_forest', 'pooled', 'interp', 0.917, 'memorisation', 'warn'),
  ('drawn/ngram-2', 'NoNorm/simple_agg/logistic_regression', 'pooled', 'interp', 0.7, 'none', 'warn')
) AS m(run_id, attack, part, convention, auc, claim, gate_status)`;

const ROC = `SELECT run_id, attack, point."index"::INTEGER AS "index", fpr, tpr, tpr * 0.8 AS tpr_lo, least(1, tpr + 0.1) AS tpr_hi
FROM (VALUES ('by_date/ngram-2', 'loss'), ('by_date/ngram-2', 'mink_20'), ('drawn/ngram-2', 'loss'),
    ('drawn/ngram-2', 'MaxNormTF/hist_20/random_forest')) AS r(run_id, attack),
  (VALUES (2, 1::DOUBLE, 1::DOUBLE), (0, 0, 0), (1, 0, 0.75)) AS point("index", fpr, tpr)`;

/** By dataset and name, as SQL that makes them: with few of the columns that the contracts have. */
export const MEMBERSHIP_TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  membership: {
    run: RUN,
    experiment: EXPERIMENT,
    assignment: ASSIGNMENT,
    document_score: SCORE,
    blind_score: BLIND,
    gate: GATE,
    control: CONTROL,
    metric: METRIC,
    roc: ROC,
  },
};
