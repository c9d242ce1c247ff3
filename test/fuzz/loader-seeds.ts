import type { MatlabValue } from "../../src/formats/matlab/matlab-value.js";
import { archiveOf } from "../../src/sample-data/broken-archive.js";
import { type WriteHdf5Dataset, type WriteHdf5Options, writeHdf5 } from "../../src/sample-data/hdf5-writer.js";
import { cellColumn, doubleMatrix, doubleScalar, structValue, textValue } from "../../src/sample-data/matlab-values.js";
import { writeMatlab5 } from "../../src/sample-data/matlab5-writer.js";
import { writeMatlab73 } from "../../src/sample-data/matlab73-writer.js";
import type { Random } from "./random.js";
import { changedHdf5, changedJson, changedMatlab, changedText } from "./structures.js";

const FRAMES = 4;
const ROIS = 2;
const text = (value: string) => Buffer.from(value);

function numbers(shape: readonly number[], from = 1, step = 0.5): WriteHdf5Dataset {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float64Array.from({ length: count }, (_, i) => from + i * step) };
}

function whole(shape: readonly number[], values: readonly number[]): WriteHdf5Dataset {
  return { shape, data: BigInt64Array.from(values, BigInt) };
}

const DAG = {
  datasets: {
    "behavior/body_angle": numbers([FRAMES, 2]),
    "behavior/velocity": numbers([FRAMES]),
    "behavior/reversal_events": whole([2, 2], [0, 2, 1, 4]),
    "gcamp/idx_nsm": whole([1], [2]),
    "gcamp/idx_splits": whole([2, 2], [1, 3, 2, 4]),
    "gcamp/match_org_to_skip": whole([2, ROIS], [2, 1, 2, 1]),
    "gcamp/trace_array": numbers([FRAMES, ROIS]),
    "gcamp/trace_array_original": numbers([FRAMES, ROIS]),
    "gcamp/traces_array_F_F20": numbers([FRAMES, ROIS]),
    "neuropal_registration/roi_match": whole([3], [2, 0, 1]),
    "neuropal_registration/roi_match_confidence": numbers([3]),
    "timing/time_food_encounter": whole([], [3]),
    "timing/timestamp_confocal": numbers([FRAMES + 1]),
    "timing/timestamp_nir": numbers([3]),
  },
};

const LABEL =
  '{"label":"AVAL","neuron_class":"AVA","LR":"L","DV":"undefined","region":"note","roi_id":[3],"confidence":2.5}';
const LABELS = `{"w":[{"2":${LABEL},"1":{"label":"SAAD?","LR":"missing"}},{"AVA":[{"1":${LABEL},"2":2,"3":1.5}],"I5":[]}]}`;
const MANIFEST =
  "filename,checksum,uid,θh_pos_is_ventral,label,type,event,t_range\n" +
  'a-data.h5,0a,a,true,false,"x,y",patchEncounter=[3],1:4\nb-data.h5,0b,b,false,true,,,\n';

const WORM_JSON =
  '{"uid":"w","max_t":4,"avg_timestep":0.01,"num_neurons":2,"dataset_type":["baseline"],"timestamp_confocal":[1,1.5,2,2.5],' +
  '"trace_array":[[1,2,NaN,4],[4,3,2,1]],"trace_original":[[1,2,3,4],[4,3,2,null]],' +
  `"labeled":{"2":${LABEL}},"velocity":[0,1,0,1],"reversal_events":[[0,1],[2,4]],"ranges":[[1,2],[3,4]],` +
  '"events":{"heat":[3]},"tau_vals":[1,2],"encoding_changing_neurons":[2],"neuron_categorization":{"1":{"v":{"fwd":[1]}}}}';
const WORM_HDF5 = {
  datasets: {
    uid: { shape: [], data: ["w"] },
    dataset_type: { shape: [2], data: ["heat", "neuropal"] },
    timestamp_confocal: numbers([FRAMES]),
    trace_array: numbers([ROIS, FRAMES]),
    trace_original: numbers([ROIS, FRAMES]),
    velocity: numbers([FRAMES]),
    reversal_events: whole([2, 2], [0, 1, 2, 4]),
    "events/heat": whole([1], [3]),
    "labeled/2/label": { shape: [], data: ["AVAL"] },
    "labeled/2/confidence": numbers([]),
  },
};

const column = (values: readonly number[]) => doubleMatrix(values.map((value) => [value]));
const CELLS = {
  WT: structValue({
    IDs: cellColumn([cellColumn([cellColumn(["AVAL"]), cellColumn([])])]),
    traces: cellColumn([doubleMatrix([[1, 2], [3, 4], [5, 6]])]), // biome-ignore format: rows are frames
    timeVectorSeconds: cellColumn([column([0, 0.5, 1])]),
    fps: cellColumn([doubleScalar(2)]),
  }),
};
const CLASSES = {
  fps: doubleScalar(4),
  files: cellColumn(["w1", "w2"]),
  neurons: cellColumn(["AVA", "RID"]),
  is_L: cellColumn([doubleMatrix([[1, 1, 0, 0]]), doubleMatrix([[Number.NaN, Number.NaN]])]),
  norm_traces: cellColumn([
    cellColumn([1, 2, 3, 4].map((from) => doubleMatrix([[0, 0, 0, 0, from, from + 1]]))),
    cellColumn([doubleMatrix([[1, 2, 3, 4, 5, 6]]), doubleMatrix([[1, 2, 3, 4, 5, 6]])]),
  ]),
};
const WORM = {
  proofread_neurons: cellColumn(["ASEL", "ASER"]),
  use_flag: doubleMatrix([[1, -1]]),
  corrected_F: doubleMatrix([[1, 2, 3], [4, 5, 6]]), // biome-ignore format: rows are ROIs
  F_0: column([1, 4]),
  times: structValue({ t: column([0, 0.5, 1]) }),
  note: textValue("x"),
};

const typed = (name: string) => ({ neurodata_type: name, namespace: "core" });
const NWB = {
  groups: {
    "": { ...typed("NWBFile"), nwb_version: "2.6.0" },
    "processing/CalciumActivity": typed("ProcessingModule"),
    "processing/CalciumActivity/SignalRawFluor": typed("Fluorescence"),
    "processing/CalciumActivity/SignalRawFluor/Series": typed("RoiResponseSeries"),
    "processing/behavior": typed("ProcessingModule"),
    "processing/behavior/velocity": typed("TimeSeries"),
  },
  datasets: {
    identifier: { shape: [], data: ["w"] },
    "processing/CalciumActivity/SignalRawFluor/Series/data": {
      ...numbers([FRAMES, ROIS]),
      attributes: { unit: "au", conversion: Float64Array.of(1) },
    },
    "processing/CalciumActivity/SignalRawFluor/Series/timestamps": numbers([FRAMES]),
    "processing/behavior/velocity/data": { ...numbers([FRAMES]), attributes: { unit: "mm/s" } },
    "processing/behavior/velocity/timestamps": numbers([FRAMES]),
  },
};

const TABLE = {
  datasets: { f: numbers([FRAMES, ROIS]), t: numbers([FRAMES]), names: { shape: [ROIS], data: ["AVAL", ""] } },
};

const TABLE_TEXT = "t,AVAL,AVAR\n0,1,2\n0.5,2,\n1,3,nan\n\ft,v\n0,1\n0.5,2\n1,3\n";
const TEXT_FILES = "1 2\n3 nan\n5 6\n\fAVAL\n\nAVAR\n\f0.0e+00\n5.0e-01\n1.0e+00\n\f1\n\f0\n\fname\n";
const ZIPPED = "neuron,note,,1,2,3,\nAVAL,x,,1,2.5,nan,\n?,,,4,5,6,\n";

/** Tiny valid files of a loader, and changes of them that are files still. */
export interface LoaderSeeds {
  readonly seeds: readonly Uint8Array[];
  readonly structure: (random: Random) => Uint8Array;
}

function hdf5Seeds(options: WriteHdf5Options): LoaderSeeds {
  return { seeds: [writeHdf5(options)], structure: (random) => changedHdf5(options, random) };
}

/** NaN is put into text that has it: JSON for the changes has none. */
function jsonSeeds(json: string): LoaderSeeds {
  return { seeds: [text(json)], structure: (random) => changedJson(json.replaceAll("NaN", "null"), random) };
}

function textSeeds(content: string): LoaderSeeds {
  return { seeds: [text(content)], structure: (random) => changedText(content, random) };
}

function matlabSeeds(variables: Readonly<Record<string, MatlabValue>>): LoaderSeeds {
  const five = (given: Readonly<Record<string, MatlabValue>>) => writeMatlab5({ variables: Object.entries(given) });
  return {
    seeds: [five(variables), writeMatlab73({ variables })],
    structure: (random) => five(changedMatlab(variables, random)),
  };
}

const zipped = (content: Uint8Array) => archiveOf([{ name: "w.csv", content }]);

export const LOADER_SEEDS = {
  dag: hdf5Seeds(DAG),
  labels: jsonSeeds(LABELS),
  manifest: textSeeds(MANIFEST),
  wormJson: jsonSeeds(WORM_JSON),
  wormHdf5: hdf5Seeds(WORM_HDF5),
  cells: matlabSeeds(CELLS),
  classes: matlabSeeds(CLASSES),
  worm: matlabSeeds(WORM),
  nwb: hdf5Seeds(NWB),
  tableHdf5: hdf5Seeds(TABLE),
  tableText: textSeeds(TABLE_TEXT),
  textFiles: textSeeds(TEXT_FILES),
  zippedCsv: {
    seeds: [zipped(text(ZIPPED))],
    structure: (random: Random) => zipped(Buffer.from(changedText(ZIPPED, random))),
  },
} as const satisfies Record<string, LoaderSeeds>;
