import { describe, expect, it } from "vitest";
import { zippedCsv } from "../../../src/loaders/activity/zipped-csv.js";
import { syntheticRecording } from "../../../src/sample-data/activity/synthetic-recording.js";
import { venkatachalamFiles } from "../../../src/sample-data/activity/text-recordings.js";
import { archiveOf } from "../../../src/sample-data/broken-archive.js";
import { column, drops, loadRecording, text, traceOf } from "./load-recordings.js";

const [first, second] = venkatachalamFiles(3) as [
  { path: string; bytes: Uint8Array },
  { path: string; bytes: Uint8Array },
];
const small = { metadata_columns: 2, first_frame_column: 3 };
const zip = (members: Record<string, string>) => ({
  path: "celegans/Venkatachalam2024/w.zip",
  bytes: archiveOf(Object.entries(members).map(([name, content]) => ({ name, content: text(content) }))),
});
const HEAD = "neuron,note,,1,2,3,";
const load = (members: Record<string, string>) => loadRecording(zippedCsv, [zip(members)], small);

describe("activity/zipped-csv", () => {
  it("reads a row per neuron and a column per frame", async () => {
    const options = { seed: 3, name: "Venkatachalam2024", index: 0, frames: 700, rois: 6, dtS: 0.375, regular: true };
    const truth = syntheticRecording(options);
    const trace = await loadRecording(zippedCsv, [first]);
    expect(trace.rows.recording_record).toMatchObject([
      {
        recording_id: "Venkatachalam2024/sample_worm_0",
        compat_file: "sample_worm_0.zip",
        time_basis: "assumed",
        n_roi: 6,
      },
    ]);
    const time = trace.rows.recording_record?.[0]?.time_s as Float64Array;
    expect([time.length, time[0], time[1], time[699]]).toEqual([700, 0, 0.375, 699 * 0.375]);
    for (let roi = 0; roi < 6; roi++) expect(traceOf(trace, roi)).toEqual(truth.traces[roi]);
    expect(column(trace, "roi_record", "label_raw")).toEqual(["AVAL", "AVAL", null, "SAAD?", "VB02", "RIML"]);
    expect(JSON.parse(String(trace.rows.roi_record?.[1]?.extra))).toMatchObject({ id: "1", confidence: "0.9" });
    expect(trace.drops.map(({ item, reason, count = 1 }) => [item, reason, count])).toEqual([
      ["columns 9..106", "blank_column", 98],
      ["column 807 (no name)", "last_column", 1],
    ]);
    const other = await loadRecording(zippedCsv, [second]);
    expect(other.rows.recording_record?.[0]?.time_s).toHaveLength(599);
  });

  it("takes frame numbers from the header, and drops columns and members that it does not read", async () => {
    const trace = await load({ "w.csv": `neuron,note,odd,10,12,13,\nAVAL,x,5,1,,nan,9\n`, "readme.txt": "hello" });
    expect(trace.rows.recording_record?.[0]?.time_s).toEqual(Float64Array.of(3.75, 4.5, 4.875));
    expect(traceOf(trace, 0)).toEqual(Float64Array.of(1, Number.NaN, Number.NaN));
    const labels = await load({ "w.csv": `neuron,note,,1,2,3,\n AVAL,,,1,2,3,\n  ,,,1,2,3,\n` });
    expect(column(labels, "roi_record", "label_raw")).toEqual([" AVAL", null]);
    expect(drops(trace)).toEqual([
      "readme.txt: other_member",
      "column 2 (odd): unknown_field",
      "column 6 (no name): last_column",
    ]);
  });

  it.each([
    ["no label column", { "w.csv": "name,note,,1,2,\nAVAL,,,1,2,\n" }, "load/missing-field", "neuron"],
    ["no frames", { "w.csv": "neuron,note\nAVAL,x\n" }, "load/missing-field", "column 3"],
    ["a header that is no frame", { "w.csv": "neuron,note,,one,2,\nAVAL,,,1,2,\n" }, "format/missing-header", '"one"'],
    ["frames out of order", { "w.csv": "neuron,note,,2,1,\nAVAL,,,1,2,\n" }, "load/time-order", "frame 1"],
    ["a text among values", { "w.csv": `${HEAD}\nAVAL,,,1,x,3,\n` }, "load/value", 'w.zip:2: "x"'],
    ["a row that ends early", { "w.csv": `${HEAD}\nAVAL,,,1\n` }, "format/ragged-row", "w.csv:2"],
    ["no CSV", { "w.txt": "x" }, "load/missing-field", "w.csv"],
    ["two CSV files", { "a.csv": "x", "b.csv": "x" }, "load/missing-field", "more than one"],
  ])("refuses %s", async (_what, members, tag, message) => {
    await expect(load(members)).rejects.toMatchObject({ tag, message: expect.stringContaining(message) });
  });

  it("refuses an archive that was cut, and one that lies about its size", async () => {
    const cut = { ...first, bytes: first.bytes.slice(0, first.bytes.length - 200) };
    await expect(loadRecording(zippedCsv, [cut])).rejects.toMatchObject({ tag: "format/truncated" });
    const lying = archiveOf([{ name: "w.csv", content: text(`${HEAD}\nAVAL,,,1,2,3,\n`), statedBytes: 10 }]);
    await expect(loadRecording(zippedCsv, [{ path: "celegans/x/w.zip", bytes: lying }])).rejects.toMatchObject({
      tag: "format/lying-size",
    });
  });
});
