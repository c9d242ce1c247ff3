import { describe, expect, it } from "vitest";
import { collectLabels } from "../../../../src/compute/volume/collect-labels.js";
import { labelLayout } from "../../../../src/compute/volume/label-layout.js";
import { openVolume } from "../../../../src/formats/volume/open-volume.js";
import { cleanClusters } from "../../../../src/stages/segmentation/baselines/clean-clusters.js";
import { realData } from "../../../support/real-data.js";

const fisbe = realData("fisbe");

describe.skipIf(!fisbe.present)(`the clean-up of R14A02-20180905_65_A6${fisbe.reason}`, () => {
  /** Labels of an array by ascending id. */
  async function labels(key: string) {
    const volume = await openVolume(fisbe.path("fisbe_duan_pred", "R14A02-20180905_65_A6.hdf"), { key });
    try {
      return await collectLabels(volume, labelLayout(volume, 3));
    } finally {
      await volume.close();
    }
  }

  it("makes the published gmm_label_cleaned of gmm_label", async () => {
    const raw = await labels("volumes/gmm_label");
    const published = await labels("volumes/gmm_label_cleaned");
    expect(raw.map(({ runs }) => runs.voxels)).toEqual([111326, 34262]);
    expect(published.map(({ label }) => label)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    const cleaned = cleanClusters(raw.map(({ runs }) => runs));
    expect(cleaned).toEqual(published.map(({ runs }) => runs));
  }, 180_000);
});
