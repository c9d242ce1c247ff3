import { randomNumbers } from "../../compute/statistics/random-numbers.js";
import type { Shape } from "./cp-model.js";
import type { HostTensor } from "./host-tensor.js";

/** Stream of the random numbers that choose entries; those of starts are others. */
const STREAM = 0x68_6f_6c_64;

export interface HeldOutOptions {
  /** Share of the entries, chosen at random. */
  readonly fraction: number;
  /** Bins before and after an entry that are left out with it: smoothing carries its value there. */
  readonly gap: number;
  readonly seed: number;
  /** Bins with different numbers are no neighbours (bins of different animals in sequence). */
  readonly animalOfBin?: Int32Array | undefined;
}

export interface HeldOut {
  /** Row-major indices of the entries that are scored, rising. */
  readonly scored: Uint32Array;
  /** Those of all that a fit must not see: these, their neighbours in time, and what is missing anyway. */
  readonly missing: Uint32Array;
}

/**
 * Chooses entries of a dense tensor to be held out. Of a symmetric tensor (i, j) goes with (j, i), and the diagonal stays.
 * Time is mode 1 of pairs × bins × animals and mode 2 of items × items × bins. Memory: one byte per entry.
 */
export function holdOut(tensor: HostTensor, { fraction, gap, seed, animalOfBin }: HeldOutOptions): HeldOut {
  const { shape, symmetric } = tensor;
  const random = randomNumbers(seed, STREAM);
  const state = new Uint8Array(shape[0] * shape[1] * shape[2]);
  const absent = 3;
  for (const entry of tensor.missing ?? []) state[entry] = absent;
  const [bins, step] = symmetric ? [shape[2], 1] : [shape[1], shape[2]];
  for (const series of seriesOf(shape, symmetric)) {
    const chosen: number[] = [];
    for (let bin = 0; bin < bins; bin++) {
      const isChosen = random() < fraction;
      const at = series.first + bin * step;
      if (isChosen && state[at] !== absent && isPresent(tensor, series.first, bin)) chosen.push(bin);
    }
    for (const first of [series.first, series.mirror]) {
      if (first === undefined) continue;
      for (const bin of chosen) {
        for (let near = Math.max(0, bin - gap); near <= Math.min(bins - 1, bin + gap); near++) {
          const at = first + near * step;
          const isSameAnimal = animalOfBin === undefined || animalOfBin[near] === animalOfBin[bin];
          if (isSameAnimal && state[at] === 0 && isPresent(tensor, first, near)) state[at] = 1;
        }
      }
      for (const bin of chosen) state[first + bin * step] = 2;
    }
  }
  return { scored: indices(state, (value) => value === 2), missing: indices(state, (value) => value !== 0) };
}

/** The entries along time, by the first of them; of a symmetric tensor with their mirror images. */
function* seriesOf(shape: Shape, symmetric: boolean): Generator<{ first: number; mirror?: number }> {
  const [rows, columns, depth] = shape;
  for (let i = 0; i < rows; i++) {
    if (symmetric) {
      for (let j = i + 1; j < columns; j++)
        yield { first: (i * columns + j) * depth, mirror: (j * columns + i) * depth };
    } else {
      for (let k = 0; k < depth; k++) yield { first: i * columns * depth + k };
    }
  }
}

/** Whether the tensor has the entry of the series in the bin. */
function isPresent({ presence, shape }: HostTensor, first: number, bin: number): boolean {
  if (presence === undefined) return true;
  const { mask } = presence;
  if (presence.layout === "cells") {
    const k = first % shape[2];
    return mask[(first - k) / shape[1] + k] === 1;
  }
  const row = first / shape[2];
  const block = (presence.blockOf[bin] as number) * shape[0];
  return mask[block + Math.floor(row / shape[1])] === 1 && mask[block + (row % shape[1])] === 1;
}

function indices(state: Uint8Array, isWanted: (value: number) => boolean): Uint32Array {
  let count = 0;
  for (const value of state) if (isWanted(value)) count++;
  const found = new Uint32Array(count);
  for (let i = 0, at = 0; i < state.length; i++) if (isWanted(state[i] as number)) found[at++] = i;
  return found;
}
