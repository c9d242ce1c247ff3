import { brokenStorage, framesByRois, hdf5Recording, integers, numbers, roisByFrames, vector } from "./broken-hdf5.js";
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

const HDF5 = "celegans/ExampleLab/worm1.h5";
const write = hdf5Recording({
  datasets: {
    f: { ...framesByRois(brokenTraces()), attributes: { unit: "dF/F" } },
    t: { ...vector(brokenTimes()), attributes: { unit: "s" } },
    names: { shape: [3], data: ["AVAL", "AVAR", "RIML"] },
    speed: vector(brokenTimes()),
    events: integers([1, 2], [3, 9]),
    positions: { ...numbers([BROKEN_ROIS, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]), attributes: { unit: "um" } },
  },
});
const traces = { path: "f", kind: "dff", unit: "dF/F", orientation: "frames-by-rois" } as const;
const parameters = {
  dataset: "ExampleLab",
  traces: [traces],
  time: { path: "t", unit: "s" },
  labels: { path: "names" },
  behaviors: [{ path: "speed", channel: "velocity", unit: "mm/s" }],
  events: [{ intervals: "events", name: "reversal", unit: "frame", layout: "rows" }],
  positions: { path: "positions", unit: "um" },
};

/** HDF5 and text files described in YAML that are broken. */
export function brokenTables(): BrokenRecording[] {
  const loader = "activity/table";
  return [
    ...brokenBy({ loader, parameters, files: { [HDF5]: write({}) }, path: HDF5 }, [
      ...brokenStorage({ write, traces: "f", missing: "load/missing-field", empty: "format/empty" }),
      ...timeFaults().flatMap(({ times, ...fault }): RecordingBreakage[] => {
        if (fault.name === "times in minutes") return [];
        return [{ ...fault, bytes: write({ t: vector(times) }) }];
      }),
      ...brokenUnits(),
      ...brokenDatasets(),
    ]),
    ...brokenText(loader),
  ];
}

function brokenUnits(): RecordingBreakage[] {
  const time = (unit: string) => ({ parameters: { time: { path: "t", unit } } });
  const plain = (values: Float64Array) => write({ t: vector(values) });
  return [
    {
      name: "seconds that the YAML calls milliseconds",
      ...time("ms"),
      bytes: plain(brokenTimes()),
      outcome: "load/time-unit",
      says: ["0\\.0005 s|0\\.00049\\d* s|0\\.00050\\d* s"],
    },
    {
      name: "unit that contradicts the YAML",
      ...time("ms"),
      outcome: "load/unit",
      says: ['t: the file says that the unit is "s", not "ms"'],
    },
    {
      name: "unit of traces that contradicts the YAML",
      parameters: { traces: [{ ...traces, unit: "ratio" }] },
      outcome: "load/unit",
      says: ['"dF/F", not "ratio"'],
    },
    {
      name: "positions in another unit",
      parameters: { positions: { path: "positions", unit: "nm" } },
      outcome: "load/unit",
      says: ['"um", not "nm"'],
    },
    {
      name: "rate in kilohertz",
      bytes: write({ rate: numbers([], [2000]), t: null }),
      parameters: { time: { rate_path: "rate" } },
      outcome: "load/time-unit",
      says: ["0\\.0005\\d* s"],
    },
    {
      name: "rate that says it is no Hz",
      bytes: write({ rate: { ...numbers([], [2]), attributes: { unit: "1/min" } } }),
      parameters: { time: { rate_path: "rate" } },
      outcome: "load/unit",
      says: ['"1/min", not "Hz"'],
    },
    {
      name: "rate of 0",
      bytes: write({ rate: numbers([], [0]) }),
      parameters: { time: { rate_path: "rate" } },
      outcome: "load/rate",
      says: ["rate: 0 is no rate"],
    },
  ];
}

function brokenDatasets(): RecordingBreakage[] {
  const events = (shape: readonly number[], values: readonly number[], more: object = {}) => ({
    bytes: write({ events: numbers(shape, values) }),
    parameters: { events: [{ ...parameters.events[0], ...more }] },
  });
  const names = (data: readonly string[]) => write({ names: { shape: [data.length], data } });
  return [
    {
      name: "more labels than traces",
      bytes: names(["AVAL", "AVAR", "RIML", "RID"]),
      outcome: "dropped/label_without_trace",
      says: ['label 4 "RID"; 3 traces'],
    },
    { name: "fewer labels than traces", bytes: names(["AVAL"]), outcome: "load/labels", says: ["1 labels for 3 ROIs"] },
    {
      name: "traces that are turned",
      bytes: write({ f: roisByFrames(brokenTraces()) }),
      outcome: "load/orientation",
      says: ["3 x 40", "the YAML says frames-by-rois"],
    },
    {
      name: "traces of one axis",
      bytes: write({ f: vector(brokenTimes()) }),
      outcome: "load/record-shape",
      says: ["40 is no matrix"],
    },
    {
      name: "zero ROIs",
      bytes: write({ f: numbers([BROKEN_FRAMES, 0], []) }),
      outcome: "load/missing-field",
      says: ["no ROI"],
    },
    {
      name: "channel with a value fewer",
      bytes: write({ speed: vector(brokenTimes(39)) }),
      outcome: "load/behavior-length",
      says: ["velocity has 39 values, but there are 40 frames"],
    },
    {
      name: "channel named twice",
      parameters: {
        behaviors: [
          ...parameters.behaviors,
          { path: "positions", channel: "velocity", unit: null, time: { path: "t", unit: "s" } },
        ],
      },
      outcome: "load/behavior-length",
      says: ["velocity has 3 values"],
    },
    {
      name: "reversal behind the last frame",
      ...events([2, 2], [3, 9, 40, 41]),
      outcome: "dropped/outside_recording",
      says: ["events\\[1\\] start 40, end 41, 40 frames"],
    },
    {
      name: "reversal that ends before it begins",
      ...events([1, 2], [9, 3]),
      outcome: "dropped/ends_before_start",
      says: ["events\\[0\\] start 9, end 3"],
    },
    {
      name: "reversal that ends at no frame",
      ...events([1, 2], [3, 8.5]),
      outcome: "dropped/outside_recording",
      says: ["start 3, end 8\\.5"],
    },
    {
      name: "reversal at a frame beyond 32 bits",
      ...events([1, 2], [2 ** 40, 2 ** 41]),
      outcome: "dropped/outside_recording",
      says: ["start 1099511627776"],
    },
    {
      name: "event at an infinite time",
      ...events([1, 2], [103, Number.POSITIVE_INFINITY], { unit: "s" }),
      outcome: "dropped/no_time",
      says: ["start 103, end Infinity"],
    },
    {
      name: "event at NaN",
      ...events([1, 2], [Number.NaN, 104], { unit: "s" }),
      outcome: "dropped/outside_recording",
      says: ["start NaN"],
    },
    {
      name: "position that is missing",
      bytes: write({ positions: numbers([BROKEN_ROIS, 3], [1, 2, Number.NaN, 4, 5, 6, 7, 8, 9]) }),
      outcome: "carried",
      says: ["roi_record roi=0 .*z=null"],
    },
    {
      name: "positions of two ROIs for three",
      bytes: write({ positions: numbers([2, 3], [1, 2, 3, 4, 5, 6]) }),
      outcome: "load/positions",
      says: ["2 positions for 3 ROIs"],
    },
    {
      name: "NaN runs, a column of NaN, infinite values",
      bytes: write({ f: framesByRois(unusualTraces()) }),
      outcome: "carried",
      says: unusualRows(0),
    },
    {
      name: "text named .h5",
      bytes: textBytes("no recording\n".repeat(10)),
      outcome: "config/parameters",
      says: ["is text: it has columns and rows, no path"],
    },
  ];
}

const CSV = "celegans/ExampleLab/worm1.csv";
const byFrames = {
  dataset: "ExampleLab",
  traces: [{ kind: "dff", unit: "dF/F", orientation: "frames-by-rois" }],
  time: { column: "t", unit: "s" },
};
const byRois = {
  dataset: "ExampleLab",
  traces: [{ kind: "dff", unit: "dF/F", orientation: "rois-by-frames" }],
  time: { assumed_rate: 2 },
};

/** A row per frame: time and ROIs. */
function frameRows(times: Float64Array, columns: readonly Float64Array[] = brokenTraces()): string {
  const rows = Array.from(times, (time, k) => [time, ...columns.map((trace) => trace[k] ?? "")].join(","));
  return [["t", "AVAL", "AVAR", "RIML"].slice(0, columns.length + 1).join(","), ...rows]
    .map((row) => `${row}\n`)
    .join("");
}

function brokenText(loader: string): BrokenRecording[] {
  const whole = frameRows(brokenTimes());
  const line = (number: number, change: (row: string) => string) =>
    textBytes(
      whole
        .split("\n")
        .map((row, index) => (index === number - 1 ? change(row) : row))
        .join("\n"),
    );
  const roiRows = (numbersOfRois: readonly (number | string)[]) =>
    textBytes(
      brokenTraces()
        .map((trace, roi) => `${numbersOfRois[roi]},${Array.from(trace, String).join(",")}\n`)
        .join(""),
    );
  const columns: RecordingBreakage[] = [
    ...timeFaults().flatMap(({ times, ...fault }): RecordingBreakage[] => {
      if (times.length !== BROKEN_FRAMES || fault.name === "times in minutes") return [];
      return [{ ...fault, name: `CSV with ${fault.name}`, bytes: textBytes(frameRows(times)) }];
    }),
    { name: "CSV of blank lines", bytes: textBytes("\n\r\n"), outcome: "format/empty", says: ["only blank lines"] },
    {
      name: "CSV that is a picture",
      bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
      outcome: "format/not-utf8",
      says: ["0x89"],
    },
    {
      name: "CSV that is a zip archive",
      bytes: textBytes("PK\u0003\u0004xxxxxxxxxxxx"),
      outcome: "format/not-text",
      says: ["a zip archive"],
    },
    {
      name: "row with a field fewer",
      bytes: line(9, (row) => row.replace(/,[^,]*$/, "")),
      outcome: "format/ragged-row",
      says: ["worm1\\.csv:9: 3 fields, expected 4"],
    },
    {
      name: "row with a field more",
      bytes: line(9, (row) => `${row},1`),
      outcome: "format/ragged-row",
      says: [":9: 5 fields, expected 4"],
    },
    {
      name: "value that is a word",
      bytes: line(9, (row) => row.replace(/,[^,]*$/, ",many")),
      outcome: "load/value",
      says: [':9: "many" is no number'],
    },
    {
      name: "no time column",
      bytes: textBytes(whole.replace("t,", "time,")),
      outcome: "load/missing-field",
      says: ['no column "t"'],
    },
    {
      name: "time column twice",
      bytes: textBytes(whole.replace("AVAR", "t")),
      outcome: "load/repeated-column",
      says: ['column "t" occurs twice'],
    },
    {
      name: "header and nothing else",
      bytes: textBytes(`${whole.split("\n")[0]}\n`),
      outcome: "load/no-frames",
      says: ["no frames"],
    },
    {
      name: "times and no ROI",
      bytes: textBytes(frameRows(brokenTimes(), [])),
      outcome: "load/missing-field",
      says: ["no ROI"],
    },
    {
      name: "one row",
      bytes: textBytes(whole.split("\n").slice(0, 2).join("\n")),
      outcome: "carried",
      says: ["recording_record .*frames=1 "],
    },
    { name: "quote that never ends", bytes: line(9, (row) => `"${row}`), outcome: "format/quote", says: [":9"] },
    {
      name: "blank cells, a column of them, infinite values",
      bytes: textBytes(frameRows(brokenTimes(), unusualTraces()).replaceAll("NaN", "")),
      outcome: "carried",
      says: unusualRows(0),
    },
    {
      name: "byte order mark and CRLF",
      bytes: textBytes(`\ufeff${whole.replaceAll("\n", "\r\n")}`),
      outcome: "carried",
      says: ["roi_record roi=2 label=RIML"],
    },
    {
      name: "column named __proto__",
      bytes: textBytes(whole.replace("AVAR", "__proto__")),
      outcome: "carried",
      says: ["roi_record roi=1 label=__proto__"],
    },
  ];
  const rows: RecordingBreakage[] = [
    {
      name: "ROI number twice",
      bytes: roiRows([1, 2, 2]),
      outcome: "load/duplicate-roi",
      says: ["ROI 2 occurs twice"],
    },
    {
      name: "ROI number that is a word",
      bytes: roiRows([1, "two", 3]),
      outcome: "dropped/unknown_field",
      says: ["row 2 \\(two\\)"],
    },
    {
      name: "ROI number beyond 32 bits",
      bytes: roiRows([1, 2, 4_294_967_297]),
      outcome: "dropped/unknown_field",
      says: ["row 3 \\(4294967297\\)"],
    },
    {
      name: "ROI number below 0",
      bytes: roiRows([1, 2, -3]),
      outcome: "dropped/unknown_field",
      says: ["row 3 \\(-3\\)"],
    },
  ];
  return [
    ...brokenBy({ loader, parameters: byFrames, files: { [CSV]: textBytes(whole) }, path: CSV }, columns),
    ...brokenBy({ loader, parameters: byRois, files: { [CSV]: roiRows([1, 2, 3]) }, path: CSV }, rows),
  ];
}
