import type { Command, FloatBuffer, TensorOperand } from "../../compute/device/command.js";
import { tensorShape } from "../../compute/device/command.js";
import type { Device, DeviceBuffer, DeviceMemory, FloatType } from "../../compute/device/device.js";
import { fitSums, partialCount, treeSum } from "../../compute/device/partial-sums.js";
import type { Presence } from "./presence.js";
import { sweepGrams } from "./presence-grams.js";

export type Algorithm = "hals" | "mu";
export type FactorBuffers = readonly [FloatBuffer, FloatBuffer, FloatBuffer];

/** Keeps factors off zero and divisions defined. */
const EPSILON = 1e-16;

export interface SweepOptions {
  readonly rank: number;
  readonly algorithm: Algorithm;
  /** Passes over the columns per update. */
  readonly innerSweeps: number;
  readonly presence: Presence | undefined;
  /** Entries of a dense tensor that count as missing: overwritten with the model before each sweep. */
  readonly missing: DeviceBuffer<"uint32"> | undefined;
}

/** The numbers that one sweep leaves for its error. */
export interface SweepTerms {
  readonly partials: FloatBuffer;
  /** Squares of the tensor after missing entries were filled, where there are any. */
  readonly squares: FloatBuffer | undefined;
}

/** One sweep over the three modes as commands. */
export interface CpSweep {
  /** Fills missing entries from the factors; nothing where there are none. */
  readonly fill: readonly Command[];
  /** Updates the factors of all modes, in order 0, 1, 2. */
  readonly update: readonly Command[];
  /** What the error of the factors is computed from; after `update`. Missing entries are filled with the new model. */
  error(terms: SweepTerms): readonly Command[];
  terms(): SweepTerms;
}

/** Type of the numbers in a tensor. */
export function numberType(tensor: TensorOperand): FloatType {
  return (tensor.form === "dense" ? tensor.values : tensor.roots).type;
}

/** About how many operations a sweep takes: for how much is asked of a device at once. */
export function sweepWork(tensor: TensorOperand, rank: number): number {
  const [i, j, k] = tensorShape(tensor);
  if (tensor.form === "dense") return 6 * i * j * k * rank;
  const frames = tensor.bins * tensor.width * (tensor.form === "pairs" ? tensor.groups : 1);
  return tensor.form === "square" ? 16 * frames * tensor.items * rank : 6 * frames * tensor.items ** 2 * rank;
}

/** Allocates what a sweep needs and writes its commands down. */
export function cpSweep(
  device: Device,
  memory: DeviceMemory,
  tensor: TensorOperand,
  factors: FactorBuffers,
  { rank, algorithm, innerSweeps, presence, missing }: SweepOptions,
): CpSweep {
  const type = numberType(tensor);
  const shape = tensorShape(tensor);
  const grams = sweepGrams({ memory, type, factors, shape, rank }, presence);
  const numerators = shape.map((rows) => memory.allocate(type, rows * rank)) as unknown as FactorBuffers;
  const rule = { rule: algorithm, epsilon: EPSILON, sweeps: innerSweeps } as const;
  const contract = (mode: 0 | 1 | 2): Command => ({
    kind: "mttkrp",
    tensor,
    mode,
    factors,
    rank,
    out: numerators[mode],
  });
  const renew = (mode: 0 | 1 | 2): Command => ({
    kind: "factorUpdate",
    factor: factors[mode],
    rows: shape[mode],
    rank,
    numerator: numerators[mode],
    ...rule,
    ...grams[mode].rows,
  });
  const leading: readonly Command[] =
    tensor.form === "dense"
      ? [{ kind: "leadingModes", tensor, factors, rank, out: numerators[1], ...rule, ...grams[0].rows }]
      : [contract(0), renew(0), contract(1)];
  const fill: readonly Command[] =
    missing === undefined || tensor.form !== "dense"
      ? []
      : [{ kind: "imputeEntries", tensor, entries: missing, factors, rank }];
  return {
    fill,
    update: [
      ...grams[0].commands,
      ...leading,
      ...grams[1].commands,
      renew(1),
      contract(2),
      ...grams[2].commands,
      renew(2),
    ],
    error: ({ partials, squares }) => [
      ...(squares === undefined || tensor.form !== "dense"
        ? []
        : ([
            ...fill,
            {
              kind: "reduceRows",
              reduction: "sumOfSquares",
              values: tensor.values,
              rows: shape[0] * shape[1],
              columns: shape[2],
              out: squares,
            },
            contract(2),
          ] as const)),
      {
        kind: "fitTerms",
        factor: factors[2],
        rows: shape[2],
        rank,
        numerator: numerators[2],
        out: partials,
        ...grams[2].rows,
      },
    ],
    terms: () => ({
      partials: memory.allocate(device.description.partials, partialCount(shape[2]) * 2),
      squares: fill.length === 0 ? undefined : memory.allocate(device.description.partials, shape[0] * shape[1]),
    }),
  };
}

/**
 * e = sqrt(max(0, ‖X‖² − 2⟨M, C⟩ + Σ_k c_kᵀ G_k c_k) / ‖X‖²) from the M and G of the last mode, finished in float64
 * with fixed trees. With missing entries the first term is that of the filled tensor, whose filled entries differ from
 * the model by nothing: the error is that of the others alone.
 * @param total ‖X‖² of the entries that count.
 */
export async function sweepError(memory: DeviceMemory, terms: SweepTerms, total: number): Promise<number> {
  const { inner, model } = fitSums(await memory.download(terms.partials));
  const filled = terms.squares === undefined ? total : treeSum(await memory.download(terms.squares));
  const square = filled - 2 * inner + model;
  return Math.sqrt(square < 0 ? 0 : square / total);
}
