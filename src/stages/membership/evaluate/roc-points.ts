import { clopperPearson, type Interval } from "../../../compute/statistics/clopper-pearson.js";
import type { RocCurve } from "../../../compute/statistics/roc.js";
import type { RocRow } from "../../../tables/generated/membership.js";

/** Points that a curve may have before it is thinned. */
const MOST_POINTS = 4001;

/**
 * Rows of `roc`: all points up to 4,001, beyond that those on the upper convex hull and every k-th. None with one class
 * only.
 */
export function* rocRows(runId: string, attack: string, curve: RocCurve): Generator<RocRow> {
  const { members, nonmembers, thresholds, falsePositives, truePositives } = curve;
  if (members === 0 || nonmembers === 0) return;
  const bands = new Map<number, Interval>();
  let index = 0;
  for (const point of keptPoints(curve)) {
    const k = truePositives[point] as number;
    const band = bands.get(k) ?? clopperPearson(k, members);
    bands.set(k, band);
    const threshold = thresholds[point] as number;
    yield {
      run_id: runId,
      attack,
      index: index++,
      threshold: Number.isFinite(threshold) ? threshold : null,
      fpr: (falsePositives[point] as number) / nonmembers,
      tpr: k / members,
      tpr_lo: band[0],
      tpr_hi: band[1],
    };
  }
}

/** Points that are kept, rising. */
export function keptPoints({ thresholds, falsePositives, truePositives }: RocCurve): number[] {
  const n = thresholds.length;
  const all = Array.from({ length: n }, (_, at) => at);
  if (n <= MOST_POINTS) return all;
  const hull: number[] = [];
  for (const point of all) {
    while (hull.length > 1 && !turnsRight(hull.at(-2) as number, hull.at(-1) as number, point)) hull.pop();
    hull.push(point);
  }
  const step = Math.ceil(n / (MOST_POINTS - 1));
  return [...new Set([...hull, ...all.filter((at) => at % step === 0), n - 1])].sort((a, b) => a - b);

  function turnsRight(a: number, b: number, c: number): boolean {
    const [x, y] = [falsePositives, truePositives];
    const of = (values: Int32Array, from: number, to: number) => (values[to] as number) - (values[from] as number);
    return of(x, a, b) * of(y, a, c) - of(y, a, b) * of(x, a, c) < 0;
  }
}
