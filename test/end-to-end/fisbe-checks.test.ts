import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { RunSummary } from "../../src/engine/types.js";
import { builtPackage } from "../cli/support/built-package.js";
import { repositoryRoot } from "../support/real-data.js";
import { neurotablesJson, query } from "../support/run-neurotables.js";
import { writeFisbeMirror } from "./support/fisbe-mirror.js";

const pipeline = join(repositoryRoot, "pipelines", "fisbe.yaml");
const { checks } = parse(readFileSync(pipeline, "utf8")) as { checks: { name: string; none: string }[] };

/** What goes wrong in one table, as the columns and rows of a query over the right one. */
interface Fault {
  /** How the check's name begins. */
  readonly check: string;
  /** Of `fisbe` where no dataset is named. */
  readonly table: string;
  /** `* replace (…)` or `*`, and which rows. */
  readonly select?: string;
  readonly where?: string;
}

const ONE_FEWER = "rowid_of_fault > 1";
/** The hashes of published files, which give known figures. */
const published = (hash: string, part: string) => `* replace (if(path like '%${part}%', '${hash}', sha256) as sha256)`;

const FAULTS: readonly Fault[] = [
  { check: "read = carried", table: "file_count", select: "* replace (carried + 1 as carried)" },
  { check: "read = carried", table: "file_count", select: "* replace (read + 1 as read, dropped + 1 as dropped)" },
  { check: "rows of volumes", table: "volume_record", select: "* replace (n_instances + 1 as n_instances)" },
  { check: "rows of volumes", table: "split_record", where: ONE_FEWER },
  { check: "rows of volumes", table: "segmentation.published_prediction", where: ONE_FEWER },
  { check: "dropped holds", table: "dropped" },
  { check: "every source_id", table: "source_file", where: ONE_FEWER },
  { check: "every sample that is listed", table: "sample", where: ONE_FEWER },
  { check: "every sample that is listed", table: "sample", select: "* replace ('train' as split)" },
  { check: "every sample that is listed", table: "split_record", select: "* replace ('partly' as label_set)" },
  { check: "all listed images of a line", table: "sample", select: "* replace ('R00' as line)" },
  { check: "neurons, skeletons and blocks", table: "volume_record", where: ONE_FEWER },
  { check: "neurons are numbered", table: "instance", where: ONE_FEWER },
  { check: "neurons are numbered", table: "instance", select: "* replace (9 - channel as channel)" },
  { check: "voxels of neurons add up", table: "instance", select: "* replace (voxels - 1 as voxels)" },
  { check: "voxels of neurons add up", table: "volume_record", select: "* replace (fg_voxels + 5000 as fg_voxels)" },
  { check: "a neuron fills", table: "instance", select: "* replace (z1 + 100 as z1)" },
  { check: "a neuron fills", table: "instance", select: "* replace (null::bool as is_dim)" },
  { check: "no more neurons are dim", table: "instance", select: "* replace (true as is_dim)" },
  { check: "no more neurons are dim", table: "instance", select: "* replace (false as is_overlap)" },
  { check: "a skeleton has", table: "skeleton", where: ONE_FEWER },
  { check: "a skeleton has", table: "skeleton", select: "* replace ((x + 64)::smallint as x)" },
  { check: "a skeleton has", table: "instance", select: "* replace (skeleton_voxels + 1 as skeleton_voxels)" },
  { check: "a predicted skeleton has", table: "segmentation.predicted_skeleton", where: ONE_FEWER },
  {
    check: "a predicted skeleton has",
    table: "segmentation.predicted_skeleton",
    select: "* replace ((z + 64)::smallint as z)",
  },
  { check: "blocks of 64", table: "chunk", where: ONE_FEWER },
  { check: "blocks of 64", table: "chunk", select: "* replace (origin_z + 1 as origin_z)" },
  { check: "blocks of 64", table: "segmentation.chunk", where: "origin_c = 0" },
  { check: "blocks of 64", table: "segmentation.chunk", select: "* replace ([1, 1, 1, 1] as shape)" },
  { check: "a block has the bytes", table: "chunk", select: "* replace (bytes + 1 as bytes)" },
  { check: "a block has the bytes", table: "segmentation.chunk", select: "* replace ('zero' as codec)" },
  { check: "raw and ground truth have", table: "volume_record", select: "* replace (channels + 1 as channels)" },
  { check: "raw and ground truth have", table: "chunk", where: "sample_id < 'A'" },
  {
    check: "every prediction has",
    table: "segmentation.prediction",
    select: "* replace (labels_raw + 1 as labels_kept)",
  },
  { check: "every prediction has", table: "segmentation.chunk", where: "sample_id < 'A'" },
  { check: "labels of published", table: "segmentation.predicted_instance", where: ONE_FEWER },
  {
    check: "labels of published",
    table: "segmentation.predicted_instance",
    select: "* replace (voxels + 1 as voxels)",
  },
  { check: "the flattened truth", table: "segmentation.prediction", select: "* replace (voxels + 1 as voxels)" },
  { check: "a score takes", table: "segmentation.score_record", select: "* replace (not partly as partly)" },
  { check: "shares of skeletons", table: "segmentation.pair", select: "* replace (1.5::float as cl_recall)" },
  { check: "shares of skeletons", table: "segmentation.pair", select: "* replace (gt_id + 20 as gt_id)" },
  { check: "every score has", table: "segmentation.metric", where: "metric <> 'general.FS'" },
  { check: "S is half", table: "segmentation.metric", select: "* replace (value * 2 as value)" },
  { check: "S is half", table: "segmentation.metric", where: "metric <> 'general.avg_gt_skel_coverage'" },
  { check: "at every threshold", table: "segmentation.metric", where: "metric <> 'confusion_matrix.th_0_5.AP_FN'" },
  {
    check: "what is pooled",
    table: "segmentation.metric",
    select: "* replace (if(scope = 'combined', value + 1, value) as value)",
  },
  { check: "what is pooled", table: "segmentation.metric", where: "subject <> 'combined_code'" },
  {
    check: "the combined S",
    table: "segmentation.metric",
    select: "* replace (if(scope = 'combined', value + 0.1, value) as value)",
  },
  { check: "the published list", table: "source_file", select: published("748860b095c9af4b", "sample_list") },
  {
    check: "the published crop",
    table: "source_file",
    select: published("94e5480ac9f9100d", "fisbe_synthetic/completely"),
  },
  {
    check: "the published prediction",
    table: "source_file",
    select: published("a007beda71a19441", "predictions/masks"),
  },
];

let folder: string;
let home: string;
let rowsAtFault: number[];
let tables: string[];

/** `segmentation.pair` under the name that it has beside those of the dataset. */
function bare(table: string): string {
  return table.replace(/^fisbe\./, "").replace(".", "__");
}

/** The check as it would see its tables with the fault, all under bare names. */
function faultyCheck({ check, table, select = "*", where = "true" }: Fault): string {
  const { none } = checks.find(({ name }) => name.startsWith(check)) ?? { none: `no check begins with ${check}` };
  const wanted = table.includes(".") ? table : `fisbe.${table}`;
  const views = tables.map((name) => {
    if (name !== wanted) return `${bare(name)} as (select * from ${name})`;
    if (name === "fisbe.dropped") {
      // Nothing is dropped from the sample.
      return "dropped as (select source_id, step, 0::int as drop_index from fisbe.file_count)";
    }
    return `${bare(name)} as (select ${select} from (select *, row_number() over () as rowid_of_fault from ${name}) where ${where})`;
  });
  const renamed = none.replaceAll(/\bsegmentation\.([a-z_]+)/g, "segmentation__$1 as $1");
  return `(with ${views.join(", ")} select count(*) from (${renamed}))::int`;
}

beforeAll(async () => {
  builtPackage();
  folder = await mkdtemp(join(tmpdir(), "neurotables-fisbe-checks-"));
  home = join(folder, "home");
  const mirror = await writeFisbeMirror(join(folder, "mirror"));
  const { exitCode } = await neurotablesJson<RunSummary>(["run", pipeline, "--sources", mirror.folder, "--home", home]);
  expect(exitCode).toBe(0);
  const snapshots = await query<{ name: string }>(
    home,
    `select "table" as name from neurotables.snapshot order by name`,
  );
  tables = snapshots.map(({ name }) => name);
  rowsAtFault = [];
  for (let from = 0; from < FAULTS.length; from += 10) {
    const some = FAULTS.slice(from, from + 10);
    const counts = some.map((fault, index) => `${faultyCheck(fault)} as f${index}`);
    const [row] = await query<Record<string, number>>(home, `select ${counts.join(",\n")}`);
    rowsAtFault.push(...some.map((_, index) => Number(row?.[`f${index}`])));
  }
}, 600_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("checks of fisbe", () => {
  it("each find something", () => {
    const never = checks.filter(({ name }) => !FAULTS.some(({ check }) => name.startsWith(check)));
    expect(never.map(({ name }) => name)).toEqual([]);
  });

  it.each(FAULTS.map((fault, index) => ({ ...fault, index })))("$check … finds a fault in $table", ({ index }) => {
    expect(rowsAtFault[index]).toBeGreaterThan(0);
  });

  it("name tables that the pipeline makes", () => {
    const named = FAULTS.map(({ table }) => (table.includes(".") ? table : `fisbe.${table}`));
    expect(named.filter((table) => !tables.includes(table))).toEqual([]);
  });
});
