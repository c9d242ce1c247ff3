import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { sampleMotifFiles } from "../../src/sample-data/dynamic-connectome/motif-files.js";
import { plantedMotifs } from "../../src/sample-data/dynamic-connectome/planted-motifs.js";
import { repositoryRoot } from "../support/real-data.js";
import { query } from "../support/run-neurotables.js";
import {
  assignment,
  type Component,
  componentsOf,
  type MotifProject,
  motifProject,
  statuses,
} from "./support/motif-project.js";

// A command is a process of its own, and a test has up to a dozen.
vi.setConfig({ testTimeout: 240_000 });

const planted = plantedMotifs({ seed: 1 });
const { motifs, dtS } = planted;

/** Ranks on either side of the planted one; of the control that of its original alone. */
const PARAMETERS = {
  factors: { ranks: [1, 3, 4, 5], starts: 5, runs: { shuffled: { ranks: [4], starts: 8 } } },
};

let project: MotifProject;
let first: RunSummary;

beforeAll(async () => {
  project = await motifProject(sampleMotifFiles(1), PARAMETERS);
  first = await project.run();
}, 600_000);

afterAll(() => project.remove());

const read = new Map<string, Promise<Component[]>>();
/** Components of a run of the first command, read once. */
function componentsIn(run: string): Promise<Component[]> {
  const found = read.get(run) ?? componentsOf(project, run);
  read.set(run, found);
  return found;
}

/** Motif → the component to which all its neurons of a run belong, or undefined. */
function componentOf(components: readonly Component[], neurons: readonly string[]): Component | undefined {
  const assigned = assignment(components);
  const [one, ...others] = new Set(neurons.map((neuron) => assigned.get(neuron)));
  return others.length === 0 ? components.find(({ component }) => component === one) : undefined;
}

describe("dynamic-connectome on planted motifs", () => {
  it("leads from raw files to intervals in one command, and holds every check", () => {
    expect(first.exitCode).toBe(0);
    expect(new Set(first.steps.map(({ pipeline }) => pipeline))).toEqual(
      new Set(["celegans-activity", "dynamic-connectome"]),
    );
    expect(new Set(Object.values(statuses(first)))).toEqual(new Set(["ran"]));
    expect(first.checks.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(first.checks.length).toBeGreaterThan(5);
  });

  it("sees from the stimuli that the animals share a clock", async () => {
    const found = await project.rows(
      "select run_id, alignment, n_animals, n_neurons, n_pairs, n_bins, control_of from experiment order by run_id",
    );
    const shape = { alignment: "shared_clock", n_animals: 6, n_bins: 160, control_of: null };
    expect(found).toEqual([
      { ...shape, run_id: "common", n_neurons: 29, n_pairs: 406 },
      { ...shape, run_id: "shuffled", n_neurons: 29, n_pairs: 406, control_of: "common" },
      { ...shape, run_id: "union", n_neurons: 32, n_pairs: 496 },
    ]);
  });

  it("says which neurons an animal lacks, and why", async () => {
    const found = await project.rows(
      "select animal_id, neuron_id, reason from mask where run_id = 'union' order by neuron_id",
    );
    expect(found).toEqual([
      { animal_id: "PlantedMotifs/worm3", neuron_id: "ASGR", reason: "absent" },
      { animal_id: "PlantedMotifs/worm5", neuron_id: "RIMR", reason: "absent" },
      { animal_id: "PlantedMotifs/worm4", neuron_id: "RMGL", reason: "filtered" },
    ]);
  });

  it.each(["common", "union"])("chooses by the rule as many components as were planted: %s", async (run) => {
    const [chosen] = await project.rows<{ rank: number; choice: string; corcondia: number; stability: number }>(
      `select rank, choice, corcondia, stability, reproducible from rank where run_id = '${run}' and chosen`,
    );
    expect(chosen).toMatchObject({ rank: 4, choice: "rule", reproducible: true });
    expect(chosen?.corcondia).toBeGreaterThan(80);
    expect(chosen?.stability).toBeGreaterThan(0.95);
    const components = await project.rows<{ reproducible: boolean }>(
      `select reproducible from component where run_id = '${run}'`,
    );
    expect(components.map(({ reproducible }) => reproducible)).toEqual([true, true, true, true]);
  });

  it.each([
    ["common", planted.common],
    ["union", planted.union],
  ] as const)("finds in %s every group, its epoch and its animals", async (run, neurons) => {
    const components = await componentsIn(run);
    const owners = motifs.map((motif) => {
      const members = motif.neurons.filter((neuron) => neurons.includes(neuron)).sort();
      const component = componentOf(components, members);
      expect(component, motif.stimulus).toBeDefined();
      const { communities, centroidS, animals } = component as Component;
      expect(communities).toContainEqual(members);
      expect(centroidS).toBeGreaterThan(motif.epoch[0] * dtS);
      expect(centroidS).toBeLessThan(motif.epoch[1] * dtS);
      const active = Object.keys(animals).filter((name) => (animals[name] as number) > 0.5);
      expect(active).toEqual(motif.animals);
      return component?.component;
    });
    expect([...owners].sort()).toEqual([0, 1, 2, 3]);
  });

  it("has its intervals within the epochs, and on the animals that answer", async () => {
    const components = await componentsIn("common");
    for (const { neurons, epoch, animals } of motifs) {
      const members = neurons.filter((neuron) => planted.common.includes(neuron));
      const intervals = await project.rows<{ t_start_s: number; t_end_s: number; animals: string[] }>(
        `select t_start_s, t_end_s, animals from interval
         where run_id = 'common' and component = ${componentOf(components, members)?.component} order by interval`,
      );
      expect(intervals.length).toBeGreaterThan(0);
      for (const { t_start_s, t_end_s, animals: active } of intervals) {
        // A bin is 2 s, and the derivative smooths by as much; calcium falls for some seconds after an event.
        expect(t_start_s).toBeGreaterThanOrEqual(epoch[0] * dtS - 4);
        expect(t_end_s).toBeLessThanOrEqual(epoch[1] * dtS + 8);
        expect(active).toEqual(animals.map((name) => `PlantedMotifs/${name}`));
      }
    }
  });

  it("has a control without the groups, whose components do not come back", async () => {
    const [rank] = await project.rows<{ stability: number; reproducible: boolean; choice: string }>(
      "select stability, reproducible, choice from rank where run_id = 'shuffled' and chosen",
    );
    expect(rank).toMatchObject({ reproducible: false, choice: "original" });
    expect(rank?.stability).toBeLessThan(0.9);
    const components = await componentsIn("shuffled");
    expect(components).toHaveLength(4);
    for (const { neurons } of motifs) {
      const members = neurons.filter((neuron) => planted.common.includes(neuron)).sort();
      expect(componentOf(components, members)).toBeUndefined();
      for (const { communities } of components) expect(communities).not.toContainEqual(members);
    }
    const errors = await project.rows<{ run_id: string; best_err: number }>(
      "select run_id, best_err from rank where rank = 4 and run_id <> 'union' order by run_id",
    );
    expect(errors.map(({ run_id }) => run_id)).toEqual(["common", "shuffled"]);
    expect(errors[0]?.best_err).toBeLessThan(0.6);
    expect(errors[1]?.best_err).toBeGreaterThan(0.8);
  });

  it("answers the queries of its page", async () => {
    const page = readFileSync(join(repositoryRoot, "docs", "dynamic-connectome.md"), "utf8");
    const queries = [...page.matchAll(/^```sql\n([^`]*)^```/gm)].map(([, text = ""]) => text);
    const [headline, ...others] = queries.filter((text) => !text.includes("celegans_connectome"));
    const found = await query<{ neurons: string[]; from_s: number; animals: string[] }>(project.home, headline ?? "");
    const inOrder = found.sort((a, b) => a.from_s - b.from_s);
    expect(inOrder.map(({ neurons, animals }) => ({ neurons, animals }))).toEqual(
      motifs.map(({ neurons, animals }) => ({ neurons: [...neurons].sort(), animals })),
    );
    for (const text of others) expect((await query(project.home, text)).length, text).toBeGreaterThan(0);
    expect(others.length).toBeGreaterThan(3);
  });

  it("does nothing the second time, and after a change only what depends on it", async () => {
    const again = await project.run();
    expect(new Set(Object.values(statuses(again)))).toEqual(new Set(["cached"]));
    expect(again.steps.filter(({ status }) => status === "ran" || status === "failed")).toEqual([]);
    expect(again.generation).toBeNull();
    const changed = await project.run(["--set", "steps.communities.with.threshold=0.1"]);
    expect(changed.exitCode).toBe(0);
    const { communities, timeline, ...others } = statuses(changed);
    expect([communities, timeline]).toEqual(["ran", "ran"]);
    const { parameters, ...before } = others;
    expect(parameters).toBe("ran");
    expect(new Set(Object.values(before))).toEqual(new Set(["cached"]));
  });

  it.each([
    ["components", []],
    ["components", ["union"]],
    ["rank", []],
    ["communities", []],
  ])("draws %s %s", async (kind, argument) => {
    for (const format of ["svg", "png"]) {
      const out = join(project.folder, `${kind}${argument.join("")}.${format}`);
      const { code, stderr } = await project.command(["plot", kind, ...argument, "--out", out]);
      expect(code, stderr).toBe(0);
      expect(existsSync(out)).toBe(true);
      const start = readFileSync(out).subarray(0, 4).toString("latin1");
      expect(start).toBe(format === "svg" ? "<?xm" : "\x89PNG");
    }
  });
});

describe("dynamic-connectome on two devices", () => {
  it("gives the same on reference and cpu", async () => {
    project.configure({
      affinity: { experiments: { common: { neurons: "common" }, union: { neurons: "union" } } },
      factors: { ranks: [4], starts: 2 },
    });
    const found: { numbers: Map<string, number>; communities: unknown }[] = [];
    for (const device of ["reference", "cpu"]) {
      const summary = await project.run(["--device", device]);
      expect(summary.exitCode).toBe(0);
      expect(statuses(summary).factors).toBe("ran");
      found.push({ numbers: await numbersOf(project), communities: await project.rows(LEVEL_0) });
    }
    const [reference, cpu] = found as [(typeof found)[0], (typeof found)[0]];
    const keys = new Set([...reference.numbers.keys(), ...cpu.numbers.keys()]);
    expect(keys.size).toBeGreaterThan(4000);
    const differences = [...keys].map((key) => {
      const [one, other] = [reference.numbers.get(key) ?? 0, cpu.numbers.get(key) ?? 0];
      return Math.abs(one - other) / Math.max(1, Math.abs(one));
    });
    expect(Math.max(...differences)).toBeLessThan(1e-6);
    expect(cpu.communities).toEqual(reference.communities);
  }, 600_000);
});

const LEVEL_0 = "select run_id, component, community, neuron_id from community where level = 0 order by all";

/** Numbers of all results under a name each. */
async function numbersOf({ rows }: MotifProject): Promise<Map<string, number>> {
  const found = await rows<{ name: string; value: number }>(`
    select concat_ws(' ', run_id, rank, 'error') as name, best_err as value from rank
    union all select concat_ws(' ', run_id, rank, 'corcondia'), corcondia from rank
    union all select concat_ws(' ', run_id, component, 'lambda'), "lambda" from component
    union all select concat_ws(' ', run_id, component, 'bin', bin), value from factor_time
    union all select concat_ws(' ', run_id, component, animal_id), value from factor_animal
    union all select concat_ws(' ', run_id, component, neuron_i, neuron_j), value from factor_pair`);
  return new Map(found.map(({ name, value }) => [name, value]));
}
