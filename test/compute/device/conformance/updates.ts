import { describe, expect, it } from "vitest";
import type { FloatType } from "../../../../src/compute/device/device.js";
import { differenceBound } from "../../../../src/compute/device/difference-bound.js";
import { fitSums, PARTIAL_ROWS, partialCount } from "../../../../src/compute/device/partial-sums.js";
import { CompensatedSums, expectWithin, integers, rounded, uniform } from "../expected.js";
import { type HostUpdate, naiveMttkrp, naiveUpdate } from "../naive.js";
import { type Conforming, RANKS } from "./conforming.js";
import { denseTensor, randomFactors, uploadFactors, uploadTensor } from "./mttkrps.js";

/** Symmetric matrices whose diagonal outweighs the rest, so that errors of a sweep do not grow over the columns. */
export function wellConditioned(seed: number, count: number, rank: number, float: FloatType): Float64Array {
  const grams = uniform(seed, count * rank * rank, float, 0, 1 / rank);
  for (let matrix = 0; matrix < count; matrix++) {
    for (let q = 0; q < rank; q++) {
      const at = (r: number, c: number) => (matrix * rank + r) * rank + c;
      grams[at(q, q)] = rounded(1 + (grams[at(q, q)] as number) * rank, float);
      for (let r = 0; r < q; r++) grams[at(q, r)] = grams[at(r, q)] as number;
    }
  }
  return grams;
}

const EPSILON = 1e-16;

function hostUpdate(
  { float }: Conforming,
  options: Pick<HostUpdate, "rule" | "rows" | "rank" | "sweeps"> & { groups?: number },
): HostUpdate {
  const { rule, rows, rank, groups } = options;
  return {
    ...options,
    epsilon: rounded(EPSILON, float),
    factor: uniform(61, rows * rank, float, 0),
    numerator: uniform(62, rows * rank, float, rule === "hals" ? -1 : 0, 2),
    grams: wellConditioned(63, groups ?? 1, rank, float),
    ...(groups === undefined ? {} : { rowGroup: integers(64, rows, groups) }),
  };
}

export function describeUpdates(tested: Conforming): void {
  const { device, float } = tested;

  async function update(host: HostUpdate): Promise<ArrayLike<number>> {
    return device().scope(async (memory) => {
      const { rule, epsilon, sweeps, rows, rank, rowGroup } = host;
      const factor = memory.upload(float, host.factor);
      await device().run([
        {
          ...{ kind: "factorUpdate", rule, epsilon, sweeps, rows, rank, factor },
          numerator: memory.upload(float, host.numerator),
          grams: memory.upload(float, host.grams),
          ...(rowGroup === undefined ? {} : { rowGroup: memory.upload("uint32", rowGroup) }),
        },
      ]);
      return memory.download(factor);
    });
  }

  describe.each(["hals", "mu"] as const)("factorUpdate by %s", (rule) => {
    it.each([1, 5, 64, 67, 300])(
      "of %i rows, every rank, with one Gram matrix and with groups of rows",
      async (rows) => {
        for (const rank of RANKS) {
          for (const groups of [undefined, 1, 4]) {
            for (const sweeps of [1, 3]) {
              const options = { rule, rows, rank, sweeps };
              const host = hostUpdate(tested, groups === undefined ? options : { ...options, groups });
              const what = `rank ${rank}, ${groups} groups, ${sweeps} sweeps:`;
              expectWithin(await update(host), naiveUpdate(host, float), what);
            }
          }
        }
      },
    );

    it("with the Gram matrices of real factors", async () => {
      for (const rank of [2, 5]) {
        const grams = uniform(65, rank * rank, float, 2, 3);
        for (let q = 0; q < rank; q++) {
          grams[q * rank + q] = rounded((grams[q * rank + q] as number) * 2, float);
          for (let r = 0; r < q; r++) grams[q * rank + r] = grams[r * rank + q] as number;
        }
        const host = { ...hostUpdate(tested, { rule, rows: 40, rank, sweeps: 2 }), grams };
        expectWithin(await update(host), naiveUpdate(host, float), `rank ${rank}:`);
      }
    });

    it("keeps a component that is nowhere as it is, or lets it be nothing, and makes no NaN", async () => {
      const rank = 4;
      const host = hostUpdate(tested, { rule, rows: 9, rank, sweeps: 2 });
      for (let q = 0; q < rank; q++) {
        host.grams[2 * rank + q] = 0;
        host.grams[q * rank + 2] = 0;
      }
      for (let row = 0; row < 9; row++) host.numerator[row * rank + 2] = 0;
      const found = await update(host);
      for (let row = 0; row < 9; row++) {
        const before = host.factor[row * rank + 2] as number;
        expect(found[row * rank + 2]).toBe(rule === "hals" ? before : 0);
      }
      expectWithin(found, naiveUpdate(host, float));
    });
  });

  describe("hals", () => {
    it("leaves nothing below epsilon", async () => {
      const host = hostUpdate(tested, { rule: "hals", rows: 50, rank: 7, sweeps: 1 });
      const found = Array.from(await update({ ...host, numerator: host.numerator.map((m) => m - 2) }));
      expect(found.filter((value) => value === rounded(EPSILON, float)).length).toBeGreaterThan(100);
      expect(Math.min(...found)).toBe(rounded(EPSILON, float));
    });

    it("uses columns already updated in the same sweep, in order", async () => {
      const host: HostUpdate = {
        ...{ rule: "hals", epsilon: rounded(EPSILON, float), sweeps: 1, rows: 1, rank: 2 },
        factor: Float64Array.of(1, 1),
        numerator: Float64Array.of(4, 5),
        grams: Float64Array.of(2, 1, 1, 4),
      };
      // a0 = 1 + (4 − 3)/2 = 1.5; a1 = 1 + (5 − (1.5 + 4))/4 = 0.875
      expect(Array.from(await update(host))).toEqual([1.5, 0.875]);
    });
  });

  describe.each(["hals", "mu"] as const)("leadingModes by %s", (rule) => {
    it.each([
      [[1, 1, 1], 2],
      [[5, 1, 9], 3],
      [[9, 17, 5], 12],
      [[65, 7, 33], 13],
      [[3, 130, 66], 5],
      [[130, 20, 12], 24],
    ] as const)("%j, rank %i", async (shape, rank) => {
      for (const groups of [undefined, 3]) {
        const rows = shape[0];
        const options = { rule, rows, rank, sweeps: 1 };
        const base = hostUpdate(tested, groups === undefined ? options : { ...options, groups });
        const tensor = denseTensor(tested, shape);
        const factors = randomFactors(tested, tensor, rank);
        const numerator = naiveMttkrp(tensor, 0, factors, rank, float);
        const grams = base.grams.map((g) => rounded(g * shape[1] * shape[2], float));
        const { rule: by, epsilon, sweeps, rowGroup } = base;
        const updated = naiveUpdate(
          { ...base, grams, factor: factors[0], numerator: numerator.values, numeratorBounds: numerator.bounds },
          float,
        );
        const expected = naiveMttkrp(tensor, 1, [updated.values, factors[1], factors[2]], rank, float, {
          axis: 0,
          bounds: updated.bounds,
        });
        await device().scope(async (memory) => {
          const uploaded = uploadFactors(tested, memory, factors);
          const operand = uploadTensor(tested, memory, tensor);
          if (operand.form !== "dense") throw new Error("unreachable");
          const out = memory.allocate(float, shape[1] * rank);
          await device().run([
            {
              ...{ kind: "leadingModes", tensor: operand, factors: uploaded, rank, out, rule: by, epsilon, sweeps },
              grams: memory.upload(float, grams),
              ...(rowGroup === undefined ? {} : { rowGroup: memory.upload("uint32", rowGroup) }),
            },
          ]);
          expectWithin(await memory.download(uploaded[0]), updated, "factor:");
          expectWithin(await memory.download(out), expected, "result:");
          expect(Array.from(await memory.download(uploaded[1]))).toEqual(Array.from(factors[1]));
          expect(Array.from(await memory.download(uploaded[2]))).toEqual(Array.from(factors[2]));
        });
      }
    });
  });

  describe("fitTerms", () => {
    it.each([1, 63, 64, 65, 200, 1000])("of %i rows", async (rows) => {
      for (const rank of RANKS) {
        for (const groups of [undefined, 3]) {
          const options = { rule: "hals" as const, rows, rank, sweeps: 1 };
          const host = hostUpdate(tested, groups === undefined ? options : { ...options, groups });
          const { factor, numerator, grams, rowGroup } = host;
          const found = await device().scope(async (memory) => {
            const out = memory.allocate(device().description.partials, partialCount(rows) * 2);
            await device().run([
              {
                ...{ kind: "fitTerms", rows, rank, out },
                factor: memory.upload(float, factor),
                numerator: memory.upload(float, numerator),
                grams: memory.upload(float, grams),
                ...(rowGroup === undefined ? {} : { rowGroup: memory.upload("uint32", rowGroup) }),
              },
            ]);
            return memory.download(out);
          });
          const sums = new CompensatedSums(partialCount(rows) * 2);
          for (let row = 0; row < rows; row++) {
            const inner = 2 * Math.floor(row / PARTIAL_ROWS);
            for (let q = 0; q < rank; q++) {
              const a = factor[row * rank + q] as number;
              const m = numerator[row * rank + q] as number;
              sums.add(inner, a * m);
              for (let r = 0; r < rank; r++) {
                const g = grams[((rowGroup?.[row] ?? 0) * rank + q) * rank + r] as number;
                sums.add(inner + 1, a * g * (factor[row * rank + r] as number));
              }
            }
          }
          const values = sums.values();
          const bounds = sums.sizes.map((size) => differenceBound(size, PARTIAL_ROWS + rank, float));
          expectWithin(found, { values, bounds }, `rank ${rank}, ${groups} groups:`);
          const even = values.filter((_, at) => at % 2 === 0).reduce((sum, value) => sum + value, 0);
          const size = sums.sizes.reduce((sum, value) => sum + value, 0);
          expect(Math.abs(fitSums(found).inner - even)).toBeLessThan(differenceBound(size, rows + rank, float));
        }
      }
    });
  });

  describe("imputeEntries", () => {
    it.each([
      [[1, 1, 1], 1],
      [[5, 6, 7], 60],
      [[9, 130, 3], 1000],
      [[70, 3, 65], 5000],
    ] as const)("of %j, %i entries; the others stay", async (shape, count) => {
      const tensor = denseTensor(tested, shape);
      const size = shape[0] * shape[1] * shape[2];
      const entries = integers(71, count, size);
      entries[0] = size - 1;
      for (const rank of [1, 3, 12, 13]) {
        const factors = randomFactors(tested, tensor, rank, -1);
        const expected = { values: tensor.values.slice(), bounds: new Float64Array(size) };
        for (const entry of entries) {
          const [i, j, k] = [
            Math.floor(entry / (shape[1] * shape[2])),
            Math.floor(entry / shape[2]) % shape[1],
            entry % shape[2],
          ];
          let sum = 0;
          let magnitude = 0;
          for (let r = 0; r < rank; r++) {
            const [a, b, c] = [
              factors[0][i * rank + r],
              factors[1][j * rank + r],
              factors[2][k * rank + r],
            ] as number[];
            const term = (a as number) * (b as number) * (c as number);
            sum += term;
            magnitude += Math.abs(term);
          }
          expected.values[entry] = sum;
          expected.bounds[entry] = differenceBound(magnitude, rank, float);
        }
        await device().scope(async (memory) => {
          const operand = uploadTensor(tested, memory, tensor);
          if (operand.form !== "dense") throw new Error("unreachable");
          await device().run([
            {
              ...{ kind: "imputeEntries", tensor: operand, rank },
              entries: memory.upload("uint32", entries),
              factors: uploadFactors(tested, memory, factors),
            },
          ]);
          expectWithin(await memory.download(operand.values), expected, `rank ${rank}:`);
        });
      }
    });

    it("says so or does nothing where an index is out of range, and touches no other memory", async () => {
      const tensor = denseTensor(tested, [3, 4, 5]);
      await device().scope(async (memory) => {
        const before = memory.upload(float, uniform(72, 500, float));
        const operand = uploadTensor(tested, memory, tensor);
        const after = memory.upload(float, uniform(73, 500, float));
        if (operand.form !== "dense") throw new Error("unreachable");
        const factors = uploadFactors(tested, memory, randomFactors(tested, tensor, 2));
        const entries = memory.upload("uint32", Uint32Array.of(60, 61, 75, 100, 2 ** 31, 2 ** 32 - 1));
        const outcome = await device()
          .run([{ kind: "imputeEntries", tensor: operand, rank: 2, entries, factors }])
          .then(
            () => "nothing",
            (error) => error.tag,
          );
        expect(["nothing", "device/command"]).toContain(outcome);
        expect(Array.from(await memory.download(before))).toEqual(Array.from(uniform(72, 500, float)));
        expect(Array.from(await memory.download(operand.values))).toEqual(Array.from(tensor.values));
        expect(Array.from(await memory.download(after))).toEqual(Array.from(uniform(73, 500, float)));
      });
    });

    it("of no entries changes nothing", async () => {
      const tensor = denseTensor(tested, [3, 4, 5]);
      await device().scope(async (memory) => {
        const operand = uploadTensor(tested, memory, tensor);
        if (operand.form !== "dense") throw new Error("unreachable");
        await device().run([
          {
            ...{ kind: "imputeEntries", tensor: operand, rank: 2 },
            entries: memory.allocate("uint32", 0),
            factors: uploadFactors(tested, memory, randomFactors(tested, tensor, 2)),
          },
        ]);
        expect(Array.from(await memory.download(operand.values))).toEqual(Array.from(tensor.values));
      });
    });
  });
}
