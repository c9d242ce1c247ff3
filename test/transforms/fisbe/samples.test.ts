import { describe, expect, it } from "vitest";
import type { SplitRecordRow, VolumeRecordRow } from "../../../src/tables/generated/fisbe.js";
import { samples } from "../../../src/transforms/fisbe/samples.js";
import { memoryTransformContext } from "../../support/memory-tables.js";

const listed = (name: string, set: SplitRecordRow["label_set"], split: SplitRecordRow["split"]): SplitRecordRow => ({
  sample_id: name,
  label_set: set,
  split,
  line_number: 1,
  source_id: "list",
});

const picture = { bytes: Uint8Array.of(137, 80), path: "a.png" };

const volume = (name: string, change: Partial<VolumeRecordRow> = {}): VolumeRecordRow => ({
  sample_id: name,
  label_set: null,
  split: null,
  channels: 3,
  size_z: 4,
  size_y: 5,
  size_x: 6,
  voxel_um: Math.fround(0.44),
  n_instances: 2,
  n_dim: null,
  dim_neurons: null,
  fg_voxels: 10n,
  overlap2_voxels: 1n,
  overlap3_voxels: 0n,
  raw_sum: 99n,
  raw_max: 7,
  source: "zenodo",
  mip_raw: picture,
  mip_truth: picture,
  source_id: "store",
  ...change,
});

async function run(split: readonly SplitRecordRow[], volumes: readonly VolumeRecordRow[]) {
  const { context, rows } = memoryTransformContext({ split_record: split, volume_record: volumes }, {});
  await samples.run(context);
  return new Map((rows.sample ?? []).map((row) => [row.sample_id, row]));
}

describe("fisbe/samples", () => {
  it("has one row per name, listed or read", async () => {
    const found = await run(
      [listed("R14A02-20180905_65_A6", "completely", "test"), listed("VT1-20160101_1_A1", "partly", "train")],
      [volume("R14A02-20180905_65_A6"), volume("elsewhere")],
    );
    expect([...found.keys()].sort()).toEqual(["R14A02-20180905_65_A6", "VT1-20160101_1_A1", "elsewhere"]);
    expect(found.get("R14A02-20180905_65_A6")).toEqual({
      sample_id: "R14A02-20180905_65_A6",
      line: "R14A02",
      acquisition_date: "2018-09-05",
      slide_group: 65,
      position: "A6",
      label_set: "completely",
      split: "test",
      is_listed: true,
      channels: 3,
      size_z: 4,
      size_y: 5,
      size_x: 6,
      voxel_um: Math.fround(0.44),
      n_instances: 2,
      n_dim: null,
      fg_voxels: 10n,
      overlap2_voxels: 1n,
      overlap3_voxels: 0n,
      raw_sum: 99n,
      raw_max: 7,
      source: "zenodo",
      mip_raw: picture,
      mip_truth: picture,
      source_id: "store",
    });
    expect(found.get("VT1-20160101_1_A1")).toMatchObject({
      is_listed: true,
      label_set: "partly",
      channels: null,
      n_instances: null,
      mip_raw: null,
      source: null,
      source_id: null,
      voxel_um: Math.fround(0.44),
    });
    expect(found.get("elsewhere")).toMatchObject({
      is_listed: false,
      line: null,
      acquisition_date: null,
      slide_group: null,
      position: null,
      label_set: null,
      split: null,
    });
  });

  it("takes set and split from the list, else from the folder", async () => {
    const folder = { label_set: "completely", split: "train" } as const;
    const found = await run(
      [listed("A-20160101_1_A1", "partly", "val")],
      [volume("A-20160101_1_A1", folder), volume("B-20160101_1_A1", folder)],
    );
    expect(found.get("A-20160101_1_A1")).toMatchObject({ label_set: "partly", split: "val" });
    expect(found.get("B-20160101_1_A1")).toMatchObject({ ...folder, is_listed: false });
  });

  it("gives a crop the set, split and name parts of its sample, and a row of its own", async () => {
    const found = await run(
      [listed("JRC_SS05008-20160318_24_B2", "partly", "val")],
      [volume("JRC_SS05008-20160318_24_B2_crop", { source: "crop" })],
    );
    expect(found.get("JRC_SS05008-20160318_24_B2_crop")).toMatchObject({
      line: "JRC_SS05008",
      label_set: "partly",
      split: "val",
      is_listed: false,
      source: "crop",
    });
    expect(found.get("JRC_SS05008-20160318_24_B2")).toMatchObject({ is_listed: true, source: null, channels: null });
  });

  it("takes apart no name whose number does not fit", async () => {
    const found = await run([], [volume("R1-20160101_99999999999_A1"), volume("R1-20160101_1_1A")]);
    for (const row of found.values()) expect(row).toMatchObject({ line: null, slide_group: null });
  });

  it("writes no row of nothing", async () => {
    expect(await run([], [])).toEqual(new Map());
  });
});
