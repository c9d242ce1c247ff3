import type { MatlabValue } from "../../formats/matlab/matlab-value.js";
import { cellColumn, doubleMatrix, doubleScalar, logicalScalar, structValue, textValue } from "../matlab-values.js";
import { writeMatlab5 } from "../matlab5-writer.js";
import type { SampleFile } from "../sample-sources.js";
import { cellRow, numberColumn } from "./matlab-recordings.js";
import { type SyntheticRecording, syntheticRecording } from "./synthetic-recording.js";

const FRAMES = [700, 599] as const;

/** An empty placeholder of a cell, as published: `{}`. */
const nothing: MatlabValue = { kind: "cell", dims: [0, 0], cells: [] };

/**
 * Classes of the synthetic ROIs: a paired one of ROIs 0 and 1, then one per ROI: nameless, unsure of the side,
 * zero-padded, and the class of the first again, unpaired: a repeated label.
 */
const CLASSES = [
  { name: "AVA", rois: [0, 1] },
  { name: "", rois: [2] },
  { name: "SAAD?", rois: [3] },
  { name: "VB02", rois: [4] },
  { name: "AVA", rois: [5] },
] as const;

/** Heads and tail of Yemini 2021, MATLAB 5, compressed; the second worm has no AVAR. */
export function yemini2021Files(seed: number): SampleFile[] {
  return [
    yeminiFile(seed, "Head_Activity_OH15500", 4),
    yeminiFile(seed, "Head_Activity_OH16230", 4),
    yeminiFile(seed, "Tail_Activity_OH16230", 3.87),
  ];
}

function yeminiFile(seed: number, name: string, fps: number): SampleFile {
  const worms = FRAMES.map((frames, index) =>
    syntheticRecording({ seed, name: `Yemini2021 ${name}`, index, frames, rois: 6, dtS: 1 / fps, regular: true }),
  );
  const entries = (scale: number) =>
    cellColumn(
      CLASSES.map(({ rois }) =>
        cellRow(
          rois.flatMap((roi) =>
            worms.map(({ traces, index }) =>
              index === 1 && roi === 1 ? nothing : doubleMatrix([leadingZeros(traces[roi], scale)]),
            ),
          ),
        ),
      ),
    );
  const sides = cellColumn(
    CLASSES.map(({ name: neuronClass, rois }) => {
      const flags = rois.length === 2 ? [1, 1, 0, 0] : worms.map(() => (neuronClass === "AVA" ? 1 : Number.NaN));
      return doubleMatrix([flags]);
    }),
  );
  const onset = (worms[0] as SyntheticRecording).stimulus.onS;
  const variables: [string, MatlabValue][] = [
    ["fps", doubleScalar(fps)],
    ["files", cellColumn(worms.map(({ index }) => `2020010${index + 1}_animal.mat`))],
    ["neurons", cellColumn(CLASSES.map(({ name: neuronClass }) => neuronClass))],
    ["is_L", sides],
    ["norm_traces", entries(1)],
    ["traces", entries(2)],
    ["stim_names", cellRow(["butanone", "pentanedione", "NaCl"].map(textValue))],
    ["stim_times", doubleMatrix([0, 60, 120].map((after) => [onset + after, onset + after + 10]))],
    [
      "stims",
      doubleMatrix([
        [1, 2, 3],
        [3, 1, 2],
      ]),
    ],
    ["is_AWCL_OFF", cellRow(worms.map(({ index }) => logicalScalar(index === 0)))],
    ["samples", numberColumn(CLASSES.map(({ rois }) => (rois.length === 2 ? 3 : 2)))],
  ];
  return { path: `celegans/Yemini2021/${name}.mat`, bytes: writeMatlab5({ variables, compress: true }) };
}

/** The first three frames of the published traces are 0. */
function leadingZeros(trace: Float64Array | undefined, scale: number): number[] {
  return Array.from(trace ?? [], (value, k) => (k < 3 && !Number.isNaN(value) ? 0 : scale * value));
}

/** Two worms of Lin 2023, one file each; the first frame has no value, and `F_0` is square as in the published files. */
export function lin2023Files(seed: number): SampleFile[] {
  return FRAMES.map((frames, index) => {
    const worm = syntheticRecording({ seed, name: "Lin2023", index, frames, rois: 6, dtS: 0.23 });
    const { labels, traces, timeS, stimulus } = worm;
    const fluorescence = traces.map((trace) => [Number.NaN, ...trace.subarray(1)]);
    const baselines = labels.map((_, roi) => labels.map((__, column) => (column === 0 ? 1 + roi / 8 : 0)));
    const odours: MatlabValue[] = ["1-octanol 1e-4", "NaCl 200mM"].map((name) => cellColumn([name]));
    const variables: [string, MatlabValue][] = [
      ["tracked_IDs", cellColumn(labels.map((label) => label.replace("?", "L")))],
      ["proofread_neurons", cellColumn(labels)],
      ["use_flag", numberColumn([1, 1, 0, -1, 1, 1])],
      ["corrected_F", doubleMatrix(fluorescence)],
      ["F_0", doubleMatrix(baselines)],
      ["positions", doubleMatrix(labels.map((_, roi) => [roi, 2 * roi, 3]))],
      ["times", structValue({ frames: doubleScalar(frames), times: numberColumn(timeS) })],
      [
        "stimulus",
        {
          kind: "cell",
          dims: [2, 3],
          cells: [...odours, ...[0, 60, 10, 70].map((after) => doubleScalar(stimulus.onS + after))],
        },
      ],
    ];
    const name = `${index + 101}_prfrd_data.mat`;
    return { path: `celegans/Lin2023/${name}`, bytes: writeMatlab5({ variables, compress: true }) };
  });
}
