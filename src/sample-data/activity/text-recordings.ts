import { archiveOf } from "../broken-archive.js";
import { writeHdf5 } from "../hdf5-writer.js";
import type { SampleFile } from "../sample-sources.js";
import { frameMatrix, list, scalar } from "./nwb-recordings.js";
import { type SyntheticRecording, syntheticRecording } from "./synthetic-recording.js";

const utf8 = new TextEncoder();
const lines = (rows: readonly (string | number)[]) => rows.map((row) => `${row}\n`).join("");
const number = (value: number) => (Number.isNaN(value) ? "nan" : String(value));

function worms(seed: number, name: string, dtS: number, regular = false): SyntheticRecording[] {
  return [700, 599].map((frames, index) => syntheticRecording({ seed, name, index, frames, rois: 6, dtS, regular }));
}

const frameRows = ({ traces, timeS }: SyntheticRecording) =>
  Array.from(timeS, (_, k) => traces.map((trace) => trace[k] as number));

/**
 * Six text files per worm, as in Leifer 2023: labels two lines longer than the traces; stimuli on an ROI, on none that
 * was identified, and on a neuron whose label has no trace; the second worm has none.
 */
export function leiferFiles(seed: number): SampleFile[] {
  return worms(seed, "Leifer2023", 0.5).flatMap((worm) => {
    const targets = worm.index === 0 ? [1, -2, 7] : [];
    const texts = {
      gcamp: lines(frameRows(worm).map((row) => row.map(number).join(" "))),
      labels: lines([...worm.labels, "AIBL", "AVJR"]),
      t: lines(Array.from(worm.timeS, (time) => time.toExponential(18))),
      stim_volume_i: lines(targets.map((_, index) => 60 + 60 * index)),
      stim_neurons: lines(targets),
      ds_name: `sample_recording_${worm.index}`,
    };
    return Object.entries(texts).map(([role, text]) => ({
      path: `celegans/Leifer2023/${worm.index}_${role}.txt`,
      bytes: utf8.encode(text),
    }));
  });
}

const METADATA = ["neuron", "id", "x", "y", "z", "t", "parent", "provenance", "confidence"];

/**
 * Zipped CSV files, as in Venkatachalam 2024: nine metadata columns (names but `neuron` invented), 98 blank ones, a
 * column per frame, a last column that is no frame.
 */
export function venkatachalamFiles(seed: number): SampleFile[] {
  return worms(seed, "Venkatachalam2024", 0.375, true).map((worm) => {
    const blank = new Array<string>(98).fill("");
    const header = [...METADATA, ...blank, ...Array.from(worm.timeS, (_, k) => String(k)), ""];
    const rows = worm.traces.map((trace, roi) => {
      const described = [worm.labels[roi] ?? "", String(roi), "0.1", "0.2", "0.3", "0", "", "sample", "0.9"];
      return [
        ...described,
        ...blank,
        ...Array.from(trace, (value) => (Number.isNaN(value) ? "" : String(value))),
        "end",
      ];
    });
    const name = `sample_worm_${worm.index}`;
    const content = utf8.encode(lines([header, ...rows].map((row) => row.join(","))));
    return { path: `celegans/Venkatachalam2024/${name}.zip`, bytes: archiveOf([{ name: `${name}.csv`, content }]) };
  });
}

/**
 * Recordings of an invented laboratory without a loader of its own: HDF5 files, CSV files with a row per frame, and a
 * folder per worm with a row per neuron and times and labels in files of their own.
 */
export function exampleLabFiles(seed: number): SampleFile[] {
  return worms(seed, "ExampleLab", 0.4).flatMap((worm) => {
    const { traces, labels, timeS, velocity, reversals, index } = worm;
    const dff = frameMatrix(traces);
    const byRoi = { shape: [6, timeS.length], data: Float64Array.from(traces.flatMap((trace) => [...trace])) };
    const oneBased = Float64Array.from(reversals.flatMap(([start, end]) => [start + 1, end]));
    const h5 = writeHdf5({
      datasets: {
        "imaging/dff": { ...byRoi, attributes: { unit: "dF/F" } },
        "imaging/ratio": { ...dff, data: Float64Array.from(dff.data as Float64Array, (value) => value * 2) },
        "imaging/time": list(
          timeS.map((time) => time * 1000),
          { unit: "ms" },
        ),
        "imaging/neurons": list(labels),
        "imaging/positions": {
          shape: [6, 3],
          data: Float64Array.from({ length: 18 }, (_, i) => i),
          attributes: { unit: "um" },
        },
        "imaging/laser_power": scalar(3),
        "tracking/speed": list(velocity, { unit: "mm/s" }),
        "tracking/reversals": { shape: [reversals.length, 2], data: oneBased },
        "stimulus/onset": list(Float64Array.of(worm.stimulus.onS)),
        "stimulus/odour": list([worm.stimulus.name]),
        "meta/strain": scalar("ZM9624"),
      },
    });
    const header = ["time (s)", ...labels, "speed", "frame"];
    const rows = frameRows(worm).map((row, k) => [timeS[k], ...row.map(number), velocity[k], k].join(","));
    const folder = `celegans/ExampleLab/folders/worm${index}`;
    const text = (path: string, content: string) => ({ path, bytes: utf8.encode(content) });
    return [
      { path: `celegans/ExampleLab/hdf5/worm${index}.h5`, bytes: h5 },
      text(`celegans/ExampleLab/csv/worm${index}.csv`, lines([header.join(","), ...rows])),
      text(
        `${folder}/traces.tsv`,
        lines(traces.map((trace, roi) => [roi + 1, ...Array.from(trace, number)].join("\t"))),
      ),
      text(`${folder}/time.txt`, lines([...timeS.map((time) => time / 60)])),
      text(`${folder}/neurons.txt`, lines(labels)),
    ];
  });
}
