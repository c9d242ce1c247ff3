import type { LeadingModes, Mttkrp, RectifiedPairs, RectifiedSquare, UpdateRule } from "../device/command.js";
import type { DeviceBuffer } from "../device/device.js";
import { blockCount, clamp, type FloatSizes, MOST_BLOCKS, type Plan, spreadRow } from "./plan.js";

/** Bytes of a tile of a tensor that is used more than once: it stays in the second cache. */
const TILE_BYTES = 196_608;
/** Rows that all tiles of a product divide. */
const TILE_ROWS = 12;
/** Rows of a tensor that are taken together where those of one leading index are fewer. */
const GROUP_ROWS = 48;
/** Rows of a tensor that mode 2 takes together at least; at most where each lies on pages of its own, of which processors
 * remember 64. */
const LEAST_DEPTH = 24;
const MOST_PAGES = 40;
const PAGE_BYTES = 4096;
/** Fewest blocks that keep many threads busy. */
const FEW_BLOCKS = 16;

const RULES = { hals: 0, mu: 1 } as const;
const NO_UPDATE = { grams: 0, groups: 0, gramCount: 0, rule: 0, sweeps: 0, epsilon: 0 };

/** Values of an update in kernels. */
export function updateValues(plan: Plan, sizes: FloatSizes, rank: number, grams: DeviceBuffer, groups?: DeviceBuffer) {
  const gramCount = grams.length / (rank * rank);
  const wide = plan.temporary(gramCount * rank * sizes.wideBytes(rank));
  const rows = gramCount * rank;
  plan.beside("widenRows", blockCount(rows, 256), {
    ...{ from: plan.address(grams), rows, rank, vectors: sizes.vectors(rank), to: wide },
  });
  return { grams: wide, groups: groups === undefined ? 0 : plan.address(groups), gramCount };
}

export function ruleValues({ rule, sweeps, epsilon }: UpdateRule) {
  return { rule: RULES[rule], sweeps, epsilon };
}

export function planMttkrp(plan: Plan, sizes: FloatSizes, command: Mttkrp): void {
  const { tensor, mode } = command;
  if (tensor.form === "pairs") planPairs(plan, sizes, command, tensor);
  else if (tensor.form === "square") planSquare(plan, sizes, command, tensor);
  else if (mode === 2) planColumnProducts(plan, sizes, command);
  else planRowProducts(plan, sizes, command, mode);
}

/** One pass where the leading mode has rows enough to share out; else its three steps one after the other. */
export function planLeadingModes(plan: Plan, sizes: FloatSizes, command: LeadingModes): boolean {
  const [I, J, K] = command.tensor.shape;
  const few = blockCount(I, 1, J * sizes.wideBytes(command.rank)) < FEW_BLOCKS;
  if (few && I * J * K > 2 ** 18) return false;
  planRowProducts(plan, sizes, command, "leading");
  return true;
}

type RowsCommand = Omit<Mttkrp, "kind" | "mode"> | LeadingModes;

function planRowProducts(plan: Plan, sizes: FloatSizes, command: RowsCommand, mode: 0 | 1 | "leading"): void {
  const { factors, rank, out } = command;
  const tensor = command.tensor as LeadingModes["tensor"];
  const [I, J, K] = tensor.shape;
  const vectors = sizes.vectors(rank);
  const wideBytes = sizes.wideBytes(rank);
  const packed = packRows(plan, sizes, factors[2], K, rank);
  let middle = 0;
  if (mode !== 1) {
    middle = plan.temporary(J * wideBytes);
    const from = plan.address(factors[1]);
    plan.beside("widenRows", blockCount(J, 256), { from, rows: J, rank, vectors, to: middle });
  }
  let update = NO_UPDATE;
  if (mode === "leading") {
    const leading = command as LeadingModes;
    update = { ...updateValues(plan, sizes, rank, leading.grams, leading.rowGroup), ...ruleValues(leading) };
  }
  const rowBlocks = blockCount(I, 1, mode === 0 ? 0 : J * wideBytes);
  const wanted = mode === "leading" || rowBlocks >= FEW_BLOCKS ? 1 : Math.ceil(MOST_BLOCKS / rowBlocks);
  const chunk = Math.min(J, Math.ceil(Math.ceil(J / wanted) / TILE_ROWS) * TILE_ROWS);
  const chunks = Math.ceil(J / chunk);
  const group = chunks > 1 ? 1 : clamp(Math.floor(GROUP_ROWS / J), 1, Math.ceil(I / rowBlocks));
  const tile = tileRows(K * sizes.bytes);
  const { address: x, outside } = plan.place(tensor.values);
  const partials0 = chunks > 1 && mode === 0 ? plan.temporary(chunks * I * wideBytes) : 0;
  const partials1 = mode === 0 ? 0 : plan.temporary(rowBlocks * J * wideBytes);
  const { productAt, tileAt, rowAt } = plan.room({
    productAt: group * chunk * wideBytes,
    tileAt: outside === 0 ? 0 : Math.min(tile, group * chunk) * K * sizes.bytes,
    rowAt: 3 * wideBytes,
  });
  plan.phase("rowProducts", rowBlocks * chunks, {
    ...{ x, outside, I, J, K, rowBlocks, chunk, chunks, packed, vectors, middle, rank, ...update },
    ...{ leading: mode === 0 ? 0 : plan.address(factors[0]), out0: mode === 0 ? plan.address(out) : 0 },
    ...{ partials0, partials1, tile, productAt, tileAt, rowAt, group },
  });
  if (partials0 !== 0) addPartials(plan, sizes, partials0, chunks, I, rank, out);
  if (partials1 !== 0) addPartials(plan, sizes, partials1, rowBlocks, J, rank, out);
}

function planColumnProducts(plan: Plan, sizes: FloatSizes, { tensor, factors, rank, out }: Mttkrp): void {
  if (tensor.form !== "dense") return;
  const [I, J, K] = tensor.shape;
  const wideBytes = sizes.wideBytes(rank);
  const chunks = Math.max(1, Math.round((K * sizes.bytes * LEAST_DEPTH) / TILE_BYTES));
  const chunk = Math.min(K, Math.ceil(Math.ceil(K / chunks) / TILE_ROWS) * TILE_ROWS);
  const mostRows = K * sizes.bytes >= PAGE_BYTES ? MOST_PAGES : 256;
  const depth = clamp(Math.floor(TILE_BYTES / (chunk * sizes.bytes)), 8, mostRows);
  const rowBlocks = blockCount(I * J, depth, K * wideBytes);
  const { address: x, outside } = plan.place(tensor.values);
  const copyRow = outside !== 0 || (K * sizes.bytes) % 1024 === 0 ? spreadRow(chunk * sizes.bytes) : 0;
  const partials = plan.temporary(rowBlocks * K * wideBytes);
  const { panelAt, tileAt } = plan.room({
    panelAt: depth * sizes.vectors(rank) * 16,
    tileAt: depth * copyRow,
  });
  plan.phase("columnProducts", rowBlocks * Math.ceil(K / chunk), {
    ...{ x, outside, I, J, K, rowBlocks, chunk, rank, vectors: sizes.vectors(rank), partials, depth, copyRow },
    ...{ leading: plan.address(factors[0]), middle: plan.address(factors[1]), panelAt, tileAt },
  });
  addPartials(plan, sizes, partials, rowBlocks, K, rank, out);
}

function planSquare(
  plan: Plan,
  sizes: FloatSizes,
  { mode, factors, rank, out }: Mttkrp,
  tensor: RectifiedSquare,
): void {
  const { bins, width, items } = tensor;
  const vectors = sizes.vectors(rank);
  const wideBytes = sizes.wideBytes(rank);
  const { address: roots, outside } = plan.place(tensor.roots);
  const distance = spreadRow(items * sizes.bytes);
  const rowBytes = items * sizes.bytes;
  const most = clamp(Math.floor(TILE_BYTES / 2 / rowBytes), 4, 64);
  if (mode === 2) {
    const frames = Math.min(most, width);
    const packedP = packRows(plan, sizes, factors[0], items, rank);
    const packedQ = packRows(plan, sizes, factors[1], items, rank);
    const packedPQ = packRows(plan, sizes, factors[0], items, rank, factors[1]);
    const blocks = blockCount(bins, 1);
    const room = plan.room({
      ...{ halvesAt: 2 * frames * distance, squaresAt: distance, productAt: 4 * frames * wideBytes },
      ...{ binAt: 2 * wideBytes, roomAt: outside === 0 ? 0 : frames * rowBytes },
    });
    plan.phase("squareBins", blocks, {
      ...{ roots, outside, bins, width, items, rank, vectors, packedP, packedQ, packedPQ, out: plan.address(out) },
      ...{ blocks, frames, distance, ...room },
    });
    return;
  }
  const other = factors[mode === 0 ? 1 : 0];
  const packed = packRows(plan, sizes, other, items, rank);
  const blocks = blockCount(bins, 1, items * wideBytes);
  const frames = Math.min(most, bins * width);
  const touched = Math.floor((frames - 1) / width) + 2;
  const partials = plan.temporary(blocks * items * wideBytes);
  const room = plan.room({
    ...{ halvesAt: 2 * frames * distance, squaresAt: touched * distance, productAt: 2 * frames * wideBytes },
    ...{ panelAt: 2 * frames * vectors * 16, binPanelAt: touched * vectors * 16, diagonalAt: items * wideBytes },
    ...{ roomAt: outside === 0 ? 0 : frames * rowBytes },
  });
  plan.phase("squareProducts", blocks, {
    ...{ roots, outside, bins, width, items, other: plan.address(other), binFactor: plan.address(factors[2]) },
    ...{ rank, vectors, packed, partials, blocks, frames, distance, ...room },
  });
  addPartials(plan, sizes, partials, blocks, items, rank, out);
}

function planPairs(plan: Plan, sizes: FloatSizes, { mode, factors, rank, out }: Mttkrp, tensor: RectifiedPairs): void {
  const { groups, bins, width, items, signs } = tensor;
  const vectors = sizes.vectors(rank);
  const wideBytes = sizes.wideBytes(rank);
  const { address: roots, outside } = plan.place(tensor.roots);
  const pairs = (items * (items - 1)) / 2;
  const run = Math.min(256, items);
  const distance = spreadRow(run * sizes.bytes);
  const [firstSign, secondSign = 1] = signs as readonly [number, number?];
  const common = {
    roots,
    outside,
    groups,
    bins,
    width,
    items,
    pairs,
    signs: signs.length,
    rank,
    vectors,
    run,
    distance,
  };
  const tileRoom = (binBlock: number) => ({
    tileAt: binBlock * distance,
    columnAt: binBlock * width * sizes.bytes,
    roomAt: outside === 0 ? 0 : binBlock * width * distance,
  });
  if (mode === 0) {
    const binBlock = Math.min(bins, 60);
    const packed = plan.temporary(groups * bins * vectors * 16);
    const rows = groups * bins;
    plan.beside("packProducts", blockCount(rows, 256), {
      ...{ left: plan.address(factors[2]), right: plan.address(factors[1]), rightRows: bins, rows, rank, vectors },
      to: packed,
    });
    const blocks = blockCount(pairs * signs.length, 4);
    const room = plan.room({ ...tileRoom(binBlock), productAt: run * wideBytes });
    const values = { ...common, packed, out: plan.address(out), blocks, binBlock, ...room, firstSign, secondSign };
    plan.phase("pairRows", blocks, values);
    return;
  }
  const share = Math.ceil(bins / Math.max(1, Math.round(MOST_BLOCKS / groups)));
  const binBlock = Math.min(bins, clamp(Math.ceil(share / TILE_ROWS) * TILE_ROWS, TILE_ROWS, 60));
  const blocks = Math.ceil(bins / binBlock);
  const sums = plan.temporary(groups * bins * wideBytes);
  const room = plan.room({ ...tileRoom(binBlock), panelAt: run * vectors * 16 });
  plan.phase("pairBins", groups * blocks, {
    ...{ ...common, leading: plan.address(factors[0]), sums, blocks, binBlock, ...room, firstSign, secondSign },
  });
  const rows = mode === 1 ? bins : groups;
  const { rowAt } = plan.room({ rowAt: 2 * wideBytes });
  plan.phase("pairFinish", blockCount(rows, 1), {
    ...{ sums, groups, bins, rank, vectors, factor: plan.address(factors[mode === 1 ? 2 : 1]) },
    ...{ out: plan.address(out), mode, rowAt },
  });
}

/** A packed copy of a factor, or of the product of two. */
function packRows(
  plan: Plan,
  sizes: FloatSizes,
  factor: DeviceBuffer,
  rows: number,
  rank: number,
  times?: DeviceBuffer,
): number {
  const vectors = sizes.vectors(rank);
  const to = plan.temporary(rows * vectors * 16);
  const right = times === undefined ? 0 : plan.address(times);
  plan.beside("packProducts", blockCount(rows, 256), {
    ...{ left: plan.address(factor), right, rightRows: times === undefined ? 0 : -1, rows, rank, vectors, to },
  });
  return to;
}

function addPartials(
  plan: Plan,
  sizes: FloatSizes,
  partials: number,
  blocks: number,
  rows: number,
  rank: number,
  out: DeviceBuffer,
): void {
  const rowBytes = sizes.wideBytes(rank);
  plan.phase("addPartials", blockCount(rows, 8), { partials, blocks, rows, rank, rowBytes, out: plan.address(out) });
}

/** Rows of a tile of a tensor whose rows have `bytes`. */
function tileRows(bytes: number): number {
  return Math.max(TILE_ROWS, Math.floor(TILE_BYTES / bytes / TILE_ROWS) * TILE_ROWS);
}
