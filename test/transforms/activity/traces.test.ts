import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { syntheticRecording } from "../../../src/sample-data/activity/synthetic-recording.js";
import type { Row } from "../../../src/tables/contract.js";
import { traces } from "../../../src/transforms/activity/traces.js";
import { runTransform } from "./run-transform.js";

const recording = (more: Row = {}): Row => ({
  recording_id: "D/w1",
  dataset: "D",
  worm_uid: "w1",
  source_id: "f1",
  compat_file: "w1.h5",
  compat_order: 0,
  time_s: [100, 101, 102, 103, 104],
  segment_starts: [0],
  time_basis: "measured",
  n_roi: 1,
  primary_kind: "ratio",
  ...more,
});
const trace = (values: readonly number[], more: Row = {}): Row => ({
  recording_id: "D/w1",
  roi: 1,
  kind: "ratio",
  unit: "ratio",
  values,
  ...more,
});
const keysOf = (rows: readonly Row[] = []) => rows.map((row) => [row.recording_id, row.roi, row.kind]);

describe("activity/traces", () => {
  it("writes frames, grid, the source as it is, and the primary trace resampled and z-scored", async () => {
    const tables = await runTransform(
      traces,
      { recording_record: [recording({ segment_starts: [0, 3] })], source_trace: [trace([1, 3, 5, Number.NaN, 9])] },
      { dt: 0.5 },
    );
    expect(tables.frame).toEqual([0, 0, 0, 1, 1].map((segment, k) => ({ recording_id: "D/w1", k, t_s: k, segment })));
    expect(tables.resampled_frame).toEqual(
      Array.from({ length: 8 }, (_, k) => ({ recording_id: "D/w1", dt_s: 0.5, k, t_s: k / 2 })),
    );
    const head = { recording_id: "D/w1", roi: 1 };
    const nan = Number.NaN;
    const root = Math.sqrt(2);
    expect(tables.trace).toEqual([
      {
        ...head,
        kind: "ratio",
        unit: "ratio",
        source_kind: null,
        dt_s: null,
        values: [1, 3, 5, nan, 9],
        valid_bitmap: Uint8Array.of(0b10111),
        n_valid: 4,
        mean: 4.5,
        std: expect.closeTo(Math.sqrt(8.75), 12),
      },
      {
        ...head,
        kind: "resampled",
        unit: "ratio",
        source_kind: "ratio",
        dt_s: 0.5,
        values: [1, 2, 3, 4, 5, nan, nan, nan],
        valid_bitmap: Uint8Array.of(0b11111),
        n_valid: 5,
        mean: 3,
        std: root,
      },
      {
        ...head,
        kind: "resampled_z",
        unit: "zscore",
        source_kind: "ratio",
        dt_s: 0.5,
        values: [-2 / root, -1 / root, 0, 1 / root, 2 / root, nan, nan, nan],
        valid_bitmap: Uint8Array.of(0b11111),
        n_valid: 5,
        mean: 3,
        std: root,
      },
    ]);
  });

  it("has no z of a constant trace, and neither mean nor spread of an empty one", async () => {
    const { trace: rows } = await runTransform(traces, {
      recording_record: [recording()],
      source_trace: [trace(new Array(5).fill(0.1)), trace(new Array(5).fill(Number.NaN), { roi: 2 })],
    });
    const brief = rows?.map((row) => [row.roi, row.kind, row.n_valid, row.mean, row.std]);
    expect(brief).toEqual([
      [1, "ratio", 5, 0.1, 0],
      [1, "resampled", 13, 0.1, 0],
      [1, "resampled_z", 0, 0.1, 0],
      [2, "ratio", 0, null, null],
      [2, "resampled", 0, null, null],
      [2, "resampled_z", 0, null, null],
    ]);
    expect(rows?.[2]?.valid_bitmap).toEqual(new Uint8Array(2));
    expect(rows?.[2]?.values).toEqual(new Array(13).fill(Number.NaN));
  });

  it("writes rows in the order of the key, however the source is cut into batches", async () => {
    const kinds = ["dff", "ratio", "raw_fluorescence", "zscore_source"];
    const source_trace = [1, 2, 3].flatMap((roi) => kinds.map((kind) => trace([1, 2, 4, 8, roi], { roi, kind })));
    for (const primary of kinds) {
      const inputs = { recording_record: [recording({ primary_kind: primary })], source_trace };
      const whole = await runTransform(traces, inputs);
      const keys = keysOf(whole.trace).map((key) => key.join("\n"));
      expect(keys).toEqual([...keys].sort());
      expect(whole.trace).toHaveLength(3 * 6);
      const x = whole.trace?.find((row) => row.kind === "resampled");
      expect(x).toMatchObject({ source_kind: primary, unit: "ratio" });
      for (const size of [1, 5]) {
        const cut = await runTransform(traces, inputs, {}, size);
        const sorted = cut.trace?.sort((a, b) => (String(a.roi) + a.kind < String(b.roi) + b.kind ? -1 : 1));
        expect(sorted).toEqual(whole.trace);
      }
    }
  });

  it("resamples nothing without a primary kind, and keeps only the kinds asked for", async () => {
    const source_trace = [trace([1, 2, 3, 4, 6], { kind: "dff" }), trace([1, 2, 3, 4, 5])];
    const without = { recording_record: [recording({ primary_kind: null })], source_trace };
    expect(keysOf((await runTransform(traces, without)).trace).map(([, , kind]) => kind)).toEqual(["dff", "ratio"]);
    const inputs = { recording_record: [recording()], source_trace };
    const kindsOf = async (kinds: string[]) =>
      keysOf((await runTransform(traces, inputs, { kinds })).trace).map(([, , kind]) => kind);
    expect(await kindsOf(["dff"])).toEqual(["dff", "resampled", "resampled_z"]);
    expect(await kindsOf([])).toEqual(["resampled", "resampled_z"]);
  });

  it("smooths before resampling only when asked to", async () => {
    const inputs = { recording_record: [recording()], source_trace: [trace([0, 0, 3, 0, 0])] };
    const { trace: rows } = await runTransform(traces, inputs, { dt: 0.5, smooth_s: 2 });
    expect(rows?.[0]?.values).toEqual([0, 0, 3, 0, 0]);
    expect(rows?.[1]?.values).toEqual([0, 0.5, 1, 1, 1, 1, 1, 0.5]);
  });

  it("takes several recordings, recordings without traces, and nothing", async () => {
    const second = recording({ recording_id: "D/w2", worm_uid: "w2", time_s: [5, 6], primary_kind: "dff" });
    const third = recording({ recording_id: "D/w3", worm_uid: "w3", time_s: [], segment_starts: [] });
    const tables = await runTransform(traces, {
      recording_record: [recording(), second, third],
      source_trace: [
        trace([1, 2, 3, 4, 5]),
        trace([7, 8], { recording_id: "D/w2", kind: "dff" }),
        trace([], { recording_id: "D/w3" }),
      ],
    });
    expect(tables.frame).toHaveLength(7);
    expect(tables.resampled_frame).toHaveLength(13 + 4);
    expect(tables.trace?.map((row) => [row.recording_id, row.kind, (row.values as number[]).length])).toEqual([
      ["D/w1", "ratio", 5],
      ["D/w1", "resampled", 13],
      ["D/w1", "resampled_z", 13],
      ["D/w2", "dff", 2],
      ["D/w2", "resampled", 4],
      ["D/w2", "resampled_z", 4],
      ["D/w3", "ratio", 0],
      ["D/w3", "resampled", 0],
      ["D/w3", "resampled_z", 0],
    ]);
    expect(await runTransform(traces, {})).toEqual({ frame: [], resampled_frame: [], trace: [] });
  });

  it("refuses traces of another length, and of no recording", async () => {
    const run = (more: Row) =>
      runTransform(traces, { recording_record: [recording()], source_trace: [trace([1, 2, 3], more)] });
    await expect(run({})).rejects.toMatchObject({
      tag: "load/trace-frames",
      message: "D/w1, ROI 1: its trace of kind ratio has 3 values, the recording 5 frames",
    });
    await expect(run({ recording_id: "D/w7" })).rejects.toMatchObject({ tag: "load/unknown-recording" });
  });

  it("cuts a batch of many samples into several, and loses none", async () => {
    const timeS = Array.from({ length: 3000 }, (_, k) => k * 0.5);
    const source_trace = Array.from({ length: 12 }, (_, roi) =>
      trace(
        timeS.map((t) => roi + t),
        { roi },
      ),
    );
    const inputs = { recording_record: [recording({ time_s: timeS })], source_trace };
    const { trace: rows, resampled_frame: grid } = await runTransform(traces, inputs, { dt: 0.01 });
    expect(grid).toHaveLength(149_950);
    expect(keysOf(rows)).toHaveLength(36);
    for (const row of rows?.filter(({ kind }) => kind === "resampled") ?? []) {
      const values = row.values as number[];
      expect(values[1]).toBeCloseTo((row.roi as number) + 0.01, 9);
      expect(values.at(-1)).toBeCloseTo((row.roi as number) + 1499.49, 9);
    }
  });

  it("sets exactly the bits of valid values", async () => {
    const values = fc.array(fc.option(fc.double({ min: -5, max: 5, noNaN: true }), { nil: Number.NaN }), {
      minLength: 2,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(values, fc.constantFrom(0.4, 1, 2.5), async (list, dt) => {
        const record = recording({ time_s: list.map((_, k) => 7 + k) });
        const inputs = { recording_record: [record], source_trace: [trace(list)] };
        for (const row of (await runTransform(traces, inputs, { dt })).trace ?? []) {
          const valid = (row.values as number[]).map((x) => !Number.isNaN(x));
          expect(row.n_valid).toBe(valid.filter(Boolean).length);
          const bits = row.valid_bitmap as Uint8Array | null;
          expect(bits === null).toBe(valid.every(Boolean));
          const read = bits && valid.map((_, k) => (((bits[k >> 3] as number) >> (k & 7)) & 1) === 1);
          if (read !== null) expect(read).toEqual(valid);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("copes with the traps of the sample recordings", async () => {
    const { timeS, traces: columns } = syntheticRecording({
      seed: 1,
      name: "t",
      index: 0,
      frames: 700,
      rois: 6,
      dtS: 0.6,
      t0S: 1e6,
    });
    const inputs = {
      recording_record: [recording({ time_s: timeS })],
      source_trace: columns.map((values, roi) => trace([...values], { roi })),
    };
    const { trace: rows } = await runTransform(traces, inputs);
    const invalid = (roi: number) => {
      const row = rows?.find((each) => each.roi === roi && each.kind === "resampled") as Row;
      return (row.values as number[]).length - (row.n_valid as number);
    };
    expect(invalid(0)).toBe(0);
    expect(invalid(2)).toBe(rows?.find((row) => row.kind === "resampled")?.n_valid);
    expect(invalid(3)).toBe(Math.round((13 * 0.6) / 0.333));
  });
});
