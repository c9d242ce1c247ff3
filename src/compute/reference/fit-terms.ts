import { blocksOf } from "../device/blocks.js";
import type { FitTerms } from "../device/command.js";
import { PARTIAL_ROWS } from "../device/partial-sums.js";
import type { NumbersOf } from "./numbers-of.js";
import { type IndicesOf, rowGramsOf } from "./row-grams.js";

export function fitTerms(command: FitTerms, numbersOf: NumbersOf, indicesOf: IndicesOf): void {
  const { rows, rank } = command;
  const factor = numbersOf(command.factor);
  const numerator = numbersOf(command.numerator);
  const out = numbersOf(command.out);
  const { grams, startOf } = rowGramsOf(command, rank, numbersOf, indicesOf);
  for (const [block, { start, end }] of blocksOf(rows, PARTIAL_ROWS).entries()) {
    let inner = 0;
    let model = 0;
    for (let row = start; row < end; row++) {
      const at = row * rank;
      const gram = startOf(row);
      let rowInner = 0;
      let rowModel = 0;
      for (let q = 0; q < rank; q++) {
        const a = factor[at + q] as number;
        let product = 0;
        for (let r = 0; r < rank; r++) product += (grams[gram + q * rank + r] as number) * (factor[at + r] as number);
        rowInner += a * (numerator[at + q] as number);
        rowModel += a * product;
      }
      inner += rowInner;
      model += rowModel;
    }
    out[2 * block] = inner;
    out[2 * block + 1] = model;
  }
}
