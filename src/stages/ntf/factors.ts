import type { Stage } from "../stage.js";
import { type FactorParameters, factorParameters } from "./factor-parameters.js";

/**
 * Affinity tensors → their non-negative CP decomposition: for every run and rank several random starts, what speaks for
 * each rank, and the components of the one that is chosen. See `fitCp`, `scanRanks`, `chooseRank`.
 *
 * Ranks that no tensor of the shape has are left out with a warning. Nothing is chosen silently: `rank` holds all curves
 * and how the choice was made, `run` every fit with its errors.
 * Cost: sweeps · starts · sum of ranks · entries of the tensor (matrix-free: numbers in the slopes). Memory: the tensor
 * twice, and the factors of all fits.
 * @throws {NeurotablesError} `ntf/zero-tensor`, `ntf/form`, `ntf/rank` where a run has no possible rank.
 * @throws {UsageError} `usage/run` where parameters are given for a run that there is not.
 * @throws {DeviceError} also `device/oracle` where the device computes something else than the definition.
 */
export const factors: Stage<FactorParameters> = {
  name: "ntf/factors",
  description: "Non-negative factors of affinity tensors: components, the evidence for their number, every fit",
  inputs: ["experiment", "slope", "bin", "mask"],
  outputs: [
    "run",
    "start_factor",
    "rank",
    "component",
    "factor_time",
    "factor_animal",
    "factor_pair",
    "factor_neuron",
    "factor_parameter",
  ],
  usesDevice: true,
  parameters: factorParameters,
  async run(context) {
    await (await import("./factors-run.js")).runFactors(context);
  },
};
