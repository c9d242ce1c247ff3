import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary, StepSummary } from "../../src/engine/types.js";
import { motifFiles } from "../../src/sample-data/dynamic-connectome/motif-files.js";
import { type PlantedRecording, plantedMotifs } from "../../src/sample-data/dynamic-connectome/planted-motifs.js";
import { type MotifProject, motifProject, statuses } from "./support/motif-project.js";

/** Short, and of three animals only. */
const planted = plantedMotifs({ seed: 3, frames: 240, presentations: 6 });
const three = planted.recordings.slice(0, 3);
const EXPERIMENTS = { common: { neurons: "common" }, union: { neurons: "union" } };
const FACTORS = { ranks: [1, 2], starts: 2, held_out: 0 };
const PARAMETERS = { affinity: { experiments: EXPERIMENTS }, factors: FACTORS };

let project: MotifProject;

const files = (recordings: readonly PlantedRecording[]) => motifFiles({ ...planted, recordings });
const write = (recordings: readonly PlantedRecording[]) => project.write(files(recordings));

/** The recordings, one of them changed. */
function withChanged(name: string, change: (recording: PlantedRecording) => PlantedRecording): PlantedRecording[] {
  return three.map((recording) => (recording.name === name ? change(recording) : recording));
}

function failure(summary: RunSummary, step: string): NonNullable<StepSummary["error"]> {
  const { error } = summary.steps.find((one) => one.step === step && one.status === "failed") ?? {};
  if (error === undefined) throw new Error(`${step} did not fail: ${JSON.stringify(statuses(summary))}`);
  return error;
}

const experiments = () =>
  project.rows("select run_id, alignment, n_animals, n_neurons, n_bins from experiment order by run_id");
const masks = () => project.rows("select run_id, animal_id, neuron_id, reason, n_bins from mask order by all");

beforeAll(async () => {
  project = await motifProject(files(three), PARAMETERS);
  const summary = await project.run();
  expect(summary.exitCode).toBe(0);
}, 300_000);

afterAll(() => project.remove());

describe("dynamic-connectome on recordings that are not as they should be", () => {
  it("takes three short ones", async () => {
    expect(await experiments()).toEqual([
      { run_id: "common", alignment: "shared_clock", n_animals: 3, n_neurons: 31, n_bins: 60 },
      { run_id: "union", alignment: "shared_clock", n_animals: 3, n_neurons: 32, n_bins: 60 },
    ]);
  });

  it("names animal, neuron and frame of a missing value, and leaves the earlier tables", async () => {
    const before = await project.rows("select * from factor_animal order by all");
    const [neuron] = planted.motifs[0]?.neurons ?? [];
    const roi = three[1]?.labels.indexOf(neuron as string) as number;
    const broken = withChanged("worm2", ({ traces, ...recording }) => ({
      ...recording,
      traces: traces.map((trace, index) => (index === roi ? trace.with(77, Number.NaN) : trace)),
    }));
    await write(broken);
    const summary = await project.run();
    expect(summary.exitCode).toBe(1);
    const { tag, message, wayOut } = failure(summary, "affinity");
    expect(tag).toBe("load/trace-nan");
    expect(message).toContain(`${neuron} in PlantedMotifs/worm2`);
    expect(message).toContain("frame 77 ");
    expect(wayOut).toContain("nan_policy: mask");
    expect(await project.rows("select * from factor_animal order by all")).toEqual(before);

    // Bins 17 to 21 hold the frames within eight of it.
    project.configure({ ...PARAMETERS, affinity: { experiments: EXPERIMENTS, nan_policy: "mask" } });
    expect((await project.run()).exitCode).toBe(0);
    const row = { animal_id: "PlantedMotifs/worm2", neuron_id: neuron, reason: "nan", n_bins: 5 };
    const found = await masks();
    expect(found).toContainEqual({ ...row, run_id: "common" });
    expect(found).toContainEqual({ ...row, run_id: "union" });
    const nulls = await project.rows("select * from factor_time where isnan(value)");
    expect(nulls).toEqual([]);
    project.configure(PARAMETERS);
    await write(three);
  }, 300_000);

  it("keeps a neuron of one animal in the union, with what that animal has of it", async () => {
    const alone = three.map((recording) => {
      if (recording.name === "worm1") return recording;
      const labels = recording.labels.map((label) => (label === "ASEL" ? "" : label));
      return {
        ...recording,
        labels,
        confidences: recording.confidences.map((c, roi) => (labels[roi] === "" ? null : c)),
      };
    });
    await write(alone);
    expect((await project.run()).exitCode).toBe(0);
    expect((await experiments()).map(({ n_neurons }) => n_neurons)).toEqual([30, 32]);
    const found = (await masks()).filter(({ neuron_id, run_id }) => neuron_id === "ASEL" && run_id === "union");
    expect(found).toEqual(
      ["worm2", "worm3"].map((name) => ({
        run_id: "union",
        animal_id: `PlantedMotifs/${name}`,
        neuron_id: "ASEL",
        reason: "absent",
        n_bins: 60,
      })),
    );
    const pairs = await project.rows(
      "select run_id, neuron_j from factor_pair where neuron_i = 'ASEL' or neuron_j = 'ASEL'",
    );
    expect(pairs.length).toBeGreaterThan(20);
    expect(new Set(pairs.map(({ run_id }) => run_id))).toEqual(new Set(["union"]));
    await write(three);
  }, 300_000);

  it("takes one animal", async () => {
    project.configure({ ...PARAMETERS, animals: { recordings: ["PlantedMotifs/worm1"] } });
    expect((await project.run()).exitCode).toBe(0);
    expect(await experiments()).toEqual([
      { run_id: "common", alignment: "shared_clock", n_animals: 1, n_neurons: 32, n_bins: 60 },
      { run_id: "union", alignment: "shared_clock", n_animals: 1, n_neurons: 32, n_bins: 60 },
    ]);
    const loadings = await project.rows<{ value: number }>("select value from factor_animal where run_id = 'common'");
    for (const { value } of loadings) expect(value).toBeCloseTo(1, 9);
    project.configure(PARAMETERS);
  }, 300_000);

  it("cuts unequal lengths to the shortest, or masks what an animal lacks", async () => {
    const unequal = withChanged("worm3", (recording) => ({
      ...recording,
      traces: recording.traces.map((trace) => trace.slice(0, 202)),
    }));
    await write(unequal);
    expect((await project.run()).exitCode).toBe(0);
    expect((await experiments()).map(({ n_bins }) => n_bins)).toEqual([50, 50]);
    const [left] = await project.rows(
      "select value from parameter where run_id = 'common' and step = 'affinity' and name = 'frames_left_out'",
    );
    expect(left).toEqual({ value: "82" });

    project.configure({ ...PARAMETERS, affinity: { experiments: EXPERIMENTS, lengths: "mask" } });
    expect((await project.run()).exitCode).toBe(0);
    expect((await experiments()).map(({ n_bins }) => n_bins)).toEqual([60, 60]);
    project.configure(PARAMETERS);
    await write(three);
  }, 300_000);

  it("says what is wrong with a choice of recordings that are not there", async () => {
    project.configure({ ...PARAMETERS, animals: { recordings: ["Planted/*"] } });
    const summary = await project.run();
    expect(summary.exitCode).not.toBe(0);
    const { tag, message } = failure(summary, "animals");
    expect(tag).toBe("usage/no-recording");
    expect(message).toContain("Planted/*");
    project.configure(PARAMETERS);
  }, 300_000);

  it("leaves out a rank that no such tensor has", async () => {
    const few = { classes: ["ASE", "AIA"], neurons: "common" };
    project.configure({ affinity: { experiments: { few } }, factors: { ...FACTORS, ranks: [2, 200] } });
    const summary = await project.run();
    expect(summary.exitCode).toBe(0);
    expect(await project.rows("select rank from rank")).toEqual([{ rank: 2 }]);
    project.configure(PARAMETERS);
  }, 300_000);

  it("tells a tensor of nothing but zeros", async () => {
    await write(
      three.map((recording) => ({ ...recording, traces: recording.traces.map((trace) => trace.map(() => 1)) })),
    );
    const summary = await project.run();
    expect(summary.exitCode).toBe(1);
    expect(failure(summary, "factors").tag).toBe("ntf/zero-tensor");
  }, 300_000);
});
