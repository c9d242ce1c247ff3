import { deflateRawSync, constants as zlib } from "node:zlib";
import { type ArchiveMember, archiveOf } from "../broken-archive.js";
import {
  BROKEN_FRAMES,
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

const lines = (values: Iterable<unknown>) => textBytes(Array.from(values, (value) => `${String(value)}\n`).join(""));
const rows = (traces: readonly Float64Array[]) =>
  Array.from({ length: traces[0]?.length ?? 0 }, (_, k) => traces.map((trace) => String(trace[k])).join(" "));

const AT = (role: string) => `celegans/Leifer2023/0_${role}.txt`;
const SIX = {
  [AT("gcamp")]: lines(rows(brokenTraces())),
  [AT("labels")]: lines(["AVAL", "", "RIML"]),
  [AT("t")]: lines(brokenTimes()),
  [AT("stim_volume_i")]: lines([5, 9]),
  [AT("stim_neurons")]: lines([1, -2]),
};

/** Six text files of which one is broken. */
export function brokenTextFiles(): BrokenRecording[] {
  const change = (role: string, content: Uint8Array | null) => ({ files: { [AT(role)]: content }, at: AT(role) });
  const gcamp = (texts: readonly string[]) => change("gcamp", lines(texts));
  const table = rows(brokenTraces());
  const replaced = (line: number, text: string) => table.map((row, index) => (index === line - 1 ? text : row));
  const path = AT("gcamp");
  return brokenBy({ loader: "activity/text-files", parameters: { dataset: "Leifer2023" }, files: SIX, path }, [
    ...timeFaults().map(({ times, ...fault }): RecordingBreakage => {
      return { ...fault, ...change("t", lines(times)), at: path };
    }),
    {
      name: "empty traces",
      ...change("gcamp", new Uint8Array(0)),
      outcome: "format/empty",
      says: ["the file is empty"],
    },
    {
      name: "no traces",
      ...change("gcamp", null),
      at: AT("labels"),
      outcome: "load/missing-field",
      says: ["0_gcamp\\.txt"],
    },
    { name: "no file of times", ...change("t", null), at: path, outcome: "load/missing-field", says: ["0_t\\.txt"] },
    {
      name: "blank times",
      ...change("t", textBytes("\n\n\n")),
      at: path,
      outcome: "load/time-short",
      says: ["time vector 0"],
    },
    {
      name: "a row with a value fewer",
      ...gcamp(replaced(7, "1 2")),
      outcome: "format/ragged-row",
      says: ["gcamp\\.txt:7: 2 fields, expected 3"],
    },
    {
      name: "a value that is a word",
      ...gcamp(replaced(7, "1 two 3")),
      outcome: "load/value",
      says: ['gcamp\\.txt:7: "two" is no number'],
    },
    {
      name: "a value with a decimal comma",
      ...gcamp(replaced(7, "1,5 2 3")),
      outcome: "load/value",
      says: [':7: "1,5" is no number'],
    },
    {
      name: "a value in hexadecimal",
      ...gcamp(replaced(7, "1 0x10 3")),
      outcome: "load/value",
      says: [':7: "0x10" is no number'],
    },
    {
      name: "a line of a megabyte",
      ...gcamp(replaced(7, "9".repeat(2 ** 20))),
      outcome: "format/ragged-row",
      says: [":7: 1 fields, expected 3"],
    },
    {
      name: "a word of a megabyte",
      ...gcamp(replaced(7, `${"x".repeat(2 ** 20)} 1 2`)),
      outcome: "load/value",
      says: [':7: "x{80}" is no number$'],
    },
    { name: "a zero byte", ...gcamp(replaced(7, "1 2\0 3")), outcome: "format/not-text", says: ["zero byte"] },
    {
      name: "a time that is a word",
      ...change("t", lines(["100", "noon"])),
      outcome: "load/value",
      says: ['t\\.txt:2: "noon" is no number'],
    },
    {
      name: "labels that are more than the traces",
      ...change("labels", lines(["AVAL", "", "RIML", "RID", "AIBL"])),
      outcome: "dropped/label_without_trace",
      says: ['line 4 "RID"; 3 traces'],
    },
    {
      name: "labels that are fewer than the traces",
      ...change("labels", lines(["AVAL"])),
      outcome: "load/labels",
      says: ["labels\\.txt: 1 labels for 3 ROIs"],
    },
    {
      name: "labels in UTF-16",
      ...change("labels", new Uint8Array(Buffer.from("\ufeffAVAL\n", "utf16le"))),
      outcome: "format/utf-16",
      says: ["UTF-16"],
    },
    {
      name: "stimulus behind the last frame",
      ...change("stim_volume_i", lines([5, 40])),
      outcome: "dropped/outside_recording",
      says: ["line 2 frame 40 of 40"],
    },
    {
      name: "stimulus at a frame that is none",
      ...change("stim_volume_i", lines([5, 8.5])),
      outcome: "dropped/outside_recording",
      says: ["line 2 frame 8\\.5"],
    },
    {
      name: "more targets than stimuli",
      ...change("stim_neurons", lines([1, 2, 3])),
      at: AT("stim_volume_i"),
      outcome: "load/stimuli",
      says: ["has 2 stimuli", "targets for 3"],
    },
    {
      name: "target beyond 32 bits",
      ...change("stim_neurons", lines([1, 2 ** 40])),
      outcome: "carried",
      says: ['stimulus_record target=null .*"target":1099511627776'],
    },
    {
      name: "targets without times",
      files: { [AT("stim_volume_i")]: null },
      at: AT("stim_neurons"),
      outcome: "dropped/stimulus_without_time",
      says: ["0_stim_neurons\\.txt"],
    },
    {
      name: "one frame",
      files: { [AT("gcamp")]: lines(table.slice(0, 1)), [AT("stim_volume_i")]: null, [AT("stim_neurons")]: null },
      outcome: "dropped/time_after_last_frame",
      says: ["40 time stamps, 1 frame"],
    },
    {
      name: "NaN runs, a column of NaN, infinite values",
      ...gcamp(rows(unusualTraces())),
      outcome: "carried",
      says: unusualRows(0),
    },
    {
      name: "byte order mark and CRLF",
      files: {
        [AT("gcamp")]: textBytes(`\ufeff${table.join("\r\n")}\r\n`),
        [AT("labels")]: textBytes("\ufeffAVAL\r\n\r\nRIML\r\n"),
      },
      outcome: "carried",
      says: ["roi_record roi=0 label=AVAL", "roi_record roi=1 label=null"],
    },
  ]);
}

const ZIP = "celegans/Venkatachalam2024/worm_1.zip";
const CSV = "worm_1.csv";
const FIRST = 3;
const parameters = { dataset: "Venkatachalam2024", metadata_columns: 2, first_frame_column: FIRST };
const headers = Array.from({ length: BROKEN_FRAMES }, (_, k) => String(k));

function csvText(
  changes: {
    readonly header?: readonly string[];
    readonly traces?: readonly Float64Array[];
    readonly name?: string;
  } = {},
): string {
  const { header = headers, traces = brokenTraces(), name = "neuron" } = changes;
  const cells = traces.map((trace, roi) => [`N${roi}`, "0.1", "", ...Array.from(trace, String), "end"]);
  return [[name, "x", "", ...header, ""], ...cells].map((row) => `${row.join(",")}\n`).join("");
}

/** Zipped CSV files that are broken. */
export function brokenZippedCsv(): BrokenRecording[] {
  const zip = (text: string, more: readonly ArchiveMember[] = []) =>
    archiveOf([{ name: CSV, content: textBytes(text) }, ...more]);
  const named = (...names: readonly string[]) =>
    archiveOf(names.map((name) => ({ name, content: textBytes(csvText()) })));
  const whole = zip(csvText());
  const header = (k: number, text: string) =>
    csvText({ header: headers.map((name, index) => (index === k ? text : name)) });
  const cell = (text: string) => csvText().replace(/\nN1,0\.1,,[^,]*,/, `\nN1,0.1,,${text},`);
  return brokenBy({ loader: "activity/zipped-csv", parameters, files: { [ZIP]: whole }, path: ZIP }, [
    { name: "empty file", bytes: new Uint8Array(0), outcome: "format/empty", says: ["the file is empty"] },
    {
      name: "CSV that is not zipped",
      bytes: textBytes(csvText()),
      outcome: "format/not-zip",
      says: ["plain text, not a zip archive"],
    },
    {
      name: "zip cut in half",
      bytes: whole.slice(0, whole.length >> 1),
      outcome: "format/truncated",
      says: ["not whole"],
    },
    { name: "zip without its last byte", bytes: whole.slice(0, -1), outcome: "format/truncated", says: ["not whole"] },
    {
      name: "member outside of the archive",
      bytes: named("../../etc/worm_1.csv"),
      outcome: "format/unsafe-path",
      says: ["parent folder \\(\\.\\.\\)", "\\.\\./\\.\\./etc"],
    },
    {
      name: "member at an absolute path",
      bytes: named("/etc/worm_1.csv"),
      outcome: "format/unsafe-path",
      says: ["absolute path"],
    },
    {
      name: "member with a drive letter",
      bytes: named("C:\\worm_1.csv"),
      outcome: "format/unsafe-path",
      says: ["backslash"],
    },
    { name: "member twice", bytes: named(CSV, CSV), outcome: "format/duplicate-entry", says: ["worm_1\\.csv twice"] },
    {
      name: "size that is less than comes out",
      bytes: archiveOf([{ name: CSV, content: textBytes(csvText()), statedBytes: 100 }]),
      outcome: "format/lying-size",
      says: ["expected 100\\. got at least 2\\d+"],
    },
    {
      name: "size that is more than comes out",
      bytes: archiveOf([{ name: CSV, content: textBytes(csvText()), statedBytes: 5000 }]),
      outcome: "format/lying-size",
      says: ["expected 5000\\. got only 2\\d+"],
    },
    {
      name: "size of 4 GB for a few bytes",
      bytes: archiveOf([{ name: CSV, content: textBytes(csvText()), statedBytes: 2 ** 32 - 2 }]),
      outcome: "format/compression-ratio",
      says: ["inflates from \\d+ to 4294967294 bytes"],
    },
    {
      name: "member of 400 MB of zeros",
      bytes: bomb(400),
      outcome: "format/compression-ratio",
      says: ["to 419430400 bytes, more than 100 times"],
    },
    {
      name: "no CSV among the members",
      bytes: named("readme.txt"),
      outcome: "load/missing-field",
      says: ["no member worm_1\\.csv among readme\\.txt"],
    },
    {
      name: "two CSV files, none of the archive's name",
      bytes: named("a.csv", "b.csv"),
      outcome: "load/missing-field",
      says: ["more than one member", "a\\.csv, b\\.csv"],
    },
    {
      name: "a member beside the recording",
      bytes: zip(csvText(), [{ name: "notes.txt", content: textBytes("x") }]),
      outcome: "dropped/other_member",
      says: ["notes\\.txt"],
    },
    {
      name: "a row with a field fewer",
      bytes: zip(csvText().replace(/,end\n$/, "\n")),
      outcome: "format/ragged-row",
      says: ["worm_1\\.csv:4: 43 fields, expected 44"],
    },
    {
      name: "a value that is a word",
      bytes: zip(cell("two")),
      outcome: "load/value",
      says: [':3: "two" is no number'],
    },
    {
      name: "header that is no frame",
      bytes: zip(header(4, "t")),
      outcome: "format/missing-header",
      says: ['column 7 is "t", no frame number'],
    },
    {
      name: "header that is blank",
      bytes: zip(header(4, "")),
      outcome: "format/missing-header",
      says: ['column 7 is ""'],
    },
    {
      name: "frame that is NaN",
      bytes: zip(header(4, "nan")),
      outcome: "format/missing-header",
      says: ['column 7 is "nan"'],
    },
    {
      name: "frame that is infinite",
      bytes: zip(header(4, "inf")),
      outcome: "format/missing-header",
      says: ['column 7 is "inf"'],
    },
    {
      name: "frames that go back",
      bytes: zip(header(4, "2.5")),
      outcome: "load/time-order",
      says: ["time of frame 4 is 0\\.9375 after 1\\.125"],
    },
    {
      name: "no label column",
      bytes: zip(csvText({ name: "cell" })),
      outcome: "load/missing-field",
      says: ["no column neuron among cell, x"],
    },
    {
      name: "columns that are too few",
      bytes: zip("neuron,x\nN0,1\n"),
      outcome: "load/missing-field",
      says: ["2 columns; frames would begin at column 3"],
    },
    { name: "zero ROIs", bytes: zip(csvText({ traces: [] })), outcome: "load/no-traces", says: ["no traces"] },
    { name: "empty CSV", bytes: zip(""), outcome: "format/empty", says: ["the file is empty"] },
    {
      name: "column between metadata and frames",
      bytes: zip(csvText().replace("neuron,x,,", "neuron,x,y,").replaceAll(",0.1,,", ",0.1,7,")),
      outcome: "dropped/unknown_field",
      says: ["column 2 \\(y\\)"],
    },
    {
      name: "column named __proto__",
      bytes: zip(csvText().replace("neuron,x,", "neuron,__proto__,")),
      outcome: "carried",
      says: ['roi_record roi=0 .*"__proto__":"0.1"'],
    },
    {
      name: "one frame",
      bytes: zip("neuron,x,,0,\nN0,1,,5,\n"),
      outcome: "carried",
      says: ["recording_record .*frames=1 "],
    },
    {
      name: "blank cells, a row of them, infinite values",
      bytes: zip(csvText({ traces: unusualTraces() }).replaceAll("NaN", "")),
      outcome: "carried",
      says: unusualRows(0),
    },
    {
      name: "byte order mark and CRLF",
      bytes: zip(`\ufeff${csvText().replaceAll("\n", "\r\n")}`),
      outcome: "carried",
      says: ["roi_record roi=0 label=N0"],
    },
  ]);
}

/** An archive whose member is so many megabytes of zeros, with its true size: made of one deflated megabyte, repeated. */
function bomb(megabytes: number): Uint8Array {
  const once = deflateRawSync(Buffer.alloc(2 ** 20), { level: 9, finishFlush: zlib.Z_FULL_FLUSH });
  const data = Buffer.concat([...new Array<Buffer>(megabytes).fill(once), Buffer.from([3, 0])]);
  return archiveOf([{ name: CSV, content: new Uint8Array(0), statedBytes: megabytes * 2 ** 20, deflated: data }]);
}
