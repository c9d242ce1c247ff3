import { describe, expect, it } from "vitest";
import { InterruptedError } from "../../../../src/base/errors.js";
import { fitForest } from "../../../../src/compute/statistics/random-forest/fit-forest.js";
import { fitPrepared, prepareColumns } from "../../../../src/compute/statistics/random-forest/small-forest.js";
import { randomNumbers } from "../../../../src/compute/statistics/random-numbers.js";

const [n, m] = [120, 16];
const random = randomNumbers(12);
const x = new Float64Array(n * m).map(() => Math.round(20 * random()) / 20);
const y = new Uint8Array(n).map((_, i) => ((x[i * m + 3] as number) + 0.5 * random() > 0.7 ? 1 : 0));
const given = { x, n, m, y, trees: 37, maxDepth: 5, minSamplesLeaf: 3, seed: 9 };

describe("fitForest", () => {
  it("gives the same forest for any number of threads, and on prepared columns", async () => {
    const one = await fitForest(given);
    expect(one.trees).toBe(37);
    for (const threads of [2, 3]) {
      const forest = await fitForest({ ...given, threads, leastWork: 0 });
      expect(forest.nodes).toEqual(one.nodes);
      expect(forest.predict(x, n)).toEqual(one.predict(x, n));
    }
    const rows = Int32Array.from({ length: n }, (_, i) => i);
    expect(fitPrepared(prepareColumns(x, n, m), rows, y, given).nodes).toEqual(one.nodes);
  });

  it("does not need its worker", async () => {
    const forest = await fitForest({ ...given, threads: 2, leastWork: 0, workerPath: "/nowhere/forest-worker.js" });
    expect(forest.nodes).toEqual((await fitForest(given)).nodes);
  });

  it("grows a tree from the seed and its number alone", async () => {
    const few = await fitForest({ ...given, trees: 5 });
    const many = await fitForest(given);
    const end = few.nodes.roots[5] as number;
    expect([...many.nodes.roots].slice(0, 6)).toEqual([...few.nodes.roots]);
    expect(many.nodes.threshold.slice(0, end)).toEqual(few.nodes.threshold);
    const other = await fitForest({ ...given, trees: 5, seed: 10 });
    expect(other.nodes.threshold).not.toEqual(few.nodes.threshold);
  });

  it("stops on a signal, before and while it works", async () => {
    const stopped = AbortSignal.abort();
    await expect(fitForest({ ...given, signal: stopped })).rejects.toBeInstanceOf(InterruptedError);
    for (const threads of [1, 2]) {
      const control = new AbortController();
      const running = fitForest({ ...given, trees: 20_000, threads, leastWork: 0, signal: control.signal });
      setTimeout(() => control.abort(), 20);
      await expect(running).rejects.toBeInstanceOf(InterruptedError);
    }
  });

  it("refuses features that are no numbers, when it fits and when it predicts", async () => {
    const broken = x.slice();
    broken[3 * m + 2] = Number.NaN;
    const fault = { tag: "forest/not-finite", fields: { row: 3, column: 2, value: "NaN" } };
    await expect(fitForest({ ...given, x: broken })).rejects.toMatchObject(fault);
    const forest = await fitForest({ ...given, trees: 2 });
    expect(() => forest.predict(broken, n)).toThrow(expect.objectContaining(fault));
    expect(() => forest.predict(x, n - 1)).toThrow(RangeError);
  });
});
