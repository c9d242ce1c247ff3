import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.js";
import { flavellHdf5 } from "../../../src/loaders/activity/flavell-hdf5.js";
import { neuropalLabels } from "../../../src/loaders/activity/neuropal-labels.js";
import type { SourceFile } from "../../../src/loaders/loader.js";
import type { AffinityRoots } from "../../../src/stages/ntf/read-tensor.js";
import { rootsNormSquared } from "../../../src/stages/ntf/tensor-norm.js";
import type { Row } from "../../../src/tables/contract.js";
import { recordings } from "../../../src/transforms/activity/recordings.js";
import { traces } from "../../../src/transforms/activity/traces.js";
import { animals } from "../../../src/transforms/dynamic-connectome/animals.js";
import { dynamicConnectomeContract } from "../../support/dynamic-connectome-contracts.js";
import { memoryLoadContext, memoryTransformContext } from "../../support/memory-tables.js";
import { realData } from "../../support/real-data.js";
import { type AnimalRows, runAffinityInMemory, tensorOf } from "./affinity-in-memory.js";

const data = realData("celegans");

const WORMS = ["2022-07-26-31", "2022-07-26-38", "2022-07-27-31", "2022-07-27-45", "2022-08-02-31"];

type Tables = Record<string, Row[]>;

function sourceFile(path: string): SourceFile {
  const bytes = readFileSync(data.path(path));
  return { path, absolutePath: data.path(path), bytes: bytes.length, sha256: sha256(bytes), sourceId: path };
}

function activity(table: string) {
  return dynamicConnectomeContract(table.includes(".") ? table : `celegans_activity.${table}`);
}

/** The tables of `celegans_activity` that the five labelled worms give. */
async function activityTables(): Promise<Tables> {
  const tables: Tables = {
    ...{ recording_record: [], roi_record: [], source_trace: [], behavior_record: [], event_record: [] },
    ...{ stimulus_record: [], source_file: [], label_record: [], manifest_record: [] },
  };
  const add = (rows: Tables) => {
    for (const [table, more] of Object.entries(rows)) tables[table]?.push(...more);
  };
  for (const worm of WORMS) {
    const file = sourceFile(`Dag2023/swf702_with_id/${worm}-data.h5`);
    const parameters = flavellHdf5.parameters.parse({ dataset: "Dag2023", strain_pattern: "/(swf[0-9]+)_" });
    const { context, trace } = memoryLoadContext([file], parameters, activity);
    await flavellHdf5.load(context);
    add(trace.rows);
    tables.source_file?.push({ source_id: file.sourceId, path: file.path });
  }
  const labels = sourceFile("Dag2023/NeuroPAL_labels_dict.json");
  const loaded = memoryLoadContext([labels], neuropalLabels.parameters.parse({ dataset: "Dag2023" }), activity);
  await neuropalLabels.load(loaded.context);
  add(loaded.trace.rows);
  const ready = memoryTransformContext(tables, recordings.parameters.parse({}), activity);
  await recordings.run(ready.context);
  const framed = memoryTransformContext(tables, traces.parameters.parse({}), activity);
  await traces.run(framed.context);
  return { ...ready.rows, ...framed.rows };
}

/** Sum and norm of a tensor. */
function summary(values: Float64Array): [sum: number, norm: number] {
  let [sum, squares] = [0, 0];
  for (const a of values) {
    sum += a;
    squares += a * a;
  }
  return [sum, Math.sqrt(squares)];
}

describe.skipIf(!data.present)(`animals of real worms${data.reason}`, () => {
  let rows: AnimalRows;

  beforeAll(async () => {
    const inputs = Object.fromEntries(
      Object.entries(await activityTables()).map(([name, own]) => [`celegans_activity.${name}`, own]),
    );
    const { context, rows: written } = memoryTransformContext(
      inputs,
      animals.parameters.parse({}),
      dynamicConnectomeContract,
    );
    await animals.run(context);
    rows = written as unknown as AnimalRows;
  }, 120_000);

  it("have the neurons of their labels of confidence 2.5 and more without a question mark, VB02 as VB2", () => {
    const labels = JSON.parse(readFileSync(data.path("Dag2023", "NeuroPAL_labels_dict.json"), "utf8"));
    const counts = WORMS.map((worm) => {
      const own = rows.animal_trace.filter(({ animal_id }) => animal_id === `Dag2023/${worm}`);
      const raw = Object.entries<{ label: string; confidence: number }>(labels[worm][0])
        .filter(([, { label, confidence }]) => !label.includes("?") && confidence >= 2.5)
        .map(([roi, { label }]) => `${roi} ${label.replace(/0(?=\d$)/, "")}`);
      expect(own.map(({ roi, neuron_id }) => `${roi} ${neuron_id}`).sort()).toEqual(raw.sort());
      return own.length;
    });
    expect(counts).toEqual([91, 81, 91, 99, 99]);
    expect(new Set(rows.animal_mask.map(({ reason }) => reason))).toEqual(new Set(["filtered"]));
    expect(
      rows.animal.map(({ n_frames, trace_kind, stimulus_clock }) => [n_frames, trace_kind, stimulus_clock]),
    ).toEqual(WORMS.map(() => [800, "F_over_mean", null]));
  });

  it("have the affinities that scipy finds in their files", async () => {
    const { tables, warnings } = await runAffinityInMemory(rows, {
      experiments: { common: {}, union: { neurons: "union" }, shuffled: { control: { of: "common" } } },
    });
    expect(warnings).toEqual([]);
    const common = await tensorOf(tables, "common");
    expect(common.shape).toEqual([36, 36, 1000]);
    expect(common.complete).toBe(true);
    const union = await tensorOf(tables, "union");
    expect(union.shape).toEqual([131, 131, 1000]);
    expect(union.presence.reduce((sum, present) => sum + present, 0)).toBe(91 + 81 + 91 + 99 + 99);
    // numpy 2.4, scipy 1.17 and h5py on gcamp/traces_array_F_F20, ROIs by their labels: sum and norm over the worms.
    const expected = [
      [common, 130663.88266255654, 183.4655614919906],
      [union, 854784.62800538, 459.4311657842253],
    ] as const;
    for (const [tensor, sum, norm] of expected) {
      const found = summary(tensor.dense());
      expect(Math.abs(found[0] / sum - 1)).toBeLessThan(1e-10);
      expect(Math.abs(found[1] / norm - 1)).toBeLessThan(1e-10);
      const free = Math.sqrt(rootsNormSquared(tensor.roots as AffinityRoots));
      expect(Math.abs(free / norm - 1)).toBeLessThan(1e-10);
    }
    const shuffled = summary((await tensorOf(tables, "shuffled")).dense());
    expect(shuffled[1]).toBeLessThan(0.98 * summary(common.dense())[1]);
  }, 60_000);
});
