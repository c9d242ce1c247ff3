import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Device } from "../../../src/compute/device/device.js";
import { openDevice } from "../../../src/compute/device/open-device.js";
import { pseudoInverse } from "../../../src/compute/linear-algebra/pseudo-inverse.js";
import { type ConsistencyOptions, coreConsistency } from "../../../src/stages/ntf/corcondia.js";
import { type CpModel, modelEntry, normalisedModel, type Shape } from "../../../src/stages/ntf/cp-model.js";
import { modelTensor, randomFactors } from "./cp-cases.js";

let device: Device;
beforeAll(async () => {
  device = await openDevice("reference");
});
afterAll(() => device.close());

function consistency(values: Float64Array, model: CpModel, options?: ConsistencyOptions): Promise<number> {
  return device.scope((memory) =>
    coreConsistency(
      device,
      { form: "dense", values: memory.upload("float64", values), shape: model.shape },
      model,
      options,
    ),
  );
}

/** From the definition, entry by entry. */
function bruteConsistency(values: ArrayLike<number>, { factors, weights, shape, rank }: CpModel): number {
  const scaled = factors[0].map((value, i) => value * (weights[i % rank] as number));
  const [a, b, c] = [scaled, factors[1], factors[2]].map((factor, mode) =>
    pseudoInverse(factor, shape[mode] as number, rank),
  ) as [Float64Array, Float64Array, Float64Array];
  let distance = 0;
  for (let p = 0; p < rank; p++) {
    for (let q = 0; q < rank; q++) {
      for (let r = 0; r < rank; r++) {
        let core = 0;
        for (let index = 0; index < values.length; index++) {
          const k = index % shape[2];
          const j = Math.floor(index / shape[2]) % shape[1];
          const i = Math.floor(index / shape[2] / shape[1]);
          core +=
            (values[index] as number) *
            (a[p * shape[0] + i] as number) *
            (b[q * shape[1] + j] as number) *
            (c[r * shape[2] + k] as number);
        }
        distance += (core - (p === q && q === r ? 1 : 0)) ** 2;
      }
    }
  }
  return 100 * (1 - distance / rank);
}

describe("coreConsistency", () => {
  const shape: Shape = [7, 6, 5];
  const rank = 3;
  const model = normalisedModel(randomFactors(shape, rank, 1), shape, rank);
  const weighted = model.factors.map((factor, mode) =>
    mode === 0 ? factor.map((value, i) => value * (model.weights[i % rank] as number)) : factor,
  ) as unknown as CpModel["factors"];

  it("is 100 for the tensor of the model itself", async () => {
    expect(await consistency(modelTensor(weighted, shape, rank), model)).toBeCloseTo(100, 8);
  });

  it("is that of the definition for any tensor", async () => {
    const values = modelTensor(randomFactors(shape, 4, 2), shape, 4, 1);
    const wanted = bruteConsistency(values, model);
    expect(wanted).toBeLessThan(99);
    expect((await consistency(values, model)) / wanted).toBeCloseTo(1, 10);
  });

  it("counts what is missing as the model has it", async () => {
    const cells = Uint8Array.from({ length: 35 }, (_, at) => (at % 4 === 0 ? 0 : 1));
    const isThere = (index: number) => cells[Math.floor(index / 30) * 5 + (index % 5)] === 1;
    const values = modelTensor(randomFactors(shape, 4, 2), shape, 4, 1);
    const filled = values.map((value, index) => (isThere(index) ? value : modelEntry(weighted, shape, rank, index)));
    const zeroed = values.map((value, index) => (isThere(index) ? value : 0));
    const wanted = bruteConsistency(filled, model);
    const missing = Uint32Array.from([...values.keys()].filter((index) => !isThere(index)));
    expect((await consistency(zeroed, model, { presence: { layout: "cells", mask: cells } })) / wanted).toBeCloseTo(
      1,
      9,
    );
    expect((await consistency(zeroed, model, { missing })) / wanted).toBeCloseTo(1, 9);
  });

  it("counts what is missing in blocks of bins alike", async () => {
    const square: Shape = [6, 6, 5];
    const mask = Uint8Array.of(1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0);
    const blockOf = Uint32Array.of(0, 0, 1, 1, 1);
    const other = normalisedModel(randomFactors(square, rank, 1), square, rank);
    const scaled = other.factors.map((factor, mode) =>
      mode === 0 ? factor.map((value, i) => value * (other.weights[i % rank] as number)) : factor,
    ) as unknown as CpModel["factors"];
    const isThere = (index: number) => {
      const block = (blockOf[index % 5] as number) * 6;
      return mask[block + Math.floor(index / 30)] === 1 && mask[block + (Math.floor(index / 5) % 6)] === 1;
    };
    const values = modelTensor(randomFactors(square, 4, 2), square, 4, 1);
    const filled = values.map((value, index) => (isThere(index) ? value : modelEntry(scaled, square, rank, index)));
    const zeroed = values.map((value, index) => (isThere(index) ? value : 0));
    const found = await consistency(zeroed, other, { presence: { layout: "blocks", mask, blockOf } });
    expect(found / bruteConsistency(filled, other)).toBeCloseTo(1, 9);
  });
});
