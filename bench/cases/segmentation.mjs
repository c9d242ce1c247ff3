import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { seconds } from "../report.mjs";
import {
  findScikitImage,
  middleOf,
  requireEqual,
  row,
  scoreWithOurs,
  scoreWithPython,
} from "../segmentation/against-python.mjs";
import { readLabels, writeLabels, writeNpy } from "../segmentation/label-files.mjs";
import { displacedChannels, perturbedLabels } from "../segmentation/perturbed-labels.mjs";

export const title = "metrics of small synthetic segmentations, against the published tool's way in Python";
export const columns = ["way", "wall", "processor", "peak memory"];

const ROUNDS = 3;
const SEED = 1;
const NEURONS = 5;

/**
 * @param {{ folder: string, say: (text: string) => void, preset?: "tiny" | "small", rounds?: number,
 *   python?: { command: string } | { reason: string } }} options
 */
export async function measure({ folder, say, preset = "small", rounds = ROUNDS, python = findScikitImage() }) {
  mkdirSync(folder, { recursive: true });
  const rows = [];
  const notes = [];
  let times;
  for (const task of await writeScenes(folder, preset)) {
    say(task.name);
    const ours = await middleOf(rounds, () => scoreWithOurs({ ...task, threads: 1 }));
    rows.push(row(`${task.name}; neurotables`, ours));
    if (python.reason !== undefined) continue;
    const theirs = await scoreWithPython(python, task);
    const compared = requireEqual(ours.result, theirs.result);
    rows.push(row(`${task.name}; Python`, { ...theirs, wall: theirs.wallAlone, cpu: theirs.cpuAlone }));
    times = `${theirs.versions}; arrays loaded before the clock starts, ${seconds(theirs.phases.load)}`;
    notes.push(
      `${task.name}: the same ${compared.toLocaleString("en")} numbers, ${theirs.skeletonisations} skeletonisations in Python.`,
    );
  }
  notes.unshift(
    `Median of ${rounds} by processor time, Python once; start of the interpreters left out; neurotables reads the same .npy files within its time, on one thread.`,
    python.reason === undefined ? `${times}.` : `Python: skipped, ${python.reason}.`,
  );
  return { rows, notes };
}

/** Truth and predictions of each kind that the metrics treat differently: overlaps in none, one and both. */
async function writeScenes(folder, preset) {
  const { syntheticVolume } = await import("../../dist/sample-data/fisbe/synthetic-volume.js");
  const { seededRandom } = await import("../../dist/sample-data/seeded-random.js");
  const volume = syntheticVolume({ seed: SEED, preset, neurons: NEURONS });
  const { shape, instances } = volume;
  const channels = await readLabels(instances);
  const labels = channels.flat();
  const [flat] = await readLabels(await flattened(instances));
  const at = (name) => join(folder, `${name}.npy`);
  const { type } = instances;
  await writeNpy(at("truth"), { type, shape: instances.shape }, [volume.readInstances(0, shape[0])]);
  await writeLabels(at("flat"), shape, [flat]);
  await writeLabels(at("perturbed"), shape, [perturbedLabels(flat, shape, seededRandom(SEED).fork("perturbed"))]);
  await writeLabels(at("displaced"), shape, displacedChannels(labels, shape));
  const dimNeurons = [2, 4];
  const scenes = [
    { name: "flat truth, perturbed", truth: "flat", prediction: "perturbed" },
    { name: "overlapping truth, partly labelled, perturbed", truth: "truth", prediction: "perturbed", partly: true },
    { name: "overlapping truth, overlapping prediction", truth: "truth", prediction: "displaced" },
  ];
  return scenes.map(({ name, truth, prediction, partly = false }) => ({
    name,
    truth: at(truth),
    prediction: at(prediction),
    options: { partly, dimNeurons },
  }));
}

/** The maximum over the channels. */
async function flattened(source) {
  const shape = source.shape.slice(1);
  const data = new Uint8Array(shape[0] * shape[1] * shape[2]);
  for await (const block of source.blocks()) {
    const voxels = block.data.length / block.shape[0];
    const first = block.origin[1] * shape[1] * shape[2];
    for (let i = 0; i < block.data.length; i++) {
      const to = first + (i % voxels);
      if (block.data[i] > data[to]) data[to] = block.data[i];
    }
  }
  return {
    shape,
    async *blocks() {
      yield { origin: [0, 0, 0], shape, data };
    },
  };
}
