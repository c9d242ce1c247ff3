import { describe, expect, it } from "vitest";
import {
  type DenseTensor,
  type Mode,
  type TensorOperand,
  tensorShape,
} from "../../../../src/compute/device/command.js";
import type { DeviceMemory } from "../../../../src/compute/device/device.js";
import type { HostFactors, HostTensor } from "../../../../src/compute/device/oracle-check.js";
import { expectWithin, rounded, uniform } from "../expected.js";
import { naiveMttkrp } from "../naive.js";
import { type Conforming, RANKS } from "./conforming.js";

const MODES = [0, 1, 2] as const;

export function uploadTensor({ float }: Conforming, memory: DeviceMemory, tensor: HostTensor): TensorOperand {
  return tensor.form === "dense"
    ? { ...tensor, values: memory.upload(float, tensor.values) }
    : { ...tensor, roots: memory.upload(float, tensor.roots) };
}

export function uploadFactors({ float }: Conforming, memory: DeviceMemory, factors: HostFactors) {
  const [a, b, c] = factors;
  return [memory.upload(float, a), memory.upload(float, b), memory.upload(float, c)] as const;
}

/** The MTTKRPs of all modes, by one run. */
export async function contract(
  tested: Conforming,
  tensor: HostTensor,
  factors: HostFactors,
  rank: number,
): Promise<readonly ArrayLike<number>[]> {
  const device = tested.device();
  return device.scope(async (memory) => {
    const operand = uploadTensor(tested, memory, tensor);
    const uploaded = uploadFactors(tested, memory, factors);
    const outs = MODES.map((mode) => memory.allocate(tested.float, tensorShape(tensor)[mode] * rank));
    await device.run(
      MODES.map((mode) => ({
        ...{ kind: "mttkrp" as const, tensor: operand, mode, factors: uploaded, rank },
        out: outs[mode] as (typeof outs)[number],
      })),
    );
    return Promise.all(outs.map((out) => memory.download(out)));
  });
}

export function randomFactors({ float }: Conforming, tensor: HostTensor, rank: number, lowest = 0): HostFactors {
  const [I, J, K] = tensorShape(tensor);
  return [
    uniform(101, I * rank, float, lowest),
    uniform(102, J * rank, float, lowest),
    uniform(103, K * rank, float, lowest),
  ];
}

export function denseTensor(
  { float }: Conforming,
  shape: readonly [number, number, number],
  lowest = 0,
  seed = 21,
): Omit<DenseTensor, "values"> & { readonly values: Float64Array } {
  return { form: "dense", shape, values: uniform(seed, shape[0] * shape[1] * shape[2], float, lowest) };
}

/** Roots with a third of zeros, as frames without a change have them. */
function roots(seed: number, length: number, { float }: Conforming): Float64Array {
  return uniform(seed, length, float, -1.5, 1.5).map((s) =>
    rounded(Math.abs(s) < 0.5 ? 0 : s - Math.sign(s) / 2, float),
  );
}

export function pairsTensor(
  tested: Conforming,
  layout: { groups: number; bins: number; width: number; items: number; signs: readonly (1 | -1)[] },
): HostTensor {
  const { groups, bins, width, items } = layout;
  return { form: "pairs", ...layout, roots: roots(22, groups * bins * width * items, tested) };
}

export function squareTensor(tested: Conforming, layout: { bins: number; width: number; items: number }): HostTensor {
  return { form: "square", ...layout, roots: roots(23, layout.bins * layout.width * layout.items, tested) };
}

export function describeMttkrps(tested: Conforming): void {
  const { float } = tested;

  async function compare(tensor: HostTensor, ranks: readonly number[], lowest = 0): Promise<void> {
    for (const rank of ranks) {
      const factors = randomFactors(tested, tensor, rank, lowest);
      const found = await contract(tested, tensor, factors, rank);
      for (const mode of MODES) {
        const expected = naiveMttkrp(tensor, mode, factors, rank, float);
        expectWithin(found[mode] as ArrayLike<number>, expected, `mode ${mode}, rank ${rank}:`);
      }
    }
  }

  describe("mttkrp of a dense tensor", () => {
    it.each([
      [1, 1, 1],
      [1, 5, 3],
      [4, 1, 7],
      [6, 3, 1],
      [1, 1, 200],
      [1, 200, 1],
      [200, 1, 1],
      [2, 3, 4],
      [7, 9, 11],
      [17, 13, 33],
      [5, 65, 64],
      [65, 7, 129],
      [3, 130, 70],
      [70, 67, 35],
    ] as const)("%i × %i × %i, every mode and rank", async (I, J, K) => {
      await compare(denseTensor(tested, [I, J, K]), RANKS);
    });

    it("with numbers of both signs", async () => {
      await compare(denseTensor(tested, [19, 23, 41], -1), [1, 4, 13], -1);
    });

    it("does not drift where all numbers are the same", async () => {
      const values = new Float64Array(90 * 80 * 70).fill(rounded(0.1, float));
      await compare({ form: "dense", shape: [90, 80, 70], values }, [2, 5]);
      const factors = [90, 80, 70].map((size) => new Float64Array(size).fill(rounded(0.3, float)));
      const tensor = { form: "dense", shape: [90, 80, 70], values } as const;
      const found = await contract(tested, tensor, factors as unknown as HostFactors, 1);
      for (const mode of MODES) {
        const expected = naiveMttkrp(tensor, mode, factors as unknown as HostFactors, 1, float);
        expectWithin(found[mode] as ArrayLike<number>, expected, `mode ${mode}:`);
      }
    });

    it("is zero, exactly, for slices of zeros", async () => {
      const tensor = denseTensor(tested, [9, 14, 10]);
      const [, J, K] = tensor.shape;
      tensor.values.fill(0, 4 * J * K, 5 * J * K);
      for (let i = 0; i < 9; i++) {
        tensor.values.fill(0, (i * J + 13) * K, (i * J + 14) * K);
        for (let j = 0; j < J; j++) tensor.values[(i * J + j) * K] = 0;
      }
      const rank = 5;
      const found = await contract(tested, tensor, randomFactors(tested, tensor, rank), rank);
      for (const [mode, row] of [4, 13, 0].entries()) {
        const slice = Array.from(found[mode] as ArrayLike<number>).slice(row * rank, (row + 1) * rank);
        expect(slice.map(Math.abs)).toEqual([0, 0, 0, 0, 0]);
      }
    });

    it("keeps numbers of very different size apart", async () => {
      const tensor = denseTensor(tested, [8, 8, 8]);
      const scaled = tensor.values.map((x, at) => rounded(x * 2 ** ((at % 7) * 6 - 18), float));
      await compare({ ...tensor, values: scaled }, [3]);
    });
  });

  describe("mttkrp of rectified pairs", () => {
    it.each([
      { groups: 1, bins: 1, width: 1, items: 2, signs: [1] },
      { groups: 1, bins: 1, width: 1, items: 3, signs: [1, -1] },
      { groups: 1, bins: 6, width: 1, items: 5, signs: [-1] },
      { groups: 2, bins: 5, width: 4, items: 7, signs: [1] },
      { groups: 3, bins: 7, width: 3, items: 6, signs: [1, -1] },
      { groups: 5, bins: 33, width: 2, items: 21, signs: [-1, 1] },
      { groups: 1, bins: 70, width: 5, items: 40, signs: [1] },
      { groups: 2, bins: 9, width: 4, items: 70, signs: [1, -1] },
      { groups: 70, bins: 3, width: 2, items: 4, signs: [1] },
      { groups: 1, bins: 2, width: 130, items: 9, signs: [1, 1] },
    ] as const)("groups $groups, bins $bins of $width, items $items, signs $signs", async (layout) => {
      await compare(pairsTensor(tested, layout), [1, 2, 3, 5, 12, 13, 33]);
    });

    it("with factors of both signs", async () => {
      await compare(pairsTensor(tested, { groups: 2, bins: 11, width: 3, items: 12, signs: [1, -1] }), [4], -1);
    });
  });

  describe("mttkrp of a rectified square", () => {
    it.each([
      { bins: 1, width: 1, items: 2 },
      { bins: 5, width: 4, items: 7 },
      { bins: 3, width: 40, items: 13 },
      { bins: 70, width: 1, items: 5 },
      { bins: 17, width: 3, items: 65 },
      { bins: 9, width: 4, items: 130 },
      { bins: 1, width: 200, items: 3 },
    ])("bins $bins of $width, items $items", async (layout) => {
      await compare(squareTensor(tested, layout), RANKS);
    });

    it("with factors of both signs", async () => {
      await compare(squareTensor(tested, { bins: 11, width: 3, items: 12 }), [4], -1);
    });
  });

  it("does not read the factor of the mode", async () => {
    const tensor = denseTensor(tested, [6, 7, 8]);
    const factors = randomFactors(tested, tensor, 3);
    const plain = await contract(tested, tensor, factors, 3);
    for (const mode of MODES) {
      const spoilt = factors.map((factor, axis) => (axis === mode ? factor.map(() => Number.NaN) : factor));
      const found = await contract(tested, tensor, spoilt as unknown as HostFactors, 3);
      expect(Array.from(found[mode] as ArrayLike<number>)).toEqual(
        Array.from(plain[mode as Mode] as ArrayLike<number>),
      );
    }
  });
}
