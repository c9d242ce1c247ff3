import { z } from "zod";
import { listedName, parseSampleName } from "../../loaders/fisbe/sample-name.js";
import { VOXEL_UM } from "../../loaders/fisbe/voxel-size.js";
import type { SampleRow, SplitRecordRow, VolumeRecordRow } from "../../tables/generated/fisbe.js";
import type { Transform } from "../transform.js";

const parameters = z.strictObject({});

/**
 * `split_record` and `volume_record` → `sample`: one row per listed sample, with what its volume says where that was
 * read, and one per volume that is not listed. A crop (`…_crop`) is a row of its own, in the split of its sample. Set and
 * split come from the list, and for volumes that are not listed from the folders they lie in.
 */
export const samples: Transform<z.infer<typeof parameters>> = {
  name: "fisbe/samples",
  description: "Samples of the benchmark, listed and read",
  inputs: ["split_record", "volume_record"],
  outputs: ["sample"],
  parameters,
  async run(context) {
    const listed = new Map<string, SplitRecordRow>();
    for await (const row of context.input("split_record").rows<SplitRecordRow>()) listed.set(row.sample_id, row);
    const volumes = new Map<string, VolumeRecordRow>();
    for await (const row of context.input("volume_record").rows<VolumeRecordRow>()) volumes.set(row.sample_id, row);
    const names = new Set([...listed.keys(), ...volumes.keys()]);
    context
      .sink("sample")
      .write(
        [...names].map((name) => sampleRow(name, listed.get(name), listed.get(listedName(name)), volumes.get(name))),
      );
  },
};

function sampleRow(
  sample: string,
  listed: SplitRecordRow | undefined,
  of: SplitRecordRow | undefined,
  volume: VolumeRecordRow | undefined,
): SampleRow {
  const parts = parseSampleName(listedName(sample));
  return {
    sample_id: sample,
    line: parts?.line ?? null,
    acquisition_date: parts?.date ?? null,
    slide_group: parts?.group ?? null,
    position: parts?.position ?? null,
    label_set: of?.label_set ?? volume?.label_set ?? null,
    split: of?.split ?? volume?.split ?? null,
    is_listed: listed !== undefined,
    channels: volume?.channels ?? null,
    size_z: volume?.size_z ?? null,
    size_y: volume?.size_y ?? null,
    size_x: volume?.size_x ?? null,
    voxel_um: VOXEL_UM,
    n_instances: volume?.n_instances ?? null,
    n_dim: volume?.n_dim ?? null,
    fg_voxels: volume?.fg_voxels ?? null,
    overlap2_voxels: volume?.overlap2_voxels ?? null,
    overlap3_voxels: volume?.overlap3_voxels ?? null,
    raw_sum: volume?.raw_sum ?? null,
    raw_max: volume?.raw_max ?? null,
    source: volume?.source ?? null,
    mip_raw: volume?.mip_raw ?? null,
    mip_truth: volume?.mip_truth ?? null,
    source_id: volume?.source_id ?? null,
  };
}
