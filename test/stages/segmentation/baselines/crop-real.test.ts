import { describe, expect, it } from "vitest";
import { openZarr } from "../../../../src/formats/zarr/open-zarr.js";
import { colourClustering } from "../../../../src/stages/segmentation/baselines/colour-clustering.js";
import {
  COLOUR_CLUSTERING_DEFAULTS,
  COLOUR_CLUSTERING_PUBLISHED,
} from "../../../../src/stages/segmentation/baselines/colour-clustering-parameters.js";
import { flattenTruth } from "../../../../src/stages/segmentation/baselines/flatten-truth.js";
import { realData } from "../../../support/real-data.js";
import { scoreOf } from "./score-of.js";

const fisbe = realData("fisbe");

describe.skipIf(!fisbe.present)(`baselines on the crop of JRC_SS05008-20160318_24_B2${fisbe.reason}`, () => {
  const open = (key: string) =>
    openZarr(fisbe.path("fisbe_crop", "JRC_SS05008-20160318_24_B2_crop.zarr"), { file: "crop", key });

  it("score above 0.2, with and without our changes, and the flattened truth 0.9167", async () => {
    const [raw, truth] = await Promise.all([open("volumes/raw"), open("volumes/gt_instances")]);
    const ceiling = await scoreOf(truth, await flattenTruth(truth), true);
    expect(ceiling).toBeCloseTo(0.916692, 5);
    const ours = await scoreOf(
      truth,
      await colourClustering({ raw, parameters: COLOUR_CLUSTERING_DEFAULTS, seed: 1 }),
      true,
    );
    expect(ours).toBeGreaterThan(0.5);
    expect(ours).toBeLessThan(ceiling);
    const published = await colourClustering({ raw, parameters: COLOUR_CLUSTERING_PUBLISHED, seed: 1 });
    expect(published.evidence).toMatchObject({ components: 2 });
    expect(await scoreOf(truth, published, true)).toBeGreaterThan(0.2);
  });
});
