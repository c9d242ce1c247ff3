import { quantile } from "../../../compute/statistics/sorted-values.js";
import type { GateRow } from "../../../tables/generated/membership.js";
import type { NullValues } from "./run-permutations.js";

/** p at which the gate warns, and fails. */
const WARN_AT = 0.05;
const FAIL_AT = 0.01;
/** A null whose 95 % quantile is above this sees no leak of a size that matters. */
const UNDERPOWERED_AT = 0.6;

/** What is known of a baseline's value by chance. */
export interface Judgement {
  readonly value: number;
  readonly nullMean: number;
  readonly nullSd: number;
  readonly nullQ95: number;
  readonly p: number;
  readonly status: GateRow["status"];
  readonly underpowered: boolean;
}

/** `p` = (1 + permutations at least as large) / (1 + permutations): exact when labels were drawn. */
export function judge(value: number, nullValues: Float64Array): Judgement {
  const sorted = Float64Array.from(nullValues).sort();
  const n = sorted.length;
  const nullMean = sorted.reduce((sum, x) => sum + x, 0) / n;
  const nullSd = Math.sqrt(sorted.reduce((sum, x) => sum + (x - nullMean) ** 2, 0) / Math.max(1, n - 1));
  const nullQ95 = quantile(sorted, 0.95);
  const atLeast = sorted.reduce((count, x) => count + (x >= value - 1e-12 ? 1 : 0), 0);
  const p = (1 + atLeast) / (1 + n);
  const underpowered = nullQ95 > UNDERPOWERED_AT;
  return { value, nullMean, nullSd, nullQ95, p, status: statusOf(p, underpowered), underpowered };
}

function statusOf(p: number, underpowered: boolean): GateRow["status"] {
  if (p <= FAIL_AT) return "fail";
  return p <= WARN_AT || underpowered ? "warn" : "pass";
}

/**
 * All baselines as one test: each value in standard deviations of its own null, the largest against the largest of every
 * permutation (Westfall and Young's max-T), so that trying seven baselines costs no false alarms. `value` is the largest
 * AUC among those that are scored out of fold (`single_feature` is the best of very many, high by chance).
 * @param judged By baseline.
 */
export function judgeAll(
  judged: ReadonlyMap<string, Judgement>,
  nullValues: NullValues,
): Judgement & { readonly largest: string } {
  const names = [...judged.keys()];
  const n = Math.min(...names.map((name) => (nullValues[name] as Float64Array).length));
  const standard = (name: string, value: number) => {
    const { nullMean, nullSd } = judged.get(name) as Judgement;
    return nullSd > 0 ? (value - nullMean) / nullSd : value > nullMean ? Number.MAX_VALUE : 0;
  };
  let observed = Number.NEGATIVE_INFINITY;
  let largest = names[0] as string;
  for (const name of names) {
    const value = standard(name, (judged.get(name) as Judgement).value);
    if (value > observed) {
      observed = value;
      largest = name;
    }
  }
  let atLeast = 0;
  for (let i = 0; i < n; i++) {
    const most = names.reduce(
      (max, name) => Math.max(max, standard(name, (nullValues[name] as Float64Array)[i] as number)),
      Number.NEGATIVE_INFINITY,
    );
    if (most >= observed - 1e-9) atLeast++;
  }
  const p = (1 + atLeast) / (1 + n);
  const scored = names.filter((name) => name !== "single_feature");
  const of = scored.length > 0 ? scored : names;
  const most = Float64Array.from({ length: n }, (_, i) =>
    Math.max(...of.map((name) => (nullValues[name] as Float64Array)[i] as number)),
  );
  const value = Math.max(...of.map((name) => (judged.get(name) as Judgement).value));
  const { nullMean, nullSd, nullQ95 } = judge(value, most);
  // A baseline that is the same under every permutation, such as years where no text has one, sees nothing at all.
  const seeing = of.filter((name) => (judged.get(name) as Judgement).nullSd > 0);
  const underpowered = seeing.every((name) => (judged.get(name) as Judgement).underpowered);
  return { value, nullMean, nullSd, nullQ95, p, status: statusOf(p, underpowered), underpowered, largest };
}
