/** What speaks for a rank and against it. */
export interface RankEvidence {
  readonly rank: number;
  readonly corcondia: number;
  /** Mean factor match score of the other starts to the best; null with one start. */
  readonly stability: number | null;
}

export interface RankRule {
  /** Least core consistency in percent. */
  readonly corcondia: number;
  /** Least stability; not asked where there is one start. */
  readonly stability: number;
}

export interface RankChoice {
  readonly rank: number;
  readonly choice: "rule" | "none_passes";
}

/**
 * The largest rank whose core consistency and stability reach the limits. Where none does, the most stable one (of equally
 * stable ones the smallest), marked `none_passes`: a guess that the caller must show as one.
 */
export function chooseRank(ranks: readonly RankEvidence[], rule: RankRule): RankChoice {
  const passing = ranks.filter(
    ({ corcondia, stability }) => corcondia >= rule.corcondia && (stability === null || stability >= rule.stability),
  );
  if (passing.length > 0) return { rank: Math.max(...passing.map(({ rank }) => rank)), choice: "rule" };
  const [best] = [...ranks].sort((a, b) => (b.stability ?? 0) - (a.stability ?? 0) || a.rank - b.rank);
  if (best === undefined) throw new RangeError("there is no rank to choose from");
  return { rank: best.rank, choice: "none_passes" };
}
