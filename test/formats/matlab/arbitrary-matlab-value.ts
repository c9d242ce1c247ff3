import fc from "fast-check";
import type { MatlabNumbers, MatlabNumericClass, MatlabValue } from "../../../src/formats/matlab/matlab-value.js";

const dims = fc
  .array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 3 })
  .filter((sizes) => sizes.length === 2 || sizes.at(-1) !== 1);

function count(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}

const ARRAYS: Record<MatlabNumericClass, (n: number) => fc.Arbitrary<MatlabNumbers>> = {
  double: (n) => fc.float64Array({ minLength: n, maxLength: n }),
  single: (n) => fc.float32Array({ minLength: n, maxLength: n }),
  int8: (n) => fc.int8Array({ minLength: n, maxLength: n }),
  uint8: (n) => fc.uint8Array({ minLength: n, maxLength: n }),
  int16: (n) => fc.int16Array({ minLength: n, maxLength: n }),
  uint16: (n) => fc.uint16Array({ minLength: n, maxLength: n }),
  int32: (n) => fc.int32Array({ minLength: n, maxLength: n }),
  uint32: (n) => fc.uint32Array({ minLength: n, maxLength: n }),
  int64: (n) => fc.bigInt64Array({ minLength: n, maxLength: n }),
  uint64: (n) => fc.bigUint64Array({ minLength: n, maxLength: n }),
};

const numeric: fc.Arbitrary<MatlabValue> = fc
  .tuple(dims, fc.constantFrom(...(Object.keys(ARRAYS) as MatlabNumericClass[])), fc.boolean())
  .chain(([sizes, numericClass, complex]) => {
    const array = ARRAYS[numericClass](count(sizes));
    const hasImaginary = complex && count(sizes) > 0 && (numericClass === "double" || numericClass === "single");
    return fc.record({
      kind: fc.constant("numeric" as const),
      class: fc.constant(numericClass),
      dims: fc.constant(sizes),
      real: array,
      imaginary: hasImaginary ? array : fc.constant(null),
    });
  });

/** Doubles that MATLAB stores as small integers. */
const wholeDoubles: fc.Arbitrary<MatlabValue> = dims.chain((sizes) =>
  fc
    .array(fc.integer({ min: -40000, max: 40000 }), { minLength: count(sizes), maxLength: count(sizes) })
    .map((numbers) => ({
      kind: "numeric",
      class: "double",
      dims: sizes,
      real: Float64Array.from(numbers),
      imaginary: null,
    })),
);

const logical: fc.Arbitrary<MatlabValue> = dims.chain((sizes) =>
  fc
    .uint8Array({ minLength: count(sizes), maxLength: count(sizes), max: 1 })
    .map((values) => ({ kind: "logical", dims: sizes, values })),
);

const char: fc.Arbitrary<MatlabValue> = dims.chain((sizes) =>
  fc
    .uint16Array({ minLength: count(sizes), maxLength: count(sizes) })
    .map((units) => ({ kind: "char", dims: sizes, units })),
);

const sparse: fc.Arbitrary<MatlabValue> = fc
  .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }), fc.boolean())
  .chain(([rows, columns, isLogical]) =>
    fc
      .array(fc.subarray(Array.from({ length: rows }, (_, i) => i)), { minLength: columns, maxLength: columns })
      .chain((perColumn) => {
        const rowIndices = Int32Array.from(perColumn.flat());
        const columnStarts = new Int32Array(columns + 1);
        for (const [i, list] of perColumn.entries()) columnStarts[i + 1] = (columnStarts[i] as number) + list.length;
        const n = rowIndices.length;
        const values = isLogical
          ? fc.constant(new Float64Array(n).fill(1))
          : fc.float64Array({ minLength: n, maxLength: n });
        return values.map((real) => ({
          kind: "sparse" as const,
          class: isLogical ? ("logical" as const) : ("double" as const),
          dims: [rows, columns] as const,
          rowIndices,
          columnStarts,
          real,
          imaginary: null,
        }));
      }),
  );

const fieldName = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,20}$/);

/** Any value that both formats can hold. */
export const arbitraryMatlabValue: fc.Arbitrary<MatlabValue> = fc.letrec<{
  value: MatlabValue;
  cell: MatlabValue;
  struct: MatlabValue;
}>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, numeric, wholeDoubles, logical, char, sparse, tie("cell"), tie("struct")),
  cell: dims.chain((sizes) =>
    fc
      .array(tie("value"), { minLength: Math.min(count(sizes), 9), maxLength: Math.min(count(sizes), 9) })
      .map((cells) => ({
        kind: "cell" as const,
        dims: cells.length === count(sizes) ? sizes : [1, cells.length],
        cells,
      })),
  ),
  struct: fc
    .tuple(fc.uniqueArray(fieldName, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 2 }))
    .chain(([names, n]) =>
      fc
        .array(fc.array(tie("value"), { minLength: n, maxLength: n }), {
          minLength: names.length,
          maxLength: names.length,
        })
        .map((columns) => ({
          kind: "struct" as const,
          dims: [1, n],
          fields: new Map(names.map((name, i) => [name, columns[i] as MatlabValue[]])),
        })),
    ),
})).value;
