import type { RowGrams } from "../device/command.js";
import type { DeviceBuffer } from "../device/device.js";
import type { NumbersOf } from "./numbers-of.js";

export type IndicesOf = (buffer: DeviceBuffer<"uint32">) => Uint32Array;

/** The Gram matrices of a command, and where in them that of a row begins. */
export function rowGramsOf(
  { grams, rowGroup }: RowGrams,
  rank: number,
  numbersOf: NumbersOf,
  indicesOf: IndicesOf,
): { readonly grams: Float64Array; readonly startOf: (row: number) => number } {
  const numbers = numbersOf(grams);
  if (rowGroup === undefined) return { grams: numbers, startOf: () => 0 };
  const groups = indicesOf(rowGroup);
  return { grams: numbers, startOf: (row) => (groups[row] as number) * rank * rank };
}
