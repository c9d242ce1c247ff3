import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Device, FloatType } from "../../../src/compute/device/device.js";
import { openDevice } from "../../../src/compute/device/open-device.js";
import { type CpModel, normalisedModel } from "../../../src/stages/ntf/cp-model.js";
import { factorMatch } from "../../../src/stages/ntf/factor-match.js";
import { type CpFit, fitCp, largestRise } from "../../../src/stages/ntf/fit-cp.js";
import { type HostTensor, inType, uploadTensor } from "../../../src/stages/ntf/host-tensor.js";
import { normSquared, rootsNormSquared } from "../../../src/stages/ntf/tensor-norm.js";
import { farthest } from "./cp-cases.js";
import { referenceFactors, referenceJson, references } from "./reference-arrays.js";
import { plantedTraces, type ReferenceTensor, zebrafish } from "./reference-traces.js";

const problems = [
  {
    name: "planted traces",
    make: plantedTraces,
    json: "e2e",
    start: "e2e_init",
    end: "e2e_hals",
    rank: 4,
    sweeps: 200,
  },
  {
    name: "zebrafish tectum",
    make: zebrafish,
    json: "zebrafish",
    start: "zf_init",
    end: "zf_hals",
    rank: 8,
    sweeps: 100,
  },
] as const;

/** The oracle is slow: it has the first sweeps, and those of the form that is never stored. */
const settings = [
  { device: "reference", type: "float64", form: "matrix-free", most: { e2e: 2, zebrafish: 20 } },
  { device: "reference", type: "float64", form: "dense", most: { e2e: 10, zebrafish: 10 } },
  { device: "cpu", type: "float64", form: "matrix-free", most: { e2e: 50, zebrafish: 100 } },
  { device: "cpu", type: "float64", form: "dense", most: { e2e: 200, zebrafish: 100 } },
  { device: "cpu", type: "float32", form: "matrix-free", most: { e2e: 50, zebrafish: 100 } },
  { device: "cpu", type: "float32", form: "dense", most: { e2e: 200, zebrafish: 100 } },
] as const;

describe.skipIf(!references.present).each(problems)(`HALS of the $name${references.reason}`, (problem) => {
  let tensor: ReferenceTensor;
  const devices = new Map<string, Device>();
  beforeAll(async () => {
    tensor = problem.make();
    for (const name of ["reference", "cpu"]) devices.set(name, await openDevice(name));
  });
  afterAll(async () => {
    for (const device of devices.values()) await device.close();
  });

  function hostTensor(type: FloatType, form: string): HostTensor {
    const { shape, values, roots } = tensor;
    const symmetric = roots.form === "square";
    if (form === "dense") {
      const held = inType(values, type);
      return { shape, form, values: held, symmetric, normSquared: normSquared(held) };
    }
    const held = inType(roots.values, type);
    const norm = rootsNormSquared({ ...roots, values: Float64Array.from(held) });
    return { shape, form: roots.form, values: held, roots, symmetric, normSquared: norm };
  }

  it.each(settings)(
    "$form on $device in $type has its errors, weights and factors",
    async ({ device: name, type, form, most }) => {
      const device = devices.get(name) as Device;
      const host = hostTensor(type, form);
      const sweeps = most[problem.json];
      const fit: CpFit = await device.scope((memory) =>
        fitCp(device, memory, uploadTensor(memory, type, host), {
          rank: problem.rank,
          init: referenceFactors(problem.start),
          algorithm: "hals",
          iterations: sweeps,
          normSquared: host.normSquared,
        }),
      );
      const { relerr_at_iteration, lambda_sorted } = referenceJson(problem.json);
      const listed = Object.entries(relerr_at_iteration as Record<string, number>).filter(
        ([at]) => Number(at) <= sweeps,
      );
      expect(listed.length).toBeGreaterThan(1);
      const deviations = listed.map(([at, error]) => Math.abs((fit.errors[Number(at) - 1] as number) / error - 1));
      if (type === "float64") {
        expect(Math.max(...deviations)).toBeLessThan(1e-9);
        expect(largestRise(fit.errors)).toBeLessThan(1e-12);
      } else expect(deviations.at(-1)).toBeLessThan(1e-4);
      if (sweeps < problem.sweeps) return;
      const found = normalisedModel(fit.factors, host.shape, problem.rank);
      const wanted: CpModel = {
        ...found,
        factors: referenceFactors(problem.end),
        weights: Float64Array.from(lambda_sorted),
      };
      const { score } = factorMatch(found, wanted);
      if (type === "float32") {
        expect(score).toBeGreaterThan(0.999);
        return;
      }
      expect(score).toBeGreaterThan(1 - 1e-9);
      expect(farthest(found.weights, wanted.weights)).toBeLessThan(1e-7);
      for (const mode of [0, 1, 2] as const)
        expect(farthest(found.factors[mode], wanted.factors[mode])).toBeLessThan(1e-7);
    },
  );
});
