import { cached, type Kernel, kernel } from "./kernel.js";
import type { Recorder, Span } from "./recorder.js";

/** What becomes of the target: overwritten, added to, or multiplied by the sums. */
export type Onto = "set" | "add" | "multiply";

const LANES = 64;
/** Terms that are added before they meet the sum of those before. */
const RUN = 16;

function sumBlocksKernel(onto: Onto): Kernel {
  const target = "out[p.out_at + at]";
  const store = { set: "sum", add: `${target} + sum`, multiply: `${target} * sum` }[onto];
  return kernel({
    name: "sum of blocks",
    reads: { blocks: "f32" },
    writes: ["out"],
    parameters: { count: "u32", length: "u32" },
    invocations: LANES,
    body: `
  let at = group * ${LANES}u + lane;
  if (at >= p.length) { return; }
  var sum = 0.0;
  for (var begin = 0u; begin < p.count; begin += ${RUN}u) {
    var part = 0.0;
    let end = min(begin + ${RUN}u, p.count);
    for (var block = begin; block < end; block++) { part += blocks[p.blocks_at + block * p.length + at]; }
    sum += part;
  }
  ${target} = ${store};`,
  });
}

/** out (length of `out`) ← sums over `count` blocks, one after the other in `blocks`, always in the same order. */
export function sumBlocks(recorder: Recorder, blocks: Span, count: number, out: Span, onto: Onto): void {
  recorder.dispatch(
    cached(`sum-blocks ${onto}`, () => sumBlocksKernel(onto)),
    {
      operands: { blocks, out },
      parameters: { count, length: out.length },
      groups: Math.ceil(out.length / LANES),
      work: LANES * count,
    },
  );
}

/** Shape of a sum in two steps: `blocks` sums of `blockLength` terms each. */
export interface Blocks {
  readonly blocks: number;
  readonly blockLength: number;
}

/** Most numbers of partial sums that a command holds at once, where their number can be chosen. */
const MOST_PARTIALS = 2 ** 22;

/**
 * Cuts `terms` into blocks of at least `least` terms, by shape alone: at most `most`, and few enough that the partial
 * sums of `outputs` numbers keep to the limits.
 */
export function blocksOf(recorder: Recorder, terms: number, least: number, outputs: number, most = 1024): Blocks {
  const room = Math.max(1, Math.floor(Math.min(MOST_PARTIALS, recorder.mostElements) / outputs));
  const wanted = Math.max(1, Math.min(most, room, Math.ceil(terms / least)));
  const blockLength = Math.ceil(terms / wanted);
  return { blocks: Math.ceil(terms / blockLength), blockLength };
}
