import { describe, expect, it } from "vitest";
import { clusterBootstrap } from "../../../src/compute/statistics/cluster-bootstrap.js";
import { areaInterval, delong } from "../../../src/compute/statistics/delong.js";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";

function sample(n: number, perCluster: number) {
  const random = randomNumbers(5);
  const clusters = Int32Array.from({ length: n }, (_, at) => Math.floor(at / perCluster));
  const count = Math.ceil(n / perCluster);
  const labels = Uint8Array.from(clusters, (cluster) => cluster % 2);
  const levels = Float64Array.from({ length: count }, () => random() + random());
  const scores = Float64Array.from(
    clusters,
    (cluster, at) => (levels[cluster] as number) + 0.4 * (labels[at] as number),
  );
  return { scores, labels, clusters, count };
}

describe("clusterBootstrap", () => {
  it("agrees with DeLong where every unit is its own cluster", () => {
    const given = sample(200, 1);
    const [low, high] = clusterBootstrap({ ...given, seed: 1 }) ?? [0, 0];
    const [otherLow, otherHigh] = areaInterval(delong(given.scores, given.labels));
    expect(Math.abs(low - otherLow)).toBeLessThan(0.03);
    expect(Math.abs(high - otherHigh)).toBeLessThan(0.03);
  });

  it("is wider where units of a cluster go together", () => {
    const given = sample(200, 10);
    const [low, high] = clusterBootstrap({ ...given, seed: 1 }) ?? [0, 0];
    const [otherLow, otherHigh] = areaInterval(delong(given.scores, given.labels));
    expect(high - low).toBeGreaterThan(1.5 * (otherHigh - otherLow));
  });

  it("is the same for the same seed and any order of the units, and another for another seed", () => {
    const given = sample(60, 3);
    const found = clusterBootstrap({ ...given, seed: 7 });
    const turned = {
      ...given,
      scores: given.scores.toReversed(),
      labels: given.labels.toReversed(),
      clusters: given.clusters.toReversed(),
    };
    expect(clusterBootstrap({ ...turned, seed: 7 })).toEqual(found);
    expect(clusterBootstrap({ ...given, seed: 8 })).not.toEqual(found);
  });

  it("knows nothing of too few clusters", () => {
    const one = { scores: Float64Array.of(1, 2), labels: Uint8Array.of(0, 1), clusters: new Int32Array(2), count: 1 };
    expect(clusterBootstrap({ ...one, seed: 1 })).toBeUndefined();
    const two = { ...one, clusters: Int32Array.of(0, 1), count: 2 };
    const alone = { ...two, labels: Uint8Array.of(1, 1) };
    expect(clusterBootstrap({ ...alone, seed: 1 })).toBeUndefined();
  });
});
