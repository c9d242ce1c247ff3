import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Device } from "../../../src/compute/device/device.js";
import { openDevice } from "../../../src/compute/device/open-device.js";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";
import { type CpModel, normalisedModel, type Shape } from "../../../src/stages/ntf/cp-model.js";
import { factorMatch } from "../../../src/stages/ntf/factor-match.js";
import { type CpFit, fitCp, largestRise } from "../../../src/stages/ntf/fit-cp.js";
import { groupRows, type Presence } from "../../../src/stages/ntf/presence.js";
import { normSquared } from "../../../src/stages/ntf/tensor-norm.js";
import { bruteError, farthest, modelTensor, randomFactors } from "./cp-cases.js";

let device: Device;
beforeAll(async () => {
  device = await openDevice("reference");
});
afterAll(() => device.close());

function fitted(
  values: Float64Array,
  shape: Shape,
  rank: number,
  options: { presence?: Presence; missing?: Uint32Array; iterations?: number; algorithm?: "hals" | "mu" } = {},
): Promise<CpFit> {
  return device.scope((memory) =>
    fitCp(
      device,
      memory,
      { form: "dense", values: memory.upload("float64", values), shape },
      {
        algorithm: "hals",
        iterations: 40,
        ...options,
        rank,
        init: randomFactors(shape, rank, 9),
        normSquared: normSquared(values),
      },
    ),
  );
}

/** Whether an entry is there, by the definition of the two layouts. */
function present({ mask, ...rest }: Presence, shape: Shape): (index: number) => boolean {
  return (index) => {
    const k = index % shape[2];
    const j = Math.floor(index / shape[2]) % shape[1];
    const i = Math.floor(index / shape[2] / shape[1]);
    if (rest.layout === "cells") return mask[i * shape[2] + k] === 1;
    const block = (rest.blockOf[k] as number) * shape[0];
    return mask[block + i] === 1 && mask[block + j] === 1;
  };
}

const cellShape: Shape = [10, 6, 4];
const cells: Presence = { layout: "cells", mask: randomMask(40, 3) };
const blockShape: Shape = [6, 6, 11];
const blocks: Presence = {
  layout: "blocks",
  mask: randomMask(18, 4),
  blockOf: Uint32Array.of(0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 0),
};

function randomMask(length: number, seed: number): Uint8Array {
  const random = randomNumbers(seed);
  return Uint8Array.from({ length }, () => (random() < 0.75 ? 1 : 0));
}

describe.each([
  { name: "pairs × animals", shape: cellShape, presence: cells },
  { name: "blocks of bins", shape: blockShape, presence: blocks },
])("presence of $name", ({ shape, presence }) => {
  const rank = 3;
  const isPresent = present(presence, shape);
  const truth = randomFactors(shape, rank, 1, 0.2);
  const values = modelTensor(truth, shape, rank, 0.05).map((value, index) => (isPresent(index) ? value : 0));

  it.each(["hals", "mu"] as const)("fits what is there and nothing else (%s)", async (algorithm) => {
    const found = await fitted(values, shape, rank, { presence, algorithm });
    expect(found.errors.at(-1)).toBeCloseTo(bruteError(values, found.factors, shape, rank, isPresent), 10);
    expect(largestRise(found.errors)).toBeLessThan(1e-12);
  });

  it("comes to where filling in the model comes to, and gives the components where zeros do not", async () => {
    const clean = modelTensor(truth, shape, rank).map((value, index) => (isPresent(index) ? value : 0));
    const missing = Uint32Array.from([...clean.keys()].filter((index) => !isPresent(index)));
    const masked = await fitted(clean, shape, rank, { presence, iterations: 1500 });
    const filled = await fitted(clean, shape, rank, { missing, iterations: 1500 });
    const zeros = await fitted(clean, shape, rank, { iterations: 1500 });
    const [one, two, three, wanted] = [masked, filled, zeros, { factors: truth }].map(({ factors }) =>
      normalisedModel(factors, shape, rank),
    ) as [CpModel, CpModel, CpModel, CpModel];
    expect(factorMatch(one, two).score).toBeGreaterThan(0.99);
    expect(factorMatch(one, wanted).score).toBeGreaterThan(0.99);
    expect(factorMatch(three, wanted).score).toBeLessThan(0.95);
  });

  it("of everything is the plain fit", async () => {
    const full = modelTensor(truth, shape, rank, 0.3);
    const mask = new Uint8Array(presence.mask.length).fill(1);
    const found = await fitted(full, shape, rank, { presence: { ...presence, mask } });
    const plain = await fitted(full, shape, rank);
    expect(farthest(found.errors, plain.errors)).toBeLessThan(1e-12);
    for (const mode of [0, 1, 2] as const) {
      expect(farthest(found.factors[mode], plain.factors[mode])).toBeLessThan(1e-9);
    }
  });
});

describe("groupRows", () => {
  it("gives rows with equal masks one group", () => {
    const mask = Uint8Array.of(1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0);
    const { groupOf, patterns, count } = groupRows(mask, 4, 3);
    expect([...groupOf]).toEqual([0, 1, 0, 2]);
    expect([...patterns]).toEqual([1, 0, 1, 1, 1, 1, 0, 0, 0]);
    expect(count).toBe(3);
  });

  it("tells rows apart that differ late in a long mask", () => {
    const mask = new Uint8Array(2 * 50);
    mask[99] = 1;
    expect(groupRows(mask, 2, 50).count).toBe(2);
  });
});
