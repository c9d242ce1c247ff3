import { PARTIAL_ROWS } from "../device/partial-sums.js";
import { type GpuRowGrams, gramOperands, gramPlace } from "./factor-update.js";
import { cached, type Kernel, kernel } from "./kernel.js";
import { addedLanes, addLanes, lanesMemory } from "./rank-blocks.js";
import type { GpuStorage, Recorder } from "./recorder.js";

/** One workgroup for each block of 64 rows, one row for each lane; the lanes are added in a fixed order. */
function fitKernel(rank: number, grouped: boolean): Kernel {
  return kernel({
    name: "terms of the fit",
    reads: grouped
      ? { factor: "f32", numerator: "f32", grams: "f32", rowGroup: "u32" }
      : { factor: "f32", numerator: "f32", grams: "f32" },
    writes: ["out"],
    parameters: { rank: "u32", rows: "u32" },
    invocations: PARTIAL_ROWS,
    declarations: lanesMemory(2) + addedLanes(),
    body: `
  let row = group * ${PARTIAL_ROWS}u + lane;
  var s0 = 0.0;
  var s1 = 0.0;
  if (row < p.rows) {
    let g = ${gramPlace(rank, grouped, "row")};
    let a = p.factor_at + row * ${rank}u;
    let m = p.numerator_at + row * ${rank}u;
    for (var r = 0u; r < p.rank; r++) {
      var sum = 0.0;
      for (var q = 0u; q < p.rank; q++) { sum += factor[a + q] * grams[g + q * ${rank}u + r]; }
      s0 += numerator[m + r] * factor[a + r];
      s1 += sum * factor[a + r];
    }
  }
${addLanes(["s0", "s1"])}
  if (lane < 2u) { out[p.out_at + group * 2u + lane] = addedLanes(lane, 0u); }`,
  });
}

/** See the command `fitTerms`. Cost: 2·rows·rank². */
export function fitTerms(
  recorder: Recorder,
  rowGrams: GpuRowGrams,
  factor: GpuStorage,
  rows: number,
  rank: number,
  numerator: GpuStorage,
  out: GpuStorage,
): void {
  const grouped = rowGrams.rowGroup !== undefined;
  const fitting = Math.floor(recorder.mostElements / rank / PARTIAL_ROWS) * PARTIAL_ROWS;
  const most = Math.max(PARTIAL_ROWS, fitting);
  for (let row = 0; row < rows; row += most) {
    const count = Math.min(most, rows - row);
    const groups = Math.ceil(count / PARTIAL_ROWS);
    const part = (storage: GpuStorage) => ({ storage, start: row * rank, length: count * rank });
    recorder.dispatch(
      cached(`fit ${rank} ${grouped}`, () => fitKernel(rank, grouped)),
      {
        operands: {
          ...gramOperands(rowGrams, row, count),
          factor: part(factor),
          numerator: part(numerator),
          out: { storage: out, start: (row / PARTIAL_ROWS) * 2, length: groups * 2 },
        },
        parameters: { rank, rows: count },
        groups,
        work: PARTIAL_ROWS * rank * rank * 2,
      },
    );
  }
}
