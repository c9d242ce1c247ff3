import { brokenStorage, hdf5Recording, integers, roisByFrames, vector } from "./broken-hdf5.js";
import {
  BROKEN_FRAMES,
  BROKEN_ROIS,
  type BrokenRecording,
  brokenBy,
  brokenTimes,
  brokenTraces,
  type RecordingBreakage,
  textBytes,
  timeFaults,
  unusualRows,
  unusualTraces,
} from "./broken-recording.js";
import { brokenJson } from "./broken-recordings-labels.js";

const parameters = { dataset: "Flavell2023" };
const loader = "activity/wormwideweb";
const JSON_PATH = "celegans/Flavell2023/2022-06-14-01.json";
const HDF5_PATH = "celegans/Flavell2023/2022-06-14-07.h5";

const list = (values: Iterable<number>) => `[${Array.from(values, String).join(",")}]`;
const matrix = (traces: readonly Float64Array[]) => `[${traces.map(list).join(",")}]`;
const LABEL =
  '{"label":"AVAL","neuron_class":"AVA","LR":"L","DV":"undefined","region":null,"roi_id":3,"confidence":2.5}';

const MEMBERS: Readonly<Record<string, string>> = {
  uid: '"2022-06-14-01"',
  num_neurons: String(BROKEN_ROIS),
  avg_timestep: "0.0083",
  timestamp_confocal: list(brokenTimes()),
  trace_original: matrix(brokenTraces()),
  velocity: list(brokenTimes()),
  labeled: `{"2":${LABEL}}`,
  reversal_events: "[[3,9]]",
};

/** The text of a recording with members as they are written, changed or left out. */
function json(changes: Readonly<Record<string, string | null>>): Uint8Array {
  const members = Object.entries({ ...MEMBERS, ...changes }).filter(([, text]) => text !== null);
  return textBytes(`{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`);
}

const write = hdf5Recording({
  datasets: {
    uid: { shape: [], data: ["2022-06-14-07"] },
    timestamp_confocal: vector(brokenTimes()),
    trace_original: roisByFrames(brokenTraces()),
    reversal_events: integers([1, 2], [3, 9]),
  },
});

/** Recordings of WormWideWeb that are broken, JSON and HDF5. */
export function brokenWormWideWeb(): BrokenRecording[] {
  const whole = json({});
  return [
    ...brokenBy({ loader, parameters, files: { [JSON_PATH]: whole }, path: JSON_PATH }, [
      ...brokenJson(whole),
      ...timeFaults().map(({ times, ...fault }) => ({ ...fault, bytes: json({ timestamp_confocal: list(times) }) })),
      ...brokenMembers(),
      ...brokenTracesOf(),
    ]),
    ...brokenBy({ loader, parameters, files: { [HDF5_PATH]: write({}) }, path: HDF5_PATH }, brokenHdf5()).map(
      (recording) => ({ ...recording, name: recording.name.replace(": ", " HDF5: ") }),
    ),
  ];
}

function brokenHdf5(): RecordingBreakage[] {
  const stored = brokenStorage({
    write,
    traces: "trace_original",
    missing: "format/missing-object",
    empty: "format/empty",
  });
  return [
    ...stored.map((fault): RecordingBreakage => {
      if (fault.name !== "texts in place of traces") return fault;
      return { ...fault, outcome: "load/shape", says: ["trace_original is a list of 4 values"] };
    }),
    {
      name: "times that say they are minutes",
      bytes: write({ timestamp_confocal: { ...vector(brokenTimes()), attributes: { units: "minutes" } } }),
      outcome: "load/unit",
      says: ['/timestamp_confocal: the file says that the unit is "minutes", not "s"'],
    },
    {
      name: "NaN runs, a column of NaN, infinite values",
      bytes: write({ trace_original: roisByFrames(unusualTraces()) }),
      outcome: "carried",
      says: unusualRows(1),
    },
    {
      name: "a field in another file, which nothing needs",
      bytes: write({}, { links: { velocity: { externalFile: "other.h5", path: "/x" } } }),
      outcome: "dropped/link",
      says: ["/velocity external-link"],
    },
  ];
}

function brokenTracesOf(): RecordingBreakage[] {
  const [rois, frames] = [BROKEN_ROIS, BROKEN_FRAMES];
  const traces = (text: string | null, more: Readonly<Record<string, string | null>> = {}) =>
    json({ trace_original: text, ...more });
  return [
    { name: "no traces", bytes: traces(null), outcome: "load/missing-field", says: ["trace_original"] },
    {
      name: "no time vector",
      bytes: json({ timestamp_confocal: null }),
      outcome: "load/missing-field",
      says: ["timestamp_confocal"],
    },
    { name: "rows of different length", bytes: traces("[[1,2],[1]]"), outcome: "load/shape", says: ["trace_original"] },
    { name: "texts in place of traces", bytes: traces('[["1","2"]]'), outcome: "load/shape", says: ["trace_original"] },
    {
      name: "another number of neurons",
      bytes: json({ num_neurons: "7" }),
      outcome: "load/shape",
      says: ["num_neurons \\(7\\)", `${rois} x ${frames}`],
    },
    {
      name: "kinds with other ROIs",
      bytes: json({ trace_array: matrix(brokenTraces(2)), num_neurons: null }),
      outcome: "load/shape",
      says: ["trace_array is 2", "3 ROIs"],
    },
    { name: "zero ROIs", bytes: traces("[]", { num_neurons: "0" }), outcome: "load/no-traces", says: ["no traces"] },
    { name: "zero frames", bytes: traces("[[],[],[]]"), outcome: "load/no-frames", says: ["no frames"] },
    {
      name: "one frame",
      bytes: traces("[[1],[2],[3]]"),
      outcome: "dropped/time_after_last_frame",
      says: ["40 time stamps, 1 frame"],
    },
    {
      name: "NaN runs, a column of NaN, infinite values",
      bytes: traces(matrix(unusualTraces())),
      outcome: "carried",
      says: unusualRows(1),
    },
    {
      name: "numbers beyond 64-bit floats",
      bytes: traces(matrix(brokenTraces()).replace("[[2,", "[[1e999,")),
      outcome: "carried",
      says: ["source_trace roi=1 .*infinite=1"],
    },
  ];
}

function brokenMembers(): RecordingBreakage[] {
  const label = (key: string) => json({ labeled: `{"2":${LABEL},"${key}":${LABEL}}` });
  const noRoi = (key: string, why: string): RecordingBreakage => {
    return {
      name: `label of ROI ${why}`,
      bytes: label(key),
      outcome: "dropped/no_such_roi",
      says: [`labeled\\.${key} 3 ROIs`],
    };
  };
  const reversals = (text: string, says: string): RecordingBreakage["says"] => [text, says];
  return [
    noRoi("0", "0"),
    noRoi("4", "4 of 3"),
    noRoi("4294967297", "beyond 32 bits"),
    noRoi("AVAL", "AVAL"),
    noRoi("__proto__", "__proto__"),
    {
      name: "reversal behind the last frame",
      bytes: json({ reversal_events: "[[3,41]]" }),
      outcome: "dropped/frame_out_of_range",
      says: reversals("reversal_events", "3 to 41, of 40"),
    },
    {
      name: "reversal that ends before it begins",
      bytes: json({ reversal_events: "[[9,3]]" }),
      outcome: "dropped/frame_out_of_range",
      says: reversals("reversal_events", "9 to 3"),
    },
    {
      name: "event beyond 32 bits",
      bytes: json({ events: '{"heat":[1e12]}' }),
      outcome: "dropped/frame_out_of_range",
      says: ["events\\.heat frame 1000000000000"],
    },
    {
      name: "values per ROI that are too few",
      bytes: json({ tau_vals: "[1,2]" }),
      outcome: "dropped/unfit",
      says: ["tau_vals 2 numbers, 3 ROIs"],
    },
    {
      name: "channel with a value fewer",
      bytes: json({ velocity: list(brokenTimes(BROKEN_FRAMES - 1)) }),
      outcome: "dropped/unknown_field",
      says: ["velocity 39 numbers"],
    },
    {
      name: "key __proto__",
      bytes: json({ ["__proto__"]: null, constructor: '{"prototype":1}' }),
      outcome: "dropped/unknown_field",
      says: ["constructor an object"],
    },
    {
      name: "value named __proto__",
      bytes: textBytes(`${new TextDecoder().decode(json({})).slice(0, -1)},"__proto__":7}`),
      outcome: "carried",
      says: ['recording_record .*"__proto__":7'],
    },
    {
      name: "confidence beyond 32-bit floats",
      bytes: json({ labeled: `{"2":${LABEL.replace("2.5", "1e39")}}` }),
      outcome: "dropped/unreadable",
      says: ["labeled\\.2\\.confidence 1e\\+39"],
    },
    {
      name: "half of a surrogate pair in a label",
      bytes: json({ labeled: `{"2":${LABEL.replace("AVAL", "\\ud800")}}` }),
      outcome: "dropped/unreadable",
      says: ['labeled\\.2\\.label "\\\\ud800"'],
    },
    {
      name: "half of a surrogate pair in a key",
      bytes: textBytes(`${new TextDecoder().decode(json({})).slice(0, -1)},"\\ud800":{"a":1}}`),
      outcome: "dropped/unknown_field",
      says: ["an object with 1 members"],
    },
    {
      name: "name of a megabyte",
      bytes: json({ uid: `"${"w".repeat(2 ** 20)}"` }),
      outcome: "load/recording-name",
      says: ["1048576 characters, more than 200", "w{80}…"],
    },
    {
      name: "name with a zero byte",
      bytes: json({ uid: '"w\\u0000"' }),
      outcome: "load/recording-name",
      says: ['"w\\\\u0000"', "control characters"],
    },
    {
      name: "byte order mark and CRLF",
      bytes: textBytes(`\ufeff${new TextDecoder().decode(json({})).replaceAll(",", ",\r\n")}`),
      outcome: "carried",
      says: ["roi_record roi=2 label=AVAL"],
    },
  ];
}
