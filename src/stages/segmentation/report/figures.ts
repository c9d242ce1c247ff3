import type { VoxelRuns } from "../../../compute/volume/voxel-runs.js";
import type { ImageScore } from "../metrics/image-score.js";
import { asContext, type ColouredRuns, inOwnColours, projectionPng, windowAround } from "./projection.js";

/** The voxels behind a score: index i holds instance i + 1. */
export interface ScoredVoxels {
  readonly truth: readonly VoxelRuns[];
  readonly prediction: readonly VoxelRuns[];
}

/** Truth and prediction side by side. */
export interface ReportFigure {
  readonly title: string;
  readonly caption: string;
  readonly truth: Uint8Array;
  readonly prediction: Uint8Array;
  /** Pixels of either picture. */
  readonly width: number;
  readonly height: number;
}

export interface FigureGroup {
  readonly figures: readonly ReportFigure[];
  /** How many there are in all; figures may be fewer. */
  readonly total: number;
}

/** Pictures of one image for its report. */
export interface ReportFigures {
  readonly overview: ReportFigure | undefined;
  readonly missed: FigureGroup;
  readonly split: FigureGroup;
  readonly merged: FigureGroup;
}

/** Most pictures of each kind. */
const MOST_FIGURES = 8;
const OVERVIEW_PIXELS = 1100;
const DETAIL_PIXELS = 360;
const LEAST_PIXELS = 48;
/** A truth instance that no prediction matches and that is covered less than this is missed. */
const MISSED_COVERAGE = 0.5;

/**
 * Maximum projections along z: the whole image; neurons that were missed (no match at 0.5, less than half covered), split
 * (several predictions in the matches behind FS) and merged (several neurons in the matches behind FM). What a picture
 * is about has its own colour, everything else is grey. Cost: the runs of all instances per picture.
 */
export function reportFigures(score: ImageScore, voxels: ScoredVoxels): ReportFigures {
  const missed = missedTruth(score);
  const split = groups(score.splitMatches, 0);
  const merged = groups(score.mergeMatches, 1);
  return {
    overview: overview(voxels),
    missed: group(missed, (id) => missedFigure(score, voxels, id)),
    split: group(split, ([id, predictions]) =>
      figure(voxels, [id], predictions, {
        title: `Neuron ${id}`,
        caption: `in ${predictions.length} predictions: ${listed(predictions)}`,
      }),
    ),
    merged: group(merged, ([id, truth]) =>
      figure(voxels, truth, [id], {
        title: `Prediction ${id}`,
        caption: `holds ${truth.length} neurons: ${listed(truth)}`,
      }),
    ),
  };
}

/** Truth instances without a match at 0.5 of which less than half is covered, the least covered first. */
export function missedTruth(score: ImageScore): number[] {
  const half = score.thresholds.find(({ threshold }) => threshold === 0.5);
  const matched = new Set(half?.matches.map(({ truth }) => truth));
  const coverage = (id: number) => score.coverage[id - 1] ?? 0;
  return score.truth
    .map((_instance, index) => index + 1)
    .filter((id) => !matched.has(id) && coverage(id) < MISSED_COVERAGE)
    .sort((a, b) => coverage(a) - coverage(b) || a - b);
}

/** Ids of one side with at least two partners, those with the most partners first. */
export function groups(
  pairs: readonly (readonly [truth: number, prediction: number])[],
  side: 0 | 1,
): (readonly [id: number, partners: readonly number[]])[] {
  const partners = new Map<number, number[]>();
  for (const pair of pairs) {
    const list = partners.get(pair[side]) ?? [];
    list.push(pair[1 - side] as number);
    partners.set(pair[side], list);
  }
  return [...partners]
    .filter(([, list]) => list.length > 1)
    .map(([id, list]) => [id, list.sort((a, b) => a - b)] as const)
    .sort((a, b) => b[1].length - a[1].length || a[0] - b[0]);
}

function group<T>(all: readonly T[], draw: (item: T) => ReportFigure | undefined): FigureGroup {
  const figures = all.slice(0, MOST_FIGURES).flatMap((item) => draw(item) ?? []);
  return { figures, total: all.length };
}

function missedFigure(score: ImageScore, voxels: ScoredVoxels, id: number): ReportFigure | undefined {
  const { recall } = score;
  const touching = score.prediction
    .map((_instance, index) => index + 1)
    .filter((prediction) => (recall.values[id * recall.columns + prediction] ?? 0) > 0);
  const coverage = score.coverage[id - 1];
  const caption = [
    coverage === undefined ? "no match" : `coverage ${coverage.toFixed(3)}`,
    touching.length === 0 ? "no prediction on its skeleton" : `predictions on its skeleton: ${listed(touching)}`,
  ];
  return figure(voxels, [id], touching, { title: `Neuron ${id}`, caption: caption.join("; ") });
}

function figure(
  voxels: ScoredVoxels,
  truth: readonly number[],
  prediction: readonly number[],
  text: { readonly title: string; readonly caption: string },
): ReportFigure | undefined {
  const shown = truth.flatMap((id) => voxels.truth[id - 1] ?? []);
  const window = windowAround(shown, LEAST_PIXELS);
  if (window === undefined) return undefined;
  const draw = (layers: readonly ColouredRuns[]) => projectionPng(layers, window, DETAIL_PIXELS);
  const left = draw([...asContext(voxels.truth), ...inOwnColours(voxels.truth, truth)]);
  const right = draw([...asContext(voxels.prediction), ...inOwnColours(voxels.prediction, prediction)]);
  return { ...text, truth: left.png, prediction: right.png, width: left.width, height: left.height };
}

function overview({ truth, prediction }: ScoredVoxels): ReportFigure | undefined {
  const shape = (truth[0] ?? prediction[0])?.shape;
  if (shape === undefined) return undefined;
  const window = { y0: 0, x0: 0, y1: shape[1], x1: shape[2] };
  const left = projectionPng(inOwnColours(truth), window, OVERVIEW_PIXELS);
  const right = projectionPng(inOwnColours(prediction), window, OVERVIEW_PIXELS);
  return {
    title: "All instances",
    caption: "maximum projection along z, one colour per instance; a colour means nothing across the two pictures",
    truth: left.png,
    prediction: right.png,
    width: left.width,
    height: left.height,
  };
}

function listed(ids: readonly number[]): string {
  return ids.length <= 12 ? ids.join(", ") : `${ids.slice(0, 12).join(", ")} and ${ids.length - 12} more`;
}
