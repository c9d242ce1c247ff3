import type { VolumeSource } from "../../formats/volume/volume.js";
import type { PairRow, PredictionRow, ScoreRecordRow } from "../../tables/generated/segmentation.js";
import type { StageContext } from "../stage.js";
import { chunkVolume } from "../volumes/chunk-volume.js";
import { summaryOfScore } from "./aggregate/image-summary.js";
import { FISBE_PRESET, type ImageScore, type Profile } from "./metrics/image-score.js";
import { imageScoreJson } from "./metrics/image-score-json.js";
import { scoreImage } from "./metrics/score-image.js";
import type { ScoredSample, ScoreParameters } from "./score-predictions.js";

/** Scores the predictions of one sample, and writes `pair` and `score_record`. */
export async function scoreSample(
  context: StageContext<ScoreParameters>,
  predictions: readonly PredictionRow[],
  sample: ScoredSample,
): Promise<void> {
  const { profiles } = context.parameters;
  const total = predictions.length * profiles.length;
  let done = 0;
  for (const prediction of predictions) {
    const truth = await chunkVolume(context.input("chunk"), {
      sample_id: prediction.sample_id,
      array: "gt_instances",
    });
    const predicted = await chunkVolume(context.input("segmentation.chunk"), {
      prediction_id: prediction.prediction_id,
    });
    if (truth === undefined || predicted === undefined) {
      context.log.warn(`${prediction.prediction_id} cannot be scored: the voxels of ${missing(truth)} are not stored`);
      continue;
    }
    for (const profile of profiles) {
      const score = await scoreOne(context, { truth, predicted, profile, sample });
      context.sink("pair").write(pairRows(prediction.prediction_id, profile, score));
      context.sink("score_record").write([scoreRow(prediction, profile, sample, score)]);
      context.progress(++done, total, "scores");
    }
  }
}

function missing(truth: VolumeSource | undefined): string {
  return truth === undefined ? "the ground truth" : "the prediction";
}

function scoreOne(
  context: StageContext<ScoreParameters>,
  given: {
    readonly truth: VolumeSource;
    readonly predicted: VolumeSource;
    readonly profile: Profile;
    readonly sample: ScoredSample;
  },
): Promise<ImageScore> {
  const { truth, predicted, profile, sample } = given;
  return scoreImage({
    truth,
    prediction: predicted,
    options: {
      ...FISBE_PRESET,
      profile,
      match: context.parameters.match,
      removeSmall: context.parameters.remove_small,
      partly: sample.partly,
      dimNeurons: sample.dimNeurons,
    },
    signal: context.signal,
    threads: context.threads,
  });
}

/** Pairs that share something of a skeleton, and each side's share in the background. */
function* pairRows(prediction: string, profile: Profile, score: ImageScore): Generator<PairRow> {
  const { recall, precision, score: dice, recallWithoutOverlap } = score;
  for (let truth = 0; truth < recall.rows; truth++) {
    for (let predicted = 0; predicted < recall.columns; predicted++) {
      const at = truth * recall.columns + predicted;
      const without = recallWithoutOverlap?.values[at];
      if (recall.values[at] === 0 && precision.values[at] === 0) continue;
      yield {
        prediction_id: prediction,
        profile,
        gt_id: truth,
        pred_id: predicted,
        cl_recall: recall.values[at] as number,
        cl_precision: precision.values[at] as number,
        cl_dice: dice.values[at] as number,
        cl_recall_no_overlap: without ?? null,
      };
    }
  }
}

function scoreRow(
  prediction: PredictionRow,
  profile: Profile,
  sample: ScoredSample,
  score: ImageScore,
): ScoreRecordRow {
  return {
    prediction_id: prediction.prediction_id,
    sample_id: prediction.sample_id,
    method: prediction.method,
    profile,
    partly: sample.partly,
    split: sample.split,
    summary: JSON.stringify({ pooled: summaryOfScore(score), official: imageScoreJson(score) }),
    warnings: [...sample.warnings, ...score.warnings],
  };
}
