import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { VolumeSource, VolumeType } from "../../../../src/formats/volume/volume.js";
import {
  FISBE_PRESET,
  type ImageScore,
  type ScoreMatrix,
  type ScoreOptions,
} from "../../../../src/stages/segmentation/metrics/image-score.js";
import { imageScoreJson, scoreMeans } from "../../../../src/stages/segmentation/metrics/image-score-json.js";
import { scoreImage } from "../../../../src/stages/segmentation/metrics/score-image.js";
import { type MemoryVolumeOptions, memoryVolume } from "../../../support/memory-volume.js";
import { scoreOptions, type TinyImage, tinyImage } from "./arbitrary-labels.js";
import { naiveScore } from "./naive-score.js";

function volume(
  shape: TinyImage["shape"],
  channels: readonly Float64Array[],
  options: MemoryVolumeOptions = {},
): VolumeSource {
  const size = shape[0] * shape[1] * shape[2];
  const values = new Float64Array(size * channels.length);
  for (const [c, channel] of channels.entries()) values.set(channel, c * size);
  return memoryVolume([channels.length, ...shape], values, options);
}

function scored(image: TinyImage, options: ScoreOptions): Promise<ImageScore> {
  const { shape, truth, prediction } = image;
  return scoreImage({ truth: volume(shape, truth), prediction: volume(shape, prediction), options });
}

function rowsOf({ rows, columns, values }: ScoreMatrix): number[][] {
  return Array.from({ length: rows }, (_, row) => Array.from(values.subarray(row * columns, (row + 1) * columns)));
}

function expectNear(found: readonly number[] | undefined, expected: readonly number[]): void {
  expect(found?.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(Math.abs((found?.[i] as number) - value)).toBeLessThan(1e-6);
}

describe("scores of tiny random images", () => {
  for (const dimensions of [3, 2] as const) {
    it(`are those of the written rules, in ${dimensions} dimensions`, async () => {
      await fc.assert(
        fc.asyncProperty(tinyImage(dimensions), scoreOptions, async (image, drawn) => {
          const options: ScoreOptions = { ...drawn, match: "greedy", dimensions };
          const found = await scored(image, options);
          const expected = naiveScore(image.shape, { channels: image.truth }, { channels: image.prediction }, options);
          expect([found.truth.length, found.prediction.length]).toEqual([expected.truths, expected.predictions]);
          expect(rowsOf(found.recall)).toEqual(expected.recall);
          expect(rowsOf(found.precision)).toEqual(expected.precision);
          expect(rowsOf(found.score)).toEqual(expected.score);
          expect(found.recallWithoutOverlap && rowsOf(found.recallWithoutOverlap)).toEqual(expected.withoutOverlap);
          const thresholds = found.thresholds.map((at) => ({
            counts: [at.truePositives, at.falsePositives, at.falseNegatives, at.falseSplit, at.falseMerge],
            matches: at.matches.map(({ truth, prediction }) => [truth, prediction]),
          }));
          expect(thresholds).toEqual(expected.thresholds);
          expectNear(found.coverage, expected.coverage);
          expect(found.splitMatches).toEqual(expected.splitMatches);
          expect(found.mergeMatches).toEqual(expected.mergeMatches);
          for (const [subset, [truePositives, coverage]] of [
            [found.dim, expected.dim],
            [found.overlap, expected.overlap],
          ] as const) {
            expect(subset?.truePositives).toBe(truePositives);
            expectNear(subset?.coverage, coverage);
          }
        }),
        { numRuns: dimensions === 3 ? 150 : 60 },
      );
    });
  }

  it("take the cheapest assignment when it is asked for", async () => {
    await fc.assert(
      fc.asyncProperty(tinyImage(), scoreOptions, async (image, drawn) => {
        const options: ScoreOptions = { ...drawn, match: "hungarian" };
        fc.pre(image.truth.length <= 3 && image.prediction.length <= 3);
        const found = await scored(image, options);
        fc.pre(found.truth.length <= 5 && found.prediction.length <= 5);
        const expected = naiveScore(image.shape, { channels: image.truth }, { channels: image.prediction }, options);
        for (const [i, at] of found.thresholds.entries()) {
          const matches = expected.thresholds[i]?.matches ?? [];
          expect(at.truePositives).toBe(matches.length);
          expect(at.matches.map(({ truth }) => truth)).toEqual(
            at.matches.map(({ truth }) => truth).sort((a, b) => a - b),
          );
          const total = matches.reduce(
            (sum, [g, p]) => sum + (expected.score[g as number]?.[p as number] as number),
            0,
          );
          expect(Math.abs(at.matches.reduce((sum, { score }) => sum + score, 0) - total)).toBeLessThan(1e-5);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("do not depend on blocks, their order, threads, or the element type", async () => {
    const types: readonly VolumeType[] = ["int32", "uint32", "int64", "uint64"];
    await fc.assert(
      fc.asyncProperty(
        tinyImage(),
        scoreOptions,
        fc.tuple(...[1, 2, 3, 4].map((least) => fc.integer({ min: 1, max: least + 2 }))),
        fc.constantFrom(...types),
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        async (image, options, blockShape, type, seed) => {
          const order = (blocks: readonly number[]) =>
            [...blocks].sort((a, b) => ((a * seed) % 1009) - ((b * seed) % 1009) || a - b);
          const { shape, truth, prediction } = image;
          const blocks = { blockShape, order, type };
          const whole = await scored(image, options);
          const pieces = await scoreImage({
            truth: volume(shape, truth, blocks),
            prediction: volume(shape, prediction, blocks),
            options,
            threads: 2,
          });
          expect(pieces).toEqual(whole);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("do not depend on the values of labels, only on their order", async () => {
    const rename = (value: number) => (value === 0 ? 0 : value * 12_345 + 67);
    await fc.assert(
      fc.asyncProperty(tinyImage(), scoreOptions, async (image, drawn) => {
        const options = { ...drawn, profile: "fixed", dimNeurons: [] } as const;
        const renamed = {
          ...image,
          truth: image.truth.map((channel) => channel.map(rename)),
          prediction: image.prediction.map((channel) => channel.map(rename)),
        };
        expect(imageScoreJson(await scored(renamed, options))).toEqual(imageScoreJson(await scored(image, options)));
      }),
      { numRuns: 60 },
    );
  });

  it("keep their counts when predictions are listed in another order", async () => {
    await fc.assert(
      fc.asyncProperty(tinyImage(), async (image) => {
        const options: ScoreOptions = { ...FISBE_PRESET, removeSmall: 0, dimNeurons: [] };
        const reversed = { ...image, prediction: [...image.prediction].reverse() };
        const [one, other] = [await scored(image, options), await scored(reversed, options)];
        const distinct = (score: ImageScore) => new Set(Array.from(score.score.values).filter((v) => v > 0)).size;
        // Equal scores are resolved by number, so only without them.
        fc.pre(distinct(one) === Array.from(one.score.values).filter((v) => v > 0).length);
        expect(other.thresholds.map(({ truePositives }) => truePositives)).toEqual(
          one.thresholds.map(({ truePositives }) => truePositives),
        );
        expect(other.thresholds.map(({ falseMerge }) => falseMerge)).toEqual(
          one.thresholds.map(({ falseMerge }) => falseMerge),
        );
        expect(other.truth).toEqual(one.truth);
        expect(scoreMeans(other).fscore19).toBe(scoreMeans(one).fscore19);
      }),
      { numRuns: 60 },
    );
  });

  it("are 1 for the truth itself, when no skeleton vanishes", async () => {
    await fc.assert(
      fc.asyncProperty(tinyImage(), fc.constantFrom("greedy" as const, "hungarian" as const), async (image, match) => {
        const options: ScoreOptions = { ...FISBE_PRESET, removeSmall: 0, dimNeurons: [], match };
        const same = { ...image, prediction: image.truth };
        const score = await scored(same, options);
        const { fscore19, coverage, aggregate } = scoreMeans(score);
        const kept = score.truth.filter(({ skeletonVoxels }) => skeletonVoxels > 0).length;
        // An instance inside of another one has its skeleton in both: the first takes the prediction.
        fc.pre(!score.truthOverlap);
        expect(score.thresholds.every(({ truePositives }) => truePositives === kept)).toBe(true);
        if (kept < score.truth.length) {
          expect(score.warnings.join()).toContain("thinning leaves nothing");
          return;
        }
        expect([fscore19, coverage, aggregate]).toEqual([1, 1, 1]);
        expect([score.falseSplits, score.falseMerges]).toEqual([0, 0]);
      }),
      { numRuns: 80 },
    );
  });

  it("of profile fixed are 1 for any truth without overlaps", async () => {
    await fc.assert(
      fc.asyncProperty(tinyImage(), async (image) => {
        const options: ScoreOptions = { ...FISBE_PRESET, profile: "fixed", removeSmall: 0, dimNeurons: [] };
        const score = await scored({ ...image, prediction: image.truth }, options);
        fc.pre(!score.truthOverlap);
        expect(scoreMeans(score).aggregate).toBe(1);
      }),
      { numRuns: 60 },
    );
  });
});
