import type { ProjectRows } from "../device/command.js";
import type { NumbersOf } from "./numbers-of.js";

export function projectRows(command: ProjectRows, numbersOf: NumbersOf): void {
  const { rows, columns, lower, upper, norm, radius = 0 } = command;
  const values = numbersOf(command.values);
  for (let row = 0; row < rows; row++) {
    const numbers = values.subarray(row * columns, (row + 1) * columns);
    let squares = 0;
    for (let at = 0; at < columns; at++) {
      const clamped = Math.min(upper, Math.max(lower, numbers[at] as number));
      numbers[at] = clamped;
      squares += clamped * clamped;
    }
    const length = Math.sqrt(squares);
    if (norm === "none" || length === 0 || (norm === "ball" && length <= radius)) continue;
    const target = norm === "unit" ? 1 : radius;
    for (let at = 0; at < columns; at++) numbers[at] = ((numbers[at] as number) / length) * target;
  }
}
