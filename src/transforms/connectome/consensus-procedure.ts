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
 * to the bit: values are added in catalogue order. Cost: about 20 ms for nine annotations.
 */
export function runConsensusProcedure(input: ProcedureInput, flags: DefectFlags): ConsensusGrid {
  const selected = selectAnnotations(input.annotations, flags).map((index) => ({
    index,
    grid: (input.annotations[index] as AnnotationWeights).grid(flags),
  }));
  const result = emptyGrid();
  const pools = { gap: new LayerPools(), chemical: new LayerPools() };
  const functional = input.functional?.grid(flags) ?? null;
  const functionalBit = 1 << input.annotations.length;
  for (let a = 0; a < SLOTS; a++) {
    for (let b = 0; b < SLOTS; b++) {
      const pair = a * SLOTS + b;
      pools.gap.clear();
      pools.chemical.clear();
      let sources = 0;
      for (const { index, grid } of selected) {
        const covers = flags.absent_zero || (grid.covered[a] === 1 && grid.covered[b] === 1);
        const gapWeight = grid.gap[pair] as number;
        const chemicalWeight = grid.chemical[pair] as number;
        const coversGap = covers && (flags.absent_zero || gapWeight !== 0 || grid.entry.gap_complete === true);
        pools.gap.add({ weight: gapWeight, covers: coversGap, grid, flags });
        pools.chemical.add({ weight: chemicalWeight, covers, grid, flags });
        if (gapWeight !== 0 || chemicalWeight !== 0) sources |= 1 << index;
      }
      result.gapState[pair] = pools.gap.state(flags);
      result.chemicalState[pair] = pools.chemical.state(flags);
      writeMeans({ result, pair, pools, flags });
      const response = functional === null ? Number.NaN : (functional[pair] as number);
      result.functional[pair] = response;
      if (!Number.isNaN(response)) sources |= functionalBit;
      result.sources[pair] = sources;
    }
  }
  return result;
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
  #covering = 0;

  clear(): void {
    this.counts.clear();
    this.sections.clear();
    this.present = 0;
    this.#covering = 0;
  }

  add(value: {
    readonly weight: number;
    readonly covers: boolean;
    readonly grid: WeightGrid;
    readonly flags: DefectFlags;
  }): void {
    const { weight, covers, grid, flags } = value;
    if (weight !== 0) this.present++;
    if (covers) this.#covering++;
    if (weight === 0 && (flags.mean_over_present || !covers)) return;
    const inCounts = flags.unit_mix || grid.entry.unit === "synapse_count";
    (inCounts ? this.counts : this.sections).add(weight);
  }

  state(flags: DefectFlags): number {
    if (this.present > 0) return PRESENT;
    return flags.absent_zero || this.#covering > 0 ? ABSENT : NOT_COVERED;
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

function emptyGrid(): ConsensusGrid {
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
