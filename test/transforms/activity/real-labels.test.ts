import { beforeAll, describe, expect, it } from "vitest";
import type { Row } from "../../../src/tables/contract.js";
import { labelAccount } from "../../../src/transforms/activity/label-account.js";
import { recordings } from "../../../src/transforms/activity/recordings.js";
import { DAG_WORMS, dagData, dagLabels, dagRecords, readDagWorm } from "./dag-worms.js";
import { runTransform } from "./run-transform.js";

/** Specification 6.1: recording, frames, ROIs, t0, duration, median step, labels, with question mark, exact or alias. */
const EXPECTED = [
  ["2022-07-26-31", 800, 146, 1228334.146131, 480.665092, 0.600019, 100, 1, 99],
  ["2022-07-26-38", 800, 141, 1231399.314946, 480.619636, 0.600019, 87, 0, 87],
  ["2022-07-27-31", 800, 145, 1302833.076793, 480.640092, 0.600019, 104, 4, 100],
  ["2022-07-27-45", 800, 140, 1321355.085649, 480.665092, 0.600019, 109, 2, 107],
  ["2022-08-02-31", 800, 130, 1833319.246458, 480.651456, 0.600019, 104, 3, 101],
  ["2022-01-16-01", 799, 130, 607762.664637, 588.666211, 0.736728, 0, 0, 0],
] as const;

describe.skipIf(!dagData.present)(`labels of the real recordings${dagData.reason}`, () => {
  const rois: Row[] = [];
  const found = new Map<unknown, Row>();
  const inputs: Record<string, Row[]> = { recording_record: [], roi_record: [] };
  let labels: Row[] = [];
  beforeAll(async () => {
    labels = dagLabels();
    for (const [folder, uid] of DAG_WORMS) {
      const records = dagRecords(await readDagWorm(folder, uid));
      const tables = await runTransform(recordings, { ...records, label_record: labels });
      rois.push(...(tables.roi as Row[]));
      found.set(uid, tables.recording?.[0] as Row);
      for (const table of Object.keys(inputs)) inputs[table]?.push(...(records[table] as Row[]));
    }
  });

  it.each(EXPECTED)("%s", (uid, frames, count, t0, duration, median, all, doubtful, labelled) => {
    expect(found.get(uid)).toMatchObject({
      n_frames: frames,
      n_roi: count,
      n_labelled: labelled,
      n_segments: 1,
      t0_s: expect.closeTo(t0, 6),
      duration_s: expect.closeTo(duration, 6),
      median_dt_s: expect.closeTo(median, 6),
    });
    const own = rois.filter((row) => row.recording_id === `Dag2023/${uid}`);
    expect(own.filter((row) => row.label_raw !== null)).toHaveLength(all);
    expect(own.filter((row) => row.status === "ambiguous")).toHaveLength(doubtful);
  });

  it("has 491 exact, 3 alias, 10 ambiguous and 328 without label, and none that the source does not spell", () => {
    const counts: Record<string, number> = {};
    for (const { status } of rois) counts[status as string] = (counts[status as string] ?? 0) + 1;
    expect(counts).toEqual({ exact: 491, alias: 3, ambiguous: 10, none: 328 });
    for (const { label, label_raw: raw, status } of rois) {
      if (status === "exact") expect(label).toBe(raw);
      else if (status === "alias") expect([raw, label]).toEqual(["VB02", "VB2"]);
      else expect(label).toBeNull();
    }
  });

  it("gives the candidates of names that are in doubt", () => {
    const doubtful = rois.filter((row) => row.status === "ambiguous");
    expect(doubtful.map((row) => [row.roi, row.label_raw, row.candidates])).toEqual([
      [145, "SAAD?", ["SAADL", "SAADR"]],
      [16, "RIF?", ["RIFL", "RIFR"]],
      [27, "RMF?", ["RMFL", "RMFR"]],
      [56, "SIBV?", ["SIBVL", "SIBVR"]],
      [100, "SIBV?", ["SIBVL", "SIBVR"]],
      [31, "SAAD?", ["SAADL", "SAADR"]],
      [67, "RMF?", ["RMFL", "RMFR"]],
      [50, "AIA?", ["AIAL", "AIAR"]],
      [115, "AIM?", ["AIML", "AIMR"]],
      [128, "AIM?", ["AIML", "AIMR"]],
    ]);
  });

  it("takes up every label", async () => {
    const { label_dropped: drops } = await runTransform(labelAccount, { ...inputs, label_record: labels });
    expect(labels).toHaveLength(504);
    expect(drops).toEqual([]);
  });
});
