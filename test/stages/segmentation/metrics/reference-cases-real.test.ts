import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { collectLabels } from "../../../../src/compute/volume/collect-labels.js";
import { labelLayouts } from "../../../../src/compute/volume/label-layout.js";
import { skeletonsOf } from "../../../../src/compute/volume/parallel-skeletons.js";
import { imageInstances } from "../../../../src/stages/segmentation/metrics/image-instances.js";
import {
  FISBE_PRESET,
  type ScoreMatrix,
  type ScoreOptions,
} from "../../../../src/stages/segmentation/metrics/image-score.js";
import { imageScoreJson } from "../../../../src/stages/segmentation/metrics/image-score-json.js";
import { consumingMatches } from "../../../../src/stages/segmentation/metrics/many-to-many.js";
import { scoreImage } from "../../../../src/stages/segmentation/metrics/score-image.js";
import { realData } from "../../../support/real-data.js";
import { npyVolume } from "./read-npy.js";

const data = realData("fisbe");

const CASES = [
  "perfect_overlap_multichannel",
  "gt_overlap_pred_flattened",
  "splits",
  "merges",
  "partly_labelled",
  "dim_neurons",
  "mixed_realistic",
  "real_crop_flattened",
] as const;

const RUNS: Readonly<Record<string, Partial<ScoreOptions>>> = {
  flylight_rm800: { removeSmall: 800 },
  cldice_greedy_rm0: { removeSmall: 0 },
  cldice_hungarian_rm0: { removeSmall: 0, match: "hungarian", dimNeurons: undefined, overlapSubset: false },
  iou_greedy_rm0: { removeSmall: 0, localization: "iou", dimNeurons: undefined, overlapSubset: false },
};

interface Expected {
  readonly partly: boolean;
  readonly dim_neurons: readonly number[];
  readonly results: Readonly<Record<string, unknown>>;
}

interface Skeleton {
  readonly voxels: number;
  readonly skeleton_voxels: number;
  readonly coords: readonly (readonly [number, number, number])[];
  readonly coords_sha256: string;
}

interface Intermediates {
  readonly clDice: number[][];
  readonly clRecall: number[][];
  readonly clPrecision: number[][];
  readonly clRecall_without_gt_overlap: number[][] | null;
  readonly greedy_many_to_many: Readonly<Record<string, Readonly<Record<string, number[]>>>>;
  readonly gt_skeletons: readonly Skeleton[];
  readonly pred_skeletons: readonly Skeleton[];
}

function json<Value>(name: string, file: string): Value {
  return JSON.parse(readFileSync(data.path("reference", name, file), "utf8")) as Value;
}

function volumes(name: string) {
  return {
    truth: npyVolume(data.path("reference", name, "gt_instances.npy")),
    prediction: npyVolume(data.path("reference", name, "pred_labels.npy")),
  };
}

/** Same keys in the same places; whole numbers equal, others within 1e-6. */
function expectClose(found: unknown, expected: unknown, path = ""): void {
  if (typeof expected === "number" && Number.isInteger(expected) && Number.isInteger(found)) {
    expect(found, path).toBe(expected);
  } else if (typeof expected === "number") {
    expect(typeof found, path).toBe("number");
    expect(Math.abs((found as number) - expected), path).toBeLessThanOrEqual(1e-6);
  } else if (Array.isArray(expected)) {
    expect(Array.isArray(found) || ArrayBuffer.isView(found), path).toBe(true);
    expect((found as unknown[]).length, path).toBe(expected.length);
    for (const [i, value] of expected.entries()) expectClose((found as unknown[])[i], value, `${path}[${i}]`);
  } else if (expected !== null && typeof expected === "object") {
    expect(Object.keys(found as object), path).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected))
      expectClose((found as Record<string, unknown>)[key], value, `${path}.${key}`);
  } else {
    expect(found, path).toBe(expected);
  }
}

function rowsOf({ rows, columns, values }: ScoreMatrix): number[][] {
  return Array.from({ length: rows }, (_, row) => Array.from(values.subarray(row * columns, (row + 1) * columns)));
}

describe.skipIf(!data.present)(`reference cases of the published tool${data.reason}`, () => {
  for (const name of CASES) {
    const expected = data.present ? json<Expected>(name, "expected.json") : undefined;
    for (const [run, changes] of Object.entries(RUNS)) {
      it(`${name}: ${run}`, async () => {
        if (expected === undefined) throw new Error("unreachable");
        const options = { ...FISBE_PRESET, partly: expected.partly, dimNeurons: expected.dim_neurons, ...changes };
        const score = await scoreImage({ ...volumes(name), options });
        expectClose(imageScoreJson(score), expected.results[run]);
      });
    }

    it(`${name}: matrices, many-to-many matches and skeletons`, async () => {
      const wanted = json<Intermediates>(name, "intermediates_rm800.json");
      const { truth, prediction } = volumes(name);
      const options = { ...FISBE_PRESET, dimNeurons: [] };
      const score = await scoreImage({ truth, prediction, options });
      expectClose(rowsOf(score.recall), wanted.clRecall);
      expectClose(rowsOf(score.precision), wanted.clPrecision);
      expectClose(rowsOf(score.score), wanted.clDice);
      expectClose(
        score.recallWithoutOverlap === undefined ? null : rowsOf(score.recallWithoutOverlap),
        wanted.clRecall_without_gt_overlap,
      );

      const layouts = labelLayouts(truth, prediction, 3);
      const image = imageInstances(
        layouts.truth.window,
        await collectLabels(truth, layouts.truth),
        await collectLabels(prediction, layouts.prediction),
        options,
      );
      const thinned = async (side: "truth" | "prediction") => {
        const skeletons = await skeletonsOf(image[side].map(({ runs }) => runs));
        return image[side].map((instance, i) => ({ ...instance, skeleton: skeletons[i] as Uint32Array }));
      };
      const instances = { truth: await thinned("truth"), prediction: await thinned("prediction") };
      for (const [side, lists] of [
        ["truth", wanted.gt_skeletons],
        ["prediction", wanted.pred_skeletons],
      ] as const) {
        expect(instances[side].length).toBe(lists.length);
        for (const [i, { runs, skeleton }] of instances[side].entries()) {
          const list = lists[i] as Skeleton;
          expect(runs.voxels).toBe(list.voxels);
          const [, height, width] = runs.shape;
          const coordinates = Array.from(skeleton, (at) => [
            Math.floor(at / (height * width)),
            Math.floor(at / width) % height,
            at % width,
          ]);
          expect(coordinates).toEqual(list.coords);
          const triples = Int16Array.from(coordinates.flat());
          expect(createHash("sha256").update(new Uint8Array(triples.buffer)).digest("hex")).toBe(list.coords_sha256);
        }
      }
      for (const [threshold, lists] of Object.entries(wanted.greedy_many_to_many)) {
        const matches = consumingMatches(score.recall, Number(threshold), instances.truth, instances.prediction, false);
        const found: Record<string, number[]> = {};
        for (const [g, p] of matches) found[g] = [...(found[g] ?? []), p];
        expect(found).toEqual(lists);
      }
    });
  }
});
