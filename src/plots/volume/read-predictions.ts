import { compareCodeUnits } from "../../base/canonical-json.js";
import { someNames } from "../choose-name.js";
import { type PlotTables, sqlLiteral } from "../plot-tables.js";
import { countOf } from "../scale.js";
import { imageColumns } from "./image-columns.js";
import { comparePredictions } from "./prediction-order.js";
import { storedProjection } from "./stored-projection.js";
import type { PredictionFacts, PredictionScore } from "./volume-data.js";

/** Most segmentations of one picture. */
const MOST_PREDICTIONS = 30;
const MOST_ROWS = 10_000;
const MOST_WARNINGS = 6;

const PREDICTION = "segmentation.prediction";
const METRIC = "segmentation.metric";

const S = "general.avg_f1_cov_score";
const F1 = "confusion_matrix.avFscore";
const COVERAGE = "general.avg_gt_skel_coverage";
const FOUND = "general.TP_05";
const NEURONS = "general.Num GT";

/** Every segmentation of a sample with its score, best first, and what is to be said of them. */
export async function readPredictions(
  tables: PlotTables,
  where: string,
  sampleId: string,
): Promise<{ readonly predictions: readonly PredictionFacts[]; readonly notes: readonly string[] }> {
  if (!tables.has(PREDICTION)) {
    return { predictions: [], notes: [`there is no table ${PREDICTION}: no predictions are shown`] };
  }
  type Row = { prediction_id: string; method: string; labels_raw: number; labels_kept: number };
  const rows = await tables.rows<Row>(
    `SELECT prediction_id, method, labels_raw, labels_kept FROM ${PREDICTION} WHERE ${where}
     ORDER BY prediction_id LIMIT ${MOST_ROWS}`,
  );
  const { scores, warnings } = await readScores(tables, sampleId);
  const found = rows
    .map((row) => ({ ...pick(row), score: scores.get(row.prediction_id) }))
    .sort((a, b) => comparePredictions(a, b) || compareCodeUnits(a.id, b.id));
  const shown = found.slice(0, MOST_PREDICTIONS);
  const images = await readImages(
    tables,
    shown.map(({ id }) => id),
  );
  const hidden = found.slice(MOST_PREDICTIONS).map(({ method }) => method);
  const unscored = rows.length > 0 && !tables.has(METRIC);
  return {
    predictions: shown.map(({ id, ...facts }) => {
      const image = images.get(id);
      const projection = storedProjection(image?.mip ?? null, image?.mip_bytes ?? null, "no projection is stored");
      return { ...facts, projection };
    }),
    notes: [
      ...(rows.length === 0 ? ["there are no predictions of this sample"] : []),
      ...(unscored ? [`there is no table ${METRIC}: nothing is scored`] : []),
      ...(hidden.length > 0 ? [`not shown: ${countOf(hidden.length, "prediction")}: ${someNames(hidden)}`] : []),
      ...warnings,
    ],
  };
}

function pick(row: { prediction_id: string; method: string; labels_raw: number; labels_kept: number }) {
  return {
    id: row.prediction_id,
    method: row.method,
    labels: row.labels_kept,
    smallLabels: Math.max(0, row.labels_raw - row.labels_kept),
  };
}

async function readScores(
  tables: PlotTables,
  sampleId: string,
): Promise<{ readonly scores: ReadonlyMap<string, PredictionScore>; readonly warnings: readonly string[] }> {
  if (!tables.has(METRIC)) return { scores: new Map(), warnings: [] };
  type Row = { prediction_id: string; method: string; metric: string; value: number | null; warning: string | null };
  const rows = await tables.rows<Row>(
    `SELECT prediction_id, method, metric, value, array_to_string(warnings, '; ') AS warning FROM ${METRIC}
     WHERE subject = ${sqlLiteral(sampleId)} AND profile = 'flylight' AND scope = 'image' AND position = 0
       AND prediction_id IS NOT NULL AND metric IN (${[S, F1, COVERAGE, FOUND, NEURONS].map(sqlLiteral).join(", ")})
     ORDER BY prediction_id, metric LIMIT ${MOST_ROWS}`,
  );
  const numbers = new Map<string, Map<string, number | null>>();
  for (const { prediction_id: id, metric, value } of rows) {
    const of = numbers.get(id) ?? new Map<string, number | null>();
    numbers.set(id, of.set(metric, value));
  }
  const scores = new Map<string, PredictionScore>();
  for (const [id, of] of numbers) {
    const number = (metric: string) => of.get(metric) ?? null;
    scores.set(id, {
      s: number(S),
      f1: number(F1),
      coverage: number(COVERAGE),
      found: number(FOUND),
      neurons: number(NEURONS),
    });
  }
  const warnings = rows.flatMap(({ method, warning }) => (warning ? [`${method}: ${warning}`] : []));
  return { scores, warnings: warnings.slice(0, MOST_WARNINGS) };
}

type ImageRow = { readonly prediction_id: string; readonly mip: Uint8Array | null; readonly mip_bytes: number | null };

async function readImages(tables: PlotTables, ids: readonly string[]): Promise<ReadonlyMap<string, ImageRow>> {
  if (ids.length === 0) return new Map();
  const rows = await tables.rows<ImageRow>(
    `SELECT prediction_id, ${imageColumns("p.mip", "mip")} FROM ${PREDICTION} AS p
     WHERE prediction_id IN (${ids.map(sqlLiteral).join(", ")})`,
  );
  return new Map(rows.map((row) => [row.prediction_id, row]));
}
