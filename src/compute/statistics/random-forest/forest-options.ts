/** How the trees of a forest are grown. */
export interface ForestOptions {
  readonly trees: number;
  /** Splits above a leaf, at most; infinite: no bound. */
  readonly maxDepth: number;
  /** Distinct training samples in a leaf, at least. */
  readonly minSamplesLeaf: number;
  /** Columns drawn per split. */
  readonly maxFeatures: number;
  /** Whether each tree is trained on as many rows as there are, drawn with replacement; else on every row once. */
  readonly bootstrap: boolean;
  readonly seed: number;
}

export type GivenForestOptions = Partial<ForestOptions>;

/** The defaults are scikit-learn's: 100 trees of any depth, ⌊√m⌋ columns per split, bootstrap. */
export function forestOptions(given: GivenForestOptions, m: number): ForestOptions {
  const options = {
    trees: given.trees ?? 100,
    maxDepth: given.maxDepth ?? Number.POSITIVE_INFINITY,
    minSamplesLeaf: given.minSamplesLeaf ?? 1,
    maxFeatures: given.maxFeatures ?? Math.max(1, Math.floor(Math.sqrt(m))),
    bootstrap: given.bootstrap ?? true,
    seed: given.seed ?? 0,
  };
  for (const name of ["trees", "maxDepth", "minSamplesLeaf", "maxFeatures"] as const) {
    const isWhole = Number.isInteger(options[name]) || (name === "maxDepth" && options[name] === Infinity);
    if (!isWhole || options[name] < 1) throw new RangeError(`${name} is ${options[name]}`);
  }
  return options;
}
