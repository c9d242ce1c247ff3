import type { Stage } from "../stage.js";
import { type AffinityParameters, affinityParameters } from "./experiments.js";

/**
 * Traces of `animal_trace` → for every experiment the slopes of the neurons it takes, in its order, and all that makes
 * a tensor of them: bins, masks, shape.
 *
 * A slope is the derivative of a Gaussian of the trace, divided by its root mean square over all frames, clipped and
 * scaled to [-1, 1]. Edges repeat the nearest sample; nothing reaches across a border of segments, though a bin may hold
 * frames of two. Devices compute the affinity of a pair from slopes; the tensor is not stored. The exact formula of the
 * published system is not known: this is our proposal. Memory: the traces of one animal and the names of all.
 *
 * A control `circular_shift` turns each trace before its derivative by a shift drawn uniformly between `minimum_frames`
 * and the length less that, from the seed, the run, the animal and the neuron.
 * @throws {UsageError} `usage/no-recording`, `usage/signed-concatenated`.
 * @throws {LoadError} `load/trace-nan` naming animal, neuron and frame, `load/few-neurons`, `load/short-recording`.
 */
export const affinity: Stage<AffinityParameters> = {
  name: "ntf/affinity",
  description: "Slopes of traces, bins and masks: the affinity tensor of each experiment",
  inputs: ["animal", "animal_trace", "animal_mask"],
  outputs: ["experiment", "slope", "bin", "mask", "affinity_pair", "affinity_parameter"],
  parameters: affinityParameters,
  async run(context) {
    await (await import("./affinity-run.js")).runAffinity(context);
  },
};
