import { LoadError } from "../../base/errors.js";
import type { StageContext } from "../stage.js";
import { planRun, type RunPlan } from "./affinity-plan.js";
import {
  type MaskedNeuron,
  type NeuronSlopes,
  writeBins,
  writeExperiment,
  writeMasks,
  writePairs,
  writeParameters,
} from "./affinity-rows.js";
import { type Animal, readAnimals, readTraces } from "./affinity-sources.js";
import { circularShift, drawShift, shiftSegments } from "./circular-shift.js";
import { type AffinityParameters, type Experiment, experimentsOf } from "./experiments.js";
import { maskWholeBins } from "./read-tensor.js";
import { derivativeRadius, slopes } from "./slopes.js";

/** Writes slopes, bins, masks and shapes of all experiments; see the stage `ntf/affinity`. */
export async function runAffinity(context: StageContext<AffinityParameters>): Promise<void> {
  const animalTrace = context.input("animal_trace");
  const animals = await readAnimals({
    animal: context.input("animal"),
    animalTrace,
    animalMask: context.input("animal_mask"),
  });
  const plans = experimentsOf(context.parameters).map((experiment) => planRun(experiment, animals));
  const total = plans.reduce((sum, plan) => sum + plan.animals.length, 0);
  let done = 0;
  for (const plan of plans) {
    for (const warning of plan.warnings) context.log.warn(warning);
    const masked: MaskedNeuron[] = [];
    const wanted = new Set(plan.neurons);
    for (const [index, animal] of plan.animals.entries()) {
      context.signal.throwIfAborted();
      const traces = await readTraces(animalTrace, animal, wanted);
      const { rows, masks } = animalSlopes(plan, index, traces);
      writeSlopes(context, plan, rows);
      masked.push(...masks);
      if (context.parameters.pairs) writePairs(context.sink("affinity_pair"), plan, rows);
      context.progress(++done, total, "animals");
    }
    writeExperiment(context.sink("experiment"), plan);
    writeBins(context.sink("bin"), plan);
    writeMasks(context.sink("mask"), plan, masked);
    const facts = runFacts(plan, masked);
    writeParameters(context.sink("affinity_parameter"), plan, facts);
    for (const [name, value] of Object.entries(facts)) {
      if (typeof value === "number") context.evidence({ [`${plan.experiment.runId}.${name}`]: value });
    }
  }
}

function writeSlopes(context: StageContext<AffinityParameters>, plan: RunPlan, rows: readonly NeuronSlopes[]): void {
  const run_id = plan.experiment.runId;
  context
    .sink("slope")
    .write(
      rows.map(({ animalId, neuronId, values }) => ({ run_id, animal_id: animalId, neuron_id: neuronId, values })),
    );
}

/** Slopes of the neurons of the run that an animal has, in order, on the frames of its bins; and bins they lack. */
function animalSlopes(plan: RunPlan, index: number, traces: ReadonlyMap<string, Float64Array>) {
  const { experiment, neurons } = plan;
  const { sigma_frames, clip, bin_frames, nan_policy } = experiment.settings;
  const animal = plan.animals[index] as Animal;
  const frames = (plan.binCounts[index] as number) * bin_frames;
  const rows: NeuronSlopes[] = [];
  const masks: MaskedNeuron[] = [];
  for (const neuronId of neurons) {
    const trace = traces.get(neuronId);
    if (trace === undefined) continue;
    if (nan_policy === "error") refuseNaN(experiment, animal, { neuronId, trace });
    const used = disarranged(experiment, animal, { neuronId, trace });
    const g = slopes(used.trace, sigma_frames, clip, used.segmentStarts);
    const values = new Float64Array(frames).fill(Number.NaN);
    values.set(g.subarray(0, Math.min(frames, g.length)));
    maskWholeBins(values, bin_frames);
    let maskedBins = 0;
    for (let t = 0; t < frames; t += bin_frames) if (Number.isNaN(values[t])) maskedBins++;
    rows.push({ animal: index, animalId: animal.animalId, neuronId, values });
    if (maskedBins > 0) masks.push({ animalId: animal.animalId, neuronId, bins: maskedBins });
  }
  return { rows, masks };
}

/** The trace and its segments, turned in time where the run is a control. */
function disarranged(
  { runId, control }: Experiment,
  { animalId, frames, segmentStarts }: Animal,
  { neuronId, trace }: { readonly neuronId: string; readonly trace: Float64Array },
) {
  if (control === null) return { trace, segmentStarts };
  const shift = drawShift(frames, control.minimum_frames, { seed: control.seed, runId, animalId, neuronId });
  return { trace: circularShift(trace, shift), segmentStarts: shiftSegments(segmentStarts, shift, frames) };
}

function refuseNaN(
  { runId }: Experiment,
  { animalId }: Animal,
  { neuronId, trace }: { readonly neuronId: string; readonly trace: Float64Array },
): void {
  const frame = trace.findIndex(Number.isNaN);
  if (frame < 0) return;
  const missing = trace.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  throw new LoadError(
    "trace-nan",
    `${runId}: the trace of ${neuronId} in ${animalId} has no value in frame ${frame} (${missing} of ${trace.length} frames)`,
    {
      fields: { run_id: runId, animal_id: animalId, neuron_id: neuronId, frame, missing },
      wayOut: "Mask the bins within reach of missing values (nan_policy: mask), or leave the neuron or animal out.",
    },
  );
}

function runFacts(plan: RunPlan, masked: readonly MaskedNeuron[]) {
  const { animals, neurons, binCounts, experiment } = plan;
  const { bin_frames, sigma_frames, classes } = experiment.settings;
  const unused = animals.reduce(
    (sum, { frames }, w) => sum + Math.max(0, frames - (binCounts[w] as number) * bin_frames),
    0,
  );
  const absent = animals.reduce(
    (sum, animal) => sum + neurons.filter((neuron) => !animal.neurons.has(neuron)).length,
    0,
  );
  const known = new Set(animals.flatMap((animal) => [...animal.neurons].flat()));
  return {
    animals: animals.length,
    neuron_count: neurons.length,
    bins: plan.bins,
    derivative_radius_frames: derivativeRadius(sigma_frames),
    frames_left_out: unused,
    neurons_absent: absent,
    bins_masked: masked.reduce((sum, { bins }) => sum + bins, 0),
    trace_kinds: [...new Set(animals.map(({ traceKind }) => traceKind))].sort(),
    classes_without_neuron: (classes ?? []).filter((name) => !known.has(name)),
    alignment_used: plan.alignment,
  };
}
