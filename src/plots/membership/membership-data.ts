import type { GateRow, MetricRow } from "../../tables/generated/membership.js";

/** A run, its experiment and what was found, as their picture needs them: plain values. */
export interface MembershipData {
  readonly run: RunFacts;
  readonly experiment: ExperimentFacts;
  /** The attack that the picture is about. */
  readonly headline: AttackFacts;
  /** Others beside it, in the order of the legend. */
  readonly others: readonly AttackFacts[];
  /** The blind baseline that tells best, as a curve; undefined where none was run. */
  readonly blind: BlindFacts | undefined;
  /** Scores of the headline attack, in any order. */
  readonly scores: ClassScores;
  readonly gate: GateFacts;
  /** In any order. */
  readonly controls: readonly ControlFacts[];
  /** What is to be said besides, one sentence each. */
  readonly notes: readonly string[];
}

export interface RunFacts {
  readonly id: string;
  readonly model: string;
  readonly backend: string;
  /** Tokens of a window. */
  readonly context: number;
}

export interface ExperimentFacts {
  readonly id: string;
  readonly design: string;
  readonly labelBasis: MetricRow["label_basis"];
  readonly clusters: number;
  readonly folds: number;
  /** Share of a member's tokens that is trained on. */
  readonly exposure: number;
  /** On what the model was trained here; `elsewhere`: labels say what it was trained on. */
  readonly training: "members" | "others" | "elsewhere";
}

export type Interval = readonly [low: number, high: number];

/** What one attack reached, all folds pooled. */
export interface AttackFacts {
  readonly name: string;
  /** Null: one class only. */
  readonly auc: number | null;
  readonly interval: Interval | null;
  /** Over clusters. */
  readonly clusterInterval: Interval | null;
  readonly members: number;
  readonly nonmembers: number;
  /** Units without a score. */
  readonly missing: number;
  readonly rates: readonly RateFacts[];
  /** What it adds to the blind baselines. */
  readonly excess: number | null;
  readonly excessInterval: Interval | null;
  /** Attacks tried on the run. */
  readonly tried: number;
  readonly claim: MetricRow["claim"];
  /** From (0, 0), false-positive rates rising. */
  readonly curve: readonly CurvePoint[];
}

/** A true-positive rate; null where it cannot be estimated. */
export interface RateFacts {
  readonly fpr: number;
  readonly rate: number | null;
  readonly interval: Interval | null;
  readonly threshold: number | null;
}

export interface CurvePoint {
  readonly fpr: number;
  readonly tpr: number;
  readonly low: number;
  readonly high: number;
}

export interface BlindFacts {
  readonly name: string;
  readonly auc: number | null;
  readonly interval: Interval | null;
  readonly curve: readonly CurvePoint[];
}

export interface ClassScores {
  readonly members: readonly number[];
  readonly nonmembers: readonly number[];
}

/** The gate of the experiment. */
export interface GateFacts {
  /** All baselines as one test: this decides. */
  readonly all: GateResult;
  /** In any order. */
  readonly baselines: readonly GateResult[];
}

export interface GateResult {
  readonly name: string;
  readonly auc: number | null;
  readonly interval: Interval | null;
  /** Mean and 95 % quantile over permuted labels. */
  readonly chance: { readonly mean: number; readonly q95: number } | null;
  readonly p: number | null;
  readonly permutations: number;
  readonly status: GateRow["status"];
  readonly underpowered: boolean;
  /** Why it was not run. */
  readonly reason: string | undefined;
  /** What tells: a term, or of all baselines the one that tells best. */
  readonly tells: string | undefined;
}

export interface ControlFacts {
  readonly control: string;
  readonly attack: string;
  readonly splits: number;
  readonly mean: number | null;
  readonly se: number | null;
  readonly expected: string;
  readonly status: "pass" | "fail" | "information" | "not_run";
  readonly reason: string | undefined;
}
