import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tensorShape } from "../../../../src/compute/device/command.js";
import type { Device } from "../../../../src/compute/device/device.js";
import { differenceBound } from "../../../../src/compute/device/difference-bound.js";
import { openDevice } from "../../../../src/compute/device/open-device.js";
import { type HostFactors, type HostTensor, oracleDifference } from "../../../../src/compute/device/oracle-check.js";
import { expectWithin } from "../expected.js";
import type { Conforming } from "./conforming.js";
import { contract, denseTensor, pairsTensor, randomFactors, squareTensor } from "./mttkrps.js";

const MODES = [0, 1, 2] as const;

/** Shapes that are too large for the naive formulas, against the reference device. */
export function describeLarger(tested: Conforming): void {
  describe("larger tensors, against the reference device", () => {
    let reference: Device;
    beforeAll(async () => {
      reference = await openDevice("reference");
    });
    afterAll(() => reference.close());

    it.each<readonly [string, () => HostTensor, number]>([
      ["dense 130 × 70 × 150", () => denseTensor(tested, [130, 70, 150]), 13],
      ["dense 2 × 300 × 1030", () => denseTensor(tested, [2, 300, 1030]), 12],
      ["dense 1030 × 300 × 2", () => denseTensor(tested, [1030, 300, 2]), 8],
      [
        "pairs of 90 items, 40 bins, 3 groups",
        () => pairsTensor(tested, { groups: 3, bins: 40, width: 4, items: 90, signs: [1, -1] }),
        12,
      ],
      ["a square of 300 items, 130 bins", () => squareTensor(tested, { bins: 130, width: 4, items: 300 }), 12],
    ])("%s", async (_, make, rank) => {
      const tensor = make();
      const factors = randomFactors(tested, tensor, rank);
      const found = await contract(tested, tensor, factors, rank);
      const exact = await contract({ device: () => reference, float: "float64" }, tensor, factors, rank);
      const shape = tensorShape(tensor);
      for (const mode of MODES) {
        const values = Float64Array.from(exact[mode] as ArrayLike<number>);
        const sizes = tensor.form === "square" ? await diagonal(tensor, factors, rank, mode) : values.map(() => 0);
        const terms = shape[0] + shape[1] + shape[2] - shape[mode] + (tensor.form === "dense" ? 1 : tensor.width);
        const bounds = values.map((value, at) => differenceBound(value + (sizes[at] as number), terms, tested.float));
        expectWithin(found[mode] as ArrayLike<number>, { values, bounds }, `mode ${mode}:`);
        const result = found[mode] as ArrayLike<number>;
        const { ok } = oracleDifference({ tensor, factors, rank, mode, result, float: tested.float });
        expect(ok, `mode ${mode}`).toBe(true);
      }
    });
  });
}

/** Twice what the diagonal of a square would give, which is added and taken away. */
async function diagonal(
  { roots, bins, width, items }: Extract<HostTensor, { form: "square" }>,
  factors: HostFactors,
  rank: number,
  mode: 0 | 1 | 2,
): Promise<Float64Array> {
  const sums = new Float64Array((mode === 2 ? bins : items) * rank);
  for (let frame = 0; frame < bins * width; frame++) {
    const bin = Math.floor(frame / width);
    for (let item = 0; item < items; item++) {
      const size = (2 * (roots[frame * items + item] as number) ** 2) / width;
      for (let r = 0; r < rank; r++) {
        const [a, b, c] = [factors[0][item * rank + r], factors[1][item * rank + r], factors[2][bin * rank + r]] as [
          number,
          number,
          number,
        ];
        const to = (mode === 2 ? bin : item) * rank + r;
        sums[to] = (sums[to] as number) + size * (mode === 0 ? b * c : mode === 1 ? a * c : a * b);
      }
    }
  }
  return sums;
}
