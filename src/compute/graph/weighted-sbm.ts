import { type RandomNumbers, randomNumbers } from "../statistics/random-numbers.js";
import { BlockState } from "./block-state.js";
import type { Partition } from "./partition.js";
import { SbmModel, type SbmModelOptions } from "./sbm-model.js";
import { shuffle } from "./shuffle.js";
import type { WeightedGraph } from "./weighted-graph.js";

export interface WeightedSbmOptions extends SbmModelOptions {
  readonly seed: number;
  /** Random partitions per number of blocks. */
  readonly starts?: number;
  /** Numbers of blocks that searches start from; {@link startBlocksOf} where it is not given. */
  readonly startBlocks?: readonly number[];
  /** Called before each search, for progress and cancellation: what it throws ends the fit. */
  readonly before?: (search: number, searches: number) => void | Promise<void>;
}

/** A partition with its description length. */
export interface Described {
  /** Groups numbered in the order of their first nodes. */
  readonly partition: Partition;
  readonly descriptionLength: number;
}

export interface WeightedSbm extends Described {
  /** Of all nodes as one block. */
  readonly descriptionLengthOne: number;
  /** Searches, and how many of them ended within a millionth of a nat of the best. */
  readonly searches: number;
  readonly searchesAtBest: number;
}

/** Beyond this number of nodes a search starts from more blocks, and moves nodes only after all merges that improve. */
const MANY_NODES = 300;

/**
 * Numbers of blocks to start from: 1, 2, 4, 8, 12 and 20; for more than 300 nodes 40 and 80 too, because single moves
 * seldom split what merged, so that a search finds few more blocks than it starts from.
 */
export function startBlocksOf(nodes: number): readonly number[] {
  const blocks = [1, 2, 4, 8, 12, 20];
  return nodes > MANY_NODES ? [...blocks, 40, 80] : blocks;
}

/**
 * The partition of least description length that was found ({@link SbmModel}): from random partitions into few and many
 * blocks, single nodes move (to a new block too) until none improves, then the best merge of two blocks and
 * node moves again, until no merge improves; with more than 300 nodes all merges that
 * improve come before the next moves. Not degree-corrected, not nested. One sweep takes
 * O(edges + nodes · B²). Of equal lengths the fewer blocks win, then the earlier search. The same for a seed.
 * @throws {RangeError} for a graph without edges.
 */
export async function fitWeightedSbm(graph: WeightedGraph, options: WeightedSbmOptions): Promise<WeightedSbm> {
  const { seed, starts = 1, startBlocks = startBlocksOf(graph.nodes), before } = options;
  const model = new SbmModel(graph, options);
  const counts = [...new Set(startBlocks.map((blocks) => Math.min(blocks, graph.nodes)))];
  const searches = counts.flatMap((blocks) => Array.from({ length: blocks === 1 ? 1 : starts }, () => blocks));
  const one = { partition: new Int32Array(graph.nodes), descriptionLength: 0 };
  one.descriptionLength = model.descriptionLength(one.partition);
  let best: Described = one;
  const lengths: number[] = [];
  for (const [search, blocks] of searches.entries()) {
    await before?.(search, searches.length);
    const found = searchFrom(model, blocks, randomNumbers(seed, search));
    lengths.push(found.descriptionLength);
    if (isBetter(found, best, model.tolerance)) best = found;
  }
  return {
    ...best,
    descriptionLengthOne: one.descriptionLength,
    searches: searches.length,
    searchesAtBest: lengths.filter((length) => length <= best.descriptionLength + 1e-6).length,
  };
}

function isBetter(a: Described, b: Described, tolerance: number): boolean {
  const difference = a.descriptionLength - b.descriptionLength;
  if (Math.abs(difference) > tolerance) return difference < 0;
  return Math.max(...a.partition) < Math.max(...b.partition);
}

function searchFrom(model: SbmModel, blocks: number, random: RandomNumbers): Described {
  const state = new BlockState(
    model,
    Array.from({ length: model.graph.nodes }, () => Math.floor(random() * blocks)),
  );
  const atOnce = model.graph.nodes <= MANY_NODES ? 1 : Number.POSITIVE_INFINITY;
  do moveNodes(state, model, random);
  while (mergeBlocks(state, model, atOnce) > 0);
  const partition = state.partition();
  return { partition, descriptionLength: model.descriptionLength(partition) };
}

/** Merges the two blocks for which it improves most, up to `most` times; returns how often. */
function mergeBlocks(state: BlockState, model: SbmModel, most: number): number {
  for (let merges = 0; merges < most; merges++) {
    const merge = state.bestMerge();
    if (merge === undefined || merge.difference >= -model.tolerance) return merges;
    state.merge(merge.from, merge.to);
  }
  return most;
}

/** Sweeps over the nodes in random order, each to where it is best, until a sweep moves none. */
function moveNodes(state: BlockState, model: SbmModel, random: RandomNumbers): void {
  const order = Int32Array.from({ length: model.graph.nodes }, (_, i) => i);
  for (let moved = true; moved; ) {
    moved = false;
    shuffle(order, random);
    for (const node of order) {
      const move = state.bestMove(node);
      if (move === undefined || move.difference >= -model.tolerance) continue;
      state.move(node, move.to);
      moved = true;
    }
    if (moved) state.rebuild();
  }
}

/**
 * The partition itself, then the results of merging the two blocks that add least to the description length, one merge
 * at a time, down to one block. From an optimum every merge costs.
 */
export function mergePath(model: SbmModel, partition: ArrayLike<number>): Described[] {
  const state = new BlockState(model, partition);
  const path: Described[] = [];
  for (;;) {
    const merged = state.partition();
    path.push({ partition: merged, descriptionLength: model.descriptionLength(merged) });
    const merge = state.bestMerge();
    if (merge === undefined) return path;
    state.merge(merge.from, merge.to);
  }
}
