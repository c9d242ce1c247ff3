import type { Device } from "../../compute/device/device.js";
import { openDevice } from "../../compute/device/open-device.js";
import { coreConsistency as consistencyOf } from "./corcondia.js";
import { checkInit, checkNumber, checkTensor } from "./cp-input.js";
import { type CpModel, type Factors, normalisedModel, type Shape } from "./cp-model.js";
import { factorMatch } from "./factor-match.js";

/** Factors with their weights, as `nonnegativeCp` returns them; without weights they are 1. */
export interface WeightedFactors {
  readonly factors: Factors;
  readonly weights?: ArrayLike<number>;
}

/**
 * Factor match score of two decompositions of tensors of one shape, in [0, 1]: the mean over matched components of the
 * product of cosines. 1 where they have the same components in any order and scale.
 */
export function factorMatchScore(left: WeightedFactors, right: WeightedFactors, shape: Shape): number {
  return factorMatch(modelOf(left, shape), modelOf(right, shape)).score;
}

/**
 * Core consistency (CORCONDIA) in percent of a decomposition of a tensor, computed in float64: 100 where components do
 * not interact, below 0 for one with too many. Cost: about rank / 3 sweeps.
 * @throws {UsageError} as `nonnegativeCp`.
 */
export async function coreConsistency(options: {
  readonly data: Float64Array | Float32Array;
  readonly shape: Shape;
  readonly model: WeightedFactors;
  readonly mask?: ArrayLike<number | boolean>;
  /** Name of a device with float64 (default `cpu`), or an open one. */
  readonly device?: string | Device;
}): Promise<number> {
  const { data, shape, mask, device = "cpu" } = options;
  const { values, presence, missing } = checkTensor(data, shape, mask, "float64");
  const model = modelOf(options.model, shape);
  const opened = typeof device === "string" ? await openDevice(device) : device;
  try {
    return await opened.scope((memory) =>
      consistencyOf(opened, { form: "dense", values: memory.upload("float64", values), shape }, model, {
        presence,
        missing,
      }),
    );
  } finally {
    if (opened !== device) await opened.close();
  }
}

function modelOf({ factors, weights }: WeightedFactors, shape: Shape): CpModel {
  const rank = factors[0].length / shape[0];
  checkNumber("rank", rank, 1, 2 ** 31);
  checkInit(factors, shape, rank);
  if (weights === undefined) return normalisedModel(factors, shape, rank);
  const first = factors[0].map((value, i) => value * (weights[i % rank] as number));
  return normalisedModel([first, factors[1], factors[2]], shape, rank);
}
