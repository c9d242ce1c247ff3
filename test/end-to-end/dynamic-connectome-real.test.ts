import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { parseNpy } from "../../src/formats/volume/npy.js";
import { motifFiles } from "../../src/sample-data/dynamic-connectome/motif-files.js";
import { NEURON_LABELS } from "../../src/tables/neuron-registry.js";
import { realData, repositoryRoot } from "../support/real-data.js";
import { neurotablesJson, query } from "../support/run-neurotables.js";
import { assignment, componentsOf, type MotifProject, motifProject } from "./support/motif-project.js";

const reference = realData("ntf-mds");
const worms = realData("celegans");

interface ReferenceValues {
  readonly epochs_frames: readonly (readonly [number, number])[];
  /** Animal × group. */
  readonly active_animals_x_groups: readonly (readonly number[])[];
  readonly relerr_at_iteration: Readonly<Record<string, number>>;
  readonly component_to_group: readonly number[];
  readonly component_temporal_centroid_frame: readonly number[];
  readonly animal_loading: readonly (readonly number[])[];
}

const DT_S = 0.25;

describe.skipIf(!reference.present)(`traces of the reference values, as files${reference.reason}`, () => {
  let project: MotifProject;
  let expected: ReferenceValues;
  let groups: readonly string[][];
  let common: ReturnType<typeof componentsOf>;

  beforeAll(async () => {
    const read = (name: string) => parseNpy(readFileSync(reference.path("reference", "ntf", name)), { file: name });
    expected = JSON.parse(readFileSync(reference.path("reference", "ntf", "e2e.json"), "utf8"));
    const { data, shape } = read("e2e_traces.npy");
    const group = read("e2e_group.npy").data;
    const [animals, frames, count] = shape as [number, number, number];
    expect([animals, frames, count]).toEqual([5, 1200, 40]);
    const labels = NEURON_LABELS.slice(0, count);
    groups = [0, 1, 2, 3].map((k) => labels.filter((_, n) => Number(group[n]) === k));
    const recordings = Array.from({ length: animals }, (_, w) => ({
      name: `animal${w}`,
      labels,
      confidences: labels.map(() => 4),
      traces: labels.map((__, n) =>
        Float64Array.from({ length: frames }, (___, k) => data[(w * frames + k) * count + n] as number),
      ),
    }));
    const stimuli = expected.epochs_frames.map(([start, end], k) => ({
      name: `epoch ${k}`,
      onS: start * DT_S,
      offS: end * DT_S,
    }));
    project = await motifProject(motifFiles({ dtS: DT_S, recordings, stimuli }), {
      affinity: {
        experiments: { common: {}, shuffled: { control: { of: "common", kind: "circular_shift", seed: 1 } } },
      },
      factors: { ranks: [4], rank: 4, tolerance: null, iterations: 200, held_out: 0 },
    });
    const summary = await project.run();
    expect(summary.exitCode).toBe(0);
    common = componentsOf(project, "common");
    await common;
  }, 600_000);

  afterAll(() => project.remove());

  it("give the error of the reference from every start", async () => {
    const fits = await project.rows<{ start: number; rel_err: number }>(
      "select start, rel_err from run where run_id = 'common' order by start",
    );
    expect(fits).toHaveLength(8);
    for (const { rel_err } of fits) expect(rel_err).toBeCloseTo(expected.relerr_at_iteration["200"] as number, 7);
    const [rank] = await project.rows<{ stability: number }>(
      "select stability, reproducible from rank where run_id = 'common'",
    );
    expect(rank).toMatchObject({ reproducible: true });
    expect(rank?.stability).toBeCloseTo(1, 5);
  });

  it("give the groups as exact blocks, the components in the same order, and their centroids", async () => {
    const components = await common;
    const assigned = assignment(components);
    components.forEach(({ component, communities, centroidS }, index) => {
      const members = [...(groups[expected.component_to_group[index] as number] as string[])].sort();
      for (const neuron of members) expect(assigned.get(neuron)).toBe(component);
      expect(communities).toContainEqual(members);
      // The reference counts from the first frame of a bin, the table from its centre: 1.5 frames later.
      const frame = centroidS / DT_S - 1.5;
      expect(frame).toBeCloseTo(expected.component_temporal_centroid_frame[index] as number, 1);
      const [start, end] = expected.epochs_frames[expected.component_to_group[index] as number] as [number, number];
      expect(frame).toBeGreaterThan(start);
      expect(frame).toBeLessThan(end);
    });
  });

  it("give the loadings of the reference, below half in the animal that lacks two groups", async () => {
    const components = await common;
    components.forEach(({ animals }, index) => {
      const loadings = expected.animal_loading.map((row) => row[index] as number);
      const largest = Math.max(...loadings);
      loadings.forEach((loading, w) => {
        const found = animals[`animal${w}`] as number;
        expect(found).toBeCloseTo(loading / largest, 4);
        const active = expected.active_animals_x_groups[w]?.[expected.component_to_group[index] as number];
        expect(found > 0.5).toBe(active === 1);
      });
    });
    const intervals = await project.rows<{ animals: string[]; component: number }>(
      "select component, animals from interval where run_id = 'common'",
    );
    for (const { animals, component } of intervals) {
      const group = expected.component_to_group[component] as number;
      const active = expected.active_animals_x_groups.flatMap((row, w) =>
        row[group] === 1 ? [`PlantedMotifs/animal${w}`] : [],
      );
      expect(animals).toEqual(active);
    }
  });

  it("lose stability and groups when every trace is shifted", async () => {
    const [rank] = await project.rows<{ stability: number; best_err: number }>(
      "select stability, best_err, reproducible from rank where run_id = 'shuffled'",
    );
    expect(rank).toMatchObject({ reproducible: false });
    expect(rank?.stability).toBeLessThan(0.9);
    expect(rank?.best_err).toBeGreaterThan(0.8);
    const components = await componentsOf(project, "shuffled");
    for (const group of groups) {
      for (const { communities } of components) expect(communities).not.toContainEqual([...group].sort());
      const owners = new Set(group.map((neuron) => assignment(components).get(neuron)));
      expect(owners.size).toBeGreaterThan(1);
    }
  });
});

describe.skipIf(!worms.present)(`five worms without stimuli${worms.reason}`, () => {
  let home: string;
  let summary: RunSummary;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "neurotables-connectome-"));
    summary = await neurotablesJson<RunSummary>([
      ...["run", join(repositoryRoot, "pipelines", "dynamic-connectome.yaml")],
      ...["--sources", worms.root, "--home", home, "--promote"],
      ...["--set", "steps.factors.with.ranks=[2,3]", "--set", "steps.factors.with.starts=3"],
    ]);
  }, 1_200_000);

  afterAll(() => rm(home, { recursive: true, force: true }));

  it("run, one after the other on the axis of time, with their common neurons and all of them", async () => {
    expect(summary.exitCode).toBe(0);
    expect(summary.checks.filter(({ status }) => status !== "ok")).toEqual([]);
    const found = await query(
      home,
      `select run_id, alignment, n_animals, n_neurons, n_bins, control_of from dynamic_connectome.experiment order by 1`,
    );
    const same = { alignment: "concatenated", n_animals: 5, n_bins: 1000, control_of: null };
    expect(found).toEqual([
      { ...same, run_id: "common", n_neurons: 36 },
      { ...same, run_id: "shuffled", n_neurons: 36, control_of: "common" },
      { ...same, run_id: "union", n_neurons: 131 },
    ]);
  });

  it("say for every component and rank how far the starts agree, and for the control as well", async () => {
    const ranks = await query<{ stability: number; best_err: number }>(
      home,
      "select run_id, rank, stability, best_err, reproducible from dynamic_connectome.rank order by run_id, rank",
    );
    expect(ranks).toHaveLength(6);
    for (const { stability, best_err } of ranks) {
      expect(stability).toBeGreaterThan(0);
      expect(best_err).toBeLessThan(1);
    }
    const components = await query<{ run_id: string; fms_to_starts: number; reproducible: boolean }>(
      home,
      "select run_id, fms_to_starts, reproducible from dynamic_connectome.component",
    );
    expect(new Set(components.map(({ run_id }) => run_id))).toEqual(new Set(["common", "union", "shuffled"]));
    for (const { fms_to_starts, reproducible } of components) {
      expect(reproducible).toBe(fms_to_starts >= 0.9);
    }
  });

  it("have every component, community and interval on the clock of an animal", async () => {
    const [counts] = await query<Record<string, number>>(
      home,
      `select count(*) filter (animal_id is null)::int as none, count(*) filter (t_end_s > 700)::int as late,
         count(*)::int as intervals from dynamic_connectome.interval`,
    );
    expect(counts).toMatchObject({ none: 0, late: 0 });
    expect(counts?.intervals).toBeGreaterThan(3);
    const found = await query(
      home,
      `select run_id, component, count(distinct neuron_id)::int as neurons from dynamic_connectome.community where level = 0
       group by all having neurons <> if(run_id = 'union', 131, 36)`,
    );
    expect(found).toEqual([]);
    const neurons = await query<{ n: number }>(
      home,
      "select count(distinct neuron_id)::int as n from dynamic_connectome.factor_neuron where run_id = 'union'",
    );
    expect(neurons).toEqual([{ n: 131 }]);
  });
});
