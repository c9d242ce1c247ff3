import { REPRESENTATIVES } from "./annotation-catalogue.js";
import { type AnnotationWeights, SLOTS, type WeightGrid } from "./annotation-weights.js";
import type { DefectFlags } from "./defect-flag.js";
import type { FunctionalWeights } from "./functional-weights.js";
import { Pool } from "./value-pool.js";

export const STATES = ["absent", "present", "not_covered"] as const;
export type PairState = (typeof STATES)[number];
const ABSENT = 0;
const PRESENT = 1;
const NOT_COVERED = 2;

export interface ProcedureInput {
  /** Annotations that were read, in the order of the catalogue. */
  readonly annotations: readonly AnnotationWeights[];
  /** The functional source, or null when it was not read. */
  readonly functional: FunctionalWeights | null;
}

/** What the procedure says of each ordered pair, at `a * SLOTS + b`. NaN is null. */
export interface ConsensusGrid {
  /** Mean weight of the gap junction: in counts, or of mixed units under `unit_mix`. */
  readonly gap: Float64Array;
  readonly gapSections: Float64Array;
  readonly chemical: Float64Array;
  readonly chemicalSections: Float64Array;
  readonly uncertainty: Float64Array;
  readonly uncertaintySections: Float64Array;
  readonly functional: Float64Array;
  /** Bit k: annotation k of the input has the gap or the synapse; bit `annotations.length`: the functional source. */
  readonly sources: Uint16Array;
  /** Index into {@link STATES}. */
  readonly gapState: Uint8Array;
  readonly chemicalState: Uint8Array;
}

/**
 * The consensus connectome over 300 × 300 ordered pairs, with every defect of the published one as a switch: all on
 * reproduces it (specification section 3.3), all off is the corrected consensus (3.4) in the same shape. Deterministic
 * to the bit: values are added in catalogue order. Cost: about 10 ms for nine annotations.
 * @param reuse a result that nobody needs any more, to be written over
 */
export function runConsensusProcedure(input: ProcedureInput, flags: DefectFlags, reuse?: ConsensusGrid): ConsensusGrid {
  const selected = selectAnnotations(input.annotations, flags).map((index) => ({
    index,
    grid: (input.annotations[index] as AnnotationWeights).grid(flags),
  }));
  const result = reuse === undefined ? newGrid() : emptied(reuse);
  const { sources, gapState, chemicalState } = result;
  for (const { index, grid } of selected) markSources(sources, grid, 1 << index);
  const pools = { gap: new LayerPools(), chemical: new LayerPools() };
  const grids = selected.map(({ grid }) => grid);
  const coverage = coverageBits(grids);
  const gapCoverage = coverageBits(grids, (grid) => grid.entry.gap_complete === true);
  const uncovered = flags.absent_zero ? ABSENT : NOT_COVERED;
  for (let a = 0; a < SLOTS; a++) {
    for (let b = 0; b < SLOTS; b++) {
      const pair = a * SLOTS + b;
      gapState[pair] = (gapCoverage[a] as number) & (gapCoverage[b] as number) ? ABSENT : uncovered;
      chemicalState[pair] = (coverage[a] as number) & (coverage[b] as number) ? ABSENT : uncovered;
      if (sources[pair] === 0) continue;
      fillPools({ pools, grids, a, b, flags });
      writeMeans({ result, pair, pools, flags });
      if (pools.gap.present > 0) gapState[pair] = PRESENT;
      if (pools.chemical.present > 0) chemicalState[pair] = PRESENT;
    }
  }
  const functional = input.functional?.grid(flags);
  if (functional !== undefined) {
    result.functional.set(functional);
    markResponses(sources, functional, 1 << input.annotations.length);
  }
  return result;
}

function markSources(sources: Uint16Array, { gap, chemical }: WeightGrid, bit: number): void {
  for (let pair = 0; pair < sources.length; pair++) {
    if (gap[pair] !== 0 || chemical[pair] !== 0) sources[pair] = (sources[pair] as number) | bit;
  }
}

function markResponses(sources: Uint16Array, functional: Float64Array, bit: number): void {
  for (let pair = 0; pair < sources.length; pair++) {
    if (!Number.isNaN(functional[pair] as number)) sources[pair] = (sources[pair] as number) | bit;
  }
}

/** Per neuron, the grids that cover it, as bits; two neurons with a bit in common are covered together. */
function coverageBits(grids: readonly WeightGrid[], counts: (grid: WeightGrid) => boolean = () => true): Uint16Array {
  const bits = new Uint16Array(SLOTS);
  for (const [index, grid] of grids.entries()) {
    if (!counts(grid)) continue;
    for (let slot = 0; slot < SLOTS; slot++) {
      if (grid.covered[slot] === 1) bits[slot] = (bits[slot] as number) | (1 << index);
    }
  }
  return bits;
}

function fillPools(options: {
  readonly pools: { readonly gap: LayerPools; readonly chemical: LayerPools };
  readonly grids: readonly WeightGrid[];
  readonly a: number;
  readonly b: number;
  readonly flags: DefectFlags;
}): void {
  const { pools, grids, a, b, flags } = options;
  pools.gap.clear();
  pools.chemical.clear();
  for (const grid of grids) {
    const pair = a * SLOTS + b;
    const covers = flags.absent_zero || (grid.covered[a] === 1 && grid.covered[b] === 1);
    const coversGap = covers && (flags.absent_zero || grid.entry.gap_complete === true);
    const inCounts = flags.unit_mix || grid.entry.unit === "synapse_count";
    pools.gap.add({ weight: grid.gap[pair] as number, asZero: coversGap && !flags.mean_over_present, inCounts });
    pools.chemical.add({ weight: grid.chemical[pair] as number, asZero: covers && !flags.mean_over_present, inCounts });
  }
}

/** Indices of the annotations that count: all, or one representative of each lineage. */
export function selectAnnotations(annotations: readonly AnnotationWeights[], flags: DefectFlags): number[] {
  const indices = annotations.map((_, index) => index);
  if (flags.double_count) return indices;
  const idOf = (index: number) => {
    const { annotation_id, stands_in_for } = (annotations[index] as AnnotationWeights).entry;
    return stands_in_for ?? annotation_id;
  };
  return indices.filter((index) => {
    const { lineage } = (annotations[index] as AnnotationWeights).entry;
    const ofLineage = indices.filter((other) => (annotations[other] as AnnotationWeights).entry.lineage === lineage);
    return idOf(index) === representativeOf(lineage, ofLineage.map(idOf));
  });
}

/** Which of a lineage's annotations represents it; the first of them where nothing is authored. */
export function representativeOf(lineage: string, annotationIds: readonly string[]): string {
  const preferred = REPRESENTATIVES[lineage]?.find((id) => annotationIds.includes(id));
  return preferred ?? (annotationIds[0] as string);
}

/** The values of one layer (gap or chemical) at one pair, by unit. */
class LayerPools {
  readonly counts = new Pool();
  readonly sections = new Pool();
  present = 0;

  clear(): void {
    this.counts.clear();
    this.sections.clear();
    this.present = 0;
  }

  /** Adds what an annotation says; one that does not list the pair counts only `asZero`. */
  add(value: { readonly weight: number; readonly asZero: boolean; readonly inCounts: boolean }): void {
    const { weight, asZero, inCounts } = value;
    if (weight !== 0) this.present++;
    else if (!asZero) return;
    (inCounts ? this.counts : this.sections).add(weight);
  }
}

function writeMeans(options: {
  readonly result: ConsensusGrid;
  readonly pair: number;
  readonly pools: { readonly gap: LayerPools; readonly chemical: LayerPools };
  readonly flags: DefectFlags;
}): void {
  const { result, pair, pools, flags } = options;
  const { gap, chemical } = pools;
  if (flags.gap_set_mean) {
    gap.counts.keepDistinct();
    gap.sections.keepDistinct();
  }
  if (gap.present > 0) {
    result.gap[pair] = gap.counts.mean();
    result.gapSections[pair] = gap.sections.mean();
  }
  if (chemical.present > 0) {
    result.chemical[pair] = chemical.counts.mean();
    result.chemicalSections[pair] = chemical.sections.mean();
  }
  if (flags.uncertainty) {
    if (gap.present === 0 || chemical.present === 0) return;
    result.uncertainty[pair] = 0.9 * chemical.counts.deviation(0) + 0.1 * gap.counts.deviation(0);
    result.uncertaintySections[pair] = 0.9 * chemical.sections.deviation(0) + 0.1 * gap.sections.deviation(0);
  } else if (chemical.present > 0) {
    result.uncertainty[pair] = chemical.counts.deviation(1);
    result.uncertaintySections[pair] = chemical.sections.deviation(1);
  }
}

function newGrid(): ConsensusGrid {
  const pairs = SLOTS * SLOTS;
  const nulls = () => new Float64Array(pairs).fill(Number.NaN);
  return {
    gap: nulls(),
    gapSections: nulls(),
    chemical: nulls(),
    chemicalSections: nulls(),
    uncertainty: nulls(),
    uncertaintySections: nulls(),
    functional: nulls(),
    sources: new Uint16Array(pairs),
    gapState: new Uint8Array(pairs),
    chemicalState: new Uint8Array(pairs),
  };
}

function emptied(grid: ConsensusGrid): ConsensusGrid {
  for (const values of Object.values(grid)) values.fill(values instanceof Float64Array ? Number.NaN : 0);
  return grid;
}
