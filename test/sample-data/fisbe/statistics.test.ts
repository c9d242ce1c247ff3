import { beforeAll, describe, expect, it } from "vitest";
import { syntheticVolume } from "../../../src/sample-data/fisbe/synthetic-volume.js";
import { meanOf, type VolumeStatistics, volumeStatistics } from "./volume-statistics.js";

// Bounds are those of the published crop and of images measured by others; foreground and overlap depend on the size of
// the volume and on chance, so they are bounded wider for one volume than on average.
describe("small synthetic volumes beside real images", () => {
  // One without shared tracts and one with.
  const seeds = [12, 15];
  let apart: VolumeStatistics;
  let shared: VolumeStatistics[];
  let all: VolumeStatistics[];
  beforeAll(() => {
    const volumes = seeds.map((seed) => syntheticVolume({ seed, preset: "small" }));
    expect(volumes.map((volume) => volume.sharedTracts)).toEqual([false, true]);
    all = volumes.map(volumeStatistics);
    [apart, ...shared] = all as [VolumeStatistics, ...VolumeStatistics[]];
  }, 120_000);

  it("has neurons in 0.3 to 4 % of the voxels", () => {
    // 0.08 to 0.25 % of a full volume; the share grows with the square of the side as lengths shrink with it.
    for (const { foregroundShare } of all) {
      expect(foregroundShare).toBeGreaterThan(0.003);
      expect(foregroundShare).toBeLessThan(0.04);
    }
  });

  it("has overlaps in 5 to 11 % of the foreground where tracts are shared, hardly any triple ones, few elsewhere", () => {
    for (const { overlapShare, tripleShare } of shared) {
      expect(overlapShare).toBeGreaterThan(0.05);
      expect(overlapShare).toBeLessThan(0.11);
      expect(tripleShare).toBeLessThan(0.005);
    }
    expect(apart.overlapShare).toBeLessThan(0.02);
  });

  it("has a dark background with a heavy tail in every channel", () => {
    for (const { backgroundMedian, backgroundMean, backgroundP99 } of all) {
      for (const median of backgroundMedian) expect(within(median, 3, 8)).toBe(true);
      for (const mean of backgroundMean) expect(within(mean, 4.5, 12)).toBe(true);
      for (const p99 of backgroundP99) expect(within(p99, 30, 100)).toBe(true);
    }
  });

  it("correlates neighbours as real images do, along z more than along y and x", () => {
    const z = meanOf(all.flatMap(({ autocorrelation }) => autocorrelation.map(([value]) => value)));
    const yx = meanOf(all.flatMap(({ autocorrelation }) => autocorrelation.flatMap(([, y, x]) => [y, x])));
    expect(within(z, 0.88, 0.95)).toBe(true);
    expect(within(yx, 0.75, 0.88)).toBe(true);
  });

  it("has a texture of 0.3 to 0.5 of the local mean", () => {
    for (const { texture } of all) expect(within(texture, 0.3, 0.5)).toBe(true);
  });

  it("has neurons as bright as real ones, and dim ones", () => {
    const neurons = all.flatMap((volume) => volume.neurons);
    const bright = neurons.filter(({ dim }) => !dim).map(({ dominantMean }) => dominantMean);
    const dim = neurons.filter((neuron) => neuron.dim).map(({ dominantMean }) => dominantMean);
    const median = bright.sort((a, b) => a - b)[bright.length >> 1] as number;
    expect(within(median, 150, 700)).toBe(true);
    expect(dim.length).toBeGreaterThan(0);
    expect(meanOf(dim)).toBeLessThan(150);
  });

  it("has thin, beaded neurons in several pieces", () => {
    const neurons = all.flatMap((volume) => volume.neurons);
    const thickness = neurons.map(({ voxels, skeletonVoxels }) => voxels / skeletonVoxels);
    expect(within(meanOf(thickness), 8, 20)).toBe(true);
    for (const value of thickness) expect(within(value, 8, 24)).toBe(true);
    const variation = meanOf(neurons.filter(({ dim }) => !dim).map((neuron) => neuron.variation));
    expect(within(variation, 0.5, 0.85)).toBe(true);
    expect(meanOf(neurons.map(({ components }) => components))).toBeGreaterThan(4);
    expect(neurons.filter(({ components }) => components > 1).length).toBeGreaterThan(0.75 * neurons.length);
  });
});

function within(value: number, low: number, high: number): boolean {
  if (value >= low && value <= high) return true;
  throw new Error(`${value} is not within ${low} … ${high}`);
}
