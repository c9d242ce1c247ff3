import type { NeuronFacts } from "../neuron-order.js";

/** A recording as its picture needs it: plain values, times in seconds after frame 0. */
export interface ActivityData {
  readonly recording: RecordingFacts;
  /** Traces to show, in any order. */
  readonly traces: readonly TraceRow[];
  /** Types by label; undefined where no table states them. */
  readonly neurons: ReadonlyMap<string, NeuronFacts> | undefined;
  /** Time of each frame. */
  readonly frameTimesS: ArrayLike<number>;
  readonly channels: readonly BehaviourChannel[];
  readonly events: readonly EventSpan[];
  readonly stimuli: readonly StimulusMark[];
  /** What could not be read or is left out, for the notes. */
  readonly notes: readonly string[];
}

export interface RecordingFacts {
  readonly id: string;
  readonly dataset: string;
  readonly condition: string | null;
  readonly strain: string | null;
  readonly rois: number;
  readonly labelled: number;
  readonly frames: number;
  readonly durationS: number | null;
}

export interface TraceRow {
  readonly roi: number;
  /** Canonical neuron, or null. */
  readonly label: string | null;
  /** What the source calls it. */
  readonly rawLabel: string | null;
  readonly neuronClass: string | null;
  /** Step of the samples; sample k is centred at k × dtS. */
  readonly dtS: number;
  /** z-scores; NaN where there is none. */
  readonly values: ArrayLike<number>;
  /** The kind of trace that was resampled. */
  readonly sourceKind: string | null;
}

export interface BehaviourChannel {
  readonly name: string;
  readonly unit: string | null;
  /** One value per frame; NaN where there is none. */
  readonly values: ArrayLike<number>;
}

export interface EventSpan {
  readonly name: string;
  /** null: before the first frame. */
  readonly startS: number | null;
  /** null: a point. */
  readonly endS: number | null;
  /** Name of a state. */
  readonly value: string | null;
}

export interface StimulusMark {
  /** With its concentration, where stated. */
  readonly name: string;
  readonly onS: number;
  readonly offS: number | null;
}
