import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TensorOperand } from "../../../src/compute/device/command.js";
import type { Device } from "../../../src/compute/device/device.js";
import { openDevice } from "../../../src/compute/device/open-device.js";
import { type CpModel, type Factors, normalisedModel, type Shape } from "../../../src/stages/ntf/cp-model.js";
import { factorMatch } from "../../../src/stages/ntf/factor-match.js";
import { type CpFit, type FitOptions, type FitState, fitCp, largestRise } from "../../../src/stages/ntf/fit-cp.js";
import { randomStart } from "../../../src/stages/ntf/random-start.js";
import { normSquared } from "../../../src/stages/ntf/tensor-norm.js";
import { bruteError, farthest, modelTensor, randomFactors } from "./cp-cases.js";

let device: Device;
beforeAll(async () => {
  device = await openDevice("reference");
});
afterAll(() => device.close());

type Options = Omit<FitOptions, "normSquared" | "algorithm"> & Partial<FitOptions>;

function fitDense(values: Float64Array, shape: Shape, options: Options): Promise<CpFit> {
  return device.scope((memory) => {
    const tensor: TensorOperand = { form: "dense", values: memory.upload("float64", values), shape };
    return fitCp(device, memory, tensor, { algorithm: "hals", normSquared: normSquared(values), ...options });
  });
}

const shape: Shape = [7, 9, 4];
const rank = 3;
const truth = randomFactors(shape, rank, 1, 0.3);
const noisy = modelTensor(truth, shape, rank, 0.1);
const init = randomFactors(shape, rank, 2);

describe("fitCp", () => {
  it("has the error of the definition after every sweep, for both algorithms, and factors that are not negative", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          shape: fc.tuple(
            fc.integer({ min: 1, max: 6 }),
            fc.integer({ min: 1, max: 6 }),
            fc.integer({ min: 1, max: 6 }),
          ),
          rank: fc.integer({ min: 1, max: 4 }),
          seed: fc.integer({ min: 0, max: 1e6 }),
          sweeps: fc.integer({ min: 1, max: 13 }),
          innerSweeps: fc.integer({ min: 1, max: 3 }),
          algorithm: fc.constantFrom("hals" as const, "mu" as const),
        }),
        async ({ shape, rank, seed, sweeps, innerSweeps, algorithm }) => {
          const values = modelTensor(randomFactors(shape, rank, seed, 0.2), shape, rank, 0.5, seed);
          const fit = await fitDense(values, shape, {
            rank,
            init: randomFactors(shape, rank, seed + 1),
            iterations: sweeps,
            innerSweeps,
            algorithm,
          });
          expect(fit.errors).toHaveLength(sweeps);
          expect((fit.errors.at(-1) as number) ** 2).toBeCloseTo(bruteError(values, fit.factors, shape, rank) ** 2, 11);
          expect(fit.factors.every((factor) => factor.every((value) => value >= 0))).toBe(true);
          expect(largestRise(fit.errors)).toBeLessThan(1e-7);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("does not depend on how many sweeps are asked for at once", async () => {
    const long = await fitDense(noisy, shape, { rank, init, iterations: 23 });
    const short = await fitDense(noisy, shape, { rank, init, iterations: 7 });
    expect([...long.errors.slice(0, 7)]).toEqual([...short.errors]);
  });

  it("ends with the sweep that meets the tolerance, and has the factors of that sweep", async () => {
    const free = await fitDense(noisy, shape, { rank, init, iterations: 200 });
    const changes = free.errors.slice(1).map((error, k) => Math.abs(error - (free.errors[k] as number)));
    for (const wanted of [50, 53, 60, 61]) {
      // A tolerance that this sweep is the first to meet: just above its change.
      const tolerance = (changes[wanted - 2] as number) * (1 + 1e-9);
      const met = changes.findIndex((change, k) => k + 2 >= 50 && change < tolerance) + 2;
      const fit = await fitDense(noisy, shape, { rank, init, iterations: 200, tolerance });
      expect(fit.converged).toBe(true);
      expect(fit.errors).toHaveLength(met);
      const same = await fitDense(noisy, shape, { rank, init, iterations: met });
      expect(fit.factors).toEqual(same.factors);
      expect(same.converged).toBe(false);
    }
  });

  it("goes on from any state to the same end", async () => {
    const states: FitState[] = [];
    const whole = await fitDense(noisy, shape, {
      rank,
      init,
      iterations: 80,
      tolerance: 1e-7,
      onSweeps: async (_sweeps, state) => void states.push(await state()),
    });
    expect(states.length).toBeGreaterThan(4);
    for (const resume of states) {
      expect(await fitDense(noisy, shape, { rank, init, iterations: 80, tolerance: 1e-7, resume })).toEqual(whole);
    }
  });

  it("scales its weights with the tensor", async () => {
    const start = (values: Float64Array) =>
      randomStart({ shape, rank, start: 0, seed: 3, normSquared: normSquared(values) });
    const scaled = noisy.map((value) => value * 1024);
    const fits = await Promise.all(
      [noisy, scaled].map((values) => fitDense(values, shape, { rank, init: start(values), iterations: 60 })),
    );
    const [one, other] = fits.map((fit) => normalisedModel(fit.factors, shape, rank)) as [CpModel, CpModel];
    expect(
      farthest(
        other.weights,
        one.weights.map((weight) => weight * 1024),
      ),
    ).toBeLessThan(1e-6);
    expect(farthest(other.factors[0], one.factors[0])).toBeLessThan(1e-9);
  });

  it("finds the components again, whatever their order at the start", async () => {
    const permuted = init.map((factor) => factor.map((_, i) => factor[i - (i % rank) + ((i + 1) % rank)] as number));
    const fits = await Promise.all(
      [init, permuted as unknown as Factors].map((start) =>
        fitDense(modelTensor(truth, shape, rank), shape, { rank, init: start, iterations: 400 }),
      ),
    );
    const [one, other] = fits.map((fit) => normalisedModel(fit.factors, shape, rank)) as [CpModel, CpModel];
    expect(factorMatch(one, other).score).toBeGreaterThan(0.999);
    expect(factorMatch(one, normalisedModel(truth, shape, rank)).score).toBeGreaterThan(0.999);
  });

  it("leaves out missing entries: their values do not matter, and the error is that of the others", async () => {
    const missing = Uint32Array.of(0, 17, 18, 100, 251);
    const isMissing = (index: number) => missing.includes(index);
    const blank = (fill: number) => noisy.map((value, index) => (isMissing(index) ? fill : value));
    const options = { rank, init, iterations: 60, missing, normSquared: normSquared(blank(0)) };
    const fits = await Promise.all([0, 1e3].map((fill) => fitDense(blank(fill), shape, options)));
    expect(fits[0]).toEqual(fits[1]);
    const [fit] = fits as [CpFit];
    expect(fit.errors.at(-1)).toBeCloseTo(
      bruteError(noisy, fit.factors, shape, rank, (i) => !isMissing(i)),
      10,
    );
    expect(largestRise(fit.errors)).toBeLessThan(1e-10);
  });

  it("resumes and converges alike with missing entries", async () => {
    const options = { rank, init, missing: Uint32Array.of(5, 99), iterations: 90, tolerance: 1e-6 };
    const states: FitState[] = [];
    const whole = await fitDense(noisy, shape, {
      ...options,
      onSweeps: async (_sweeps, state) => void states.push(await state()),
    });
    expect(whole.converged).toBe(true);
    expect(await fitDense(noisy, shape, { ...options, resume: states[1] })).toEqual(whole);
    const exact = await fitDense(noisy, shape, { ...options, tolerance: undefined, iterations: whole.errors.length });
    expect(exact.factors).toEqual(whole.factors);
  });

  it("stops when asked to", async () => {
    const control = new AbortController();
    const fit = fitDense(noisy, shape, {
      rank,
      init,
      iterations: 100,
      signal: control.signal,
      onSweeps: (sweeps) => {
        if (sweeps >= 20) control.abort();
      },
    });
    await expect(fit).rejects.toMatchObject({ tag: "interrupted" });
  });

  it("says so when numbers leave their range", async () => {
    const huge = noisy.map((value) => value * 1e160);
    const fit = fitDense(huge, shape, { rank, init, iterations: 5 });
    await expect(fit).rejects.toMatchObject({ tag: "ntf/not-finite" });
  });

  it("is the same for any number of threads", async () => {
    const big: Shape = [150, 70, 9];
    const values = modelTensor(randomFactors(big, 4, 1), big, 4, 0.4);
    const fits = await Promise.all(
      [1, 2, 3].map(async (threads) => {
        const cpu = await openDevice("cpu", { threads });
        try {
          return await cpu.scope((memory) =>
            fitCp(
              cpu,
              memory,
              { form: "dense", values: memory.upload("float64", values), shape: big },
              {
                rank: 4,
                init: randomFactors(big, 4, 2),
                algorithm: "hals",
                iterations: 12,
                normSquared: normSquared(values),
                missing: Uint32Array.of(4, 40_000, 90_000),
              },
            ),
          );
        } finally {
          await cpu.close();
        }
      }),
    );
    expect(fits[1]).toEqual(fits[0]);
    expect(fits[2]).toEqual(fits[0]);
  });
});
