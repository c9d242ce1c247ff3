import { brokenStorage, framesByRois, hdf5Recording, integers, numbers, roisByFrames, vector } from "./broken-hdf5.js";
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

const TRACES = "gcamp/traces_array_F_F20";
const TIMES = "timing/timestamp_confocal";
const MATCH = "neuropal_registration/roi_match";
const PATH = "celegans/Dag2023/swf702_with_id/2022-07-26-31-data.h5";

const write = hdf5Recording({
  datasets: {
    [TRACES]: framesByRois(brokenTraces()),
    [TIMES]: vector(brokenTimes()),
    "behavior/velocity": vector(brokenTimes()),
    "behavior/reversal_events": integers([2, 1], [3, 9]),
  },
});

/** HDF5 recordings of the Flavell laboratory that are broken. */
export function brokenFlavell(): BrokenRecording[] {
  return brokenBy(
    {
      loader: "activity/flavell-hdf5",
      parameters: { dataset: "Dag2023", strain_pattern: "/(swf[0-9]+)_" },
      files: { [PATH]: write({}) },
      path: PATH,
    },
    [
      ...brokenStorage({ write, traces: TRACES, missing: "load/missing-field", empty: "format/wrong-format" }),
      ...timeFaults().map(({ times, ...fault }) => ({ ...fault, bytes: write({ [TIMES]: vector(times) }) })),
      ...brokenShapes(),
      ...brokenPlaces(),
      {
        name: "text named .h5",
        bytes: new TextEncoder().encode("no recording\n".repeat(10)),
        outcome: "format/wrong-format",
        says: ["no HDF5 signature"],
      },
      {
        name: "times that say they are milliseconds",
        bytes: write({ [TIMES]: { ...vector(brokenTimes()), attributes: { unit: "ms" } } }),
        outcome: "load/unit",
        says: [`/${TIMES}: the file says that the unit is "ms", not "s"`],
      },
      {
        name: "NaN runs, a column of NaN, infinite values",
        bytes: write({ [TRACES]: framesByRois(unusualTraces()) }),
        outcome: "carried",
        says: unusualRows(1),
      },
      {
        name: "a channel in another file, which nothing needs",
        bytes: write({}, { links: { "behavior/pumping": { externalFile: "other.h5", path: "/x" } } }),
        outcome: "dropped/link",
        says: ["/behavior/pumping external-link"],
      },
      {
        name: "a channel named __proto__",
        bytes: write({ "behavior/__proto__": vector(brokenTimes()) }),
        outcome: "carried",
        says: [`behavior_record channel=__proto__ sub_index=0 values=${BROKEN_FRAMES}`],
      },
    ],
  );
}

function brokenShapes(): RecordingBreakage[] {
  const [rois, frames] = [BROKEN_ROIS, BROKEN_FRAMES];
  const only = (columns: number, rows: number) =>
    write({ [TRACES]: numbers([rows, columns], new Float64Array(rows * columns)) });
  return [
    { name: "no traces", bytes: write({ [TRACES]: null }), outcome: "load/missing-field", says: [`/${TRACES}`] },
    { name: "no time vector", bytes: write({ [TIMES]: null }), outcome: "load/missing-field", says: [`/${TIMES}`] },
    { name: "zero ROIs", bytes: only(0, frames), outcome: "load/no-traces", says: ["no traces"] },
    { name: "zero frames", bytes: only(rois, 0), outcome: "load/no-frames", says: ["no frames"] },
    {
      name: "one frame",
      bytes: only(rois, 1),
      outcome: "dropped/time_after_last_frame",
      says: ["40 time stamps, 1 frame"],
    },
    {
      name: "traces of one axis",
      bytes: write({ [TRACES]: vector(brokenTimes()) }),
      outcome: "load/shape",
      says: [`${TRACES} is ${frames}, expected is two axes`],
    },
    {
      name: "a kind with an ROI more",
      bytes: write({ "gcamp/trace_array": framesByRois(brokenTraces(rois + 1)) }),
      outcome: "load/shape",
      says: ["/gcamp/trace_array is 40 x 4", "3 ROIs"],
    },
    {
      name: "a kind with a frame fewer",
      bytes: write({ "gcamp/trace_array": framesByRois(brokenTraces(rois, frames - 1)) }),
      outcome: "load/trace-length",
      says: ["zscore_source has 39 frames, another 40"],
    },
    {
      name: "traces that are turned",
      bytes: write({ [TRACES]: roisByFrames(brokenTraces()) }),
      outcome: "dropped/time_after_last_frame",
      says: ["40 time stamps, 3 frames"],
    },
    {
      name: "a channel with a value fewer",
      bytes: write({ "behavior/pumping": vector(brokenTimes(frames - 1)) }),
      outcome: "dropped/unknown_field",
      says: ["/behavior/pumping float of shape 39"],
    },
    {
      name: "a channel of 2000 columns",
      bytes: write({ "behavior/image": numbers([frames, 2000], new Float64Array(frames * 2000)) }),
      outcome: "dropped/unknown_field",
      says: ["/behavior/image float of shape 40 x 2000"],
    },
  ];
}

/** Frames and ROIs that are none of the recording. */
function brokenPlaces(): RecordingBreakage[] {
  const events = (shape: readonly number[], values: readonly number[]) =>
    write({ "behavior/reversal_events": integers(shape, values) });
  return [
    {
      name: "segment behind the last frame",
      bytes: write({ "gcamp/idx_splits": integers([2, 2], [1, 21, 20, 41]) }),
      outcome: "load/segments",
      says: ["/gcamp/idx_splits: segment 2 is 21 to 41", "40 frames"],
    },
    {
      name: "segments that overlap",
      bytes: write({ "gcamp/idx_splits": integers([2, 2], [1, 20, 20, 40]) }),
      outcome: "load/segments",
      says: ["segment 2 is 20 to 40 after frame 20"],
    },
    {
      name: "segment that begins at frame 0",
      bytes: write({ "gcamp/idx_splits": integers([2, 1], [0, 40]) }),
      outcome: "load/segments",
      says: ["segment 1 is 0 to 40"],
    },
    {
      name: "reversal behind the last frame",
      bytes: events([2, 2], [3, 30, 9, 41]),
      outcome: "dropped/frame_out_of_range",
      says: ["reversal_events\\[1\\] 30 to 41, of 40 frames"],
    },
    {
      name: "reversal that ends before it begins",
      bytes: events([2, 1], [9, 3]),
      outcome: "dropped/frame_out_of_range",
      says: ["reversal_events\\[0\\] 9 to 3"],
    },
    {
      name: "reversal at a frame beyond 32 bits",
      bytes: events([2, 1], [2 ** 40, 2 ** 41]),
      outcome: "dropped/frame_out_of_range",
      says: ["1099511627776 to 2199023255552"],
    },
    {
      name: "reversals in three rows",
      bytes: events([3, 1], [1, 2, 3]),
      outcome: "load/shape",
      says: ["reversal_events is 3 x 1", "2 x n"],
    },
    {
      name: "match to an ROI that is not there",
      bytes: write({ [MATCH]: integers([3], [1, 0, 4]) }),
      outcome: "dropped/no_such_roi",
      says: ["roi_match\\[2\\] 4, of 3 ROIs"],
    },
    {
      name: "match to an ROI beyond 32 bits",
      bytes: write({ [MATCH]: integers([1], [2 ** 33]) }),
      outcome: "dropped/no_such_roi",
      says: ["8589934592, of 3 ROIs"],
    },
    {
      name: "more confidences than matches",
      bytes: write({ [MATCH]: integers([2], [1, 2]), [`${MATCH}_confidence`]: vector([1, 2, 3]) }),
      outcome: "load/shape",
      says: ["roi_match_confidence is 3", "2$"],
    },
    {
      name: "food met before the first frame",
      bytes: write({ "timing/time_food_encounter": integers([], [0]) }),
      outcome: "dropped/frame_out_of_range",
      says: ["time_food_encounter frame 0, of 40 frames"],
    },
  ];
}
