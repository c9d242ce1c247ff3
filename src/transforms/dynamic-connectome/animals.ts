import { z } from "zod";
import type { Transform } from "../transform.js";

const parameters = z.strictObject({
  recordings: z
    .array(z.string().min(1))
    .min(1)
    .default(["*"])
    .describe("recordings that take part: patterns of recording_id, in which * is any text and ? one character"),
  trace: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("kind of trace of the source, such as F_over_mean; null: the primary kind of each recording"),
  min_confidence: z
    .number()
    .default(2.5)
    .describe("least confidence of a label, on the scale of its source; labels without one pass"),
  min_neurons: z
    .int()
    .min(1)
    .default(2)
    .describe("recordings with fewer identified neurons are left out, and named in the log"),
  clock_resolution_s: z
    .number()
    .positive()
    .default(1)
    .describe("onsets of stimuli are compared after rounding to multiples of so many seconds"),
});

export type AnimalParameters = z.infer<typeof parameters>;

/**
 * Tables of `celegans_activity` → `animal`, `animal_trace`, `animal_mask`: the recordings that take part, and the traces
 * of their identified neurons on the frames of the source.
 *
 * An animal is a recording, a neuron is the label of a ROI whose status is exact or alias. Labels of lower confidence are
 * in `animal_mask`, and so are neurons without any value. Traces are of one kind per recording, never resampled; NaN
 * where they have no value. Memory: the times of all recordings, and the traces of one.
 * @throws {UsageError} `usage/no-recording` where no recording is chosen or has enough neurons.
 * @throws {ContractError} `contract/no-trace` naming the recordings that lack the kind and those they have,
 * `contract/orphan`, `contract/duplicate-label`, `contract/recording-split`, `contract/uneven-traces`.
 */
export const animals: Transform<AnimalParameters> = {
  name: "dynamic-connectome/animals",
  description: "Recordings and traces of identified neurons, from which co-activity is inferred",
  inputs: [
    "celegans_activity.recording",
    "celegans_activity.roi",
    "celegans_activity.trace",
    "celegans_activity.frame",
    "celegans_activity.stimulus",
  ],
  outputs: ["animal", "animal_trace", "animal_mask"],
  parameters,
  async run(context) {
    // Arrow is imported when it is needed: a run that finds everything cached reads the parameters alone.
    await (await import("./write-animals.js")).writeAnimals(context);
  },
};
