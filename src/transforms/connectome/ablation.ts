import { subsets } from "../subsets.js";
import type { ConsensusGrid } from "./consensus-procedure.js";
import { CORRECTED, DEFECT_FLAGS, type DefectFlag, type DefectFlags, PUBLISHED, withFlags } from "./defect-flag.js";
import { agreement, DIFFERENCE_QUANTITIES, type DifferenceQuantity } from "./difference-quantity.js";

/** One quantity of one pair on which the published and the corrected result differ. */
export interface Difference {
  readonly pair: number;
  readonly quantity: DifferenceQuantity;
  /** Never empty, in the order of {@link DEFECT_FLAGS}. */
  readonly causes: readonly DefectFlag[];
  /** Each cause changes the row alone, or only all of them together do. */
  readonly effect: "single" | "joint";
}

export interface Ablation {
  readonly published: ConsensusGrid;
  readonly corrected: ConsensusGrid;
  /** By pair, then by quantity. */
  readonly differences: readonly Difference[];
}

interface OpenDifference {
  readonly pair: number;
  readonly quantity: DifferenceQuantity;
  causes: number;
  effect: "single" | "joint";
}

/**
 * Finds why two ends of a procedure differ. A flag is a cause of a row if switching it off from all-on, or on from
 * all-off, changes the row; where no single flag does, the first smallest set of flags that does so together
 * (DESIGN section 7). A set is always found: that of all flags is what makes the row differ.
 * Cost: 26 runs of the procedure, and two per pair of flags where rows are left over.
 * @param run may write over the result given with the flags, which is needed no more
 */
export function ablate(run: (flags: DefectFlags, reuse?: ConsensusGrid) => ConsensusGrid): Ablation {
  const published = run(PUBLISHED);
  const corrected = run(CORRECTED);
  const open = differingRows(published, corrected);
  let remaining: OpenDifference[] = open;
  let without: ConsensusGrid | undefined;
  let withThem: ConsensusGrid | undefined;
  for (let size = 1; remaining.length > 0; size++) {
    const found = new Set<OpenDifference>();
    for (const flags of subsets(DEFECT_FLAGS, size)) {
      const pending = size === 1 ? remaining : remaining.filter((row) => !found.has(row));
      if (pending.length === 0) break;
      without = run(withFlags(PUBLISHED, flags, false), without);
      withThem = run(withFlags(CORRECTED, flags, true), withThem);
      const keepsPublished = agreements(without, published);
      const keepsCorrected = agreements(withThem, corrected);
      for (const row of pending) {
        const { quantity, pair } = row;
        if (keepsPublished.get(quantity)?.(pair) && keepsCorrected.get(quantity)?.(pair)) continue;
        for (const flag of flags) row.causes |= 1 << DEFECT_FLAGS.indexOf(flag);
        row.effect = size === 1 ? "single" : "joint";
        found.add(row);
      }
    }
    remaining = remaining.filter((row) => row.causes === 0);
  }
  const differences = open.map(({ pair, quantity, causes, effect }) => ({
    pair,
    quantity,
    effect,
    causes: DEFECT_FLAGS.filter((_, index) => (causes >> index) & 1),
  }));
  return { published, corrected, differences };
}

function agreements(a: ConsensusGrid, b: ConsensusGrid): ReadonlyMap<DifferenceQuantity, (pair: number) => boolean> {
  return new Map(DIFFERENCE_QUANTITIES.map((quantity) => [quantity, agreement(quantity, a, b)]));
}

function differingRows(published: ConsensusGrid, corrected: ConsensusGrid): OpenDifference[] {
  const rows: OpenDifference[] = [];
  const agree = [...agreements(published, corrected)];
  for (let pair = 0; pair < published.gap.length; pair++) {
    for (const [quantity, agreesAt] of agree) {
      if (!agreesAt(pair)) rows.push({ pair, quantity, causes: 0, effect: "single" });
    }
  }
  return rows;
}
