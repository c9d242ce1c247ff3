import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linearAssignment } from "../../../src/compute/statistics/linear-assignment.js";

/** Costs as they occur in matching, with many ties; columns by `scipy.optimize.linear_sum_assignment`, 1.10.1. */
const GOLDEN: readonly { readonly costs: readonly (readonly number[])[]; readonly columns: readonly number[] }[] = [
  { costs: [[0]], columns: [0] },
  {
    costs: [
      [-1.25, 0],
      [-1.125, -1],
    ],
    columns: [0, 1],
  },
  {
    costs: [
      [-0.25, -1.25],
      [-1.25, -0.125],
      [-1.25, -0.125],
    ],
    columns: [1, 0, -1],
  },
  {
    costs: [
      [-0.125, -1.25, 0, -1.25],
      [-1.125, -0.125, -1.25, -0.25],
    ],
    columns: [1, 2],
  },
  {
    costs: [
      [-1.125, -1.25, -1.125],
      [-1.25, -0.125, -0.25],
      [0, -1.125, -1.25],
    ],
    columns: [1, 0, 2],
  },
  {
    costs: [
      [-1.25, -1.25, -1, 0],
      [-1.125, -0.25, -1.25, 0],
      [-0.125, 0, -1, -1],
      [-0.125, -0.125, -0.25, -0.125],
    ],
    columns: [0, 2, 3, 1],
  },
  {
    costs: [
      [0, -1.125, -1.25],
      [-1.25, -1.25, 0],
      [-1.125, 0, 0],
      [-0.25, 0, -1.125],
    ],
    columns: [2, 1, 0, -1],
  },
  {
    costs: [
      [0, -0.125, -1.25, -0.25, 0],
      [-0.25, -1, 0, -0.125, -0.25],
      [-0.25, -1.25, 0, -0.125, -0.25],
    ],
    columns: [2, 0, 1],
  },
  {
    costs: [
      [-1.125, -0.25, -1.125, -0.25, -1],
      [-0.25, -0.25, -0.25, -1, -1],
      [-1, -0.125, -0.125, -1.25, -1],
      [0, -0.25, 0, -0.25, 0],
      [-0.125, -1, -0.125, -1.25, -1.25],
    ],
    columns: [2, 4, 0, 1, 3],
  },
];

function assigned(costs: readonly (readonly number[])[]): number[] {
  const columns = costs[0]?.length ?? 0;
  return Array.from(linearAssignment(Float64Array.from(costs.flat()), costs.length, columns));
}

function cheapest(costs: readonly (readonly number[])[], row = 0, used: readonly number[] = []): number {
  const columns = costs[0]?.length ?? 0;
  const needed = Math.min(costs.length, columns);
  if (row === costs.length) return used.length === needed ? 0 : Number.POSITIVE_INFINITY;
  let best = cheapest(costs, row + 1, used);
  for (let column = 0; column < columns; column++) {
    if (used.includes(column)) continue;
    best = Math.min(best, (costs[row]?.[column] as number) + cheapest(costs, row + 1, [...used, column]));
  }
  return best;
}

describe("linear assignment", () => {
  it("takes the same of several cheapest assignments as scipy", () => {
    for (const { costs, columns } of GOLDEN) expect(assigned(costs)).toEqual(columns);
  });

  it("is the cheapest of all, with every row or every column used once", () => {
    const cost = fc.double({ min: -2, max: 2, noNaN: true });
    const matrix = fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
      .chain(([rows, columns]) =>
        fc.array(fc.array(cost, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
      );
    fc.assert(
      fc.property(matrix, (costs) => {
        const columns = assigned(costs);
        const used = columns.filter((column) => column >= 0);
        expect(used.length).toBe(Math.min(costs.length, costs[0]?.length ?? 0));
        expect(new Set(used).size).toBe(used.length);
        const total = columns.reduce(
          (sum, column, row) => sum + (column < 0 ? 0 : (costs[row]?.[column] as number)),
          0,
        );
        expect(total).toBeCloseTo(cheapest(costs), 9);
      }),
    );
  });

  it("of nothing is nothing", () => {
    expect(Array.from(linearAssignment(new Float64Array(0), 0, 3))).toEqual([]);
    expect(Array.from(linearAssignment(new Float64Array(0), 2, 0))).toEqual([-1, -1]);
  });
});
