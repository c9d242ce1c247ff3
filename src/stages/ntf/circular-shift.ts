import { hashOf } from "../../base/hash.js";
import { randomNumbers } from "../../compute/statistics/random-numbers.js";

/** What a shift is drawn from: the same names give the same shift, whatever else is shifted. */
export interface ShiftNames {
  readonly seed: number;
  readonly runId: string;
  readonly animalId: string;
  readonly neuronId: string;
}

/**
 * A shift drawn uniformly from `minimum` … `frames − minimum`.
 * @throws {RangeError} for fewer than 2 · minimum frames.
 */
export function drawShift(frames: number, minimum: number, { seed, runId, animalId, neuronId }: ShiftNames): number {
  const choices = frames - 2 * minimum + 1;
  if (choices < 1) throw new RangeError(`${frames} frames cannot be shifted by ${minimum} to either side`);
  const key = Number.parseInt(hashOf([seed, runId, animalId, neuronId]).slice(0, 8), 16);
  return minimum + Math.floor(randomNumbers(key)() * choices);
}

/** The trace `shift` frames later, its end put before its beginning. */
export function circularShift(trace: Float64Array, shift: number): Float64Array {
  const shifted = new Float64Array(trace.length);
  shifted.set(trace.subarray(trace.length - shift));
  shifted.set(trace.subarray(0, trace.length - shift), shift);
  return shifted;
}

/** First frames of the segments of a trace that was shifted, rising. Where its ends meet is no border. */
export function shiftSegments(starts: readonly number[], shift: number, frames: number): number[] {
  const borders = starts.slice(1).map((start) => (start + shift) % frames);
  return [0, ...borders.filter((start) => start > 0).sort((a, b) => a - b)];
}
