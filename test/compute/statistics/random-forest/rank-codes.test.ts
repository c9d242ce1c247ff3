import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PreparedColumns, prepareColumns } from "../../../../src/compute/statistics/random-forest/rank-codes.js";

function valueAt({ codes, values, starts, n }: PreparedColumns, row: number, column: number): number {
  return values[(starts[column] as number) + (codes[column * n + row] as number)] as number;
}

describe("prepareColumns", () => {
  it("keeps every float32 value, and as many values as there are distinct ones", () => {
    const value = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, -0, 1, 2));
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 30 }), (rows) => {
        const x = Float64Array.from(rows.flat());
        const columns = prepareColumns(x, rows.length, 3);
        for (const [i, row] of rows.entries()) {
          for (const [j, expected] of row.entries()) expect(valueAt(columns, i, j) === expected).toBe(true);
        }
        for (let j = 0; j < 3; j++) {
          const own = columns.values.subarray(columns.starts[j], columns.starts[j + 1]);
          expect(own.length).toBe(new Set(rows.map((row) => (row[j] as number) + 0)).size);
        }
      }),
    );
  });

  it("rounds to float32", () => {
    const columns = prepareColumns(Float64Array.of(1, 1 + 1e-12, 1 + 1e-6), 3, 1);
    expect([...columns.codes]).toEqual([0, 0, 1]);
  });

  it("marks columns with values within 1e-7", () => {
    const columns = prepareColumns(Float64Array.of(0.1, 0.1, 5, 0.1 + 5e-8, 0.2, 5 + 5e-7), 2, 3);
    expect([...columns.near]).toEqual([1, 0, 0]);
    expect([...columns.starts]).toEqual([0, 2, 4, 6]);
  });

  it("has room for more than 65,536 distinct values", () => {
    const n = 65_540;
    const x = new Float64Array(2 * n).map((_, at) => (at % 2 === 0 ? 7 : ((at >> 1) * 4099) % n));
    const columns = prepareColumns(x, n, 2);
    expect(columns.codes).toBeInstanceOf(Uint32Array);
    for (const row of [0, 1, 65_535, 65_536, n - 1]) {
      expect([valueAt(columns, row, 0), valueAt(columns, row, 1)]).toEqual([7, (row * 4099) % n]);
    }
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1e39])("names the place of %s", (value) => {
    expect(() => prepareColumns(Float64Array.of(1, 2, 3, 4, 5, value), 3, 2)).toThrow(
      expect.objectContaining({ tag: "forest/not-finite", fields: { row: 2, column: 1, value: String(value) } }),
    );
  });

  it("refuses a matrix of another size", () => {
    expect(() => prepareColumns(new Float64Array(5), 2, 3)).toThrow("5 values of 2 rows × 3 columns");
  });
});
