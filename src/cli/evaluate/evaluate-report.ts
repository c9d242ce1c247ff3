import type { AggregateScore } from "../../stages/segmentation/aggregate/aggregate-scores.js";
import { summaryOfScore } from "../../stages/segmentation/aggregate/image-summary.js";
import { imageSection } from "../../stages/segmentation/report/image-section.js";
import { segmentationReport } from "../../stages/segmentation/report/segmentation-report.js";
import { countText } from "../quantities.js";
import type { EvaluateRequest } from "./evaluate-request.js";
import type { ScoredPair } from "./score-pair.js";

/** The HTML report of one image, or of many with what they are together. */
export function evaluateReport({
  request,
  pairs,
  aggregate,
  warnings,
}: {
  readonly request: EvaluateRequest;
  readonly pairs: readonly ScoredPair[];
  readonly aggregate: AggregateScore;
  readonly warnings: readonly string[];
}): string {
  const several = pairs.length > 1;
  const anchor = (index: number) => `image-${index + 1}`;
  const { profile, localization, match, removeSmall } = request.options;
  return segmentationReport({
    title: several ? `Segmentation of ${pairs.length} images` : `Segmentation of ${pairs[0]?.sample ?? "no image"}`,
    options: [
      `profile ${profile}`,
      `localization ${localization}`,
      `${match} matching`,
      `predicted labels of at most ${countText(removeSmall)} voxels removed`,
      `truth ${request.truth.shown}`,
      `prediction ${request.prediction.shown}`,
    ],
    aggregate: several ? aggregate : undefined,
    rows: pairs.map(({ sample, partly, score }, index) => {
      const summary = summaryOfScore(score);
      return {
        sample,
        partly,
        id: anchor(index),
        score: summary.score,
        meanF1: summary.meanF1,
        coverage: summary.meanCoverage,
        truePositives: summary.truePositives,
        truth: summary.truth,
        prediction: summary.prediction,
      };
    }),
    sections: pairs.map((pair, index) => imageSection(pair, anchor(index))),
    warnings,
  });
}
