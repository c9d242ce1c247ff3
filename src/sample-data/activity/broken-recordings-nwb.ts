import { openHdf5 } from "../../formats/hdf5/open-hdf5.js";
import { type WriteHdf5Attribute, type WriteHdf5Dataset, type WriteHdf5Options, writeHdf5 } from "../hdf5-writer.js";
import { brokenStorage, framesByRois, hdf5Recording, integers, numbers, vector } from "./broken-hdf5.js";
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

const PATH = "celegans/Nejatbakhsh2020/sub-1/sub-1_ophys.nwb";
const TABLE = "processing/ophys/Segmentation/Cells";
const SERIES = "processing/ophys/Fluorescence/Series";
const type = (name: string): Record<string, WriteHdf5Attribute> => ({ neurodata_type: name });
const seconds = { unit: "seconds" };
const texts = (data: readonly string[]): WriteHdf5Dataset => ({ shape: [data.length], data });

const PARTS = {
  datasets: {
    [`${SERIES}/data`]: framesByRois(brokenTraces()),
    [`${SERIES}/timestamps`]: { ...vector(brokenTimes()), attributes: seconds },
    "processing/ophys/Names/labels": texts(["AVAL", "AVAR", "RIML"]),
  },
  groups: {
    "": { ...type("NWBFile"), nwb_version: "2.5.0" },
    "processing/ophys": type("ProcessingModule"),
    "processing/ophys/Fluorescence": type("Fluorescence"),
    [SERIES]: type("RoiResponseSeries"),
    "processing/ophys/Names": type("SegmentationLabels"),
  },
} satisfies WriteHdf5Options;

const write = hdf5Recording(PARTS);
/** With more typed groups. */
const withGroups = (groups: Readonly<Record<string, string>>, datasets: Readonly<Record<string, WriteHdf5Dataset>>) =>
  write(datasets, {
    groups: {
      ...PARTS.groups,
      ...Object.fromEntries(Object.entries(groups).map(([path, name]) => [path, type(name)])),
    },
  });

/** NWB files that are broken. */
export async function brokenNwb(): Promise<BrokenRecording[]> {
  const stored = brokenStorage({
    write,
    traces: `${SERIES}/data`,
    missing: "load/missing-field",
    empty: "format/wrong-format",
  });
  return brokenBy(
    { loader: "activity/nwb", parameters: { dataset: "Nejatbakhsh2020" }, files: { [PATH]: write({}) }, path: PATH },
    [
      ...stored,
      ...timeFaults().flatMap(({ times, ...fault }): RecordingBreakage[] => {
        // What says that it is seconds is believed as far as a microscope goes.
        if (fault.name === "times in minutes") return [];
        return [{ ...fault, bytes: write({ [`${SERIES}/timestamps`]: { ...vector(times), attributes: seconds } }) }];
      }),
      ...brokenTimeSeries(),
      ...(await brokenTables()),
      ...brokenObjects(),
    ],
  );
}

function brokenTimeSeries(): RecordingBreakage[] {
  const rate = (value: number | null, unit = "seconds") =>
    write({
      [`${SERIES}/timestamps`]: null,
      [`${SERIES}/starting_time`]: {
        ...numbers([], [100]),
        attributes: { unit, ...(value === null ? {} : { rate: Float64Array.of(value) }) },
      },
    });
  return [
    {
      name: "times that say they are milliseconds",
      bytes: write({ [`${SERIES}/timestamps`]: { ...vector(brokenTimes()), attributes: { unit: "ms" } } }),
      outcome: "load/unit",
      says: ['timestamps: the file says that the unit is "ms", not "s"'],
    },
    {
      name: "starting time in minutes",
      bytes: rate(2, "min"),
      outcome: "load/unit",
      says: ['starting_time: the file says that the unit is "min"'],
    },
    { name: "rate of 0", bytes: rate(0), outcome: "load/rate", says: ["rate 0"] },
    { name: "rate below 0", bytes: rate(-4), outcome: "load/rate", says: ["rate -4"] },
    { name: "rate that is NaN", bytes: rate(Number.NaN), outcome: "load/rate", says: ["rate NaN"] },
    { name: "no rate", bytes: rate(null), outcome: "load/rate", says: ["rate null"] },
    { name: "rate per millisecond", bytes: rate(2000), outcome: "load/time-unit", says: ["0\\.0005\\d* s"] },
    {
      name: "neither times nor rate",
      bytes: write({ [`${SERIES}/timestamps`]: null }),
      outcome: "load/missing-field",
      says: ["neither timestamps nor starting_time"],
    },
    {
      name: "NaN runs, a column of NaN, infinite values",
      bytes: write({ [`${SERIES}/data`]: framesByRois(unusualTraces()) }),
      outcome: "carried",
      says: unusualRows(0),
    },
    {
      name: "zero ROIs",
      bytes: write({ [`${SERIES}/data`]: numbers([BROKEN_FRAMES, 0], []), "processing/ophys/Names/labels": null }),
      outcome: "load/no-traces",
      says: ["no traces"],
    },
    {
      name: "zero frames",
      bytes: write({ [`${SERIES}/data`]: numbers([0, BROKEN_ROIS], []), [`${SERIES}/timestamps`]: vector([]) }),
      outcome: "load/no-frames",
      says: ["no frames"],
    },
    {
      name: "one frame",
      bytes: write({
        [`${SERIES}/data`]: numbers([1, BROKEN_ROIS], [1, 2, 3]),
        [`${SERIES}/timestamps`]: vector([100]),
      }),
      outcome: "carried",
      says: ["recording_record .*frames=1 "],
    },
    {
      name: "traces of three axes",
      bytes: write({ [`${SERIES}/data`]: numbers([4, 3, 2], new Float64Array(24)) }),
      outcome: "load/record-shape",
      says: ["4 x 3 x 2"],
    },
  ];
}

async function brokenTables(): Promise<RecordingBreakage[]> {
  const labels = (names: readonly string[]) => write({ "processing/ophys/Names/labels": texts(names) });
  const regions = (rows: readonly number[]) => withRegions(rows, ["AVAL", "AVAR", "RIML", "RID"]);
  const trials = (start: readonly number[], stop: readonly number[]) =>
    withGroups(
      { "intervals/trials": "TimeIntervals" },
      { "intervals/trials/start_time": vector(start), "intervals/trials/stop_time": vector(stop) },
    );
  const epochs = (values: readonly number[]) =>
    withGroups(
      {
        "processing/behavior": "ProcessingModule",
        "processing/behavior/Epochs": "BehavioralEpochs",
        "processing/behavior/Epochs/x": "IntervalSeries",
      },
      {
        "processing/behavior/Epochs/x/data": integers([values.length], values),
        "processing/behavior/Epochs/x/timestamps": vector(values.map((_, k) => 100 + k)),
      },
    );
  return [
    {
      name: "more labels than traces",
      bytes: labels(["AVAL", "AVAR", "RIML", "RID"]),
      outcome: "dropped/label_without_trace",
      says: ['labels\\[3\\] "RID"; 3 traces'],
    },
    {
      name: "fewer labels than traces",
      bytes: labels(["AVAL"]),
      outcome: "load/labels",
      says: ["1 labels for 3 ROIs"],
    },
    {
      name: "two lists of labels",
      bytes: write({ "processing/ophys/Other/labels": texts(["a", "b", "c"]) }),
      outcome: "load/ambiguous-labels",
      says: ["Names/labels or /processing/ophys/Other/labels"],
    },
    {
      name: "region of a row that is not there",
      bytes: await regions([0, 1, 99]),
      outcome: "load/regions",
      says: ["rois\\[2\\] is row 99", "4 rows"],
    },
    {
      name: "region of a row below 0",
      bytes: await regions([0, -1, 2]),
      outcome: "load/regions",
      says: ["rois\\[1\\] is row -1"],
    },
    {
      name: "regions of two traces for three",
      bytes: await regions([0, 1]),
      outcome: "load/labels",
      says: ["2 regions in rois for 3 traces"],
    },
    {
      name: "interval that ends before it begins",
      bytes: trials([105, 110], [108, 109]),
      outcome: "dropped/ends_before_start",
      says: ["/intervals/trials\\[1\\] start 110, end 109"],
    },
    {
      name: "interval without start",
      bytes: trials([Number.NaN, 110], [108, 112]),
      outcome: "dropped/no_time",
      says: ["/intervals/trials\\[0\\]"],
    },
    {
      name: "interval without end in time",
      bytes: trials([105], [Number.POSITIVE_INFINITY]),
      outcome: "dropped/no_time",
      says: ["start 105, end Infinity"],
    },
    {
      name: "epoch that ends before any begins",
      bytes: epochs([-1, 1]),
      outcome: "load/intervals",
      says: ["data\\[0\\]: -1 ends what has not begun"],
    },
    {
      name: "column named __proto__",
      bytes: await withRegions([0, 1, 2], ["a", "b", "c"], "__proto__"),
      outcome: "carried",
      says: ['roi_record roi=0 .*"__proto__":"x"'],
    },
  ];
}

/** A file whose series refers to rows of a table of ROIs, which may have a further column. */
async function withRegions(rows: readonly number[], names: readonly string[], further?: string): Promise<Uint8Array> {
  const file = (address: bigint) => {
    const rois = { ...integers([rows.length], rows), attributes: { table: BigUint64Array.of(address) } };
    return write(
      {
        "processing/ophys/Names/labels": null,
        [`${TABLE}/id`]: vector(names.map((_, n) => n)),
        [`${TABLE}/label`]: texts(names),
        ...(further === undefined ? {} : { [`${TABLE}/${further}`]: texts(names.map(() => "x")) }),
        [`${SERIES}/rois`]: rois,
      },
      { groups: { ...PARTS.groups, [TABLE]: type("PlaneSegmentation") } },
    );
  };
  // An attribute refers to the address of its table, known once the file is written.
  const written = await openHdf5(file(0n), { file: "regions" });
  const address = written.addressOf(TABLE);
  written.close();
  return file(address);
}

function brokenObjects(): RecordingBreakage[] {
  const specification = (text: string) => write({ "specifications/x/1.0/namespace": { shape: [], data: [text] } });
  return [
    {
      name: "text named .nwb",
      bytes: textBytes("no recording\n".repeat(10)),
      outcome: "format/wrong-format",
      says: ["no HDF5 signature"],
    },
    {
      name: "HDF5 that is no NWB",
      bytes: writeHdf5({ datasets: PARTS.datasets }),
      outcome: "load/not-nwb",
      says: ["no group has the attribute neurodata_type"],
    },
    {
      name: "no series of traces",
      bytes: writeHdf5({
        datasets: PARTS.datasets,
        groups: { "": type("NWBFile"), "processing/ophys": type("ProcessingModule") },
      }),
      outcome: "load/missing-field",
      says: ["no RoiResponseSeries; its types are ProcessingModule"],
    },
    {
      name: "type definitions a thousand deep",
      bytes: specification(`{"neurodata_type_def":"a","groups":${"[".repeat(1000)}${"]".repeat(1000)}}`),
      outcome: "format/too-deep",
      says: ["/specifications/x/1.0/namespace", "64 deep"],
    },
    {
      name: "type definition that is no JSON",
      bytes: specification('{"neurodata_type_def": }'),
      outcome: "format/json-syntax",
      says: ["/specifications/x/1.0/namespace:1:24"],
    },
    {
      name: "types that extend each other",
      bytes: specification(
        '[{"neurodata_type_def":"Series","neurodata_type_inc":"Other"},{"neurodata_type_def":"Other","neurodata_type_inc":"Series"}]',
      ),
      outcome: "dropped/type_definition",
      says: ["/specifications/x/1.0/namespace"],
    },
    {
      name: "a statement in another file, which nothing needs",
      bytes: write({}, { groups: PARTS.groups, links: { "general/lab": { externalFile: "/etc/passwd", path: "/x" } } }),
      outcome: "dropped/external_link",
      says: ["/general/lab"],
    },
    {
      name: "a statement named __proto__",
      bytes: write({ ["__proto__"]: { shape: [], data: ["x"] } }),
      outcome: "carried",
      says: ['recording_record .*"__proto__":"x"'],
    },
  ];
}
