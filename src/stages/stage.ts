import type { Transform, TransformContext } from "../transforms/transform.js";

/** A fact about how a result was found: a seed, a number of iterations, whether it converged. */
export type EvidenceValue = string | number | boolean | null;

export interface StageContext<P> extends TransformContext<P> {
  /** The partition worked on: a sample, a recording; "" where the stage runs once. */
  readonly partition: string;
  /** Threads that this unit of work may use. The result must not depend on them. */
  readonly threads: number;
  /**
   * Keeps facts beside the result: in the log of the unit, in its record and in `neurotables.step`. The same name again
   * replaces the value. NaN and infinite numbers are kept as texts.
   */
  evidence(facts: Readonly<Record<string, EvidenceValue>>): void;
}

/**
 * Tables in, tables and evidence out, through computation that takes its time: a segmentation, a factorisation. Like a
 * {@link Transform} it is pure: the same inputs and parameters give the same rows.
 */
export interface Stage<P = unknown> extends Omit<Transform<P>, "run"> {
  run(context: StageContext<P>): Promise<void>;
}
