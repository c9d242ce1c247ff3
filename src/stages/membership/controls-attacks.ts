import { logProbabilities, NgramCursor } from "../../compute/language-model/ngram-cursor.js";
import { lowestMean } from "../../compute/statistics/lowest-mean.js";
import { areaUnderCurve } from "../../compute/statistics/roc.js";
import type { ControlSplit, ControlUnit } from "./controls-splits.js";
import { trainOnUnits } from "./language-models/ngram-training.js";

export const CONTROL_ATTACKS = ["loss", "mink_20", "ref"] as const;

export type ControlAttack = (typeof CONTROL_ATTACKS)[number];

/** AUC of every attack on one split. */
export type AttackAreas = Readonly<Record<ControlAttack, number>>;

/** What the controls of one split find. */
export interface SplitAreas {
  /** Target and reference model were trained on two halves of the reference. */
  readonly negative: AttackAreas;
  /** By exposure, in the order asked for. */
  readonly exposures: readonly AttackAreas[];
}

/** Share of the tokens of a unit that `mink_20` is the mean of. */
const LOWEST = 0.2;

/** Trains the models of a split and attacks its members and non-members. */
export function attackSplit(
  split: ControlSplit,
  options: { readonly order: number; readonly vocabulary: number; readonly exposures: readonly number[] },
): SplitAreas {
  const scored = [...split.members, ...split.nonmembers];
  const labels = Uint8Array.from(scored, (_, i) => (i < split.members.length ? 1 : 0));
  const scoresOf = (trained: readonly ControlUnit[], exposure: number) => {
    const training = trained.map(({ ids }) => ({ ids, exposure, duplicates: 1 }));
    return unitScores(new NgramCursor(trainOnUnits(training, options.order, options.vocabulary)), scored);
  };
  const areas = (target: UnitScores, reference: UnitScores): AttackAreas => ({
    loss: areaUnderCurve(target.mean, labels),
    mink_20: areaUnderCurve(target.lowest, labels),
    ref: areaUnderCurve(
      target.mean.map((mean, i) => mean - (reference.mean[i] as number)),
      labels,
    ),
  });
  const [one, other] = split.reference;
  const reference = scoresOf([...one, ...other], 1);
  return {
    negative: areas(scoresOf(one, 1), scoresOf(other, 1)),
    exposures: options.exposures.map((exposure) => areas(scoresOf(split.members, exposure), reference)),
  };
}

/** Of each unit the mean log-probability of its predicted tokens, and that of the lowest fifth of them. */
interface UnitScores {
  readonly mean: Float64Array;
  readonly lowest: Float64Array;
}

function unitScores(cursor: NgramCursor, units: readonly ControlUnit[]): UnitScores {
  const scores = { mean: new Float64Array(units.length), lowest: new Float64Array(units.length) };
  for (const [i, { ids }] of units.entries()) {
    const values = new Float32Array(ids.length - 1);
    logProbabilities(cursor, ids, values);
    scores.mean[i] = meanOf(values);
    // With fewer than five tokens there is no lowest fifth: the lowest of all stands for it.
    scores.lowest[i] = lowestMean(values, Math.max(1, Math.floor(values.length * LOWEST)));
  }
  return scores;
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
