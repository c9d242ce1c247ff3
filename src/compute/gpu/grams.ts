import { DeviceError } from "../../base/errors.js";
import { cached, type Kernel, kernel, repeat } from "./kernel.js";
import { type GpuStorage, type Recorder, type Span, whole } from "./recorder.js";
import { sumBlocks } from "./sum-blocks.js";

/** Numbers of workgroup memory that hold rows of the factor: 16 KiB less the weights. */
const TILE_NUMBERS = 4032;
const MOST_TILE_ROWS = 64;
/** Entries of the result for each invocation. */
const MOST_EACH = 16;
/** Rows of a block, and most blocks of a factor. */
const BLOCK_ROWS = 256;
const MOST_BLOCKS = 256;

interface GramShape {
  readonly invocations: number;
  readonly each: number;
  readonly entryParts: number;
  readonly tileRows: number;
}

function gramShape(rank: number): GramShape {
  if (rank > TILE_NUMBERS) {
    throw new DeviceError("memory", `a factor of ${rank} columns passes what a workgroup of the gpu holds`, {
      fields: { rank, limit: TILE_NUMBERS },
      wayOut: "--device cpu has no such limit",
    });
  }
  const invocations = rank * rank > 64 ? 256 : 64;
  const each = Math.min(MOST_EACH, Math.ceil((rank * rank) / invocations));
  const entryParts = Math.ceil((rank * rank) / (invocations * each));
  return {
    invocations,
    each,
    entryParts,
    tileRows: Math.max(1, Math.min(MOST_TILE_ROWS, Math.floor(TILE_NUMBERS / rank))),
  };
}

/** sums[block, g] = Σ over the rows of a block of weights[g, row] · f fᵀ; rows pass through workgroup memory. */
function gramKernel(rank: number, weighted: boolean): Kernel {
  const { invocations, each, entryParts, tileRows } = gramShape(rank);
  const size = rank * rank;
  return kernel({
    name: "gram matrix",
    reads: weighted ? { factor: "f32", weights: "f32" } : { factor: "f32" },
    writes: ["sums"],
    parameters: { rows: "u32", weightDistance: "u32", groups: "u32", blockRows: "u32" },
    invocations,
    declarations: `var<workgroup> tile: array<f32, ${tileRows * rank}>;
${weighted ? `var<workgroup> share: array<f32, ${tileRows}>;` : ""}`,
    body: `
  let part = group % ${entryParts}u;
  let g = (group / ${entryParts}u) % p.groups;
  let block = group / (${entryParts}u * p.groups);
  let begin = block * p.blockRows;
  let end = min(begin + p.blockRows, p.rows);
${repeat(
  each,
  `  let e# = part * ${invocations * each}u + #u * ${invocations}u + lane;
  let r# = min(e#, ${size - 1}u) / ${rank}u;
  let q# = min(e#, ${size - 1}u) % ${rank}u;
  var a# = 0.0;`,
)}
  for (var row = begin; row < end; row += ${tileRows}u) {
    let rows = min(${tileRows}u, end - row);
    for (var at = lane; at < rows * ${rank}u; at += ${invocations}u) {
      tile[at] = factor[p.factor_at + row * ${rank}u + at];
    }
${
  weighted
    ? `    for (var at = lane; at < rows; at += ${invocations}u) {
      share[at] = weights[p.weights_at + g * p.weightDistance + row + at];
    }`
    : ""
}
    workgroupBarrier();
${repeat(each, "    var s# = 0.0;")}
    for (var at = 0u; at < rows; at++) {
      let f = at * ${rank}u;
${repeat(each, `      s# += tile[f + r#] * tile[f + q#]${weighted ? " * share[at]" : ""};`)}
    }
${repeat(each, "    a# += s#;")}
    workgroupBarrier();
  }
  let out = p.sums_at + (block * p.groups + g) * ${size}u;
${repeat(each, `  if (e# < ${size}u) { sums[out + e#] = a#; }`)}`,
  });
}

interface RowTile {
  readonly row: number;
  readonly rows: number;
  readonly blockRows: number;
  readonly blocks: number;
}

/** Blocks of rows of a factor, in parts that fit a binding; by shape alone. */
function rowTiles(recorder: Recorder, rows: number, rank: number, outputs: number): RowTile[] {
  const room = Math.max(1, Math.min(MOST_BLOCKS, Math.floor(recorder.mostElements / outputs)));
  const mostRows = Math.max(1, Math.floor(recorder.mostElements / rank));
  const tiles: RowTile[] = [];
  for (let row = 0; row < rows; row += mostRows) {
    const count = Math.min(mostRows, rows - row);
    const parts = Math.ceil(rows / mostRows);
    const wanted = Math.max(1, Math.min(Math.floor(room / parts), Math.ceil(count / BLOCK_ROWS)));
    const blockRows = Math.ceil(count / wanted);
    tiles.push({ row, rows: count, blockRows, blocks: Math.ceil(count / blockRows) });
  }
  return tiles;
}

/** out (groups × rank × rank) ← or ∘← weighted Gram matrices of a factor; weights is groups × rows. */
function grams(
  recorder: Recorder,
  factor: GpuStorage,
  rows: number,
  rank: number,
  out: Span,
  onto: "set" | "multiply",
  weights?: Span,
): void {
  const { invocations, each, entryParts } = gramShape(rank);
  const groups = out.length / (rank * rank);
  const tiles = rowTiles(recorder, rows, rank, out.length);
  const sum = tiles.length === 1 ? undefined : recorder.scratch(out.length);
  for (const tile of tiles) {
    const sums = recorder.scratch(tile.blocks * out.length);
    const read = { factor: { storage: factor, start: tile.row * rank, length: tile.rows * rank }, sums };
    const weight = weights && {
      storage: weights.storage,
      start: weights.start + tile.row,
      length: (groups - 1) * rows + tile.rows,
    };
    recorder.dispatch(
      cached(`gram ${rank} ${weights !== undefined}`, () => gramKernel(rank, weights !== undefined)),
      {
        operands: weight === undefined ? read : { ...read, weights: weight },
        parameters: { rows: tile.rows, weightDistance: rows, groups, blockRows: tile.blockRows },
        groups: tile.blocks * groups * entryParts,
        work: tile.blockRows * invocations * each * 3,
      },
    );
    if (sum === undefined) sumBlocks(recorder, sums, tile.blocks, out, onto);
    else sumBlocks(recorder, sums, tile.blocks, sum, tile.row === 0 ? "set" : "add");
  }
  if (sum !== undefined) sumBlocks(recorder, sum, 1, out, onto);
}

/** See the command `gramProduct`. Cost: 2·rows·rank² for each factor. */
export function gramProduct(
  recorder: Recorder,
  factors: readonly { readonly factor: GpuStorage; readonly rows: number }[],
  rank: number,
  out: GpuStorage,
): void {
  for (const [at, { factor, rows }] of factors.entries()) {
    grams(recorder, factor, rows, rank, whole(out), at === 0 ? "set" : "multiply");
  }
}

/** See the command `groupGrams`. Cost: 3·groups·rows·rank². */
export function groupGrams(
  recorder: Recorder,
  factor: GpuStorage,
  rows: number,
  rank: number,
  weights: GpuStorage,
  groups: number,
  out: GpuStorage,
): void {
  const size = rank * rank;
  const most = Math.max(1, Math.floor(recorder.mostElements / Math.max(size, rows)));
  for (let group = 0; group < groups; group += most) {
    const count = Math.min(most, groups - group);
    const target = { storage: out, start: group * size, length: count * size };
    const share = { storage: weights, start: group * rows, length: count * rows };
    grams(recorder, factor, rows, rank, target, "set", share);
  }
}
