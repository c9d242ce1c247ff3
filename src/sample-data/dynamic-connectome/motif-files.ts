import type { SampleFile } from "../sample-sources.js";
import { type PlantedRecording, type PlantedStimulus, plantedMotifs } from "./planted-motifs.js";

/** Folder of the recordings below a mirror; its last part is the name of the dataset. */
export const MOTIF_FOLDER = "celegans/PlantedMotifs";

const utf8 = new TextEncoder();
const lines = (rows: readonly (readonly (string | number)[])[]) => rows.map((row) => `${row.join(",")}\n`).join("");

/**
 * {@link plantedMotifs} as files that `activity/table-folder` and `activity/neuropal-labels` read. Nobody's data; paths
 * and bytes depend on `seed` alone. About 1 MB, 0.2 s.
 */
export function sampleMotifFiles(seed: number): SampleFile[] {
  return motifFiles(plantedMotifs({ seed }));
}

/**
 * Recordings as the files of a laboratory: a folder each with `traces.csv` (a row per frame, a column per cell under its
 * name or under none) and `stimuli.csv`, and `labels.json` with the confidence of each name. A value that is NaN is a
 * blank field.
 */
export function motifFiles(given: {
  readonly dtS: number;
  readonly recordings: readonly PlantedRecording[];
  readonly stimuli: readonly PlantedStimulus[];
}): SampleFile[] {
  const { dtS, recordings, stimuli } = given;
  const text = (path: string, content: string) => ({ path: `${MOTIF_FOLDER}/${path}`, bytes: utf8.encode(content) });
  const stimulusText = lines([
    ["on (s)", "off (s)", "name"],
    ...stimuli.map(({ onS, offS, name }) => [onS, offS, name]),
  ]);
  const labels = recordings.map(({ name, ...recording }) => [name, [labelObject(recording)]] as const);
  return [
    text("labels.json", `${JSON.stringify(Object.fromEntries(labels), null, 1)}\n`),
    ...recordings.flatMap(({ name, labels: names, traces }) => {
      const frames = traces[0]?.length ?? 0;
      const rows = Array.from({ length: frames }, (_, k) => [
        k * dtS,
        ...traces.map((trace) => (Number.isNaN(trace[k]) ? "" : (trace[k] as number))),
      ]);
      return [
        text(`${name}/stimuli.csv`, stimulusText),
        text(`${name}/traces.csv`, lines([["time (s)", ...names], ...rows])),
      ];
    }),
  ];
}

/** Names with their confidence, by the number of the cell counted from 1. */
function labelObject({ labels, confidences }: Pick<PlantedRecording, "labels" | "confidences">): object {
  const named = labels.flatMap((label, roi) => {
    if (label === "") return [];
    const side = /[LR]$/.exec(label)?.[0] ?? "undefined";
    const entry = { label, neuron_class: label.replace(/[LR]$/, ""), LR: side, confidence: confidences[roi] ?? null };
    return [[String(roi + 1), entry] as const];
  });
  return Object.fromEntries(named);
}
