import type { MatlabValue } from "../../formats/matlab/matlab-value.js";
import { cellColumn, doubleMatrix, doubleScalar, structValue, textValue } from "../matlab-values.js";
import { writeMatlab73 } from "../matlab73-writer.js";
import type { SampleFile } from "../sample-sources.js";
import { type SyntheticRecording, syntheticRecording } from "./synthetic-recording.js";

/** Names of the fields of one published dataset. */
interface FieldNames {
  readonly names: string;
  readonly traces: string;
  readonly time: string;
}

const KATO: FieldNames = { names: "IDs", traces: "traces", time: "timeVectorSeconds" };
const KATO_SECOND: FieldNames = { names: "NeuronNames", traces: "deltaFOverF_bc", time: "tv" };
const KAPLAN: FieldNames = { names: "neuron_ID", traces: "traces_bleach_corrected", time: "time_vector" };
const UZEL: FieldNames = { names: "IDs", traces: "traces", time: "tv" };

const FRAMES = [700, 599] as const;

function worms(seed: number, name: string, dtS: number): SyntheticRecording[] {
  return FRAMES.map((frames, index) => syntheticRecording({ seed, name, index, frames, rois: 6, dtS }));
}

/** A cell of 1 x N, as MATLAB writes one made by a loop. */
export function cellRow(items: readonly MatlabValue[]): MatlabValue {
  return { kind: "cell", dims: [1, items.length], cells: items };
}

/** A column of numbers. */
export function numberColumn(numbers: Iterable<number>): MatlabValue {
  return doubleMatrix([...numbers].map((number) => [number]));
}

/** Frames x ROIs from one trace per ROI. */
export function frameMatrix(traces: readonly Float64Array[]): MatlabValue {
  const real = Float64Array.from(traces.flatMap((trace) => [...trace]));
  return { kind: "numeric", class: "double", dims: [traces[0]?.length ?? 0, traces.length], real, imaginary: null };
}

const emptyMatrix: MatlabValue = {
  kind: "numeric",
  class: "double",
  dims: [0, 0],
  real: new Float64Array(0),
  imaginary: null,
};

/**
 * Candidates of every ROI: a cell of names each. The nameless one is empty in the three ways that MATLAB has, and the
 * last ROI of the second worm has two candidates.
 */
function nameCells({ labels, index }: SyntheticRecording): MatlabValue {
  const nothing = [emptyMatrix, cellRow([])][index] ?? cellColumn([""]);
  const cells = labels.map((label, roi): MatlabValue => {
    if (label === "") return nothing;
    return index === 1 && roi === 5 ? cellColumn([label, "RIMR"]) : cellColumn([label]);
  });
  return index === 0 ? cellRow(cells) : cellColumn(cells);
}

function derivative({ traces, timeS }: SyntheticRecording): MatlabValue {
  return frameMatrix(
    traces.map((trace) =>
      trace.map((value, k) => {
        const before = Math.max(k - 1, 0);
        const after = k === 0 ? 1 : k;
        const step = (timeS[after] as number) - (timeS[before] as number);
        return k === 0 ? ((trace[1] as number) - value) / step : (value - (trace[k - 1] as number)) / step;
      }),
    ),
  );
}

function fieldsOf(recordings: readonly SyntheticRecording[], names: FieldNames): Record<string, MatlabValue> {
  return {
    [names.names]: cellRow(recordings.map(nameCells)),
    [names.traces]: cellColumn(recordings.map(({ traces }) => frameMatrix(traces))),
    // One time vector runs on after the last frame, as published ones do; one lies in a row.
    [names.time]: cellRow(
      recordings.map(({ timeS, index }) => {
        const last = timeS[timeS.length - 1] as number;
        return index === 0 ? numberColumn([...timeS, last + 0.35]) : doubleMatrix([[...timeS]]);
      }),
    ),
  };
}

/** State vectors: forwards, backwards, and one that never occurs. */
function stateVectors({ reversals, timeS }: SyntheticRecording): Record<string, MatlabValue> {
  const reverse = new Float64Array(timeS.length);
  for (const [start, end] of reversals) reverse.fill(1, start, end);
  const forward = reverse.map((flag) => 1 - flag);
  return { FWD: numberColumn(forward), REV: doubleMatrix([[...reverse]]), TURN: numberColumn(forward.map(() => 0)) };
}

function stimulusOf({ stimulus }: SyntheticRecording): MatlabValue {
  return structValue({
    identity: textValue("O2"),
    type: textValue("binarysteps"),
    switchtimes: doubleMatrix([[stimulus.onS, stimulus.offS, stimulus.offS + 30]]),
    initialstate: doubleScalar(2),
    conc: doubleMatrix([[4, 21]]),
    concunits: textValue("percent"),
  });
}

function matlab73(path: string, struct: string, fields: Record<string, MatlabValue>): SampleFile {
  const bytes = writeMatlab73({ variables: { [struct]: structValue(fields) }, compress: true });
  return { path: `celegans/${path}`, bytes };
}

function trialNames(recordings: readonly SyntheticRecording[], tag: string): MatlabValue {
  return cellRow(recordings.map(({ index }) => textValue(`TS2014071${5 + index}_${tag}`)));
}

/** `WT_Stim.mat` (all fields of the published readme) and `WT_NoStim.mat` (its other names of fields). */
export function kato2015Files(seed: number): SampleFile[] {
  const stim = worms(seed, "Kato2015 Stim", 0.35);
  const noStim = worms(seed, "Kato2015 NoStim", 0.33);
  return [
    matlab73("Kato2015/WT_Stim.mat", "WT_Stim", {
      ...fieldsOf(stim, KATO),
      traces_raw: cellRow(stim.map(({ traces }) => frameMatrix(traces.map((trace) => trace.map((x) => 900 * x))))),
      tracesDif: cellRow(stim.map(derivative)),
      fps: cellRow(stim.map(() => doubleScalar(2.86))),
      dataset: trialNames(stim, "O2steps"),
      stimulus: cellRow(stim.map(stimulusOf)),
      States: cellRow(stim.map((recording) => structValue(stateVectors(recording)))),
    }),
    matlab73("Kato2015/WT_NoStim.mat", "WT_NoStim", {
      ...fieldsOf(noStim, KATO_SECOND),
      fps: doubleMatrix([noStim.map(() => 3.03)]),
      dataset: trialNames(noStim, "nostim"),
      States: structValue(
        Object.fromEntries(
          ["FWD", "REV", "TURN"].map((state) => [
            state,
            cellRow(noStim.map((recording) => stateVectors(recording)[state] as MatlabValue)),
          ]),
        ),
      ),
      Opts: structValue({ smoothing: doubleScalar(0) }),
    }),
  ];
}

function plainFiles(seed: number, dataset: string, files: readonly string[], names: FieldNames, dtS: number) {
  return files.map((name) => {
    const recordings = worms(seed, `${dataset} ${name}`, dtS);
    return matlab73(`${dataset}/${name}.mat`, structNameOf(name), fieldsOf(recordings, names));
  });
}

/** The struct is named as the file; that of Kaplan 2020 by its last part. */
function structNameOf(file: string): string {
  const genotype = /^Neuron2019_Data_(.*)$/u.exec(file)?.[1];
  return genotype === undefined ? file : `${genotype}_Neuron2019`;
}

/** Four files, one per genotype and stage. */
export function nichols2017Files(seed: number): SampleFile[] {
  return plainFiles(seed, "Nichols2017", ["n2_let", "n2_prelet", "npr1_let", "npr1_prelet"], KATO, 0.2);
}

/** Two files, fasted and starved. */
export function skora2018Files(seed: number): SampleFile[] {
  return plainFiles(seed, "Skora2018", ["WT_fasted", "WT_starved"], KATO, 0.34);
}

/** Three files, one per genotype. */
export function kaplan2020Files(seed: number): SampleFile[] {
  const genotypes = ["MNhisCl_RIShisCl", "RIShisCl", "SMDhisCl_RIShisCl"];
  const files = genotypes.map((genotype) => `Neuron2019_Data_${genotype}`);
  return plainFiles(seed, "Kaplan2020", files, KAPLAN, 0.3);
}

/** One file. */
export function uzel2022Files(seed: number): SampleFile[] {
  return plainFiles(seed, "Uzel2022", ["Uzel_WT"], UZEL, 0.3);
}
