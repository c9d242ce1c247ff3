import type {
  ActiveInterval,
  Behaviour,
  BinBlock,
  ComponentCommunities,
  ComponentFacts,
  RunFacts,
} from "../dynamic-connectome/run-data.js";

/** A run, its communities and when they are active, as their picture needs them. */
export interface CommunitiesData {
  readonly run: RunFacts;
  /** Every component, by number. */
  readonly all: readonly ComponentFacts[];
  /** Those that are drawn. */
  readonly lanes: readonly LaneData[];
  /** Of every component, in the order in which they follow one another. */
  readonly intervals: readonly ActiveInterval[];
  readonly flows: readonly Flow[];
  readonly blocks: readonly BinBlock[];
  readonly behaviour: Behaviour;
  /** What could not be read or is left out, one sentence each. */
  readonly notes: readonly string[];
}

export interface LaneData {
  readonly facts: ComponentFacts;
  /** Undefined where no communities were looked for. */
  readonly communities: ComponentCommunities | undefined;
}

/** Neurons that two communities share whose components follow one another. */
export interface Flow {
  readonly from: Node;
  readonly to: Node;
  readonly neurons: number;
  /** How often an interval of the one is followed by one of the other. */
  readonly transitions: number;
}

export interface Node {
  readonly component: number;
  readonly community: number;
}
