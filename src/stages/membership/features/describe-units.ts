import { AggregateExtractor } from "./aggregate-features.js";
import { BASE_OF, type FeatureOptions, type Norm } from "./feature-options.js";
import { countInBins } from "./histogram-features.js";
import { normalisedValues } from "./normalise-tokens.js";
import type { TokenBases } from "./token-bases.js";
import { FourTokenBins, TokenBins } from "./token-bins.js";
import { type Moments, TokenGroups } from "./token-groups.js";
import type { ValueRange } from "./value-ranges.js";

/** What is computed of every unit for one fold and normalisation. */
export interface FeatureTask {
  readonly norm: Norm;
  /** log R by token number; all 0 for NoNorm. */
  readonly reference: Float64Array;
  /** Of the values of all units. */
  readonly range: ValueRange;
  /** Edges of the bins of each histogram. */
  readonly edges: readonly Float64Array[];
  /** Whether simple_agg is asked for. */
  readonly aggregates: boolean;
}

/** Of one unit and task. */
export interface UnitDescription {
  /** Features of simple_agg. */
  readonly aggregates: Float64Array | undefined;
  /** Counts of each histogram, as `countInBins` has them. */
  readonly counts: readonly Uint32Array[];
}

type BaseName = "loss" | "ratio" | "maximum";

/** A task and a histogram whose bins are found from bases. */
interface Lane {
  readonly task: number;
  readonly histogram: number;
  readonly bins: TokenBins;
}

/** Lanes of one base, placed together where they are four. */
interface Batch {
  readonly lanes: readonly Lane[];
  readonly four: FourTokenBins | undefined;
}

/**
 * Describes units one after another, for all folds and normalisations. Memory: two numbers per task, histogram and token
 * of the vocabulary, and six per token of the largest unit. Cost: some 8 ns per token, task and histogram.
 */
export class UnitDescriber {
  readonly #tasks: readonly FeatureTask[];
  readonly #batches: Readonly<Record<BaseName, readonly Batch[]>>;
  readonly #aggregates: AggregateExtractor;
  readonly #groups = new TokenGroups();
  #values = new Float64Array(0);
  #places: readonly [Int32Array, Int32Array, Int32Array, Int32Array] = fourArrays(0);

  constructor(tasks: readonly FeatureTask[], options: FeatureOptions) {
    this.#tasks = tasks;
    this.#aggregates = new AggregateExtractor(options);
    const lanes: (Lane & { readonly base: BaseName })[] = [];
    for (const [task, { norm, edges, reference, range }] of tasks.entries()) {
      for (const [histogram, own] of edges.entries()) {
        const bins = TokenBins.of(own, reference, range);
        if (bins !== undefined) lanes.push({ task, histogram, bins, base: baseOf(norm) });
      }
    }
    const batches = (base: BaseName) => batchesOf(lanes.filter((lane) => lane.base === base));
    this.#batches = { loss: batches("loss"), ratio: batches("ratio"), maximum: batches("maximum") };
  }

  /** In the order of the tasks. */
  describe(bases: TokenBases): UnitDescription[] {
    const { length } = bases.ids;
    if (this.#values.length < length) {
      this.#values = new Float64Array(2 * length);
      this.#places = fourArrays(2 * length);
    }
    const unit = new UnitInWork(this.#tasks);
    for (const name of ["loss", "ratio", "maximum"] as const) {
      const base = bases[name];
      if (base !== undefined) this.#describeBase(name, base, bases.ids, unit);
    }
    return unit.descriptions();
  }

  #describeBase(name: BaseName, base: Float64Array, ids: Int32Array, unit: UnitInWork): void {
    const own = [...this.#tasks.keys()].filter((index) => baseOf((this.#tasks[index] as FeatureTask).norm) === name);
    const summed = own.filter((index) => (this.#tasks[index] as FeatureTask).aggregates);
    if (summed.length > 0) this.#groups.gather(base, ids);
    const moments = new Map<number, Moments>();
    for (const index of name === "loss" ? summed.slice(0, 1) : summed) {
      moments.set(index, this.#groups.moments((this.#tasks[index] as FeatureTask).reference));
    }
    for (const { lanes, four } of this.#batches[name]) {
      if (four !== undefined) four.place(base, ids, this.#places);
      for (const [k, { task, histogram, bins }] of lanes.entries()) {
        const places = this.#places[k] as Int32Array;
        if (four === undefined) bins.place(base, ids, places);
        const counts = unit.countsOf(task, histogram);
        bins.count(places, base.length, counts);
        const known = moments.get(task);
        if (known === undefined || unit.hasAggregates(task)) continue;
        unit.setAggregates(task, this.#aggregates.extractBinned({ bins, base, ids, places, counts }, known));
      }
    }
    for (const index of own) {
      const { edges, reference } = this.#tasks[index] as FeatureTask;
      const known = moments.get(index);
      const needsAggregates = known !== undefined && !unit.hasAggregates(index);
      const uncounted = edges.flatMap((_, histogram) => (unit.isCounted(index, histogram) ? [] : [histogram]));
      if (!needsAggregates && uncounted.length === 0) continue;
      const values = normalisedValues(base, ids, reference, this.#values.subarray(0, base.length));
      for (const histogram of uncounted) {
        countInBins(values, edges[histogram] as Float64Array, unit.countsOf(index, histogram));
      }
      if (needsAggregates) unit.setAggregates(index, this.#aggregates.extract(values, known));
    }
    // Without a normalisation all folds have the same values.
    const plain = name === "loss" ? summed[0] : undefined;
    if (plain !== undefined) for (const index of summed) unit.setAggregates(index, unit.aggregatesOf(plain));
  }
}

/** What is known so far of a unit. */
class UnitInWork {
  readonly #aggregates: (Float64Array | undefined)[];
  readonly #counts: (Uint32Array | undefined)[][];
  readonly #tasks: readonly FeatureTask[];

  constructor(tasks: readonly FeatureTask[]) {
    this.#tasks = tasks;
    this.#aggregates = tasks.map(() => undefined);
    this.#counts = tasks.map(({ edges }) => edges.map(() => undefined));
  }

  isCounted(task: number, histogram: number): boolean {
    return this.#counts[task]?.[histogram] !== undefined;
  }

  /** Counts, all 0 when they are asked for first. */
  countsOf(task: number, histogram: number): Uint32Array {
    const own = this.#counts[task] as (Uint32Array | undefined)[];
    const edges = this.#tasks[task]?.edges[histogram] as Float64Array;
    own[histogram] ??= new Uint32Array(edges.length + 1);
    return own[histogram];
  }

  hasAggregates(task: number): boolean {
    return this.#aggregates[task] !== undefined;
  }

  aggregatesOf(task: number): Float64Array | undefined {
    return this.#aggregates[task];
  }

  setAggregates(task: number, features: Float64Array | undefined): void {
    this.#aggregates[task] = features;
  }

  descriptions(): UnitDescription[] {
    return this.#aggregates.map((aggregates, task) => ({ aggregates, counts: this.#counts[task] as Uint32Array[] }));
  }
}

function baseOf(norm: Norm): BaseName {
  if (norm === "NoNorm") return "loss";
  return BASE_OF[norm] === "maximum" ? "maximum" : "ratio";
}

/** Fours of as many bins; what is left over by itself. */
function batchesOf(lanes: readonly Lane[]): Batch[] {
  const batches: Batch[] = [];
  const bySize = new Map<number, Lane[]>();
  for (const lane of lanes) {
    const size = lane.bins.edges.length;
    const alike = bySize.get(size) ?? [];
    bySize.set(size, alike);
    alike.push(lane);
  }
  for (const alike of bySize.values()) {
    for (let from = 0; from < alike.length; from += 4) {
      const [first, second, third, fourth] = alike.slice(from, from + 4);
      if (first && second && third && fourth) {
        const four = new FourTokenBins([first.bins, second.bins, third.bins, fourth.bins]);
        batches.push({ lanes: [first, second, third, fourth], four });
      } else for (const lane of alike.slice(from)) batches.push({ lanes: [lane], four: undefined });
    }
  }
  return batches;
}

function fourArrays(length: number): readonly [Int32Array, Int32Array, Int32Array, Int32Array] {
  const one = () => new Int32Array(length);
  return [one(), one(), one(), one()];
}
