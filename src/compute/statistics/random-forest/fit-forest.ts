import { existsSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { builtModule } from "../../../base/built-module.js";
import { InterruptedError } from "../../../base/errors.js";
import { runOnThreads } from "../../../base/worker-pool.js";
import { Forest } from "./forest.js";
import { forestOptions, type GivenForestOptions } from "./forest-options.js";
import type { ForestJob } from "./forest-worker.js";
import { TreeGrower } from "./grow-tree.js";
import { prepareColumns } from "./rank-codes.js";
import { assertLabels } from "./small-forest.js";
import { joinTrees, type TreeNodes } from "./tree-nodes.js";

export interface FitForestOptions extends GivenForestOptions {
  /** Row-major [n, m]; rounded to float32. */
  readonly x: Float64Array;
  readonly n: number;
  readonly m: number;
  /** 0 or 1 for each row. */
  readonly y: Uint8Array;
  /** Worker threads; 1 or fewer: none. Default 1. The forest is the same for every number. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  /** JavaScript file of the worker, for tests; when it is not there, no threads are used. */
  readonly workerPath?: string;
  /** Threads are used from this much work: trees × rows × columns drawn per split. Default 3 million. */
  readonly leastWork?: number;
}

/** Pieces of work per thread, so that one that ends late does not keep all waiting. */
const PIECES = 4;

/** Trees between looks at the signal. */
const TREES_AT_ONCE = 20;

/**
 * Fits a random forest of two classes that is constructed as scikit-learn 1.2 constructs its RandomForestClassifier
 * (Breiman 2001): Gini impurity, columns drawn per split, bootstrap, thresholds midway between neighbouring values.
 * The random numbers of a tree depend on the seed and its number alone. Split search is exact: no values are merged.
 * About 2 s for 500 trees of depth 5 on 1,600 × 1,000, on one thread.
 * @throws {NeurotablesError} `forest/not-finite` naming row and column (from 0). {InterruptedError} on `signal`.
 */
export async function fitForest(given: FitForestOptions): Promise<Forest> {
  const { x, n, m, y, threads = 1, signal, leastWork = 3e6 } = given;
  if (signal?.aborted) throw new InterruptedError();
  const options = forestOptions(given, m);
  const columns = prepareColumns(x, n, m);
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  assertLabels(columns, rows, y);
  const worker = given.workerPath ?? builtModule(new URL("./forest-worker.js", import.meta.url));
  const work = options.trees * n * options.maxFeatures;
  if (threads > 1 && options.trees > 1 && work >= leastWork && existsSync(worker)) {
    const size = Math.ceil(options.trees / (threads * PIECES));
    const pieces = Math.ceil(options.trees / size);
    const parts = new Array<TreeNodes>(pieces);
    await runOnThreads<TreeNodes>({
      worker,
      threads,
      bytes: parts.fill(joinTrees([])).map(() => 0),
      mostBytes: 0,
      parcel: (piece) => {
        const first = piece * size;
        const job: ForestJob = { columns, rows, y, options, first, end: Math.min(options.trees, first + size) };
        return { message: job, transfer: [] };
      },
      onReply: (piece, nodes) => {
        parts[piece] = nodes;
      },
      signal,
    });
    return new Forest(joinTrees(parts), columns);
  }
  const grower = new TreeGrower(columns, rows, y, options);
  const parts: TreeNodes[] = [];
  for (let first = 0; first < options.trees; first += TREES_AT_ONCE) {
    // A signal arrives only while this thread does not work.
    if (signal !== undefined) await setImmediate();
    if (signal?.aborted) throw new InterruptedError();
    parts.push(grower.grow(first, Math.min(options.trees, first + TREES_AT_ONCE)));
  }
  return new Forest(joinTrees(parts), columns);
}
