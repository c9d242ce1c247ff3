import type { Device } from "../compute/device/device.js";
import type { Transform, TransformContext } from "../transforms/transform.js";

/** A fact about how a result was found: a seed, a number of iterations, whether it converged. */
export type EvidenceValue = string | number | boolean | null;

/** Where a stage keeps how far it got, so that it goes on from there when it was interrupted or its device was lost. */
export interface Checkpoint {
  /** What the last call of `save` kept, by a run with the same key; undefined where there is nothing. */
  load(): Promise<Uint8Array | undefined>;
  /** Replaces it in one step. It is deleted when the stage succeeds. */
  save(bytes: Uint8Array): Promise<void>;
}

export interface StageContext<P> extends TransformContext<P> {
  /** The partition worked on: a sample, a recording; "" where the stage runs once. */
  readonly partition: string;
  /** Threads that this unit of work may use. The result must not depend on them. */
  readonly threads: number;
  /**
   * The device chosen by `--device`, opened on the first call and closed when the stage ends. Only for stages that say
   * `usesDevice`.
   * @throws {DeviceError} where it cannot be had.
   */
  device(): Promise<Device>;
  readonly checkpoint: Checkpoint;
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
  /** Whether it computes on a device: which one is then a part of its key. */
  readonly usesDevice?: boolean;
  run(context: StageContext<P>): Promise<void>;
}
