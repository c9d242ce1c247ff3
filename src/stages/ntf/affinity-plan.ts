import { compareCodeUnits } from "../../base/canonical-json.js";
import { LoadError, UsageError } from "../../base/errors.js";
import { recordingMatcher } from "../../transforms/dynamic-connectome/recording-pattern.js";
import type { Alignment } from "./affinity.js";
import type { Animal } from "./affinity-sources.js";
import { chooseAlignment } from "./alignment.js";
import type { AffinitySettings, Experiment } from "./experiments.js";

/** What a run computes, found before any trace is read. */
export interface RunPlan {
  readonly experiment: Experiment;
  readonly animals: readonly Animal[];
  /** In code-unit order. */
  readonly neurons: readonly string[];
  /** Animal → neurons that its classes leave out. */
  readonly filtered: readonly (readonly string[])[];
  readonly alignment: Alignment;
  /** Bins of each animal along the time mode; all equal on a shared clock. */
  readonly binCounts: readonly number[];
  readonly bins: number;
  /** What a user should know of the choices made. */
  readonly warnings: readonly string[];
}

/**
 * Chooses animals, neurons, alignment and bins of a run.
 * @throws {UsageError} `usage/no-recording`, `usage/signed-concatenated`.
 * @throws {LoadError} `load/few-neurons`, `load/short-recording`.
 */
export function planRun(experiment: Experiment, all: readonly Animal[]): RunPlan {
  const { runId, settings, control } = experiment;
  const { alignment: asked, bin_frames: binFrames, kernel } = settings;
  const animals = chooseAnimals(experiment, all);
  const kept = animals.map((animal) => keptNeurons(animal, settings));
  const filtered = animals.map(({ neurons }, w) => [...neurons.keys()].filter((neuron) => !kept[w]?.has(neuron)));
  const neurons = chooseNeurons(experiment, animals, kept);
  const { alignment, warning } = chooseAlignment(asked, animals, binFrames);
  if (alignment === "concatenated" && kernel === "signed") refuseSigned(runId, asked);
  const shortest = animals.reduce((least, animal) => (animal.frames < least.frames ? animal : least));
  const needed = control === null ? binFrames : Math.max(binFrames, 2 * control.minimum_frames);
  if (shortest.frames < needed) refuseShort(experiment, shortest, needed);
  const whole = animals.map(({ frames }) => Math.floor(frames / binFrames));
  const [fewest, most] = [Math.min(...whole), Math.max(...whole)];
  const warnings = warning === undefined ? [] : [`${runId}: ${warning}`];
  if (alignment === "concatenated") {
    return {
      ...{ experiment, animals, neurons, filtered, alignment, warnings },
      binCounts: whole,
      bins: whole.reduce((sum, count) => sum + count, 0),
    };
  }
  const bins = settings.lengths === "truncate" ? fewest : most;
  if (fewest !== most) {
    const done = settings.lengths === "truncate" ? "all are truncated to the shortest" : "the missing ones are masked";
    warnings.push(`${runId}: the animals have ${fewest} to ${most} bins; ${done}`);
  }
  return {
    ...{ experiment, animals, neurons, filtered, alignment, warnings },
    binCounts: animals.map(() => bins),
    bins,
  };
}

function chooseAnimals({ runId, settings }: Experiment, all: readonly Animal[]): Animal[] {
  const matches = recordingMatcher(settings.recordings);
  const animals = all.filter(({ animalId }) => matches(animalId));
  if (animals.length > 0) return animals;
  const patterns = settings.recordings;
  throw new UsageError("no-recording", `${runId}: no animal of ${all.length} is called ${patterns.join(" or ")}`, {
    fields: { run_id: runId, animals: all.map(({ animalId }) => animalId), patterns },
    wayOut: "The names are those of the recordings that dynamic-connectome/animals chose.",
  });
}

function keptNeurons({ neurons }: Animal, { classes }: AffinitySettings): Set<string> {
  const wanted = classes === null ? undefined : new Set(classes);
  const kept = [...neurons].filter(
    ([neuron, itsClass]) => wanted === undefined || wanted.has(neuron) || (itsClass !== null && wanted.has(itsClass)),
  );
  return new Set(kept.map(([neuron]) => neuron));
}

/** Common or all neurons; at least two, and two of them in every animal. */
function chooseNeurons(
  { runId, settings }: Experiment,
  animals: readonly Animal[],
  kept: readonly ReadonlySet<string>[],
): string[] {
  const all = [...new Set(kept.flatMap((own) => [...own]))].sort(compareCodeUnits);
  const common = all.filter((neuron) => kept.every((own) => own.has(neuron)));
  const neurons = settings.neurons === "common" ? common : all;
  const fewest = kept.reduce((least, own, w) => (own.size < (kept[least]?.size ?? 0) ? w : least), 0);
  const poorest = animals[fewest] as Animal;
  const size = kept[fewest]?.size ?? 0;
  if (neurons.length >= 2 && size >= 2) return neurons;
  const fields = { run_id: runId, animals: animals.length, common: common.length, union: all.length };
  if (settings.neurons === "common" && all.length >= 2 && size >= 2) {
    throw new LoadError(
      "few-neurons",
      `${runId}: its ${animals.length} animals have ${common.length} neurons in common, of ${all.length}; most are lacking in ${poorest.animalId}, which has ${size}`,
      {
        fields: { ...fields, animal_id: poorest.animalId },
        wayOut: "Leave that animal out (recordings), or keep the neurons of all (neurons: union).",
      },
    );
  }
  throw new LoadError(
    "few-neurons",
    `${runId}: ${poorest.animalId} has ${size} of the neurons asked for, and so no pair`,
    {
      fields: { ...fields, animal_id: poorest.animalId },
      wayOut: "Leave it out (recordings), or ask for more neurons (classes).",
    },
  );
}

function refuseSigned(runId: string, asked: string): never {
  const why = asked === "auto" ? "its animals share no stimulus clock, so that they are concatenated" : "concatenated";
  throw new UsageError(
    "signed-concatenated",
    `${runId}: the kernel signed needs pairs × bins × animals, but the alignment is neurons × neurons × bins (${why}), where two kinds of pairs have no room`,
    {
      fields: { run_id: runId, kernel: "signed", alignment: asked },
      wayOut: "Choose another kernel; or alignment: shared_clock, where it holds, as it does for one animal.",
    },
  );
}

function refuseShort({ runId, control }: Experiment, { animalId, frames }: Animal, needed: number): never {
  const what = control === null ? "a bin needs" : `shifts of at least ${control.minimum_frames} frames need`;
  throw new LoadError("short-recording", `${runId}: ${animalId} has ${frames} frames, ${what} ${needed}`, {
    fields: { run_id: runId, animal_id: animalId, frames, needed },
    wayOut:
      control === null ? "Leave it out (recordings), or choose smaller bins." : "Lower minimum_frames of the control.",
  });
}
