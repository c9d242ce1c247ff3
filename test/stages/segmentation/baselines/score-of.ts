import type { VolumeSource } from "../../../../src/formats/volume/volume.js";
import type { LabelResult } from "../../../../src/stages/segmentation/baselines/label-result.js";
import { labelSource } from "../../../../src/stages/segmentation/baselines/label-source.js";
import { FISBE_PRESET } from "../../../../src/stages/segmentation/metrics/image-score.js";
import { scoreImage } from "../../../../src/stages/segmentation/metrics/score-image.js";

/** S of one image: half the mean F1 over 0.1 … 0.9 and half the mean coverage. */
export async function scoreOf(truth: VolumeSource, result: LabelResult, partly = false): Promise<number> {
  const prediction = labelSource("prediction", result.shape, result.instances);
  const score = await scoreImage({ truth, prediction, options: { ...FISBE_PRESET, partly }, threads: 1 });
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const tenths = score.thresholds.filter(({ threshold }) => Number.isInteger(Math.round(threshold * 100) / 10));
  return (mean(tenths.map(({ fscore }) => fscore)) + mean(score.coverage)) / 2;
}
