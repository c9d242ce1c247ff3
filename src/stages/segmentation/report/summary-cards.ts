import type { PooledSubset } from "../aggregate/pool-images.js";
import { count, decimal, escapeHtml } from "./html.js";

/** The numbers that stand at the head of an image or a set. */
export interface HeadlineScore {
  readonly truth: number;
  readonly prediction: number;
  readonly score: number | null;
  readonly meanF1: number | null;
  readonly coverage: number | null;
  readonly matchScore: number | null;
  readonly truePositives: number;
  readonly truePositiveShare: number | null;
  readonly falseSplits: number | null;
  readonly falseMerges: number | null;
  readonly dim: HeadlineSubset | undefined;
  readonly overlap: HeadlineSubset | undefined;
}

/** A subset of an image, or of a set of images. */
export type HeadlineSubset = Pick<PooledSubset, "truth" | "truePositives"> & {
  readonly coverage?: number | readonly number[] | null;
  readonly meanCoverage?: number | null;
};

/** Cards with a number, its name, and what it means. */
export function summaryCards(score: HeadlineScore): string {
  const cards: [string, string, string][] = [
    ["S", decimal(score.score), "mean of avF1 and C"],
    ["avF1", decimal(score.meanF1), "mean F1 over thresholds 0.1 … 0.9"],
    ["C", decimal(score.coverage), "mean covered share of the neurons' skeletons"],
    ["clDice_TP", decimal(score.matchScore), "mean score of the matches at 0.5"],
    [
      "tp",
      decimal(score.truePositiveShare),
      `${count(score.truePositives)} of ${count(score.truth)} neurons matched at 0.5`,
    ],
    ["FS", count(score.falseSplits), "false splits: surplus predictions per neuron"],
    ["FM", count(score.falseMerges), "false merges: surplus neurons per prediction"],
    [
      "neurons, predictions",
      `${count(score.truth)}, ${count(score.prediction)}`,
      "in the truth, after the size filter",
    ],
    ...subsetCards("dim", score.dim),
    ...subsetCards("overlapping", score.overlap),
  ];
  const html = cards.map(
    ([name, value, says]) =>
      `<div class="card">${escapeHtml(name)}<b>${value}</b><small>${escapeHtml(says)}</small></div>`,
  );
  return `<div class="cards">\n${html.join("\n")}\n</div>\n`;
}

function subsetCards(name: string, subset: HeadlineSubset | undefined): [string, string, string][] {
  if (subset === undefined || subset.truth === 0) return [];
  const coverage = typeof subset.coverage === "number" ? subset.coverage : (subset.meanCoverage ?? null);
  return [
    [
      `${name} neurons`,
      `${count(subset.truePositives)} / ${count(subset.truth)}`,
      `matched at 0.5; coverage ${decimal(coverage)}`,
    ],
  ];
}
