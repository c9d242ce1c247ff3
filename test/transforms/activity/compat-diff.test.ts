import { describe, expect, it } from "vitest";
import { compatCauses } from "../../../src/transforms/activity/compat-ablation.js";
import {
  COMPAT_FLAG_DESCRIPTIONS,
  COMPAT_FLAGS,
  type CompatFlags,
  compatFlags,
  PUBLISHED,
  UNSWITCHED_DEFECTS,
} from "../../../src/transforms/activity/compat-flag.js";
import { RECORDING_QUANTITIES } from "../../../src/transforms/activity/recording-diff.js";
import { contractOf } from "../connectome/run-in-memory.js";
import { publicRows, recordRows, runTransform, type ShortRecording, times } from "./compat-rows.js";

const wave = (frames: number, i: number) => times(frames, 1).map((k) => Math.sin(k / 9 + i) + ((k * 7919) % 13) / 40);

function records(recording: Partial<ShortRecording>) {
  const names = recording.names ?? [];
  return recordRows([
    {
      dataset: "Uzel2022",
      uid: "w",
      time: times(600, 0.5),
      names,
      traces: names.map((_, i) => wave(600, i)),
      ...recording,
    },
  ]);
}

/** `roi: published <- here: causes` of every difference. */
async function labels(
  recording: Partial<ShortRecording>,
  options: { here?: Record<number, string | null>; parameters?: Record<string, unknown> } = {},
) {
  const tables = publicRows(records(recording));
  for (const row of tables.roi ?? []) {
    const own = options.here?.[row.roi as number];
    if (own !== undefined) (row as { label: string | null }).label = own;
  }
  const rows = await runTransform("activity/label-diff", tables, options.parameters ?? {});
  return rows.map((row) => `${row.roi}: ${row.compat_label} <- ${row.label}: ${(row.causes as string[]).join(" ")}`);
}

async function numbers(recording: Partial<ShortRecording>, parameters: Record<string, unknown> = {}) {
  const rows = await runTransform("activity/recording-diff", publicRows(records(recording)), parameters);
  return Object.fromEntries(rows.map((row) => [row.quantity, [row.compat, row.corrected, row.causes]]));
}

describe("ablation of the published procedure", () => {
  const causes = (value: (flags: CompatFlags) => number, given = PUBLISHED) =>
    compatCauses((flags) => [value(flags), 7], given);

  it("names each flag that changes a value alone, at either end", () => {
    expect(causes(() => 1)).toEqual([[], []]);
    expect(causes((flags) => (flags.f16 && flags.impute ? 1 : 2))).toEqual([["f16", "impute"], []]);
    expect(causes((flags) => (flags.f16 || flags.impute ? 1 : 2))).toEqual([["f16", "impute"], []]);
  });

  it("names the first smallest set where none does", () => {
    const three = ["uid_strip", "f16", "drop_meta", "leifer_side"] as const;
    const atLeast = (n: number) => (flags: CompatFlags) => (three.filter((flag) => flags[flag]).length >= n ? 1 : 2);
    expect(causes(atLeast(2))).toEqual([["uid_strip", "f16"], []]);
  });

  it("names no flag that was off", () => {
    const given = compatFlags(["f16"]);
    expect(causes((flags) => (flags.f16 && !flags.impute ? 1 : 2), given)).toEqual([["f16"], []]);
  });
});

describe("activity/label-diff", () => {
  it("finds nothing where labels agree", async () => {
    expect(await labels({ names: ["AVAL", null, "VB02", "GLIA"] })).toEqual([]);
  });

  it("names the defect of every difference", async () => {
    const names = ["AVAL", "AVAL", "RIML"];
    expect(await labels({ names }, { here: { 0: null, 1: null } })).toEqual(["0: AVAL <- null: unique_first"]);
    expect(await labels({ names: [["AVAL", "AVBL"]] }, { here: { 0: null } })).toEqual(["0: AVAL <- null: drop_meta"]);
    expect(await labels({ dataset: "Leifer2023", names: ["AVA", "AVAL"] })).toEqual([
      "0: AVAL <- null: leifer_side",
      "1: null <- AVAL: leifer_side",
    ]);
    expect(await labels({ names: ["AVAL"], time: times(50, 0.5), traces: [wave(50, 0)] })).toEqual([
      "0: null <- AVAL: drop_meta",
    ]);
    const traces = [wave(600, 0), wave(600, 1).fill(Number.NaN)];
    expect(await labels({ dataset: "Lin2023", names: ["AVAL", "RIML"], traces })).toEqual(["1: null <- RIML: impute"]);
  });

  it("says so when no defect but the missing table of aliases is to blame", async () => {
    expect(await labels({ names: ["avfl", "AVAL"] }, { here: { 0: "AVFL" } })).toEqual(["0: null <- AVFL: no_alias"]);
  });

  it("compares with the procedure whose defects are given", async () => {
    const names = ["AVAL", "SAAD?"];
    expect(await labels({ dataset: "Flavell2023", names })).toEqual(["1: SAADL <- null: label_nearest"]);
    expect(await labels({ dataset: "Flavell2023", names }, { parameters: { flags: ["f16"] } })).toEqual([]);
  });
});

describe("activity/recording-diff", () => {
  it("finds nothing for a clock that float16 holds", async () => {
    const time = times(600, 0.5);
    expect(await numbers({ names: ["AVAL"], time }, { resample_dt_s: 0.333 })).toEqual({});
  });

  it("names the defects of every number", async () => {
    const traces = [wave(700, 0), wave(700, 1), wave(700, 2).fill(Number.NaN)];
    const found = await numbers({
      dataset: "Yemini2021",
      names: ["AVAL", "AVAR", "RIML"],
      time: times(700, 0.25),
      traces,
    });
    expect(found).toEqual({
      n_rows: [2, 3, ["impute"]],
      n_labelled: [2, 3, ["impute"]],
      n_frames: [696, 700, ["impute"]],
      duration_s: [173.75, 174.75, ["impute"]],
      n_steps: [521, 525, ["block_start", "impute"]],
    });
  });

  it("gives the time errors of a recording that is lost, and null for the rest", async () => {
    const found = await numbers({ names: [null], time: times(600, 0.6, 1_000_000) });
    expect(Object.keys(found)).toEqual([...RECORDING_QUANTITIES].filter((name) => name in found));
    expect(found.present).toEqual([0, 1, ["drop_meta"]]);
    expect(found.n_rows).toEqual([null, 1, ["drop_meta"]]);
    expect((found.max_time_error_s as number[])[0]).toBeGreaterThan(0.02);
    expect(found.max_time_error_s?.[2]).toEqual(["f32_time"]);
  });
});

describe("the defects", () => {
  it("are described, and are the causes in the contracts", async () => {
    expect(Object.keys(COMPAT_FLAG_DESCRIPTIONS)).toEqual([...COMPAT_FLAGS]);
    for (const table of ["label_diff", "recording_diff"]) {
      const { fields } = await contractOf("celegans_activity", table);
      const values = fields.find((field) => field.name === "causes")?.values;
      expect(values).toEqual([...COMPAT_FLAGS, ...UNSWITCHED_DEFECTS]);
    }
    const { fields } = await contractOf("celegans_activity", "recording_diff");
    expect(fields.find((field) => field.name === "quantity")?.values).toEqual([...RECORDING_QUANTITIES]);
  });
});
