import type { NeuronFacts } from "../neuron-order.js";

/** A wiring diagram as its picture needs it: plain values. */
export interface ConnectomeData {
  readonly title: string;
  /** Facts about it, for the line below the title. */
  readonly facts: readonly string[];
  /** Rows and columns, in any order. */
  readonly neurons: readonly NeuronFacts[];
  readonly chemical: Connections;
  /** Undirected: each pair once, in either order. */
  readonly gap: Connections;
  /** What could not be shown, one sentence each. */
  readonly notes: readonly string[];
}

export interface Connections {
  readonly pairs: readonly Connection[];
  /** What weights are, with their unit: `synapse count`. */
  readonly weight: string;
  /** Pairs that nobody looked at. */
  readonly uncovered: readonly Pair[];
}

export interface Pair {
  readonly pre: string;
  readonly post: string;
}

export interface Connection extends Pair {
  /** Null: listed, but without a weight in this unit. */
  readonly weight: number | null;
}
