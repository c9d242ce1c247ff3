import type { Mode } from "../device/command.js";
import { cached, type Kernel, kernel, repeat } from "./kernel.js";
import { addedLanes, addLanes, lanesMemory, rankBlocks } from "./rank-blocks.js";
import type { GpuStorage, Recorder, Span } from "./recorder.js";
import { blocksOf, sumBlocks } from "./sum-blocks.js";

/** A box of a three-way tensor whose numbers lie without gaps: ends are exclusive. */
export interface DenseTile {
  readonly begin: readonly [number, number, number];
  readonly size: readonly [number, number, number];
}

/**
 * Cuts a tensor into boxes without gaps of at most `most` numbers, each mode at most `mostRows` long: blocks of the first
 * mode, or blocks of the second for one index of the first, and so on.
 */
export function* denseTiles(
  shape: readonly [number, number, number],
  most: number,
  mostRows: number,
): Generator<DenseTile> {
  const [first, second, third] = shape;
  const k = Math.min(third, most, mostRows);
  const j = k < third ? 1 : Math.min(second, Math.floor(most / third), mostRows);
  const i = j < second ? 1 : Math.min(first, Math.floor(most / (second * third)), mostRows);
  for (let i0 = 0; i0 < first; i0 += i) {
    for (let j0 = 0; j0 < second; j0 += j) {
      for (let k0 = 0; k0 < third; k0 += k) {
        yield {
          begin: [i0, j0, k0],
          size: [Math.min(i, first - i0), Math.min(j, second - j0), Math.min(k, third - k0)],
        };
      }
    }
  }
}

const ROWS = 4;
const LANES = 64;
/** Lanes beside each other in mode 2, and indices of each; few choices, as each is a kernel to compile. */
const ACROSS = [1, 4, 16, LANES];
const MOST_EACH = 4;

/**
 * Modes 0 and 1: each workgroup takes four rows of the result and a block of the terms of their sums, (index of the
 * other leading mode, index of the last mode), so that neighbouring lanes read neighbouring numbers of the tensor and a
 * product of two factor entries serves four rows.
 */
function leadingKernel(rank: number): Kernel {
  const { count, width, column, exists } = rankBlocks(rank, 12);
  const rows = Array.from({ length: ROWS }, (_, row) => row);
  const names = rows.flatMap((row) => Array.from({ length: width }, (_, at) => `a${row}_${at}`));
  return kernel({
    name: "mttkrp of a leading mode",
    reads: { x: "f32", f: "f32", c: "f32" },
    writes: ["sums"],
    parameters: {
      rows: "u32",
      rowDistance: "u32",
      others: "u32",
      otherDistance: "u32",
      depth: "u32",
      tiles: "u32",
      blockLength: "u32",
    },
    invocations: LANES,
    declarations: lanesMemory(names.length) + addedLanes(),
    body: `
  let r0 = (group % ${count}u) * ${width}u;
  let row = ((group / ${count}u) % p.tiles) * ${ROWS}u;
  let block = group / (${count}u * p.tiles);
  let begin = block * p.blockLength;
  let end = min(begin + p.blockLength, p.others * p.depth);
${rows.map((at) => `  let x${at} = p.x_at + min(row + ${at}u, p.rows - 1u) * p.rowDistance;`).join("\n")}
${rows.map((at) => repeat(width, `  var a${at}_# = 0.0;`)).join("\n")}
  for (var q = begin + lane; q < end; q += ${LANES}u) {
    let other = q / p.depth;
    let k = q % p.depth;
    let at = other * p.otherDistance + k;
    let fAt = p.f_at + other * ${rank}u;
    let cAt = p.c_at + k * ${rank}u;
${rows.map((at) => `    let v${at} = x[x${at} + at];`).join("\n")}
${repeat(width, `    let w# = f[fAt + ${column("#u")}] * c[cAt + ${column("#u")}];`)}
${rows.map((at) => repeat(width, `    a${at}_# += v${at} * w#;`)).join("\n")}
  }
${addLanes(names)}
  if (lane < ${names.length}u) {
    let r = lane % ${width}u;
    let place = row + lane / ${width}u;
    if (place < p.rows && ${exists("r")}) {
      sums[p.sums_at + (block * p.rows + place) * ${rank}u + r0 + r] = addedLanes(lane, 0u);
    }
  }`,
  });
}

/**
 * Mode 2: `across` neighbouring lanes take neighbouring indices of the last mode (each of them `each` of these), the
 * others take further rows of the matricised tensor, whose sums meet at the end.
 */
function lastKernel(rank: number, across: number, each: number): Kernel {
  const { count, width, column, exists } = rankBlocks(rank, 12);
  const down = LANES / across;
  const places = Array.from({ length: each }, (_, at) => at);
  const names = places.flatMap((place) => Array.from({ length: width }, (_, at) => `a${place}_${at}`));
  return kernel({
    name: "mttkrp of the last mode",
    reads: { x: "f32", a: "f32", b: "f32" },
    writes: ["sums"],
    parameters: { rows: "u32", columns: "u32", depth: "u32", tiles: "u32", blockLength: "u32" },
    invocations: LANES,
    declarations: lanesMemory(names.length) + addedLanes(across),
    body: `
  let r0 = (group % ${count}u) * ${width}u;
  let tile = (group / ${count}u) % p.tiles;
  let block = group / (${count}u * p.tiles);
  let begin = block * p.blockLength;
  let end = min(begin + p.blockLength, p.rows);
  let k = tile * ${across * each}u + lane % ${across}u;
${places.map((at) => `  let k${at} = min(k + ${at * across}u, p.depth - 1u);`).join("\n")}
${places.map((at) => repeat(width, `  var a${at}_# = 0.0;`)).join("\n")}
  for (var q = begin + lane / ${across}u; q < end; q += ${down}u) {
    let aAt = p.a_at + (q / p.columns) * ${rank}u;
    let bAt = p.b_at + (q % p.columns) * ${rank}u;
    let at = p.x_at + q * p.depth;
${places.map((at) => `    let v${at} = x[at + k${at}];`).join("\n")}
${repeat(width, `    let w# = a[aAt + ${column("#u")}] * b[bAt + ${column("#u")}];`)}
${places.map((at) => repeat(width, `    a${at}_# += v${at} * w#;`)).join("\n")}
  }
${addLanes(names)}
  for (var at = lane; at < ${names.length * across}u; at += ${LANES}u) {
    let variable = at / ${across}u;
    let first = at % ${across}u;
    let r = variable % ${width}u;
    let place = tile * ${across * each}u + (variable / ${width}u) * ${across}u + first;
    if (place < p.depth && ${exists("r")}) {
      sums[p.sums_at + (block * p.depth + place) * ${rank}u + r0 + r] = addedLanes(variable, first);
    }
  }`,
  });
}

/** MTTKRP of a dense tensor; see the command `mttkrp`. Cost: 3·I·J·K·rank, one pass over the tensor. */
export function denseMttkrp(
  recorder: Recorder,
  tensor: { readonly values: GpuStorage; readonly shape: readonly [number, number, number] },
  mode: Mode,
  factors: readonly GpuStorage[],
  rank: number,
  out: Span,
): void {
  const { shape, values } = tensor;
  const most = recorder.mostElements;
  const mostRows = Math.max(1, Math.floor(most / rank));
  for (const { begin, size } of denseTiles(shape, most, mostRows)) {
    const start = (begin[0] * shape[1] + begin[1]) * shape[2] + begin[2];
    const x = { storage: values, start, length: size[0] * size[1] * size[2] };
    const factor = (at: Mode) => ({
      storage: factors[at] as GpuStorage,
      start: begin[at] * rank,
      length: size[at] * rank,
    });
    const target = { ...out, start: out.start + begin[mode] * rank, length: size[mode] * rank };
    const isFirst = begin.every((at, axis) => axis === mode || at === 0);
    const onto = isFirst ? "set" : "add";
    if (mode === 2) {
      const across = ACROSS.find((lanes) => lanes >= size[2]) ?? LANES;
      const each = size[2] > 2 * across ? MOST_EACH : 1;
      const { count, width } = rankBlocks(rank, 12);
      const rows = size[0] * size[1];
      const { blocks, blockLength } = blocksOf(recorder, rows, (64 * LANES) / across, target.length);
      const tiles = Math.ceil(size[2] / (across * each));
      const sums = recorder.scratch(blocks * target.length);
      const made = cached(`last ${rank} ${across} ${each}`, () => lastKernel(rank, across, each));
      recorder.dispatch(made, {
        operands: { x, a: factor(0), b: factor(1), sums },
        parameters: { rows, columns: size[1], depth: size[2], tiles, blockLength },
        groups: blocks * tiles * count,
        work: blockLength * across * each * width * 3,
      });
      sumBlocks(recorder, sums, blocks, target, onto);
    } else {
      const other = mode === 0 ? 1 : 0;
      const { count, width } = rankBlocks(rank, 12);
      const distances = [size[1] * size[2], size[2]] as const;
      const terms = size[other] * size[2];
      const { blocks, blockLength } = blocksOf(recorder, terms, 4096, target.length);
      const tiles = Math.ceil(size[mode] / ROWS);
      const sums = recorder.scratch(blocks * target.length);
      recorder.dispatch(
        cached(`leading ${rank}`, () => leadingKernel(rank)),
        {
          operands: {
            x,
            f: factor(other),
            c: factor(2),
            sums,
          },
          parameters: {
            rows: size[mode],
            rowDistance: distances[mode],
            others: size[other],
            otherDistance: distances[other],
            depth: size[2],
            tiles,
            blockLength,
          },
          groups: blocks * tiles * count,
          work: blockLength * ROWS * width * 3,
        },
      );
      sumBlocks(recorder, sums, blocks, target, onto);
    }
  }
}
