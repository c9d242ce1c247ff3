import { describe, expect, it } from "vitest";
import type { FloatBuffer, MatrixView } from "../../../../src/compute/device/command.js";
import { expectWithin, uniform } from "../expected.js";
import { type HostProduct, type HostView, naiveProduct } from "../naive.js";
import type { Conforming } from "./conforming.js";

/** A matrix of random numbers in a buffer that is larger than it. */
function hostView(
  seed: number,
  { float }: Conforming,
  [rows, columns, batches]: readonly [number, number, number],
  form: "plain" | "transposed" | "padded" | "strided" = "plain",
): HostView {
  const inner = { plain: 1, transposed: 1, padded: 1, strided: 3 }[form];
  const gap = { plain: 0, transposed: 0, padded: 5, strided: 2 }[form];
  const offset = { plain: 0, transposed: 0, padded: 7, strided: 1 }[form];
  const [row, column] =
    form === "transposed" ? [1, rows] : ([columns * inner + gap, inner] as readonly [number, number]);
  const batch = form === "transposed" ? rows * columns : rows * (row as number) + gap;
  const values = uniform(seed, offset + batches * batch, float);
  return { values, offset, row: row as number, column: column as number, batch };
}

async function multiply({ device, float }: Conforming, product: HostProduct): Promise<ArrayLike<number>> {
  return device().scope(async (memory) => {
    const view = ({ values, ...places }: HostView): MatrixView => ({ ...places, buffer: memory.upload(float, values) });
    const { left, right, out, ...rest } = product;
    const target = view(out);
    await device().run([{ kind: "matrixProduct", ...rest, left: view(left), right: view(right), out: target }]);
    return memory.download(target.buffer as FloatBuffer);
  });
}

export function describeProducts(tested: Conforming): void {
  const { float } = tested;

  describe("matrixProduct", () => {
    it.each([
      [1, 1, 1],
      [1, 7, 3],
      [5, 1, 9],
      [3, 5, 1],
      [4, 8, 16],
      [13, 12, 33],
      [65, 63, 64],
      [31, 130, 129],
      [130, 17, 300],
      [2, 3, 1000],
    ])("of %i × %i with %i terms", async (m, n, k) => {
      const product = {
        ...{ m, n, k },
        left: hostView(1, tested, [m, k, 1]),
        right: hostView(2, tested, [k, n, 1]),
        out: hostView(3, tested, [m, n, 1]),
      };
      expectWithin(await multiply(tested, product), naiveProduct(product, float));
    });

    const forms = ["plain", "transposed", "padded", "strided"] as const;
    it.each(
      forms.flatMap((left) =>
        forms.map((right, at) => [left, right, forms[(at + 1) % 4] as (typeof forms)[number]] as const),
      ),
    )("of a %s by a %s matrix into a %s one, in batches", async (leftForm, rightForm, outForm) => {
      const [m, n, k, batches] = [19, 22, 37, 3] as const;
      const product = {
        ...{ m, n, k, batches, scale: -0.75, keep: 0.5 },
        left: hostView(4, tested, [m, k, batches], leftForm),
        right: hostView(5, tested, [k, n, batches], rightForm),
        out: hostView(6, tested, [m, n, batches], outForm),
      };
      expectWithin(await multiply(tested, product), naiveProduct(product, float));
    });

    it("of matrices of several blocks, in batches", async () => {
      const [m, n, k, batches] = [67, 70, 150, 3] as const;
      const product = {
        ...{ m, n, k, batches },
        left: hostView(15, tested, [m, k, batches], "transposed"),
        right: hostView(16, tested, [k, n, batches]),
        out: hostView(17, tested, [m, n, batches], "padded"),
      };
      expectWithin(await multiply(tested, product), naiveProduct(product, float));
    });

    it("repeats a matrix of distance 0 over the batch, and a row and a column over a matrix", async () => {
      const [m, n, k, batches] = [6, 9, 5, 4] as const;
      const product = {
        ...{ m, n, k, batches },
        left: { ...hostView(7, tested, [m, k, 1]), row: 0, batch: 0 },
        right: { ...hostView(8, tested, [k, n, batches]), column: 0 },
        out: hostView(9, tested, [m, n, batches]),
      };
      expectWithin(await multiply(tested, product), naiveProduct(product, float));
    });

    it("reads nothing of the result where none of it is kept", async () => {
      const [m, n, k] = [5, 6, 7];
      const product = {
        ...{ m, n, k, scale: 2 },
        left: hostView(10, tested, [m, k, 1]),
        right: hostView(11, tested, [k, n, 1]),
        out: { values: new Float64Array(m * n).fill(Number.NaN), row: n, column: 1 },
      };
      expectWithin(await multiply(tested, product), naiveProduct(product, float));
    });

    it("does not drift where all numbers are the same", async () => {
      const [m, n, k] = [3, 5, 5000];
      const same = (rows: number, columns: number) => ({
        values: new Float64Array(rows * columns).fill(Math.fround(0.1)),
        row: columns,
        column: 1,
      });
      const product = { ...{ m, n, k }, left: same(m, k), right: same(k, n), out: same(m, n) };
      expectWithin(await multiply(tested, product), naiveProduct(product, float));
    });

    it("is zero, exactly, where a row is", async () => {
      const [m, n, k] = [9, 10, 70];
      const left = hostView(12, tested, [m, k, 1]);
      left.values.fill(0, 4 * k, 5 * k);
      const product = {
        ...{ m, n, k },
        left,
        right: hostView(13, tested, [k, n, 1]),
        out: hostView(14, tested, [m, n, 1]),
      };
      const found = Array.from(await multiply(tested, product)).slice(4 * n, 5 * n);
      expect(found.every((value) => value === 0)).toBe(true);
    });
  });
}
