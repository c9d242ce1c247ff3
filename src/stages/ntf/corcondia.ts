import { InterruptedError } from "../../base/errors.js";
import type { Command, TensorOperand } from "../../compute/device/command.js";
import type { Device } from "../../compute/device/device.js";
import { treeSum } from "../../compute/device/partial-sums.js";
import { pseudoInverse } from "../../compute/linear-algebra/pseudo-inverse.js";
import type { CpModel, Factors } from "./cp-model.js";
import { type FactorBuffers, numberType } from "./cp-sweep.js";
import type { Presence } from "./presence.js";

export interface ConsistencyOptions {
  readonly presence?: Presence | undefined;
  /** Missing entries of a dense tensor: overwritten with the model. */
  readonly missing?: Uint32Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Core consistency in percent (R. Bro and H. A. L. Kiers, J. Chemom. 17, 2003): 100 (1 − Σ (G − T)² / R) with T the
 * superdiagonal of ones and G = X ×₀ A⁺ ×₁ B⁺ ×₂ C⁺, weights in mode 0. 100 for a model whose components do not
 * interact, far below 0 for one with too many; entries that are missing count as the model has them. G needs R
 * contractions of rank R with rows of the pseudo-inverses, in any form of the tensor: about R / 3 sweeps.
 * @throws {DeviceError}
 */
export async function coreConsistency(
  device: Device,
  tensor: TensorOperand,
  model: CpModel,
  { presence, missing, signal }: ConsistencyOptions = {},
): Promise<number> {
  const { rank, shape, weights } = model;
  const scaled = model.factors[0].map((value, i) => value * (weights[i % rank] as number));
  const factors: Factors = [scaled, model.factors[1], model.factors[2]];
  const inverses = shape.map((rows, mode) => pseudoInverse(factors[mode] as Float64Array, rows, rank));
  const [inverseA, inverseB, inverseC] = inverses as [Float64Array, Float64Array, Float64Array];
  const type = numberType(tensor);
  const core = presence === undefined ? new Float64Array(rank ** 3) : filledCore(factors, inverses, model, presence);
  await device.scope(async (memory) => {
    const upload = (factor: Float64Array) => memory.upload(type, factor);
    if (missing !== undefined && missing.length > 0 && tensor.form === "dense") {
      const entries = memory.upload("uint32", missing);
      const model = factors.map(upload) as unknown as FactorBuffers;
      await device.run([{ kind: "imputeEntries", tensor, entries, factors: model, rank }]);
    }
    const first = memory.allocate(type, shape[0] * rank);
    const second = upload(columnsOf(inverseB, shape[1], rank));
    const out = memory.allocate(type, shape[2] * rank);
    const contract: Command = { kind: "mttkrp", tensor, mode: 2, factors: [first, second, second], rank, out };
    for (let p = 0; p < rank; p++) {
      if (signal?.aborted) throw new InterruptedError();
      memory.write(first, repeated(inverseA, p, shape[0], rank));
      await device.run([contract]);
      const contracted = await memory.download(out);
      for (let q = 0; q < rank; q++) {
        for (let r = 0; r < rank; r++) {
          const terms = new Float64Array(shape[2]);
          for (let k = 0; k < shape[2]; k++) {
            terms[k] = (inverseC[r * shape[2] + k] as number) * (contracted[k * rank + q] as number);
          }
          const at = (p * rank + q) * rank + r;
          core[at] = (core[at] as number) + treeSum(terms);
        }
      }
    }
  });
  const distances = core.map((value, i) => (value - (i % (rank * rank + rank + 1) === 0 ? 1 : 0)) ** 2);
  return 100 * (1 - treeSum(distances) / rank);
}

/** Rank × rows → rows × rank. */
function columnsOf(inverse: Float64Array, rows: number, rank: number): Float64Array {
  return Float64Array.from(
    { length: rows * rank },
    (_, i) => inverse[(i % rank) * rows + Math.floor(i / rank)] as number,
  );
}

/** Row p of an inverse as every column of a factor. */
function repeated(inverse: Float64Array, p: number, rows: number, rank: number): Float64Array {
  return Float64Array.from({ length: rows * rank }, (_, i) => inverse[p * rows + Math.floor(i / rank)] as number);
}

/** The part of the core that entries give which are not there, each as the model has it: all of them less those there. */
function filledCore(
  factors: Factors,
  inverses: readonly Float64Array[],
  { shape, rank }: CpModel,
  presence: Presence,
): Float64Array {
  const everything = [0, 1, 2].map((mode) => projected(factors, inverses, shape, rank, mode as 0 | 1 | 2));
  const core = new Float64Array(rank ** 3);
  add(core, everything as [Float64Array, Float64Array, Float64Array], rank, 1);
  const { mask } = presence;
  if (presence.layout === "cells") {
    const animals = shape[2];
    for (let w = 0; w < animals; w++) {
      const pairs = projected(factors, inverses, shape, rank, 0, (p) => mask[p * animals + w] === 1);
      const animal = projected(factors, inverses, shape, rank, 2, (k) => k === w);
      add(core, [pairs, everything[1] as Float64Array, animal], rank, -1);
    }
    return core;
  }
  const items = shape[0];
  for (let block = 0; block < mask.length / items; block++) {
    const here = (i: number) => mask[block * items + i] === 1;
    const parts = [
      projected(factors, inverses, shape, rank, 0, here),
      projected(factors, inverses, shape, rank, 1, here),
      projected(factors, inverses, shape, rank, 2, (t) => presence.blockOf[t] === block),
    ] as [Float64Array, Float64Array, Float64Array];
    add(core, parts, rank, -1);
  }
  return core;
}

/** F⁺F (rank × rank) over the rows that `keep` keeps. */
function projected(
  factors: Factors,
  inverses: readonly Float64Array[],
  shape: CpModel["shape"],
  rank: number,
  mode: 0 | 1 | 2,
  keep: (row: number) => boolean = () => true,
): Float64Array {
  const [factor, inverse, rows] = [factors[mode], inverses[mode] as Float64Array, shape[mode]];
  const product = new Float64Array(rank * rank);
  for (let row = 0; row < rows; row++) {
    if (!keep(row)) continue;
    for (let p = 0; p < rank; p++) {
      const value = inverse[p * rows + row] as number;
      for (let q = 0; q < rank; q++) {
        product[p * rank + q] = (product[p * rank + q] as number) + value * (factor[row * rank + q] as number);
      }
    }
  }
  return product;
}

/** core[p, q, r] += sign · Σ_s first[p, s] · second[q, s] · third[r, s]. */
function add(
  core: Float64Array,
  [first, second, third]: readonly [Float64Array, Float64Array, Float64Array],
  rank: number,
  sign: 1 | -1,
): void {
  for (let i = 0; i < core.length; i++) {
    const [p, q, r] = [Math.floor(i / (rank * rank)), Math.floor(i / rank) % rank, i % rank];
    let sum = 0;
    for (let s = 0; s < rank; s++) {
      sum += (first[p * rank + s] as number) * (second[q * rank + s] as number) * (third[r * rank + s] as number);
    }
    core[i] = (core[i] as number) + sign * sum;
  }
}
