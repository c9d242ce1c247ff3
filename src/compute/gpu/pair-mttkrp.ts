import type { Mode } from "../device/command.js";
import { contract } from "./contract.js";
import { cached, type Kernel, kernel, repeat } from "./kernel.js";
import { addedLanes, addLanes, lanesMemory, rankBlocks } from "./rank-blocks.js";
import type { GpuStorage, Recorder, Span } from "./recorder.js";
import { blocksOf, sumBlocks } from "./sum-blocks.js";

/** {@link RectifiedPairs} with its roots on the gpu. */
export interface PairTensor {
  readonly roots: GpuStorage;
  readonly groups: number;
  readonly bins: number;
  readonly width: number;
  readonly items: number;
  readonly signs: readonly (1 | -1)[];
}

const LANES = 64;
/** Pairs of an invocation in mode 0, bins of one in the other modes. */
const PAIRS = 2;
const BINS = 4;
/** Terms that are added before they meet the sum of those before. */
const RUN = 64;

/** Row of a pair in the upper triangle: an estimate in float32, corrected by counting. */
const PAIR_ROW = `
fn rowStart(row: u32) -> u32 { return (row * (2u * p.items - row - 1u)) / 2u; }
fn pairRow(pair: u32) -> u32 {
  let half = f32(p.items) - 0.5;
  let guess = half - sqrt(max(half * half - 2.0 * f32(pair), 0.0));
  var row = min(u32(max(guess, 0.0)), p.items - 2u);
  while (rowStart(row) > pair) { row -= 1u; }
  while (rowStart(row + 1u) <= pair) { row += 1u; }
  return row;
}`;

/** Text of one number of the tensor, `X`, of pair (`I`, `J`) and the frames that begin at `FRAMES` in the roots. */
function value(name: string, i: string, j: string, frames: string): string {
  return `
    var ${name} = 0.0;
    for (var w = 0u; w < p.width; w++) {
      let frame = ${frames} + w * p.items;
      ${name} += max(0.0, p.sign * roots[frame + ${i}] * roots[frame + ${j}]);
    }
    ${name} *= p.share;`;
}

/** Mode 0: two pairs for each invocation, over a block of (group, bin); the numbers of the tensor are never stored. */
function pairKernel(rank: number): Kernel {
  const { count, width, column, exists } = rankBlocks(rank, 12);
  const each = Array.from({ length: PAIRS }, (_, at) => at);
  return kernel({
    name: "mttkrp of pairs",
    reads: { roots: "f32", b: "f32", c: "f32" },
    writes: ["sums"],
    parameters: {
      items: "u32",
      width: "u32",
      bins: "u32",
      entries: "u32",
      pairBegin: "u32",
      pairs: "u32",
      tiles: "u32",
      blockLength: "u32",
      sign: "f32",
      share: "f32",
    },
    invocations: LANES,
    declarations: PAIR_ROW,
    body: `
  let r0 = (group % ${count}u) * ${width}u;
  let tile = (group / ${count}u) % p.tiles;
  let block = group / (${count}u * p.tiles);
  let end = min((block + 1u) * p.blockLength, p.entries);
${each
  .map(
    (at) => `
  let pair${at} = tile * ${LANES * PAIRS}u + ${at * LANES}u + lane;
  let index${at} = p.pairBegin + min(pair${at}, p.pairs - 1u);
  let i${at} = pairRow(index${at});
  let j${at} = i${at} + 1u + index${at} - rowStart(i${at});
${repeat(width, `  var a${at}_# = 0.0;`)}`,
  )
  .join("\n")}
  for (var run = block * p.blockLength; run < end; run += ${RUN}u) {
    let runEnd = min(run + ${RUN}u, end);
${each.map((at) => repeat(width, `    var s${at}_# = 0.0;`)).join("\n")}
    for (var q = run; q < runEnd; q++) {
      let bAt = p.b_at + (q % p.bins) * ${rank}u;
      let cAt = p.c_at + (q / p.bins) * ${rank}u;
      let frames = p.roots_at + q * p.width * p.items;
${each.map((at) => value(`x${at}`, `i${at}`, `j${at}`, "frames")).join("\n")}
${repeat(width, `      let w# = b[bAt + ${column("#u")}] * c[cAt + ${column("#u")}];`)}
${each.map((at) => repeat(width, `      s${at}_# += x${at} * w#;`)).join("\n")}
    }
${each.map((at) => repeat(width, `    a${at}_# += s${at}_#;`)).join("\n")}
  }
${each
  .map(
    (at) => `
  if (pair${at} < p.pairs) {
    let out = p.sums_at + (block * p.pairs + pair${at}) * ${rank}u + r0;
${repeat(width, `    if (${exists("#u")}) { sums[out + #u] = a${at}_#; }`)}
  }`,
  )
  .join("\n")}`,
  });
}

/** Sums over pairs of X · A for each (group, bin): lanes take pairs, an invocation four bins. */
function entryKernel(rank: number): Kernel {
  const { count, width, column, exists } = rankBlocks(rank, 12);
  const each = Array.from({ length: BINS }, (_, at) => at);
  const names = each.flatMap((bin) => Array.from({ length: width }, (_, at) => `a${bin}_${at}`));
  return kernel({
    name: "sums over pairs",
    reads: { roots: "f32", a: "f32" },
    writes: ["sums"],
    parameters: {
      items: "u32",
      width: "u32",
      entries: "u32",
      pairBegin: "u32",
      pairs: "u32",
      tiles: "u32",
      blockLength: "u32",
      sign: "f32",
      share: "f32",
    },
    invocations: LANES,
    declarations: `${PAIR_ROW}\n${lanesMemory(names.length)}${addedLanes()}`,
    body: `
  let r0 = (group % ${count}u) * ${width}u;
  let entry = ((group / ${count}u) % p.tiles) * ${BINS}u;
  let block = group / (${count}u * p.tiles);
  let begin = block * p.blockLength;
  let end = min(begin + p.blockLength, p.pairs);
${each.map((at) => `  let frames${at} = p.roots_at + min(entry + ${at}u, p.entries - 1u) * p.width * p.items;`).join("\n")}
${each.map((at) => repeat(width, `  var a${at}_# = 0.0;`)).join("\n")}
  let start = p.pairBegin + min(begin + lane, p.pairs - 1u);
  var i = pairRow(start);
  var j = i + 1u + start - rowStart(i);
  for (var pair = begin + lane; pair < end; pair += ${LANES}u) {
    let aAt = p.a_at + pair * ${rank}u;
${each.map((at) => value(`x${at}`, "i", "j", `frames${at}`)).join("\n")}
${repeat(width, `    let w# = a[aAt + ${column("#u")}];`)}
${each.map((at) => repeat(width, `    a${at}_# += x${at} * w#;`)).join("\n")}
    j += ${LANES}u;
    while (j >= p.items && i + 2u < p.items) {
      i += 1u;
      j = j - p.items + i + 1u;
    }
  }
${addLanes(names)}
  if (lane < ${names.length}u) {
    let r = lane % ${width}u;
    let place = entry + lane / ${width}u;
    if (place < p.entries && ${exists("r")}) {
      sums[p.sums_at + (block * p.entries + place) * ${rank}u + r0 + r] = addedLanes(lane, 0u);
    }
  }`,
  });
}

/** A part of the tensor whose operands fit their bindings. */
interface EntryTile {
  readonly group: number;
  readonly groups: number;
  readonly bin: number;
  readonly bins: number;
}

interface PairTile {
  readonly sign: 1 | -1;
  /** First row of the factor of mode 0, and first pair of the upper triangle. */
  readonly row: number;
  readonly pair: number;
  readonly pairs: number;
}

function* entryTiles(tensor: PairTensor, most: number, rank: number): Generator<EntryTile> {
  const { groups, bins, width, items } = tensor;
  const size = Math.max(width * items, rank);
  const tileBins = Math.max(1, Math.min(bins, Math.floor(most / size)));
  const tileGroups = tileBins < bins ? 1 : Math.max(1, Math.min(groups, Math.floor(most / (size * bins))));
  for (let group = 0; group < groups; group += tileGroups) {
    for (let bin = 0; bin < bins; bin += tileBins) {
      yield { group, groups: Math.min(tileGroups, groups - group), bin, bins: Math.min(tileBins, bins - bin) };
    }
  }
}

function* pairTiles(tensor: PairTensor, most: number, rank: number): Generator<PairTile> {
  const all = (tensor.items * (tensor.items - 1)) / 2;
  const each = Math.max(1, Math.min(all, Math.floor(most / rank)));
  for (const [at, sign] of tensor.signs.entries()) {
    for (let pair = 0; pair < all; pair += each) {
      yield { sign, row: at * all + pair, pair, pairs: Math.min(each, all - pair) };
    }
  }
}

/**
 * MTTKRP of the tensor of all pairs, computed from its roots: each number of the tensor when it is used.
 * Cost: pairs · groups · bins · (3·width + 2·rank).
 */
export function pairMttkrp(
  recorder: Recorder,
  tensor: PairTensor,
  mode: Mode,
  factors: readonly GpuStorage[],
  rank: number,
  out: GpuStorage,
): void {
  const most = recorder.mostElements;
  const { width, items, bins } = tensor;
  const { count, width: columns } = rankBlocks(rank, 12);
  const rows = (at: Mode, row: number, length: number): Span => ({
    storage: factors[at] as GpuStorage,
    start: row * rank,
    length: length * rank,
  });
  for (const tile of entryTiles(tensor, most, rank)) {
    const entries = tile.groups * tile.bins;
    const roots = {
      storage: tensor.roots,
      start: (tile.group * bins + tile.bin) * width * items,
      length: entries * width * items,
    };
    const common = { items, width, entries, share: 1 / width };
    const ofEntry = mode === 0 ? undefined : recorder.scratch(entries * rank);
    for (const pairs of pairTiles(tensor, most, rank)) {
      const shape = { ...common, pairBegin: pairs.pair, pairs: pairs.pairs, sign: pairs.sign };
      if (ofEntry === undefined) {
        const target = { storage: out, start: pairs.row * rank, length: pairs.pairs * rank };
        const tiles = Math.ceil(pairs.pairs / (LANES * PAIRS));
        const wanted = Math.max(1, Math.ceil(512 / tiles));
        const { blocks, blockLength } = blocksOf(recorder, entries, RUN, target.length, wanted);
        const isFirst = tile.group === 0 && tile.bin === 0;
        const direct = blocks === 1 && isFirst;
        const sums = direct ? target : recorder.scratch(blocks * target.length);
        recorder.dispatch(
          cached(`pairs ${rank}`, () => pairKernel(rank)),
          {
            operands: { roots, b: rows(1, tile.bin, tile.bins), c: rows(2, tile.group, tile.groups), sums },
            parameters: { ...shape, bins: tile.bins, tiles, blockLength },
            groups: blocks * tiles * count,
            work: LANES * PAIRS * blockLength * (3 * width + 2 * columns),
          },
        );
        if (!direct) sumBlocks(recorder, sums, blocks, target, isFirst ? "set" : "add");
      } else {
        const tiles = Math.ceil(entries / BINS);
        const { blocks, blockLength } = blocksOf(recorder, pairs.pairs, 4096, entries * rank);
        const sums = recorder.scratch(blocks * entries * rank);
        recorder.dispatch(
          cached(`entries ${rank}`, () => entryKernel(rank)),
          {
            operands: { roots, a: rows(0, pairs.row, pairs.pairs), sums },
            parameters: { ...shape, tiles, blockLength },
            groups: blocks * tiles * count,
            work: blockLength * BINS * (3 * width + 2 * columns),
          },
        );
        sumBlocks(recorder, sums, blocks, ofEntry, pairs.row === 0 ? "set" : "add");
      }
    }
    if (ofEntry === undefined) continue;
    const strides = { group: tile.bins * rank, bin: rank };
    if (mode === 1) {
      contract(recorder, {
        values: ofEntry,
        weights: rows(2, tile.group, tile.groups),
        out: { storage: out, start: tile.bin * rank, length: tile.bins * rank },
        rank,
        rows: tile.bins,
        terms: tile.groups,
        rowDistance: strides.bin,
        termDistance: strides.group,
        add: tile.group > 0,
      });
    } else {
      contract(recorder, {
        values: ofEntry,
        weights: rows(1, tile.bin, tile.bins),
        out: { storage: out, start: tile.group * rank, length: tile.groups * rank },
        rank,
        rows: tile.groups,
        terms: tile.bins,
        rowDistance: strides.group,
        termDistance: strides.bin,
        add: tile.bin > 0,
      });
    }
  }
}
