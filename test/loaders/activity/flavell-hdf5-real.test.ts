import { describe, expect, it } from "vitest";
import { flavellHdf5 } from "../../../src/loaders/activity/flavell-hdf5.js";
import { realData } from "../../support/real-data.js";
import { describeSource, dropReasons } from "../connectome/load-in-memory.js";
import { extraOf, loadSource, rowsOf } from "./flavell-load.js";

const data = realData();

const PARAMETERS = { dataset: "Dag2023", strain_pattern: "(swf[0-9]+)_" };

/** folder, uid, T, N, t0, duration, median step, reversals, frames of reversal. */
const FILES = [
  ["swf702_with_id", "2022-07-26-31", 800, 146, 1228334.146131, 480.665092, 0.600019, 34, 184],
  ["swf702_with_id", "2022-07-26-38", 800, 141, 1231399.314946, 480.619636, 0.600019, 29, 101],
  ["swf702_with_id", "2022-07-27-31", 800, 145, 1302833.076793, 480.640092, 0.600019, 20, 122],
  ["swf702_with_id", "2022-07-27-45", 800, 140, 1321355.085649, 480.665092, 0.600019, 25, 176],
  ["swf702_with_id", "2022-08-02-31", 800, 130, 1833319.246458, 480.651456, 0.600019, 33, 250],
  ["swf415_no_id", "2022-01-16-01", 799, 130, 607762.664637, 588.666211, 0.736728, 38, 135],
] as const;

describe.skipIf(!data.present)(`activity/flavell-hdf5 on the real files${data.reason}`, () => {
  for (const [folder, uid, frames, rois, t0, duration, step, reversals, reversing] of FILES) {
    it(uid, async () => {
      const path = `Dag2023/${folder}/${uid}-data.h5`;
      const trace = await loadSource(flavellHdf5, describeSource(`celegans/${path}`, data.path(path)), PARAMETERS);
      const [recording] = rowsOf(trace, "recording_record");
      expect(recording).toMatchObject({
        recording_id: `Dag2023/${uid}`,
        worm_uid: uid,
        compat_file: `${uid}-data.h5`,
        strain: folder.slice(0, 6).toUpperCase(),
        n_roi: rois,
        segment_starts: [0],
        time_basis: "measured",
        primary_kind: "F_over_mean",
      });
      const time = recording?.time_s as Float64Array;
      expect(time.length).toBe(frames);
      expect(time[0]).toBeCloseTo(t0, 6);
      expect((time.at(-1) as number) - (time[0] as number)).toBeCloseTo(duration, 6);
      const steps = time.slice(1).map((value, k) => value - (time[k] as number));
      steps.sort();
      expect(((steps[(steps.length - 1) >> 1] as number) + (steps[steps.length >> 1] as number)) / 2).toBeCloseTo(
        step,
        6,
      );

      expect(rowsOf(trace, "roi_record").map((row) => [row.roi, row.roi_base, row.column_index])).toEqual(
        Array.from({ length: rois }, (_, index) => [index + 1, 1, index]),
      );
      const traces = rowsOf(trace, "source_trace");
      expect(traces.length).toBe(3 * rois);
      const primary = traces.find(({ roi, kind }) => roi === 7 && kind === "F_over_mean")?.values as Float64Array;
      const ratio = traces.find(({ roi, kind }) => roi === 7 && kind === "ratio")?.values as Float64Array;
      expect(primary.length).toBe(frames);
      const mean = ratio.reduce((sum, value) => sum + value, 0) / frames;
      expect(primary[100]).toBeCloseTo((ratio[100] as number) / mean, 12);
      expect(extraOf(recording)).toMatchObject({
        zscore_source_ddof: 1,
        match_org_to_skip: "identity",
        match_skip_to_org: "identity",
      });

      const behaviors = rowsOf(trace, "behavior_record");
      const vector = behaviors.find(({ channel }) => channel === "reversal_vec")?.values as Float64Array;
      expect(vector.reduce((sum, value) => sum + value, 0)).toBe(reversing);
      expect(behaviors.filter(({ channel }) => channel === "body_angle").length).toBe(30);
      expect(new Set(behaviors.map(({ channel }) => channel)).size).toBe(13);
      const pumping = behaviors.find(({ channel }) => channel === "pumping")?.values as Float64Array;
      expect(pumping.every(Number.isNaN)).toBe(folder === "swf702_with_id");

      const events = rowsOf(trace, "event_record");
      const reversal = events.filter(({ name }) => name === "reversal");
      expect(reversal.length).toBe(reversals);
      const marked = new Float64Array(frames);
      for (const { k_start, k_end } of reversal) marked.fill(1, k_start as number, k_end as number);
      const differing = marked.filter((value, k) => value !== vector[k]).length;
      expect(differing).toBe(folder === "swf702_with_id" ? 0 : 1);
      expect(dropReasons(trace)).toEqual({ camera_clock: 1 });

      if (folder === "swf702_with_id") {
        expect(events.length).toBe(reversals);
        expect(rowsOf(trace, "roi_record").some((row) => (row.neuropal_roi_ids as number[]).length === 1)).toBe(true);
      } else {
        expect(events.at(-1)).toMatchObject({ name: "food_encounter", k_start: 324, k_end: undefined, value: "325" });
        expect(extraOf(recording)).toMatchObject({ idx_nsm: [17] });
        expect(extraOf(rowsOf(trace, "roi_record")[16])).toEqual({ idx_nsm: true });
      }
    });
  }
});
