import type { ConsensusGrid } from "./consensus-procedure.js";

/**
 * What the published and the corrected consensus say of a pair, as separate comparisons: one row of `connectome_diff`
 * is one quantity of one ordered pair.
 */
export interface DifferenceQuantity {
  readonly name: string;
  /** The numbers that make the quantity: the first one in counts (or mixed), the second in sections. */
  readonly numbers: readonly (
    | "gap"
    | "gapSections"
    | "chemical"
    | "chemicalSections"
    | "functional"
    | UncertaintyName
  )[];
  /** The codes that make it, when it is no number. */
  readonly code?: "sources" | "gapState" | "chemicalState";
}

type UncertaintyName = "uncertainty" | "uncertaintySections";

export const DIFFERENCE_QUANTITIES: readonly DifferenceQuantity[] = [
  { name: "mean_gap_weight", numbers: ["gap", "gapSections"] },
  { name: "mean_chem_weight", numbers: ["chemical", "chemicalSections"] },
  { name: "uncertainty", numbers: ["uncertainty", "uncertaintySections"] },
  { name: "functional_weight", numbers: ["functional"] },
  { name: "data_sources", numbers: [], code: "sources" },
  { name: "gap_state", numbers: [], code: "gapState" },
  { name: "chem_state", numbers: [], code: "chemicalState" },
];

/** Whether two results agree on a quantity at a pair, bit for bit; null equals null. */
export function agreement(
  { numbers, code }: DifferenceQuantity,
  a: ConsensusGrid,
  b: ConsensusGrid,
): (pair: number) => boolean {
  const values = numbers.map((name) => ({ left: a[name], right: b[name] }));
  const codes = code === undefined ? undefined : { left: a[code], right: b[code] };
  return (pair) => {
    for (const { left, right } of values) if (!Object.is(left[pair], right[pair])) return false;
    return codes === undefined || codes.left[pair] === codes.right[pair];
  };
}
