// Scores one image in a process of its own, so that time and peak memory are those of the metrics alone.
// node score-image.mjs '{"truth":{"path","key"},"prediction":{…},"options":{…},"threads":1,"decodeOnly":false}'
import { openVolume } from "../../dist/formats/volume/open-volume.js";
import { FISBE_PRESET } from "../../dist/stages/segmentation/metrics/image-score.js";
import { imageScoreJson } from "../../dist/stages/segmentation/metrics/image-score-json.js";
import { scoreImage } from "../../dist/stages/segmentation/metrics/score-image.js";

const request = JSON.parse(process.argv[2]);
const began = performance.now();
const used = process.cpuUsage();
const truth = await openVolume(request.truth.path, { key: request.truth.key });
const prediction = await openVolume(request.prediction.path, { key: request.prediction.key });

const phases = { open: (performance.now() - began) / 1000 };
const progress = { calls: 0, longestSilence: 0 };
let since = performance.now();
let heard = since;
let phase = "truth";
const enter = (next) => {
  const now = performance.now();
  phases[phase] = (phases[phase] ?? 0) + (now - since) / 1000;
  [since, phase] = [now, next];
};
const onProgress = (_done, _total, current) => {
  const now = performance.now();
  progress.calls++;
  progress.longestSilence = Math.max(progress.longestSilence, (now - heard) / 1000);
  heard = now;
  enter(current);
};

let result;
if (request.decodeOnly) {
  for (const volume of [truth, prediction]) {
    enter(volume === truth ? "truth" : "prediction");
    for await (const block of volume.blocks()) if (block.data.length === 0) throw new Error("an empty block");
  }
} else {
  const options = { ...FISBE_PRESET, ...request.options };
  const score = await scoreImage({ truth, prediction, options, threads: request.threads, onProgress });
  enter("matching");
  const sizes = (what) => ({ truth: score.truth.map(what), prediction: score.prediction.map(what) });
  result = {
    ...imageScoreJson(score),
    recall: Array.from(score.recall.values),
    precision: Array.from(score.precision.values),
    score: Array.from(score.score.values),
    recall_without_overlap: score.recallWithoutOverlap ? Array.from(score.recallWithoutOverlap.values) : null,
    split_matches: score.splitMatches,
    merge_matches: score.mergeMatches,
    voxels: sizes(({ voxels }) => voxels),
    skeleton_voxels: sizes(({ skeletonVoxels }) => skeletonVoxels),
  };
}
enter("done");
const { user, system } = process.cpuUsage(used);
await truth.close();
await prediction.close();
console.log(
  JSON.stringify({
    result,
    phases,
    progress,
    wall: (since - began) / 1000,
    cpu: (user + system) / 1e6,
    peak: process.resourceUsage().maxRSS * 1024,
  }),
);
