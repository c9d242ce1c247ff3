import { type Canonical, canonicalJson } from "../../base/canonical-json.js";
import { paintLabels } from "../../compute/volume/paint-labels.js";
import type { VolumeSource } from "../../formats/volume/volume.js";
import { blockColumns } from "../../loaders/fisbe/chunk-rows.js";
import { instanceProjection } from "../../loaders/fisbe/projection.js";
import type { BaselineChunkRow, BaselinePredictionRow } from "../../tables/generated/segmentation.js";
import type { StageContext } from "../stage.js";
import { chunkVolume } from "../volumes/chunk-volume.js";
import type { BaselineMethod, BaselineParameters } from "./baseline-parameters.js";
import { colourClustering } from "./baselines/colour-clustering.js";
import {
  COLOUR_CLUSTERING_DEFAULTS,
  COLOUR_CLUSTERING_PUBLISHED,
  type ColourClusteringParameters,
} from "./baselines/colour-clustering-parameters.js";
import { flattenTruth } from "./baselines/flatten-truth.js";
import type { BaselineOptions, LabelResult } from "./baselines/label-result.js";
import { thresholdComponents } from "./baselines/threshold-components.js";

/** Raised when a method gives other labels for the same voxels and parameters. */
const METHOD_VERSION = "1";

const METHODS: readonly BaselineMethod[] = ["colour_clustering", "connected_components", "flattened_truth"];

interface Segmented {
  readonly result: LabelResult;
  readonly parameters: object;
  readonly seed: number | null;
}

/** Runs the methods asked for over the voxels of one sample, and writes `baseline_prediction` and `baseline_chunk`. */
export async function segmentSample(context: StageContext<BaselineParameters>, sample: string): Promise<void> {
  const raw = await chunkVolume(context.input("chunk"), { sample_id: sample, array: "raw" });
  const truth = await chunkVolume(context.input("chunk"), { sample_id: sample, array: "gt_instances" });
  for (const method of METHODS) {
    if (context.parameters.methods[method] === undefined) continue;
    context.signal.throwIfAborted();
    const segmented = await segment(context, method, { raw, truth });
    if (segmented === undefined) continue;
    context.evidence(
      Object.fromEntries(
        Object.entries(segmented.result.evidence).map(([fact, value]) => [`${method}.${fact}`, value]),
      ),
    );
    writePrediction(context, { sample, method, ...segmented });
  }
}

async function segment(
  context: StageContext<BaselineParameters>,
  method: BaselineMethod,
  { raw, truth }: { readonly raw: VolumeSource | undefined; readonly truth: VolumeSource | undefined },
): Promise<Segmented | undefined> {
  const { methods, seed } = context.parameters;
  const options: BaselineOptions = {
    signal: context.signal,
    onProgress: (done, total, phase) => context.progress(done, total, `${phase} (${method})`),
  };
  if (method === "flattened_truth") {
    return truth && { result: await flattenTruth(truth, options), parameters: {}, seed: null };
  }
  if (raw === undefined) return undefined;
  if (method === "connected_components") {
    const parameters = { ...COLOUR_CLUSTERING_DEFAULTS, ...camelCase(methods.connected_components ?? {}) };
    const { clip, denoise, sigma, brightness, threshold, relativeThreshold, relativeRadius, removeSmall } = parameters;
    const used = { clip, denoise, sigma, brightness, threshold, relativeThreshold, relativeRadius, removeSmall };
    return { result: await thresholdComponents({ raw, parameters: used, ...options }), parameters: used, seed: null };
  }
  const { compat = false, ...given } = methods.colour_clustering ?? {};
  const parameters = { ...(compat ? COLOUR_CLUSTERING_PUBLISHED : COLOUR_CLUSTERING_DEFAULTS), ...camelCase(given) };
  return { result: await colourClustering({ raw, parameters, seed, ...options }), parameters, seed };
}

/** `remove_small` → `removeSmall`; what is undefined is left out. */
function camelCase(parameters: Readonly<Record<string, unknown>>): Partial<ColourClusteringParameters> {
  const entries = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), value]),
  );
}

/** `removeSmall` → `remove_small`: as `with` takes them. */
function snakeCase(parameters: object): Record<string, Canonical> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value as Canonical,
    ]),
  );
}

function writePrediction(
  context: StageContext<BaselineParameters>,
  given: Segmented & { readonly sample: string; readonly method: BaselineMethod },
): void {
  const { sample, method, result, parameters, seed } = given;
  const { instances, shape } = result;
  const prediction = `${method}/${sample}`;
  const kept = instances.filter(({ voxels }) => voxels > context.parameters.remove_small);
  const row: BaselinePredictionRow = {
    prediction_id: prediction,
    sample_id: sample,
    method,
    method_version: METHOD_VERSION,
    params: canonicalJson(snakeCase(parameters)),
    seed: seed === null ? null : BigInt(seed),
    channels: 1,
    labels_raw: instances.length,
    labels_kept: kept.length,
    voxels: BigInt(instances.reduce((sum, { voxels }) => sum + voxels, 0)),
    has_overlap: false,
    mip: instanceProjection(
      kept.map((runs, index) => ({ number: index + 1, runs })),
      shape[1],
      shape[2],
      `${sample}_${method}.png`,
    ),
    evidence: canonicalJson({ ...result.evidence }),
    source_id: null,
  };
  context.sink("baseline_prediction").write([row]);
  const sink = context.sink("baseline_chunk");
  for (const { origin, shape: size, data } of paintLabels(instances, shape)) {
    const columns = blockColumns({
      block: { origin: [0, ...origin], shape: [1, ...size], data },
      type: data instanceof Uint16Array ? ("uint16" as const) : ("uint32" as const),
      arrayShape: [1, ...shape],
      withData: true,
    });
    sink.write([{ prediction_id: prediction, sample_id: sample, ...columns } satisfies BaselineChunkRow]);
  }
}
