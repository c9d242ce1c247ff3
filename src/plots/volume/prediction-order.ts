import { compareCodeUnits } from "../../base/canonical-json.js";
import type { PredictionFacts } from "./volume-data.js";

/** By S from the highest, then what has none; then by name. */
export function comparePredictions(
  a: Pick<PredictionFacts, "method" | "score">,
  b: Pick<PredictionFacts, "method" | "score">,
): number {
  const [one, other] = [a.score?.s ?? -1, b.score?.s ?? -1];
  return one === other ? compareCodeUnits(a.method, b.method) : other - one;
}
