import { describe, expect, it } from "vitest";
import { textFiles } from "../../../src/loaders/activity/text-files.js";
import { syntheticRecording } from "../../../src/sample-data/activity/synthetic-recording.js";
import { leiferFiles } from "../../../src/sample-data/activity/text-recordings.js";
import type { SampleFile } from "../../../src/sample-data/sample-sources.js";
import { column, drops, loadRecording, text, traceOf } from "./load-recordings.js";

const files = leiferFiles(7);
const worm = (index: number) => files.filter(({ path }) => path.includes(`/${index}_`));
const changed = (role: string, content: string | null): SampleFile[] =>
  worm(0).flatMap((file) => {
    if (!file.path.endsWith(`_${role}.txt`)) return [file];
    return content === null ? [] : [{ ...file, bytes: text(content) }];
  });
const load = (given: readonly SampleFile[]) => loadRecording(textFiles, given);

describe("activity/text-files", () => {
  it("makes one partition of the files of a worm", () => {
    const pattern = new RegExp((textFiles.partition as { group: string }).group, "u");
    const groups = new Set(files.map(({ path }) => pattern.exec(path)?.[1]));
    expect([...groups]).toEqual(["celegans/Leifer2023/0", "celegans/Leifer2023/1"]);
  });

  it("reads traces, labels, times, stimuli and the name", async () => {
    const trace = await load(worm(0));
    const options = { seed: 7, name: "Leifer2023", index: 0, frames: 700, rois: 6, dtS: 0.5 };
    const truth = syntheticRecording(options);
    expect(trace.rows.recording_record).toMatchObject([
      {
        recording_id: "Leifer2023/0",
        compat_file: "0_{gcamp|labels|t}.txt",
        time_basis: "measured",
        n_roi: 6,
        primary_kind: "gcamp",
        extra: '{"ds_name":"sample_recording_0"}',
      },
    ]);
    expect(trace.rows.recording_record?.[0]?.time_s).toEqual(truth.timeS);
    for (let roi = 0; roi < 6; roi++) expect(traceOf(trace, roi)).toEqual(truth.traces[roi]);
    expect(column(trace, "roi_record", "label_raw")).toEqual(["AVAL", "AVAL", null, "SAAD?", "VB02", "RIML"]);
    expect(column(trace, "roi_record", "qc_nan_fraction")).toEqual([0, 0, 1, 12 / 700, 0, 0]);
    expect(column(trace, "source_trace", "unit")).toEqual(new Array(6).fill("au"));
    expect(drops(trace)).toEqual(["line 7: label_without_trace", "line 8: label_without_trace"]);
  });

  it("keeps optogenetic stimuli, with targets that are no ROI as statements", async () => {
    const trace = await load(worm(0));
    expect(trace.rows.stimulus_record).toMatchObject([
      { kind: "optogenetic", k_on: 60, target_roi: 1, extra: null },
      { kind: "optogenetic", k_on: 120, target_roi: null, extra: '{"target":-2,"target_state":"targeting failed"}' },
      { kind: "optogenetic", k_on: 180, target_roi: null, extra: '{"target":7,"target_label":"AVJR"}' },
    ]);
    expect(trace.carried["celegans/Leifer2023/0_stim_volume_i.txt"]).toBe(3);
    expect((await load(worm(1))).rows.stimulus_record).toEqual([]);
  });

  it("keeps labels verbatim, blank ones as none", async () => {
    const trace = await load(changed("labels", " AVAL\nAVAR \n   \n\nRIML\r\nRIMR"));
    expect(column(trace, "roi_record", "label_raw")).toEqual([" AVAL", "AVAR ", null, null, "RIML", "RIMR"]);
  });

  it("says what targets mean that are no ROI", async () => {
    const trace = await load(changed("stim_neurons", "-1\n-3\n99\n"));
    expect(column(trace, "stimulus_record", "extra")).toEqual([
      '{"target":-1,"target_state":"not located"}',
      '{"target":-3,"target_state":"identified, not tracked"}',
      '{"target":99}',
    ]);
  });

  it("drops stimuli outside of the recording and targets without a time", async () => {
    const outside = await load(changed("stim_volume_i", "60\n700\n5.5\n"));
    expect(drops(outside).slice(2)).toEqual(["line 2: outside_recording", "line 3: outside_recording"]);
    const timeless = await load(changed("stim_volume_i", null));
    expect(timeless.drops.at(-1)).toMatchObject({ reason: "stimulus_without_time", count: 3 });
    expect((await load(changed("stim_neurons", null))).rows.stimulus_record).toHaveLength(3);
  });

  it.each([
    ["a missing file", changed("t", null), "load/missing-field", "0_t.txt"],
    ["no traces", changed("gcamp", null), "load/missing-field", "0_gcamp.txt"],
    ["labels shorter than the traces", changed("labels", "AVAL\n"), "load/labels", "1 labels for 6 ROIs"],
    ["times shorter than the traces", changed("t", "0.0e+00\n1.0e+00\n"), "load/time-short", "700 frames"],
    [
      "times in minutes",
      changed("t", Array.from({ length: 700 }, (_, k) => k * 100).join("\n")),
      "load/time-unit",
      "100 s",
    ],
    ["a text among numbers", changed("t", "0\nabc\n"), "load/value", '0_t.txt:2: "abc"'],
    ["a file that ends early", changed("gcamp", "1 2 3\n1 2\n"), "format/ragged-row", "0_gcamp.txt:2"],
    ["an empty file", changed("gcamp", ""), "format/empty", "0_gcamp.txt"],
    ["stimuli without their targets", changed("stim_neurons", "1\n"), "load/stimuli", "targets for 1"],
    [
      "a file of another name",
      [{ path: "celegans/Leifer2023/readme.txt", bytes: text("x") }],
      "load/file-name",
      "readme",
    ],
  ])("refuses %s", async (_what, given, tag, message) => {
    await expect(load(given)).rejects.toMatchObject({ tag, message: expect.stringContaining(message) });
  });
});
