import { z } from "zod";
import type { Loader } from "../loader.js";

const parameters = z.strictObject({
  data: z.boolean().default(false).describe("store the voxels, not only where blocks are and their hashes"),
  raw_key: z.string().min(1).default("volumes/raw").describe("array of the image in a volume"),
  truth_key: z.string().min(1).default("volumes/gt_instances").describe("array of the ground truth in a volume"),
  prediction_keys: z
    .array(z.string().min(1))
    .default(["volumes/gmm_label_cleaned", "volumes/prediction", "prediction"])
    .describe("arrays that are predictions: the first that a file holds; not needed for files with one array"),
  methods: z
    .record(z.string(), z.string().min(1))
    .default({})
    .describe("name of the method by the folder that its predictions lie in; default: the folder's name"),
  remove_small: z.int().min(0).default(800).describe("predicted labels of at most this many voxels do not count"),
});

export type SampleParameters = z.infer<typeof parameters>;

/**
 * A sample: its volume with ground truth (a Zarr folder or zip with `volumes/raw`), and predictions of it (Zarr, HDF5,
 * npy; labels from 1, one or more channels) under the same name. What is read is streamed, block by block.
 * @throws {LoadError} as `loadSample`, `loadVolume` and `loadPrediction`. {FormatError} for broken bytes.
 */
export const sample: Loader<SampleParameters> = {
  name: "fisbe/sample",
  description: "FISBe volumes with ground truth, and predictions of them",
  partition: { group: "([^/.]+)[^/]*$" },
  independent: true,
  outputs: [
    "volume_record",
    "instance",
    "skeleton",
    "chunk",
    "published_prediction",
    "published_chunk",
    "predicted_instance",
    "predicted_skeleton",
  ],
  parameters,
  async load(context) {
    const { loadSample } = await import("./load-sample.js");
    await loadSample(context);
  },
};
