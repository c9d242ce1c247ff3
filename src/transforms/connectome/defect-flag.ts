/**
 * The computational defects of the published consensus connectome, each one a switch of the procedure in
 * `consensus-procedure.ts`. All on is the published procedure, all off the corrected one. The names are the causes in
 * `connectome_diff` (specification section 5, DESIGN section 7).
 */
export const DEFECT_FLAGS = [
  "no_alias",
  "sp_only",
  "first_wins",
  "gap_listing_mean",
  "f32_weight",
  "double_count",
  "unit_mix",
  "gap_set_mean",
  "mean_over_present",
  "absent_zero",
  "uncertainty",
  "func_sheet",
] as const;

export type DefectFlag = (typeof DEFECT_FLAGS)[number];

/** Which defects are switched on. */
export type DefectFlags = Readonly<Record<DefectFlag, boolean>>;

/** On, off: one sentence each, for documentation and the explorer. */
export const DEFECT_DESCRIPTIONS: Readonly<Record<DefectFlag, { readonly on: string; readonly off: string }>> = {
  no_alias: {
    on: "A record counts only if both cells are spelled as in the 300-label list, so zero-padded neurons vanish.",
    off: "Spellings are resolved through the alias table.",
  },
  sp_only: {
    on: "Only the polyadic rows (Sp) of NeuronConnect are chemical synapses.",
    off: "Monadic and polyadic rows (S + Sp) are.",
  },
  first_wins: {
    on: "The first row of a (pre, post) counts, later chemical rows are ignored.",
    off: "Repeated chemical records are summed.",
  },
  gap_listing_mean: {
    on: "The weight of a gap junction is the mean of all its listed rows.",
    off: "It is the larger of the two directions in which it is listed.",
  },
  f32_weight: {
    on: "Weights are rounded to float32.",
    off: "Weights stay float64.",
  },
  double_count: {
    on: "Every annotation is an independent measure, although five describe the same animals.",
    off: "One annotation represents each lineage of animals.",
  },
  unit_mix: {
    on: "Synapse counts and numbers of EM sections are averaged together.",
    off: "Each unit has a mean of its own.",
  },
  gap_set_mean: {
    on: "The gap mean is taken over distinct values.",
    off: "It is taken over all values.",
  },
  mean_over_present: {
    on: "Means are taken over the annotations that list the connection.",
    off: "Means are taken over all that cover both neurons, absent = 0.",
  },
  absent_zero: {
    on: "There is no coverage state: neurons that nobody reconstructed count as not connected.",
    off: "A pair that no annotation covers is `not_covered`.",
  },
  uncertainty: {
    on: "0.9 sd(chemical) + 0.1 sd(gap) with ddof 0, where both exist; one measure gives 0.",
    off: "The standard deviation of the chemical weights with ddof 1, null for fewer than two.",
  },
  func_sheet: {
    on: "The functional value of row to column where the second sheet is below 0.05.",
    off: "The functional value of stimulated to responding neuron where q is below 0.05.",
  },
};

function all(on: boolean): DefectFlags {
  return Object.fromEntries(DEFECT_FLAGS.map((flag) => [flag, on])) as Record<DefectFlag, boolean>;
}

/** The published procedure, bug for bug. */
export const PUBLISHED: DefectFlags = all(true);
/** The corrected procedure. */
export const CORRECTED: DefectFlags = all(false);

/** The same switches with some of them set. */
export function withFlags(base: DefectFlags, flags: Iterable<DefectFlag>, on: boolean): DefectFlags {
  const changed: Record<DefectFlag, boolean> = { ...base };
  for (const flag of flags) changed[flag] = on;
  return changed;
}
