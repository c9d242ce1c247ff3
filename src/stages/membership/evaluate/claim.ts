import { areaInterval, type DelongArea } from "../../../compute/statistics/delong.js";
import type { ExperimentRow, GateRow, MetricRow } from "../../../tables/generated/membership.js";

/**
 * What may be said of a pooled area. `memorisation` is kept for labels that were drawn by lot, a model that was trained
 * on the members, and a gate that passes.
 */
export function claimOf(given: {
  readonly area: DelongArea;
  /** Lower end of the interval over clusters; null where there is none. */
  readonly bootstrapLow: number | null;
  /** Attacks tried: the interval is that of 1 − .05 / attacks. */
  readonly attacks: number;
  readonly labelBasis: ExperimentRow["label_basis"];
  /** False where the model was trained here, and not on members. */
  readonly trainsMembers: boolean;
  readonly gate: GateRow["status"];
}): MetricRow["claim"] {
  const { area, bootstrapLow, attacks, labelBasis, trainsMembers, gate } = given;
  const [low] = areaInterval(area, 1 - 0.05 / Math.max(1, attacks));
  if (!(low > 0.5) || (bootstrapLow !== null && bootstrapLow <= 0.5)) return "none";
  if (gate === "fail") return "artefact";
  const drawn = labelBasis === "randomised" || labelBasis === "trap";
  return drawn && trainsMembers && gate === "pass" ? "memorisation" : "association";
}
