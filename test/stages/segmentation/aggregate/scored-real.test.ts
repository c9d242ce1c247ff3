import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openNpy } from "../../../../src/formats/volume/npy.js";
import { setScoreJson } from "../../../../src/stages/segmentation/aggregate/aggregate-json.js";
import { aggregateScores } from "../../../../src/stages/segmentation/aggregate/aggregate-scores.js";
import { summaryOfScore } from "../../../../src/stages/segmentation/aggregate/image-summary.js";
import { type KeyedScore, summaryOfKeys } from "../../../../src/stages/segmentation/aggregate/keyed-summary.js";
import type { SetScore, SummarizedImage } from "../../../../src/stages/segmentation/aggregate/pool-images.js";
import { FISBE_PRESET } from "../../../../src/stages/segmentation/metrics/image-score.js";
import { imageScoreJson } from "../../../../src/stages/segmentation/metrics/image-score-json.js";
import { scoreImage } from "../../../../src/stages/segmentation/metrics/score-image.js";
import { realData } from "../../../support/real-data.js";

const data = realData("fisbe");

describe.skipIf(!data.present)(`seven reference cases, scored and pooled${data.reason}`, () => {
  it("give the reference aggregation to 1e-6", async () => {
    const expected = JSON.parse(readFileSync(data.path("reference", "aggregate_expected.json"), "utf8"));
    const images: SummarizedImage[] = [];
    for (const [index, sample] of (expected.samples as string[]).entries()) {
      const folder = (name: string) => data.path("reference", sample, name);
      const { dim_neurons: dimNeurons } = JSON.parse(readFileSync(folder("expected.json"), "utf8"));
      const partly = expected.partly[index] as boolean;
      const open = (name: string) => openNpy(folder(name), { file: name });
      const [truth, prediction] = [await open("gt_instances.npy"), await open("pred_labels.npy")];
      const score = await scoreImage({
        truth,
        prediction,
        options: { ...FISBE_PRESET, partly, dimNeurons },
        threads: 1,
      });
      await truth.close();
      await prediction.close();
      const summary = summaryOfScore(score);
      expect(summaryOfKeys(imageScoreJson(score) as KeyedScore, sample)).toEqual(summary);
      images.push({ sample, partly, score: summary });
    }
    const { complete, partly, combined } = aggregateScores(images, { combined: "code" });
    let compared = 0;
    const compare = (ours: unknown, theirs: unknown, place: string) => {
      if (typeof theirs === "number") {
        expect(Math.abs((ours as number) - theirs), place).toBeLessThan(1e-6);
        compared++;
      } else {
        for (const [key, item] of Object.entries(theirs as object)) {
          compare((ours as Record<string, unknown>)[key], item, `${place} ${key}`);
        }
      }
    };
    compare(setScoreJson(complete as SetScore), expected.complete, "complete");
    compare(setScoreJson(partly as SetScore), expected.partly_set, "partly");
    compare(setScoreJson(combined), expected.combined, "combined");
    expect(compared).toBeGreaterThan(150);
  });
});
