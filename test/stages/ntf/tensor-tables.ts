import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";
import type { Row } from "../../../src/tables/contract.js";

export interface PlantedRun {
  readonly runId: string;
  readonly alignment: "shared_clock" | "concatenated";
  readonly kernel?: "geomean" | "min" | "signed";
  readonly neurons?: number;
  readonly animals?: number;
  readonly bins?: number;
  readonly width?: number;
  readonly groups?: number;
  readonly noise?: number;
  /** `animal,neuron` of what is missing. */
  readonly absent?: readonly string[];
  /** Frames without a value: `animal,neuron,frame`. */
  readonly holes?: readonly string[];
  /** Every neuron on its own. */
  readonly shuffled?: boolean;
  readonly seed?: number;
}

/**
 * Tables as `ntf/affinity` writes them: neuron i is of group i mod groups, whose neurons rise and fall together in the
 * bins of the group; animal w has group k with strength 1 − (w + k) mod 3 / 4.
 */
export function tensorTables(runs: readonly PlantedRun[]): Record<"experiment" | "slope" | "bin" | "mask", Row[]> {
  const tables = { experiment: [] as Row[], slope: [] as Row[], bin: [] as Row[], mask: [] as Row[] };
  for (const run of runs) addRun(tables, run);
  return tables;
}

function addRun(tables: ReturnType<typeof tensorTables>, run: PlantedRun): void {
  const { runId, alignment, neurons = 8, animals = 3, bins = 12, width = 2, groups = 2, noise = 0.05 } = run;
  const random = randomNumbers(run.seed ?? 1, 9);
  const names = Array.from({ length: neurons }, (_, i) => `N${String(i).padStart(2, "0")}`);
  const animalNames = Array.from({ length: animals }, (_, w) => `animal-${w}`);
  const isShared = alignment === "shared_clock";
  const absent = new Set(run.absent);
  const holes = new Set(run.holes);
  tables.experiment.push({
    run_id: runId,
    alignment,
    kernel: run.kernel ?? "geomean",
    neuron_set: absent.size > 0 ? "union" : "common",
    control: run.shuffled ? "circular_shift" : null,
    control_of: run.shuffled ? "planted" : null,
    n_animals: animals,
    n_neurons: neurons,
    n_pairs: (neurons * (neurons - 1)) / 2,
    n_bins: isShared ? bins : bins * animals,
    bin_frames: width,
    sigma_frames: 2,
    clip: 3,
    neurons: names,
    animals: animalNames,
  });
  const signs = Array.from({ length: bins * width }, () => (random() < 0.5 ? -1 : 1));
  for (const [w, animal] of animalNames.entries()) {
    for (let t = 0; t < bins && (!isShared || w === 0); t++) {
      const bin = isShared ? t : w * bins + t;
      const t_s = (t + 0.5) * width;
      tables.bin.push({ run_id: runId, bin, animal_id: isShared ? null : animal, first_frame: t * width, t_s });
    }
    for (const [i, neuron] of names.entries()) {
      if (absent.has(`${w},${i}`)) {
        tables.mask.push({ run_id: runId, animal_id: animal, neuron_id: neuron, reason: "absent", n_bins: bins });
        continue;
      }
      const group = i % groups;
      const strength = 1 - ((w + group) % 3) / 4;
      const shift = run.shuffled ? Math.floor(random() * bins * width) : 0;
      const values = Array.from({ length: bins * width }, (_, frame) => {
        if (holes.has(`${w},${i},${frame}`)) return Number.NaN;
        const at = (frame + shift) % (bins * width);
        const place = Math.floor(at / width) - ((group + 0.5) * bins) / groups;
        const course = Math.max(0, 1 - Math.abs(place) / 3);
        const value = strength * (0.5 + i / (2 * neurons)) * course * (signs[at] as number) + noise * (random() - 0.5);
        return Math.max(-1, Math.min(1, value));
      });
      tables.slope.push({ run_id: runId, animal_id: animal, neuron_id: neuron, values });
      if (values.some(Number.isNaN)) {
        const masked = new Set(
          [...values.keys()].filter((frame) => Number.isNaN(values[frame])).map((f) => Math.floor(f / width)),
        );
        tables.mask.push({ run_id: runId, animal_id: animal, neuron_id: neuron, reason: "nan", n_bins: masked.size });
      }
    }
  }
}
