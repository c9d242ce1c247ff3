import { DeviceError } from "../../base/errors.js";
import type { Mode } from "../device/command.js";
import { contract } from "./contract.js";
import { cached, type Kernel, kernel, repeat } from "./kernel.js";
import { addedLanes, addLanes, lanesMemory, rankBlocks } from "./rank-blocks.js";
import { type GpuStorage, type Recorder, whole } from "./recorder.js";
import { blocksOf, sumBlocks } from "./sum-blocks.js";

/** {@link RectifiedSquare} with its roots on the gpu. */
export interface SquareTensor {
  readonly roots: GpuStorage;
  readonly bins: number;
  readonly width: number;
  readonly items: number;
}

const LANES = 64;
const ITEMS = 2;

/** sides[frame] (2 × rank): sums over the items of u · A and of v · A, with u and v the parts of the root above and below 0. */
function sidesKernel(rank: number): Kernel {
  const { count, width, column, exists } = rankBlocks(rank);
  const names = ["u", "v"].flatMap((side) => Array.from({ length: width }, (_, at) => `${side}${at}`));
  return kernel({
    name: "sides of frames",
    reads: { roots: "f32", a: "f32" },
    writes: ["sides"],
    parameters: { items: "u32" },
    invocations: LANES,
    declarations: lanesMemory(names.length) + addedLanes(),
    body: `
  let r0 = (group % ${count}u) * ${width}u;
  let frame = group / ${count}u;
${repeat(width, "  var u# = 0.0;\n  var v# = 0.0;")}
  for (var item = lane; item < p.items; item += ${LANES}u) {
    let s = roots[p.roots_at + frame * p.items + item];
    let above = max(s, 0.0);
    let below = max(-s, 0.0);
    let aAt = p.a_at + item * ${rank}u;
${repeat(width, `    let a# = a[aAt + ${column("#u")}];\n    u# += above * a#;\n    v# += below * a#;`)}
  }
${addLanes(names)}
  if (lane < ${names.length}u) {
    let r = lane % ${width}u;
    if (${exists("r")}) {
      sides[p.sides_at + (frame * 2u + lane / ${width}u) * ${rank}u + r0 + r] = addedLanes(lane, 0u);
    }
  }`,
  });
}

/**
 * Modes 0 and 1: Σ over frames of |s| (side − |s| A) B / width, the side being that of the sign of s: what the item
 * itself adds to its side, the diagonal of the tensor, is taken off before it is multiplied.
 */
function itemsKernel(rank: number): Kernel {
  const { count, width, column, exists } = rankBlocks(rank);
  const each = Array.from({ length: ITEMS }, (_, at) => at);
  return kernel({
    name: "mttkrp of items",
    reads: { roots: "f32", sides: "f32", a: "f32", b: "f32" },
    writes: ["sums"],
    parameters: { items: "u32", bins: "u32", width: "u32", tiles: "u32", blockLength: "u32", share: "f32" },
    invocations: LANES,
    body: `
  let r0 = (group % ${count}u) * ${width}u;
  let item = ((group / ${count}u) % p.tiles) * ${LANES * ITEMS}u + lane;
  let block = group / (${count}u * p.tiles);
  let end = min((block + 1u) * p.blockLength, p.bins);
${each
  .map(
    (at) => `
  let item${at} = min(item + ${at * LANES}u, p.items - 1u);
${repeat(width, `  let a${at}_# = a[p.a_at + item${at} * ${rank}u + ${column("#u")}];\n  var m${at}_# = 0.0;`)}`,
  )
  .join("\n")}
  for (var bin = block * p.blockLength; bin < end; bin++) {
${each.map((at) => repeat(width, `    var n${at}_# = 0.0;`)).join("\n")}
    for (var w = 0u; w < p.width; w++) {
      let frame = bin * p.width + w;
      let sidesAt = p.sides_at + frame * ${2 * rank}u;
${each
  .map(
    (at) => `
      let s${at} = roots[p.roots_at + frame * p.items + item${at}];
      let size${at} = abs(s${at});
      let side${at} = sidesAt + select(0u, ${rank}u, s${at} < 0.0);
${repeat(width, `      n${at}_# += size${at} * (sides[side${at} + ${column("#u")}] - size${at} * a${at}_#);`)}`,
  )
  .join("\n")}
    }
${repeat(width, `    let b# = b[p.b_at + bin * ${rank}u + ${column("#u")}] * p.share;`)}
${each.map((at) => repeat(width, `    m${at}_# += n${at}_# * b#;`)).join("\n")}
  }
${each
  .map(
    (at) => `
  if (item + ${at * LANES}u < p.items) {
    let out = p.sums_at + (block * p.items + item${at}) * ${rank}u + r0;
${repeat(width, `    if (${exists("#u")}) { sums[out + #u] = m${at}_#; }`)}
  }`,
  )
  .join("\n")}`,
  });
}

/** Mode 2, for each frame: (Σ u A)(Σ u B) + (Σ v A)(Σ v B) − Σ s² A B. */
function framesKernel(rank: number): Kernel {
  const { count, width, column, exists } = rankBlocks(rank, 8);
  const sums = ["ua", "va", "ub", "vb", "d"];
  const names = sums.flatMap((sum) => Array.from({ length: width }, (_, at) => `${sum}${at}`));
  return kernel({
    name: "mttkrp of frames",
    reads: { roots: "f32", a: "f32", b: "f32" },
    writes: ["out"],
    parameters: { items: "u32" },
    invocations: LANES,
    declarations: `${lanesMemory(names.length)}${addedLanes()}\nvar<workgroup> added: array<f32, ${names.length}>;`,
    body: `
  let r0 = (group % ${count}u) * ${width}u;
  let frame = group / ${count}u;
${sums.map((name) => repeat(width, `  var ${name}# = 0.0;`)).join("\n")}
  for (var item = lane; item < p.items; item += ${LANES}u) {
    let s = roots[p.roots_at + frame * p.items + item];
    let above = max(s, 0.0);
    let below = max(-s, 0.0);
    let at = item * ${rank}u;
${repeat(
  width,
  `    let a# = a[p.a_at + at + ${column("#u")}];
    let b# = b[p.b_at + at + ${column("#u")}];
    ua# += above * a#;
    va# += below * a#;
    ub# += above * b#;
    vb# += below * b#;
    d# += s * s * a# * b#;`,
)}
  }
${addLanes(names)}
  if (lane < ${names.length}u) { added[lane] = addedLanes(lane, 0u); }
  workgroupBarrier();
  if (lane < ${width}u && ${exists("lane")}) {
    let above = added[lane] * added[lane + ${2 * width}u];
    let below = added[lane + ${width}u] * added[lane + ${3 * width}u];
    out[p.out_at + frame * ${rank}u + r0 + lane] = above + below - added[lane + ${4 * width}u];
  }`,
  });
}

/**
 * MTTKRP of the square tensor from its roots: a few matrix products, each frame of the tensor being a sum of two outer
 * products without its diagonal. Cost: some 10 · frames · items · rank.
 */
export function squareMttkrp(
  recorder: Recorder,
  tensor: SquareTensor,
  mode: Mode,
  factors: readonly GpuStorage[],
  rank: number,
  out: GpuStorage,
): void {
  const { bins, width, items } = tensor;
  const most = recorder.mostElements;
  const binSize = width * Math.max(items, 2 * rank);
  const tileBins = Math.min(bins, Math.floor(most / binSize));
  if (tileBins === 0) {
    throw new DeviceError("memory", `one bin of ${width} frames × ${items} items passes what the gpu binds`, {
      fields: { bytes: binSize * 4, limit: recorder.limits.binding },
      wayOut: "--device cpu has no such limit",
    });
  }
  for (let bin = 0; bin < bins; bin += tileBins) {
    const count = Math.min(tileBins, bins - bin);
    const frames = count * width;
    const roots = { storage: tensor.roots, start: bin * width * items, length: frames * items };
    const ofBins = (storage: GpuStorage) => ({ storage, start: bin * rank, length: count * rank });
    if (mode === 2) {
      const blocks = rankBlocks(rank, 8);
      const ofFrames = recorder.scratch(frames * rank);
      recorder.dispatch(
        cached(`frames ${rank}`, () => framesKernel(rank)),
        {
          operands: { roots, a: whole(factors[0] as GpuStorage), b: whole(factors[1] as GpuStorage), out: ofFrames },
          parameters: { items },
          groups: frames * blocks.count,
          work: items * blocks.width * 11,
        },
      );
      contract(recorder, {
        values: ofFrames,
        out: ofBins(out),
        rank,
        rows: count,
        terms: width,
        rowDistance: width * rank,
        termDistance: rank,
        scale: 1 / width,
      });
      continue;
    }
    const { count: rankParts, width: columns } = rankBlocks(rank);
    const a = whole(factors[mode === 0 ? 1 : 0] as GpuStorage);
    const sides = recorder.scratch(frames * 2 * rank);
    recorder.dispatch(
      cached(`sides ${rank}`, () => sidesKernel(rank)),
      { operands: { roots, a, sides }, parameters: { items }, groups: frames * rankParts, work: items * columns * 4 },
    );
    const tiles = Math.ceil(items / (LANES * ITEMS));
    const { blocks, blockLength } = blocksOf(recorder, count, 4, items * rank, Math.max(1, Math.ceil(1024 / tiles)));
    const sums = recorder.scratch(blocks * items * rank);
    recorder.dispatch(
      cached(`items ${rank}`, () => itemsKernel(rank)),
      {
        operands: { roots, sides, a, b: ofBins(factors[2] as GpuStorage), sums },
        parameters: { items, bins: count, width, tiles, blockLength, share: 1 / width },
        groups: blocks * tiles * rankParts,
        work: blockLength * width * LANES * ITEMS * columns * 4,
      },
    );
    sumBlocks(recorder, sums, blocks, whole(out), bin === 0 ? "set" : "add");
  }
}
