import type { ExperimentRow, RankRow } from "../../tables/generated/dynamic_connectome.js";
import type { StimulusMark } from "../activity/activity-data.js";

/** A run of the dynamic connectome as its pictures need it: plain values. */
export interface RunFacts {
  readonly id: string;
  readonly alignment: ExperimentRow["alignment"];
  readonly kernel: ExperimentRow["kernel"];
  readonly neuronSet: ExperimentRow["neuron_set"];
  /** How its traces were disarranged; null where they were not. */
  readonly control: string | null;
  readonly controlOf: string | null;
  /** In the order of the tensor. */
  readonly neurons: readonly string[];
  readonly animals: readonly string[];
  readonly bins: number;
  readonly binFrames: number;
  /** The rank of its components; undefined where no table states it. */
  readonly rank: ChosenRank | undefined;
}

export interface ChosenRank {
  readonly rank: number;
  readonly choice: RankRow["choice"];
  /** Null with one start. */
  readonly reproducible: boolean | null;
}

export interface ComponentFacts {
  readonly component: number;
  readonly lambda: number;
  readonly share: number;
  /** Mean factor match score to the other starts; null with one. */
  readonly match: number | null;
  readonly reproducible: boolean | null;
}

/** Bins that follow each other on one clock: all of them, or those of an animal. */
export interface BinBlock {
  /** Null where all animals share the clock. */
  readonly animal: string | null;
  /** Place of its first bin along the time mode. */
  readonly firstBin: number;
  /** Centres of its bins, in seconds after the animal's first frame. */
  readonly timesS: Float64Array;
  /** Start of its first bin and end of its last one. */
  readonly startS: number;
  readonly endS: number;
}

/** A time in which a component is above half its maximum. */
export interface ActiveInterval {
  readonly component: number;
  /** Null where all animals share the clock. */
  readonly animal: string | null;
  readonly startS: number;
  readonly endS: number;
}

/** What animals did and met, where there are tables of their activity. */
export interface Behaviour {
  readonly animals: readonly AnimalBehaviour[];
  /** Null where the source does not state it. */
  readonly velocityUnit: string | null;
  readonly notes: readonly string[];
}

export interface AnimalBehaviour {
  readonly animal: string;
  /** Times of moving backwards, in seconds after the first frame. */
  readonly reversals: readonly (readonly [startS: number, endS: number])[];
  /** Mean over each bin of the animal's block, NaN where there is none; undefined without such a channel. */
  readonly velocity: Float64Array | undefined;
  readonly stimuli: readonly StimulusMark[];
}

/** Communities of one component at level 0. */
export interface ComponentCommunities {
  readonly component: number;
  readonly method: "weighted_sbm" | "leiden";
  readonly structureFound: boolean;
  /** By number, which is by falling total strength. */
  readonly communities: readonly Community[];
}

export interface Community {
  readonly community: number;
  /** By falling strength, then by name. */
  readonly neurons: readonly string[];
}
