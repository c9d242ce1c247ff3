import type { Data, RecordBatch } from "apache-arrow";
import { ContractError } from "../../base/errors.js";
import type { RectifiedPairs, RectifiedSquare } from "../../compute/device/command.js";
import { childRange } from "../../formats/arrow/array-view.js";
import { valueReader } from "../../formats/arrow/value-reader.js";
import type { BinRow, ExperimentRow } from "../../tables/generated/dynamic_connectome.js";
import type { TableSource } from "../../tables/table-io.js";
import { denseAffinity, pairCount } from "./affinity.js";
import { signedRoot } from "./kernels.js";

/** The tables that describe the tensors of all runs. */
export interface TensorTables {
  readonly experiment: TableSource;
  readonly slope: TableSource;
  readonly bin: TableSource;
  /** Says why neurons are missing; that they are follows from `slope`. */
  readonly mask: TableSource;
}

/**
 * Square roots of an affinity that is a sum of outer products in each frame: the operand of a device but for its memory
 * ({@link RectifiedPairs}, {@link RectifiedSquare}), to be uploaded as `roots`. Zero where masked.
 */
export type AffinityRoots =
  | (Omit<RectifiedPairs, "roots"> & { readonly values: Float64Array })
  | (Omit<RectifiedSquare, "roots"> & { readonly values: Float64Array });

/** Bins of one neuron in one animal without a value, though the neuron is there: all its pairs are masked in them. */
export interface MaskedBins {
  /** Index into `animals`. */
  readonly animal: number;
  /** Index into `neurons`. */
  readonly neuron: number;
  /** Places along the time mode, rising. */
  readonly bins: Int32Array;
}

/**
 * The tensor of one run. `shared_clock`: pairs × bins × animals, mode 0 the pairs i < j row by row of the upper triangle
 * (index iN − i(i + 1)/2 + j − i − 1); of the kernel `signed` first those that move together, then those that move in
 * opposite directions. `concatenated`: neurons × neurons × bins of all animals in sequence, zero for i = j.
 */
export interface AffinityTensor {
  readonly runId: string;
  readonly alignment: ExperimentRow["alignment"];
  readonly kernel: ExperimentRow["kernel"];
  readonly neurons: readonly string[];
  readonly animals: readonly string[];
  /** Frames per bin. */
  readonly binFrames: number;
  readonly bins: {
    readonly count: number;
    /** Index into `animals` of each bin; left out where all animals share the bins. */
    readonly animal?: Int32Array;
    /** Centre of each bin after the first frame of its animal. */
    readonly t_s: Float64Array;
  };
  readonly shape: readonly [number, number, number];
  /** Left out for kernels that are no sum of outer products: `min`, `gauss_adaptive`. */
  readonly roots?: AffinityRoots;
  /** Bytes of what `dense` returns. */
  readonly denseBytes: number;
  /** The tensor itself, row-major, computed at each call; zero where masked. Cost: pairs × frames. */
  dense(): Float64Array;
  /** animals × neurons: 1 where the animal has the neuron, in at least one bin. */
  readonly presence: Uint8Array;
  /** Whether all animals have all neurons, in all bins. */
  readonly complete: boolean;
  /** Of neurons that are present; by animal, then neuron. */
  readonly maskedBins: readonly MaskedBins[];
}

/**
 * Reads the tensor of a run from the tables of `ntf/affinity`. Memory: two numbers per frame, neuron and animal.
 * @throws {ContractError} `contract/orphan` for a run that `experiment` does not have, or a slope of an animal or neuron
 * that is not of the run; `contract/slope-frames` for slopes that do not fill the bins of their animal.
 */
export async function readTensor(tables: TensorTables, runId: string): Promise<AffinityTensor> {
  const experiment = await readExperiment(tables.experiment, runId);
  const bins = await readBins(tables.bin, experiment);
  const slopes = await readSlopes(tables.slope, experiment, bins);
  return affinityTensor(experiment, bins, slopes);
}

async function readExperiment(source: TableSource, runId: string): Promise<ExperimentRow> {
  for await (const row of source.rows<ExperimentRow>(undefined, { run_id: runId })) return row;
  throw orphan("experiment", `has no run ${runId}`, { run_id: runId });
}

/** Bins along the time mode, and where those of each animal begin and how many they are. */
interface Bins {
  readonly count: number;
  readonly animal?: Int32Array;
  readonly t_s: Float64Array;
  readonly first: readonly number[];
  readonly counts: readonly number[];
}

async function readBins(source: TableSource, experiment: ExperimentRow): Promise<Bins> {
  const { run_id, n_bins: count, animals, alignment } = experiment;
  const t_s = new Float64Array(count);
  if (alignment === "shared_clock") {
    for await (const row of source.rows<BinRow>(["bin", "t_s"], { run_id })) t_s[row.bin] = row.t_s;
    return { count, t_s, first: animals.map(() => 0), counts: animals.map(() => count) };
  }
  const animal = new Int32Array(count);
  const first = animals.map(() => count);
  const counts = animals.map(() => 0);
  const indexOf = new Map(animals.map((name, index) => [name, index]));
  for await (const row of source.rows<BinRow>(["bin", "animal_id", "t_s"], { run_id })) {
    const index = indexOf.get(row.animal_id ?? "");
    if (index === undefined) throw orphan("bin", `has bins of ${row.animal_id}, which is not in ${run_id}`, { run_id });
    t_s[row.bin] = row.t_s;
    animal[row.bin] = index;
    first[index] = Math.min(first[index] as number, row.bin);
    counts[index] = (counts[index] as number) + 1;
  }
  return { count, animal, t_s, first, counts };
}

/** Animal → neuron → slopes of the frames of its bins. */
type Slopes = (Float64Array | undefined)[][];

async function readSlopes(source: TableSource, experiment: ExperimentRow, bins: Bins): Promise<Slopes> {
  const { run_id, animals, neurons, bin_frames } = experiment;
  const animalIndex = new Map(animals.map((name, index) => [name, index]));
  const neuronIndex = new Map(neurons.map((name, index) => [name, index]));
  const slopes: Slopes = animals.map(() => neurons.map(() => undefined));
  for await (const batch of source.batches(["animal_id", "neuron_id", "values"], { run_id })) {
    for (const { animalId, neuronId, values } of slopeRows(batch)) {
      const [animal, neuron] = [animalIndex.get(animalId), neuronIndex.get(neuronId)];
      if (animal === undefined || neuron === undefined) {
        throw orphan("slope", `has ${neuronId} of ${animalId}, which is not in ${run_id}`, { run_id });
      }
      const frames = (bins.counts[animal] as number) * bin_frames;
      if (values.length !== frames) {
        throw new ContractError(
          "slope-frames",
          `${run_id}, ${animalId}, ${neuronId}: ${values.length} slopes, but its bins have ${frames} frames`,
          { fields: { table: "dynamic_connectome.slope", run_id, animal_id: animalId, neuron_id: neuronId } },
        );
      }
      maskWholeBins(values, bin_frames);
      (slopes[animal] as Slopes[number])[neuron] = values;
    }
  }
  return slopes;
}

function* slopeRows(batch: RecordBatch) {
  const column = (name: string) =>
    batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)] as Data;
  const [animalOf, neuronOf, lists] = [
    valueReader(column("animal_id")),
    valueReader(column("neuron_id")),
    column("values"),
  ];
  const items = (lists.children[0] as Data).values as Float64Array;
  for (let row = 0; row < batch.numRows; row++) {
    const { from, to } = childRange(lists, row, 1);
    yield { animalId: animalOf(row) as string, neuronId: neuronOf(row) as string, values: items.slice(from, to) };
  }
}

/** Bins with a frame without a slope have none at all. */
export function maskWholeBins(g: Float64Array, binFrames: number): void {
  for (let from = 0; from < g.length; from += binFrames) {
    const to = Math.min(from + binFrames, g.length);
    let t = from;
    while (t < to && !Number.isNaN(g[t])) t++;
    if (t < to) g.fill(Number.NaN, from, to);
  }
}

function affinityTensor(experiment: ExperimentRow, bins: Bins, slopes: Slopes): AffinityTensor {
  const { run_id: runId, alignment, kernel, neurons, animals, bin_frames: binFrames } = experiment;
  const { presence, maskedBins } = masks(slopes, bins, binFrames);
  const parts = kernel === "signed" ? 2 : 1;
  const shape: [number, number, number] =
    alignment === "concatenated"
      ? [neurons.length, neurons.length, bins.count]
      : [parts * pairCount(neurons.length), bins.count, animals.length];
  const { count, animal, t_s } = bins;
  const roots = affinityRoots(experiment, slopes, bins);
  return {
    runId,
    alignment,
    kernel,
    neurons,
    animals,
    binFrames,
    bins: { count, t_s, ...(animal === undefined ? {} : { animal }) },
    shape,
    ...(roots === undefined ? {} : { roots }),
    denseBytes: shape[0] * shape[1] * shape[2] * Float64Array.BYTES_PER_ELEMENT,
    dense: () => denseAffinity({ slopes, kernel, binFrames, alignment }).values,
    presence,
    complete: maskedBins.length === 0 && presence.every((present) => present === 1),
    maskedBins,
  };
}

function masks(slopes: Slopes, bins: Bins, binFrames: number) {
  const neurons = slopes[0]?.length ?? 0;
  const presence = new Uint8Array(slopes.length * neurons);
  const maskedBins: MaskedBins[] = [];
  slopes.forEach((ofAnimal, animal) => {
    ofAnimal.forEach((g, neuron) => {
      if (g === undefined) return;
      const masked: number[] = [];
      for (let t = 0; t < g.length; t += binFrames) {
        if (Number.isNaN(g[t])) masked.push((bins.first[animal] as number) + t / binFrames);
      }
      if (masked.length === (bins.counts[animal] as number)) return;
      presence[animal * neurons + neuron] = 1;
      if (masked.length > 0) maskedBins.push({ animal, neuron, bins: Int32Array.from(masked) });
    });
  });
  return { presence, maskedBins };
}

function affinityRoots(experiment: ExperimentRow, slopes: Slopes, bins: Bins): AffinityRoots | undefined {
  const { kernel, alignment, animals, neurons, bin_frames: width } = experiment;
  if (kernel === "min" || kernel === "gauss_adaptive") return undefined;
  const items = neurons.length;
  const concatenated = alignment === "concatenated";
  const values = new Float64Array((concatenated ? 1 : animals.length) * bins.count * width * items);
  slopes.forEach((ofAnimal, animal) => {
    const first = (concatenated ? (bins.first[animal] as number) : animal * bins.count) * width * items;
    ofAnimal.forEach((g, neuron) => {
      if (g === undefined) return;
      for (let t = 0; t < g.length; t++) {
        const slope = g[t] as number;
        if (Number.isNaN(slope)) continue;
        values[first + t * items + neuron] = kernel === "product" ? slope : signedRoot(slope);
      }
    });
  });
  if (concatenated) return { form: "square", values, bins: bins.count, width, items };
  const signs = kernel === "signed" ? ([1, -1] as const) : ([1] as const);
  return { form: "pairs", values, groups: animals.length, bins: bins.count, width, items, signs };
}

function orphan(table: string, statement: string, fields: { readonly run_id: string }): ContractError {
  const name = `dynamic_connectome.${table}`;
  return new ContractError("orphan", `${name} ${statement}`, {
    fields: { table: name, ...fields },
    wayOut: "The tables do not belong together: run the pipeline again.",
  });
}
