import { DeviceError } from "../../base/errors.js";
import type { UpdateRule } from "../device/command.js";
import { cached, type Kernel, kernel } from "./kernel.js";
import { type GpuStorage, type Recorder, type Span, whole } from "./recorder.js";

/** Numbers of workgroup memory that hold the rows of a group: 16 KiB. */
const TILE_NUMBERS = 4096;
/** Smallest positive float32 that devices do not round to zero. */
const LEAST_NORMAL = 2 ** -126;

/** {@link RowGrams} on the gpu. */
export interface GpuRowGrams {
  readonly grams: GpuStorage;
  readonly rowGroup?: GpuStorage;
}

/** Operands of the Gram matrices, for rows from `row` on. */
export function gramOperands({ grams, rowGroup }: GpuRowGrams, row: number, rows: number): Record<string, Span> {
  const all = { grams: whole(grams) };
  return rowGroup === undefined ? all : { ...all, rowGroup: { storage: rowGroup, start: row, length: rows } };
}

/** Text of where the Gram matrix of a row begins. */
export function gramPlace(rank: number, grouped: boolean, row: string): string {
  return grouped ? `p.grams_at + rowGroup[p.rowGroup_at + ${row}] * ${rank * rank}u` : "p.grams_at";
}

/** Rows that a workgroup takes, one for each invocation. */
function rowsOfGroup(rank: number): number {
  if (rank > TILE_NUMBERS) {
    throw new DeviceError("memory", `a factor of ${rank} columns passes what a workgroup of the gpu holds`, {
      fields: { rank, limit: TILE_NUMBERS },
      wayOut: "--device cpu has no such limit",
    });
  }
  return 2 ** Math.floor(Math.log2(Math.min(64, TILE_NUMBERS / rank)));
}

/** One invocation for each row, columns one after the other; rows lie column by column in workgroup memory. */
function updateKernel(rank: number, rule: UpdateRule["rule"], grouped: boolean): Kernel {
  const lanes = rowsOfGroup(rank);
  const load = (at: string) => `tile[${at} * ${lanes}u + lane]`;
  const product = `
        var sum = 0.0;
        for (var q = 0u; q < p.rank; q++) { sum += ${load("q")} * grams[g + q * ${rank}u + r]; }
        let m = numerator[p.numerator_at + row * ${rank}u + r];`;
  const hals = `
      for (var r = 0u; r < p.rank; r++) {${product}
        let step = (m - sum) / max(grams[g + r * ${rank}u + r], p.epsilon);
        ${load("r")} = max(p.epsilon, ${load("r")} + step);
      }`;
  const mu = `
      for (var r = 0u; r < p.rank; r++) {${product}
        factor[p.factor_at + row * ${rank}u + r] = ${load("r")} * m / max(sum, p.epsilon);
      }
      for (var r = 0u; r < p.rank; r++) { ${load("r")} = factor[p.factor_at + row * ${rank}u + r]; }`;
  const move = (statement: string) => `
  for (var at = lane; at < count; at += ${lanes}u) {
    let place = (at % ${rank}u) * ${lanes}u + at / ${rank}u;
    ${statement}
  }`;
  return kernel({
    name: `update of a factor (${rule})`,
    reads: grouped ? { numerator: "f32", grams: "f32", rowGroup: "u32" } : { numerator: "f32", grams: "f32" },
    writes: ["factor"],
    parameters: { rank: "u32", rows: "u32", sweeps: "u32", epsilon: "f32" },
    invocations: lanes,
    declarations: `var<workgroup> tile: array<f32, ${lanes * rank}>;`,
    body: `
  let begin = group * ${lanes}u;
  let row = begin + lane;
  let count = min(${lanes}u, p.rows - begin) * ${rank}u;
  let factorAt = p.factor_at + begin * ${rank}u;
${move("tile[place] = factor[factorAt + at];")}
  workgroupBarrier();
  if (row < p.rows) {
    let g = ${gramPlace(rank, grouped, "row")};
    for (var sweep = 0u; sweep < p.sweeps; sweep++) {${rule === "hals" ? hals : mu}
    }
  }
${rule === "hals" ? `  workgroupBarrier();\n${move("factor[factorAt + at] = tile[place];")}` : ""}`,
  });
}

/** See the command `factorUpdate`. Cost: 2·sweeps·rows·rank². */
export function factorUpdate(
  recorder: Recorder,
  rule: UpdateRule,
  rowGrams: GpuRowGrams,
  factor: GpuStorage,
  rows: number,
  rank: number,
  numerator: Span,
): void {
  const grouped = rowGrams.rowGroup !== undefined;
  const lanes = rowsOfGroup(rank);
  const most = Math.max(1, Math.floor(recorder.mostElements / rank));
  const epsilon = Math.max(rule.epsilon, LEAST_NORMAL);
  for (let row = 0; row < rows; row += most) {
    const count = Math.min(most, rows - row);
    const part = (span: Span) => ({ ...span, start: span.start + row * rank, length: count * rank });
    recorder.dispatch(
      cached(`update ${rank} ${rule.rule} ${grouped}`, () => updateKernel(rank, rule.rule, grouped)),
      {
        operands: {
          ...gramOperands(rowGrams, row, count),
          numerator: part(numerator),
          factor: part(whole(factor)),
        },
        parameters: { rank, rows: count, sweeps: rule.sweeps, epsilon },
        groups: Math.ceil(count / lanes),
        work: lanes * rank * rank * 2 * rule.sweeps,
      },
    );
  }
}
