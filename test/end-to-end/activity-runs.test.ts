import { cpSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary, StepSummary } from "../../src/engine/types.js";
import { sampleRecordingFiles } from "../../src/sample-data/activity/sample-recordings.js";
import { writeSampleFiles } from "../../src/sample-data/sample-sources.js";
import { command } from "../support/cli.js";
import { editFields, type FileFields } from "../support/edit-fields.js";
import { repositoryRoot } from "../support/real-data.js";
import { neurotablesJson, query, stepsBy } from "../support/run-neurotables.js";

const pipeline = join(repositoryRoot, "pipelines", "celegans-activity.yaml");
const samples = new Map(sampleRecordingFiles(1).map(({ path, bytes }) => [path, bytes]));
/** Recordings of the samples, and partitions that they are loaded in. */
const RECORDINGS = 44;
const PARTITIONS = 29;
/** Steps that run once per partition of the recordings. */
const PER_RECORDING = ["recordings", "traces", "roi_compat", "hf_neural_compat", "label_diff", "recording_diff"];

let folder: string;
let mirror: string;
let home: string;
let first: RunSummary;
let firstParts: string[];
let mirrors = 0;

function run(options: { home?: string; sources?: string; more?: string[] } = {}): Promise<RunSummary> {
  const { home: own = home, sources = mirror, more = [] } = options;
  return neurotablesJson<RunSummary>(["run", pipeline, "--sources", sources, "--home", own, ...more]);
}

/** A copy of the mirror in which some files have other bytes. */
function changedMirror(changes: ReadonlyMap<string, Uint8Array>): string {
  const copy = join(folder, `changed-${mirrors++}`);
  cpSync(mirror, copy, { recursive: true });
  for (const [path, bytes] of changes) writeFileSync(join(copy, path), bytes);
  return copy;
}

const bytesOf = (path: string) => samples.get(path) as Uint8Array;
const edited = (path: string, edit: (fields: FileFields, surprise: unknown) => void) =>
  editFields(path, bytesOf(path), edit);

/** Every Parquet file of a home, by its name, which is the hash of its bytes. */
const partsOf = (own: string) =>
  readdirSync(join(own, "parts"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".parquet"))
    .sort();

const hashesOf = ({ steps }: RunSummary) =>
  steps.flatMap(({ tables }) => tables.map(({ table, tableHash, rows }) => `${table} ${rows} ${tableHash}`));
const stepOf = ({ steps }: RunSummary, name: string) => steps.find(({ step }) => step === name) as StepSummary;
const failuresOf = ({ steps }: RunSummary) => steps.flatMap(({ failures = [] }) => failures);
const recordings = async (own: string) =>
  (await query<{ n: number }>(own, "select count(*)::int as n from celegans_activity.recording"))[0]?.n;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "neurotables-activity-runs-"));
  mirror = join(folder, "mirror");
  home = join(folder, "home");
  await writeSampleFiles(
    mirror,
    [...samples].map(([path, bytes]) => ({ path, bytes })),
  );
  first = await run();
  firstParts = partsOf(home);
  expect(first.exitCode).toBe(0);
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

it("gives the same bytes in another home, with one worker, from files made in another order", async () => {
  const other = join(folder, "deeper", "reversed mirror");
  for (const path of [...samples.keys()].reverse()) {
    const target = join(other, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readFileSync(join(mirror, path)));
    utimesSync(target, new Date(0), new Date(86_400_000));
  }
  const own = join(folder, "other-home");
  const again = await run({ home: own, sources: other, more: ["--jobs", "1"] });
  expect(again.exitCode).toBe(0);
  expect(hashesOf(again)).toEqual(hashesOf(first));
  expect(partsOf(own)).toEqual(firstParts);
  expect(firstParts.length).toBeGreaterThan(500);
  const current = 'select "table", rows, bytes, parts, table_hash, keys from neurotables.snapshot order by "table"';
  expect(await query(own, current)).toEqual(await query(home, current));
}, 300_000);

/** One value of one trace, in every format. */
const ONE_VALUE: readonly (readonly [
  step: string,
  path: string,
  partition: string,
  edit: (fields: FileFields) => void,
])[] = [
  [
    "uzel2022",
    "celegans/Uzel2022/Uzel_WT.mat",
    "celegans/Uzel2022/Uzel_WT.mat",
    (fields) => increase((fields.get("traces") as { cells: { real: Float64Array }[] }).cells[1]?.real),
  ],
  [
    "lin2023",
    "celegans/Lin2023/102_prfrd_data.mat",
    "celegans/Lin2023/102_prfrd_data.mat",
    (fields) => increase((fields.get("corrected_F") as { real: Float64Array }).real),
  ],
  [
    "dag2023_labelled",
    "celegans/Dag2023/swf702_with_id/2022-07-26-31-data.h5",
    "celegans/Dag2023/swf702_with_id/2022-07-26-31-data.h5",
    (fields) => increase((fields.get("gcamp/traces_array_F_F20") as { data: Float64Array }).data),
  ],
  [
    "flavell2023",
    "celegans/Flavell2023/2022-06-14-01.json",
    "celegans/Flavell2023/2022-06-14-01.json",
    (fields) => increase((fields.get("trace_original") as number[][])[0]),
  ],
  [
    "venkatachalam2024",
    "celegans/Venkatachalam2024/sample_worm_0.zip",
    "celegans/Venkatachalam2024/sample_worm_0.zip",
    (fields) => void (fields.get("50") as string[]).splice(1, 1, "7.25"),
  ],
];

function increase(values: Float64Array | number[] | undefined): void {
  if (values === undefined) throw new Error("the sample has no such values");
  // Of the first ROI, whichever axis comes first: it has a value in every frame.
  values[48] = (values[48] as number) + 1;
}

/** What ran when one file was changed: its load step, and one partition of every step per recording. */
function expectOnePartition(summary: RunSummary, step: string, partition: string): void {
  expect(summary.exitCode).toBe(0);
  expect(stepsBy(summary, "ran").sort()).toEqual([step, ...PER_RECORDING].sort());
  expect(stepOf(summary, step).partitions.ran).toBe(1);
  expect(stepOf(summary, step).reason).toContain(partition);
  for (const name of PER_RECORDING) {
    expect({ name, ...stepOf(summary, name).partitions }).toEqual({
      name,
      ran: 1,
      cached: PARTITIONS - 1,
      failed: 0,
      skipped: 0,
    });
  }
}

describe("a changed file", () => {
  it.each(ONE_VALUE)("runs its own partition alone: %s", async (step, path, partition, edit) => {
    const changed = changedMirror(new Map([[path, await edited(path, edit)]]));
    expectOnePartition(await run({ sources: changed }), step, partition);
    const why = await command(["why", step, pipeline, "--sources", mirror, "--home", home]);
    expect(why.stdout).toContain(path);
  });

  it("of several of one recording runs the partition of that recording", async () => {
    const path = "celegans/Leifer2023/1_gcamp.txt";
    const text = Buffer.from(bytesOf(path)).toString("utf8");
    const changed = changedMirror(new Map([[path, Buffer.from(text.replace(/^\S+/, "0.5"))]]));
    expectOnePartition(await run({ sources: changed }), "leifer2023", path);
  });

  it("whose labels change runs what depends on all recordings only as far as tables change", async () => {
    const path = "celegans/Uzel2022/Uzel_WT.mat";
    // RIML becomes RIMR: another name, and as many labels as before.
    const renamed = await edited(path, (fields) => {
      const [worm] = (fields.get("IDs") as { cells: { cells: { cells: { units: Uint16Array }[] }[] }[] }).cells;
      worm?.cells[5]?.cells[0]?.units.set([..."RIMR"].map((letter) => letter.charCodeAt(0)));
    });
    const again = await run({ sources: changedMirror(new Map([[path, renamed]])) });
    expect(stepOf(again, "recording_compat")).toMatchObject({
      status: "ran",
      tableHash: stepOf(first, "recording_compat").tableHash,
    });
    expect(stepOf(again, "hf_neural_compat").partitions).toMatchObject({ ran: 1, cached: PARTITIONS - 1 });
    expect(stepOf(again, "traces").status).toBe("cached");
    expect(stepOf(again, "dropped").status).toBe("cached");
    const labels = "select label from celegans_activity.roi where recording_id = 'Uzel2022/Uzel_WT/1' and roi = 6";
    expect(await query(home, labels)).toEqual([{ label: "RIMR" }]);
  });

  it("that is added is loaded beside the others", async () => {
    const more = join(folder, "more");
    cpSync(mirror, more, { recursive: true });
    cpSync(join(mirror, "celegans/Lin2023/101_prfrd_data.mat"), join(more, "celegans/Lin2023/103_prfrd_data.mat"));
    const again = await run({ sources: more });
    expect(again.exitCode).toBe(0);
    expect(stepOf(again, "lin2023").partitions).toMatchObject({ ran: 1, cached: 2 });
    for (const name of ["recordings", "traces", "roi_compat", "label_diff", "recording_diff"]) {
      expect(stepOf(again, name).partitions, name).toMatchObject({ ran: 1, cached: PARTITIONS });
    }
    expect(await recordings(home)).toBe(RECORDINGS + 1);
    const back = await run();
    expect(stepsBy(back, "ran")).toEqual([]);
    expect(hashesOf(back)).toEqual(hashesOf(first));
    expect(await recordings(home)).toBe(RECORDINGS);
  });
});

/** The first file of every dataset, the field it is given up to in a test, and the recordings in it. */
const ONE_FILE: readonly (readonly [step: string, path: string, field: string, recordings: number])[] = [
  ["kato2015", "celegans/Kato2015/WT_NoStim.mat", "tv", 2],
  ["nichols2017", "celegans/Nichols2017/n2_let.mat", "traces", 2],
  ["skora2018", "celegans/Skora2018/WT_fasted.mat", "IDs", 2],
  ["kaplan2020", "celegans/Kaplan2020/Neuron2019_Data_MNhisCl_RIShisCl.mat", "time_vector", 2],
  [
    "nejatbakhsh2020",
    "celegans/Nejatbakhsh2020/sub-sample0/sub-sample0_ophys.nwb",
    "processing/CalciumActivity/SignalRawFluor/SignalCalciumImResponseSeries/data",
    1,
  ],
  ["yemini2021", "celegans/Yemini2021/Head_Activity_OH15500.mat", "is_L", 2],
  ["uzel2022", "celegans/Uzel2022/Uzel_WT.mat", "tv", 2],
  ["dag2023_labelled", "celegans/Dag2023/swf702_with_id/2022-07-26-31-data.h5", "timing/timestamp_confocal", 1],
  ["dag2023_unlabelled", "celegans/Dag2023/swf415_no_id/2022-01-16-01-data.h5", "gcamp/traces_array_F_F20", 1],
  ["lin2023", "celegans/Lin2023/101_prfrd_data.mat", "proofread_neurons", 1],
  ["flavell2023", "celegans/Flavell2023/2022-06-14-01.json", "timestamp_confocal", 1],
  ["venkatachalam2024", "celegans/Venkatachalam2024/sample_worm_0.zip", "neuron", 1],
];
const LEIFER = "celegans/Leifer2023/0_gcamp.txt";

/** Every dataset's first file, cut off after three fifths. */
function cutFiles(): Map<string, Uint8Array> {
  const cut = new Map<string, Uint8Array>();
  for (const [, path] of ONE_FILE) cut.set(path, bytesOf(path).subarray(0, Math.floor(0.6 * bytesOf(path).length)));
  const text = Buffer.from(bytesOf(LEIFER)).toString("utf8");
  cut.set(LEIFER, Buffer.from(text.slice(0, text.indexOf("\n", 0.6 * text.length) + 30)));
  return cut;
}

describe("a broken file", () => {
  const lost = ONE_FILE.reduce((sum, [, , , n]) => sum + n, 0) + 1;

  it("of every dataset fails by its name; all other recordings are committed, and the rest once it is repaired", async () => {
    const own = join(folder, "broken-home");
    const broken = await run({ home: own, sources: changedMirror(cutFiles()) });
    expect(broken).toMatchObject({ exitCode: 1, ok: false, generation: 1 });
    for (const [step, path] of ONE_FILE) {
      expect(stepOf(broken, step).partitions.failed, step).toBe(1);
      const [failure] = stepOf(broken, step).failures ?? [];
      expect(failure, step).toMatchObject({ partition: path, keepsLastResult: false });
      expect(failure?.error.tag, step).toMatch(/^format\//);
      expect(failure?.error.message, step).toContain(path);
    }
    expect(stepOf(broken, "leifer2023").failures).toMatchObject([
      { error: { message: expect.stringContaining(LEIFER) } },
    ]);
    expect(await recordings(own)).toBe(RECORDINGS - lost);
    expect(broken.checks.filter(({ status }) => status === "failed")).toEqual([]);
    const repaired = await run({ home: own });
    expect(repaired.exitCode).toBe(0);
    expect(hashesOf(repaired)).toEqual(hashesOf(first));
    for (const [step] of ONE_FILE) expect(stepOf(repaired, step).partitions.ran, step).toBe(1);
    expect(stepOf(repaired, "traces").partitions).toMatchObject({ ran: 13, cached: PARTITIONS - 13 });
    expect(await recordings(own)).toBe(RECORDINGS);
  }, 300_000);

  it("that was good before keeps its last rows, while another that changed is taken up", async () => {
    await run();
    const [step, path] = ["venkatachalam2024", "celegans/Venkatachalam2024/sample_worm_0.zip"];
    const changes = cutFiles();
    const other = "celegans/Venkatachalam2024/sample_worm_1.zip";
    changes.set(path, await edited(path, (fields) => void (fields.get("50") as string[]).splice(1, 1, "8.5")));
    changes.set(other, bytesOf(other).subarray(0, 1000));
    const broken = await run({ sources: changedMirror(changes) });
    expect(broken.exitCode).toBe(1);
    expect(failuresOf(broken)).toHaveLength(13);
    expect(failuresOf(broken).every(({ keepsLastResult }) => keepsLastResult)).toBe(true);
    expect(stepOf(broken, step).partitions).toEqual({ ran: 1, cached: 0, failed: 1, skipped: 0 });
    expect(stepOf(broken, "traces").partitions).toMatchObject({ ran: 1, failed: 0, skipped: 0 });
    expect(await recordings(home)).toBe(RECORDINGS);
    const value = `select "values"[51] as x from celegans_activity.trace
      where recording_id = 'Venkatachalam2024/sample_worm_0' and roi = 0 and kind = 'other'`;
    expect(await query(home, value)).toEqual([{ x: 8.5 }]);
    const back = await run();
    expect(back.exitCode).toBe(0);
    expect(hashesOf(back)).toEqual(hashesOf(first));
  }, 300_000);
});

describe("fields", () => {
  it("that are missing fail with file and field, in every dataset", async () => {
    const changes = new Map<string, Uint8Array>();
    for (const [, path, field] of ONE_FILE) {
      changes.set(path, await edited(path, (fields) => expect(fields.delete(field)).toBe(true)));
    }
    const sources = changedMirror(changes);
    await rm(join(sources, LEIFER));
    const summary = await run({ sources });
    expect(summary.exitCode).toBe(1);
    expect(failuresOf(summary)).toHaveLength(13);
    for (const [step, path, field] of ONE_FILE) {
      const [failure] = stepOf(summary, step).failures ?? [];
      expect(failure, step).toMatchObject({
        partition: path,
        error: { tag: "load/missing-field", fields: { file: path } },
        keepsLastResult: true,
      });
      expect(failure?.error.message, step).toContain(path);
      expect(failure?.error.message, step).toContain(field.replace(/\/data$/, ""));
      expect(failure?.error.fields.field, step).toBeTypeOf("string");
    }
    expect(stepOf(summary, "leifer2023").failures).toMatchObject([
      { error: { tag: "load/missing-field", fields: { field: "0_gcamp.txt" } } },
    ]);
    expect(await recordings(home)).toBe(RECORDINGS);
  }, 300_000);

  it("that are unknown are in `dropped`, by file and field, in every dataset that has names of fields", async () => {
    const changes = new Map<string, Uint8Array>();
    // Columns of the zipped CSV are known by their place.
    const named = ONE_FILE.filter(([step]) => step !== "venkatachalam2024");
    for (const [, path] of named) {
      changes.set(path, await edited(path, (fields, surprise) => void fields.set("surprise", surprise)));
    }
    const summary = await run({ sources: changedMirror(changes) });
    expect(summary.exitCode).toBe(0);
    expect(failuresOf(summary)).toEqual([]);
    const found = await query<{ path: string; reason: string }>(
      home,
      `select path, reason from celegans_activity.dropped join celegans_activity.source_file using (source_id)
       where ends_with(item, 'surprise') order by path`,
    );
    expect(found.map(({ path }) => path)).toEqual(named.map(([, path]) => path).sort());
    expect(new Set(found.map(({ reason }) => reason))).toEqual(new Set(["unknown_field"]));
    const back = await run();
    expect(hashesOf(back)).toEqual(hashesOf(first));
  }, 300_000);
});
