import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { realSources } from "../measure.mjs";
import { seconds } from "../report.mjs";
import {
  findScikitImage,
  middleOf,
  requireEqual,
  row,
  scoreWithOurs,
  scoreWithPython,
} from "../segmentation/against-python.mjs";
import { readLabels, writeLabels, writeVolume } from "../segmentation/label-files.mjs";
import { perturbedLabels } from "../segmentation/perturbed-labels.mjs";

export const title = "metrics of a real segmentation, against the published tool's way in Python";
export const columns = ["way", "wall", "processor", "peak memory"];

const ROUNDS = 3;
const SEED = 1;
const FILE = join("fisbe", "fisbe_duan_pred", "R14A02-20180905_65_A6.hdf");
const TRUTH = "volumes/gmm_label_cleaned";
const PREDICTION = "volumes/gmm_label";
/** Python's processor time ÷ ours, decoding left out. */
const LEAST_RATIO = 50;
/** Bytes. */
const MEMORY_TARGET = 3e9;
const BASE = "from raw .npy, one thread";

/** @param {{ folder: string, say: (text: string) => void, rounds?: number }} options Takes some ten minutes. */
export async function measure({ folder, say, rounds = ROUNDS }) {
  const sources = realSources();
  const file = join(sources ?? "", FILE);
  if (sources === undefined || !existsSync(file)) return { skipped: `there is no ${FILE}` };
  const python = findScikitImage();
  if (python.reason !== undefined) return { skipped: python.reason };
  mkdirSync(folder, { recursive: true });
  const inputs = await writeInputs({ file, folder, say });
  const rows = [];
  const notes = [];
  const targets = [];
  const peaks = [];
  for (const [name, prediction] of Object.entries(inputs.predictions)) {
    const ours = new Map();
    const run = async (way, request) => {
      say(`${name}: ${way}`);
      ours.set(way, await middleOf(rounds, () => scoreWithOurs(request)));
    };
    const raw = { truth: inputs.truth.npy, prediction: prediction.npy };
    await run(BASE, { ...raw, threads: 1 });
    await run("from raw .npy, two threads", { ...raw, threads: 2 });
    for (const form of ["HDF5", "Zarr"]) {
      const stored = { truth: inputs.truth[form], prediction: prediction[form] };
      if (stored.prediction === undefined) continue;
      await run(`from ${form}`, { ...stored, threads: 1 });
      await run(`${form} decoded, not scored`, { ...stored, decodeOnly: true });
    }
    say(`${name}: Python, some minutes`);
    const theirs = await scoreWithPython(python, raw);
    const alone = { ...theirs, wall: theirs.wallAlone, cpu: theirs.cpuAlone };
    rows.push(row(`${name}; Python, from arrays in memory`, alone));
    let compared = 0;
    for (const [way, found] of ours) {
      rows.push(row(`${name}; neurotables, ${way}`, found));
      if (found.result === undefined) continue;
      compared = requireEqual(found.result, theirs.result);
      const ratio = (what) => (alone[what] / found[what]).toFixed(0);
      rows.push([`${name}; Python ÷ neurotables, ${way}`, ratio("wall"), ratio("cpu"), ratio("peak")]);
    }
    const base = ours.get(BASE);
    const { general } = base.result;
    const { load, skeletons, preparation } = theirs.phases;
    if (notes.length === 0) {
      const which = rounds === 1 ? "One round" : `Median of ${rounds} by processor time, Python once`;
      notes.push(`${which}; ${theirs.versions}.`);
    }
    notes.push(
      `${name}: ${general["Num GT"]} and ${general["Num Pred"]} instances, the same ${compared} numbers;`,
      `Python loads for ${seconds(load)} before its clock starts, and then takes ${seconds(skeletons)} for ${theirs.skeletonisations} skeletonisations and ${seconds(preparation)} for lists and numbers of ids;`,
      `neurotables reports progress ${base.progress.calls.toLocaleString("en")} times, at most ${seconds(base.progress.longestSilence)} apart.`,
    );
    peaks.push(...[...ours.values()].map(({ peak }) => peak));
    targets.push({
      what: `${name}: processor time without decoding, against a ${LEAST_RATIO}th of Python's`,
      limit: alone.cpu / LEAST_RATIO,
      found: base.cpu,
      unit: "s",
    });
  }
  targets.push({ what: "peak memory", limit: MEMORY_TARGET / 1e6, found: Math.max(...peaks) / 1e6, unit: "MB" });
  return { rows, targets, notes };
}

/** The same label volumes raw, as they are in HDF5, and as Zarr; and a perturbed truth, which is in no HDF5 file. */
async function writeInputs({ file, folder, say }) {
  const { openVolume } = await import("../../dist/formats/volume/open-volume.js");
  const { seededRandom } = await import("../../dist/sample-data/seeded-random.js");
  const { writeZarrArray } = await import("../../dist/sample-data/zarr-writer.js");
  const given = async (name, key) => {
    say(`writing ${key} as .npy and Zarr`);
    const volume = await openVolume(file, { key });
    try {
      const npy = join(folder, `${name}.npy`);
      await writeVolume(npy, volume);
      return { npy, HDF5: { path: file, key }, Zarr: await zarrOf(name, npy), labels: await readLabels(volume) };
    } finally {
      await volume.close();
    }
  };
  const zarrOf = async (name, npy) => {
    const volume = await openVolume(npy);
    const path = join(folder, `${name}.zarr`);
    await writeZarrArray(path, { path: "labels", chunks: [50, 100, 100] }, volume);
    await volume.close();
    return { path, key: "labels" };
  };
  const truth = await given("truth", TRUTH);
  const prediction = await given("prediction", PREDICTION);
  say("writing the perturbed truth");
  const volume = await openVolume(truth.npy);
  const { shape } = volume;
  await volume.close();
  const npy = join(folder, "perturbed.npy");
  await writeLabels(npy, shape, [perturbedLabels(truth.labels[0], shape, seededRandom(SEED).fork("perturbed"))]);
  return {
    truth,
    predictions: {
      gmm_label: prediction,
      "truth, perturbed": { npy, Zarr: await zarrOf("perturbed", npy) },
    },
  };
}
