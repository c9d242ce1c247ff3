import { FormatError, LoadError } from "../../base/errors.js";
import { type ArraySummary, describeArrays } from "../../formats/volume/array-summary.js";
import { listArraysOf } from "../../formats/volume/open-volume.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { loadPrediction, predictionId } from "./load-prediction.js";
import { loadVolume } from "./load-volume.js";
import type { SampleParameters } from "./sample.js";
import { sampleOfPath } from "./sample-name.js";
import { volumeLimits } from "./volume-limits.js";

/**
 * Loads the volume of a sample, if there is one, and its predictions. A prediction that cannot be read is reported, and
 * the rest of the sample stands without it; where it is all that there is, the sample fails.
 * @throws {LoadError} `load/two-volumes`, `load/two-predictions`, `load/no-array`, `load/no-raw`.
 */
export async function loadSample(context: LoadContext<SampleParameters>): Promise<void> {
  const volumes: { file: SourceFile; arrays: readonly ArraySummary[] }[] = [];
  const predictions: { file: SourceFile; arrays: readonly ArraySummary[] }[] = [];
  const isolated = isolation(context);
  for (const file of context.files) {
    // What is no Zarr store, or lies among predictions, can be nothing but one.
    const isPrediction = !/\.(zarr|zip)$/.test(file.path) || file.path.includes("/predictions/");
    await isolated(file, isPrediction, async () => {
      const arrays = await listArraysOf(file.absolutePath, { file: file.path, limits: volumeLimits(context.limits) });
      (isVolume(file, arrays, context.parameters) ? volumes : predictions).push({ file, arrays });
    });
  }
  const [volume, second] = volumes;
  if (volume !== undefined && second !== undefined) {
    const sample = sampleOfPath(volume.file.path);
    throw new LoadError("two-volumes", `${sample}: two volumes, ${volume.file.path} and ${second.file.path}`, {
      fields: { sample, files: volumes.map(({ file }) => file.path) },
      wayOut: `Let the pattern of the source match one of them; a prediction holds no ${context.parameters.raw_key}.`,
    });
  }
  refuseTwins(predictions, context.parameters);
  const shape = volume === undefined ? undefined : await loadVolume(context, volume.file, volume.arrays);
  for (const { file, arrays } of predictions) {
    await isolated(file, true, () => loadPrediction(context, file, arrays, shape));
  }
}

type Isolated = (file: SourceFile, isPrediction: boolean, work: () => Promise<void>) => Promise<void>;

/** Runs what concerns one file; for a prediction beside other files what is wrong with it is noted, not thrown. */
function isolation(context: LoadContext<SampleParameters>): Isolated {
  return async (file, isPrediction, work) => {
    try {
      await work();
    } catch (error) {
      const isOfFile = error instanceof LoadError || error instanceof FormatError;
      if (!isOfFile || !isPrediction || context.files.length === 1) throw error;
      context.countRead(file, 1);
      context.fail({ file, recording: predictionId(file, context.parameters).prediction, error });
    }
  };
}

/** @throws {LoadError} `load/no-array`, and `load/no-raw` for a ground truth alone, which would be a perfect prediction. */
function isVolume(file: SourceFile, arrays: readonly ArraySummary[], parameters: SampleParameters): boolean {
  const { raw_key: rawKey, truth_key: truthKey, prediction_keys: predictionKeys } = parameters;
  const holds = (wanted: string) => arrays.some(({ key }) => key === wanted);
  if (holds(rawKey)) return true;
  if (arrays.length === 0) {
    throw new LoadError("no-array", `${file.path}: there is no array in it`, {
      fields: { file: file.path },
      wayOut: "A volume holds volumes/raw, a prediction one array of labels: fetch or write it again.",
    });
  }
  if (holds(truthKey) && !predictionKeys.some(holds)) {
    throw new LoadError("no-raw", `${file.path}: there is no ${rawKey}; it holds ${describeArrays(arrays)}`, {
      fields: { file: file.path, array: rawKey },
      wayOut: "Fetch the sample again; of a prediction, name the array in prediction_keys of the load step.",
    });
  }
  return false;
}

/** @throws {LoadError} `load/two-predictions` for files of one method, which would have the same name. */
function refuseTwins(predictions: readonly { readonly file: SourceFile }[], parameters: SampleParameters): void {
  const paths = new Map<string, string>();
  for (const { file } of predictions) {
    const id = predictionId(file, parameters).prediction;
    const before = paths.get(id);
    if (before !== undefined) {
      throw new LoadError("two-predictions", `${id}: two predictions, ${before} and ${file.path}`, {
        fields: { prediction: id, files: [before, file.path] },
        wayOut: "Remove one, or put it into another folder: the folder's name is that of the method.",
      });
    }
    paths.set(id, file.path);
  }
}
