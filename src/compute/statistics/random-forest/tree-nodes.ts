/** Nodes of the trees of a forest, tree after tree, each tree's root first. */
export interface TreeNodes {
  /** First node of each tree, and behind them the number of nodes. */
  readonly roots: Int32Array;
  /** Column that a node splits on; −1 in a leaf. */
  readonly feature: Int32Array;
  /** What is at most this goes left. */
  readonly threshold: Float64Array;
  /** Number of the left child, counted from the root of the tree. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Share of class 1 among the training samples of the node, weighted by how often each was drawn. */
  readonly value: Float64Array;
}

/** Trees one after the other. */
export function joinTrees(parts: readonly TreeNodes[]): TreeNodes {
  const nodes = parts.reduce((sum, part) => sum + part.feature.length, 0);
  const trees = parts.reduce((sum, part) => sum + part.roots.length - 1, 0);
  const joined = {
    roots: new Int32Array(trees + 1),
    feature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    value: new Float64Array(nodes),
  };
  let [tree, node] = [0, 0];
  for (const part of parts) {
    joined.feature.set(part.feature, node);
    joined.threshold.set(part.threshold, node);
    joined.left.set(part.left, node);
    joined.right.set(part.right, node);
    joined.value.set(part.value, node);
    for (let t = 1; t < part.roots.length; t++) joined.roots[++tree] = node + (part.roots[t] as number);
    node += part.feature.length;
  }
  return joined;
}
