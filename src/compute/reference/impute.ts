import type { ImputeEntries } from "../device/command.js";
import type { NumbersOf } from "./numbers-of.js";
import type { IndicesOf } from "./row-grams.js";

export function imputeEntries(command: ImputeEntries, numbersOf: NumbersOf, indicesOf: IndicesOf): void {
  const { tensor, rank } = command;
  const [, J, K] = tensor.shape;
  const values = numbersOf(tensor.values);
  const [a, b, c] = command.factors.map(numbersOf) as [Float64Array, Float64Array, Float64Array];
  for (const entry of indicesOf(command.entries)) {
    const i = Math.floor(entry / (J * K)) * rank;
    const j = (Math.floor(entry / K) % J) * rank;
    const k = (entry % K) * rank;
    let sum = 0;
    for (let r = 0; r < rank; r++) sum += (a[i + r] as number) * (b[j + r] as number) * (c[k + r] as number);
    values[entry] = sum;
  }
}
