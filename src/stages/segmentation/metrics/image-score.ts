/** `flylight` equals the published tool wherever it returns a value; `fixed` corrects its defects (M1–M6). */
export type Profile = "flylight" | "fixed";

/** Thresholds in the order of the published tool; keys are `th_0_1` … `th_0_95`. */
export const THRESHOLDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.55, 0.65, 0.75, 0.85, 0.95] as const;

/** `0.55` → `th_0_55`. */
export function thresholdKey(threshold: number): string {
  return `th_${String(threshold).replace(".", "_")}`;
}

/** How an image is scored. */
export interface ScoreOptions {
  readonly profile: Profile;
  readonly localization: "cldice" | "iou";
  readonly match: "greedy" | "hungarian";
  /** Predicted labels of at most this many voxels are deleted; 0: none is. */
  readonly removeSmall: number;
  /** Threshold of the many-to-many matches for false splits, and for false merges. */
  readonly falseSplitThreshold: number;
  readonly falseMergeThreshold: number;
  /** Whether some neurons are not in the truth, so that predictions in the background do not count. */
  readonly partly: boolean;
  /** Truth ids of dim neurons, as the volume states them; undefined: dim neurons are not evaluated. */
  readonly dimNeurons: readonly number[] | undefined;
  /** Whether to evaluate the truth instances that touch an overlap apart. */
  readonly overlapSubset: boolean;
  /** Zero the prediction where the truth has nothing (off in the preset). */
  readonly foregroundOnly: boolean;
  /** Number of spatial axes. */
  readonly dimensions: 2 | 3;
}

/** The preset of the benchmark. */
export const FISBE_PRESET: ScoreOptions = {
  profile: "flylight",
  localization: "cldice",
  match: "greedy",
  removeSmall: 800,
  falseSplitThreshold: 0.05,
  falseMergeThreshold: 0.1,
  partly: false,
  dimNeurons: undefined,
  overlapSubset: true,
  foregroundOnly: false,
  dimensions: 3,
};

export interface ThresholdScore {
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly precision: number;
  readonly recall: number;
  readonly averagePrecision: number;
  readonly fscore: number;
  readonly falseSplit: number;
  readonly falseMerge: number;
  /** One-to-one matches in matching order; ids count from 1. */
  readonly matches: readonly { readonly truth: number; readonly prediction: number; readonly score: number }[];
}

/** Dim neurons, or those that touch an overlap. */
export interface SubsetScore {
  readonly truthIds: readonly number[];
  readonly truePositives: number;
  /** Coverage of each; empty for an empty prediction in profile `flylight`'s dim block. */
  readonly coverage: readonly number[];
}

/** One instance of truth or prediction, numbered from 1 in the order of its list. */
export interface ScoredInstance {
  readonly channel: number;
  /** Value in the volume, before numbering. */
  readonly label: number;
  readonly voxels: number;
  /** Before anything stands in for a skeleton that vanished; 0 where the localisation needs none. */
  readonly skeletonVoxels: number;
  /** Half-open box: z0, y0, x0, z1, y1, x1. */
  readonly box: readonly [number, number, number, number, number, number];
}

/** (G + 1) × (P + 1) values in C order, float32; row and column 0 are the background. */
export interface ScoreMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/**
 * The score of one image. Plain data apart from the matrices; NaN occurs nowhere. Localisation `iou` has no skeletons,
 * so no coverage, no many-to-many matches (counts 0, lists empty) and no subsets.
 */
export interface ImageScore {
  readonly options: ScoreOptions;
  readonly truth: readonly ScoredInstance[];
  readonly prediction: readonly ScoredInstance[];
  /** Predicted labels before the size filter. */
  readonly labelsBeforeFilter: number;
  readonly truthOverlap: boolean;
  readonly predictionOverlap: boolean;
  readonly thresholds: readonly ThresholdScore[];
  /** Per truth instance: share of its skeleton covered by the predictions assigned to it. */
  readonly coverage: readonly number[];
  /** For each prediction p the truth instance that holds most of its skeleton, or 0; entry 0 is 0. */
  readonly assigned: readonly number[];
  readonly falseSplits: number;
  readonly falseMerges: number;
  readonly dim: SubsetScore | undefined;
  readonly overlap: SubsetScore | undefined;
  readonly recall: ScoreMatrix;
  readonly precision: ScoreMatrix;
  readonly score: ScoreMatrix;
  /** Recall after the truth's overlaps are erased; undefined without overlaps. */
  readonly recallWithoutOverlap: ScoreMatrix | undefined;
  /** Pairs of the many-to-many matches at the two thresholds. */
  readonly splitMatches: readonly (readonly [truth: number, prediction: number])[];
  readonly mergeMatches: readonly (readonly [truth: number, prediction: number])[];
  /** What a reader must know: empty skeletons, unknown dim ids, where the published tool fails. */
  readonly warnings: readonly string[];
}
