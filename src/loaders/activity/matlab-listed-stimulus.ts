import type { MatlabValue } from "../../formats/matlab/matlab-value.js";
import { spanFault } from "./event-span.js";
import { describeMatlab, matlabNumber, matlabPlainText } from "./matlab-access.js";
import type { SourceStimulus } from "./source-recording.js";

/**
 * Stimuli from a cell of n x 3: name, start and end in seconds per row (Lin 2023). A row of another form is a problem.
 * Null when the value is no such cell.
 */
export function listedStimuli(value: MatlabValue): {
  readonly stimuli: SourceStimulus[];
  /** Rows that give no stimulus, from 1. */
  readonly problems: readonly { readonly row: number; readonly detail: string }[];
} | null {
  if (value.kind !== "cell" || value.dims.length !== 2 || value.dims[1] !== 3) return null;
  const rows = value.dims[0] ?? 0;
  const stimuli: SourceStimulus[] = [];
  const problems: { row: number; detail: string }[] = [];
  for (let row = 0; row < rows; row++) {
    const cells = [0, 1, 2].map((column) => value.cells[row + column * rows] as MatlabValue);
    const name = matlabPlainText(cells[0]);
    const [on, off] = [numberIn(cells[1]), numberIn(cells[2])];
    if (name === null || name === "" || on === null || off === null) {
      problems.push({ row: row + 1, detail: cells.map(describeMatlab).join(", ") });
      continue;
    }
    const end = Number.isNaN(off) ? null : off;
    const fault = spanFault(on, end);
    if (fault !== null) problems.push({ row: row + 1, detail: fault.detail });
    else stimuli.push({ kind: "odour", name, tOnS: on, tOffS: end });
  }
  return { stimuli, problems };
}

/** A number, or the number of a cell that holds one alone. */
function numberIn(value: MatlabValue | undefined): number | null {
  if (value?.kind === "cell" && value.cells.length === 1) return numberIn(value.cells[0]);
  return matlabNumber(value);
}
