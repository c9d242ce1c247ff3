import { describe, expect, it } from "vitest";
import type { Row } from "../../../src/tables/contract.js";
import { animals } from "../../../src/transforms/dynamic-connectome/animals.js";
import { dynamicConnectomeContract } from "../../support/dynamic-connectome-contracts.js";
import { memoryTransformContext } from "../../support/memory-tables.js";
import { activityTables, type RecordingGiven } from "./activity-tables.js";

const FRAMES = 9;

function ramp(slope: number): number[] {
  return Array.from({ length: FRAMES }, (_, k) => slope * k);
}

const TWO: RecordingGiven = {
  rois: [
    { label: "AVAL", values: ramp(1) },
    { label: "AVAR", values: ramp(2) },
  ],
};

async function run(
  recordings: Readonly<Record<string, RecordingGiven>>,
  parameters: Readonly<Record<string, unknown>> = {},
): Promise<Record<"animal" | "animal_trace" | "animal_mask", Row[]> & { warnings: string[] }> {
  const warnings: string[] = [];
  const { context, rows } = memoryTransformContext(
    activityTables(recordings),
    animals.parameters.parse(parameters),
    dynamicConnectomeContract,
  );
  await animals.run({ ...context, log: { info() {}, warn: (message) => void warnings.push(message) } });
  const { animal = [], animal_trace = [], animal_mask = [] } = rows;
  return { animal, animal_trace, animal_mask, warnings };
}

describe("animals of the dynamic connectome", () => {
  it("carries times, segments and the traces of identified neurons", async () => {
    const { animal, animal_trace, animal_mask } = await run({
      "Dag2023/a": {
        dt: 0.5,
        segments: [0, 4],
        rois: [
          { label: "AVAR", values: ramp(1), confidence: 2.5 },
          { label: null, values: ramp(9) },
          { label: "AVAL", values: ramp(2), status: "alias" },
        ],
      },
    });
    expect(animal).toEqual([
      {
        animal_id: "Dag2023/a",
        n_frames: FRAMES,
        median_dt_s: 0.5,
        t_s: ramp(0.5),
        segment_starts: [0, 4],
        trace_kind: "F_over_mean",
        unit: "unit of F_over_mean",
        stimulus_clock: null,
      },
    ]);
    expect(animal_trace).toEqual([
      { animal_id: "Dag2023/a", neuron_id: "AVAR", neuron_class: "AVA", roi: 1, values: ramp(1) },
      { animal_id: "Dag2023/a", neuron_id: "AVAL", neuron_class: "AVA", roi: 3, values: ramp(2) },
    ]);
    expect(animal_mask).toEqual([]);
  });

  it("masks labels that are doubtful, and neurons without a value; single missing values stay", async () => {
    const holed = [0, 1, Number.NaN, 3, 4, 5, 6, 7, 8];
    const { animal_trace, animal_mask } = await run({
      a: {
        rois: [
          ...TWO.rois,
          { label: "RIML", values: ramp(3), confidence: 2 },
          { label: "RIMR", values: ramp(Number.NaN) },
          { label: "RID", kinds: { gcamp: ramp(1) } },
          { label: "AIBL", values: holed, confidence: 3 },
          { label: "AIBR", values: ramp(1), status: "ambiguous" },
        ],
      },
    });
    expect(animal_mask).toEqual([
      { animal_id: "a", neuron_id: "RIML", reason: "filtered" },
      { animal_id: "a", neuron_id: "RIMR", reason: "nan" },
      { animal_id: "a", neuron_id: "RID", reason: "nan" },
    ]);
    expect(animal_trace.map(({ neuron_id }) => neuron_id)).toEqual(["AVAL", "AVAR", "AIBL"]);
    expect(animal_trace[2]?.values).toEqual(holed);
  });

  it("takes the recordings that a pattern names", async () => {
    const given = { "Dag2023/2022-07": TWO, "Dag2023/2022-08": TWO, "Kato2015/2022-07": TWO, "Dag2023x2022-07": TWO };
    const ids = async (recordings: readonly string[]) =>
      (await run(given, { recordings })).animal.map(({ animal_id }) => animal_id);
    expect(await ids(["Dag2023/*"])).toEqual(["Dag2023/2022-07", "Dag2023/2022-08"]);
    expect(await ids(["Dag2023?2022-07"])).toEqual(["Dag2023/2022-07", "Dag2023x2022-07"]);
    expect(await ids(["*-08", "Kato2015/2022-07"])).toEqual(["Dag2023/2022-08", "Kato2015/2022-07"]);
    await expect(run(given, { recordings: ["Dag2023"] })).rejects.toMatchObject({
      tag: "usage/no-recording",
      message: "no recording of 4 is called Dag2023",
    });
  });

  it("takes the primary kind of each recording, or the kind asked for", async () => {
    const given: Record<string, RecordingGiven> = {
      a: { rois: TWO.rois.map((roi) => ({ ...roi, kinds: { gcamp: ramp(5), resampled: [1, 2] } })) },
      b: { kind: "dff", rois: TWO.rois.map((roi) => ({ ...roi, kinds: { gcamp: ramp(6) } })) },
    };
    const byAnimal = ({ animal }: { animal: Row[] }) =>
      animal.map(({ animal_id, trace_kind }) => [animal_id, trace_kind]);
    expect(byAnimal(await run(given))).toEqual([
      ["a", "F_over_mean"],
      ["b", "dff"],
    ]);
    const asked = await run(given, { trace: "gcamp" });
    expect(byAnimal(asked)).toEqual([
      ["a", "gcamp"],
      ["b", "gcamp"],
    ]);
    expect(asked.animal_trace.map(({ values }) => (values as number[])[1])).toEqual([5, 5, 6, 6]);
    await expect(run(given, { trace: "dff" })).rejects.toMatchObject({
      tag: "contract/no-trace",
      message: expect.stringContaining("a (no dff; it has F_over_mean, gcamp)"),
      fields: { recordings: ["a"], kinds: ["F_over_mean", "gcamp"] },
    });
    await expect(run(given, { trace: "resampled" })).rejects.toMatchObject({ tag: "contract/no-trace" });
  });

  it("leaves out recordings with few neurons, and says so", async () => {
    const few: RecordingGiven = { rois: [{ label: "AVAL", values: ramp(1) }] };
    const silent: RecordingGiven = { rois: [...few.rois, { label: "AVAR", values: ramp(Number.NaN) }] };
    const { animal, animal_trace, animal_mask, warnings } = await run({ few, silent, two: TWO });
    expect(animal.map(({ animal_id }) => animal_id)).toEqual(["two"]);
    expect(animal_trace).toHaveLength(2);
    expect(animal_mask).toEqual([]);
    expect(warnings).toEqual([
      "left out, with fewer than 2 identified neurons: few",
      "left out, with fewer than 2 identified neurons: silent",
    ]);
    await expect(run({ few })).rejects.toMatchObject({ tag: "usage/no-recording", fields: { min_neurons: 2 } });
    expect((await run({ few }, { min_neurons: 1 })).animal).toHaveLength(1);
  });

  it("tells recordings stimulated alike by their clock", async () => {
    const first = { name: "butanone", t: 60.1 };
    const second = { name: "NaCl", t: 120 };
    const { animal } = await run({
      alike: { ...TWO, stimuli: [first, second] },
      alike_turned: { ...TWO, stimuli: [second, { ...first, t: 59.9 }] },
      later: { ...TWO, stimuli: [first, { ...second, t: 121 }] },
      other: { ...TWO, stimuli: [first, { ...second, name: "NH4Cl" }] },
      state: { ...TWO, stimuli: [first, { ...second, t: null }] },
      none: TWO,
    });
    const clocks = Object.fromEntries(animal.map(({ animal_id, stimulus_clock }) => [animal_id, stimulus_clock]));
    expect(clocks.none).toBeNull();
    expect(clocks.alike_turned).toBe(clocks.alike);
    expect(new Set(Object.values(clocks)).size).toBe(5);
  });

  it("refuses tables that do not fit together", async () => {
    const short: RecordingGiven = { frames: FRAMES, rois: [...TWO.rois, { label: "RID", values: [1, 2] }] };
    await expect(run({ short })).rejects.toMatchObject({
      tag: "contract/uneven-traces",
      message: "short: the trace of ROI 3 has 2 values, the recording 9 frames",
    });
    const twice: RecordingGiven = { rois: [...TWO.rois, { label: "AVAL", values: ramp(1) }] };
    await expect(run({ twice })).rejects.toMatchObject({ tag: "contract/duplicate-label" });
    const tables = activityTables({ a: TWO });
    tables["celegans_activity.frame"].splice(3, 1);
    const { context } = memoryTransformContext(tables, animals.parameters.parse({}), dynamicConnectomeContract);
    await expect(animals.run(context)).rejects.toMatchObject({ tag: "contract/uneven-traces", fields: { frame: 3 } });
    const split = activityTables({ a: TWO, b: TWO });
    const traces = split["celegans_activity.trace"];
    traces.push(...traces.splice(1, 1));
    const again = memoryTransformContext(split, animals.parameters.parse({}), dynamicConnectomeContract);
    await expect(animals.run(again.context)).rejects.toMatchObject({ tag: "contract/recording-split" });
  });
});
