import type { GateRow } from "../../tables/generated/membership.js";
import { type PlotTables, sqlLiteral } from "../plot-tables.js";
import type { ControlFacts, GateFacts, GateResult } from "./membership-data.js";
import { intervalOf } from "./read-attacks.js";

const MOST_ROWS = 10_000;

type Row = Pick<
  GateRow,
  | "gate"
  | "value"
  | "ci_lo"
  | "ci_hi"
  | "null_mean"
  | "null_q95"
  | "p"
  | "n_permutations"
  | "status"
  | "underpowered"
  | "detail"
>;

/** The gate of an experiment; one that is not in the table was not run. */
export async function readGate(tables: PlotTables, experimentId: string): Promise<GateFacts> {
  const rows = await tables.rows<Row>(
    `SELECT gate, value, ci_lo, ci_hi, null_mean, null_q95, p, n_permutations, status, underpowered, detail
     FROM membership.gate WHERE experiment_id = ${sqlLiteral(experimentId)} ORDER BY gate LIMIT ${MOST_ROWS}`,
  );
  const results = rows.map(gateResult);
  return {
    all: results.find(({ name }) => name === "all") ?? NOT_RUN,
    baselines: results.filter(({ name }) => name !== "all"),
  };
}

const NOT_RUN: GateResult = {
  name: "all",
  auc: null,
  interval: null,
  chance: null,
  p: null,
  permutations: 0,
  status: "not_run",
  underpowered: true,
  reason: "membership.gate has no row of this experiment",
  tells: undefined,
};

function gateResult(row: Row): GateResult {
  const { gate, value, ci_lo: low, ci_hi: high, null_mean: mean, null_q95: q95 } = row;
  return {
    name: gate,
    auc: value,
    interval: intervalOf(low, high),
    chance: mean === null || q95 === null ? null : { mean, q95 },
    p: row.p,
    permutations: row.n_permutations,
    status: row.status,
    underpowered: row.underpowered,
    reason: detailText(row.detail, "reason"),
    tells: detailText(row.detail, gate === "all" ? "largest" : "term"),
  };
}

/** Controls of an experiment; none where there is no such table. */
export async function readControls(tables: PlotTables, experimentId: string): Promise<ControlFacts[]> {
  if (!tables.has("membership.control")) return [];
  type ControlRow = {
    control: string;
    attack: string;
    n_splits: number;
    auc_mean: number | null;
    auc_se: number | null;
    expected: string;
    status: ControlFacts["status"];
    detail: string;
  };
  const rows = await tables.rows<ControlRow>(
    `SELECT control, attack, n_splits, auc_mean, auc_se, expected, status, detail FROM membership.control
     WHERE experiment_id = ${sqlLiteral(experimentId)} ORDER BY control, attack LIMIT ${MOST_ROWS}`,
  );
  return rows.map((row) => ({
    control: row.control,
    attack: row.attack,
    splits: row.n_splits,
    mean: row.auc_mean,
    se: row.auc_se,
    expected: row.expected,
    status: row.status,
    reason: detailText(row.detail, "reason"),
  }));
}

/** A text of a detail; undefined where it is not there, whatever else the detail holds. */
function detailText(detail: string, key: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(detail);
    const value = typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>)[key] : undefined;
    return typeof value === "string" && value !== "" ? value : undefined;
  } catch {
    return undefined;
  }
}
