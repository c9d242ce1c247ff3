/** First and last place of a run, both in it. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

/**
 * Maximal runs of places whose value is above `least`; runs with at most `closes` other places between them are one.
 * `section[k]` tells apart places that one run cannot span; places of a section are neighbours.
 */
export function activeRuns(
  values: ArrayLike<number>,
  { least, closes, section }: { least: number; closes: number; section: ArrayLike<number> },
): Run[] {
  const runs: Run[] = [];
  for (let k = 0; k < values.length; k++) {
    if (!((values[k] as number) > least)) continue;
    const before = runs.at(-1);
    if (before !== undefined && section[before.last] === section[k] && k - before.last - 1 <= closes) {
      runs[runs.length - 1] = { first: before.first, last: k };
    } else {
      runs.push({ first: k, last: k });
    }
  }
  return runs;
}

/**
 * Where each of some neighbouring places begins and ends on the clock of their section: midway between their centres;
 * at either end of a section as far as on the other side of the centre; at the centre itself where it is alone.
 */
export function binEdges(
  centres: ArrayLike<number>,
  section: ArrayLike<number>,
): { starts: Float64Array; ends: Float64Array } {
  const count = centres.length;
  const [starts, ends] = [new Float64Array(count), new Float64Array(count)];
  for (let k = 0; k < count; k++) {
    const centre = centres[k] as number;
    const before = k > 0 && section[k - 1] === section[k] ? (centre - (centres[k - 1] as number)) / 2 : undefined;
    const after =
      k + 1 < count && section[k + 1] === section[k] ? ((centres[k + 1] as number) - centre) / 2 : undefined;
    starts[k] = centre - (before ?? after ?? 0);
    ends[k] = centre + (after ?? before ?? 0);
  }
  return { starts, ends };
}
