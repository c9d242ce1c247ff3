import { blocksOf } from "../device/blocks.js";
import type { ReduceRows } from "../device/command.js";
import { treeSum } from "../device/partial-sums.js";
import type { NumbersOf } from "./numbers-of.js";

export function reduceRows(command: ReduceRows, numbersOf: NumbersOf): void {
  const { reduction, rows, columns } = command;
  const values = numbersOf(command.values);
  const out = numbersOf(command.out);
  for (let row = 0; row < rows; row++) {
    const numbers = values.subarray(row * columns, (row + 1) * columns);
    if (reduction === "maximum") {
      let largest = Number.NEGATIVE_INFINITY;
      for (const value of numbers) largest = Math.max(largest, value);
      out[row] = largest;
    } else {
      const partials = blocksOf(columns).map(({ start, end }) => {
        let sum = 0;
        for (let at = start; at < end; at++) {
          const value = numbers[at] as number;
          sum += reduction === "sum" ? value : value * value;
        }
        return sum;
      });
      out[row] = treeSum(partials);
    }
  }
}
