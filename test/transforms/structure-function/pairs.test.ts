import { describe, expect, it } from "vitest";
import { buildBatch } from "../../../src/tables/batch-builder.js";
import type { Row } from "../../../src/tables/contract.js";
import { pairs } from "../../../src/transforms/structure-function/pairs.js";
import { memoryTransformContext } from "../../support/memory-tables.js";
import { contractOf } from "../connectome/run-in-memory.js";
import { batchSource } from "./batch-source.js";

const DT = 0.333;
const LENGTH = 120;

type Tables = Readonly<Record<string, readonly Row[]>>;

function wave(period: number, phase = 0): Float64Array {
  return Float64Array.from({ length: LENGTH }, (_, k) => Math.sin((2 * Math.PI * k) / period + phase) + 0.01 * (k % 5));
}

/** Not periodic, so that one lag alone fits. */
function chirp(delay: number): Float64Array {
  return Float64Array.from({ length: LENGTH }, (_, k) => Math.sin((k - delay + 30) ** 2 / 900));
}

function recordingRow(id: string): Row {
  return {
    ...{ recording_id: id, dataset: "Dag2023", worm_uid: id, strain: null, genotype: null, condition: null },
    ...{ stage: null, sex: null, source_id: "file", n_frames: LENGTH, n_roi: 3, n_labelled: 2, n_segments: 1 },
    ...{ t0_s: 0, duration_s: 1, median_dt_s: 1, max_dt_s: 1, time_basis: "measured", primary_kind: "F_over_mean" },
    ...{ shorter_than_600_frames: true, manifest_sha256: null, manifest_match: null },
    ...{ head_angle_positive_is_ventral: null, t_range: null, extra: null },
  };
}

function roiRow(recording: string, roi: number, given: Row): Row {
  return {
    ...{ recording_id: recording, roi, roi_base: 1, column_index: roi - 1, label_raw: null, status: "exact" },
    ...{ label: null, slot: null, candidates: [], candidates_raw: [], confidence: null, confidence_scale: null },
    ...{ neuron_class: null, lr: null, dv: null, note: null, neuropal_roi_ids: null, x_um: null, y_um: null },
    ...{ z_um: null, qc_nan_fraction: null, qc_linear_fraction: null, extra: null },
    ...given,
  };
}

function traceRow(recording: string, roi: number, values: Float64Array, given: Row = {}): Row {
  return {
    ...{ recording_id: recording, roi, kind: "resampled", unit: "F/mean", source_kind: "F_over_mean", dt_s: DT },
    ...{ values, valid_bitmap: null, n_valid: values.length, mean: null, std: null },
    ...given,
  };
}

function consensusRow(pre: string, post: string, kind: string, state: string, count: number | null): Row {
  return {
    ...{ pre, post, kind, state, n_covering: 0, n_present: 0, mean_count_present: count, mean_count_covering: count },
    ...{ sd_count: null, mean_sections_present: 9, mean_sections_covering: 9, sd_sections: null, by_lineage: [] },
  };
}

function functionalRow(stimulated: string, responding: string, value: number, given: Row = {}): Row {
  return {
    ...{ atlas_id: "funconn", strain: "wild type", stimulated_cell: stimulated, responding_cell: responding },
    ...{ stimulated, responding, stimulated_raw: stimulated, responding_raw: responding, value, value_unit: "dF/F" },
    ...{ q: null, q_eq: null, n_obs: null, significant: null, source_id: "atlas", source_cell: "B2" },
    ...given,
  };
}

/** Runs the transform over rows read in small batches; every row of the result is checked against its contract. */
async function run(tables: Tables, parameters: Readonly<Record<string, unknown>> = {}): Promise<Row[]> {
  const { context, rows } = memoryTransformContext({}, pairs.parameters.parse(parameters));
  const sources = new Map(
    await Promise.all(
      pairs.inputs.map(
        async (name) => [name, await batchSource(name, tables[name.split(".")[1] as string] ?? [])] as const,
      ),
    ),
  );
  const input = (name: string) => sources.get(name) as NonNullable<ReturnType<typeof sources.get>>;
  await pairs.run({ ...context, input });
  buildBatch(await contractOf("celegans_structure_function", "pair"), rows.pair ?? []);
  return rows.pair ?? [];
}

const one: Tables = {
  recording: [recordingRow("one")],
  roi: [roiRow("one", 1, { label: "RIML" }), roiRow("one", 2, { label: "AVAL", status: "alias", confidence: 2.5 })],
  trace: [traceRow("one", 1, wave(20)), traceRow("one", 2, wave(20, 0.7))],
};

describe("structure-function/pairs", () => {
  it("writes a pair once, in order of name, with lag in seconds", async () => {
    const [row, ...others] = await run({
      ...one,
      trace: [traceRow("one", 1, chirp(0)), traceRow("one", 2, chirp(3))],
    });
    expect(others).toEqual([]);
    expect(row).toMatchObject({ recording_id: "one", a: "AVAL", b: "RIML", n: LENGTH });
    // AVAL, which is a, does three samples later what RIML does.
    expect(row?.lag_s).toBeCloseTo(-3 * DT, 12);
    expect(Math.abs(row?.r_lag as number)).toBeGreaterThan(Math.abs(row?.r as number));
  });

  it("looks at no lag when asked so, and as far as asked", async () => {
    const traces = [traceRow("one", 1, chirp(0)), traceRow("one", 2, chirp(8))];
    const lags = async (max_lag_s: number) => (await run({ ...one, trace: traces }, { max_lag_s }))[0]?.lag_s;
    expect(await lags(0)).toBe(0);
    expect(await lags(3 * DT)).toBeGreaterThanOrEqual(-3 * DT);
    expect(await lags(8 * DT)).toBeCloseTo(-8 * DT, 12);
    expect(await lags(100)).toBeCloseTo(-8 * DT, 12);
  });

  it("counts only what the bitmap and the values call valid", async () => {
    const bitmap = new Uint8Array(LENGTH / 8).fill(255);
    bitmap[0] = 0b11111101;
    bitmap[2] = 0b01111111;
    const holed = wave(20, 0.7);
    holed[40] = Number.NaN;
    const [row] = await run({
      ...one,
      trace: [traceRow("one", 1, wave(20), { valid_bitmap: bitmap }), traceRow("one", 2, holed)],
    });
    expect(row?.n).toBe(LENGTH - 3);
  });

  it("takes the neurons whose label can be trusted", async () => {
    const labels: Row[] = [
      { label: "AVAL", confidence: 5 },
      { label: "AVAR", confidence: 2 },
      { label: "RIML", status: "alias" },
      { label: null, status: "ambiguous", candidates: ["RIMR"] },
      { label: null, status: "none" },
    ];
    const tables: Tables = {
      recording: [recordingRow("one")],
      roi: labels.map((given, index) => roiRow("one", index + 1, given)),
      trace: labels.map((_, index) => traceRow("one", index + 1, wave(20 + index))),
    };
    const names = (rows: readonly Row[]) => rows.map(({ a, b }) => `${a} ${b}`);
    expect(names(await run(tables))).toEqual(["AVAL RIML"]);
    expect(names(await run(tables, { min_confidence: 2 }))).toEqual(["AVAL AVAR", "AVAL RIML", "AVAR RIML"]);
  });

  it("correlates the resampled traces, and only within a recording", async () => {
    const rows = await run({
      recording: [recordingRow("two"), recordingRow("one"), recordingRow("without traces")],
      roi: [
        ...(one.roi as Row[]),
        roiRow("two", 1, { label: "AVAL" }),
        roiRow("two", 3, { label: "RID" }),
        roiRow("without traces", 1, { label: "AVAL" }),
      ],
      trace: [
        traceRow("two", 1, wave(9), { kind: "ratio", dt_s: null }),
        traceRow("two", 1, wave(30)),
        traceRow("two", 1, wave(9), { kind: "resampled_z" }),
        traceRow(
          "two",
          3,
          wave(30).map((sample) => 2 - sample),
        ),
        ...(one.trace as Row[]),
      ],
    });
    expect(rows.map(({ recording_id, a, b }) => [recording_id, a, b])).toEqual([
      ["two", "AVAL", "RID"],
      ["one", "AVAL", "RIML"],
    ]);
    expect(rows[0]?.r).toBeCloseTo(-1, 12);
  });

  it("joins counts of the consensus: 0 where absent, null where nothing is known", async () => {
    const joined = async (consensus: readonly Row[]) => {
      const [row] = await run({ ...one, consensus });
      return [row?.chemical_a_b, row?.chemical_b_a, row?.gap];
    };
    expect(await joined([])).toEqual([null, null, null]);
    expect(
      await joined([
        consensusRow("AVAL", "RIML", "chemical", "present", 2.5),
        consensusRow("RIML", "AVAL", "chemical", "absent", 0),
        consensusRow("AVAL", "RIML", "gap", "present", 1.5),
      ]),
    ).toEqual([2.5, 0, 1.5]);
    expect(
      await joined([
        // Covered by series measured in EM sections alone.
        consensusRow("AVAL", "RIML", "chemical", "present", null),
        consensusRow("RIML", "AVAL", "chemical", "absent", null),
        consensusRow("AVAL", "RIML", "gap", "not_covered", null),
      ]),
    ).toEqual([null, 0, null]);
  });

  it("joins the preferred atlas that has responses of the strain, stimulated to responding", async () => {
    const joined = async (functional_edge: readonly Row[], parameters = {}) => {
      const [row] = await run({ ...one, functional_edge }, parameters);
      return [row?.functional_a_b, row?.functional_b_a];
    };
    const list = { atlas_id: "funconn_json" };
    const edges = [functionalRow("AVAL", "RIML", 0.25), functionalRow("RIML", "AVAL", -0.5, list)];
    expect(await joined(edges)).toEqual([0.25, null]);
    expect(await joined(edges, { atlases: ["funconn_json"] })).toEqual([null, -0.5]);
    expect(await joined(edges, { strain: "unc-31" })).toEqual([null, null]);
    expect(await joined(edges.slice(1))).toEqual([null, -0.5]);
    expect(await joined([functionalRow("AVAL", "muscle", 1, { responding: null })])).toEqual([null, null]);
  });

  it("refuses tables that do not belong together", async () => {
    const [first, second] = one.trace as [Row, Row];
    const other = [recordingRow("two"), ...(one.recording as Row[])];
    await expect(run({ ...one, recording: [] })).rejects.toMatchObject({ tag: "contract/orphan" });
    await expect(run({ ...one, trace: [traceRow("nowhere", 1, wave(20))] })).rejects.toMatchObject({
      tag: "contract/orphan",
      fields: { recording: "nowhere" },
    });
    await expect(
      run({ ...one, recording: other, trace: [first, traceRow("two", 1, wave(20)), second] }),
    ).rejects.toMatchObject({ tag: "contract/recording-split", fields: { recording: "one" } });
    await expect(run({ ...one, trace: [first, traceRow("one", 2, wave(20).slice(1))] })).rejects.toMatchObject({
      tag: "contract/uneven-traces",
    });
    await expect(
      run({ ...one, roi: [roiRow("one", 1, { label: "AVAL" }), roiRow("one", 2, { label: "AVAL" })] }),
    ).rejects.toMatchObject({ tag: "contract/duplicate-label", fields: { label: "AVAL" } });
  });
});
