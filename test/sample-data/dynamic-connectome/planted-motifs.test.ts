import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.js";
import { neuropalLabels } from "../../../src/loaders/activity/neuropal-labels.js";
import { tableFolder } from "../../../src/loaders/activity/table.js";
import { MOTIF_FOLDER, motifFiles, sampleMotifFiles } from "../../../src/sample-data/dynamic-connectome/motif-files.js";
import { type PlantedRecording, plantedMotifs } from "../../../src/sample-data/dynamic-connectome/planted-motifs.js";
import { NEURON_LABELS } from "../../../src/tables/neuron-registry.js";
import { loadRecording } from "../../loaders/activity/load-recordings.js";

const planted = plantedMotifs({ seed: 1 });
const { motifs, recordings, stimuli, frames, dtS } = planted;
const neurons = motifs.flatMap((motif) => motif.neurons);

const traceOf = ({ labels, traces }: PlantedRecording, label: string) => traces[labels.indexOf(label)];
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Pearson correlation over the frames of an epoch. */
function correlation(x: Float64Array, y: Float64Array, [start, end]: readonly [number, number]): number {
  const centred = (trace: Float64Array) => {
    const part = [...trace.subarray(start, end)];
    return part.map((value) => value - mean(part));
  };
  const [a, b] = [centred(x), centred(y)];
  const dot = (u: readonly number[], v: readonly number[]) =>
    u.reduce((sum, value, k) => sum + value * (v[k] as number), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** Mean correlation over the pairs of a motif in an epoch of a recording. */
function togetherness(
  recording: PlantedRecording,
  members: readonly string[],
  epoch: readonly [number, number],
): number {
  const traces = members.flatMap((label) => traceOf(recording, label) ?? []);
  const pairs = traces.flatMap((x, i) => traces.slice(i + 1).map((y) => correlation(x, y, epoch)));
  return mean(pairs);
}

describe("planted motifs", () => {
  it("are the same for the same seed, and others for another", () => {
    expect(plantedMotifs({ seed: 1 })).toEqual(planted);
    const other = plantedMotifs({ seed: 2 });
    expect(other.motifs).toEqual(motifs);
    expect(other.stimuli).not.toEqual(stimuli);
    for (const [index, { traces }] of other.recordings.entries()) {
      expect(traces[0]).not.toEqual(recordings[index]?.traces[0]);
    }
  });

  it("of seed 1 are the same bytes everywhere", () => {
    const all = sampleMotifFiles(1).map(({ path, bytes }) => `${sha256(bytes)} ${path}\n`);
    expect(sha256(all.join(""))).toMatchInlineSnapshot(
      `"740bc54627b2c8c8b557725d65c69690d17880d411a38a4877552a49f02c5be6"`,
    );
  });

  it("are of different neurons, known by name, in four epochs and not in every animal", () => {
    expect(new Set(neurons).size).toBe(32);
    expect(neurons.filter((neuron) => !NEURON_LABELS.includes(neuron))).toEqual([]);
    for (const { epoch, animals } of motifs) {
      expect(animals).toHaveLength(3);
      expect(epoch[1] - epoch[0]).toBe(192);
    }
    expect(motifs.map(({ epoch }) => epoch[0])).toEqual([0, 147, 301, 448]);
  });

  it("correlate in their epoch where they are active, and nowhere else", () => {
    for (const recording of recordings) {
      for (const { neurons: members, epoch, animals } of motifs) {
        const inside = togetherness(recording, members, epoch);
        if (!animals.includes(recording.name)) expect(Math.abs(inside)).toBeLessThan(0.1);
        else {
          expect(inside).toBeGreaterThan(0.8);
          const outside = epoch[0] === 0 ? ([240, frames] as const) : ([0, epoch[0]] as const);
          expect(Math.abs(togetherness(recording, members, outside))).toBeLessThan(0.1);
        }
      }
    }
  });

  it("lack three neurons in one animal each: two without a name, one with a doubtful one", () => {
    expect(planted.union).toEqual([...neurons].sort());
    expect(planted.union.filter((neuron) => !planted.common.includes(neuron))).toEqual(["ASGR", "RIMR", "RMGL"]);
    for (const { labels, confidences, traces } of recordings) {
      expect([labels.length, confidences.length, traces.length]).toEqual([35, 35, 35]);
      expect(traces.every((trace) => trace.length === frames && trace.every(Number.isFinite))).toBe(true);
      labels.forEach((label, roi) => {
        expect(confidences[roi] === null).toBe(label === "");
      });
    }
    const blank = recordings.map(({ labels }) => labels.filter((label) => label === "").length);
    expect(blank).toEqual([3, 3, 4, 3, 4, 3]);
    const doubtful = recordings.map(({ labels, confidences }) => labels.filter((_, roi) => confidences[roi] === 1.5));
    expect(doubtful).toEqual([[], [], [], ["RMGL"], [], []]);
  });

  it("are shorter, emptier or noisier on demand", () => {
    const small = plantedMotifs({ seed: 1, frames: 60, presentations: 400, noise: 0 });
    for (const { traces } of small.recordings) expect(traces.every((trace) => trace.length === 60)).toBe(true);
    // No more presentations than an epoch has frames from which the answer lies in it too.
    expect(small.stimuli).toHaveLength(4 * 16);
    expect(plantedMotifs({ seed: 1, presentations: 0 }).stimuli).toEqual([]);
  });
});

describe("files of planted motifs", () => {
  const files = sampleMotifFiles(1);
  const stimulusPlaces = { file: "stimuli.csv", start: "on (s)", end: "off (s)", names: "name", unit: "s" };
  const parameters = {
    dataset: "PlantedMotifs",
    traces: [{ file: "traces.csv", kind: "dff", unit: "dF/F", orientation: "frames-by-rois" }],
    time: { file: "traces.csv", column: "time (s)", unit: "s" },
    stimuli: [{ ...stimulusPlaces, kind: "odour", name: "odour" }],
  };

  it("are small", () => {
    expect(files.map(({ path }) => path.slice(MOTIF_FOLDER.length + 1))).toEqual([
      "labels.json",
      ...[1, 2, 3, 4, 5, 6].flatMap((n) => [`worm${n}/stimuli.csv`, `worm${n}/traces.csv`]),
    ]);
    expect(Math.max(...files.map(({ bytes }) => bytes.length))).toBeLessThan(200_000);
  });

  it.each(recordings.map(({ name }, index) => [name, index] as const))(
    "hold traces, names, times and stimuli of %s, and nothing else",
    async (name, index) => {
      const own = files.filter(({ path }) => path.startsWith(`${MOTIF_FOLDER}/${name}/`));
      const { rows, drops } = await loadRecording(tableFolder, own, parameters);
      expect(drops).toEqual([]);
      const recording = recordings[index] as PlantedRecording;
      expect(rows.recording_record).toMatchObject([{ recording_id: `PlantedMotifs/${name}`, n_roi: 35 }]);
      expect(rows.recording_record?.[0]?.time_s).toEqual(Float64Array.from({ length: frames }, (_, k) => k * dtS));
      expect(rows.roi_record?.map(({ label_raw }) => label_raw ?? "")).toEqual(recording.labels);
      expect(rows.source_trace?.map(({ values }) => values)).toEqual(recording.traces);
      expect(rows.stimulus_record?.map(({ name: stimulus, t_on_s, t_off_s }) => [stimulus, t_on_s, t_off_s])).toEqual(
        stimuli.map(({ name: stimulus, onS, offS }) => [stimulus, onS, offS]),
      );
    },
  );

  it("hold the confidence of every name", async () => {
    const [labels] = files;
    const { rows, drops } = await loadRecording(neuropalLabels, labels === undefined ? [] : [labels], {
      dataset: "PlantedMotifs",
    });
    expect(drops).toEqual([]);
    const stated = recordings.flatMap(({ name, labels: names, confidences }) =>
      names.flatMap((label, roi) => (label === "" ? [] : [[name, roi + 1, label, confidences[roi]]])),
    );
    expect(
      rows.label_record?.map(({ worm_uid, roi, label, confidence }) => [worm_uid, roi, label, confidence]),
    ).toEqual(stated);
  });

  it("leave blank what is not a number", () => {
    const [first] = recordings;
    const traces = first?.traces.map((trace) => trace.slice(0, 4)) ?? [];
    (traces[1] as Float64Array)[2] = Number.NaN;
    const made = motifFiles({ ...planted, recordings: [{ ...(first as PlantedRecording), traces }] });
    const rows = Buffer.from(made.at(-1)?.bytes ?? "")
      .toString()
      .split("\n");
    expect(rows).toHaveLength(6);
    expect(rows[3]?.split(",")[2]).toBe("");
    expect(rows[2]?.split(",")[2]).not.toBe("");
  });
});
