import { beforeAll, describe, expect, it } from "vitest";
import type { TraceRow } from "../../../src/tables/generated/celegans_activity.js";
import { traces } from "../../../src/transforms/activity/traces.js";
import { DAG_WORMS, dagData, dagRecords, readDagWorm } from "./dag-worms.js";
import { runTransform, type Tables } from "./run-transform.js";

/** Specification 6.1: uid, ROI, x[100], mean, std, z[0], z[100], z[1000]. */
const EXPECTED = [
  ["2022-07-26-31", 89, 0.356458902287, 1.00023785049, 0.508351580454, -1.2250786, -1.26640493, 1.55530122],
  ["2022-07-26-31", 110, 0.72497028356, 0.999896264926, 0.198766393527, -1.4920949, -1.38316129, 0.239016656],
  ["2022-07-26-38", 119, 0.865762735528, 0.999862045585, 0.26752168803, -0.378404548, -0.501265191, 0.961770108],
  ["2022-07-26-38", 12, 0.79321788998, 1.0000084511, 0.141669992771, -0.939236255, -1.45966381, 0.823027211],
  ["2022-07-27-31", 84, 0.405518067187, 1.00028165526, 0.579933609825, -1.01556067, -1.02557186, 1.06851573],
  ["2022-07-27-31", 65, 0.656335752016, 0.99985956697, 0.175074946217, -1.21573835, -1.96215291, 0.731433711],
  ["2022-07-27-45", 92, 0.690009405988, 1.00001673678, 0.472435271469, -0.38677106, -0.656190064, 2.01373961],
  ["2022-07-27-45", 72, 1.08615901325, 0.999847343745, 0.259902156285, -0.771221314, 0.332092933, -0.725158214],
  ["2022-08-02-31", 36, 0.420786681254, 1.00017269072, 0.415273733533, -1.54187543, -1.3951906, 0.763655608],
  ["2022-08-02-31", 51, 0.578703248376, 1.00020179474, 0.317653613749, -1.41076475, -1.32691249, 1.00134573],
  ["2022-01-16-01", 1, 0.265939550706, 1.00035587295, 0.521574346159, -1.11455981, -1.40807601, 0.468596438],
] as const;

/** Values of the table are given to 12 significant digits. */
const RELATIVE = 1e-9;

describe.skipIf(!dagData.present)(`resampled traces of the real recordings${dagData.reason}`, () => {
  const tables = new Map<string, Tables>();
  beforeAll(async () => {
    for (const [folder, uid] of DAG_WORMS) {
      tables.set(uid, await runTransform(traces, dagRecords(await readDagWorm(folder, uid))));
    }
  });
  const rowOf = (uid: string, roi: number, kind: string) =>
    tables.get(uid)?.trace?.find((row) => row.roi === roi && row.kind === kind) as unknown as TraceRow;

  it.each(EXPECTED)("%s ROI %i", (uid, roi, x100, mean, std, z0, z100, z1000) => {
    const x = rowOf(uid, roi, "resampled");
    const z = rowOf(uid, roi, "resampled_z");
    const near = (value: number | null | undefined, expected: number) =>
      expect(Math.abs((value as number) / expected - 1)).toBeLessThan(RELATIVE);
    near(x.values[100], x100);
    for (const row of [x, z]) {
      near(row.mean, mean);
      near(row.std, std);
      expect(row).toMatchObject({ dt_s: 0.333, source_kind: "F_over_mean", valid_bitmap: null });
      expect(row.n_valid).toBe(row.values.length);
    }
    expect(Math.abs((z.values[0] as number) - z0)).toBeLessThan(1e-6);
    expect(Math.abs((z.values[100] as number) - z100)).toBeLessThan(1e-6);
    expect(Math.abs((z.values[1000] as number) - z1000)).toBeLessThan(1e-6);
    expect([x.unit, z.unit]).toEqual(["F/mean", "zscore"]);
  });

  it("has 1444 samples of every SWF702 worm and 1768 of the other, in key order", () => {
    for (const [, uid] of DAG_WORMS) {
      const { trace = [], frame = [], resampled_frame: grid = [] } = tables.get(uid) as Tables;
      const steps = uid === "2022-01-16-01" ? 1768 : 1444;
      expect(grid).toHaveLength(steps);
      expect(grid.at(-1)).toMatchObject({ k: steps - 1, dt_s: 0.333, t_s: (steps - 1) * 0.333 });
      expect(frame).toHaveLength(uid === "2022-01-16-01" ? 799 : 800);
      expect(frame[0]).toMatchObject({ k: 0, t_s: 0, segment: 0 });
      expect(trace.slice(0, 4).map((row) => [row.roi, row.kind])).toEqual([
        [1, "F_over_mean"],
        [1, "resampled"],
        [1, "resampled_z"],
        [2, "F_over_mean"],
      ]);
      expect(new Set(trace.filter((row) => row.dt_s !== null).map((row) => (row.values as number[]).length))).toEqual(
        new Set([steps]),
      );
    }
  });

  it("keeps the source as it is, and times to float64", async () => {
    for (const [folder, uid] of DAG_WORMS) {
      const worm = await readDagWorm(folder, uid);
      const times = (tables.get(uid)?.frame ?? []).map((row) => row.t_s);
      expect(times).toEqual([...worm.timeS].map((t) => t - (worm.timeS[0] as number)));
      worm.traces.forEach((values, index) => {
        expect(rowOf(uid, index + 1, "F_over_mean").values).toEqual([...values]);
      });
    }
  });
});
