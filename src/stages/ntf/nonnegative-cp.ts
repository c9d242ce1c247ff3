import { UsageError } from "../../base/errors.js";
import type { Device, FloatType } from "../../compute/device/device.js";
import { openDevice } from "../../compute/device/open-device.js";
import { checkInit, checkNumber, checkRank, checkTensor } from "./cp-input.js";
import { type Factors, normalisedModel, type Shape } from "./cp-model.js";
import type { Algorithm } from "./cp-sweep.js";
import { fitCp } from "./fit-cp.js";
import { seenRows } from "./presence.js";
import { randomStart } from "./random-start.js";

export interface NonnegativeCpOptions {
  /** Entries of a three-way tensor, row-major: (i, j, k) at (i · J + j) · K + k. Finite, at least 0. */
  readonly data: Float64Array | Float32Array;
  readonly shape: Shape;
  /** Components; at most the smallest product of two of the sizes. */
  readonly rank: number;
  /** Factors to start from, of the form of the result, used as they are. Without them the start is random, see `seed`. */
  readonly init?: Factors;
  /** Seed of the random start, 0 to 2³² − 1 (default 0). */
  readonly seed?: number;
  /** `hals` (default): hierarchical alternating least squares; `mu`: multiplicative updates. */
  readonly algorithm?: Algorithm;
  /** Sweeps over the three modes, at most (default 500). */
  readonly iterations?: number;
  /** Ends after the first sweep from the 50th on that changes the relative error by less. Default: never. */
  readonly tolerance?: number;
  /** One number or boolean per entry: 1 counts, 0 is missing. What `data` has there does not matter, NaN included. */
  readonly mask?: ArrayLike<number | boolean>;
  /** Default: float64 where the device has it. */
  readonly dtype?: FloatType;
  /** Name of a device (default `cpu`), or an open one, which stays open. */
  readonly device?: string | Device;
}

export interface NonnegativeCp {
  /** Size of the mode × rank each, row-major; columns of norm 1, or zero. */
  readonly factors: [Float64Array, Float64Array, Float64Array];
  /** Of the components, falling. */
  readonly weights: Float64Array;
  /** errors[k] = ‖X − model‖ / ‖X‖ after sweep k + 1, over the entries that count, before factors were normalised. */
  readonly errors: Float64Array;
}

/**
 * Non-negative CP decomposition X ≈ Σ_r weights[r] · a_r ∘ b_r ∘ c_r of a three-way tensor. The same arguments give the same
 * numbers on `reference` and `cpu`, for any number of threads. A mask that is the same along mode 1 is fitted exactly, any
 * other by filling missing entries with the model before each sweep; rows without entries get zeros.
 * Cost per sweep: 6 · entries · rank operations; memory: the tensor once more, in the type of the device.
 * @throws {UsageError} for arguments that do not fit, with the values: `usage/tensor-shape`, `tensor-type`,
 * `tensor-value`, `tensor-zero`, `tensor-mask`, `rank`, `init`, `algorithm`, `iterations`, `tolerance`, `seed`.
 * @throws {DeviceError} where the device cannot be had or lacks the type.
 */
export async function nonnegativeCp(options: NonnegativeCpOptions): Promise<NonnegativeCp> {
  const { data, shape, rank, init, seed = 0, algorithm = "hals", iterations = 500, tolerance, mask, dtype } = options;
  if (algorithm !== "hals" && algorithm !== "mu") {
    throw new UsageError("algorithm", `algorithm is ${JSON.stringify(algorithm)}`, { wayOut: "give hals or mu" });
  }
  checkNumber("iterations", iterations, 1, 1e9);
  checkNumber("seed", seed, 0, 2 ** 32 - 1);
  if (tolerance !== undefined) checkNumber("tolerance", tolerance, 0, 1, false);
  return withDevice(options.device ?? "cpu", async (device) => {
    const type = dtype ?? (device.description.floats[0] as FloatType);
    const { values, normSquared, presence, missing } = checkTensor(data, shape, mask, type);
    checkRank(rank, shape);
    if (init !== undefined) checkInit(init, shape, rank);
    const seen = seenRows(shape, presence, missing);
    const start = init ?? randomStart({ shape, rank, start: 0, seed, normSquared, seen });
    const fit = await device.scope((memory) =>
      fitCp(
        device,
        memory,
        { form: "dense", values: memory.upload(type, values), shape },
        { rank, init: start, algorithm, iterations, tolerance, normSquared, presence, missing },
      ),
    );
    const { factors, weights } = normalisedModel(fit.factors, shape, rank);
    return { factors: [...factors], weights, errors: fit.errors };
  });
}

async function withDevice<T>(device: string | Device, body: (device: Device) => Promise<T>): Promise<T> {
  if (typeof device !== "string") return body(device);
  const opened = await openDevice(device);
  try {
    return await body(opened);
  } finally {
    await opened.close();
  }
}
