import type { CombineGrams, FactorUpdate, FitTerms, GramProduct, GroupGrams } from "../device/command.js";
import { PARTIAL_ROWS, partialCount } from "../device/partial-sums.js";
import { blockCount, clamp, type FloatSizes, type Plan } from "./plan.js";
import { ruleValues, updateValues } from "./plan-tensors.js";

/** Rows whose products are added at once. */
const PANEL_ROWS = 256;
/** Groups of one task. */
const GROUP_BLOCK = 24;

export function planGramProduct(plan: Plan, sizes: FloatSizes, { factors, rank, out }: GramProduct): void {
  const vectors = sizes.vectors(rank);
  const rowBytes = sizes.wideBytes(rank);
  const { panelAt } = plan.room({ panelAt: PANEL_ROWS * vectors * 16 });
  const parts = factors.map(({ buffer, rows }) => {
    const blocks = blockCount(rows, PANEL_ROWS);
    const partials = plan.temporary(blocks * rank * rowBytes);
    const factor = plan.address(buffer);
    const values = { factor, rows, rank, vectors, partials, blocks, panelAt, panelRows: PANEL_ROWS };
    plan.beside("gramBlocks", blocks, values);
    return { partials, blocks };
  });
  const product = plan.temporary(rank * rowBytes);
  for (const [index, { partials, blocks }] of parts.entries()) {
    plan.phase("gramMultiply", Math.ceil(rank / 4), {
      ...{ partials, blocks, rank, rowBytes, product, first: index === 0 ? 1 : 0 },
      out: index === parts.length - 1 ? plan.address(out) : 0,
    });
  }
}

export function planGroupGrams(plan: Plan, sizes: FloatSizes, command: GroupGrams): void {
  const { rows, rank, groups, out } = command;
  const square = rank * rank;
  const vectors = sizes.vectors(square);
  const rowBytes = sizes.wideBytes(square);
  const depth = clamp(Math.floor(65_536 / (vectors * 16)), 8, 128);
  const rowBlocks = blockCount(rows, depth, groups * rowBytes);
  const groupBlocks = Math.ceil(groups / GROUP_BLOCK);
  const partials = plan.temporary(rowBlocks * groups * rowBytes);
  const { panelAt } = plan.room({ panelAt: depth * vectors * 16 });
  plan.phase("groupGrams", rowBlocks * groupBlocks, {
    ...{ factor: plan.address(command.factor), rows, rank, groups, weights: plan.address(command.weights), vectors },
    ...{ partials, rowBlocks, groupBlock: GROUP_BLOCK, depth, panelAt },
  });
  plan.phase("addPartials", blockCount(groups, 1), {
    ...{ partials, blocks: rowBlocks, rows: groups, rank: square, rowBytes, out: plan.address(out) },
  });
}

export function planCombineGrams(plan: Plan, command: CombineGrams): void {
  const { left, right, rank, outputs, weights, out } = command;
  const size = rank * rank;
  plan.phase("combineGrams", blockCount(outputs * size, 128), {
    ...{ left: plan.address(left.buffer), leftCount: left.count, right: plan.address(right.buffer) },
    ...{ rightCount: right.count, size, outputs, weights: plan.address(weights), out: plan.address(out) },
  });
}

export function planFactorUpdate(plan: Plan, sizes: FloatSizes, command: FactorUpdate): void {
  const { rows, rank } = command;
  const grams = updateValues(plan, sizes, rank, command.grams, command.rowGroup);
  const { rowAt } = plan.room({ rowAt: 3 * sizes.wideBytes(rank) });
  plan.phase("factorUpdate", blockCount(rows, 8), {
    ...{ factor: plan.address(command.factor), rows, rank, vectors: sizes.vectors(rank) },
    ...{ numerator: plan.address(command.numerator), ...grams, ...ruleValues(command), rowAt },
  });
}

export function planFitTerms(plan: Plan, sizes: FloatSizes, command: FitTerms): void {
  const { rows, rank } = command;
  const grams = updateValues(plan, sizes, rank, command.grams, command.rowGroup);
  const { rowAt } = plan.room({ rowAt: 2 * sizes.wideBytes(rank) });
  plan.phase("fitTerms", blockCount(partialCount(rows), 1), {
    ...{ factor: plan.address(command.factor), rows, rank, vectors: sizes.vectors(rank) },
    ...{ numerator: plan.address(command.numerator), ...grams, out: plan.address(command.out) },
    ...{ partialRows: PARTIAL_ROWS, rowAt },
  });
}
