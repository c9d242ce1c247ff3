import type { Mttkrp } from "../device/command.js";
import { mttkrpDense } from "./mttkrp-dense.js";
import { mttkrpPairs } from "./mttkrp-pairs.js";
import { mttkrpSquare } from "./mttkrp-square.js";
import type { NumbersOf } from "./numbers-of.js";

export function mttkrp(
  { tensor, mode, factors, rank }: Omit<Mttkrp, "kind" | "out">,
  numbersOf: NumbersOf,
): Float64Array {
  // The factor of the mode is not read and need not be a buffer that still is.
  const none = new Float64Array(0);
  const [a, b, c] = factors.map((factor, axis) => (axis === mode ? none : numbersOf(factor)));
  const numbers = [a, b, c] as [Float64Array, Float64Array, Float64Array];
  if (tensor.form === "dense") return mttkrpDense(numbersOf(tensor.values), tensor.shape, mode, numbers, rank);
  const roots = numbersOf(tensor.roots);
  return tensor.form === "pairs"
    ? mttkrpPairs(tensor, roots, mode, numbers, rank)
    : mttkrpSquare(tensor, roots, mode, numbers, rank);
}
