import { NeurotablesError } from "../../base/errors.js";
import type { TensorOperand } from "../../compute/device/command.js";
import type { DeviceMemory, FloatType } from "../../compute/device/device.js";
import type { Shape } from "./cp-model.js";
import { groupRows, type Presence } from "./presence.js";
import type { AffinityRoots, AffinityTensor } from "./read-tensor.js";
import { normSquared, rootsNormSquared } from "./tensor-norm.js";

/** A tensor in the memory of this machine, ready to be uploaded. */
export interface HostTensor {
  readonly shape: Shape;
  readonly form: "dense" | "pairs" | "square";
  /** In the type that the device computes in. */
  readonly values: Float64Array | Float32Array;
  readonly roots?: AffinityRoots;
  readonly presence?: Presence | undefined;
  /** Row-major indices of missing entries, beyond `presence`; only of a dense tensor. */
  readonly missing?: Uint32Array | undefined;
  /** Whether modes 0 and 1 are the same items, and X[i, j, t] = X[j, i, t]. */
  readonly symmetric: boolean;
  /** ‖X‖² over the entries that count, of the numbers as the device holds them. */
  readonly normSquared: number;
}

export type Form = "auto" | "dense" | "matrix_free";

/** How much faster, about, operations of a dense sweep go than those of a matrix-free one. */
const DENSE_ADVANTAGE = 2;

/**
 * The form in which a tensor is factorised. `auto`: dense, but matrix-free beyond `denseLimit` bytes, and for items ×
 * items × bins where that is less work (many items, few frames per bin). Kernels that are no sum of outer products, and missing
 * bins of pairs, need the tensor dense.
 * @throws {NeurotablesError} `ntf/form` for `matrix_free` where it must be dense.
 */
export function chooseForm(tensor: AffinityTensor, form: Form, denseLimit: number): "dense" | "matrix_free" {
  const { roots, shape } = tensor;
  const why =
    roots === undefined
      ? `the kernel ${tensor.kernel} is no sum of outer products`
      : tensor.alignment === "shared_clock" && tensor.maskedBins.length > 0
        ? "bins of single neurons are masked"
        : undefined;
  if (why !== undefined && form === "matrix_free") {
    throw new NeurotablesError("ntf/form", `run ${tensor.runId} cannot be factorised without its tensor: ${why}`, {
      fields: { run_id: tensor.runId, form, kernel: tensor.kernel },
      wayOut: "set form to auto or dense",
    });
  }
  if (why !== undefined || form === "dense") return "dense";
  if (form === "matrix_free" || tensor.denseBytes > denseLimit) return "matrix_free";
  if (roots?.form !== "square") return "dense";
  const matrixFree = 16 * roots.bins * roots.width * roots.items * DENSE_ADVANTAGE;
  return matrixFree < 6 * shape[0] * shape[1] * shape[2] ? "matrix_free" : "dense";
}

/**
 * An affinity tensor as it is uploaded, with what is missing.
 * @throws {NeurotablesError} `ntf/zero-tensor` where nothing in it is above 0, `ntf/too-large` where a dense tensor has
 * missing entries beyond the 2³² that can be numbered.
 */
export function hostTensor(tensor: AffinityTensor, form: "dense" | "matrix_free", type: FloatType): HostTensor {
  const presence = tensor.complete ? undefined : presenceOf(tensor);
  const symmetric = tensor.alignment === "concatenated";
  const { shape } = tensor;
  if (form === "dense" || tensor.roots === undefined) {
    const values = inType(tensor.dense(), type);
    const missing = symmetric ? undefined : maskedEntries(tensor);
    return checkedTensor(tensor, {
      shape,
      form: "dense",
      values,
      presence,
      missing,
      symmetric,
      normSquared: normSquared(values),
    });
  }
  const values = inType(tensor.roots.values, type);
  const norm = rootsNormSquared({ ...tensor.roots, values: Float64Array.from(values) });
  return checkedTensor(tensor, {
    shape,
    form: tensor.roots.form,
    values,
    roots: tensor.roots,
    presence,
    symmetric,
    normSquared: norm,
  });
}

function checkedTensor({ runId }: AffinityTensor, host: HostTensor): HostTensor {
  if (host.normSquared > 0) return host;
  throw new NeurotablesError("ntf/zero-tensor", `run ${runId}: no two neurons move together in any bin`, {
    fields: { run_id: runId, shape: [...host.shape] },
    wayOut: "look at the traces of this run: all of them are constant, or no animal has two of its neurons",
  });
}

/** Numbers in the type of a device. */
export function inType(values: Float64Array, type: FloatType): Float64Array | Float32Array {
  return type === "float64" ? values : Float32Array.from(values);
}

/** Uploads a tensor into a scope. */
export function uploadTensor(
  memory: DeviceMemory,
  type: FloatType,
  { shape, values, roots }: HostTensor,
): TensorOperand {
  const buffer = memory.upload(type, values);
  if (roots === undefined) return { form: "dense", values: buffer, shape };
  const { bins, width, items } = roots;
  if (roots.form === "square") return { form: "square", roots: buffer, bins, width, items };
  return { form: "pairs", roots: buffer, bins, width, items, groups: roots.groups, signs: roots.signs };
}

/** Pairs × animals, or blocks of bins in which the same neurons are there. Undefined where all are, always. */
function presenceOf(tensor: AffinityTensor): Presence | undefined {
  const { neurons, animals, presence, maskedBins, bins, shape } = tensor;
  const items = neurons.length;
  const { animal } = bins;
  if (animal === undefined) {
    if (!presence.includes(0)) return undefined;
    const mask = new Uint8Array(shape[0] * animals.length);
    const pairs = (items * (items - 1)) / 2;
    for (let i = 0, p = 0; i < items; i++) {
      for (let j = i + 1; j < items; j++, p++) {
        for (let w = 0; w < animals.length; w++) {
          const both = (presence[w * items + i] as number) * (presence[w * items + j] as number);
          for (let at = p; at < shape[0]; at += pairs) mask[at * animals.length + w] = both;
        }
      }
    }
    return { layout: "cells", mask };
  }
  const perBin = new Uint8Array(bins.count * items);
  for (const [bin, w] of animal.entries()) perBin.set(presence.subarray(w * items, (w + 1) * items), bin * items);
  for (const masked of maskedBins) for (const bin of masked.bins) perBin[bin * items + masked.neuron] = 0;
  const { groupOf, patterns } = groupRows(perBin, bins.count, items);
  return { layout: "blocks", mask: patterns, blockOf: groupOf };
}

/** Entries of pairs × bins × animals in which a neuron has no value though the animal has it, rising. */
function maskedEntries({
  runId,
  neurons,
  animals,
  maskedBins,
  shape,
  presence,
}: AffinityTensor): Uint32Array | undefined {
  if (maskedBins.length === 0) return undefined;
  const [rows, bins, groups] = shape;
  if (rows * bins * groups > 2 ** 32) {
    throw new NeurotablesError("ntf/too-large", `run ${runId}: a tensor of ${shape.join(" × ")} with masked bins`, {
      fields: { run_id: runId, shape: [...shape] },
      wayOut: "leave out the neurons whose traces have missing values, or take wider bins",
    });
  }
  const items = neurons.length;
  const pairs = (items * (items - 1)) / 2;
  const entries = new Set<number>();
  for (const { animal, neuron, bins: masked } of maskedBins) {
    for (let other = 0; other < items; other++) {
      if (other === neuron || presence[animal * items + other] !== 1) continue;
      const [i, j] = [Math.min(neuron, other), Math.max(neuron, other)];
      for (let p = i * items - (i * (i + 1)) / 2 + j - i - 1; p < rows; p += pairs) {
        for (const bin of masked) entries.add((p * bins + bin) * animals.length + animal);
      }
    }
  }
  return Uint32Array.from(entries).sort();
}
