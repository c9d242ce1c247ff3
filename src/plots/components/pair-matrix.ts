import type { Community } from "../dynamic-connectome/run-data.js";
import { compareNames } from "../neuron-order.js";

/** Pairs of neurons of a component as a square, rows and columns in one order. */
export interface PairMatrix {
  readonly neurons: readonly string[];
  /** Neurons that are not shown: the weakest. */
  readonly hidden: number;
  /** Runs of neurons of one community; null: those of none. Empty without communities. */
  readonly groups: readonly { readonly community: number | null; readonly start: number; readonly length: number }[];
  /** Row by row, symmetric; NaN where no animal has both neurons. */
  readonly together: Float64Array;
  /** The same of pairs that go opposite ways; undefined where the kernel does not look for them. */
  readonly opposite: Float64Array | undefined;
  readonly largest: number;
}

/** Pairs of one direction: places of two neurons in the order of the run, and their value. */
export interface Pairs {
  readonly direction: "together" | "opposite";
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export interface OrderedNeurons {
  /** Places in the order of the run. */
  readonly places: readonly number[];
  readonly groups: PairMatrix["groups"];
}

/**
 * At most `most` neurons, the strongest of the component, by community, in it by strength, then by name; neurons of no
 * community last.
 */
export function orderNeurons(options: {
  readonly neurons: readonly string[];
  /** Of each neuron: sum of its pairs. */
  readonly strengths: Float64Array;
  readonly communities: readonly Community[];
  readonly most: number;
}): OrderedNeurons {
  const { neurons, strengths, communities, most } = options;
  const strength = (place: number) => strengths[place] as number;
  const byStrength = neurons
    .map((_, place) => place)
    .sort((a, b) => strength(b) - strength(a) || compareNames(neurons[a] as string, neurons[b] as string));
  const kept = new Set(byStrength.slice(0, most));
  const placeOf = new Map(neurons.map((name, place) => [name, place]));
  const places: number[] = [];
  const groups: { community: number | null; start: number; length: number }[] = [];
  const add = (community: number | null, members: readonly number[]) => {
    if (members.length === 0) return;
    groups.push({ community, start: places.length, length: members.length });
    places.push(...members);
  };
  for (const { community, neurons: members } of communities) {
    const found = members.flatMap((name) => placeOf.get(name) ?? []).filter((place) => kept.delete(place));
    add(community, found);
  }
  add(
    null,
    byStrength.filter((place) => kept.has(place)),
  );
  return { places, groups: communities.length === 0 ? [] : groups };
}

/** The square of some neurons. O(n² + pairs). */
export function pairMatrix(options: {
  readonly neurons: readonly string[];
  readonly ordered: OrderedNeurons;
  readonly pairs: readonly Pairs[];
  /** Whether any animal has both neurons, by place. */
  readonly seen: (first: number, second: number) => boolean;
}): PairMatrix {
  const { neurons, ordered, pairs, seen } = options;
  const size = ordered.places.length;
  const rows = new Map(ordered.places.map((place, row) => [place, row]));
  let largest = 0;
  const square = (direction: Pairs["direction"]) => {
    const found = pairs.filter((pair) => pair.direction === direction);
    if (found.length === 0 && direction === "opposite") return undefined;
    const values = new Float64Array(size * size);
    for (const { first, second, values: given } of found) {
      for (let index = 0; index < given.length; index++) {
        const row = rows.get(first[index] as number);
        const column = rows.get(second[index] as number);
        if (row === undefined || column === undefined) continue;
        values[row * size + column] = given[index] as number;
        values[column * size + row] = given[index] as number;
      }
    }
    // Whatever a fit leaves where nothing was seen says nothing.
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const [first, second] = [ordered.places[row] as number, ordered.places[column] as number];
        const at = row * size + column;
        if (row !== column && !seen(first, second)) values[at] = Number.NaN;
        else largest = Math.max(largest, values[at] as number);
      }
    }
    return values;
  };
  return {
    neurons: ordered.places.map((place) => neurons[place] as string),
    hidden: neurons.length - size,
    groups: ordered.groups,
    together: square("together") as Float64Array,
    opposite: square("opposite"),
    largest,
  };
}
