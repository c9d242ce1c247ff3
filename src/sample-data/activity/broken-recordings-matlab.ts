import type { MatlabValue } from "../../formats/matlab/matlab-value.js";
import { cellColumn, doubleMatrix, doubleScalar, structValue, textValue } from "../matlab-values.js";
import { writeMatlab5 } from "../matlab5-writer.js";
import { writeMatlab73 } from "../matlab73-writer.js";
import {
  asFunctionHandle,
  BROKEN_NAMES,
  brokenMatlab5,
  brokenMatlab73,
  claiming20Gigabytes,
  matlabMatrix,
} from "./broken-matlab-bytes.js";
import {
  BROKEN_FRAMES,
  BROKEN_ROIS,
  type BrokenRecording,
  brokenBy,
  brokenTimes,
  brokenTraces,
  type RecordingBreakage,
  timeFaults,
  unusualRows,
  unusualTraces,
} from "./broken-recording.js";
import { cellRow, numberColumn } from "./matlab-recordings.js";

type Fields = Readonly<Record<string, MatlabValue | null>>;

function present(fields: Fields): Record<string, MatlabValue> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, MatlabValue] => entry[1] !== null),
  );
}

const CELLS = "celegans/Kato2015/WT_Stim.mat";
/** Two worms: the second is sound, and must be carried whatever is wrong with the first. */
const pair = (first: MatlabValue, second: MatlabValue) => cellRow([first, second]);
const sound = {
  IDs: cellColumn(BROKEN_NAMES),
  traces: matlabMatrix(brokenTraces()),
  timeVectorSeconds: numberColumn(brokenTimes()),
};

function cellFields(changes: Fields): Record<string, MatlabValue> {
  const { IDs, traces, timeVectorSeconds } = sound;
  return present({
    IDs: pair(IDs, IDs),
    traces: pair(traces, traces),
    timeVectorSeconds: pair(timeVectorSeconds, timeVectorSeconds),
    ...changes,
  });
}

const cells73 = (changes: Fields) => writeMatlab73({ variables: { WT_Stim: structValue(cellFields(changes)) } });
const cells5 = (changes: Fields) => writeMatlab5({ variables: [["WT_Stim", structValue(cellFields(changes))]] });

/** MATLAB files with worms in cells that are broken, of both formats. */
export function brokenMatlabCells(): BrokenRecording[] {
  const first = (field: keyof typeof sound, value: MatlabValue) => cells73({ [field]: pair(value, sound[field]) });
  return brokenBy(
    {
      loader: "activity/matlab-cells",
      parameters: {
        dataset: "Kato2015",
        traces: [
          { kind: "dff_bc", unit: "dF/F", fields: ["traces"] },
          { kind: "raw_traces", unit: "au", fields: ["traces_raw"] },
        ],
      },
      files: { [CELLS]: cells73({}) },
      path: CELLS,
    },
    [
      ...brokenMatlab5(cells5({})),
      ...brokenMatlab73(cells73({}), "WT_Stim"),
      ...timeFaults().map(({ times, ...fault }) => ({
        ...fault,
        bytes: first("timeVectorSeconds", times.length === 0 ? matlabMatrix([]) : numberColumn(times)),
      })),
      ...brokenCells(first),
      {
        name: "dimensions of 20 GB in MATLAB 5",
        bytes: claiming20Gigabytes(cells5({}), [BROKEN_FRAMES, BROKEN_ROIS]),
        outcome: "format/bad-length",
        says: ["50000000 x 50 needs 2500000000 elements, 120 are stored"],
      },
    ],
  );
}

function brokenCells(first: (field: keyof typeof sound, value: MatlabValue) => Uint8Array): RecordingBreakage[] {
  const traces = (rois: readonly Float64Array[], frames?: number) => first("traces", matlabMatrix(rois, frames));
  const stimulus = (times: readonly number[]) =>
    structValue({
      identity: textValue("O2"),
      switchtimes: doubleMatrix([times]),
      initialstate: doubleScalar(1),
      conc: doubleMatrix([[4, 21]]),
    });
  const state = (values: readonly number[]) => structValue({ FWD: numberColumn(values) });
  const flags = new Array<number>(BROKEN_FRAMES).fill(1);
  return [
    {
      name: "another struct",
      bytes: writeMatlab73({ variables: { a: structValue({}), b: structValue({}) } }),
      outcome: "load/missing-field",
      says: ['"WT_Stim"'],
    },
    { name: "no traces", bytes: cells73({ traces: null }), outcome: "load/missing-field", says: ['"traces"'] },
    { name: "no names", bytes: cells73({ IDs: null }), outcome: "load/missing-field", says: ['"IDs"'] },
    {
      name: "no worms",
      bytes: cells73({ traces: cellRow([]) }),
      outcome: "load/no-recordings",
      says: ["WT_Stim\\.traces is empty"],
    },
    {
      name: "times of one worm for two",
      bytes: cells73({ timeVectorSeconds: cellRow([sound.timeVectorSeconds]) }),
      outcome: "load/worm-count",
      says: ["cell 1 x 1, but there are 2 worms"],
    },
    {
      name: "texts in place of traces",
      bytes: first("traces", textValue("12")),
      outcome: "format/unexpected-class",
      says: ["WT_Stim\\.traces\\{1\\} is char 1 x 2, not a real matrix"],
    },
    { name: "zero ROIs", bytes: traces([]), outcome: "load/no-traces", says: ["WT_Stim/1|traces\\{1\\}"] },
    {
      name: "one frame",
      bytes: traces(brokenTraces(BROKEN_ROIS, 1), 1),
      outcome: "dropped/time_after_last_frame",
      says: ["40 time stamps, 1 frame"],
    },
    {
      name: "more names than traces",
      bytes: first("IDs", cellColumn([...BROKEN_NAMES, "RID"])),
      outcome: "dropped/name_without_trace",
      says: ["IDs 4 of WT_Stim/1 RID"],
    },
    {
      name: "fewer names than traces",
      bytes: first("IDs", cellColumn(["AVAL"])),
      outcome: "carried",
      says: ["roi_record roi=2 label=null"],
    },
    {
      name: "names that are structs",
      bytes: first("IDs", cellColumn([structValue({}), "", ""])),
      outcome: "format/unexpected-class",
      says: ["IDs\\{1\\}\\{1\\} is struct"],
    },
    {
      name: "half of a surrogate pair in a name",
      bytes: first("IDs", cellColumn(["AVA\ud800"])),
      outcome: "load/text",
      says: ["ROI 1", '"AVA\\\\ud800"'],
    },
    {
      name: "another kind with a frame fewer",
      bytes: cells73({ traces_raw: pair(matlabMatrix(brokenTraces(BROKEN_ROIS, 39), 39), sound.traces) }),
      outcome: "dropped/other_shape",
      says: ["traces_raw of WT_Stim/1 double 39 x 3, not 40 x 3"],
    },
    {
      name: "state of a frame fewer",
      bytes: cells73({ States: pair(state(flags.slice(1)), state(flags)) }),
      outcome: "dropped/state_length",
      says: ["state FWD of WT_Stim/1 double 39 x 1, 40 frames"],
    },
    {
      name: "state that is neither",
      bytes: cells73({ States: pair(state([2, ...flags.slice(1)]), state(flags)) }),
      outcome: "dropped/state_not_binary",
      says: ["value 2"],
    },
    {
      name: "switch times that go back",
      bytes: cells73({ stimulus: pair(stimulus([110, 105]), stimulus([105, 110])) }),
      outcome: "dropped/unrecognised_stimulus",
      says: ["stimulus of WT_Stim/1 switchtimes do not ascend"],
    },
    {
      name: "names of worms that equal numbers of others",
      bytes: cells73({ dataset: pair(textValue("2"), textValue("")) }),
      outcome: "carried",
      says: ["recording_record uid=WT_Stim/1 ", "recording_record uid=WT_Stim/2 "],
    },
    {
      name: "name of a worm with a line end",
      bytes: cells73({ dataset: pair(textValue("a\nb"), textValue("c")) }),
      outcome: "load/recording-name",
      says: ["control characters"],
    },
    {
      name: "NaN runs, a column of NaN, infinite values",
      bytes: first("traces", matlabMatrix(unusualTraces())),
      outcome: "carried",
      says: unusualRows(1),
    },
    {
      name: "MATLAB 5 in place of 7.3",
      bytes: cells5({}),
      outcome: "carried",
      says: ["recording_record uid=WT_Stim/2 "],
    },
  ];
}

const CLASSES = "celegans/Yemini2021/Head_Activity_OH15500.mat";
const traceRow = (traces: readonly Float64Array[]) => cellRow(traces.map((trace) => doubleMatrix([[...trace]])));

/** Traces by class: AVA with two sides of two worms, RIM with one. */
function classFile(changes: Fields): Uint8Array {
  const [a, b, c] = brokenTraces() as [Float64Array, Float64Array, Float64Array];
  const fields = present({
    fps: doubleScalar(4),
    files: cellColumn(["w1.mat", "w2.mat"]),
    neurons: cellColumn(["AVA", "RID"]),
    is_L: cellColumn([doubleMatrix([[1, 1, 0, 0]]), doubleMatrix([[Number.NaN, Number.NaN]])]),
    norm_traces: cellColumn([traceRow([a, b, b, c]), traceRow([c, a])]),
    ...changes,
  });
  return writeMatlab5({ variables: Object.entries(fields) });
}

/** MATLAB files with traces by class that are broken. */
export function brokenMatlabClasses(): BrokenRecording[] {
  const reader = { loader: "activity/matlab-classes", parameters: { dataset: "Yemini2021" }, path: CLASSES };
  const [a, b] = brokenTraces() as [Float64Array, Float64Array];
  const short = brokenTraces(1, 39)[0] as Float64Array;
  const ava = traceRow([a, b, b, a]);
  const stims = { stim_names: cellRow([textValue("NaCl")]), stims: doubleMatrix([[1], [1]]) };
  return brokenBy({ ...reader, files: { [CLASSES]: classFile({}) } }, [
    ...brokenMatlab5(classFile({})),
    ...["fps", "files", "neurons", "is_L", "norm_traces"].map((field): RecordingBreakage => {
      return {
        name: `no field ${field}`,
        bytes: classFile({ [field]: null }),
        outcome: "load/missing-field",
        says: [`"${field}"`],
      };
    }),
    {
      name: "rate of 0",
      bytes: classFile({ fps: doubleScalar(0) }),
      outcome: "format/unexpected-class",
      says: ["fps is double 1 x 1, not a positive number"],
    },
    {
      name: "rate that is a text",
      bytes: classFile({ fps: textValue("4") }),
      outcome: "format/unexpected-class",
      says: ["fps is char"],
    },
    {
      name: "rate that is infinite",
      bytes: classFile({ fps: doubleScalar(Number.POSITIVE_INFINITY) }),
      outcome: "format/unexpected-class",
      says: ["fps is double 1 x 1, not a positive number"],
    },
    {
      name: "rate in frames per minute, of a thousandth",
      bytes: classFile({ fps: doubleScalar(4000) }),
      outcome: "load/time-unit",
      says: ["0\\.00025\\d* s"],
    },
    {
      name: "a worm twice",
      bytes: classFile({ files: cellColumn(["w1.mat", "w1.mat"]) }),
      outcome: "load/worm-names",
      says: ["w1\\.mat twice"],
    },
    {
      name: "a worm without name",
      bytes: classFile({ files: cellColumn(["", "w2.mat"]) }),
      outcome: "load/recording-name",
      says: ["it is empty"],
    },
    { name: "no worms", bytes: classFile({ files: cellColumn([]) }), outcome: "load/worm-names", says: ["no entries"] },
    {
      name: "classes that are more than their traces",
      bytes: classFile({ neurons: cellColumn(["AVA", "RID", "RIM"]) }),
      outcome: "load/class-count",
      says: ["norm_traces is cell 2 x 1, but neurons names 3"],
    },
    {
      name: "entries of three worms for two",
      bytes: classFile({ norm_traces: cellColumn([ava, traceRow([a, b, a])]) }),
      outcome: "dropped/entry_count",
      says: ["norm_traces\\{2\\} \\(RID\\) 3 entries, 2 worms"],
    },
    {
      name: "sides of another number",
      bytes: classFile({ is_L: cellColumn([doubleMatrix([[1, 1, 0]]), doubleMatrix([[1]])]) }),
      outcome: "format/unexpected-class",
      says: ["is_L\\{1\\} \\(AVA\\)", "4 flags"],
    },
    {
      name: "traces of two lengths in a worm",
      bytes: classFile({ norm_traces: cellColumn([ava, traceRow([short, b])]) }),
      outcome: "load/trace-length",
      says: ["w1\\.mat", "39 frames, another 40"],
    },
    {
      name: "texts in place of a trace",
      bytes: classFile({ norm_traces: cellColumn([ava, cellRow([textValue("12"), doubleMatrix([[...b]])])]) }),
      outcome: "format/unexpected-class",
      says: ["RID", "char 1 x 2"],
    },
    {
      name: "a worm without traces",
      bytes: classFile({
        norm_traces: cellColumn([
          traceRow([new Float64Array(0), a, new Float64Array(0), b]),
          traceRow([new Float64Array(0), a]),
        ]),
      }),
      outcome: "load/no-traces",
      says: ["w1\\.mat has no traces"],
    },
    {
      name: "stimulus that ends before it begins",
      bytes: classFile({ ...stims, stim_times: doubleMatrix([[20, 10]]) }),
      outcome: "dropped/unrecognised_stimulus",
      says: ["stim_times worm 1 has a stimulus of start 20, end 10"],
    },
    {
      name: "more times than stimuli",
      bytes: classFile({
        ...stims,
        stim_times: doubleMatrix([
          [10, 20],
          [30, 40],
        ]),
      }),
      outcome: "dropped/unrecognised_stimulus",
      says: ["stim_times worm 1 has 1 stimuli, but 2 times"],
    },
    {
      name: "stimulus that has no name",
      bytes: classFile({ ...stims, stims: doubleMatrix([[9], [1]]), stim_times: doubleMatrix([[10, 20]]) }),
      outcome: "dropped/unrecognised_stimulus",
      says: ["stims stims is double 2 x 1"],
    },
    {
      name: "optional field that is no value",
      bytes: asFunctionHandle(classFile({ stims: doubleMatrix([[1], [1]]) }), "stims"),
      outcome: "dropped/unreadable",
      says: ["stims .*function_handle"],
    },
  ]);
}

const WORM = "celegans/Lin2023/101_prfrd_data.mat";

function wormFile(changes: Fields): Uint8Array {
  const fields = present({
    proofread_neurons: cellColumn(BROKEN_NAMES),
    use_flag: numberColumn([1, 0, -1]),
    corrected_F: doubleMatrix(brokenTraces().map((trace) => [...trace])),
    F_0: numberColumn([1, 2, 3]),
    times: structValue({ times: numberColumn(brokenTimes()) }),
    ...changes,
  });
  return writeMatlab5({ variables: Object.entries(fields) });
}

/** MATLAB files with one worm each that are broken. */
export function brokenMatlabWorms(): BrokenRecording[] {
  const reader = { loader: "activity/matlab-worm", parameters: { dataset: "Lin2023" }, path: WORM };
  const stimulus = (name: MatlabValue, on: number, off: number): MatlabValue => {
    return { kind: "cell", dims: [1, 3], cells: [name, doubleScalar(on), doubleScalar(off)] };
  };
  const whole = wormFile({});
  return brokenBy({ ...reader, files: { [WORM]: whole } }, [
    ...brokenMatlab5(whole),
    ...timeFaults().map(({ times, ...fault }) => ({
      ...fault,
      bytes: wormFile({ times: structValue({ times: times.length === 0 ? matlabMatrix([]) : numberColumn(times) }) }),
    })),
    ...["proofread_neurons", "use_flag", "corrected_F", "F_0", "times"].map((field): RecordingBreakage => {
      return {
        name: `no field ${field}`,
        bytes: wormFile({ [field]: null }),
        outcome: "load/missing-field",
        says: [`"${field}"`],
      };
    }),
    {
      name: "dimensions of 20 GB",
      bytes: claiming20Gigabytes(whole, [BROKEN_ROIS, BROKEN_FRAMES]),
      outcome: "format/bad-length",
      says: ["corrected_F", "2500000000 elements, 120 are stored"],
    },
    {
      name: "texts in place of traces",
      bytes: wormFile({ corrected_F: cellColumn(["1", "2", "3"]) }),
      outcome: "format/unexpected-class",
      says: ["corrected_F is cell 3 x 1"],
    },
    {
      name: "zero ROIs",
      bytes: wormFile({ corrected_F: matlabMatrix([]) }),
      outcome: "format/unexpected-class",
      says: ["corrected_F is double 0 x 0"],
    },
    {
      name: "more names than traces",
      bytes: wormFile({ proofread_neurons: cellColumn([...BROKEN_NAMES, "RID"]) }),
      outcome: "load/row-count",
      says: ["proofread_neurons has 4 values, corrected_F has 3 rows"],
    },
    {
      name: "fewer baselines than traces",
      bytes: wormFile({ F_0: numberColumn([1, 2]) }),
      outcome: "load/row-count",
      says: ["F_0 has 2 values"],
    },
    {
      name: "fewer flags than traces",
      bytes: wormFile({ use_flag: numberColumn([1, 2]) }),
      outcome: "load/row-count",
      says: ["use_flag has 2 values"],
    },
    {
      name: "times that are no struct",
      bytes: wormFile({ times: numberColumn(brokenTimes()) }),
      outcome: "format/unexpected-class",
      says: ["times is double 40 x 1, not a struct"],
    },
    {
      name: "automatic names of another form",
      bytes: wormFile({ tracked_IDs: cellColumn([structValue({}), "a", "b"]) }),
      outcome: "dropped/other_shape",
      says: ["tracked_IDs cell 3 x 1"],
    },
    {
      name: "stimulus that ends before it begins",
      bytes: wormFile({ stimulus: stimulus(textValue("NaCl"), 110, 105) }),
      outcome: "dropped/unrecognised_stimulus",
      says: ["stimulus row 1 start 110, end 105"],
    },
    {
      name: "stimulus without name",
      bytes: wormFile({ stimulus: stimulus(doubleScalar(1), 105, 110) }),
      outcome: "dropped/unrecognised_stimulus",
      says: ["stimulus row 1 double 1 x 1"],
    },
    {
      name: "stimulus at an infinite time",
      bytes: wormFile({ stimulus: stimulus(textValue("NaCl"), 105, Number.POSITIVE_INFINITY) }),
      outcome: "dropped/unrecognised_stimulus",
      says: ["stimulus row 1 start 105, end Infinity"],
    },
    {
      name: "stimulus that is no value",
      bytes: asFunctionHandle(wormFile({ stimulus: cellColumn(["x"]) }), "stimulus"),
      outcome: "dropped/unreadable",
      says: ["stimulus .*function_handle"],
    },
    {
      name: "baseline that is infinite",
      bytes: wormFile({ F_0: numberColumn([1, 2, Number.POSITIVE_INFINITY]) }),
      outcome: "carried",
      says: ["roi_record roi=3 .*F_0"],
    },
    {
      name: "NaN runs, a column of NaN, infinite values",
      bytes: wormFile({ corrected_F: doubleMatrix(unusualTraces().map((trace) => [...trace])) }),
      outcome: "carried",
      says: unusualRows(1),
    },
  ]);
}
