import { z } from "zod";
import { listedName } from "../../loaders/fisbe/sample-name.js";
import type { SplitRecordRow, VolumeRecordRow } from "../../tables/generated/fisbe.js";
import type { PredictionRow } from "../../tables/generated/segmentation.js";
import type { Stage } from "../stage.js";

const parameters = z.strictObject({
  profiles: z
    .array(z.enum(["flylight", "fixed"]))
    .min(1)
    .default(["flylight", "fixed"])
    .describe("flylight: the rules of the published tool; fixed: without its defects"),
  remove_small: z.int().min(0).default(800).describe("predicted labels of at most this many voxels are deleted"),
  match: z.enum(["greedy", "hungarian"]).default("greedy").describe("how predictions are assigned to neurons"),
  partly: z.boolean().default(false).describe("whether samples of unknown set are partly labelled"),
});

export type ScoreParameters = z.infer<typeof parameters>;

/** What the list and the volume say of a sample. */
export interface ScoredSample {
  readonly partly: boolean;
  readonly split: SplitRecordRow["split"] | null;
  readonly dimNeurons: readonly number[];
  readonly warnings: readonly string[];
}

/**
 * Predictions against the ground truth of their sample, by the metrics of the FISBe benchmark: one unit per sample.
 * Samples without ground truth or without a prediction give no rows. The set (completely or partly labelled) is that of
 * the list of samples, else that of the volume's folder, else `partly`.
 */
export const scorePredictions: Stage<ScoreParameters> = {
  name: "segmentation/score",
  description: "The metrics of the FISBe benchmark, for every prediction with a ground truth",
  inputs: ["volume_record", "chunk", "segmentation.prediction", "segmentation.chunk", "split_record"],
  each: ["volume_record", "chunk", "segmentation.prediction", "segmentation.chunk"],
  outputs: ["pair", "score_record"],
  parameters,
  async run(context) {
    const { scoreSample } = await import("./score-sample.js");
    const predictions: PredictionRow[] = [];
    for await (const row of context.input("segmentation.prediction").rows<PredictionRow>()) predictions.push(row);
    for await (const volume of context.input("volume_record").rows<VolumeRecordRow>()) {
      if (volume.n_instances === null) continue;
      const own = predictions.filter(({ sample_id: sample }) => sample === volume.sample_id);
      if (own.length === 0) continue;
      const listed = await listedSample(context.input("split_record").rows<SplitRecordRow>(), volume.sample_id);
      await scoreSample(context, own, scoredSample(volume, listed, context.parameters));
    }
  },
};

async function listedSample(rows: AsyncIterable<SplitRecordRow>, sample: string): Promise<SplitRecordRow | undefined> {
  const name = listedName(sample);
  for await (const row of rows) if (row.sample_id === name) return row;
  return undefined;
}

function scoredSample(
  volume: VolumeRecordRow,
  listed: SplitRecordRow | undefined,
  { partly }: ScoreParameters,
): ScoredSample {
  const labelSet = listed?.label_set ?? volume.label_set;
  const assumed = partly ? "partly" : "completely";
  return {
    partly: (labelSet ?? assumed) === "partly",
    split: listed?.split ?? volume.split,
    dimNeurons: volume.dim_neurons === null ? [] : Array.from(volume.dim_neurons),
    warnings: labelSet === null ? [`no list names ${volume.sample_id}: taken as ${assumed} labelled`] : [],
  };
}
