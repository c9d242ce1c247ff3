import {
  meanFscore,
  type PooledSubset,
  type PooledThreshold,
  poolImages,
  type SetScore,
  type SummarizedImage,
} from "./pool-images.js";

/**
 * How completely and partly labelled images are combined. `published`: as in the table of the leaderboard, clDice_TP
 * and the coverage of the subsets are means of the two sets. `code`: as the published tool does now, clDice_TP is
 * pooled over both, and the subsets are left out.
 */
export type CombinedMode = "published" | "code";

/** Scores of a benchmark. With images of one kind only, `combined` is their score and the others are undefined. */
export interface AggregateScore {
  readonly mode: CombinedMode;
  readonly complete: SetScore | undefined;
  readonly partly: SetScore | undefined;
  readonly combined: SetScore;
  /** What a reader must know of the numbers. */
  readonly warnings: readonly string[];
}

/**
 * Scores of a set of images: completely labelled, partly labelled, and both together, where S, avF1, C and F1 are the
 * unweighted means of the two sets, counts are sums and tp is pooled. Source: the published tool's aggregation.
 * @throws {RangeError} without images.
 */
export function aggregateScores(
  images: readonly SummarizedImage[],
  { combined: mode }: { readonly combined: CombinedMode },
): AggregateScore {
  if (images.length === 0) throw new RangeError("no images to aggregate");
  const ofComplete = images.filter(({ partly }) => !partly);
  const ofPartly = images.filter(({ partly }) => partly);
  if (ofComplete.length === 0 || ofPartly.length === 0) {
    return { mode, complete: undefined, partly: undefined, combined: poolImages(images), warnings: [] };
  }
  const complete = poolImages(ofComplete);
  const partly = poolImages(ofPartly);
  const combined = combine({ complete, partly, all: poolImages([...ofComplete, ...ofPartly]), mode });
  return { mode, complete, partly, combined, warnings: emptySubsets(complete, partly, mode) };
}

function combine({
  complete,
  partly,
  all,
  mode,
}: {
  complete: SetScore;
  partly: SetScore;
  all: SetScore;
  mode: CombinedMode;
}): SetScore {
  const thresholds = all.thresholds.map(
    (pooled, index): PooledThreshold => ({
      ...pooled,
      fscore: meanOf(complete.thresholds[index]?.fscore, partly.thresholds[index]?.fscore),
    }),
  );
  const published = mode === "published";
  return {
    ...all,
    thresholds,
    score: meanOf(complete.score, partly.score),
    meanF1: meanFscore(thresholds),
    coverage: meanOf(complete.coverage, partly.coverage),
    matchScore: published ? meanOf(complete.matchScore, partly.matchScore) : all.matchScore,
    dim: published ? meanSubset(all.dim, complete.dim, partly.dim) : undefined,
    overlap: published ? meanSubset(all.overlap, complete.overlap, partly.overlap) : undefined,
  };
}

function meanSubset(
  all: PooledSubset | undefined,
  complete: PooledSubset | undefined,
  partly: PooledSubset | undefined,
): PooledSubset | undefined {
  return all === undefined ? undefined : { ...all, coverage: meanOf(complete?.coverage, partly?.coverage) };
}

/** The mean of an empty set is 0, and counts in the mean of the two as such. */
function emptySubsets(complete: SetScore, partly: SetScore, mode: CombinedMode): string[] {
  if (mode === "code") return [];
  return (["dim", "overlap"] as const).flatMap((name) => {
    const [a, b] = [complete[name]?.truth ?? 0, partly[name]?.truth ?? 0];
    if ((a === 0) === (b === 0)) return [];
    const set = a === 0 ? "completely" : "partly";
    return [`no ${name} neuron in the ${set} labelled set: it counts as coverage 0 in the combined ${name} coverage`];
  });
}

function meanOf(a: number | null | undefined, b: number | null | undefined): number | null {
  return a === null || a === undefined || b === null || b === undefined ? null : 0.5 * (a + b);
}
