import { type Canonical, canonicalJson } from "../../base/canonical-json.js";
import type { Row } from "../../tables/contract.js";
import type { TableSink } from "../../tables/table-io.js";
import { forEachPair, pairCount } from "./affinity.js";
import type { RunPlan } from "./affinity-plan.js";
import type { Animal } from "./affinity-sources.js";
import { PAIR_AFFINITIES } from "./kernels.js";

/** Rows of `affinity_pair` written at once. */
const BLOCK = 16_384;

/** Slopes of a neuron of the run in one animal, on the frames of its bins. */
export interface NeuronSlopes {
  /** Index into the animals of the run. */
  readonly animal: number;
  readonly animalId: string;
  readonly neuronId: string;
  readonly values: Float64Array;
}

/** Bins that a neuron lacks in an animal that has it. */
export interface MaskedNeuron {
  readonly animalId: string;
  readonly neuronId: string;
  readonly bins: number;
}

export function writeExperiment(sink: TableSink, plan: RunPlan): void {
  const { experiment, animals, neurons, alignment, bins } = plan;
  const { settings, control, runId } = experiment;
  sink.write([
    {
      run_id: runId,
      alignment,
      kernel: settings.kernel,
      neuron_set: settings.neurons,
      control: control?.kind ?? null,
      control_of: control?.of ?? null,
      n_animals: animals.length,
      n_neurons: neurons.length,
      n_pairs: pairCount(neurons.length),
      n_bins: bins,
      bin_frames: settings.bin_frames,
      sigma_frames: settings.sigma_frames,
      clip: settings.clip,
      neurons,
      animals: animals.map(({ animalId }) => animalId),
    },
  ]);
}

/** Bins with their centres: of each animal in turn, or the mean over the animals that reach so far. */
export function writeBins(sink: TableSink, plan: RunPlan): void {
  const { experiment, animals, alignment, binCounts, bins } = plan;
  const { runId: run_id, settings } = experiment;
  const width = settings.bin_frames;
  const rows: Row[] = [];
  if (alignment === "concatenated") {
    animals.forEach(({ animalId, timeS }, w) => {
      for (let own = 0; own < (binCounts[w] as number); own++) {
        const first = own * width;
        rows.push({
          run_id,
          bin: rows.length,
          animal_id: animalId,
          first_frame: first,
          t_s: centre(timeS, first, width),
        });
      }
    });
  } else {
    for (let bin = 0; bin < bins; bin++) {
      const first = bin * width;
      const reaching = animals.filter(({ frames }) => first + width <= frames);
      const sum = reaching.reduce((total, { timeS }) => total + centre(timeS, first, width), 0);
      rows.push({ run_id, bin, animal_id: null, first_frame: first, t_s: sum / reaching.length });
    }
  }
  sink.write(rows);
}

/** Middle between the times of the first and the last frame. */
function centre(timeS: Float64Array, first: number, width: number): number {
  return ((timeS[first] as number) + (timeS[first + width - 1] as number)) / 2;
}

/** Neurons that an animal lacks, in whole or in some bins, each with one reason. */
export function writeMasks(sink: TableSink, plan: RunPlan, masked: readonly MaskedNeuron[]): void {
  const { experiment, animals, neurons, filtered, binCounts } = plan;
  const run_id = experiment.runId;
  const partly = new Map(masked.map(({ animalId, neuronId, bins }) => [`${animalId}\n${neuronId}`, bins]));
  const rows: Row[] = [];
  animals.forEach((animal, w) => {
    const { animalId: animal_id } = animal;
    const all = binCounts[w] as number;
    const lacking = new Map<string, string>();
    for (const neuron of neurons) if (!animal.neurons.has(neuron)) lacking.set(neuron, "absent");
    for (const [neuron, reason] of animal.leftOut) lacking.set(neuron, reason);
    for (const neuron of filtered[w] ?? []) lacking.set(neuron, "filtered");
    for (const [neuron_id, reason] of lacking) rows.push({ run_id, animal_id, neuron_id, reason, n_bins: all });
    for (const neuron_id of neurons) {
      const n_bins = partly.get(`${animal_id}\n${neuron_id}`);
      if (n_bins !== undefined) rows.push({ run_id, animal_id, neuron_id, reason: "nan", n_bins });
    }
  });
  sink.write(rows);
}

/**
 * Affinity of the pairs of an animal in the bins that both neurons have; of the kernel `signed`, of the pairs that move
 * together. Memory: one block of rows.
 */
export function writePairs(sink: TableSink, plan: RunPlan, rows: readonly NeuronSlopes[]): void {
  const { runId: run_id, settings } = plan.experiment;
  const { kernel, bin_frames: binFrames } = settings;
  const [first] = rows;
  if (first === undefined) return;
  const { animalId: animal_id } = plan.animals[first.animal] as Animal;
  const affinity = PAIR_AFFINITIES[kernel];
  let block: Row[] = [];
  forEachPair(
    rows.map(({ values }) => values),
    { kernel, affinity, binFrames },
    (i, j, bins) => {
      const [one, other] = [rows[i] as NeuronSlopes, rows[j] as NeuronSlopes];
      for (let bin = 0; bin < bins.length; bin++) {
        const t = bin * binFrames;
        if (Number.isNaN(one.values[t]) || Number.isNaN(other.values[t])) continue;
        block.push({ run_id, animal_id, neuron_i: one.neuronId, neuron_j: other.neuronId, bin, a: bins[bin] });
      }
      if (block.length < BLOCK) return;
      sink.write(block);
      block = [];
    },
  );
  sink.write(block);
}

/** Settings of the run as they were used, and facts found. */
export function writeParameters(sink: TableSink, plan: RunPlan, facts: Readonly<Record<string, Canonical>>): void {
  const { runId: run_id, settings, control } = plan.experiment;
  const values: Record<string, Canonical> = { ...settings, control, ...facts };
  sink.write(
    Object.entries(values).map(([name, value]) => ({ run_id, step: "affinity", name, value: canonicalJson(value) })),
  );
}
