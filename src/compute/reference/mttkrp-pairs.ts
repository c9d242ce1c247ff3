import type { Mode, RectifiedPairs } from "../device/command.js";
import { VectorTreeSum } from "../device/partial-sums.js";

type Layout = Omit<RectifiedPairs, "roots">;

/**
 * MTTKRP of the tensor of pairs, bins and groups by making its entries again, one pair of items in one group at a time:
 * x_pbg for all bins b. Cost: signs · groups · items² · bins · (width + rank).
 */
export function mttkrpPairs(
  layout: Layout,
  roots: Float64Array,
  mode: Mode,
  factors: readonly [Float64Array, Float64Array, Float64Array],
  rank: number,
): Float64Array {
  const { groups, bins, items, signs } = layout;
  const traces = itemsFirst(layout, roots);
  const [pairFactor, binFactor, groupFactor] = factors;
  const pairs = (items * (items - 1)) / 2;
  const entries = new Float64Array(bins);
  if (mode === 0) {
    const out = new Float64Array(signs.length * pairs * rank);
    const tree = new VectorTreeSum(rank);
    let at = 0;
    for (const sign of signs) {
      for (let i = 0; i < items; i++) {
        for (let j = i + 1; j < items; j++, at += rank) {
          for (let group = 0; group < groups; group++) {
            entriesOfPair(layout, traces, sign, group, i, j, entries);
            const terms = tree.take();
            for (let bin = 0, from = 0; bin < bins; bin++) {
              const x = entries[bin] as number;
              if (x === 0) from += rank;
              else
                for (let r = 0; r < rank; r++, from++)
                  terms[r] = (terms[r] as number) + x * (binFactor[from] as number);
            }
            for (let r = 0; r < rank; r++) terms[r] = (terms[r] as number) * (groupFactor[group * rank + r] as number);
            tree.add(terms);
          }
          out.set(tree.finish(), at);
        }
      }
    }
    return out;
  }
  const out = new Float64Array((mode === 1 ? bins : groups) * rank);
  const overGroups = new VectorTreeSum(bins * rank);
  for (let group = 0; group < groups; group++) {
    const contracted = contractPairs(layout, traces, group, pairFactor, rank, entries);
    if (mode === 1) {
      for (let at = 0; at < contracted.length; at++) {
        contracted[at] = (contracted[at] as number) * (groupFactor[group * rank + (at % rank)] as number);
      }
      overGroups.add(contracted);
    } else {
      const overBins = new VectorTreeSum(rank);
      for (let bin = 0; bin < bins; bin++) {
        const terms = overBins.take();
        for (let r = 0, at = bin * rank; r < rank; r++, at++) {
          terms[r] = (contracted[at] as number) * (binFactor[at] as number);
        }
        overBins.add(terms);
      }
      out.set(overBins.finish(), group * rank);
    }
  }
  return mode === 1 ? overGroups.finish() : out;
}

/** Σ_p x_pbg a_pr of one group, bins × rank. */
function contractPairs(
  layout: Layout,
  traces: Float64Array,
  group: number,
  pairFactor: Float64Array,
  rank: number,
  entries: Float64Array,
): Float64Array {
  const { bins, items, signs } = layout;
  const tree = new VectorTreeSum(bins * rank);
  let pair = 0;
  for (const sign of signs) {
    for (let i = 0; i + 1 < items; i++) {
      const terms = tree.take();
      for (let j = i + 1; j < items; j++, pair++) {
        entriesOfPair(layout, traces, sign, group, i, j, entries);
        for (let bin = 0, to = 0; bin < bins; bin++) {
          const x = entries[bin] as number;
          if (x === 0) to += rank;
          else {
            for (let r = 0, from = pair * rank; r < rank; r++, from++, to++) {
              terms[to] = (terms[to] as number) + x * (pairFactor[from] as number);
            }
          }
        }
      }
      tree.add(terms);
    }
  }
  return tree.finish();
}

/** Mean over the frames of each bin of max(0, sign · s_i · s_j). */
function entriesOfPair(
  layout: Layout,
  traces: Float64Array,
  sign: number,
  group: number,
  i: number,
  j: number,
  entries: Float64Array,
): void {
  const { bins, width, items } = layout;
  let a = (group * items + i) * bins * width;
  let b = (group * items + j) * bins * width;
  for (let bin = 0; bin < bins; bin++) {
    let sum = 0;
    for (let f = 0; f < width; f++, a++, b++) {
      const product = sign * (traces[a] as number) * (traces[b] as number);
      if (product > 0) sum += product;
    }
    entries[bin] = sum / width;
  }
}

/** Roots (groups × frames × items) as groups × items × frames, so that a trace lies in one piece. */
function itemsFirst({ groups, bins, width, items }: Layout, roots: Float64Array): Float64Array {
  const frames = bins * width;
  const traces = new Float64Array(roots.length);
  for (let group = 0, from = 0; group < groups; group++) {
    for (let frame = 0; frame < frames; frame++) {
      for (let item = 0; item < items; item++, from++) {
        traces[(group * items + item) * frames + frame] = roots[from] as number;
      }
    }
  }
  return traces;
}
