import { beforeAll, describe, expect, it } from "vitest";
import type { Row } from "../../../src/tables/contract.js";
import { COMPAT_FLAGS } from "../../../src/transforms/activity/compat-flag.js";
import { realData } from "../../support/real-data.js";
import { dagRecords, publicRows, runCompat, runTransform, type Tables } from "./compat-rows.js";

const data = realData("celegans");

/** Specification section 6.1: uid, published labels and steps, error of float32 times, corrected steps. */
const RECORDINGS = [
  { uid: "2022-07-26-31", worm: "worm0", rois: 146, labelled: 100, steps: 1444, error: 0.081808 },
  { uid: "2022-07-26-38", worm: "worm1", rois: 141, labelled: 87, steps: 1443, error: 0.121569 },
  { uid: "2022-07-27-31", worm: "worm2", rois: 145, labelled: 104, steps: 1444, error: 0.110691 },
  { uid: "2022-07-27-45", worm: null, rois: 140, labelled: 0, steps: null, error: 0.101832 },
  { uid: "2022-08-02-31", worm: "worm3", rois: 130, labelled: 104, steps: 1444, error: 0.065854 },
  { uid: "2022-01-16-01", worm: null, rois: 130, labelled: 0, steps: null, error: 0.053898 },
] as const;

/** Published z at samples 0, 100 and 1000, and corrected ones. */
const Z: readonly (readonly [string, string, readonly number[], readonly number[]])[] = [
  ["2022-07-26-31", "AVAL", [-1.22363, -1.25098, 1.7334], [-1.2250786, -1.26640493, 1.55530122]],
  ["2022-07-26-31", "RID", [-1.50977, -1.29004, 0.101135], [-1.4920949, -1.38316129, 0.239016656]],
  ["2022-07-26-38", "AVAL", [-0.378174, -0.437988, 0.918457], [-0.378404548, -0.501265191, 0.961770108]],
  ["2022-07-26-38", "RID", [-0.975586, -1.36328, 1.07422], [-0.939236255, -1.45966381, 0.823027211]],
  ["2022-07-27-31", "AVAL", [-1.01953, -1.01562, 1.38086], [-1.01556067, -1.02557186, 1.06851573]],
  ["2022-07-27-31", "RID", [-1.25195, -1.79395, 1.18457], [-1.21573835, -1.96215291, 0.731433711]],
  ["2022-07-27-45", "AVAL", [], [-0.38677106, -0.656190064, 2.01373961]],
  ["2022-07-27-45", "RID", [], [-0.771221314, 0.332092933, -0.725158214]],
  ["2022-08-02-31", "AVAL", [-1.5332, -1.46191, 0.779297], [-1.54187543, -1.3951906, 0.763655608]],
  ["2022-08-02-31", "RID", [-1.42383, -1.38672, 0.969238], [-1.41076475, -1.32691249, 1.00134573]],
  ["2022-01-16-01", "0", [], [-1.11455981, -1.40807601, 0.468596438]],
];

/** ROI: raw name and the published one. */
const REWRITES = [
  ["2022-07-26-31", 145, "SAADL"],
  ["2022-07-27-31", 56, "SIBVL"],
  ["2022-07-27-31", 119, "VA12"],
  ["2022-07-27-31", 27, "RMFL"],
  ["2022-07-27-31", 100, "SIBVR"],
  ["2022-07-27-31", 16, "RIFL"],
  ["2022-07-27-45", 67, "RMFL"],
  ["2022-07-27-45", 100, "VA12"],
  ["2022-07-27-45", 31, "SAADL"],
  ["2022-08-02-31", 60, "VA12"],
  ["2022-08-02-31", 115, "AIML"],
  ["2022-08-02-31", 50, "AIAL"],
  ["2022-08-02-31", 128, "AIMR"],
] as const;

const ulp = (value: number) => 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const length = Math.min(a.length, b.length);
  const mean = (x: ArrayLike<number>) =>
    Array.from({ length }, (_, k) => x[k] as number).reduce((s, v) => s + v) / length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let k = 0; k < length; k++) {
    const x = (a[k] as number) - meanA;
    const y = (b[k] as number) - meanB;
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return product / Math.sqrt(squareA * squareB);
}

describe.skipIf(!data.present)(`the published procedure on the real recordings${data.reason}`, () => {
  let records: Tables;
  let compat: Tables;
  let corrected: Tables;
  /** Rows of hf_neural_compat by recording and neuron. */
  const neuron = (tables: Tables, uid: string, name: string): Row | undefined => {
    const worm = tables.recording_compat?.find((row) => row.recording_id === `Dag2023/${uid}`)?.worm;
    return tables.hf_neural_compat?.find((row) => row.worm === worm && row.neuron === name);
  };

  beforeAll(async () => {
    records = await dagRecords(data);
    compat = await runCompat(records);
    corrected = await runCompat(records, { flags: [] });
  }, 120_000);

  it("keeps four worms of six, with 562 rows, 395 of them labelled", () => {
    expect(compat.recording_compat).toEqual(
      expect.arrayContaining(
        RECORDINGS.map(({ uid, worm, rois, labelled }) => ({
          recording_id: `Dag2023/${uid}`,
          worm,
          drop_reason: worm !== null ? null : uid === "2022-07-27-45" ? "uid_strip" : "no_label",
          n_rows: worm === null ? 0 : rois,
          n_labelled: labelled,
        })),
      ),
    );
    expect(compat.hf_neural_compat).toHaveLength(562);
    expect(compat.hf_neural_compat?.filter((row) => row.is_labeled_neuron)).toHaveLength(395);
    expect(
      new Set(compat.hf_neural_compat?.map((row) => `${row.worm} ${row.original_max_timesteps} ${row.max_timesteps}`)),
    ).toEqual(new Set(["worm0 800 1444", "worm1 800 1443", "worm2 800 1444", "worm3 800 1444"]));
    expect(neuron(compat, "2022-07-26-31", "AVAL")?.raw_data_file).toBe(
      "opensource_neural_data/Dag2023/2022-07-26-31-data.h5",
    );
  });

  it("rewrites thirteen labels", () => {
    const rewritten = compat.roi_compat?.filter((row) => row.rewritten);
    expect(rewritten?.map((row) => [row.recording_id, row.roi, row.label])).toHaveLength(REWRITES.length);
    for (const [uid, roi, label] of REWRITES) {
      expect(rewritten).toContainEqual(expect.objectContaining({ recording_id: `Dag2023/${uid}`, roi, label }));
    }
  });

  it("gives the published z within one step of float16, and the corrected one without defects", () => {
    for (const [uid, name, published, right] of Z) {
      const values = neuron(compat, uid, name)?.calcium_data as Float32Array | undefined;
      for (const [at, expected] of published.entries()) {
        const found = values?.[[0, 100, 1000][at] as number] as number;
        expect(Math.abs(found - expected), `${uid} ${name} ${at}: ${found}`).toBeLessThanOrEqual(ulp(expected));
      }
      const exact = neuron(corrected, uid, name)?.calcium_data as Float32Array;
      for (const [at, expected] of right.entries()) {
        expect(exact[[0, 100, 1000][at] as number], `${uid} ${name}`).toBeCloseTo(expected, 6);
      }
    }
  });

  it("correlates with the corrected data as the specification says", () => {
    const medians: number[] = [];
    const all: number[] = [];
    for (const { uid, worm } of RECORDINGS) {
      if (worm === null) continue;
      const own = compat.roi_compat?.filter((row) => row.recording_id === `Dag2023/${uid}` && row.label !== null);
      const right = new Map(
        corrected.roi_compat
          ?.filter((row) => row.recording_id === `Dag2023/${uid}`)
          .map((row) => [row.roi, row.name as string]),
      );
      const values = (own ?? []).map((row) =>
        correlation(
          neuron(compat, uid, row.label as string)?.calcium_data as Float32Array,
          neuron(corrected, uid, right.get(row.roi) as string)?.calcium_data as Float32Array,
        ),
      );
      values.sort((a, b) => a - b);
      medians.push(values[values.length >> 1] as number);
      all.push(...values);
    }
    expect(Math.min(...all)).toBeCloseTo(0.55, 2);
    expect(Math.max(...all)).toBeCloseTo(0.99, 2);
    for (const median of medians) {
      expect(median).toBeGreaterThan(0.905);
      expect(median).toBeLessThan(0.935);
    }
  });

  it("explains every label that differs", async () => {
    const rows = await runTransform("activity/label-diff", publicRows(records));
    expect(rows).toHaveLength(10 + 107);
    const cause = (uid: string, roi: number) =>
      rows.find((row) => row.recording_id === `Dag2023/${uid}` && row.roi === roi);
    for (const [uid, roi, label] of REWRITES) {
      if (uid === "2022-07-27-45") continue;
      expect(cause(uid, roi)).toMatchObject({ compat_label: label, causes: ["label_nearest"] });
    }
    const lost = rows.filter((row) => row.recording_id === "Dag2023/2022-07-27-45");
    expect(lost.every((row) => row.compat_label === null && (row.causes as string[]).includes("uid_strip"))).toBe(true);
    expect(lost.filter((row) => (row.causes as string[]).length > 1).map(({ roi }) => roi)).toEqual([100]);
  });

  it("explains every number of a recording that differs", async () => {
    const rows = await runTransform("activity/recording-diff", publicRows(records));
    const of = (uid: string, quantity: string) =>
      rows.find((row) => row.recording_id === `Dag2023/${uid}` && row.quantity === quantity);
    for (const { uid, worm, labelled, steps, error } of RECORDINGS) {
      const time = of(uid, "max_time_error_s");
      expect(Math.abs((time?.compat as number) - error)).toBeLessThan(1e-6);
      expect(time).toMatchObject({ corrected: 0, causes: ["f32_time"] });
      expect(of(uid, "max_published_time_error_s")?.causes).toEqual(["f32_time", "f16"]);
      const lost = uid === "2022-07-27-45" ? ["uid_strip", "drop_meta"] : ["drop_meta"];
      expect(of(uid, "present")).toEqual(
        worm === null
          ? { recording_id: `Dag2023/${uid}`, quantity: "present", compat: 0, corrected: 1, causes: lost }
          : undefined,
      );
      const median = of(uid, "median_dt_s");
      expect(median?.compat).toBe(worm === null ? null : 0.625);
      expect(median?.causes).toEqual(worm === null ? expect.arrayContaining(lost) : ["f32_time"]);
      expect(of(uid, "n_steps")).toEqual(
        steps === 1444
          ? undefined
          : expect.objectContaining({ compat: steps, corrected: uid === "2022-01-16-01" ? 1768 : 1444 }),
      );
      if (worm !== null) expect(of(uid, "n_labelled")?.compat ?? labelled).toBe(labelled);
      expect(of(uid, "n_rows")?.compat).toBe(worm === null ? null : undefined);
    }
    expect(of("2022-07-26-38", "n_steps")?.causes).toEqual(["f32_time"]);
    expect(of("2022-07-27-31", "n_labelled")).toMatchObject({ compat: 104, corrected: 100, causes: ["label_nearest"] });
    expect(rows.every((row) => (row.causes as string[]).length > 0)).toBe(true);
  });

  it("finds the lost worm without the stripping", async () => {
    const { recording_compat } = await runCompat(records, {
      flags: COMPAT_FLAGS.filter((flag) => flag !== "uid_strip"),
    });
    expect(recording_compat?.find((row) => row.recording_id === "Dag2023/2022-07-27-45")).toMatchObject({
      worm: "worm3",
      n_labelled: 109,
    });
  });
});
