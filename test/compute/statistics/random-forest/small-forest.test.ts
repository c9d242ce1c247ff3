import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitPrepared, prepareColumns } from "../../../../src/compute/statistics/random-forest/small-forest.js";
import type { TreeNodes } from "../../../../src/compute/statistics/random-forest/tree-nodes.js";
import { randomNumbers } from "../../../../src/compute/statistics/random-numbers.js";

/** 40 × 3; the last column has 8 values, of which neighbours are nearer than 1e-7. */
function goldenData() {
  const [n, m] = [40, 3];
  let state = 53;
  const x = new Float64Array(n * m).map(() => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 2 ** 31;
  });
  const y = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const margin = i % 3 === 0 ? 0.35 : 0;
    y[i] = (x[i * m] as number) + 0.6 * (x[i * m + 1] as number) + margin > 0.9 ? 1 : 0;
    x[i * m + 2] = 0.25 + Math.floor((x[i * m + 2] as number) * 8) * 4e-8;
  }
  return { x, y, n, m };
}

function allRows(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}

function noise(seed: number, n: number, m: number) {
  const random = randomNumbers(seed);
  const x = new Float64Array(n * m).map(() => random() - 0.5);
  const y = new Uint8Array(n).map((_, i) => ((x[i * m] as number) + 0.4 * (random() - 0.5) > 0 ? 1 : 0));
  return { x, y, n, m };
}

function shape({ feature, threshold, value }: TreeNodes) {
  return { feature: [...feature], threshold: [...threshold], value: [...value] };
}

describe("fitPrepared", () => {
  // Made with scikit-learn 1.2.2: DecisionTreeClassifier(max_depth=4, min_samples_leaf=2), the same for 40 random_states.
  it("splits where scikit-learn splits", () => {
    const { x, y, n, m } = goldenData();
    const options = { trees: 1, maxDepth: 4, minSamplesLeaf: 2, maxFeatures: m, bootstrap: false };
    const forest = fitPrepared(prepareColumns(x, n, m), allRows(n), y, options);
    expect(shape(forest.nodes)).toEqual({
      feature: [0, 1, -1, -1, 0, 1, 2, -1, -1, -1, -1],
      threshold: [
        0.3893224447965622, 0.8817056715488434, 0, 0, 0.7335669100284576, 0.5836041271686554, 0.2500000596046448, 0, 0,
        0, 0,
      ],
      value: [
        0.525, 0.058823529411764705, 0.0, 0.5, 0.8695652173913043, 0.7272727272727273, 0.5714285714285714, 1.0, 0.4,
        1.0, 1.0,
      ],
    });
  });

  // As above, with sample_weight = how often randomNumbers(25, 0) draws each of the 40 rows.
  it("weighs rows by how often they are drawn, and counts them once", () => {
    const { x, y, n, m } = goldenData();
    const options = { trees: 1, maxDepth: 4, minSamplesLeaf: 2, maxFeatures: m, seed: 25 };
    const forest = fitPrepared(prepareColumns(x, n, m), allRows(n), y, options);
    expect(shape(forest.nodes)).toEqual({
      feature: [0, 1, -1, -1, 0, 1, 2, -1, -1, -1, -1],
      threshold: [
        0.3569670766592026, 0.800159364938736, 0, 0, 0.775131493806839, 0.5836041271686554, 0.2500000596046448, 0, 0, 0,
        0,
      ],
      value: [
        0.525, 0.13333333333333333, 0.0, 0.5, 0.76, 0.625, 0.45454545454545453, 1.0, 0.3333333333333333, 1.0, 1.0,
      ],
    });
  });

  // scikit-learn 1.2.2: of 8 values one step of 6e-8 apart, only the gaps of two steps can be split.
  it("takes values within 1e-7 as equal, one after the other", () => {
    const x = Float64Array.from([0, 1, 2, 3, 5, 6, 9, 10], (step) => 0.5 + step * 6e-8);
    const y = Uint8Array.from([0, 0, 0, 0, 1, 0, 1, 1]);
    const forest = fitPrepared(prepareColumns(x, 8, 1), allRows(8), y, { trees: 1, bootstrap: false });
    expect(shape(forest.nodes)).toEqual({
      feature: [0, -1, -1],
      threshold: [0.5000004470348358, 0, 0],
      value: [3 / 8, 1 / 6, 1],
    });
  });

  it("keeps minSamplesLeaf and maxDepth", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 }), (seed, leaf, depth) => {
        const { x, y, n, m } = noise(seed, 60, 5);
        const options = { trees: 5, maxDepth: depth, minSamplesLeaf: leaf, bootstrap: false, seed };
        const columns = prepareColumns(x, n, m);
        const { nodes } = fitPrepared(columns, allRows(n), y, options);
        for (let tree = 0; tree < 5; tree++) {
          const [root, end] = [nodes.roots[tree] as number, nodes.roots[tree + 1] as number];
          expect(end - root).toBeLessThanOrEqual(2 ** (depth + 1) - 1);
          const samples = new Map<number, number>();
          for (let i = 0; i < n; i++) {
            const leafOf = walk(nodes, root, (column) => Math.fround(x[i * m + column] as number));
            samples.set(leafOf.node, (samples.get(leafOf.node) ?? 0) + 1);
            expect(leafOf.depth).toBeLessThanOrEqual(depth);
          }
          expect(Math.min(...samples.values())).toBeGreaterThanOrEqual(leaf);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("does not depend on the order of rows when every row trains", () => {
    const { x, y, n, m } = noise(4, 80, 9);
    const order = allRows(n).sort((a, b) => ((a * 37) % n) - ((b * 37) % n));
    const columns = prepareColumns(x, n, m);
    const options = { trees: 10, maxDepth: 5, bootstrap: false, seed: 3 };
    const forest = fitPrepared(columns, allRows(n), y, options);
    expect(fitPrepared(columns, order, y, options).nodes).toEqual(forest.nodes);
    expect(fitPrepared(columns, order, y, { ...options, seed: 4 }).nodes).not.toEqual(forest.nodes);
  });

  it("predicts the same for its rows when a column is transformed monotonically", () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (seed, bootstrap) => {
        const { x, y, n, m } = noise(seed, 50, 6);
        const whole = x.map((value) => Math.round(2048 * value));
        const transformed = whole.map((value, at) => (at % m < 3 ? 1e3 * Math.exp(value / 500) : value ** 3));
        const options = { trees: 8, maxDepth: 4, minSamplesLeaf: 2, seed, bootstrap };
        const plain = fitPrepared(prepareColumns(whole, n, m), allRows(n), y, options);
        const other = fitPrepared(prepareColumns(transformed, n, m), allRows(n), y, options);
        expect(other.nodes.feature).toEqual(plain.nodes.feature);
        expect(other.nodes.value).toEqual(plain.nodes.value);
        // A threshold lies elsewhere between two values: rows that were not drawn may change sides.
        if (!bootstrap) expect(other.predict(transformed, n)).toEqual(plain.predict(whole, n));
      }),
      { numRuns: 20 },
    );
  });

  it("draws on past constant columns until one varies", () => {
    const { x, y, n } = noise(8, 40, 1);
    const m = 50;
    const wide = new Float64Array(n * m).fill(2);
    for (let i = 0; i < n; i++) wide[i * m + 31] = x[i] as number;
    const options = { trees: 20, maxDepth: 3, maxFeatures: 1, seed: 2 };
    const { nodes } = fitPrepared(prepareColumns(wide, n, m), allRows(n), y, options);
    const inner = nodes.feature.filter((column) => column >= 0);
    expect(inner.length).toBeGreaterThan(20);
    expect(new Set(inner)).toEqual(new Set([31]));
  });

  it("predicts prepared rows as any others, trains on some rows alone", () => {
    const { x, y, n, m } = noise(5, 90, 7);
    const columns = prepareColumns(x, n, m);
    const train = allRows(n).filter((i) => i % 3 !== 0);
    const test = allRows(n).filter((i) => i % 3 === 0);
    const options = { trees: 15, maxDepth: 6, seed: 1 };
    const forest = fitPrepared(columns, train, y, options);
    const cells = (rows: Int32Array) => Float64Array.from([...rows].flatMap((i) => [...x.subarray(i * m, i * m + m)]));
    const alone = fitPrepared(
      prepareColumns(cells(train), train.length, m),
      allRows(train.length),
      Uint8Array.from(train, (i) => y[i] as number),
      options,
    );
    expect(alone.nodes).toEqual(forest.nodes);
    expect(forest.predictPrepared(test)).toEqual(alone.predict(cells(test), test.length));
  });

  it("tells classes apart that differ, and is unsure of noise", () => {
    const { x, y, n, m } = noise(6, 300, 4);
    const columns = prepareColumns(x, n, m);
    const train = allRows(n).filter((i) => i % 2 === 0);
    const test = allRows(n).filter((i) => i % 2 === 1);
    const probabilities = fitPrepared(columns, train, y, { trees: 50, maxDepth: 4 }).predictPrepared(test);
    const right = test.filter((i, k) => (probabilities[k] as number) > 0.5 === (y[i] === 1)).length;
    expect(right / test.length).toBeGreaterThan(0.8);
    const mean = [...probabilities].reduce((sum, p) => sum + p, 0) / test.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.1);
    const random = randomNumbers(77);
    const shuffled = y.map(() => (random() < 0.5 ? 1 : 0));
    const guesses = fitPrepared(columns, train, shuffled, { trees: 50, maxDepth: 4 }).predictPrepared(test);
    const lucky = test.filter((i, k) => (guesses[k] as number) > 0.5 === (shuffled[i] === 1)).length;
    expect(Math.abs(lucky / test.length - 0.5)).toBeLessThan(0.15);
  });

  it("refuses what it cannot fit", () => {
    const columns = prepareColumns(Float64Array.of(1, 2), 2, 1);
    const attempt = (rows: number[], y: number[], options = {}) =>
      fitPrepared(columns, Int32Array.from(rows), Uint8Array.from(y), options);
    expect(() => attempt([], [0, 1])).toThrow("0 rows");
    expect(() => attempt([0, 2], [0, 1])).toThrow("row 2 of 2");
    expect(() => attempt([0, 1], [0, 2])).toThrow("label 2");
    expect(() => attempt([0, 1], [0])).toThrow("1 labels of 2 rows");
    expect(() => attempt([0, 1], [0, 1], { trees: 0 })).toThrow("trees is 0");
    expect(() => attempt([0, 1], [0, 1], { minSamplesLeaf: 1.5 })).toThrow("minSamplesLeaf is 1.5");
  });
});

function walk(nodes: TreeNodes, root: number, valueAt: (column: number) => number) {
  let [node, depth] = [root, 0];
  for (let column = nodes.feature[node] as number; column >= 0; column = nodes.feature[node] as number) {
    const goesLeft = valueAt(column) <= (nodes.threshold[node] as number);
    node = root + ((goesLeft ? nodes.left : nodes.right)[node] as number);
    depth++;
  }
  return { node, depth };
}
