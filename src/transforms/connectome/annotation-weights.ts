import { NEURON_LABELS, slotOf } from "../../tables/neuron-registry.js";
import type { AnnotationEntry } from "./annotation-entry.js";
import type { CellResolver } from "./cell-resolver.js";
import type { DefectFlags } from "./defect-flag.js";
import type { RecordWeight } from "./edge-record.js";

/** Number of neurons with a slot: pair (a, b) is at `a * SLOTS + b` of every grid. */
export const SLOTS: number = NEURON_LABELS.length;

/** The weights of one annotation on the grid of slots; 0 is no connection. */
export interface WeightGrid {
  readonly entry: AnnotationEntry;
  /** Row: presynaptic. */
  readonly chemical: Float64Array;
  /** Symmetric. */
  readonly gap: Float64Array;
  /** 1 for neurons that take part in at least one record of any kind. */
  readonly covered: Uint8Array;
}

const CHEMICAL = 0;
const GAP = 1;
const OTHER = 2;
/** NeuronConnect's code of a monadic synapse. */
const MONADIC = "S";

/** Slots of both ends under one rule of spelling; -1 for a cell without a slot. */
interface Ends {
  readonly pre: Int16Array;
  readonly post: Int16Array;
}

/**
 * One annotation's records, ready to be turned into weights under any setting of the flags that act within an
 * annotation: no_alias, sp_only, first_wins, gap_listing_mean, f32_weight. Grids are cached: settings that cannot
 * matter for this annotation share one. Cost of a grid: one pass over the records and one over 90,000 pairs.
 */
export class AnnotationWeights {
  readonly entry: AnnotationEntry;
  readonly #kind: Uint8Array;
  readonly #monadic: Uint8Array;
  readonly #weight: Float64Array;
  readonly #spelled: Ends;
  readonly #resolved: Ends;
  readonly #hasRespelled: boolean;
  readonly #hasMonadic: boolean;
  readonly #cache = new Map<string, Float64Array>();
  readonly #covered = new Map<boolean, Uint8Array>();

  /** @param records the annotation's records in reading order */
  constructor(entry: AnnotationEntry, records: readonly RecordWeight[], resolver: CellResolver) {
    this.entry = entry;
    const count = records.length;
    this.#kind = new Uint8Array(count);
    this.#monadic = new Uint8Array(count);
    this.#weight = new Float64Array(count);
    this.#spelled = { pre: new Int16Array(count), post: new Int16Array(count) };
    this.#resolved = { pre: new Int16Array(count), post: new Int16Array(count) };
    const spelled = (raw: string) => slotOf(raw) ?? -1;
    const resolved = (raw: string, sourceId: string) => slotOf(resolver.resolve(raw, sourceId).cell) ?? -1;
    for (const [i, { kind, type_raw, weight, pre_raw, post_raw, source_id }] of records.entries()) {
      this.#kind[i] = kind === "chemical" ? CHEMICAL : kind === "gap" ? GAP : OTHER;
      this.#monadic[i] = type_raw === MONADIC ? 1 : 0;
      this.#weight[i] = weight;
      this.#spelled.pre[i] = spelled(pre_raw);
      this.#spelled.post[i] = spelled(post_raw);
      this.#resolved.pre[i] = resolved(pre_raw, source_id);
      this.#resolved.post[i] = resolved(post_raw, source_id);
    }
    this.#hasRespelled =
      this.#spelled.pre.some((slot, i) => slot !== this.#resolved.pre[i]) ||
      this.#spelled.post.some((slot, i) => slot !== this.#resolved.post[i]);
    this.#hasMonadic = this.#monadic.includes(1);
  }

  grid(flags: DefectFlags): WeightGrid {
    const noAlias = flags.no_alias && this.#hasRespelled;
    const spOnly = flags.sp_only && this.#hasMonadic;
    const firstWins = flags.first_wins && this.entry.repeats === "listed";
    const rounded = flags.f32_weight;
    return {
      entry: this.entry,
      chemical: this.#cached(`chemical ${noAlias} ${spOnly} ${firstWins} ${rounded}`, () =>
        this.#chemical({ noAlias, spOnly, firstWins, rounded }),
      ),
      gap: this.#cached(`gap ${noAlias} ${flags.gap_listing_mean} ${rounded}`, () =>
        this.#gap({ noAlias, listingMean: flags.gap_listing_mean, rounded }),
      ),
      covered: this.#coveredNeurons(noAlias),
    };
  }

  #cached(key: string, compute: () => Float64Array): Float64Array {
    const known = this.#cache.get(key) ?? compute();
    this.#cache.set(key, known);
    return known;
  }

  #chemical(options: { noAlias: boolean; spOnly: boolean; firstWins: boolean; rounded: boolean }): Float64Array {
    const { pre, post } = options.noAlias ? this.#spelled : this.#resolved;
    const grid = new Float64Array(SLOTS * SLOTS);
    for (let i = 0; i < this.#kind.length; i++) {
      const a = pre[i] as number;
      const b = post[i] as number;
      if (this.#kind[i] !== CHEMICAL || a < 0 || b < 0) continue;
      if (options.spOnly && this.#monadic[i] === 1) continue;
      const pair = a * SLOTS + b;
      if (options.firstWins && grid[pair] !== 0) continue;
      grid[pair] = (grid[pair] as number) + (this.#weight[i] as number);
    }
    return options.rounded ? roundGrid(grid) : grid;
  }

  #gap(options: { noAlias: boolean; listingMean: boolean; rounded: boolean }): Float64Array {
    const { pre, post } = options.noAlias ? this.#spelled : this.#resolved;
    const sums = new Float64Array(SLOTS * SLOTS);
    const rows = new Uint32Array(SLOTS * SLOTS);
    for (let i = 0; i < this.#kind.length; i++) {
      const a = pre[i] as number;
      const b = post[i] as number;
      const weight = this.#weight[i] as number;
      if (this.#kind[i] !== GAP || a < 0 || b < 0 || weight === 0) continue;
      const pair = a * SLOTS + b;
      sums[pair] = (sums[pair] as number) + weight;
      rows[pair] = (rows[pair] as number) + 1;
    }
    const summed = this.entry.repeats === "summed";
    const grid = new Float64Array(SLOTS * SLOTS);
    for (let there = 0; there < rows.length; there++) {
      if (rows[there] === 0 || grid[there] !== 0) continue;
      const back = (there % SLOTS) * SLOTS + Math.floor(there / SLOTS);
      const weight = options.listingMean
        ? meanOfListings({ sums, rows, there: Math.min(there, back), back: Math.max(there, back), summed })
        : Math.max(sums[there] as number, sums[back] as number);
      grid[there] = weight;
      grid[back] = weight;
    }
    return options.rounded ? roundGrid(grid) : grid;
  }

  #coveredNeurons(noAlias: boolean): Uint8Array {
    let covered = this.#covered.get(noAlias);
    if (covered === undefined) {
      covered = new Uint8Array(SLOTS);
      const { pre, post } = noAlias ? this.#spelled : this.#resolved;
      for (let i = 0; i < this.#weight.length; i++) {
        if (this.#weight[i] === 0) continue;
        if ((pre[i] as number) >= 0) covered[pre[i] as number] = 1;
        if ((post[i] as number) >= 0) covered[post[i] as number] = 1;
      }
      this.#covered.set(noAlias, covered);
    }
    return covered;
  }
}

/** Mean over the listed rows of an unordered pair; where repeats are summed, each direction is one row. */
function meanOfListings(options: {
  readonly sums: Float64Array;
  readonly rows: Uint32Array;
  readonly there: number;
  readonly back: number;
  readonly summed: boolean;
}): number {
  const { sums, rows, there, back, summed } = options;
  const directions = there === back ? [there] : [there, back];
  let total = 0;
  let count = 0;
  for (const direction of directions) {
    const listed = rows[direction] as number;
    total += sums[direction] as number;
    count += summed ? Math.min(listed, 1) : listed;
  }
  return count === 0 ? 0 : total / count;
}

function roundGrid(grid: Float64Array): Float64Array {
  for (let pair = 0; pair < grid.length; pair++) grid[pair] = Math.fround(grid[pair] as number);
  return grid;
}
