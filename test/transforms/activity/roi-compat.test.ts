import { describe, expect, it } from "vitest";
import { NEURON_LABELS } from "../../../src/tables/neuron-registry.js";
import { COMPAT_FLAGS, type CompatFlag } from "../../../src/transforms/activity/compat-flag.js";
import { nearestLabel, rewriteNames } from "../../../src/transforms/activity/nearest-label.js";
import { recordRows, runTransform, type ShortRecording, times } from "./compat-rows.js";

/** `roi: name slot` of every cell, `-` for one that is left out. */
async function printed(recording: Partial<ShortRecording>, options: { off?: readonly CompatFlag[] } = {}) {
  const tables = recordRows([{ dataset: "Uzel2022", uid: "w", time: times(600, 0.5), names: [], ...recording }]);
  const flags = COMPAT_FLAGS.filter((flag) => !(options.off ?? []).includes(flag));
  const rows = await runTransform("activity/roi-compat", tables, { flags });
  return rows.map(({ name, slot }) => (name === null ? "-" : `${name} ${slot}`));
}

const slot = (label: string) => `${label} ${NEURON_LABELS.indexOf(label)}`;

describe("the nearest label", () => {
  it("is the first of the free ones with most equal characters", () => {
    expect(nearestLabel("VB02", new Set())).toBe("VA12");
    expect(nearestLabel("VB02", new Set(["VA12"]))).toBe("VB1");
    expect(nearestLabel("SAAD?", new Set())).toBe("SAADL");
    expect(nearestLabel("AVAL", new Set(["AVAL"]))).toBe("ADAL");
    expect(nearestLabel("", new Set())).toBe("ADAL");
    expect(nearestLabel("AVAL", new Set(NEURON_LABELS))).toBeNull();
  });

  it("is taken by one name only; numbers stay", () => {
    expect(rewriteNames(["SIBV?", "12", "SIBV?", "SIBV?"])).toEqual(["SIBVL", "12", "SIBVR", "SABVL"]);
    expect(rewriteNames([...NEURON_LABELS, "AVAL"]).at(-1)).toBe("AVAL");
  });
});

describe("activity/roi-compat", () => {
  it("sorts unique names, deletes zeros, and prints positions for what is no label", async () => {
    const names = ["VB02", null, "AVAL", "AVAL", "SAAD?", "merge", "VA10", "GLIA1", "17"];
    expect(await printed({ names })).toEqual([
      slot("VB2"),
      "0 0",
      slot("AVAL"),
      "-",
      "4 3",
      "7 4",
      slot("VA10"),
      "3 2",
      "1 1",
    ]);
  });

  it("takes the first of several names", async () => {
    const names = [["AVAL", "AVBL"], ["RIML"]];
    expect(await printed({ names })).toEqual([slot("AVAL"), slot("RIML")]);
    expect(await printed({ names }, { off: ["drop_meta"] })).toEqual(["0 0", slot("RIML")]);
  });

  it("leaves out the first of two names that become one label", async () => {
    expect(await printed({ names: ["VB02", "VB2"] })).toEqual(["-", slot("VB2")]);
    expect(await printed({ names: ["VB2", "VB02"] })).toEqual([slot("VB2"), "-"]);
  });

  it("keeps all cells, and gives repeated labels to none, without unique_first", async () => {
    expect(await printed({ names: ["AVAL", "AVAL", "RIML"] }, { off: ["unique_first"] })).toEqual([
      "0 0",
      "1 1",
      slot("RIML"),
    ]);
  });

  it("collapses cells with empty names where names are texts", async () => {
    const traces = [times(600, 1), times(600, 2), times(600, 3), times(600, 4)];
    const names = ["", "AVAL", "", ""];
    expect(await printed({ dataset: "Nejatbakhsh2020", names, traces })).toEqual(["0 0", slot("AVAL"), "-", "-"]);
    expect(await printed({ dataset: "Kato2015", names })).toEqual(["0 0", slot("AVAL"), "1 1", "2 2"]);
    expect(await printed({ dataset: "Venkatachalam2024", names, traces })).toEqual(["1 0", slot("AVAL"), "-", "-"]);
  });

  it("rewrites labels in the order of ROIs in Flavell2023, sure ones too", async () => {
    const names = ["AVAL", "AVAL", null, "SAAD?"];
    const published = await printed({ dataset: "Flavell2023", names, roiBase: 1 });
    expect(published).toEqual([slot("AVAL"), slot("ADAL"), "0 1", slot("SAADL")]);
    expect(await printed({ dataset: "Flavell2023", names, roiBase: 1 }, { off: ["label_nearest"] })).toEqual([
      slot("AVAL"),
      "-",
      "0 0",
      "2 1",
    ]);
  });

  it("rewrites labels in the order of the document in Dag2023", async () => {
    const label = (roi: number, position: number, text: string) => ({
      ...{ dataset: "Dag2023", worm_uid: "w", roi, roi_base: 1, position, label: text },
    });
    const tables = recordRows([
      { dataset: "Dag2023", uid: "w", time: times(600, 0.6), names: [null, null, null], roiBase: 1 },
    ]);
    tables.label_record?.push(label(1, 1, "SIBV?"), label(3, 0, "SIBV?"));
    const rows = await runTransform("activity/roi-compat", tables);
    expect(rows.map(({ roi, name, rewritten }) => [roi, name, rewritten])).toEqual([
      [1, "SIBVR", true],
      [2, "0", false],
      [3, "SIBVL", true],
    ]);
  });

  it("guesses sides in Leifer2023, over sorted names", async () => {
    const names = ["AVA", "AVAL", "AVAL", "", "AVB", "AVBL", "merge", "RIM", "AVA"];
    const traces = names.map((_, i) => times(600, 0.5).map((t, k) => Math.sin(t * (i + 1)) + ((k * 7919) % 13)));
    const published = await printed({ dataset: "Leifer2023", names, traces });
    expect(published).toEqual([slot("AVAL"), "2 1", "-", "0 0", slot("AVBL"), "4 2", "6 3", slot("RIML"), "-"]);
    expect(await printed({ dataset: "Leifer2023", names, traces }, { off: ["leifer_side"] })).toEqual([
      "1 1",
      slot("AVAL"),
      "-",
      "0 0",
      "3 2",
      slot("AVBL"),
      "6 4",
      "5 3",
      "-",
    ]);
  });

  it("leaves traces out that the published imputer or its tests remove", async () => {
    const wave = (i: number) => times(1000, 0.5).map((t, k) => Math.sin(t * (i + 1)) + ((k * 7919) % 13));
    const withGap = (length: number) => wave(1).fill(Number.NaN, 300, 300 + length);
    const straight = wave(2).map((value, k) => (k >= 100 && k < 150 ? k : value));
    const traces = [wave(0), withGap(50), withGap(51), withGap(1000).fill(Number.NaN), straight, wave(3)];
    const names = ["AVAL", "AVAR", "AVBL", "AVBR", "AVDL", "AVDR"];
    const time = times(1000, 0.5);
    expect(await printed({ dataset: "Leifer2023", names, traces, time })).toEqual([
      slot("AVAL"),
      slot("AVAR"),
      "-",
      "-",
      "-",
      slot("AVDR"),
    ]);
    expect(await printed({ dataset: "Lin2023", names, traces, time })).toEqual([
      ...[slot("AVAL"), slot("AVAR"), slot("AVBL"), "-", slot("AVDL"), slot("AVDR")],
    ]);
    expect(await printed({ dataset: "Lin2023", names, traces, time }, { off: ["impute"] })).toEqual(names.map(slot));
  });
});
