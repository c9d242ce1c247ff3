import { conformalPValues } from "../../compute/statistics/conformal.js";

export interface JudgedScore {
  readonly pValue: number | null;
  readonly verdict: "member" | "cannot_tell" | "nonmember" | null;
}

/** A unit in the comparison. */
export interface LabelledUnit {
  readonly docId: string;
  readonly label: 0 | 1;
  readonly fold: number;
}

/**
 * Conformal p-values of scores against the non-members of the other folds, and what may be said at a rate. NaN: no
 * score. The p-value is null where the other folds have no non-member with a score. O(folds · n log n).
 */
export function judgeScores(units: readonly LabelledUnit[], scores: Float64Array, rate: number): JudgedScore[] {
  const judged: JudgedScore[] = units.map(() => ({ pValue: null, verdict: null }));
  for (const fold of new Set(units.map((unit) => unit.fold))) {
    const others = (label: 0 | 1) =>
      scores.filter((score, at) => !Number.isNaN(score) && units[at]?.label === label && units[at]?.fold !== fold);
    const own = units.flatMap((unit, at) => (unit.fold === fold && !Number.isNaN(scores[at]) ? [at] : []));
    const ownScores = Float64Array.from(own, (at) => scores[at] as number);
    const [nonmembers, members] = [others(0), others(1)];
    const asHigh = conformalPValues(ownScores, nonmembers);
    const asLow = conformalPValues(
      ownScores.map((score) => -score),
      members.map((score) => -score),
    );
    own.forEach((at, index) => {
      const high = (asHigh[index] as number) <= rate;
      const low = (asLow[index] as number) <= rate;
      judged[at] = {
        pValue: nonmembers.length === 0 ? null : (asHigh[index] as number),
        verdict: high === low ? "cannot_tell" : high ? "member" : "nonmember",
      };
    });
  }
  return judged;
}
