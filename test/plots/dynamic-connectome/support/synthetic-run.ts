import { seededRandom } from "../../../../src/sample-data/seeded-random.js";
import type { Row } from "../../../../src/tables/contract.js";
import { NEURON_CLASS_MEMBERS } from "../../../../src/tables/neuron-class.js";

/** Rows by `dataset.table`; columns that are left out are null, or the nothing of their type. */
export type TableRows = Readonly<Record<string, readonly Row[]>>;

export interface RunOptions {
  readonly seed: number;
  readonly runId: string;
  readonly neurons: number;
  readonly animals: number;
  /** Of the whole time mode. */
  readonly bins: number;
  readonly components: number;
  readonly alignment?: "concatenated" | "shared_clock";
  readonly kernel?: "geomean" | "signed";
  readonly control?: boolean;
  readonly controlOf?: string;
  /** Components that other starts do not find again. */
  readonly lost?: readonly number[];
  /** Components without community structure. */
  readonly unstructured?: readonly number[];
  readonly starts?: number;
  readonly neuronNames?: readonly string[];
}

const BIN_FRAMES = 4;
const FRAME_S = 0.6;

/** An invented run, with rank evidence, communities and their timeline. */
export function syntheticRun(options: RunOptions): TableRows {
  const { seed, runId, bins, components, alignment = "concatenated", control = false } = options;
  const { kernel = "geomean", lost = [], unstructured = [], starts = 5 } = options;
  const random = seededRandom(seed);
  const all = Object.values(NEURON_CLASS_MEMBERS).flat();
  const step = all.length / options.neurons;
  const neurons =
    options.neuronNames ??
    Array.from({ length: options.neurons }, (_, index) => all[Math.floor(index * step)] as string);
  const animals = animalIds(options.animals);
  const run = { run_id: runId };
  const concatenated = alignment === "concatenated";
  const perAnimal = Math.floor(bins / animals.length);
  const animalOf = (bin: number) => Math.min(animals.length - 1, Math.floor(bin / perAnimal));
  const binRows = Array.from({ length: bins }, (_, bin) => {
    const own = concatenated ? bin - animalOf(bin) * perAnimal : bin;
    return {
      ...run,
      bin,
      animal_id: concatenated ? animals[animalOf(bin)] : null,
      first_frame: own * BIN_FRAMES,
      t_s: (own + 0.5) * BIN_FRAMES * FRAME_S - FRAME_S / 2,
    };
  });
  const rows: Record<string, Row[]> = { factor_pair: [], factor_time: [], factor_animal: [], component: [] };
  const intervals: Row[] = [];
  const [communities, graphs] = [[] as Row[], [] as Row[]];
  const weights = Array.from({ length: components }, (_, component) => 40 / (1 + component * 0.7));
  const total = weights.reduce((sum, weight) => sum + weight ** 2, 0);
  const memberships: number[][] = [];
  for (let component = 0; component < components; component++) {
    const lambda = weights[component] as number;
    rows.component?.push({
      ...run,
      component,
      lambda,
      share: lambda ** 2 / total,
      best_start: 0,
      fms_to_starts:
        starts === 1 ? null : lost.includes(component) ? 0.41 + 0.05 * component : 0.99 - 0.003 * component,
      reproducible: starts === 1 ? null : !lost.includes(component),
    });
    // Neurons of a group are strong in it; those of the others are weak and fall into two more communities.
    const groups = Math.max(2, Math.min(5, 2 + (component % 4)));
    const member = neurons.map(() => random.integer(groups));
    memberships.push(member);
    const strength = neurons.map((_, index) => (member[index] === 0 ? 0.6 : 0.15) + 0.4 * random.next() ** 2);
    const weight = (i: number, j: number) =>
      (strength[i] as number) * (strength[j] as number) * (member[i] === member[j] ? 1 : 0.25) * 0.3;
    for (let i = 0; i < neurons.length; i++) {
      for (let j = i + 1; j < neurons.length; j++) {
        const pair = { ...run, component, neuron_i: neurons[i], neuron_j: neurons[j] };
        rows.factor_pair?.push({ ...pair, direction: "together", value: weight(i, j) * (0.7 + 0.3 * random.next()) });
        if (kernel !== "signed" || member[i] === member[j]) continue;
        rows.factor_pair?.push({ ...pair, direction: "opposite", value: 0.1 * random.next() ** 2 });
      }
    }
    const loading = animals.map((_, animal) => ((component + animal) % 4 === 3 ? 0.12 : 0.4 + 0.15 * random.next()));
    const time = timeCourse({ bins, component, components, random, animalOf, perAnimal, loading, concatenated });
    time.forEach((value, bin) => {
      const at = binRows[bin] as (typeof binRows)[number];
      rows.factor_time?.push({ ...run, component, bin, animal_id: at.animal_id, t_s: at.t_s, value });
    });
    animals.forEach((animal, index) => {
      const block = time.slice(index * perAnimal, index === animals.length - 1 ? bins : (index + 1) * perAnimal);
      const mean = block.reduce((sum, value) => sum + value, 0) / block.length;
      rows.factor_animal?.push({ ...run, component, animal_id: animal, value: concatenated ? mean : loading[index] });
    });
    activeRuns(time, concatenated ? perAnimal : bins).forEach(([first, last], interval) => {
      const animal = concatenated ? (animals[animalOf(first)] as string) : null;
      const half = (BIN_FRAMES * FRAME_S) / 2;
      intervals.push({
        ...run,
        component,
        interval,
        animal_id: animal,
        first_bin: first,
        last_bin: last,
        t_start_s: (binRows[first]?.t_s as number) - half,
        t_end_s: (binRows[last]?.t_s as number) + half,
        animals: animal === null ? animals : [animal],
      });
    });
    const found = !unstructured.includes(component);
    graphs.push({
      ...run,
      component,
      method: "weighted_sbm",
      threshold: 0.001,
      n_neurons: neurons.length,
      n_edges: (neurons.length * (neurons.length - 1)) / 2,
      n_communities: found ? groups : 1,
      structure_found: found,
      description_length: -500.5,
      description_length_one: -120.25,
    });
    neurons.forEach((neuron, index) => {
      communities.push({
        ...run,
        component,
        method: "weighted_sbm",
        level: 0,
        community: found ? member[index] : 0,
        neuron_id: neuron,
        strength: strength[index],
        description_length: -500.5,
      });
    });
    if (!found) memberships[component] = neurons.map(() => 0);
  }
  return {
    "dynamic_connectome.experiment": [
      {
        ...run,
        alignment,
        kernel,
        neuron_set: "common",
        control: control ? "circular_shift" : null,
        control_of: options.controlOf ?? null,
        n_animals: animals.length,
        n_neurons: neurons.length,
        n_pairs: (neurons.length * (neurons.length - 1)) / 2,
        n_bins: bins,
        bin_frames: BIN_FRAMES,
        sigma_frames: 2,
        clip: 3,
        neurons,
        animals,
      },
    ],
    "dynamic_connectome.bin": binRows,
    ...Object.fromEntries(Object.entries(rows).map(([name, of]) => [`dynamic_connectome.${name}`, of])),
    ...rankRows({ runId, chosen: components, starts, control, random }),
    "dynamic_connectome.graph": graphs,
    "dynamic_connectome.community": communities,
    "dynamic_connectome.interval": intervals,
    "dynamic_connectome.flow": flowRows(run, intervals, memberships),
  };
}

export function animalIds(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `Invented2026/2026-0${1 + Math.floor(index / 9)}-${20 + (index % 9)}-01`,
  );
}

function timeCourse(options: {
  readonly bins: number;
  readonly component: number;
  readonly components: number;
  readonly random: ReturnType<typeof seededRandom>;
  readonly animalOf: (bin: number) => number;
  readonly perAnimal: number;
  readonly loading: readonly number[];
  readonly concatenated: boolean;
}): number[] {
  const { bins, component, components, random, animalOf, perAnimal, loading, concatenated } = options;
  let level = 0;
  const length = concatenated ? perAnimal : bins;
  const values = Array.from({ length: bins }, (_, bin) => {
    const phase = (bin % length) / length;
    const centre = (component + 0.5) / components;
    const epoch = Math.abs(phase - centre) < 0.7 / components ? 1 : 0.08;
    level = 0.75 * level + 0.25 * (random.chance(0.3) ? 1 : 0);
    return epoch * level * (concatenated ? (loading[animalOf(bin)] as number) : 1) + 0.01 * random.next();
  });
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
  return values.map((value) => value / norm);
}

/** Bins above half the maximum, gaps of one bin closed, cut at the ends of blocks. */
function activeRuns(values: readonly number[], block: number): [number, number][] {
  const half = Math.max(...values) / 2;
  const runs: [number, number][] = [];
  values.forEach((value, bin) => {
    if (value <= half) return;
    const last = runs.at(-1);
    const together = last !== undefined && bin - last[1] <= 2;
    if (last !== undefined && together && Math.floor(last[1] / block) === Math.floor(bin / block)) last[1] = bin;
    else runs.push([bin, bin]);
  });
  return runs;
}

function flowRows(run: Row, intervals: readonly Row[], memberships: readonly (readonly number[])[]): Row[] {
  const ordered = [...intervals].sort(
    (a, b) => (a.first_bin as number) - (b.first_bin as number) || (a.component as number) - (b.component as number),
  );
  const counts = new Map<string, number>();
  ordered.slice(1).forEach((next, index) => {
    const before = ordered[index] as Row;
    if (before.animal_id !== next.animal_id || before.component === next.component) return;
    const key = `${before.component} ${next.component}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  const rows: Row[] = [];
  for (const [key, transitions] of [...counts].sort()) {
    const [from, to] = key.split(" ").map(Number) as [number, number];
    const [one, other] = [memberships[from] as number[], memberships[to] as number[]];
    const cells = new Map<string, number>();
    one.forEach((community, neuron) => {
      const cell = `${community} ${other[neuron]}`;
      cells.set(cell, (cells.get(cell) ?? 0) + 1);
    });
    for (const [cell, count] of [...cells].sort()) {
      const [a, b] = cell.split(" ").map(Number);
      rows.push({
        ...run,
        from_component: from,
        from_community: a,
        to_component: to,
        to_community: b,
        n_neurons: count,
        n_transitions: transitions,
      });
    }
  }
  return rows;
}

function rankRows(options: {
  readonly runId: string;
  readonly chosen: number;
  readonly starts: number;
  readonly control: boolean;
  readonly random: ReturnType<typeof seededRandom>;
}): TableRows {
  const { runId, chosen, starts, control, random } = options;
  const ranks = Array.from({ length: Math.max(8, chosen + 2) }, (_, index) => index + 1);
  const runs: Row[] = [];
  const evidence = ranks.map((rank) => {
    const base = control ? 0.9 - 0.008 * rank : 0.85 - (0.6 * Math.min(rank, chosen)) / chosen - 0.004 * rank;
    const errors = Array.from({ length: starts }, (_, start) => base + (start === 0 ? 0 : 0.03 * random.next() ** 3));
    const stuck = starts > 3 && rank === chosen && !control;
    if (stuck) errors[starts - 1] = base + 0.12;
    errors.forEach((error, start) => {
      runs.push({
        run_id: runId,
        rank,
        start,
        seed: BigInt(start),
        algorithm: "hals",
        iteration: 200,
        rel_err: error,
        converged: true,
        stuck: stuck && start === starts - 1,
        fms_to_best: start === 0 ? null : 0.97,
        errors: [0.9, error],
      });
    });
    return {
      run_id: runId,
      rank,
      best_err: Math.min(...errors),
      corcondia: rank <= chosen && !control ? 100 - 2 * rank : -50 - 40 * rank,
      stability:
        starts === 1
          ? null
          : control
            ? Math.max(0.4, 1 - 0.08 * rank)
            : rank <= chosen
              ? 1 - 0.004 * rank
              : 0.93 - 0.02 * rank,
      nuclear_score: rank < 3 ? 1 : 1 + 0.4 * rank - 0.01 * rank ** 2,
      cv_err: control ? null : base + 0.02 + (rank > chosen ? 0.03 * (rank - chosen) : 0),
      chosen: rank === chosen,
      reproducible: starts === 1 ? null : !control,
      choice: rank === chosen ? (control ? "given" : "rule") : null,
    };
  });
  const limits = { least_corcondia: 80, least_stability: 0.95, reproducible: 0.9, corcondia: 1 };
  const parameters = Object.entries(limits).map(([name, value]) => ({
    run_id: runId,
    step: "factors",
    name,
    value: JSON.stringify(value),
  }));
  return {
    "dynamic_connectome.rank": evidence,
    "dynamic_connectome.run": runs,
    "dynamic_connectome.parameter": parameters,
  };
}

/** Behaviour of the animals of {@link syntheticRun}: velocity, reversals, and stimuli where asked for. */
export function syntheticBehaviour(options: {
  readonly seed: number;
  readonly animals: number;
  readonly frames: number;
  readonly stimuli?: number;
}): TableRows {
  const { seed, frames, stimuli = 0 } = options;
  const random = seededRandom(seed);
  const [behavior, event, stimulus]: [Row[], Row[], Row[]] = [[], [], []];
  for (const animal of animalIds(options.animals)) {
    let speed = 0.4;
    let start: number | undefined;
    let level = 0;
    const values: number[] = [];
    for (let k = 0; k < frames; k++) {
      if (speed > 0 && random.chance(0.02)) {
        speed = -0.5;
        start = k;
      } else if (speed < 0 && random.chance(0.12)) {
        speed = 0.4;
        event.push({
          recording_id: animal,
          name: "reversal",
          event_index: event.length,
          t_start_s: (start as number) * FRAME_S,
          t_end_s: k * FRAME_S,
          stated_by: "recording",
        });
      }
      level = 0.7 * level + 0.3 * (speed + 0.3 * (random.next() - 0.5));
      values.push(level);
    }
    behavior.push({ recording_id: animal, channel: "velocity", sub_index: 0, unit: "mm/s", values });
    for (let index = 0; index < stimuli; index++) {
      const onS = ((index + 0.4) * frames * FRAME_S) / stimuli;
      stimulus.push({
        recording_id: animal,
        stim_index: index,
        kind: "odour",
        name: ["NaCl", "2-butanone", "diacetyl"][index % 3],
        t_on_s: onS,
        t_off_s: onS + 10,
      });
    }
  }
  return {
    "celegans_activity.behavior": behavior,
    "celegans_activity.event": event,
    ...(stimuli > 0 ? { "celegans_activity.stimulus": stimulus } : {}),
  };
}

/** Rows of several sets together. */
export function joinRows(...sets: readonly TableRows[]): TableRows {
  const joined: Record<string, Row[]> = {};
  for (const [table, rows] of sets.flatMap((set) => Object.entries(set))) {
    joined[table] = [...(joined[table] ?? []), ...rows];
  }
  return joined;
}
