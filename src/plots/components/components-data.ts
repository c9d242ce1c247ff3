import type { Behaviour, BinBlock, ComponentFacts, RunFacts } from "../dynamic-connectome/run-data.js";
import type { PairMatrix } from "./pair-matrix.js";

/** A run and its components, as their picture needs them. */
export interface ComponentsData {
  readonly run: RunFacts;
  /** Every component, by number. */
  readonly all: readonly ComponentFacts[];
  /** Those that are drawn. */
  readonly components: readonly ComponentData[];
  readonly blocks: readonly BinBlock[];
  readonly behaviour: Behaviour;
  /** What could not be read or is left out, one sentence each. */
  readonly notes: readonly string[];
}

export interface ComponentData {
  readonly facts: ComponentFacts;
  readonly pairs: PairMatrix;
  /** How its neurons are ordered. */
  readonly order: "weighted_sbm" | "leiden" | "no_structure" | "strength";
  /** One value per bin, along the whole time mode; NaN where there is none. */
  readonly time: Float64Array;
  /** One value per animal of the run; NaN where there is none. */
  readonly animals: Float64Array;
  /** In the order of time; null where no table has them. */
  readonly intervals: readonly Interval[] | null;
}

export interface Interval {
  /** Null where all animals share the clock. */
  readonly animal: string | null;
  readonly startS: number;
  readonly endS: number;
}
