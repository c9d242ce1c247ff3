import type { RunFacts } from "../dynamic-connectome/run-data.js";

/** What speaks for each rank of a run and of its controls, as the picture needs it. */
export interface RankData {
  readonly run: RunFacts;
  readonly curve: RankCurve;
  readonly controls: readonly RankCurve[];
  readonly limits: RankLimits;
  /** What is left out, one sentence each. */
  readonly notes: readonly string[];
}

export interface RankCurve {
  readonly runId: string;
  /** By rank. */
  readonly ranks: readonly RankPoint[];
  /** Every fit, by rank and start. */
  readonly starts: readonly StartPoint[];
}

export interface RankPoint {
  readonly rank: number;
  readonly bestError: number;
  readonly corcondia: number | null;
  /** Null with one start. */
  readonly stability: number | null;
  readonly nuclearScore: number | null;
  /** Null where nothing was held out. */
  readonly heldOutError: number | null;
}

export interface StartPoint {
  readonly rank: number;
  readonly start: number;
  readonly error: number;
  readonly stuck: boolean;
}

/** What is asked of a rank; undefined where no table states it. */
export interface RankLimits {
  /** By the rule that chooses the rank. */
  readonly corcondia: number | undefined;
  readonly stability: number | undefined;
  /** Stability below which nothing is called reproducible. */
  readonly reproducible: number | undefined;
}
