import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { RunSummary } from "../../src/engine/types.js";
import { sampleRecordingFiles } from "../../src/sample-data/activity/sample-recordings.js";
import { writeSampleFiles } from "../../src/sample-data/sample-sources.js";
import { repositoryRoot } from "../support/real-data.js";
import { neurotablesJson, query } from "../support/run-neurotables.js";

const pipeline = join(repositoryRoot, "pipelines", "celegans-activity.yaml");
const { checks } = parse(readFileSync(pipeline, "utf8")) as { checks: { name: string; none: string }[] };

/** What goes wrong in one table, as the columns and rows of a query over the right one. */
interface Fault {
  /** How the check's name begins. */
  readonly check: string;
  readonly table: string;
  /** `* replace (…)` or `*`, and which rows. */
  readonly select?: string;
  readonly where?: string;
}

/** One row fewer: the first in the order of the table. */
const ONE_FEWER = "rowid_of_fault > 1";

const FAULTS: readonly Fault[] = [
  { check: "read = carried + dropped", table: "file_count", select: "* replace (carried + 1 as carried)" },
  { check: "every dropped record of a loader", table: "dropped_record", select: "* replace (records + 1 as records)" },
  { check: "rows of recordings = records carried", table: "roi_record", where: ONE_FEWER },
  { check: "rows of recordings = records carried", table: "stimulus_record", where: "recording_id <> 'Leifer2023/0'" },
  { check: "rows of labels and manifests", table: "label_record", where: ONE_FEWER },
  { check: "rows of labels and manifests", table: "manifest_record", where: ONE_FEWER },
  { check: "every label and manifest row", table: "label_dropped", where: "false" },
  { check: "every label and manifest row", table: "recording", where: "recording_id <> 'Dag2023/2022-01-16-01'" },
  { check: "dropped holds what", table: "dropped", where: ONE_FEWER },
  { check: "recordings, ROIs, traces", table: "stimulus", where: ONE_FEWER },
  { check: "recordings, ROIs, traces", table: "trace", where: "kind <> 'derivative'" },
  { check: "every source_id", table: "source_file", where: ONE_FEWER },
  { check: "every row belongs to a recording", table: "recording", where: ONE_FEWER },
  { check: "every trace, stimulated target", table: "roi", where: ONE_FEWER },
  { check: "every trace, stimulated target", table: "stimulus", select: "* replace (99 as target_roi)" },
  { check: "events, stimuli and behaviour", table: "event", select: "* replace (5000 as k_start)" },
  { check: "events, stimuli and behaviour", table: "stimulus", select: "* replace (701 as k_off)" },
  { check: "events, stimuli and behaviour", table: "behavior", select: `* replace ("values"[2:] as "values")` },
  { check: "recording counts its frames", table: "recording", select: "* replace (n_roi + 1 as n_roi)" },
  { check: "recording counts its frames", table: "frame", where: ONE_FEWER },
  { check: "recording counts its frames", table: "frame", select: "* replace (t_s + 1e-9 as t_s)" },
  { check: "every ROI with a trace", table: "trace", where: "kind <> 'resampled_z' or roi <> 3" },
  { check: "every ROI with a trace", table: "trace", select: "* replace (if(kind = 'ratio', 'dff', kind) as kind)" },
  { check: "a trace has one value", table: "trace", select: "* replace (n_valid - 1 as n_valid)" },
  { check: "the common grid has", table: "resampled_frame", where: ONE_FEWER },
  { check: "the common grid has", table: "resampled_frame", where: "k < 1000" },
  {
    check: "values are as many",
    table: "trace",
    select: `* replace (list_transform("values", lambda x: x + 1e-8) as "values")`,
  },
  { check: "values are as many", table: "trace", select: `* replace ("values"[2:] as "values")` },
  { check: "a label is stated exactly", table: "roi", select: "* replace ('AVAL' as label)" },
  {
    check: "a label is stated exactly",
    table: "roi",
    select:
      "* replace (if(status = 'duplicate', 'exact', status) as status, if(status = 'duplicate', 'AVAL', label) as label, if(status = 'duplicate', 29, slot) as slot, if(status = 'duplicate', [], candidates) as candidates)",
  },
  { check: "every ROI and recording has", table: "roi_compat", where: ONE_FEWER },
  { check: "every ROI and recording has", table: "recording_compat", where: ONE_FEWER },
  { check: "label_diff lists every label", table: "label_diff", where: ONE_FEWER },
  { check: "label_diff lists every label", table: "label_diff", select: "* replace ([] as causes)" },
  { check: "label_diff lists every label", table: "roi_compat", select: "* replace ('AVBL' as label)" },
  { check: "recording_diff lists the counts", table: "recording_diff", where: "quantity <> 'n_rows'" },
  { check: "recording_diff lists the counts", table: "recording_diff", select: "* replace ([] as causes)" },
  { check: "recording_diff lists the counts", table: "recording", select: "* replace (n_roi + 1 as n_roi)" },
  { check: "the published form has no row", table: "hf_neural_compat", select: "* replace ('worm99' as worm)" },
  {
    check: "recordings of the files that are known",
    table: "source_file",
    select: `* replace (case when ends_with(path, '2022-07-26-31-data.h5') then '91ad390c64909aaa'
      when ends_with(path, 'NeuroPAL_labels_dict.json') then '6db5ca9d2fee2086' else sha256 end as sha256)`,
  },
];

let folder: string;
let home: string;
let rowsAtFault: number[];
let tables: string[];

/** The check as it would see its tables with the fault: tables of the dataset by their bare names. */
function faultyCheck({ check, table, select = "*", where = "true" }: Fault): string {
  const { none } = checks.find(({ name }) => name.startsWith(check)) ?? { none: `no check begins with ${check}` };
  const views = tables.map((name) =>
    name === table
      ? `${name} as (select ${select} from (select *, row_number() over () as rowid_of_fault from celegans_activity.${name}) where ${where})`
      : `${name} as (select * from celegans_activity.${name})`,
  );
  return `(with ${views.join(", ")} select count(*) from (${none}))::int`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "neurotables-checks-"));
  home = join(folder, "home");
  const mirror = join(folder, "mirror");
  await writeSampleFiles(mirror, sampleRecordingFiles(1));
  const { exitCode } = await neurotablesJson<RunSummary>(["run", pipeline, "--sources", mirror, "--home", home]);
  expect(exitCode).toBe(0);
  const snapshots = await query<{ name: string }>(
    home,
    `select split_part("table", '.', 2) as name from neurotables.snapshot order by name`,
  );
  tables = snapshots.map(({ name }) => name);
  const counts = FAULTS.map((fault, index) => `${faultyCheck(fault)} as f${index}`);
  const [row] = await query<Record<string, number>>(home, `select ${counts.join(",\n")}`);
  rowsAtFault = FAULTS.map((_, index) => Number(row?.[`f${index}`]));
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("checks of celegans-activity", () => {
  it("each find something", () => {
    const never = checks.filter(({ name }) => !FAULTS.some(({ check }) => name.startsWith(check)));
    expect(never).toEqual([]);
  });

  it.each(FAULTS.map((fault, index) => ({ ...fault, index })))("$check … finds a fault in $table", ({ index }) => {
    expect(rowsAtFault[index]).toBeGreaterThan(0);
  });

  it("name tables that the pipeline makes", () => {
    expect(FAULTS.filter(({ table }) => !tables.includes(table))).toEqual([]);
  });
});
