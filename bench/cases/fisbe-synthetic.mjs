import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { seconds } from "../report.mjs";
import { row, scoreWithOurs } from "../segmentation/against-python.mjs";

export const title = "metrics of a synthetic volume of full size";
export const columns = ["way", "wall", "processor", "peak memory"];

const NEURONS = 10;
/** Bytes. */
const MEMORY_TARGET = 3e9;

/** @param {{ folder: string, say: (text: string) => void, preset?: "tiny" | "small" | "full" }} options */
export async function measure({ folder, say, preset = "full" }) {
  mkdirSync(folder, { recursive: true });
  const { syntheticVolume } = await import("../../dist/sample-data/fisbe/synthetic-volume.js");
  const { writeZarrArray } = await import("../../dist/sample-data/zarr-writer.js");
  say("writing the truth, and flattened");
  let volume;
  for (let seed = 1; !volume?.sharedTracts; seed++) volume = syntheticVolume({ seed, preset, neurons: NEURONS });
  const { instances, dimNeurons, shape, instanceCount } = volume;
  const chunk = shape.map((size, axis) => Math.min(size, axis === 0 ? 50 : 100));
  const truth = { path: join(folder, "truth.zarr"), key: "volumes/gt_instances" };
  const prediction = { path: join(folder, "flattened.zarr"), key: "labels" };
  await writeZarrArray(truth.path, { path: truth.key, chunks: [Math.min(2, instanceCount), ...chunk] }, instances);
  await writeZarrArray(prediction.path, { path: prediction.key, chunks: chunk }, flattened(instances));
  const request = { truth, prediction, options: { dimNeurons } };
  const rows = [];
  const peaks = [];
  let score;
  for (const [way, more] of [
    ["decoding alone", { decodeOnly: true }],
    ["one thread", { threads: 1 }],
    ["two threads", { threads: 2 }],
  ]) {
    say(way);
    const found = await scoreWithOurs({ ...request, ...more });
    rows.push(row(way, found));
    peaks.push(found.peak);
    if (found.result !== undefined) score = found;
  }
  const { general } = score.result;
  const voxels = score.result.voxels.truth.reduce((sum, each) => sum + each, 0);
  return {
    rows,
    targets: [{ what: "peak memory", limit: MEMORY_TARGET / 1e6, found: Math.max(...peaks) / 1e6, unit: "MB" }],
    notes: [
      `${instanceCount} neurons of ${voxels.toLocaleString("en")} voxels in ${shape.join(" × ")}, one channel each, against the maximum over the channels, both Zarr with gzip:`,
      `S ${general.avg_f1_cov_score.toFixed(3)}, ${general.GT_overlap} neurons that overlap. The skeletons of so few voxels start no threads.`,
      `Progress is reported ${score.progress.calls} times, at most ${seconds(score.progress.longestSilence)} apart.`,
    ],
  };
}

/** The maximum over the channels. Blocks hold all channels. */
function flattened(source) {
  return {
    ...source,
    shape: source.shape.slice(1),
    async *blocks() {
      for await (const { origin, shape, data } of source.blocks()) {
        const voxels = data.length / shape[0];
        const largest = new Uint8Array(voxels);
        for (let i = 0; i < data.length; i++) largest[i % voxels] = Math.max(largest[i % voxels], data[i]);
        yield { origin: origin.slice(1), shape: shape.slice(1), data: largest };
      }
    },
  };
}
