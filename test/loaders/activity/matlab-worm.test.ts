import { describe, expect, it } from "vitest";
import type { MatlabValue } from "../../../src/formats/matlab/matlab-value.js";
import { matlabWorm } from "../../../src/loaders/activity/matlab-worm.js";
import { numberColumn } from "../../../src/sample-data/activity/matlab-recordings.js";
import { lin2023Files } from "../../../src/sample-data/activity/matlab-recordings-v5.js";
import {
  cellColumn,
  doubleMatrix,
  doubleScalar,
  structValue,
  textValue,
} from "../../../src/sample-data/matlab-values.js";
import { writeMatlab5 } from "../../../src/sample-data/matlab5-writer.js";
import type { SampleFile } from "../../../src/sample-data/sample-sources.js";
import { dropsOf, extraOf, loadMatlab, show } from "./matlab-load.js";

const load = (file: SampleFile) => loadMatlab(matlabWorm, file, { dataset: "Lin2023" });

describe("activity/matlab-worm on files as published", () => {
  it("keeps every row as an ROI, flags and baselines beside it", async () => {
    const trace = await load(lin2023Files(1)[0] as SampleFile);
    expect(show(trace, "recording_record", ["recording_id", "compat_file", "n_roi", "primary_kind"])).toEqual([
      "Lin2023/101_prfrd_data 101_prfrd_data.mat 6 corrected_F",
    ]);
    expect(show(trace, "roi_record", ["roi", "label_raw", "qc_nan_fraction"])).toEqual([
      `1 AVAL ${1 / 700}`,
      `2 AVAL ${1 / 700}`,
      "3 - 1",
      `4 SAAD? ${13 / 700}`,
      `5 VB02 ${1 / 700}`,
      `6 RIML ${1 / 700}`,
    ]);
    expect(trace.rows.roi_record?.map(extraOf)).toEqual([
      { use_flag: 1, F_0: 1, tracked_ID: "AVAL" },
      { use_flag: 1, F_0: 1.125, tracked_ID: "AVAL" },
      { use_flag: 0, F_0: 1.25, tracked_ID: null },
      { use_flag: -1, F_0: 1.375, tracked_ID: "SAADL" },
      { use_flag: 1, F_0: 1.5, tracked_ID: "VB02" },
      { use_flag: 1, F_0: 1.625, tracked_ID: "RIML" },
    ]);
    const [first] = trace.rows.source_trace ?? [];
    expect(Number.isNaN((first?.values as Float64Array | undefined)?.[0])).toBe(true);
  });

  it("counts as read what the file holds", async () => {
    const sample = lin2023Files(1)[0] as SampleFile;
    const trace = await load(sample);
    // The recording, six ROIs with a trace each, two stimuli, `positions` and `times.frames`.
    expect(trace.read[sample.path]).toBe(1 + 6 + 6 + 2 + 2);
  });

  it("reads the stimuli and drops the other fields with rows", async () => {
    const trace = await load(lin2023Files(1)[1] as SampleFile);
    const on = 0.25 * 599 * 0.23;
    expect(show(trace, "stimulus_record", ["kind", "name", "t_on_s", "t_off_s"])).toEqual([
      `odour 1-octanol 1e-4 ${on} ${on + 10}`,
      `odour NaCl 200mM ${on + 60} ${on + 70}`,
    ]);
    expect(dropsOf(trace)).toEqual(["times.frames: unknown_field 1", "positions: unknown_field 1"]);
  });
});

function variables(): Record<string, MatlabValue> {
  return {
    proofread_neurons: cellColumn(["ASEL", "ASER"]),
    use_flag: doubleMatrix([[1, -1]]),
    corrected_F: doubleMatrix([
      [1, 2, 3],
      [4, 5, 6],
    ]),
    F_0: numberColumn([1, 4]),
    times: structValue({ t: numberColumn([0, 0.5, 1]) }),
  };
}

function file(changes: Record<string, MatlabValue | undefined>): SampleFile {
  const all = Object.entries({ ...variables(), ...changes }).filter(
    (entry): entry is [string, MatlabValue] => !!entry[1],
  );
  return { path: "celegans/Lin2023/w.mat", bytes: writeMatlab5({ variables: all }) };
}

describe("activity/matlab-worm on odd files", () => {
  it("reads rows of the matrix as ROIs", async () => {
    const trace = await load(file({}));
    expect(trace.rows.source_trace?.map((row) => [...(row.values as Float64Array)])).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it.each(Object.keys(variables()))("fails without %s, naming file and field", async (field) => {
    await expect(load(file({ [field]: undefined }))).rejects.toMatchObject({
      tag: "load/missing-field",
      message: `celegans/Lin2023/w.mat: the file has no field "${field}"`,
      fields: { field },
    });
  });

  it("fails when fields have another number of rows, or traces are longer than the times", async () => {
    const three = numberColumn([1, 2, 3]);
    await expect(load(file({ F_0: three }))).rejects.toMatchObject({ tag: "load/row-count", fields: { field: "F_0" } });
    await expect(load(file({ use_flag: three }))).rejects.toMatchObject({ tag: "load/row-count" });
    await expect(load(file({ proofread_neurons: cellColumn(["ASEL"]) }))).rejects.toMatchObject({
      tag: "load/row-count",
    });
    const short = structValue({ t: numberColumn([0, 1]) });
    await expect(load(file({ times: short }))).rejects.toMatchObject({ tag: "load/time-short" });
    await expect(load(file({ times: three }))).rejects.toMatchObject({ tag: "format/unexpected-class" });
  });

  it("keeps one flag for all, small unknown stimuli as they are, and drops large or broken ones", async () => {
    const trace = await load(
      file({
        use_flag: doubleScalar(0),
        odor_list: cellColumn(["salt", "sugar"]),
        stim_trace: doubleMatrix([Array.from({ length: 100 }, (_, k) => k % 2)]),
        stimulus: { kind: "cell", dims: [1, 3], cells: [textValue("salt"), textValue("now"), doubleScalar(2)] },
      }),
    );
    expect(extraOf(trace.rows.recording_record?.[0])).toEqual({ use_flag: 0, odor_list: ["salt", "sugar"] });
    expect(extraOf(trace.rows.roi_record?.[1])).toEqual({ use_flag: 0, F_0: 4 });
    expect(dropsOf(trace)).toEqual(["stim_trace: unrecognised_stimulus 1", "stimulus row 1: unrecognised_stimulus 1"]);
  });
});
