import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { NeurotablesError } from "../../../src/base/errors.js";
import type { SourceFile } from "../../../src/loaders/loader.js";
import { sampleRecordingFiles } from "../../../src/sample-data/activity/sample-recordings.js";
import { writeSampleFiles } from "../../../src/sample-data/sample-sources.js";
import { editFields, fieldNames } from "../../support/edit-fields.js";
import { type LoadTrace, memoryLoadContext } from "../../support/memory-tables.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { account, describeSource } from "../connectome/load-in-memory.js";
import { filesOf, loaderOf, partitionsOf } from "./activity-steps.js";

const TRACES = "processing/CalciumActivity/SignalRawFluor/SignalCalciumImResponseSeries/data";

/** Fields without which a recording cannot be loaded: of the first file of each step, or the only one of its format. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  kato2015: ["NeuronNames", "deltaFOverF_bc", "tv"],
  nichols2017: ["IDs", "timeVectorSeconds", "traces"],
  skora2018: ["IDs", "timeVectorSeconds", "traces"],
  kaplan2020: ["neuron_ID", "time_vector", "traces_bleach_corrected"],
  // A series of NWB has values and times, whatever it is of.
  nejatbakhsh2020: [TRACES, "stimulus/presentation/odor/data", "stimulus/presentation/odor/timestamps"],
  yemini2021: ["files", "fps", "is_L", "neurons", "norm_traces"],
  uzel2022: ["IDs", "traces", "tv"],
  dag2023_labelled: ["gcamp/traces_array_F_F20", "timing/timestamp_confocal"],
  dag2023_unlabelled: ["gcamp/traces_array_F_F20", "timing/timestamp_confocal"],
  lin2023: ["F_0", "corrected_F", "proofread_neurons", "times", "use_flag"],
  // Of two kinds of traces one is enough.
  flavell2023: ["timestamp_confocal"],
  venkatachalam2024: ["neuron"],
  dag2023_manifest: ["filename", "uid"],
};

const samples = new Map(sampleRecordingFiles(1).map(({ path, bytes }) => [path, bytes]));
const mirror = temporaryDirectory();
let edits = 0;

beforeAll(async () => {
  await writeSampleFiles(
    mirror,
    [...samples].map(([path, bytes]) => ({ path, bytes })),
  );
});

/** Loads the partition of one file of a step, with other bytes for that file (null: it is not there). */
async function load(step: string, path: string, bytes: Uint8Array | null): Promise<LoadTrace> {
  const { loader, parameters } = await loaderOf(step);
  const all = filesOf(step, mirror).map((each) => describeSource(each, join(mirror, each)));
  const part = partitionsOf(loader, all).find((files) => files.some((file) => file.path === path)) as SourceFile[];
  const replaced = part.flatMap((file) => {
    if (file.path !== path) return [file];
    if (bytes === null) return [];
    const target = join(mirror, "edits", String(edits++), path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
    return [describeSource(path, target)];
  });
  const { context, trace } = memoryLoadContext(replaced, parameters);
  await loader.load(context);
  for (const file of replaced) {
    const { read, carried, dropped } = account(trace, file.path);
    expect(carried + dropped, `${file.path} of ${step}`).toBe(read);
  }
  return trace;
}

/** The error of a load that should fail; null when it does not. */
async function failure(loading: Promise<LoadTrace>): Promise<NeurotablesError | null> {
  try {
    const { failures } = await loading;
    return failures[0]?.error ?? null;
  } catch (error) {
    if (error instanceof NeurotablesError) return error;
    throw error;
  }
}

describe.each(Object.entries(NEEDED))("fields of %s", (step, needed) => {
  const first = () => filesOf(step, mirror)[0] as string;

  it("that are missing fail with file and field, if a recording needs them; it loads without any other", async () => {
    const path = first();
    const bytes = samples.get(path) as Uint8Array;
    const names = (await fieldNames(path, bytes)).filter((name) => !name.startsWith("column ") && !/^\d+$/.test(name));
    const failed: string[] = [];
    for (const name of names) {
      const edited = await editFields(path, bytes, (fields) => void fields.delete(name));
      const error = await failure(load(step, path, edited));
      if (error === null) continue;
      failed.push(name);
      expect(error.tag).toMatch(/^(load\/missing-field|format\/missing-column)$/);
      expect(error.message, name).toContain(path);
      expect(error.message, name).toContain(name.replace(/\/data$/, ""));
      expect(error.fields).toMatchObject({ file: path });
    }
    expect(failed.sort()).toEqual(needed);
  });

  it("that nobody knows are dropped with a row that names file and field", async () => {
    const path = first();
    const bytes = samples.get(path) as Uint8Array;
    const before = await load(step, path, bytes);
    const edited = await editFields(path, bytes, (fields, surprise) => void fields.set("surprise", surprise));
    const error = await failure(load(step, path, edited));
    if (step === "venkatachalam2024") {
      // Columns are known by their place there: with one more behind the last, that one would be a frame.
      expect(error).toMatchObject({ tag: "format/missing-header", fields: { file: path } });
      return;
    }
    expect(error).toBeNull();
    const after = await load(step, path, edited);
    expect(after.rows).toEqual(before.rows);
    const more = after.drops.filter(({ item }) => !before.drops.some((drop) => drop.item === item));
    expect(more).toMatchObject([
      { file: { path }, scope: "column", reason: expect.stringMatching(/^(unknown_field|not_in_table)$/) },
    ]);
    expect(more[0]?.item).toMatch(/surprise$/);
  });
});

describe("files of a worm of Leifer 2023", () => {
  it.each(["gcamp", "labels", "t"])("fail without the one of %s, by its name", async (role) => {
    const path = `celegans/Leifer2023/0_${role}.txt`;
    const error = await failure(load("leifer2023", path, null));
    expect(error).toMatchObject({ tag: "load/missing-field", fields: { field: `0_${role}.txt` } });
    expect(error?.message).toContain("celegans/Leifer2023/0_");
  });

  it.each(["stim_volume_i", "stim_neurons", "ds_name"])("load without the one of %s", async (role) => {
    expect(await failure(load("leifer2023", `celegans/Leifer2023/0_${role}.txt`, null))).toBeNull();
  });
});

it("a recording of WormWideWeb without either kind of traces fails", async () => {
  const path = "celegans/Flavell2023/2022-06-14-01.json";
  const edited = await editFields(path, samples.get(path) as Uint8Array, (fields) => {
    fields.delete("trace_array");
    fields.delete("trace_original");
  });
  const error = await failure(load("flavell2023", path, edited));
  expect(error).toMatchObject({ tag: "load/missing-field", fields: { file: path } });
  expect(error?.message).toContain("trace_original");
});

it("values that a field has beside those that are read are named", async () => {
  const path = "celegans/Lin2023/101_prfrd_data.mat";
  const edited = await editFields(path, samples.get(path) as Uint8Array, (fields) => {
    // A square matrix, of which the first column is read.
    (fields.get("F_0") as { real: Float64Array }).real.set([4, Number.NaN], 6);
  });
  const { drops } = await load("lin2023", path, edited);
  expect(drops.filter(({ item }) => item.startsWith("F_0"))).toMatchObject([
    { reason: "other_columns", detail: "2 values that are not 0", count: 0 },
  ]);
});
