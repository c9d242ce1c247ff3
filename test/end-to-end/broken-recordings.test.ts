import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary, StepSummary } from "../../src/engine/types.js";
import type { BrokenRecording } from "../../src/sample-data/activity/broken-recording.js";
import { brokenRecordings } from "../../src/sample-data/activity/broken-recordings.js";
import { sampleRecordingFiles } from "../../src/sample-data/activity/sample-recordings.js";
import { builtPackage } from "../cli/support/built-package.js";
import { type CommandOutcome, command } from "../support/cli.js";
import { repositoryRoot } from "../support/real-data.js";

const folder = mkdtempSync(join(tmpdir(), "neurotables-broken-recordings-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [mirror, home] = [join(folder, "raw"), join(folder, "home")];
const PIPELINE = join(repositoryRoot, "pipelines", "celegans-activity.yaml");
const RECORDINGS = "SELECT recording_id FROM celegans_activity.recording ORDER BY recording_id";

/** What is put into the mirror, by the step that reads it. The file of each is one of the sample's, or a further one. */
const REFUSED: Readonly<Record<string, string>> = {
  dag2023_labelled: "flavell-hdf5: traces in another HDF5 file",
  flavell2023: "wormwideweb: times in minutes",
  kato2015: "matlab-cells: traces longer than the time vector",
  yemini2021: "matlab-classes: MATLAB 5 cut in half",
  lin2023: "matlab-worm: MATLAB 5 variable that claims 2 GB",
  nejatbakhsh2020: "nwb: 20 GB of traces in one small chunk",
  leifer2023: "text-files: labels that are fewer than the traces",
  venkatachalam2024: "zipped-csv: member outside of the archive",
};
/** Recordings that are unusual, each beside the sample's under another name. */
const CARRIED: Readonly<Record<string, string>> = {
  "celegans/Dag2023/swf702_with_id/one-frame-data.h5": "flavell-hdf5: one frame",
  "celegans/Dag2023/swf702_with_id/infinite-data.h5": "flavell-hdf5: NaN runs, a column of NaN, infinite values",
  "celegans/Lin2023/infinite_prfrd_data.mat": "matlab-worm: NaN runs, a column of NaN, infinite values",
  "celegans/Lin2023/longer_times_prfrd_data.mat": "matlab-worm: time vector longer than the traces",
};

const cases = await brokenRecordings();
const samples = new Map(sampleRecordingFiles(7).map(({ path, bytes }) => [path, bytes]));

function named(name: string): BrokenRecording {
  const found = cases.find((each) => each.name === name);
  if (found === undefined) throw new RangeError(`there is no broken recording ${name}`);
  return found;
}

function put(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(mirror, path)), { recursive: true });
  writeFileSync(join(mirror, path), bytes);
}

/** Puts back what the sample has in place of the files, or nothing. */
function restore({ files }: BrokenRecording): void {
  for (const path of Object.keys(files)) {
    const whole = samples.get(path);
    if (whole === undefined) rmSync(join(mirror, path));
    else put(path, whole);
  }
}

function neurotables(...words: readonly string[]): Promise<CommandOutcome> {
  return command([...words, "--home", home], { env: { NEUROTABLES_SOURCES: mirror } });
}

async function run(): Promise<{ summary: RunSummary; outcome: CommandOutcome }> {
  const outcome = await neurotables("run", PIPELINE, "--json");
  return { summary: JSON.parse(outcome.stdout) as RunSummary, outcome };
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const { stdout, stderr } = await neurotables("sql", sql, "--format", "json");
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Record<string, unknown>[];
}

const recordings = async () => (await query(RECORDINGS)).map(({ recording_id: id }) => String(id));
const stepOf = ({ steps }: RunSummary, name: string) => steps.find(({ step }) => step === name) as StepSummary;

beforeAll(() => {
  builtPackage();
  for (const [path, bytes] of samples) put(path, bytes);
  for (const name of Object.values(REFUSED)) {
    for (const [path, bytes] of Object.entries(named(name).files)) put(path, bytes);
  }
  for (const [path, name] of Object.entries(CARRIED)) put(path, named(name).files[named(name).path] as Uint8Array);
}, 300_000);

describe("a first run over broken recordings", () => {
  let broken: string[] = [];

  it("names each of them, and commits all others", async () => {
    const { summary, outcome } = await run();
    expect(outcome.code, outcome.stderr).toBe(1);
    expect(outcome.stdout + outcome.stderr).not.toMatch(/^ +at .*:\d+:\d+/m);
    expect(summary).toMatchObject({ ok: false, exitCode: 1, generation: expect.any(Number) });
    for (const [step, name] of Object.entries(REFUSED)) {
      const { expectedTag, path, says } = named(name);
      const { failures = [], status, partitions } = stepOf(summary, step);
      const found = failures.filter(({ error }) => error.message.includes(path));
      expect(found, `${step}: ${JSON.stringify(failures)}`).toHaveLength(1);
      const [{ error, keepsLastResult, recording } = {}] = found;
      expect({ tag: error?.tag, exitCode: error?.exitCode }, name).toEqual({ tag: expectedTag, exitCode: 1 });
      expect(error).not.toHaveProperty("stack");
      for (const text of says) expect(error?.message).toMatch(new RegExp(text, "u"));
      expect(keepsLastResult).toBe(false);
      expect({ status, ran: partitions.ran > 0 }, step).toMatchObject({ ran: true });
      expect(recording).toBe(step === "kato2015" ? "WT_Stim/1" : undefined);
    }
    const failed = summary.steps.filter(({ failures = [] }) => failures.length > 0).map(({ step }) => step);
    expect(failed.sort()).toEqual(Object.keys(REFUSED).sort());
    expect(summary.checks.filter(({ status }) => status !== "ok")).toEqual([]);
    broken = await recordings();
    expect(broken).toContain("Kato2015/WT_Stim/2");
    expect(broken).not.toContain("Kato2015/WT_Stim/1");
    for (const id of ["Dag2023/one-frame", "Dag2023/infinite", "Lin2023/infinite_prfrd_data"]) {
      expect(broken).toContain(id);
    }
  }, 300_000);

  it("accounts for the worm that failed and for times that belong to no frame", async () => {
    const rows = await query("SELECT item, reason, detail FROM celegans_activity.dropped");
    expect(rows).toContainEqual(expect.objectContaining({ item: "WT_Stim/1", reason: "failed" }));
    const late = rows.filter(({ item }) => String(item).endsWith("of longer_times_prfrd_data"));
    expect(late).toEqual([
      expect.objectContaining({ reason: "time_after_last_frame", detail: "43 time stamps, 40 frames" }),
    ]);
  });

  it("makes nothing of infinite values and of nothing: invalid samples, no error", async () => {
    const rows = await query(
      `SELECT roi, kind, len("values") AS samples, len(list_filter("values", x -> isnan(x))) AS missing
       FROM celegans_activity.trace
       WHERE recording_id = 'Dag2023/infinite' AND kind LIKE 'resampled%' ORDER BY roi, kind`,
    );
    expect(rows.map(({ roi }) => Number(roi))).toEqual([1, 1, 2, 2, 3, 3]);
    for (const { roi, samples: count, missing } of rows) {
      if (Number(roi) === 2) expect(missing).toEqual(count);
      else expect(Number(missing)).toBeGreaterThan(0);
      if (Number(roi) !== 2) expect(Number(missing)).toBeLessThan(Number(count));
    }
  });

  it("loses nothing once the files are whole again", async () => {
    for (const name of Object.values(REFUSED)) restore(named(name));
    const { summary, outcome } = await run();
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(summary.ok).toBe(true);
    const whole = await recordings();
    // The worms of the sample of Kato have names of their own.
    expect(broken.filter((id) => !whole.includes(id))).toEqual(["Kato2015/WT_Stim/2"]);
    expect(whole.length).toBeGreaterThan(broken.length);
    const { steps } = summary;
    const loaded = (step: string) => steps.find((each) => each.step === step)?.partitions;
    expect(loaded("dag2023_labelled")).toMatchObject({ ran: 1, failed: 0 });
    expect(loaded("kato2015")).toMatchObject({ ran: 1, failed: 0 });
  }, 300_000);

  it("keeps the last good result of a recording that breaks later", async () => {
    const before = await recordings();
    const name = REFUSED.flavell2023 as string;
    for (const [path, bytes] of Object.entries(named(name).files)) put(path, bytes);
    const { summary, outcome } = await run();
    restore(named(name));
    expect(outcome.code, outcome.stderr).toBe(1);
    expect(stepOf(summary, "flavell2023").failures).toEqual([expect.objectContaining({ keepsLastResult: true })]);
    expect(await recordings()).toEqual(before);
  }, 300_000);
});

describe("a pipeline that states a unit nobody knows", () => {
  it("is refused before anything is read, with the place in the file", async () => {
    const pipeline = join(folder, "units.yaml");
    const text = (unit: string) => `pipeline: units
dataset: celegans_activity
sources: { lab: { files: "celegans/Lab/*.csv", optional: true } }
steps:
  lab:
    load: activity/table
    source: lab
    into: [recording_record, roi_record, source_trace, behavior_record, event_record, stimulus_record]
    with:
      dataset: Lab
      traces: [{ kind: dff, unit: dF/F, orientation: frames-by-rois }]
      time: { column: t, unit: ${unit} }
`;
    writeFileSync(pipeline, text("fortnight"));
    const { code, stderr } = await neurotables("run", pipeline);
    expect(code).toBe(3);
    expect(stderr).toMatch(/units\.yaml:12:\d+/);
    expect(stderr).toMatch(/"s".*"ms".*"min"/);
    writeFileSync(pipeline, text("ms"));
    expect((await neurotables("plan", pipeline)).code).toBe(0);
  }, 60_000);
});
