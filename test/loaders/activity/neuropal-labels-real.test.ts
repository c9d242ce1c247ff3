import { describe, expect, it } from "vitest";
import { manifest } from "../../../src/loaders/activity/manifest.js";
import { neuropalLabels } from "../../../src/loaders/activity/neuropal-labels.js";
import { realData } from "../../support/real-data.js";
import { describeSource, dropReasons } from "../connectome/load-in-memory.js";
import { loadSource, rowsOf } from "./flavell-load.js";

const data = realData();
const source = (path: string) => describeSource(`celegans/${path}`, data.path(path));

describe.skipIf(!data.present)(`labels and manifests on the real files${data.reason}`, () => {
  it("reads 504 labels, 10 with a question mark, in the order of the document", async () => {
    const trace = await loadSource(neuropalLabels, source("Dag2023/NeuroPAL_labels_dict.json"), { dataset: "Dag2023" });
    const rows = rowsOf(trace, "label_record");
    expect(rows.length).toBe(504);
    expect(rows.filter(({ label }) => String(label).includes("?")).length).toBe(10);
    const counts: Record<string, number> = {};
    for (const { worm_uid } of rows) counts[String(worm_uid)] = (counts[String(worm_uid)] ?? 0) + 1;
    expect(counts).toEqual({
      "2022-07-26-31": 100,
      "2022-07-26-38": 87,
      "2022-07-27-31": 104,
      "2022-07-27-45": 109,
      "2022-08-02-31": 104,
    });
    expect(rows.slice(0, 4).map(({ roi, label, position }) => [roi, label, position])).toEqual([
      [5, "RIAL", 0],
      [56, "AVER", 1],
      [114, "AINR", 2],
      [123, "M3L", 3],
    ]);
    expect(rows.filter(({ lr }) => lr === "unknown").length).toBe(10);
    expect(new Set(rows.map(({ confidence }) => confidence))).toEqual(new Set([1, 2, 2.5, 3, 3.5, 4, 5]));
    expect(dropReasons(trace)).toEqual({ class_index: 71 + 69 + 80 + 80 + 77 });
    expect(trace.drops.every(({ detail }) => !detail?.includes("has not"))).toBe(true);
  });

  for (const [name, recordings, events] of [
    ["atanas_kim_2023", 68, 30],
    ["dag_nwabudike_kang_2023", 15, 7],
    ["pradhan_madan_2025", 8, 0],
  ] as const) {
    it(`reads the manifest ${name}`, async () => {
      const trace = await loadSource(manifest, source(`WormWideWeb/${name}.csv`), { dataset: name });
      const rows = rowsOf(trace, "manifest_record");
      expect(rows.length).toBe(recordings);
      expect(rows.filter(({ event }) => event !== null).length).toBe(events);
      expect(rows.every(({ checksum }) => /^[0-9a-f]{64}$/.test(String(checksum)))).toBe(true);
      expect(dropReasons(trace)).toEqual({});
    });
  }
});
