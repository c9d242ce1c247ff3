import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runsOfMask } from "../../../../src/compute/volume/mask-runs.js";
import { countInside, intersectionVoxels } from "../../../../src/compute/volume/run-set.js";
import { RunCollector, type VoxelRuns } from "../../../../src/compute/volume/voxel-runs.js";
import { float32Sum } from "../../../../src/stages/segmentation/metrics/float32-sum.js";
import { indexInstances, OverlapCounter } from "../../../../src/stages/segmentation/metrics/instance-index.js";
import {
  consumingMatches,
  countMerges,
  countSplits,
} from "../../../../src/stages/segmentation/metrics/many-to-many.js";
import { skeletonRecall } from "../../../../src/stages/segmentation/metrics/score-matrices.js";
import { farthestVoxel } from "../../../../src/stages/segmentation/metrics/vanished-skeleton.js";
import { VersionQueue } from "../../../../src/stages/segmentation/metrics/version-queue.js";

/** Stretches [first, length] of a single row of 60 voxels. */
function row(...stretches: readonly (readonly [number, number])[]): VoxelRuns {
  const collector = new RunCollector([1, 1, 60]);
  for (const [first, length] of stretches) collector.add(first, length);
  return collector.finish();
}

describe("a sum in float32", () => {
  it("adds in the order of numpy", () => {
    // numpy 1.24.2: np.sum of float32 values, for lengths on both sides of its blocks of 8 and 128.
    const expected: readonly (readonly [number, number])[] = [
      [0, 0],
      [1, 0.0010000000474974513],
      [7, 0.09754035621881485],
      [8, 0.14719277620315552],
      [9, 0.21167689561843872],
      [40, 1.8181767463684082],
      [129, 5.814920425415039],
      [300, 12.678037643432617],
    ];
    for (const [count, sum] of expected) {
      const values = Float32Array.from({ length: count }, (_, i) => (((i * i) % 97) + 1) / (1000 + i));
      expect(float32Sum(values)).toBe(sum);
    }
  });
});

describe("the queue of versions", () => {
  it("hands out the smallest priority, then what was pushed first, each pair by its latest entry", () => {
    const queue = new VersionQueue(false);
    queue.push(1, -0.5);
    queue.push(2, -0.9);
    queue.push(3, -0.5);
    queue.push(2, -0.1);
    queue.push(4, -0.7);
    queue.drop(4);
    queue.drop(99);
    expect([queue.pop(), queue.pop(), queue.pop(), queue.pop()]).toEqual([1, 3, 2, undefined]);
  });

  it("brings an old entry back to life when numbers restart after a drop, unless they are monotone", () => {
    for (const monotone of [false, true]) {
      const queue = new VersionQueue(monotone);
      queue.push(1, -0.9); // version 1
      queue.push(2, -0.8);
      queue.push(1, -0.7); // version 2
      queue.drop(1); // the next is version 0
      queue.push(1, -0.6);
      queue.push(1, -0.5); // version 1 again
      expect([queue.pop(), queue.pop(), queue.pop()]).toEqual(monotone ? [2, 1, undefined] : [1, 2, undefined]);
    }
  });

  it("sorts any priorities", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 60 }), (priorities) => {
        const queue = new VersionQueue(false);
        for (const [pair, priority] of priorities.entries()) queue.push(pair, priority);
        const expected = [...priorities.keys()].sort((a, b) => (priorities[a] as number) - (priorities[b] as number));
        expect(priorities.map(() => queue.pop())).toEqual(expected);
        expect(queue.pop()).toBeUndefined();
      }),
    );
  });
});

describe("many-to-many matches with consumption", () => {
  it("let a stale priority win, and do not with monotone versions", () => {
    // Found by random search; both lists confirmed by a transcription of the rules to Python's heapq.
    const truth = [
      { points: [45, 53, 54, 55, 56, 57, 58], runs: row([44, 2], [50, 10]) },
      { points: [2, 3, 6, 7, 8, 9, 11, 13, 14, 15, 59], runs: row([2, 14], [59, 1]) },
      { points: [42, 43, 45, 46, 47, 55, 56], runs: row([42, 8], [55, 3]) },
      { points: [39, 40, 46, 47, 49, 50, 52, 53, 54, 55, 57], runs: row([39, 2], [44, 15]) },
    ].map(({ points, runs }, channel) => ({ channel, runs, skeleton: Uint32Array.from(points) }));
    const prediction = [row([0, 4], [5, 6], [42, 13]), row([51, 9])].map((runs, channel) => ({ channel, runs }));
    const recall = skeletonRecall(
      truth.map(({ skeleton }) => skeleton),
      prediction,
    );
    const published = consumingMatches(recall, 0.2, truth, prediction, false);
    const fixed = consumingMatches(recall, 0.2, truth, prediction, true);
    expect(published.map(String)).toEqual(["1,2", "3,1", "2,1", "1,1", "3,2"]);
    expect(fixed.map(String)).toEqual(["1,2", "3,1", "2,1", "4,1", "3,2"]);
    expect([countSplits(published), countMerges(published)]).toEqual([2, 3]);
    expect([countSplits(fixed), countMerges(fixed)]).toEqual([1, 3]);
  });

  it("compare what is left in double precision: 1/10 is not above 0.1", () => {
    const truth = [{ channel: 0, runs: row([0, 10]), skeleton: Uint32Array.from({ length: 10 }, (_, i) => i) }];
    const prediction = [row([0, 9]), row([5, 5])].map((runs, channel) => ({ channel, runs }));
    const recall = skeletonRecall([(truth[0] as (typeof truth)[0]).skeleton], prediction);
    expect(consumingMatches(recall, 0.1, truth, prediction, false)).toEqual([[1, 1]]);
    expect(consumingMatches(recall, 0.09, truth, prediction, false)).toEqual([
      [1, 1],
      [1, 2],
    ]);
  });
});

describe("the index of instances", () => {
  it("counts as the sets do one by one", () => {
    const shape = [2, 3, 8] as const;
    const channel = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 48, maxLength: 48 });
    const points = fc.uniqueArray(fc.integer({ min: 0, max: 47 }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(channel, { minLength: 1, maxLength: 3 }), points, (channels, drawn) => {
        const instances = channels.flatMap((labels, c) =>
          [1, 2, 3, 4]
            .filter((value) => labels.includes(value))
            .map((value) => ({
              channel: c,
              runs: runsOfMask(
                Uint8Array.from(labels, (label) => (label === value ? 1 : 0)),
                shape,
              ),
            })),
        );
        const sorted = Uint32Array.from(drawn).sort();
        const mask = new Uint8Array(48);
        for (const point of sorted) mask[point] = 1;
        const set = runsOfMask(mask, shape);
        const counter = new OverlapCounter(indexInstances(instances));
        for (let again = 0; again < 2; again++) {
          const [byPoints, byRuns] = [new Map<number, number>(), new Map<number, number>()];
          const outside = counter.points(sorted, (id, count) => byPoints.set(id, count));
          counter.runs(set, (id, count) => byRuns.set(id, count));
          for (const [i, { runs }] of instances.entries()) {
            expect(byPoints.get(i + 1) ?? 0).toBe(countInside(sorted, runs));
            expect(byRuns.get(i + 1) ?? 0).toBe(intersectionVoxels(set, runs));
          }
          expect(outside).toBe(drawn.filter((point) => channels.every((labels) => labels[point] === 0)).length);
        }
      }),
    );
  });
});

describe("the voxel farthest from the background", () => {
  const box = (from: readonly number[], size: readonly number[], shape: readonly [number, number, number]) => {
    const mask = new Uint8Array(shape[0] * shape[1] * shape[2]);
    for (let i = 0; i < mask.length; i++) {
      const at = [Math.floor(i / (shape[1] * shape[2])), Math.floor(i / shape[2]) % shape[1], i % shape[2]];
      const inside = at.every(
        (v, axis) => v >= (from[axis] as number) && v < (from[axis] as number) + (size[axis] as number),
      );
      if (inside) mask[i] = 1;
    }
    return runsOfMask(mask, shape);
  };

  it("is the first in C order of those in the middle", () => {
    expect(farthestVoxel(box([2, 3, 4], [4, 4, 4], [9, 9, 9]), 3)).toBe((3 * 9 + 4) * 9 + 5);
    expect(farthestVoxel(box([2, 3, 4], [2, 2, 2], [9, 9, 9]), 3)).toBe((2 * 9 + 3) * 9 + 4);
  });

  it("takes the border of the volume for background, but not that of a plane", () => {
    expect(farthestVoxel(box([0, 0, 0], [4, 4, 4], [4, 4, 4]), 3)).toBe((1 * 4 + 1) * 4 + 1);
    expect(farthestVoxel(box([0, 0, 0], [1, 5, 9], [1, 5, 9]), 2)).toBe(2 * 9 + 2);
  });
});
