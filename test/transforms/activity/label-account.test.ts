import { describe, expect, it } from "vitest";
import type { Row } from "../../../src/tables/contract.js";
import { dropped } from "../../../src/transforms/activity/dropped.js";
import { labelAccount } from "../../../src/transforms/activity/label-account.js";
import { runTransform } from "./run-transform.js";

const recording_record: Row[] = ["w1", "w2"].map((worm) => ({
  recording_id: `D/${worm}`,
  dataset: "D",
  worm_uid: worm,
  source_id: worm,
  compat_file: `${worm}.h5`,
  compat_order: 0,
  time_s: [],
  segment_starts: [],
  time_basis: "measured",
  n_roi: 2,
}));
const roi_record: Row[] = [1, 2].map((roi) => ({
  recording_id: "D/w1",
  roi,
  roi_base: 1,
  column_index: roi - 1,
  candidates_raw: [],
}));
const label = (worm: string, roi: number, base: number, source = "labels"): Row => ({
  dataset: "D",
  worm_uid: worm,
  roi,
  roi_base: base,
  position: 0,
  source_id: source,
  label: "AVAL",
});
const manifest = (worm: string, more: Row = {}): Row => ({
  dataset: "D",
  worm_uid: worm,
  source_id: "manifest",
  filename: `${worm}.h5`,
  ...more,
});

describe("activity/label-account", () => {
  it("accounts for labels and manifest rows that no recording takes up", async () => {
    const { label_dropped: drops } = await runTransform(labelAccount, {
      recording_record,
      roi_record,
      label_record: [
        label("w1", 1, 1),
        label("w1", 1, 0),
        label("w1", 3, 1),
        label("w1", 0, 1),
        label("w2", 1, 1, "more labels"),
        label("w9", 1, 1),
      ],
      manifest_record: [manifest("w1"), manifest("w8", { checksum: "ff" }), manifest("w9")],
    });
    const brief = drops?.map((row) => [row.source_id, row.drop_index, row.scope, row.item, row.reason, row.records]);
    expect(brief).toEqual([
      ["labels", 0, "roi", "label of ROI 3 of D/w1", "roi_absent", 1n],
      ["labels", 1, "roi", "label of ROI 0 of D/w1", "roi_absent", 1n],
      ["more labels", 0, "roi", "label of ROI 1 of D/w2", "roi_absent", 1n],
      ["labels", 2, "roi", "label of ROI 1 of D/w9", "recording_absent", 1n],
      ["manifest", 0, "recording", "D/w8", "recording_absent", 1n],
      ["manifest", 1, "recording", "D/w9", "recording_absent", 1n],
    ]);
    expect(drops?.[4]?.detail).toBe("w8.h5, sha256 ff");
  });

  it("copes with nothing at all", async () => {
    expect(await runTransform(labelAccount, {})).toEqual({ label_dropped: [] });
  });
});

describe("activity/dropped", () => {
  it("puts what loaders and transforms left out into one table", async () => {
    const drop = {
      source_id: "f",
      drop_index: 0,
      scope: "column",
      item: "stage_z",
      reason: "unknown_field",
      rule: "r",
      detail: null,
      records: 1n,
    };
    const { dropped: rows } = await runTransform(dropped, {
      dropped_record: [{ ...drop, step: "dag" }],
      label_dropped: [
        { ...drop, scope: "roi" },
        { ...drop, scope: "recording" },
      ],
    });
    expect(rows?.map((row) => [row.source_id, row.step, row.scope])).toEqual([
      ["f", "dag", "column"],
      ["f", "roi", "roi"],
      ["f", "recording", "recording"],
    ]);
  });
});
