import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TensorOperand } from "../../../src/compute/device/command.js";
import type { Device, DeviceMemory } from "../../../src/compute/device/device.js";
import { openDevice } from "../../../src/compute/device/open-device.js";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";
import { coreConsistency } from "../../../src/stages/ntf/corcondia.js";
import { normalisedModel, type Shape } from "../../../src/stages/ntf/cp-model.js";
import { fitCp } from "../../../src/stages/ntf/fit-cp.js";
import type { Presence } from "../../../src/stages/ntf/presence.js";
import type { AffinityRoots } from "../../../src/stages/ntf/read-tensor.js";
import { normSquared, rootsNormSquared } from "../../../src/stages/ntf/tensor-norm.js";
import { farthest, randomFactors } from "./cp-cases.js";

let device: Device;
beforeAll(async () => {
  device = await openDevice("reference");
});
afterAll(() => device.close());

const [items, bins, width, groups] = [5, 6, 3, 4];
const pairs = (items * (items - 1)) / 2;

/** Roots in (−1, 1); item 1 is missing in group 2. */
function roots(frames: number, groupCount: number): Float64Array {
  const random = randomNumbers(12);
  return Float64Array.from({ length: groupCount * frames * items }, (_, at) => {
    const value = 2 * random() - 1;
    return Math.floor(at / (frames * items)) === 2 && at % items === 1 ? 0 : value;
  });
}

/** The tensor by its definition. */
function dense(form: AffinityRoots): { values: Float64Array; shape: Shape } {
  const mean = (group: number, bin: number, i: number, j: number, sign: number) => {
    let sum = 0;
    for (let f = 0; f < width; f++) {
      const frame = ((group * bins + bin) * width + f) * items;
      sum += Math.max(0, sign * (form.values[frame + i] as number) * (form.values[frame + j] as number));
    }
    return sum / width;
  };
  if (form.form === "square") {
    const values = new Float64Array(items * items * bins);
    for (let i = 0; i < items; i++) {
      for (let j = 0; j < items; j++) {
        for (let t = 0; t < bins; t++) values[(i * items + j) * bins + t] = i === j ? 0 : mean(0, t, i, j, 1);
      }
    }
    return { values, shape: [items, items, bins] };
  }
  const values: number[] = [];
  for (const sign of form.signs) {
    for (let i = 0; i < items; i++) {
      for (let j = i + 1; j < items; j++) {
        for (let t = 0; t < bins; t++) for (let w = 0; w < groups; w++) values.push(mean(w, t, i, j, sign));
      }
    }
  }
  return { values: Float64Array.from(values), shape: [form.signs.length * pairs, bins, groups] };
}

const layout = { bins, width, items };
const allForms: readonly { name: string; form: AffinityRoots; presence?: Presence }[] = [
  { name: "pairs", form: { form: "pairs", ...layout, groups, signs: [1], values: roots(bins * width, groups) } },
  {
    name: "pairs of both signs",
    form: { form: "pairs", ...layout, groups, signs: [1, -1], values: roots(bins * width, groups) },
  },
  {
    name: "pairs with a missing item",
    form: { form: "pairs", ...layout, groups, signs: [1], values: roots(bins * width, groups) },
    presence: {
      layout: "cells",
      mask: Uint8Array.from({ length: pairs * groups }, (_, at) =>
        at % groups === 2 && [0, 4, 5, 6].includes(Math.floor(at / groups)) ? 0 : 1,
      ),
    },
  },
  { name: "items × items", form: { form: "square", ...layout, values: roots(bins * width, 1) } },
];

describe.each(allForms)("a fit without the tensor, $name", ({ form, presence }) => {
  const tensor = dense(form);
  const rank = 3;
  const operand = (memory: DeviceMemory): TensorOperand => {
    const { values, ...rest } = form;
    return { ...rest, roots: memory.upload("float64", values) } as TensorOperand;
  };
  const stored = (memory: DeviceMemory): TensorOperand => ({
    form: "dense",
    values: memory.upload("float64", tensor.values),
    shape: tensor.shape,
  });

  it("has the norm of the tensor", () => {
    expect(rootsNormSquared(form) / normSquared(tensor.values)).toBeCloseTo(1, 13);
  });

  it("equals the dense fit, and so does its core consistency", async () => {
    const results = await Promise.all(
      [operand, stored].map((upload) =>
        device.scope(async (memory) => {
          const uploaded = upload(memory);
          const fit = await fitCp(device, memory, uploaded, {
            rank,
            init: randomFactors(tensor.shape, rank, 6),
            algorithm: "hals",
            iterations: 30,
            normSquared: rootsNormSquared(form),
            presence,
          });
          const model = normalisedModel(fit.factors, tensor.shape, rank);
          return { fit, core: await coreConsistency(device, uploaded, model, { presence }) };
        }),
      ),
    );
    const [free, full] = results as [(typeof results)[0], (typeof results)[0]];
    expect(farthest(free.fit.errors, full.fit.errors)).toBeLessThan(1e-10);
    for (const mode of [0, 1, 2] as const) {
      expect(farthest(free.fit.factors[mode], full.fit.factors[mode])).toBeLessThan(1e-8);
    }
    expect(Math.abs(free.core - full.core)).toBeLessThan(1e-6 * Math.abs(full.core));
  });
});
