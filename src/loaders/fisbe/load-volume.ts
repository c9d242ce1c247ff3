import { LoadError } from "../../base/errors.js";
import { componentsOf } from "../../compute/volume/connected-components.js";
import { instancesOfIds, numberInstances } from "../../compute/volume/instance-numbers.js";
import { placesOf } from "../../compute/volume/places.js";
import { coveredBy, intersectionVoxels } from "../../compute/volume/run-set.js";
import { skeletonOfRuns } from "../../compute/volume/skeleton.js";
import type { VolumeShape } from "../../compute/volume/voxel-runs.js";
import type { ArraySummary } from "../../formats/volume/array-summary.js";
import { openVolume } from "../../formats/volume/open-volume.js";
import type { Volume, VolumeType } from "../../formats/volume/volume.js";
import type { ChunkRow, InstanceRow, SkeletonRow, VolumeRecordRow } from "../../tables/generated/fisbe.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { blockColumns } from "./chunk-rows.js";
import { instanceProjection } from "./projection.js";
import type { SampleParameters } from "./sample.js";
import { sampleOfPath } from "./sample-name.js";
import { type ScannedLabel, scanVolume, type VolumeScan } from "./scan-volume.js";
import { volumeLimits } from "./volume-limits.js";
import { VOXEL_UM } from "./voxel-size.js";

/**
 * Loads one volume: `volume_record`, `instance`, `skeleton`, `chunk`. Counts one record for the volume, one per instance,
 * and one per array that is not read.
 * @returns its size on z, y, x.
 */
export async function loadVolume(
  context: LoadContext<SampleParameters>,
  file: SourceFile,
  arrays: readonly ArraySummary[],
): Promise<VolumeShape> {
  const { raw_key: rawKey, truth_key: truthKey } = context.parameters;
  const options = (key: string) => ({ key, file: file.path, limits: volumeLimits(context.limits) });
  const raw = await openVolume(file.absolutePath, options(rawKey));
  let truth: Volume | undefined;
  try {
    if (arrays.some(({ key }) => key === truthKey)) truth = await openVolume(file.absolutePath, options(truthKey));
    const scan = await scanVolume({
      raw,
      truth,
      signal: context.signal,
      onBlock: chunkWriter(context, file, raw, truth),
      onProgress: (done, total) => context.progress(done, total, "voxels"),
    });
    const unread = arrays.filter(({ key }) => key !== rawKey && key !== truthKey);
    for (const { key } of unread) {
      const rule = "of a volume, raw and ground truth are read";
      context.drop({ file, scope: "array", item: key, reason: "unread_array", rule });
    }
    writeVolume(context, file, scan, truth);
    const instances = scan.labels?.length ?? 0;
    context.countRead(file, 1 + instances + unread.length);
    context.countCarried(file, 1 + instances);
    return scan.shape;
  } finally {
    await truth?.close();
    await raw.close();
  }
}

function chunkWriter(
  context: LoadContext<SampleParameters>,
  file: SourceFile,
  raw: Volume,
  truth: Volume | undefined,
): Parameters<typeof scanVolume>[0]["onBlock"] {
  const sample = sampleOfPath(file.path);
  const sink = context.sink("chunk");
  return (array, block) => {
    const volume = array === "raw" ? raw : (truth as Volume);
    const columns = blockColumns({
      block,
      type: storedType(volume.type),
      arrayShape: volume.shape,
      withData: context.parameters.data,
    });
    sink.write([{ sample_id: sample, array, ...columns } satisfies ChunkRow]);
  };
}

/** Labels are not negative: those of signed 8 and 16 bits are the same bytes without a sign. */
function storedType(type: VolumeType): ChunkRow["dtype"] {
  return type === "int8" || type === "int16" ? `u${type}` : (type as ChunkRow["dtype"]);
}

function writeVolume(
  context: LoadContext<SampleParameters>,
  file: SourceFile,
  scan: VolumeScan,
  truth: Volume | undefined,
): void {
  const sample = sampleOfPath(file.path);
  const { shape, labels } = scan;
  const dimIds = truth === undefined ? undefined : dimNeurons(truth);
  const numbers = labels === undefined ? undefined : numberInstances(labels);
  const dim = numbers === undefined || dimIds === undefined ? undefined : instancesOfIds(dimIds, numbers);
  for (const id of dim?.unknown ?? []) {
    context.log.warn(`${sample}: dim_neurons names ${id}, which no neuron of ${truth?.name} has`);
  }
  const [once, twice, more] = scan.shared;
  const row: VolumeRecordRow = {
    sample_id: sample,
    label_set: folderOf(file.path, ["completely", "partly"]),
    split: folderOf(file.path, ["train", "val", "test"]),
    channels: scan.channels,
    size_z: shape[0],
    size_y: shape[1],
    size_x: shape[2],
    voxel_um: VOXEL_UM,
    n_instances: labels?.length ?? null,
    n_dim: dimIds?.length ?? null,
    dim_neurons: dimIds ?? null,
    fg_voxels: labels === undefined ? null : BigInt(once + twice + more),
    overlap2_voxels: labels === undefined ? null : BigInt(twice),
    overlap3_voxels: labels === undefined ? null : BigInt(more),
    raw_sum: scan.rawSum,
    raw_max: scan.rawMax,
    source: /synthetic/.test(file.path) ? "synthetic" : /_crop$/.test(sample) ? "crop" : "zenodo",
    mip_raw: scan.projection.image(`${sample}_raw.png`),
    mip_truth:
      labels === undefined
        ? null
        : instanceProjection(
            labels.map(({ runs }, index) => ({ number: index + 1, runs })),
            shape[1],
            shape[2],
            `${sample}_truth.png`,
          ),
    source_id: file.sourceId,
  };
  context.sink("volume_record").write([row]);
  if (labels === undefined) return;
  const overlap = coveredBy(
    labels.map(({ runs }) => runs),
    2,
    shape,
  );
  for (const [index, label] of labels.entries()) {
    context.signal.throwIfAborted();
    const number = index + 1;
    const skeleton = skeletonOfRuns(label.runs);
    context.sink("instance").write([
      instanceRow({
        sample,
        number,
        label,
        skeleton: skeleton.length,
        dim: dim?.found,
        overlap: intersectionVoxels(label.runs, overlap) > 0,
      }),
    ]);
    context.sink("skeleton").write(skeletonRows(skeleton, shape, sample, number));
    context.progress(number, labels.length, "skeletons");
  }
}

function instanceRow(given: {
  readonly sample: string;
  readonly number: number;
  readonly label: ScannedLabel;
  readonly skeleton: number;
  readonly dim: readonly number[] | undefined;
  readonly overlap: boolean;
}): InstanceRow {
  const { sample, number, label, skeleton, dim, overlap } = given;
  const { box, voxels } = label.runs;
  const mean = (channel: number) =>
    label.exclusive === 0 || label.sums[channel] === undefined
      ? null
      : Math.fround(label.sums[channel] / label.exclusive);
  return {
    sample_id: sample,
    instance_id: number,
    channel: label.channel,
    source_label: BigInt(label.label),
    voxels: BigInt(voxels),
    ...box,
    skeleton_voxels: skeleton,
    components: componentsOf(label.runs, 26).count,
    mean_r: mean(0),
    mean_g: mean(1),
    mean_b: mean(2),
    is_dim: dim === undefined ? null : dim.includes(number),
    is_overlap: overlap,
  };
}

function* skeletonRows(
  skeleton: Uint32Array,
  shape: VolumeShape,
  sample: string,
  instance: number,
): Generator<SkeletonRow> {
  for (const place of placesOf(skeleton, shape)) yield { sample_id: sample, instance_id: instance, ...place };
}

/** @throws {LoadError} `load/dim-neurons` for anything but a list of whole numbers. */
function dimNeurons(truth: Volume): number[] | undefined {
  const value = truth.attributes.dim_neurons;
  if (value === undefined) return undefined;
  const list = Array.isArray(value) ? value : [value];
  if (list.every((id) => Number.isInteger(id) && Math.abs(id) < 2 ** 31)) return list as number[];
  throw new LoadError("dim-neurons", `${truth.name}: dim_neurons is ${JSON.stringify(value).slice(0, 80)}`, {
    fields: { array: truth.name },
    wayOut: "It is a list of the ids of dim neurons: [2, 3].",
  });
}

function folderOf<T extends string>(path: string, names: readonly T[]): T | null {
  const folders = path.split("/").slice(0, -1);
  return names.find((name) => folders.includes(name)) ?? null;
}
