import { describe, expect, it } from "vitest";
import { compareFiles, compatDataset, stripCharacters } from "../../../src/transforms/activity/compat-dataset.js";
import { COMPAT_FLAGS } from "../../../src/transforms/activity/compat-flag.js";
import { recordRows, runTransform, type ShortRecording, times } from "./compat-rows.js";

async function worms(
  recordings: readonly Partial<ShortRecording>[],
  options: { off?: string; labels?: string[] } = {},
) {
  const tables = recordRows(
    recordings.map((recording, index) => ({
      dataset: "Uzel2022",
      uid: `w${index}`,
      time: times(600, 0.5),
      names: ["AVAL", null],
      ...recording,
    })),
  );
  for (const worm_uid of options.labels ?? []) {
    tables.label_record?.push({ dataset: "Dag2023", worm_uid, roi: 0, roi_base: 0, position: 0, label: "AVAL" });
  }
  const flags = COMPAT_FLAGS.filter((flag) => flag !== options.off);
  tables.roi_compat = await runTransform("activity/roi-compat", tables, { flags });
  const rows = await runTransform("activity/recording-compat", tables, { flags });
  return Object.fromEntries(
    rows.map(({ recording_id, worm, drop_reason, n_rows, n_labelled }) => [
      (recording_id as string).split("/")[1],
      `${worm ?? drop_reason} ${n_rows} ${n_labelled}`,
    ]),
  );
}

describe("activity/recording-compat", () => {
  it("leaves out empty, short and unlabelled recordings", async () => {
    const found = await worms([
      { names: [] },
      { time: times(599, 0.5) },
      { names: [null, "17", "GLIA"] },
      {},
      { time: [] },
    ]);
    expect(found).toEqual({
      w0: "empty 0 0",
      w1: "too_short 0 0",
      w2: "no_label 0 0",
      w3: "worm0 2 1",
      w4: "empty 0 0",
    });
  });

  it("keeps them without drop_meta", async () => {
    const found = await worms([{ names: [null] }, { time: times(20, 0.5) }], { off: "drop_meta" });
    expect(found).toEqual({ w0: "worm0 1 0", w1: "worm1 2 1" });
  });

  it("counts the frames that are left", async () => {
    const traces = [times(603, 1), times(603, 2)];
    const recordings = [{ dataset: "Yemini2021", time: times(603, 0.25), traces }];
    expect(await worms(recordings)).toEqual({ w0: "too_short 0 0" });
    expect(await worms(recordings, { off: "impute" })).toEqual({ w0: "worm0 2 1" });
  });

  it("numbers worms by file and position, of each dataset", async () => {
    const found = await worms([
      { dataset: "Kato2015", file: "WT_NoStim.mat", order: 0 },
      { dataset: "Kato2015", file: "WT_Stim.mat", order: 1 },
      { dataset: "Kato2015", file: "WT_Stim.mat", order: 0 },
      { dataset: "Nichols2017", file: "npr1_let.mat" },
      { dataset: "Nichols2017", file: "n2_prelet.mat" },
      { dataset: "Nichols2017", file: "n2_let.mat", time: times(10, 0.5) },
    ]);
    expect(found).toEqual({
      w2: "worm0 2 1",
      w1: "worm1 2 1",
      w0: "worm2 2 1",
      w4: "worm0 2 1",
      w3: "worm1 2 1",
      w5: "too_short 0 0",
    });
    const leifer = ["10_{gcamp|labels|t}.txt", "9_{gcamp|labels|t}.txt", "a.txt"];
    expect([...leifer].sort((a, b) => compareFiles(compatDataset("Leifer2023"), a, b))).toEqual([
      leifer[1],
      leifer[0],
      leifer[2],
    ]);
  });

  it("leaves out files that the published program does not name", async () => {
    const files = [{ dataset: "Kato2015", file: "AVA_HisCl.mat" }, { dataset: "Kato2015" }];
    expect(await worms(files)).toEqual({ w0: "not_read 0 0", w1: "worm0 2 1" });
    expect(await worms(files, { off: "drop_meta" })).toEqual({ w1: "worm0 2 1", w0: "worm1 2 1" });
  });

  it("refuses a recording that two files hold", async () => {
    const twice = [
      { dataset: "Flavell2023", uid: "2022-06-14-01", file: "a.json" },
      { dataset: "Flavell2023", uid: "2022-06-14-01", file: "b.h5" },
    ];
    await expect(worms(twice)).rejects.toMatchObject({
      tag: "load/repeated-recording",
      message: "recording Flavell2023/2022-06-14-01 is in two files: a.json and b.h5",
    });
  });

  it("loses labels that the stripped name does not find", async () => {
    const uids = ["2022-07-27-45", "2022-08-02-31", "2022-01-16-01"];
    const recordings = uids.map((uid) => ({ dataset: "Dag2023", uid, file: `${uid}-data.h5`, names: [null, null] }));
    const labels = uids.slice(0, 2);
    expect(await worms(recordings, { labels })).toEqual({
      "2022-07-27-45": "uid_strip 0 0",
      "2022-08-02-31": "worm0 2 1",
      "2022-01-16-01": "no_label 0 0",
    });
    expect(await worms(recordings, { labels, off: "uid_strip" })).toMatchObject({
      "2022-07-27-45": "worm0 2 1",
      "2022-08-02-31": "worm1 2 1",
    });
    expect(await worms(recordings, { labels, off: "drop_meta" })).toEqual({
      "2022-07-27-45": "worm0 2 0",
      "2022-08-02-31": "worm1 2 1",
      "2022-01-16-01": "worm2 2 0",
    });
    expect(uids.map((uid) => stripCharacters(`${uid}-data.h5`, "-data.h5"))).toEqual([
      "2022-07-27-4",
      "2022-08-02-31",
      "2022-01-16-01",
    ]);
    expect(stripCharacters("data", "-data.h5")).toBe("");
  });

  it("leaves out cells that Lin2023 says not to use", async () => {
    const traces = [times(600, 1), times(600, 2)];
    const recording = {
      dataset: "Lin2023",
      names: ["AVAL", "RIML"],
      traces,
      extras: ['{"use_flag":0}', '{"use_flag":1}'],
    };
    expect(await worms([recording])).toEqual({ w0: "worm0 1 1" });
    expect(await worms([recording], { off: "drop_meta" })).toEqual({ w0: "worm0 2 2" });
  });
});
