import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  coreConsistency,
  type Device,
  factorMatchScore,
  type NonnegativeCpOptions,
  nonnegativeCp,
  openDevice,
  type Shape,
} from "../../../src/stages/ntf/ntf-toolkit.js";
import { bruteError, modelTensor, randomFactors } from "./cp-cases.js";

const shape: Shape = [6, 5, 4];
const rank = 2;
const truth = randomFactors(shape, rank, 1);
const data = modelTensor(truth, shape, rank);

let device: Device;
beforeAll(async () => {
  device = await openDevice("reference");
});
afterAll(() => device.close());

const cp = (options: Partial<NonnegativeCpOptions> = {}) =>
  nonnegativeCp({ data, shape, rank, iterations: 300, device, ...options });

describe("nonnegativeCp", () => {
  it("finds the components of a tensor, as unit columns by falling weight", async () => {
    const { factors, weights, errors } = await cp();
    expect(errors).toHaveLength(300);
    expect(errors.at(-1)).toBeLessThan(1e-3);
    expect(factorMatchScore({ factors, weights }, { factors: truth }, shape)).toBeGreaterThan(0.999);
    expect(weights[0]).toBeGreaterThanOrEqual(weights[1] as number);
    for (const [mode, factor] of factors.entries()) {
      expect(factor).toHaveLength((shape[mode] as number) * rank);
      for (let r = 0; r < rank; r++) {
        const column = factor.filter((_, i) => i % rank === r);
        expect(Math.hypot(...column)).toBeCloseTo(1, 12);
        expect(column.every((value) => value >= 0)).toBe(true);
      }
    }
    const scaled = factors[0].map((value, i) => value * (weights[i % rank] as number));
    const error = bruteError(data, [scaled, factors[1], factors[2]], shape, rank);
    expect((errors.at(-1) as number) ** 2).toBeCloseTo(error ** 2, 12);
    expect(await coreConsistency({ data, shape, model: { factors, weights }, device })).toBeGreaterThan(99);
  });

  it("uses init as it is and leaves it, and what is given, unchanged", async () => {
    const init = randomFactors(shape, rank, 8);
    const copies = [init.map((factor) => factor.slice()), data.slice()];
    const first = await cp({ init, iterations: 1, seed: 1 });
    const second = await cp({ init, iterations: 1, seed: 2 });
    expect(first).toEqual(second);
    expect([init, data]).toEqual(copies);
  });

  it("gives the same for a seed, something else for another", async () => {
    const [one, same, other] = await Promise.all([3, 3, 4].map((seed) => cp({ seed, iterations: 5 })));
    expect(one).toEqual(same);
    expect(one?.errors).not.toEqual(other?.errors);
  });

  it("takes Float32Array, and ends by the tolerance", async () => {
    const { errors } = await cp({ data: Float32Array.from(data), tolerance: 1e-4 });
    expect(errors.length).toBeGreaterThanOrEqual(50);
    expect(errors.length).toBeLessThan(300);
    expect(Math.abs((errors.at(-1) as number) - (errors.at(-2) as number))).toBeLessThan(1e-4);
  });

  it("leaves masked entries out, whatever they are", async () => {
    const isMissing = (index: number) => index % 11 === 3;
    const mask = Array.from(data, (_, index) => !isMissing(index));
    const holed = data.map((value, index) => (isMissing(index) ? Number.NaN : value));
    const { factors, weights } = await cp({ data: holed, mask, iterations: 500 });
    expect(factorMatchScore({ factors, weights }, { factors: truth }, shape)).toBeGreaterThan(0.999);
  });

  it("equals the plain fit with a mask of ones, and takes masks that are the same along mode 1", async () => {
    expect(await cp({ iterations: 50, mask: data.map(() => 1) })).toEqual(await cp({ iterations: 50 }));
    const mask = Array.from(data, (_, index) => !(index % 4 === 1 && index < 40));
    const { factors, weights } = await cp({ mask, iterations: 500 });
    expect(factorMatchScore({ factors, weights }, { factors: truth }, shape)).toBeGreaterThan(0.999);
  });

  it("gives zeros to slices of zeros and to slices that are missing", async () => {
    const zero = data.map((value, index) => (index < 20 ? 0 : value));
    const { factors, errors } = await cp({ data: zero });
    expect(errors.every(Number.isFinite)).toBe(true);
    expect(Math.max(...factors[0].subarray(0, rank))).toBeLessThan(1e-12);
    const mask = Array.from(data, (_, index) => Math.floor(index / 4) % 5 !== 2 && index !== 0);
    const masked = await cp({ mask });
    expect(Math.max(...masked.factors[1].subarray(2 * rank, 3 * rank))).toBeLessThan(1e-12);
  });

  it("works at the largest rank, and for a tensor of one entry", async () => {
    expect((await cp({ rank: 20, iterations: 30 })).errors.at(-1)).toBeLessThan(0.1);
    const one = await nonnegativeCp({ data: Float64Array.of(4), shape: [1, 1, 1], rank: 1, iterations: 3, device });
    expect(one.weights[0]).toBeCloseTo(4, 12);
  });

  const many = (at: number, value: number) => data.map((old, index) => (index === at ? value : old));
  it.each([
    ["NaN", { data: many(47, Number.NaN) }, "tensor-value", "entry [2, 1, 3] is NaN"],
    ["an infinite number", { data: many(0, Number.POSITIVE_INFINITY) }, "tensor-value", "entry [0, 0, 0] is Infinity"],
    ["a negative number", { data: many(119, -0.5) }, "tensor-value", "entry [5, 4, 3] is -0.5"],
    ["a tensor of zeros", { data: new Float64Array(120) }, "tensor-zero", "no entry is above 0"],
    ["too few entries", { data: new Float64Array(119) }, "tensor-shape", "119 numbers, a tensor of 6 × 5 × 4 has 120"],
    ["an array", { data: [...data] as never }, "tensor-type", "Float64Array"],
    ["two sizes", { shape: [6, 20] as never }, "tensor-shape", "[6,20]"],
    ["a size of zero", { shape: [0, 5, 4] as never }, "tensor-shape", "[0,5,4]"],
    ["rank 0", { rank: 0 }, "rank", "rank is 0"],
    ["rank 1.5", { rank: 1.5 }, "rank", "rank is 1.5"],
    ["a rank that no such tensor has", { rank: 21 }, "rank", "at most 20"],
    ["no sweeps", { iterations: 0 }, "iterations", "iterations is 0"],
    ["a negative tolerance", { tolerance: -1 }, "tolerance", "tolerance is -1"],
    ["a fractional seed", { seed: 0.5 }, "seed", "seed is 0.5"],
    ["another algorithm", { algorithm: "als" as never }, "algorithm", "als"],
    ["a mask of another size", { mask: [1, 0] }, "tensor-mask", "mask has 2 numbers"],
    ["a mask with other numbers", { mask: data.map(() => 0.5) }, "tensor-mask", "mask has 0.5 at 0"],
    ["a mask of zeros", { mask: data.map(() => 0) }, "tensor-zero", "no entry is above 0"],
    ["init of another rank", { init: randomFactors(shape, 3, 1) }, "init", "init[0] has 18 numbers, 6 × 2"],
    [
      "a negative init",
      { init: randomFactors(shape, 2, 1).map((factor) => factor.map(() => -1)) as never },
      "init",
      "init[0] has -1 at 0",
    ],
  ] as [string, Partial<NonnegativeCpOptions>, string, string][])(
    "refuses %s",
    async (_name, options, tag, message) => {
      await expect(cp(options)).rejects.toMatchObject({
        tag: `usage/${tag}`,
        message: expect.stringContaining(message),
        wayOut: expect.any(String),
      });
    },
  );

  it("says that a device is not there, or lacks the type", async () => {
    await expect(cp({ device: "abacus" })).rejects.toMatchObject({ tag: "device/unknown" });
    await expect(cp({ dtype: "float32" })).rejects.toMatchObject({ tag: "device/type" });
  });
});
