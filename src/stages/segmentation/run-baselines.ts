import type { VolumeRecordRow } from "../../tables/generated/fisbe.js";
import type { Stage } from "../stage.js";
import { type BaselineParameters, baselineParameters } from "./baseline-parameters.js";

/**
 * Baselines over the voxels of a sample, one unit per sample: colour clustering after Duan et al., connected components
 * of the foreground, and the ground truth without overlaps, the most that a method without overlaps can reach. Needs the
 * voxels in `chunk`.
 */
export const baselines: Stage<BaselineParameters> = {
  name: "segmentation/baselines",
  description: "Baseline segmentations of FISBe volumes",
  inputs: ["volume_record", "chunk"],
  each: ["volume_record", "chunk"],
  outputs: ["baseline_prediction", "baseline_chunk"],
  parameters: baselineParameters,
  async run(context) {
    const { segmentSample } = await import("./segment-sample.js");
    for await (const volume of context.input("volume_record").rows<VolumeRecordRow>()) {
      await segmentSample(context, volume.sample_id);
    }
  },
};
