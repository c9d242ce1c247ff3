import { LoadError } from "../../base/errors.js";
import type { ArraySummary } from "../../formats/volume/array-summary.js";
import { listArraysOf } from "../../formats/volume/open-volume.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { loadPrediction } from "./load-prediction.js";
import { loadVolume } from "./load-volume.js";
import type { SampleParameters } from "./sample.js";
import { sampleOfPath } from "./sample-name.js";

/** Loads the volume of a sample, if there is one, and its predictions. */
export async function loadSample(context: LoadContext<SampleParameters>): Promise<void> {
  const volumes: { file: SourceFile; arrays: readonly ArraySummary[] }[] = [];
  const predictions: { file: SourceFile; arrays: readonly ArraySummary[] }[] = [];
  for (const file of context.files) {
    const arrays = await listArraysOf(file.absolutePath, { file: file.path, limits: context.limits });
    const isVolume = arrays.some(({ key }) => key === context.parameters.raw_key);
    (isVolume ? volumes : predictions).push({ file, arrays });
  }
  const [volume, second] = volumes;
  if (volume !== undefined && second !== undefined) {
    const sample = sampleOfPath(volume.file.path);
    throw new LoadError("two-volumes", `${sample}: two volumes, ${volume.file.path} and ${second.file.path}`, {
      fields: { sample, files: volumes.map(({ file }) => file.path) },
      wayOut: "Let the pattern of the source match one of them.",
    });
  }
  if (volume !== undefined) await loadVolume(context, volume.file, volume.arrays);
  for (const { file, arrays } of predictions) await loadPrediction(context, file, arrays);
}
