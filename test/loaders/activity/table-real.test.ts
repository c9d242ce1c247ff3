import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { tableSet } from "../../../src/loaders/activity/table.js";
import { realData } from "../../support/real-data.js";
import { describeSource } from "../connectome/load-in-memory.js";
import { column, drops, loadRecordingSources, traceOf } from "./load-recordings.js";

const data = realData();
const NAMES = ["Flavell2023/dataset-10neurons-5-26-21.csv", "Flavell2023/may26-angular-velocity.csv"];

describe.skipIf(!data.present)(`activity/table-set on the real files${data.reason}`, () => {
  it("reads the worm of 2021-05-26: ten z-scored neurons, velocity, angular velocity", async () => {
    const sources = NAMES.map((name) => describeSource(`celegans/${name}`, data.path(name)));
    const trace = await loadRecordingSources(tableSet, sources, {
      dataset: "Flavell2023",
      worm_uid: "2021-05-26",
      traces: [{ file: "dataset-*", kind: "zscore_source", unit: "zscore", orientation: "rois-by-frames" }],
      time: { assumed_rate: 1.6666666666666667 },
      behaviors: [
        { file: "dataset-*", row: "Velocity (0.1 mm/s)", channel: "velocity", unit: "0.1 mm/s" },
        { file: "may26-*", channel: "angular_velocity", unit: null },
      ],
    });
    expect(trace.rows.recording_record).toMatchObject([
      { recording_id: "Flavell2023/2021-05-26", time_basis: "assumed", n_roi: 10, primary_kind: "zscore_source" },
    ]);
    const time = trace.rows.recording_record?.[0]?.time_s as Float64Array;
    expect(time).toHaveLength(1600);
    expect(time[1]).toBeCloseTo(0.6, 12);
    expect(column(trace, "roi_record", "roi")).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(column(trace, "roi_record", "label_raw")).toEqual(new Array(10).fill(null));
    for (let roi = 1; roi <= 10; roi++) {
      const values = traceOf(trace, roi);
      const mean = values.reduce((sum, value) => sum + value, 0) / 1600;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 1599;
      expect(mean).toBeCloseTo(0, 10);
      expect(variance).toBeCloseTo(1, 10);
    }
    expect(traceOf(trace, 1)[0]).toBe(-0.05105770656655559);
    const behaviors = trace.rows.behavior_record ?? [];
    expect(behaviors.map(({ channel, unit }) => [channel, unit])).toEqual([
      ["velocity", "0.1 mm/s"],
      ["angular_velocity", null],
    ]);
    expect((behaviors[0]?.values as Float64Array | undefined)?.[0]).toBe(-0.20327108452243797);
    const angular = readFileSync(data.path(NAMES[1] as string), "utf8")
      .split(",")
      .map(Number);
    expect(behaviors[1]?.values).toEqual(Float64Array.from(angular));
    expect(angular).toHaveLength(1600);
    expect(drops(trace)).toEqual([]);
    expect(trace.carried).toEqual({ [`celegans/${NAMES[0]}`]: 22, [`celegans/${NAMES[1]}`]: 1 });
  });
});
