// Thread that grows trees: see fit-forest.ts.
import { serveJobs } from "../../../base/worker-pool.js";
import type { ForestOptions } from "./forest-options.js";
import { TreeGrower } from "./grow-tree.js";
import type { PreparedColumns } from "./rank-codes.js";

/** Some trees of a forest. */
export interface ForestJob {
  readonly columns: PreparedColumns;
  readonly rows: Int32Array;
  readonly y: Uint8Array;
  readonly options: ForestOptions;
  readonly first: number;
  readonly end: number;
}

serveJobs<ForestJob>(({ columns, rows, y, options, first, end }) => {
  const nodes = new TreeGrower(columns, rows, y, options).grow(first, end);
  const { roots, feature, threshold, left, right, value } = nodes;
  return {
    message: nodes,
    transfer: [roots, feature, threshold, left, right, value].map((array) => array.buffer as ArrayBuffer),
  };
});
