import { describe, expect, it } from "vitest";
import {
  LatticeField,
  NORMAL_TABLE,
  poisson,
  positionHash,
  TEXTURE_TABLE,
} from "../../../src/sample-data/fisbe/position-noise.js";
import { meanOf } from "./volume-statistics.js";

describe("noise from positions", () => {
  it.each([0.3, 1.5, 12, 23.9, 24, 300])("counts photons of mean %d with that mean and variance", (mean) => {
    const counts = Array.from({ length: 40_000 }, (_, i) => poisson(mean, positionHash(5, i) & 0xfffff));
    const found = meanOf(counts);
    const variance = meanOf(counts.map((count) => (count - found) ** 2));
    expect(Math.abs(found - mean)).toBeLessThan(0.04 + 0.02 * mean);
    expect(Math.abs(variance / mean - 1)).toBeLessThan(0.06);
  });

  it("counts none without light", () => {
    expect(poisson(0, 0xfffff)).toBe(0);
  });

  it("has tables of the promised moments", () => {
    expect(meanOf(NORMAL_TABLE)).toBeCloseTo(0, 10);
    expect(meanOf(NORMAL_TABLE.map((value) => value * value))).toBeCloseTo(1, 2);
    expect(meanOf(TEXTURE_TABLE)).toBeCloseTo(1, 2);
  });

  it("spreads neighbouring positions and keys over all bits", () => {
    const ones = new Float64Array(32);
    const size = 20_000;
    for (let i = 0; i < size; i++) {
      const changed = positionHash(7, i) ^ positionHash(7, i + 1);
      for (let bit = 0; bit < 32; bit++) ones[bit] = (ones[bit] as number) + ((changed >>> bit) & 1);
    }
    for (const count of ones) expect(Math.abs(count / size - 0.5)).toBeLessThan(0.02);
  });

  it("interpolates between knots whatever rows are asked for before", () => {
    const field = () => new LatticeField(20, 30, 8, (z, y, x) => (z + 2 * y - x) / 10);
    const row = new Float64Array(30);
    const other = new Float64Array(30);
    const first = field();
    first.row(8, 16, row);
    expect(row[8]).toBeCloseTo(Math.exp((1 + 4 - 1) / 10), 12);
    expect(row[12]).toBeCloseTo((Math.exp(0.4) + Math.exp(0.3)) / 2, 12);
    const second = field();
    for (let z = 200; z >= 8; z--) second.row(z, 16, other);
    expect(other).toEqual(row);
  });
});
