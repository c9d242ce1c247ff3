import type { RectifiedPairs, RectifiedSquare } from "../../compute/device/command.js";
import type { ExperimentRow } from "../../tables/generated/dynamic_connectome.js";
import type { TableSource } from "../../tables/table-io.js";

/** The tables that describe the tensors of all runs. */
export interface TensorTables {
  readonly experiment: TableSource;
  readonly slope: TableSource;
  readonly bin: TableSource;
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
  /** The tensor itself, row-major, computed at each call; zero where masked. Cost: entries × frames per bin. */
  dense(): Float64Array;
  /** animals × neurons: 1 where the animal has the neuron. */
  readonly presence: Uint8Array;
  /** Whether all animals have all neurons, in all bins. */
  readonly complete: boolean;
  /** Beyond `presence`; by animal, then neuron. */
  readonly maskedBins: readonly MaskedBins[];
}

/**
 * Reads the tensor of a run from the tables of `ntf/affinity`. Memory: two numbers per frame, neuron and animal.
 * @throws {ContractError} `contract/orphan` for a run that is not in `experiment`.
 */
export async function readTensor(_tables: TensorTables, runId: string): Promise<AffinityTensor> {
  throw new Error(`reading ${runId} is being written`);
}
