import type { ImageScore } from "../metrics/image-score.js";
import { decimal } from "./html.js";

/** Most truth and predicted instances that the table shows. */
const MOST_ROWS = 60;
const MOST_COLUMNS = 40;

/**
 * Truth by prediction: recall / precision in each cell, its ground the stronger the higher their harmonic mean. Predictions
 * beyond 40 are those that matter least: they have the lowest highest value.
 */
export function confusionTable(score: ImageScore): string {
  const { recall, precision } = score;
  const at = (matrix: typeof recall, truth: number, prediction: number) =>
    matrix.values[truth * matrix.columns + prediction] ?? 0;
  const strength = (prediction: number) => {
    let best = 0;
    for (let truth = 1; truth <= score.truth.length; truth++) {
      best = Math.max(best, at(recall, truth, prediction), at(precision, truth, prediction));
    }
    return best;
  };
  const ids = score.prediction.map((_instance, index) => index + 1);
  const columns =
    ids.length <= MOST_COLUMNS
      ? ids
      : ids
          .map((id) => ({ id, value: strength(id) }))
          .sort((a, b) => b.value - a.value || a.id - b.id)
          .slice(0, MOST_COLUMNS)
          .map(({ id }) => id)
          .sort((a, b) => a - b);
  const rows = score.truth.slice(0, MOST_ROWS).map((_instance, index) => index + 1);
  const cell = (truth: number, prediction: number) => {
    const [r, p] = [at(recall, truth, prediction), at(precision, truth, prediction)];
    if (r === 0 && p === 0) return "<td></td>";
    const text = truth === 0 ? short(p) : prediction === 0 ? short(r) : `${short(r)}&thinsp;/&thinsp;${short(p)}`;
    const mean = truth === 0 || prediction === 0 ? 0 : (2 * r * p) / (r + p);
    const tint = mean > 0 ? ` style="background:rgba(47,127,184,${decimal(0.1 + 0.7 * Math.min(1, mean), 2)})"` : "";
    return `<td${tint}>${text}</td>`;
  };
  const header = ["", "none", ...columns.map((id) => `P${id}`)].map((text) => `<th>${text}</th>`).join("");
  const lines = [...rows, 0].map((truth) => {
    const cells = [0, ...columns].map((prediction) => cell(truth, prediction)).join("");
    return `<tr><th>${truth === 0 ? "none" : `N${truth}`}</th>${cells}</tr>`;
  });
  const hidden = [
    ids.length > columns.length ? `${ids.length - columns.length} of ${ids.length} predictions` : "",
    score.truth.length > rows.length ? `${score.truth.length - rows.length} of ${score.truth.length} neurons` : "",
  ].filter((text) => text !== "");
  const note =
    hidden.length === 0
      ? ""
      : `<p class="muted">Not shown: ${hidden.join(" and ")} (those with the lowest values).</p>\n`;
  return `<div class="scroll"><table class="heat">\n<thead><tr>${header}</tr></thead>\n<tbody>\n${lines.join("\n")}\n</tbody></table></div>\n${note}`;
}

/** `.93`, `1.0`. */
function short(value: number): string {
  return value >= 0.995 ? value.toFixed(1) : value.toFixed(2).slice(1);
}
