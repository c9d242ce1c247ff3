import { compareCodeUnits } from "../../base/canonical-json.js";
import { clopperPearson, type Interval } from "../../compute/statistics/clopper-pearson.js";
import { areaInterval, delong } from "../../compute/statistics/delong.js";
import { rocCurve } from "../../compute/statistics/roc.js";
import { type PlotTables, sqlLiteral } from "../plot-tables.js";
import type { BlindFacts, ClassScores, CurvePoint, GateFacts } from "./membership-data.js";
import { intervalOf } from "./read-attacks.js";

const MOST_UNITS = 2_000_000;
/** Points of a blind curve, as many as the table of curves has. */
const MOST_POINTS = 4001;

interface Row {
  readonly label: number;
  readonly score: number;
}

/** Scores of an attack by class; units without one are left out. */
export async function readScores(
  tables: PlotTables,
  unit: { readonly runId: string; readonly experimentId: string; readonly attack: string },
): Promise<ClassScores> {
  const rows = await tables.rows<Row>(
    `SELECT a.label, s.score FROM membership.document_score AS s
     JOIN membership.assignment AS a ON a.doc_id = s.doc_id AND a.experiment_id = ${sqlLiteral(unit.experimentId)}
     WHERE s.run_id = ${sqlLiteral(unit.runId)} AND s.attack = ${sqlLiteral(unit.attack)}
       AND s.score IS NOT NULL AND a.label IS NOT NULL ORDER BY s.doc_id LIMIT ${MOST_UNITS}`,
  );
  const of = (label: number) => rows.filter((row) => row.label === label).map(({ score }) => score);
  return { members: of(1), nonmembers: of(0) };
}

/**
 * The baseline that tells most, as the gate counts it: the largest area among those that are scored out of fold, or
 * `single_feature` where it fails by itself.
 */
export function bestBaseline({ baselines }: GateFacts): string | undefined {
  const run = baselines.filter(({ auc }) => auc !== null);
  const fair = run.filter(({ name, status }) => name !== "single_feature" || status === "fail");
  const [best] = (fair.length > 0 ? fair : run).sort(
    (a, b) => (b.auc as number) - (a.auc as number) || compareCodeUnits(a.name, b.name),
  );
  return best?.name;
}

/** The curve of a blind baseline, from its scores out of fold. O(n log n). */
export async function readBlind(
  tables: PlotTables,
  experimentId: string,
  baseline: string,
): Promise<BlindFacts | undefined> {
  const experiment = sqlLiteral(experimentId);
  const rows = await tables.rows<Row>(
    `SELECT a.label, s.score FROM membership.blind_score AS s
     JOIN membership.assignment AS a ON a.doc_id = s.doc_id AND a.experiment_id = ${experiment}
     WHERE s.experiment_id = ${experiment} AND s.baseline = ${sqlLiteral(baseline)}
       AND s.score IS NOT NULL AND a.label IS NOT NULL ORDER BY s.doc_id LIMIT ${MOST_UNITS}`,
  );
  const finite = rows.filter(({ score }) => !Number.isNaN(score));
  if (finite.length === 0) return undefined;
  const scores = Float64Array.from(finite, ({ score }) => score);
  const labels = Uint8Array.from(finite, ({ label }) => label);
  const area = delong(scores, labels);
  if (Number.isNaN(area.auc)) return { name: baseline, auc: null, interval: null, curve: [] };
  const [low, high] = areaInterval(area);
  return { name: baseline, auc: area.auc, interval: intervalOf(low, high), curve: blindCurve(scores, labels) };
}

function blindCurve(scores: Float64Array, labels: Uint8Array): CurvePoint[] {
  const { members, nonmembers, truePositives, falsePositives } = rocCurve(scores, labels);
  const last = truePositives.length - 1;
  const step = Math.ceil((last + 1) / MOST_POINTS);
  const bands = new Map<number, Interval>();
  const points: CurvePoint[] = [];
  for (let at = 0; at <= last; at += at + step > last && at < last ? last - at : step) {
    const found = truePositives[at] as number;
    const [low, high] = bands.get(found) ?? clopperPearson(found, members);
    bands.set(found, [low, high]);
    points.push({ fpr: (falsePositives[at] as number) / nonmembers, tpr: found / members, low, high });
  }
  return points;
}
