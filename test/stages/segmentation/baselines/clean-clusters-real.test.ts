import { afterAll, describe, expect, it } from "vitest";
import { RunCollector, type VolumeShape, type VoxelRuns } from "../../../../src/compute/volume/voxel-runs.js";
import { openHdf5 } from "../../../../src/formats/hdf5/open-hdf5.js";
import { cleanClusters } from "../../../../src/stages/segmentation/baselines/clean-clusters.js";
import { realData } from "../../../support/real-data.js";

const fisbe = realData("fisbe");

describe.skipIf(!fisbe.present)(`the clean-up of R14A02-20180905_65_A6${fisbe.reason}`, () => {
  const path = () => fisbe.path("fisbe_duan_pred", "R14A02-20180905_65_A6.hdf");
  const opened = fisbe.present ? openHdf5(path(), { file: "R14A02-20180905_65_A6.hdf" }) : undefined;
  afterAll(async () => (await opened)?.close());

  /** Labels of an array by ascending id; 26 planes at a time (chunks have 13). */
  async function labels(name: string): Promise<{ ids: number[]; runs: VoxelRuns[] }> {
    const dataset = (await opened)?.dataset(name);
    if (dataset === undefined) throw new Error(`no ${name}`);
    const shape = dataset.shape as unknown as VolumeShape;
    const [depth, height, width] = shape;
    const collectors = new Map<number, RunCollector>();
    for (let z = 0; z < depth; z += 26) {
      const count = [Math.min(26, depth - z), height, width];
      const values = dataset.read({ start: [z, 0, 0], count }) as Int32Array;
      for (let i = 0; i < values.length; i++) {
        const label = values[i] as number;
        if (label === 0) continue;
        if (!collectors.has(label)) collectors.set(label, new RunCollector(shape));
        collectors.get(label)?.add(z * height * width + i, 1);
      }
    }
    const ids = [...collectors.keys()].sort((a, b) => a - b);
    return { ids, runs: ids.map((id) => collectors.get(id)?.finish() as VoxelRuns) };
  }

  it("makes the published gmm_label_cleaned of gmm_label", async () => {
    const raw = await labels("volumes/gmm_label");
    const published = await labels("volumes/gmm_label_cleaned");
    expect(raw.runs.map((runs) => runs.voxels)).toEqual([111326, 34262]);
    expect(published.ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(cleanClusters(raw.runs)).toEqual(published.runs);
  });
});
