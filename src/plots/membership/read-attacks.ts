import { compareCodeUnits } from "../../base/canonical-json.js";
import { RATE_CONVENTIONS } from "../../compute/statistics/roc.js";
import type { MetricRow } from "../../tables/generated/membership.js";
import { type PlotTables, sqlLiteral } from "../plot-tables.js";
import type { AttackFacts, CurvePoint, Interval, RateFacts } from "./membership-data.js";

const MOST_ROWS = 100_000;

/** False-positive rates of which the table has columns. */
const RATES = [0.1, 0.01, 0.001] as const;

/**
 * The attack that a picture is about, the best meta-classifier (pooled), and loss beside it; where there is no
 * meta-classifier the best attack of all.
 */
export async function readAttacks(
  tables: PlotTables,
  runId: string,
): Promise<{
  readonly headline: AttackFacts;
  readonly others: readonly AttackFacts[];
  /** State of the gate when the attack was measured. */
  readonly gateStatus: MetricRow["gate_status"];
  readonly notes: readonly string[];
}> {
  const rows = await tables.rows<MetricRow>(
    `SELECT * FROM membership.metric WHERE run_id = ${sqlLiteral(runId)} AND part = 'pooled'
     ORDER BY attack, convention LIMIT ${MOST_ROWS}`,
  );
  const convention = RATE_CONVENTIONS.find((name) => rows.some((row) => row.convention === name));
  const attacks = rows.filter((row) => row.convention === convention).sort(compareAttacks);
  const classifiers = attacks.filter(({ attack }) => isMetaClassifier(attack));
  const best = classifiers[0] ?? attacks[0];
  if (best === undefined) throw new Error(`${runId} has no pooled metric`);
  const others = attacks.filter(({ attack }) => attack === "loss" && attack !== best.attack);
  const curves = await readCurves(
    tables,
    runId,
    [best, ...others].map(({ attack }) => attack),
  );
  const facts = (row: MetricRow) => attackFacts(row, curves.get(row.attack) ?? []);
  const better = attacks[0];
  return {
    headline: facts(best),
    others: others.map(facts),
    gateStatus: best.gate_status,
    notes: [
      classifiers.length === 0
        ? `there is no meta-classifier: the best of ${attacks.length} attacks is shown`
        : `${best.attack} is the best of ${classifiers.length} meta-classifiers: the best of many is high by chance too`,
      ...(better !== undefined && better !== best && (better.auc ?? 0) > (best.auc ?? 0)
        ? [`best of all attacks: ${better.attack}, AUC ${(better.auc ?? 0).toFixed(3)}`]
        : []),
    ],
  };
}

/** Whether a name is one of a meta-classifier: normalisation, extractor, classifier. */
export function isMetaClassifier(attack: string): boolean {
  return attack.split("/").length === 3 && !attack.startsWith("tau/");
}

function compareAttacks(a: MetricRow, b: MetricRow): number {
  return (b.auc ?? -1) - (a.auc ?? -1) || compareCodeUnits(a.attack, b.attack);
}

function attackFacts(row: MetricRow, curve: readonly CurvePoint[]): AttackFacts {
  return {
    name: row.attack,
    auc: row.auc,
    interval: intervalOf(row.ci_lo, row.ci_hi),
    clusterInterval: intervalOf(row.bootstrap_lo, row.bootstrap_hi),
    members: row.n1,
    nonmembers: row.n0,
    missing: row.n_missing,
    rates: RATES.map((fpr) => rateFacts(row, fpr)),
    excess: row.excess_auc,
    excessInterval: intervalOf(row.excess_lo, row.excess_hi),
    tried: row.n_attacks,
    claim: row.claim,
    curve,
  };
}

function rateFacts(row: MetricRow, fpr: (typeof RATES)[number]): RateFacts {
  switch (fpr) {
    case 0.1:
      return rateOf(fpr, row.tpr_at_fpr_0_1, row.tpr_at_fpr_0_1_lo, row.tpr_at_fpr_0_1_hi, row.threshold_at_fpr_0_1);
    case 0.01:
      return rateOf(
        fpr,
        row.tpr_at_fpr_0_01,
        row.tpr_at_fpr_0_01_lo,
        row.tpr_at_fpr_0_01_hi,
        row.threshold_at_fpr_0_01,
      );
    case 0.001:
      return rateOf(
        fpr,
        row.tpr_at_fpr_0_001,
        row.tpr_at_fpr_0_001_lo,
        row.tpr_at_fpr_0_001_hi,
        row.threshold_at_fpr_0_001,
      );
  }
}

function rateOf(
  fpr: number,
  rate: number | null,
  low: number | null,
  high: number | null,
  threshold: number | null,
): RateFacts {
  return { fpr, rate, interval: intervalOf(low, high), threshold };
}

/** Null where an end is not known. */
export function intervalOf(low: number | null, high: number | null): Interval | null {
  return low === null || high === null || Number.isNaN(low) || Number.isNaN(high) ? null : [low, high];
}

async function readCurves(
  tables: PlotTables,
  runId: string,
  attacks: readonly string[],
): Promise<ReadonlyMap<string, CurvePoint[]>> {
  type Row = { attack: string; fpr: number; tpr: number; tpr_lo: number; tpr_hi: number };
  const rows = await tables.rows<Row>(
    `SELECT attack, fpr, tpr, tpr_lo, tpr_hi FROM membership.roc WHERE run_id = ${sqlLiteral(runId)}
       AND attack IN (${attacks.map(sqlLiteral).join(", ")}) ORDER BY attack, "index" LIMIT ${MOST_ROWS}`,
  );
  const curves = new Map<string, CurvePoint[]>();
  for (const { attack, fpr, tpr, tpr_lo: low, tpr_hi: high } of rows) {
    const curve = curves.get(attack) ?? [];
    curve.push({ fpr, tpr, low, high });
    curves.set(attack, curve);
  }
  return curves;
}
