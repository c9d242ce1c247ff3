import type { ReduceRows } from "../device/command.js";
import { cached, type Kernel, kernel } from "./kernel.js";
import { addedLanes, addLanes, lanesMemory } from "./rank-blocks.js";
import { type GpuStorage, type Recorder, type Span, whole } from "./recorder.js";

type Reduction = ReduceRows["reduction"];

const LANES = 64;
/** Most numbers that one workgroup reduces to one. */
const MOST_BLOCK = 4096;
/** Rows of at most so many numbers are each reduced by one invocation. */
const SHORT_ROW = 64;
const LOWEST = "-0x1.fffffep+127f";

function reduceKernel(reduction: Reduction, short: boolean): Kernel {
  const isMaximum = reduction === "maximum";
  const step = {
    sum: "s0 += v;",
    sumOfSquares: "s0 += v * v;",
    maximum: "s0 = max(s0, v);",
  }[reduction];
  const start = isMaximum ? LOWEST : "0.0";
  const loop = (first: string, stride: number) => `
  var s0 = ${start};
  for (var at = ${first}; at < end; at += ${stride}u) {
    let v = values[p.values_at + row * p.columns + at];
    ${step}
  }`;
  const join = (left: string, right: string) => (isMaximum ? `max(${left}, ${right})` : `${left} + ${right}`);
  return kernel({
    name: `${reduction} of rows`,
    reads: { values: "f32" },
    writes: ["out"],
    parameters: { rows: "u32", columns: "u32", blocks: "u32", blockLength: "u32", distance: "u32" },
    invocations: LANES,
    declarations: short ? "" : lanesMemory(1) + addedLanes(1, join, start),
    body: short
      ? `
  let row = group * ${LANES}u + lane;
  let end = select(0u, p.columns, row < p.rows);
${loop("0u", 1)}
  if (row < p.rows) { out[p.out_at + row] = s0; }`
      : `
  let row = group / p.blocks;
  let block = group % p.blocks;
  let end = min((block + 1u) * p.blockLength, p.columns);
${loop("block * p.blockLength + lane", LANES)}
${addLanes(["s0"])}
  if (lane == 0u) { out[p.out_at + row * p.distance + block] = addedLanes(0u, 0u); }`,
  });
}

function blockOf(recorder: Recorder): number {
  return Math.min(MOST_BLOCK, recorder.mostElements - (recorder.mostElements % LANES));
}

function reduceTile(recorder: Recorder, reduction: Reduction, values: Span, rows: number, out: Span, distance: number) {
  const columns = values.length / rows;
  const blockLength = blockOf(recorder);
  const blocks = Math.ceil(columns / blockLength);
  const short = columns <= SHORT_ROW && distance === 1;
  recorder.dispatch(
    cached(`reduce ${reduction} ${short}`, () => reduceKernel(reduction, short)),
    {
      operands: { values, out },
      parameters: { rows, columns, blocks, blockLength, distance },
      groups: short ? Math.ceil(rows / LANES) : rows * blocks,
      work: short ? LANES * columns : Math.min(columns, blockLength),
    },
  );
}

/** See the command `reduceRows`. Sums of blocks of 4,096 numbers are added in blocks in turn. */
export function reduceRows(
  recorder: Recorder,
  reduction: Reduction,
  values: GpuStorage,
  rows: number,
  columns: number,
  out: GpuStorage,
): void {
  reduceSpan(recorder, reduction, whole(values), rows, columns, whole(out));
}

function reduceSpan(recorder: Recorder, reduction: Reduction, values: Span, rows: number, columns: number, out: Span) {
  const most = recorder.mostElements;
  const part = (span: Span, start: number, length: number) => ({ ...span, start: span.start + start, length });
  const block = blockOf(recorder);
  const blocks = Math.ceil(columns / block);
  if (blocks === 1) {
    const each = Math.max(1, Math.floor(most / columns));
    for (let row = 0; row < rows; row += each) {
      const count = Math.min(each, rows - row);
      reduceTile(recorder, reduction, part(values, row * columns, count * columns), count, part(out, row, count), 1);
    }
    return;
  }
  const again = reduction === "maximum" ? "maximum" : "sum";
  const each = Math.max(1, Math.floor(most / columns));
  const mostColumns = Math.floor(most / block) * block;
  for (let row = 0; row < rows; row += each) {
    const count = Math.min(each, rows - row);
    const sums = recorder.scratch(count * blocks);
    for (let column = 0; column < columns; column += mostColumns) {
      const length = count > 1 ? columns : Math.min(mostColumns, columns - column);
      const place = part(values, row * columns + column, count * length);
      const target = part(sums, column / block, (count - 1) * blocks + Math.ceil(length / block));
      reduceTile(recorder, reduction, place, count, target, blocks);
      if (count > 1) break;
    }
    reduceSpan(recorder, again, sums, count, blocks, part(out, row, count));
  }
}
