import { statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.js";
import { loadSample } from "../../../src/loaders/fisbe/load-sample.js";
import { sample } from "../../../src/loaders/fisbe/sample.js";
import type { SourceFile } from "../../../src/loaders/loader.js";
import type { Row } from "../../../src/tables/contract.js";
import { memoryLoadContext } from "../../support/memory-tables.js";
import { realData } from "../../support/real-data.js";

const data = realData("fisbe");

function sourceFile(path: string): SourceFile {
  const absolutePath = data.path(...path.split("/").slice(1));
  return { path, absolutePath, bytes: statSync(absolutePath).size, sha256: "0".repeat(64), sourceId: "s" };
}

const load = async (path: string, parameters: object = {}) => {
  const { context, trace } = memoryLoadContext([sourceFile(path)], sample.parameters.parse(parameters));
  await loadSample(context);
  return trace;
};

/** Blocks have their hashes beside them. */
const withoutVoxels = (rows: readonly Row[] = []) => rows.map(({ data: _, ...rest }) => rest);

describe.skipIf(!data.present)(`the real crop${data.reason}`, () => {
  const folder = "fisbe/fisbe_crop/JRC_SS05008-20160318_24_B2_crop.zarr";
  const archive = "fisbe/fisbe_crop/JRC_SS05008-20160318_24_B2_crop.zip";

  it("has the published statistics, from the folder and from the zip", async () => {
    const trace = await load(folder, { data: true });
    expect(trace.rows.volume_record).toMatchObject([
      {
        sample_id: "JRC_SS05008-20160318_24_B2_crop",
        channels: 3,
        size_z: 50,
        size_y: 50,
        size_x: 50,
        n_instances: 3,
        n_dim: null,
        fg_voxels: 21_819n,
        overlap2_voxels: 2_245n,
        overlap3_voxels: 70n,
        raw_sum: 15_790_591n,
        raw_max: 3_287,
        source: "crop",
      },
    ]);
    const instances = trace.rows.instance ?? [];
    expect(instances.map(({ voxels, skeleton_voxels, components }) => [voxels, skeleton_voxels, components])).toEqual([
      [3_765n, 377, 10],
      [6_193n, 747, 9],
      [14_246n, 1_139, 9],
    ]);
    const colours = instances.map(({ mean_r, mean_g, mean_b }) =>
      [mean_r, mean_g, mean_b].map((v) => Math.round(v as number)),
    );
    expect(colours).toEqual([
      [38, 473, 15],
      [49, 77, 255],
      [417, 26, 18],
    ]);
    expect(trace.rows.skeleton).toHaveLength(377 + 747 + 1_139);
    expect(trace.rows.chunk).toHaveLength(6);
    expect(trace.read[folder]).toBe(trace.carried[folder]);
    const zipped = await load(archive, { data: true });
    for (const table of ["volume_record", "instance", "chunk"]) {
      expect(withoutVoxels(zipped.rows[table])).toEqual(withoutVoxels(trace.rows[table]));
    }
    expect(sha256(JSON.stringify(zipped.rows.skeleton))).toBe(sha256(JSON.stringify(trace.rows.skeleton)));
  });

  it("is listed without its voxels where they are not asked for", async () => {
    const trace = await load(folder);
    expect(trace.rows.chunk?.map(({ data: voxels }) => voxels)).toEqual([null, null, null, null, null, null]);
  });
});

describe.skipIf(!data.present)(`the published prediction of R14A02${data.reason}`, () => {
  it("has eleven labels, nine of them above 800 voxels", { timeout: 120_000 }, async () => {
    const path = "fisbe/fisbe_duan_pred/R14A02-20180905_65_A6.hdf";
    const trace = await load(path, { methods: { fisbe_duan_pred: "duan" } });
    expect(trace.rows.published_prediction).toMatchObject([
      { prediction_id: "duan/R14A02-20180905_65_A6", labels_raw: 11, labels_kept: 9, has_overlap: false, channels: 1 },
    ]);
    const sizes = trace.rows.predicted_instance?.map(({ voxels }) => Number(voxels));
    expect(sizes).toEqual([1446, 40562, 62319, 1094, 1495, 1923, 1134, 128, 1225, 34230, 32]);
    expect(trace.rows.predicted_instance?.map(({ instance_id }) => instance_id)).toEqual([
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      null,
      8,
      9,
      null,
    ]);
    const large = trace.rows.predicted_instance?.flatMap(({ voxels, skeleton_voxels }) =>
      Number(voxels) > 30_000 ? [skeleton_voxels as number] : [],
    );
    expect(Math.min(...(large ?? []))).toBe(1_392);
    expect(Math.max(...(large ?? []))).toBe(2_342);
    expect(trace.drops.map(({ item, reason }) => [item, reason])).toEqual([
      ["volumes/gmm_image", "unread_array"],
      ["volumes/gmm_label", "unread_array"],
    ]);
    expect(trace.read[path]).toBe((trace.carried[path] ?? 0) + 2);
  });
});
