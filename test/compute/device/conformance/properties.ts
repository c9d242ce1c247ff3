import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tensorShape } from "../../../../src/compute/device/command.js";
import { differenceBound } from "../../../../src/compute/device/difference-bound.js";
import type { HostFactors, HostTensor } from "../../../../src/compute/device/oracle-check.js";
import type { Conforming } from "./conforming.js";
import { contract, denseTensor, pairsTensor, randomFactors, squareTensor } from "./mttkrps.js";

const MODES = [0, 1, 2] as const;
const size = fc.integer({ min: 1, max: 9 });
const rank = fc.integer({ min: 1, max: 14 });

export function describeProperties(tested: Conforming): void {
  const { float } = tested;
  const runs = { numRuns: 15 };

  const tensors: fc.Arbitrary<HostTensor> = fc.oneof(
    fc.tuple(size, size, size).map((shape) => denseTensor(tested, shape)),
    fc
      .record({
        groups: fc.integer({ min: 1, max: 3 }),
        bins: size,
        width: fc.integer({ min: 1, max: 4 }),
        items: fc.integer({ min: 2, max: 8 }),
        signs: fc.constantFrom<readonly (1 | -1)[]>([1], [-1], [1, -1]),
      })
      .map((layout) => pairsTensor(tested, layout)),
    fc
      .record({ bins: size, width: fc.integer({ min: 1, max: 4 }), items: fc.integer({ min: 2, max: 9 }) })
      .map((layout) => squareTensor(tested, layout)),
  );

  /** Σ_rows m_r a_r of one column: for every mode ⟨X, a ∘ b ∘ c⟩. */
  const inner = (m: ArrayLike<number>, a: ArrayLike<number>, rank: number, r: number) => {
    let sum = 0;
    for (let at = r; at < a.length; at += rank) sum += (m[at] as number) * (a[at] as number);
    return sum;
  };

  /**
   * Entries and factors are not negative, so that sums of sizes are the sums themselves, but for the diagonal of a square
   * (each entry below 1), which is added and taken away.
   */
  const onDiagonal = (tensor: HostTensor, entries: number) => (tensor.form === "square" ? 2 * entries : 0);

  describe("every mttkrp", () => {
    it("gives with its own factor the same inner product in all modes", async () => {
      await fc.assert(
        fc.asyncProperty(tensors, rank, async (tensor, rank) => {
          const factors = randomFactors(tested, tensor, rank);
          const found = await contract(tested, tensor, factors, rank);
          const [I, J, K] = tensorShape(tensor);
          for (let r = 0; r < rank; r++) {
            const [first, second, third] = MODES.map((mode) =>
              inner(found[mode] as ArrayLike<number>, factors[mode], rank, r),
            ) as [number, number, number];
            const bound = differenceBound(first + onDiagonal(tensor, I * K), I + J + K + 4, float);
            expect(Math.abs(first - second)).toBeLessThanOrEqual(bound);
            expect(Math.abs(first - third)).toBeLessThanOrEqual(bound);
          }
        }),
        runs,
      );
    });

    it("doubles, exactly, with a factor", async () => {
      await fc.assert(
        fc.asyncProperty(tensors, rank, async (tensor, rank) => {
          const factors = randomFactors(tested, tensor, rank);
          const doubled = factors.map((factor) => factor.map((value) => 2 * value)) as unknown as HostFactors;
          const once = await contract(tested, tensor, factors, rank);
          const twice = await contract(tested, tensor, doubled, rank);
          for (const mode of MODES) {
            const expected = Array.from(once[mode] as ArrayLike<number>, (value) => 4 * value);
            expect(Array.from(twice[mode] as ArrayLike<number>)).toEqual(expected);
          }
        }),
        runs,
      );
    });

    it("gives components in the order of the factors", async () => {
      await fc.assert(
        fc.asyncProperty(tensors, rank, fc.nat(), async (tensor, rank, shift) => {
          const factors = randomFactors(tested, tensor, rank);
          const moved = factors.map((factor) =>
            factor.map((_, at) => factor[at - (at % rank) + ((at + shift) % rank)] as number),
          ) as unknown as HostFactors;
          const plain = await contract(tested, tensor, factors, rank);
          const other = await contract(tested, tensor, moved, rank);
          for (const mode of MODES) {
            const values = plain[mode] as ArrayLike<number>;
            for (let at = 0; at < values.length; at++) {
              const value = values[at - (at % rank) + ((at + shift) % rank)] as number;
              const [I, J, K] = tensorShape(tensor);
              const bound = differenceBound(value + onDiagonal(tensor, I + K), I + J + K + 4, float);
              expect(Math.abs(value - ((other[mode] as ArrayLike<number>)[at] as number))).toBeLessThanOrEqual(bound);
            }
          }
        }),
        runs,
      );
    });

    it("of a sum of dense tensors is the sum of theirs", async () => {
      await fc.assert(
        fc.asyncProperty(fc.tuple(size, size, size), rank, async (shape, rank) => {
          const [first, second] = [denseTensor(tested, shape, 0, 1), denseTensor(tested, shape, 0, 2)];
          // Multiples of 2⁻¹⁰, so that sums are exact.
          const coarse = (values: Float64Array) => values.map((value) => Math.round(value * 1024) / 1024);
          const [x, y] = [coarse(first.values), coarse(second.values)];
          const both = x.map((value, at) => value + (y[at] as number));
          const factors = randomFactors(tested, first, rank);
          const [a, b, sum] = await Promise.all(
            [x, y, both].map((values) => contract(tested, { ...first, values }, factors, rank)),
          );
          for (const mode of MODES) {
            const [p, q, s] = [a?.[mode], b?.[mode], sum?.[mode]] as ArrayLike<number>[] as [
              ArrayLike<number>,
              ArrayLike<number>,
              ArrayLike<number>,
            ];
            for (let at = 0; at < s.length; at++) {
              const parts = (p[at] as number) + (q[at] as number);
              const bound = 2 * differenceBound(parts, shape[0] + shape[1] + shape[2], float);
              expect(Math.abs(parts - (s[at] as number))).toBeLessThanOrEqual(bound);
            }
          }
        }),
        runs,
      );
    });
  });
}
