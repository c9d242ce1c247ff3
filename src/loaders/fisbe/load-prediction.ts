import { LoadError } from "../../base/errors.js";
import { collectLabels } from "../../compute/volume/collect-labels.js";
import { labelLayout } from "../../compute/volume/label-layout.js";
import type { LabelledVoxels } from "../../compute/volume/label-runs.js";
import { paintLabels } from "../../compute/volume/paint-labels.js";
import { placesOf } from "../../compute/volume/places.js";
import { coveredBy } from "../../compute/volume/run-set.js";
import { skeletonOfRuns } from "../../compute/volume/skeleton.js";
import type { VolumeShape } from "../../compute/volume/voxel-runs.js";
import { type ArraySummary, describeArrays } from "../../formats/volume/array-summary.js";
import { openVolume } from "../../formats/volume/open-volume.js";
import { reorderAxes } from "../../formats/volume/transpose-volume.js";
import type { Volume, VolumeSource } from "../../formats/volume/volume.js";
import type {
  PredictedInstanceRow,
  PredictedSkeletonRow,
  PublishedChunkRow,
  PublishedPredictionRow,
} from "../../tables/generated/segmentation.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { blockColumns } from "./chunk-rows.js";
import { instanceProjection } from "./projection.js";
import type { SampleParameters } from "./sample.js";
import { sampleOfPath } from "./sample-name.js";
import { refuseLargeArray, volumeLimits } from "./volume-limits.js";

/**
 * Loads one prediction: `published_prediction`, `published_chunk`, `predicted_instance`, `predicted_skeleton`. Counts one
 * record for the prediction, one per label, and one per array that is not read. Labels keep their values; where a
 * channel holds labels beyond 65,535, blocks have 32 bits.
 * @throws {LoadError} `load/prediction-key`, `load/large-label`, and as `labelLayout`, `refuseLargeArray` and
 * `collectLabels`. {FormatError} for broken bytes.
 */
export async function loadPrediction(
  context: LoadContext<SampleParameters>,
  file: SourceFile,
  arrays: readonly ArraySummary[],
  /** Size of the volume that it is of, where that is there. */
  volumeShape?: VolumeShape,
): Promise<void> {
  const { parameters, signal } = context;
  const limits = volumeLimits(context.limits);
  const key = predictionKey(file, arrays, parameters.prediction_keys);
  const volume = await openVolume(file.absolutePath, { ...(key === "" ? {} : { key }), file: file.path, limits });
  try {
    const arranged = inOrder(volume);
    const layout = labelLayout(arranged, 3);
    refuseLargeArray(volume.name, [layout.channels, ...layout.shape]);
    if (volumeShape !== undefined) {
      refuseOtherShape(volume.name, layout.shape, volumeShape);
      if (layout.shape.some((size, axis) => size !== volumeShape[axis])) {
        const sizes = `${layout.shape.join(" × ")} voxels, its volume ${volumeShape.join(" × ")}`;
        context.log.warn(`${volume.name} has ${sizes}: of the larger one the centre is scored`);
      }
    }
    const labels = await collectLabels(arranged, layout, {
      signal,
      onProgress: (done, total) => context.progress(done, total, "voxels"),
    });
    refuseLargeLabels(volume.name, labels);
    const unread = arrays.filter((array) => array.key !== key);
    for (const { key: item } of unread) {
      const rule = "one array of a file is its prediction";
      context.drop({ file, scope: "array", item, reason: "unread_array", rule });
    }
    writePrediction(context, file, labels, { channels: layout.channels, shape: layout.window });
    context.countRead(file, 1 + labels.length + unread.length);
    context.countCarried(file, 1 + labels.length);
  } finally {
    await volume.close();
  }
}

/** @throws {LoadError} `load/label-shapes` when neither can be cropped to the other. */
function refuseOtherShape(name: string, shape: VolumeShape, volume: VolumeShape): void {
  const isLarger = shape.some((size, axis) => size > (volume[axis] as number));
  const isSmaller = shape.some((size, axis) => size < (volume[axis] as number));
  if (!isLarger || !isSmaller) return;
  throw new LoadError(
    "label-shapes",
    `${name} has ${shape.join(" × ")} voxels, its volume ${volume.join(" × ")}: each is larger on some axis`,
    {
      fields: { prediction: [...shape], volume: [...volume] },
      wayOut: "Check the order of the axes of the prediction.",
    },
  );
}

/** Axes as the file states them become c, z, y, x; without a statement they are taken to be in that order. */
function inOrder(volume: Volume): VolumeSource {
  const { axes } = volume;
  const isSpatial =
    axes !== undefined && /^[czyxt]+$/.test(axes) && ["z", "y", "x"].every((axis) => axes.includes(axis));
  return isSpatial ? reorderAxes(volume, axes) : volume;
}

function predictionKey(file: SourceFile, arrays: readonly ArraySummary[], keys: readonly string[]): string {
  const [first] = arrays;
  if (arrays.length === 1 && first !== undefined) return first.key;
  const found = keys.find((key) => arrays.some((array) => array.key === key));
  if (found !== undefined) return found;
  throw new LoadError(
    "prediction-key",
    `${file.path}: which array is the prediction? It holds ${describeArrays(arrays)}`,
    {
      fields: { file: file.path, arrays: arrays.map(({ key }) => key).slice(0, 20) },
      wayOut: "Name it in prediction_keys of the load step.",
    },
  );
}

/** A prediction is called after its method, which the folder names that it lies in, and its sample. */
export function predictionId(
  file: Pick<SourceFile, "path">,
  { methods }: Pick<SampleParameters, "methods">,
): { readonly method: string; readonly sample: string; readonly prediction: string } {
  const folder = file.path.split("/").at(-2) ?? "";
  const method = Object.hasOwn(methods, folder) ? (methods[folder] as string) : folder;
  const sample = sampleOfPath(file.path);
  return { method, sample, prediction: `${method}/${sample}` };
}

/** @throws {LoadError} `load/large-label` for labels that blocks of 32 bits do not hold. */
function refuseLargeLabels(name: string, labels: readonly LabelledVoxels[]): void {
  const large = labels.find(({ label }) => label >= 2 ** 32);
  if (large === undefined) return;
  throw new LoadError("large-label", `${name}: the label ${large.label} in channel ${large.channel} is 2^32 or more`, {
    fields: { value: large.label, channel: large.channel },
    wayOut: "Number the labels anew, from 1.",
  });
}

function writePrediction(
  context: LoadContext<SampleParameters>,
  file: SourceFile,
  labels: readonly LabelledVoxels[],
  { channels, shape }: { readonly channels: number; readonly shape: VolumeShape },
): void {
  const { remove_small: removeSmall } = context.parameters;
  const { method, sample, prediction } = predictionId(file, context.parameters);
  const sizes = new Map<number, number>();
  for (const { label, runs } of labels) sizes.set(label, (sizes.get(label) ?? 0) + runs.voxels);
  const kept = labels.filter(({ label }) => (sizes.get(label) as number) > removeSmall);
  const numbers = new Map(kept.map((label, index) => [label, index + 1]));
  const overlap = coveredBy(
    labels.map(({ runs }) => runs),
    2,
    shape,
  );
  const row: PublishedPredictionRow = {
    prediction_id: prediction,
    sample_id: sample,
    method,
    method_version: null,
    params: null,
    seed: null,
    channels,
    labels_raw: labels.length,
    labels_kept: kept.length,
    voxels: BigInt(labels.reduce((sum, { runs }) => sum + runs.voxels, 0)),
    has_overlap: overlap.voxels > 0,
    mip: instanceProjection(
      kept.map(({ runs }, index) => ({ number: index + 1, runs })),
      shape[1],
      shape[2],
      `${sample}_${method}.png`,
    ),
    evidence: null,
    source_id: file.sourceId,
  };
  context.sink("published_prediction").write([row]);
  for (const label of labels) {
    context.signal.throwIfAborted();
    const number = numbers.get(label);
    const skeleton = number === undefined ? undefined : skeletonOfRuns(label.runs);
    const instance: PredictedInstanceRow = {
      prediction_id: prediction,
      channel: label.channel,
      source_label: BigInt(label.label),
      instance_id: number ?? null,
      voxels: BigInt(label.runs.voxels),
      ...label.runs.box,
      skeleton_voxels: skeleton?.length ?? null,
    };
    context.sink("predicted_instance").write([instance]);
    if (number !== undefined && skeleton !== undefined) {
      context.sink("predicted_skeleton").write(skeletonRows(skeleton, shape, prediction, number));
    }
  }
  writeChunks(context, { labels, channels, shape, sample, prediction });
}

function writeChunks(
  context: LoadContext<SampleParameters>,
  given: {
    readonly labels: readonly LabelledVoxels[];
    readonly channels: number;
    readonly shape: VolumeShape;
    readonly sample: string;
    readonly prediction: string;
  },
): void {
  const { labels, channels, shape, sample, prediction } = given;
  const sink = context.sink("published_chunk");
  for (let channel = 0; channel < channels; channel++) {
    const own = labels.filter((label) => label.channel === channel);
    const blocks = paintLabels(
      own.map(({ runs }) => runs),
      shape,
      { values: own.map(({ label }) => label) },
    );
    for (const { origin, shape: size, data } of blocks) {
      const columns = blockColumns({
        block: { origin: [channel, ...origin], shape: [1, ...size], data },
        type: data instanceof Uint16Array ? ("uint16" as const) : ("uint32" as const),
        arrayShape: [channels, ...shape],
        withData: context.parameters.data,
      });
      sink.write([{ prediction_id: prediction, sample_id: sample, ...columns } satisfies PublishedChunkRow]);
    }
  }
}

function* skeletonRows(
  skeleton: Uint32Array,
  shape: VolumeShape,
  prediction: string,
  instance: number,
): Generator<PredictedSkeletonRow> {
  for (const place of placesOf(skeleton, shape)) yield { prediction_id: prediction, instance_id: instance, ...place };
}
