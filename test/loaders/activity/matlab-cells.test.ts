import { describe, expect, it } from "vitest";
import type { MatlabValue } from "../../../src/formats/matlab/matlab-value.js";
import { matlabCells } from "../../../src/loaders/activity/matlab-cells.js";
import {
  frameMatrix,
  kaplan2020Files,
  kato2015Files,
  nichols2017Files,
  numberColumn,
  skora2018Files,
  uzel2022Files,
} from "../../../src/sample-data/activity/matlab-recordings.js";
import {
  cellColumn,
  doubleMatrix,
  doubleScalar,
  structValue,
  textValue,
} from "../../../src/sample-data/matlab-values.js";
import { writeMatlab5 } from "../../../src/sample-data/matlab5-writer.js";
import { writeMatlab73 } from "../../../src/sample-data/matlab73-writer.js";
import type { SampleFile } from "../../../src/sample-data/sample-sources.js";
import { dropsOf, extraOf, loadMatlab, show } from "./matlab-load.js";

const traces = [
  { kind: "dff_bc", unit: "dF/F", fields: ["traces", "deltaFOverF_bc", "traces_bleach_corrected"] },
  { kind: "raw_traces", unit: "au", fields: ["traces_raw"] },
  { kind: "derivative", unit: "dF/F/s", fields: ["tracesDif"] },
];

const load = (file: SampleFile, more: Record<string, unknown> = {}) =>
  loadMatlab(matlabCells, file, { dataset: file.path.split("/")[1], traces, ...more });

const LABELS = ["1 AVAL AVAL", "2 AVAL AVAL", "3 - ", "4 SAAD? SAAD?", "5 VB02 VB02", "6 RIML RIML"];

describe("activity/matlab-cells on files as published", () => {
  it("reads every field of Kato 2015", async () => {
    const trace = await load(kato2015Files(1)[0] as SampleFile);
    expect(
      show(trace, "recording_record", ["recording_id", "compat_file", "compat_order", "n_roi", "time_basis"]),
    ).toEqual([
      "Kato2015/WT_Stim/TS20140715_O2steps WT_Stim.mat 0 6 measured",
      "Kato2015/WT_Stim/TS20140716_O2steps WT_Stim.mat 1 6 measured",
    ]);
    const [first, second] = trace.rows.recording_record ?? [];
    expect(extraOf(first)).toEqual({ fps: 2.86, dataset: "TS20140715_O2steps" });
    expect([
      (first?.time_s as Float64Array | undefined)?.length,
      (second?.time_s as Float64Array | undefined)?.length,
    ]).toEqual([700, 599]);
    const rois = show(trace, "roi_record", ["roi", "label_raw", "candidates_raw"]);
    expect(rois).toEqual([...LABELS, ...LABELS.slice(0, 5), "6 RIML RIML,RIMR"]);
    expect(trace.rows.roi_record?.map((row) => row.qc_nan_fraction)).toEqual([
      0,
      0,
      1,
      12 / 700,
      0,
      0,
      0,
      0,
      1,
      12 / 599,
      0,
      0,
    ]);
    const kinds = new Set(show(trace, "source_trace", ["kind", "unit"]));
    expect([...kinds]).toEqual(["dff_bc dF/F", "raw_traces au", "derivative dF/F/s"]);
    expect(trace.rows.source_trace).toHaveLength(36);
    expect(dropsOf(trace)).toEqual(["time stamps 700..700 of WT_Stim/TS20140715_O2steps: time_after_last_frame 0"]);
  });

  it("counts as read what the file holds", async () => {
    const sample = kato2015Files(1)[0] as SampleFile;
    const trace = await load(sample);
    const events = trace.rows.event_record?.length ?? 0;
    // Two worms, each with six ROIs, three kinds of traces and four periods of the stimulus.
    expect(trace.read[sample.path]).toBe(2 * (1 + 6 + 3 * 6 + 4) + events);
  });

  it("makes presentations of the periods between switches, with their concentrations", async () => {
    const trace = await load(kato2015Files(1)[0] as SampleFile);
    const stimuli = show(trace, "stimulus_record", [
      "stim_index",
      "kind",
      "name",
      "t_on_s",
      "t_off_s",
      "conc",
      "conc_unit",
    ]);
    const [onS] = [0.25 * 700 * 0.35];
    expect(stimuli.slice(0, 4)).toEqual([
      `0 other O2 - ${onS} 21 percent`,
      `1 other O2 ${onS} ${onS + 10} 4 percent`,
      `2 other O2 ${onS + 10} ${onS + 40} 21 percent`,
      `3 other O2 ${onS + 40} - 4 percent`,
    ]);
  });

  it.each([0, 1])("makes events of states, whether worms are inside or outside (file %i)", async (index) => {
    const trace = await load(kato2015Files(1)[index] as SampleFile);
    const id = trace.rows.recording_record?.[0]?.recording_id;
    const events = (trace.rows.event_record ?? []).filter((row) => row.recording_id === id);
    expect(new Set(events.map((row) => `${row.name} ${row.value}`))).toEqual(new Set(["state FWD", "state REV"]));
    // FWD and REV take turns and cover every frame.
    let k = 0;
    for (const { k_start, k_end, event_index } of events) {
      expect(k_start).toBe(k);
      expect(event_index).toBe(events.findIndex((row) => row.k_start === k_start));
      k = k_end as number;
    }
    expect(k).toBe(700);
  });

  it("takes the second names of fields, and drops what it does not know with a row", async () => {
    const trace = await load(kato2015Files(1)[1] as SampleFile);
    expect(trace.rows.recording_record).toHaveLength(2);
    expect(dropsOf(trace)[0]).toBe("WT_NoStim.Opts: unknown_field 1");
    expect(extraOf(trace.rows.recording_record?.[1])).toMatchObject({ fps: 3.03 });
    expect(trace.rows.stimulus_record).toEqual([]);
  });

  it("reads the four other datasets, conditions from names of files", async () => {
    const conditions = [
      { file: "^n2_", genotype: "n2" },
      { file: "_prelet$", condition: "prelethargus" },
      { file: "_let$", condition: "lethargus" },
      { file: "fasted", condition: "fasted" },
      { file: "MNhisCl", genotype: "MN::HisCl; RIS::HisCl", strain: "x" },
    ];
    const files = [
      ...nichols2017Files(1).slice(0, 3),
      ...skora2018Files(1),
      ...kaplan2020Files(1),
      ...uzel2022Files(1),
    ];
    const rows: string[] = [];
    for (const file of files) {
      const trace = await load(file, { conditions });
      rows.push(show(trace, "recording_record", ["recording_id", "genotype", "condition"])[1] as string);
      expect(show(trace, "roi_record", ["roi", "label_raw", "candidates_raw"]).slice(0, 6)).toEqual(LABELS);
    }
    expect(rows).toEqual([
      "Nichols2017/n2_let/2 n2 lethargus",
      "Nichols2017/n2_prelet/2 n2 prelethargus",
      "Nichols2017/npr1_let/2 - lethargus",
      "Skora2018/WT_fasted/2 - fasted",
      "Skora2018/WT_starved/2 - -",
      "Kaplan2020/Neuron2019_Data_MNhisCl_RIShisCl/2 MN::HisCl; RIS::HisCl -",
      "Kaplan2020/Neuron2019_Data_RIShisCl/2 - -",
      "Kaplan2020/Neuron2019_Data_SMDhisCl_RIShisCl/2 - -",
      "Uzel2022/Uzel_WT/2 - -",
    ]);
  });
});

const times = (frames: number) => numberColumn(Array.from({ length: frames }, (_, k) => k / 3));
const values = (frames: number, rois: number) =>
  frameMatrix(Array.from({ length: rois }, (_, roi) => Float64Array.from({ length: frames }, (__, k) => roi + k)));

function file(fields: Record<string, MatlabValue>, variables: Record<string, MatlabValue> = {}): SampleFile {
  return {
    path: "celegans/Test2000/worms.mat",
    bytes: writeMatlab73({ variables: { ...variables, worms: structValue(fields) } }),
  };
}

const good = (worms: number) => ({
  IDs: cellColumn(Array.from({ length: worms }, () => cellColumn(["AVAL", "AVAR"]))),
  traces: cellColumn(Array.from({ length: worms }, () => values(5, 2))),
  tv: cellColumn(Array.from({ length: worms }, () => times(5))),
});

const replaced = (cells: readonly MatlabValue[], index: number, value: MatlabValue): MatlabValue =>
  cellColumn(cells.map((cell, at) => (at === index ? value : cell)));

describe("activity/matlab-cells on odd files", () => {
  it("reads MATLAB 5 alike, other variables dropped", async () => {
    const bytes = writeMatlab5({
      variables: [
        ["note", textValue("hello")],
        ["worms", structValue(good(2))],
      ],
    });
    const trace = await load({ path: "celegans/Test2000/worms.mat", bytes });
    expect(trace.rows.recording_record).toHaveLength(2);
    expect(dropsOf(trace)).toEqual(["note: unknown_variable 1"]);
  });

  it("reads a struct array, and a struct with one worm that is in no cell", async () => {
    const elements = {
      kind: "struct" as const,
      dims: [1, 2],
      fields: new Map(Object.entries(good(2)).map(([name, { cells }]) => [name, cells])),
    };
    const bytes = writeMatlab73({ variables: { other: elements } });
    const array = await load({ path: "celegans/Test2000/worms.mat", bytes });
    expect(show(array, "recording_record", ["recording_id", "n_roi"])).toEqual([
      "Test2000/worms/1 2",
      "Test2000/worms/2 2",
    ]);
    const bare = await load(
      file({
        IDs: cellColumn(["AVAL", "AVAR"]),
        traces: values(5, 2),
        tv: times(5),
        States: structValue({ FWD: doubleMatrix([[0, 1, 1, 0, 1]]) }),
      }),
    );
    expect(show(bare, "event_record", ["value", "k_start", "k_end"])).toEqual(["FWD 1 3", "FWD 4 5"]);
    expect(show(bare, "roi_record", ["roi", "label_raw"])).toEqual(["1 AVAL", "2 AVAR"]);
  });

  it.each([
    ["IDs", '"IDs" or "NeuronNames" or "neuron_ID"'],
    ["traces", '"traces" or "deltaFOverF_bc" or "traces_bleach_corrected"'],
    ["tv", '"timeVectorSeconds" or "tv" or "time_vector"'],
  ])("fails without %s, naming file and field", async (field, wanted) => {
    const { [field]: _, ...rest } = good(2) as Record<string, MatlabValue>;
    await expect(load(file(rest))).rejects.toMatchObject({
      tag: "load/missing-field",
      message: `celegans/Test2000/worms.mat: worms has no field ${wanted}`,
      fields: { file: "celegans/Test2000/worms.mat" },
    });
  });

  it("fails when a field has another number of worms, or the struct is not there", async () => {
    await expect(load(file({ ...good(2), tv: good(3).tv }))).rejects.toMatchObject({ tag: "load/worm-count" });
    await expect(load(file(good(2)), { struct: "elsewhere" })).rejects.toMatchObject({ tag: "load/missing-field" });
    await expect(load(file({ ...good(2), traces: cellColumn([]) }))).rejects.toMatchObject({
      tag: "load/no-recordings",
    });
  });

  it("fails a worm whose traces are longer than its time, whose times are minutes or whose names are none; others go on", async () => {
    const { IDs, traces: all, tv } = good(4);
    const trace = await load(
      file({
        IDs: replaced(IDs.cells, 3, doubleMatrix([[1, 2]])),
        traces: replaced(all.cells, 0, values(6, 2)),
        tv: replaced(tv.cells, 2, numberColumn([0, 0.001, 0.002, 0.003, 0.004])),
      }),
    );
    expect(trace.failures.map(({ recording, error }) => `${recording} ${error.tag}`)).toEqual([
      "worms/1 load/time-short",
      "worms/3 load/time-unit",
      "worms/4 format/unexpected-class",
    ]);
    expect(show(trace, "recording_record", ["worm_uid", "compat_order"])).toEqual(["worms/2 1"]);
  });

  it("gives no label to columns beyond the names, and drops names beyond the columns", async () => {
    const names = cellColumn([cellColumn(["AVAL"]), cellColumn(["AVAL", "AVAR", "RID"])]);
    const trace = await load(file({ ...good(2), IDs: names }));
    expect(show(trace, "roi_record", ["roi", "label_raw"])).toEqual(["1 AVAL", "2 -", "1 AVAL", "2 AVAR"]);
    expect(dropsOf(trace)).toEqual(["IDs 3 of worms/2: name_without_trace 1"]);
  });

  it("drops what cannot be carried of states, stimuli and other kinds, and loads the rest", async () => {
    const trace = await load(
      file({
        ...good(1),
        traces_raw: cellColumn([values(5, 3)]),
        tracesDif: cellColumn([textValue("none")]),
        States: structValue({
          FWD: cellColumn([numberColumn([1, 1, 0, 0, 0])]),
          SLOW: cellColumn([numberColumn([1, 1])]),
          DT: cellColumn([numberColumn([0, 2, 0, 0, 0])]),
        }),
        stimulus: cellColumn([
          structValue({
            identity: textValue("light"),
            switchtimes: doubleMatrix([[0.5, 1]]),
            initialstate: doubleScalar(0),
            lamp: doubleScalar(3),
          }),
        ]),
        fps: cellColumn([numberColumn(new Float64Array(100))]),
      }),
      { stimulus_kind: "light" },
    );
    expect(show(trace, "event_record", ["value", "k_start", "k_end"])).toEqual(["FWD 0 2"]);
    expect(show(trace, "stimulus_record", ["kind", "name", "t_on_s", "t_off_s", "conc"])).toEqual([
      "light light 0.5 1 -",
    ]);
    expect(dropsOf(trace)).toEqual([
      "traces_raw of worms/1: other_shape 3",
      "tracesDif of worms/1: other_shape 1",
      "state SLOW of worms/1: state_length 1",
      "state DT of worms/1: state_not_binary 1",
      "stimulus.lamp of worms/1: unknown_field 1",
      "fps of worms/1: too_large 1",
    ]);
  });

  it.each([
    ["identity alone", { identity: textValue("O2") }, "switchtimes are no numbers"],
    [
      "times out of order",
      { switchtimes: doubleMatrix([[2, 1]]), initialstate: doubleScalar(1) },
      "switchtimes do not ascend",
    ],
    [
      "a state that is no concentration",
      { switchtimes: doubleMatrix([[1]]), initialstate: doubleScalar(3), conc: doubleMatrix([[4, 21]]) },
      "initialstate 3 is none of 2 concentrations",
    ],
  ])("drops a stimulus with %s", async (_, fields, detail) => {
    const trace = await load(file({ ...good(1), stimulus: cellColumn([structValue(fields)]) }));
    expect(trace.drops.map(({ reason, detail: why }) => [reason, why])).toEqual([["unrecognised_stimulus", detail]]);
  });

  it("numbers worms whose names repeat", async () => {
    const trace = await load(file({ ...good(2), dataset: cellColumn(["one", "one"]) }));
    expect(show(trace, "recording_record", ["worm_uid"])).toEqual(["worms/1", "worms/2"]);
  });
});
