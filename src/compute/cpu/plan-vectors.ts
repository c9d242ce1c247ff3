import type { CopyBuffer, ImputeEntries, ProjectRows, ReduceRows } from "../device/command.js";
import { blockCount, type FloatSizes, type Plan } from "./plan.js";

/** Numbers that one task adds or copies. */
const BLOCK = 65_536;
const REDUCTIONS = { sum: 0, sumOfSquares: 1, maximum: 2 } as const;
const NORMS = { none: 0, unit: 1, ball: 2 } as const;

export function planImputeEntries(plan: Plan, command: ImputeEntries): void {
  const { tensor, entries, factors, rank } = command;
  const [I, J, K] = tensor.shape;
  const { address: x, outside } = plan.place(tensor.values);
  const [a, b, c] = factors.map((factor) => plan.address(factor)) as [number, number, number];
  const { roomAt } = plan.room({ roomAt: 16 });
  const count = entries.length;
  if (count === 0) return;
  plan.phase("imputeEntries", blockCount(count, 1024), {
    ...{ x, outside, I, J, K, entries: plan.address(entries), count, a, b, c, rank, roomAt },
  });
}

export function planReduceRows(plan: Plan, sizes: FloatSizes, command: ReduceRows): void {
  const { rows, columns, reduction, out } = command;
  const { address: values, outside } = plan.place(command.values);
  const blockColumns = Math.min(columns, BLOCK);
  const blocks = Math.ceil(columns / blockColumns);
  const partials = blocks === 1 ? plan.address(out) : plan.temporary(rows * blocks * 8);
  const { roomAt } = plan.room({ roomAt: outside === 0 ? 0 : blockColumns * sizes.bytes });
  const kind = REDUCTIONS[reduction];
  plan.phase("reduceBlocks", blockCount(rows * blocks, Math.ceil(4096 / blockColumns)), {
    ...{ values, outside, rows, columns, blockColumns, blocks, reduction: kind, partials, roomAt },
  });
  if (blocks === 1) return;
  const finish = { partials, rows, blocks, reduction: kind, out: plan.address(out) };
  plan.phase("reduceFinish", blockCount(rows, 256), finish);
}

export function planProjectRows(plan: Plan, command: ProjectRows): void {
  const { rows, columns, lower, upper, norm, radius = 0 } = command;
  plan.phase("projectRows", blockCount(rows, Math.ceil(4096 / columns)), {
    ...{ values: plan.address(command.values), rows, columns, norm: NORMS[norm], lower, upper, radius },
  });
}

export function planCopy(plan: Plan, sizes: FloatSizes, { from, to }: CopyBuffer): void {
  const length = from.length;
  if (length === 0) return;
  const [source, target] = [plan.place(from), plan.place(to)];
  const { roomAt } = plan.room({ roomAt: source.outside === 0 ? 0 : BLOCK * sizes.bytes });
  plan.phase("copyBytes", Math.ceil(length / BLOCK), {
    ...{ from: source.address, fromOutside: source.outside, to: target.address, toOutside: target.outside },
    ...{ length, blockLength: BLOCK, roomAt },
  });
}
