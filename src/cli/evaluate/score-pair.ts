import { FormatError, LoadError, type NeurotablesError, UsageError } from "../../base/errors.js";
import { DEFAULT_LIMITS } from "../../base/limits.js";
import { labelLayout } from "../../compute/volume/label-layout.js";
import { openVolume } from "../../formats/volume/open-volume.js";
import { reorderAxes } from "../../formats/volume/transpose-volume.js";
import type { Volume } from "../../formats/volume/volume.js";
import { volumeLimits } from "../../loaders/fisbe/volume-limits.js";
import type { ImageScore } from "../../stages/segmentation/metrics/image-score.js";
import { scoreImage } from "../../stages/segmentation/metrics/score-image.js";
import { type ReportFigures, reportFigures, type ScoredVoxels } from "../../stages/segmentation/report/figures.js";
import type { EvaluateInput, EvaluateRequest } from "./evaluate-request.js";

/** Where the benchmark's volumes hold their truth. */
const TRUTH_KEY = "volumes/gt_instances";
const MOST_DIM_IDS = 100_000;

/** What was read of a volume, for the output. */
export interface ReadVolume {
  readonly file: string;
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: string;
}

/** A scored image. */
export interface ScoredPair {
  readonly sample: string;
  readonly partly: boolean;
  readonly score: ImageScore;
  readonly truth: ReadVolume;
  readonly prediction: ReadVolume;
  /** Where a report is wanted. */
  readonly figures: ReportFigures | undefined;
}

export interface ScorePairOptions {
  readonly sample: string;
  readonly truth: EvaluateInput;
  readonly prediction: EvaluateInput;
  readonly partly: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (phase: string, done: number, total: number) => void;
}

/**
 * Reads and scores one image. Without a key the truth is `volumes/gt_instances`, or the only array; the prediction is the
 * only array.
 * @throws {FormatError} {LoadError} {UsageError}
 */
export async function scorePair(request: EvaluateRequest, pair: ScorePairOptions): Promise<ScoredPair> {
  const { sample, partly, signal } = pair;
  const opened: Volume[] = [];
  try {
    const { dimensions } = request.options;
    const truth = arranged(await openTruth(pair.truth, opened), pair.truth, dimensions);
    const found = await openArray(pair.prediction, pair.prediction.key, { option: "--prediction-key", opened });
    const prediction = arranged(found, pair.prediction, dimensions);
    const dimNeurons =
      request.options.localization === "iou" ? undefined : (request.dimNeurons ?? statedDimNeurons(truth));
    const drawn: ScoredVoxels[] = [];
    const score = await scoreImage({
      truth,
      prediction,
      options: { ...request.options, partly, dimNeurons },
      signal,
      threads: request.threads,
      onProgress: (done, total, phase) => pair.onProgress(PHASES[phase], done, total),
      onInstances: (voxels) => {
        if (request.report !== undefined) drawn.push(voxels);
      },
    });
    const [voxels] = drawn;
    return {
      sample,
      partly,
      score: { ...score, warnings: [...cropped(truth, prediction, dimensions), ...score.warnings] },
      truth: facts(truth, pair.truth),
      prediction: facts(prediction, pair.prediction),
      figures: voxels === undefined ? undefined : reportFigures(score, voxels),
    };
  } catch (error) {
    throw withOption(error);
  } finally {
    for (const volume of opened) await volume.close();
  }
}

const PHASES = {
  truth: "reading the truth",
  prediction: "reading the prediction",
  skeletons: "thinning to skeletons",
} as const;

async function openTruth(input: EvaluateInput, opened: Volume[]): Promise<Volume> {
  const how = { option: "--truth-key", opened };
  if (input.key !== undefined) return openArray(input, input.key, how);
  try {
    return await openArray(input, TRUTH_KEY, how);
  } catch (error) {
    if (!(error instanceof FormatError) || !NO_SUCH_ARRAY.has(error.tag)) throw error;
    // A file without keys, or with another array: the only one is taken, and several are listed.
    return openArray(input, undefined, how);
  }
}

const NO_SUCH_ARRAY: ReadonlySet<string> = new Set(["format/missing-array", "format/missing-entry"]);

async function openArray(
  { path, shown }: EvaluateInput,
  key: string | undefined,
  { option, opened }: { readonly option: string; readonly opened: Volume[] },
): Promise<Volume> {
  try {
    const volume = await openVolume(path, { file: shown, key, limits: volumeLimits(DEFAULT_LIMITS) });
    opened.push(volume);
    return volume;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const { tag, message, fields } = error;
    const wayOut = `say which one with ${option} KEY`;
    if (tag === "format/several-arrays")
      throw new FormatError("several-arrays", message, { fields, wayOut, cause: error });
    // An npz archive lists its members.
    if (tag === "format/missing-entry" && fields.entries !== undefined)
      throw new FormatError("missing-entry", message, { fields, wayOut, cause: error });
    throw error;
  }
}

/** The axes as given, or as the file states them, in the order of the metrics: channels first. */
function arranged(volume: Volume, { axes }: EvaluateInput, dimensions: 2 | 3): Volume {
  const from = axes ?? volume.axes;
  if (from === undefined) return volume;
  return reorderAxes(volume, from, dimensions === 2 ? "cyx" : "czyx");
}

/** Ids that the truth's attribute `dim_neurons` names; none where it has none. */
function statedDimNeurons({ attributes, name }: Volume): readonly number[] {
  const stated = attributes.dim_neurons;
  if (stated === undefined || stated === null) return [];
  const ids: readonly unknown[] = Array.isArray(stated) ? stated : [stated];
  if (ids.length <= MOST_DIM_IDS && ids.every((id) => Number.isSafeInteger(id) && (id as number) > 0)) {
    return [...new Set(ids as number[])];
  }
  throw new LoadError("dim-neurons", `${name}: the attribute dim_neurons is no list of ids from 1`, {
    fields: { file: name, attribute: "dim_neurons" },
    wayOut: "give the ids with --dim-neurons",
  });
}

/** What is cropped may be a stack of channels taken for planes, and its score is then that of something else. */
function cropped(truth: Volume, prediction: Volume, dimensions: 2 | 3): string[] {
  const [a, b] = [truth, prediction].map((volume) => labelLayout(volume, dimensions).shape.slice(3 - dimensions));
  if (a === undefined || b === undefined || a.every((size, axis) => size === b[axis])) return [];
  const larger = a.some((size, axis) => size > (b[axis] as number)) ? "truth" : "prediction";
  return [
    `the truth has ${a.join(" × ")} voxels, the prediction ${b.join(" × ")}: of the ${larger} the centre is scored, as the published tool does`,
  ];
}

/** Shapes that do not fit are mostly axes in another order, which no message of a volume can know the options of. */
function withOption(error: unknown): unknown {
  if (isOfAxes(error)) {
    return new UsageError("axes", error.message, {
      fields: error.fields,
      wayOut: "name every axis of each, slowest first: --truth-axes CZYX --prediction-axes ZYX where the two differ",
      cause: error,
    });
  }
  if (!(error instanceof LoadError) || !/^load\/label-(axes|shapes)$/.test(error.tag)) return error;
  return new LoadError(error.tag.slice("load/".length), error.message, {
    fields: error.fields,
    wayOut:
      "where the axes are in another order, name them, slowest first: --prediction-axes XYZ, or ZYXC; YX for two dimensions",
    cause: error,
  });
}

function facts(volume: Volume, { shown }: EvaluateInput): ReadVolume {
  return { file: shown, name: volume.name, shape: volume.shape, type: volume.type };
}

/** Whether other images can still be scored after this. */
export function isFaultOfImage(error: unknown): error is NeurotablesError {
  return error instanceof FormatError || error instanceof LoadError || isOfAxes(error);
}

/** Axes were named that this array does not have; those of other images may fit. */
function isOfAxes(error: unknown): error is UsageError {
  return error instanceof UsageError && error.tag === "usage/axes";
}
