import { describe, expect, it } from "vitest";
import type { MatlabCell, MatlabValue } from "../../../src/formats/matlab/matlab-value.js";
import { matlabClasses } from "../../../src/loaders/activity/matlab-classes.js";
import { yemini2021Files } from "../../../src/sample-data/activity/matlab-recordings-v5.js";
import { cellColumn, doubleMatrix, doubleScalar, textValue } from "../../../src/sample-data/matlab-values.js";
import { writeMatlab5 } from "../../../src/sample-data/matlab5-writer.js";
import type { SampleFile } from "../../../src/sample-data/sample-sources.js";
import { dropsOf, extraOf, loadMatlab, show } from "./matlab-load.js";

const conditions = [
  { file: "^Head_", condition: "head" },
  { file: "OH15500$", strain: "OH15500" },
];
const load = (file: SampleFile) => loadMatlab(matlabClasses, file, { dataset: "Yemini2021", conditions });

describe("activity/matlab-classes on a file as published", () => {
  it("gives every worm of the file its ROIs, sides from is_L, times from the rate", async () => {
    const trace = await load(yemini2021Files(1)[0] as SampleFile);
    expect(
      show(trace, "recording_record", ["recording_id", "compat_order", "strain", "condition", "time_basis"]),
    ).toEqual([
      "Yemini2021/Head_Activity_OH15500/20200101_animal.mat 0 OH15500 head from_rate",
      "Yemini2021/Head_Activity_OH15500/20200102_animal.mat 1 OH15500 head from_rate",
    ]);
    const [first, second] = trace.rows.recording_record ?? [];
    expect((first?.time_s as Float64Array | undefined)?.subarray(0, 3)).toEqual(Float64Array.of(0, 0.25, 0.5));
    expect((second?.time_s as Float64Array | undefined)?.length).toBe(599);
    expect(extraOf(first)).toEqual({ fps: 4, columns: 6, is_AWCL_OFF: true });
    const columns = ["roi", "column_index", "label_raw", "candidates_raw", "lr"];
    expect(show(trace, "roi_record", columns).slice(0, 6)).toEqual([
      "1 0 AVAL AVAL L",
      "2 1 AVAR AVAR R",
      "3 2 -  -",
      "4 3 SAAD? SAAD? -",
      "5 4 VB02 VB02 -",
      "6 5 AVAL AVAL L",
    ]);
  });

  it("has no ROI where a worm lacks the neuron, and a row that says so", async () => {
    const trace = await load(yemini2021Files(1)[0] as SampleFile);
    expect(show(trace, "roi_record", ["roi"]).slice(6)).toEqual(["1", "3", "4", "5", "6"]);
    expect(dropsOf(trace)).toEqual([
      "first frames of 10 traces of Head_Activity_OH15500/20200101_animal.mat: leading_zero 0",
      "AVAR (column 2) of Head_Activity_OH15500/20200102_animal.mat: not_recorded 1",
      "first frames of 8 traces of Head_Activity_OH15500/20200102_animal.mat: leading_zero 0",
    ]);
  });

  it("keeps both kinds of traces, leading zeros as NaN", async () => {
    const trace = await load(yemini2021Files(1)[0] as SampleFile);
    expect(trace.rows.source_trace).toHaveLength(22);
    expect([...new Set(show(trace, "source_trace", ["kind", "unit"]))]).toEqual(["norm normalized", "dff dF/F"]);
    const find = (kind: string) => trace.rows.source_trace?.find((row) => row.kind === kind)?.values as Float64Array;
    expect([...find("norm").subarray(0, 3)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(find("dff")[3]).toBe(2 * (find("norm")[3] as number));
    expect(trace.rows.roi_record?.[0]?.qc_nan_fraction).toBe(3 / 700);
  });

  it("counts as read what the file holds", async () => {
    const sample = yemini2021Files(1)[0] as SampleFile;
    const loaded = await load(sample);
    // Per worm the recording, six columns and three stimuli; two kinds of eleven traces.
    expect(loaded.read[sample.path]).toBe(2 * (1 + 6 + 3) + 2 * 11);
  });

  it("keeps how many traces the file has of a class", async () => {
    const trace = await load(yemini2021Files(1)[0] as SampleFile);
    const samples = trace.rows.roi_record?.map((row) => (extraOf(row) as { samples: number }).samples);
    expect(samples).toEqual([3, 3, 2, 2, 2, 2, 3, 2, 2, 2, 2]);
    const other = await load(file({ samples: doubleMatrix([[1, 2, 3]]) }));
    expect(dropsOf(other)).toContain("samples: class_count 1");
    const cells = await load(file({ samples: cellColumn([doubleScalar(4), doubleScalar(Number.NaN)]) }));
    expect(show(cells, "roi_record", ["extra"]).slice(0, 3)).toEqual(['{"samples":4}', '{"samples":4}', "-"]);
  });

  it("gives every worm its order of stimuli", async () => {
    const trace = await load(yemini2021Files(1)[0] as SampleFile);
    const on = 0.25 * 700 * 0.25;
    expect(show(trace, "stimulus_record", ["kind", "name", "t_on_s", "t_off_s"])).toEqual([
      `odour butanone ${on} ${on + 10}`,
      `odour pentanedione ${on + 60} ${on + 70}`,
      `odour NaCl ${on + 120} ${on + 130}`,
      `odour NaCl ${on} ${on + 10}`,
      `odour butanone ${on + 60} ${on + 70}`,
      `odour pentanedione ${on + 120} ${on + 130}`,
    ]);
  });
});

const trace = (...values: number[]) => doubleMatrix([values]);
const none: MatlabValue = { kind: "cell", dims: [0, 0], cells: [] };

function variables(): Record<string, MatlabValue> {
  return {
    fps: doubleScalar(4),
    files: cellColumn(["a", "b"]),
    neurons: cellColumn(["AVA", "RID"]),
    is_L: cellColumn([doubleMatrix([[1, 1, 0, 0]]), doubleMatrix([[Number.NaN, Number.NaN]])]),
    norm_traces: cellColumn([
      cellColumn([trace(1, 2), trace(3, 4), trace(5, 6), trace(7, 8)]),
      cellColumn([trace(0, 0), trace(9, 9)]),
    ]),
  };
}

function file(changes: Record<string, MatlabValue | undefined>): SampleFile {
  const all = Object.entries({ ...variables(), ...changes }).filter(
    (entry): entry is [string, MatlabValue] => !!entry[1],
  );
  return { path: "celegans/Yemini2021/Head.mat", bytes: writeMatlab5({ variables: all }) };
}

describe("activity/matlab-classes on odd files", () => {
  it.each(["fps", "files", "neurons", "is_L", "norm_traces"])(
    "fails without %s, naming file and field",
    async (field) => {
      await expect(load(file({ [field]: undefined }))).rejects.toMatchObject({
        tag: "load/missing-field",
        message: `celegans/Yemini2021/Head.mat: the file has no field "${field}"`,
        fields: { field },
      });
    },
  );

  it("fails for numbers of classes that differ, a rate that is none, and a worm named twice", async () => {
    await expect(load(file({ neurons: cellColumn(["AVA"]) }))).rejects.toMatchObject({ tag: "load/class-count" });
    await expect(load(file({ fps: doubleScalar(0) }))).rejects.toMatchObject({ tag: "format/unexpected-class" });
    await expect(load(file({ files: cellColumn(["a", "a"]) }))).rejects.toMatchObject({ tag: "load/worm-names" });
    await expect(load(file({ is_L: cellColumn([trace(1, 0, 1), trace(1)]) }))).rejects.toMatchObject({
      tag: "format/unexpected-class",
    });
  });

  it("fails a worm without traces, or with traces of two lengths; others go on", async () => {
    const { norm_traces } = variables();
    const [ava] = (norm_traces as MatlabCell).cells;
    const lengths = await load(
      file({ norm_traces: cellColumn([ava as MatlabValue, cellColumn([trace(1), trace(9, 9)])]) }),
    );
    expect(lengths.failures.map(({ recording, error }) => `${recording} ${error.tag}`)).toEqual([
      "Head/a load/trace-length",
    ]);
    expect(show(lengths, "recording_record", ["worm_uid", "compat_order"])).toEqual(["Head/b 1"]);
    const missing = await load(
      file({ norm_traces: cellColumn([cellColumn([none, trace(1), none, trace(2)]), cellColumn([none, none])]) }),
    );
    expect(missing.failures.map(({ error }) => error.tag)).toEqual(["load/no-traces"]);
  });

  it("drops a class with an odd number of entries, and stimuli it does not recognise", async () => {
    const { norm_traces } = variables();
    const [ava] = (norm_traces as MatlabCell).cells;
    const loaded = await load(
      file({
        norm_traces: cellColumn([ava as MatlabValue, cellColumn([trace(1), trace(2), trace(3)])]),
        stim_names: cellColumn(["salt"]),
        stim_times: textValue("later"),
      }),
    );
    expect(dropsOf(loaded)).toEqual([
      "norm_traces{2} (RID): entry_count 3",
      "stim_names: unrecognised_stimulus 1",
      "stim_times: unrecognised_stimulus 1",
    ]);
    expect(loaded.rows.roi_record).toHaveLength(4);
  });

  it("calls the side unknown where is_L is silent on a paired class", async () => {
    const silent = doubleMatrix([[1, Number.NaN, 0, Number.NaN]]);
    const loaded = await load(file({ is_L: cellColumn([silent, trace(Number.NaN)]) }));
    expect(show(loaded, "roi_record", ["label_raw", "lr"])).toEqual([
      "AVAL L",
      "AVAR R",
      "RID -",
      "AVA unknown",
      "AVA unknown",
      "RID -",
    ]);
  });
});
