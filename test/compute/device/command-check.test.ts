import { describe, expect, it } from "vitest";
import type { Command, FloatBuffer, RectifiedPairs } from "../../../src/compute/device/command.js";
import { checkCommand, checkIndices } from "../../../src/compute/device/command-check.js";
import type { DeviceBuffer, FloatType } from "../../../src/compute/device/device.js";

const numbers = (length: number, type: FloatType = "float64"): FloatBuffer => ({ type, length });
const indices = (length: number): DeviceBuffer<"uint32"> => ({ type: "uint32", length });
const sizeOf = (buffer: DeviceBuffer) => buffer.length;
const view = (buffer: FloatBuffer, row: number, column = 1) => ({ buffer, row, column });

const rank = 3;
const values = numbers(4 * 5 * 6);
const tensor = { form: "dense", values, shape: [4, 5, 6] } as const;
const pairs: RectifiedPairs = {
  ...{ form: "pairs", roots: numbers(2 * 7 * 4 * 5), groups: 2, bins: 7, width: 4, items: 5, signs: [1, -1] },
};
const square = { form: "square", roots: numbers(7 * 4 * 5), bins: 7, width: 4, items: 5 } as const;
const factors = [numbers(4 * rank), numbers(5 * rank), numbers(6 * rank)] as const;
const rule = { rule: "hals", epsilon: 1e-16, sweeps: 1 } as const;
const grams = numbers(rank * rank);

/** One command of each kind that fits. */
const good = {
  matrixProduct: {
    ...{ kind: "matrixProduct", m: 4, n: 5, k: 6, left: view(numbers(24), 6), right: view(numbers(30), 5) },
    out: view(numbers(20), 5),
  },
  mttkrp: { kind: "mttkrp", tensor, mode: 1, factors, rank, out: numbers(5 * rank) },
  gramProduct: {
    ...{ kind: "gramProduct", rank, out: grams },
    factors: [
      { buffer: factors[0], rows: 4 },
      { buffer: factors[1], rows: 5 },
    ],
  },
  groupGrams: {
    ...{ kind: "groupGrams", factor: factors[0], rows: 4, rank, groups: 2, weights: numbers(8), out: numbers(18) },
  },
  combineGrams: {
    ...{ kind: "combineGrams", left: { buffer: numbers(18), count: 2 }, right: { buffer: numbers(9), count: 1 } },
    ...{ rank, outputs: 4, weights: numbers(8), out: numbers(36) },
  },
  factorUpdate: { kind: "factorUpdate", ...rule, factor: factors[0], rows: 4, rank, numerator: numbers(12), grams },
  leadingModes: { kind: "leadingModes", ...rule, tensor, factors, rank, grams, out: numbers(15) },
  fitTerms: {
    ...{ kind: "fitTerms", factor: numbers(65 * rank), rows: 65, rank, numerator: numbers(65 * rank) },
    ...{ grams: numbers(18), rowGroup: indices(65), out: numbers(4) },
  },
  imputeEntries: { kind: "imputeEntries", tensor, entries: indices(2), factors, rank },
  reduceRows: { kind: "reduceRows", reduction: "sum", values: numbers(12), rows: 3, columns: 4, out: numbers(3) },
  projectRows: {
    ...{ kind: "projectRows", values: numbers(12), rows: 3, columns: 4, lower: 0, upper: 1, norm: "ball", radius: 1 },
  },
  copy: { kind: "copy", from: numbers(5), to: numbers(5) },
} as const satisfies Record<Command["kind"], Command>;

type Kind = keyof typeof good;

/** Operands whose sizes are the same, so that one may be put in the place of another. */
const cube = {
  ...{ rank: 4, tensor: { form: "dense", values: numbers(8), shape: [2, 2, 2] } },
  factors: [numbers(8), numbers(8), numbers(8)],
};
const nine = numbers(18);

describe("checkCommand", () => {
  it.each(Object.keys(good) as Kind[])("takes a %s that fits", (kind) => {
    expect(() => checkCommand(good[kind], sizeOf)).not.toThrow();
  });

  it("takes tensors that are not stored, and what is unusual but right", () => {
    const modes = [
      { mode: 0, pairs: 20, square: 5 },
      { mode: 1, pairs: 7, square: 5 },
      { mode: 2, pairs: 2, square: 7 },
    ] as const;
    for (const { mode, ...sizes } of modes) {
      const ofPairs = [numbers(20 * rank), numbers(7 * rank), numbers(2 * rank)] as const;
      const out = numbers(sizes.pairs * rank);
      checkCommand({ kind: "mttkrp", tensor: pairs, mode, factors: ofPairs, rank, out }, sizeOf);
      const ofSquare = [numbers(5 * rank), numbers(5 * rank), numbers(7 * rank)] as const;
      const other = numbers(sizes.square * rank);
      checkCommand({ kind: "mttkrp", tensor: square, mode, factors: ofSquare, rank, out: other }, sizeOf);
    }
    const once = numbers(24);
    const transposed = { ...good.matrixProduct, left: view(once, 1, 4), keep: 1, scale: -2 };
    checkCommand(transposed, sizeOf);
    const repeated = { ...good.matrixProduct, batches: 3, out: { ...view(numbers(60), 5), batch: 20 } };
    checkCommand(repeated, sizeOf);
    checkCommand({ ...good.projectRows, lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY }, sizeOf);
    checkCommand({ ...good.imputeEntries, entries: indices(0) }, sizeOf);
    const single = { ...good.reduceRows, values: numbers(12, "float32") };
    checkCommand(single, sizeOf, "float64");
    checkCommand({ ...single, out: numbers(3, "float32") }, sizeOf, "float32");
  });

  const bad: { [K in Kind]: readonly (readonly [string, object])[] } = {
    matrixProduct: [
      ["m", { m: 0 }],
      ["n", { n: 2.5 }],
      ["k", { k: -1 }],
      ["batches", { batches: 0 }],
      ["scale", { scale: Number.NaN }],
      ["keep", { keep: Number.POSITIVE_INFINITY }],
      ["left", { left: view(numbers(23), 6) }],
      ["left.offset", { left: { ...view(numbers(24), 6), offset: -1 } }],
      ["left", { left: { ...view(numbers(24), 6), offset: 1 } }],
      ["right", { right: view(numbers(30), 5, 2) }],
      ["right.column", { right: view(numbers(30), 5, -1) }],
      ["right", { batches: 2, right: { ...view(numbers(59), 5), batch: 30 } }],
      ["out", { batches: 2 }],
      ["out", { out: view(numbers(20), 4) }],
      ["out", { out: view(numbers(100), 1, 1) }],
      ["out", { out: view(numbers(19), 5) }],
      ["out", { out: view(good.matrixProduct.left.buffer, 5) }],
      ["out", { out: view(good.matrixProduct.right.buffer, 5) }],
      ["right", { right: view(numbers(30, "float32"), 5) }],
    ],
    mttkrp: [
      ["rank", { rank: 0 }],
      ["mode", { mode: 3 }],
      ["tensor.values", { tensor: { ...tensor, values: numbers(119) } }],
      ["tensor.values", { tensor: { ...tensor, values: numbers(121) } }],
      ["tensor.shape[0]", { tensor: { ...tensor, shape: [0, 5, 6] } }],
      ["factors[0]", { factors: [numbers(11), factors[1], factors[2]] }],
      ["factors[2]", { factors: [factors[0], factors[1], numbers(19)] }],
      ["out", { out: numbers(14) }],
      ["out", { ...cube, out: cube.factors[0] }],
      ["out", { ...cube, out: cube.tensor.values }],
      ["out", { out: numbers(15, "float32") }],
      ["tensor.items", { tensor: { ...pairs, items: 1 } }],
      ["tensor.signs", { tensor: { ...pairs, signs: [] } }],
      ["tensor.signs", { tensor: { ...pairs, signs: [1, 2] } }],
      ["tensor.groups", { tensor: { ...pairs, groups: 0 } }],
      ["tensor.roots", { tensor: { ...pairs, width: 3 } }],
      ["tensor.roots", { tensor: { ...square, roots: numbers(3) } }],
      ["tensor.bins", { tensor: { ...square, bins: 0 } }],
    ],
    gramProduct: [
      ["rank", { rank: Number.NaN }],
      ["factors.length", { factors: [] }],
      ["factors[0].rows", { factors: [{ buffer: factors[0], rows: 0 }] }],
      ["factors[0]", { factors: [{ buffer: factors[0], rows: 5 }] }],
      ["out", { out: numbers(10) }],
      ["out", { factors: [{ buffer: grams, rows: 3 }] }],
    ],
    groupGrams: [
      ["rows", { rows: 0 }],
      ["groups", { groups: 0 }],
      ["factor", { rows: 5 }],
      ["weights", { groups: 3 }],
      ["out", { out: numbers(9) }],
      ["out", { rows: 9, factor: numbers(27), weights: nine, out: nine }],
    ],
    combineGrams: [
      ["outputs", { outputs: 0 }],
      ["left.count", { left: { buffer: numbers(18), count: 2 }, right: { buffer: numbers(27), count: 3 } }],
      ["left", { left: { buffer: numbers(17), count: 2 } }],
      ["weights", { outputs: 5 }],
      ["out", { out: numbers(35) }],
    ],
    factorUpdate: [
      ["rule", { rule: "als" }],
      ["epsilon", { epsilon: 0 }],
      ["epsilon", { epsilon: Number.NaN }],
      ["sweeps", { sweeps: 0 }],
      ["grams", { grams: numbers(10) }],
      ["grams", { grams: numbers(18) }],
      ["grams", { grams: numbers(0), rowGroup: indices(4) }],
      ["rowGroup", { rowGroup: indices(3) }],
      ["rowGroup", { rowGroup: numbers(4) }],
      ["numerator", { numerator: numbers(11) }],
      ["numerator", { numerator: numbers(12, "float32") }],
      ["factor", { factor: good.factorUpdate.numerator }],
      ["factor", { factor: numbers(13) }],
    ],
    leadingModes: [
      ["tensor.form", { tensor: square }],
      ["factors[0]", { factors: [numbers(11), factors[1], factors[2]] }],
      ["factors[1]", { factors: [factors[0], numbers(11), factors[2]] }],
      ["out", { out: numbers(12) }],
      ["out", { out: factors[1] }],
      ["epsilon", { epsilon: -1 }],
    ],
    fitTerms: [
      ["out", { out: numbers(2) }],
      ["out", { out: numbers(4, "float32") }],
      ["rowGroup", { rowGroup: indices(64) }],
      ["factor", { factor: numbers(65) }],
      ["numerator", { numerator: numbers(65) }],
    ],
    imputeEntries: [
      ["entries", { entries: numbers(2) }],
      ["tensor.form", { tensor: pairs }],
      ["factors[1]", { factors: [factors[0], numbers(14), factors[2]] }],
    ],
    reduceRows: [
      ["reduction", { reduction: "mean" }],
      ["rows", { rows: 0 }],
      ["columns", { columns: 0 }],
      ["values", { columns: 5 }],
      ["out", { out: numbers(4) }],
      ["out", { out: numbers(3, "float32") }],
      ["out", { out: good.reduceRows.values, rows: 12, columns: 1 }],
    ],
    projectRows: [
      ["lower", { lower: 2 }],
      ["lower", { lower: Number.NaN }],
      ["lower", { upper: Number.NaN }],
      ["norm", { norm: "taxicab" }],
      ["radius", { radius: undefined }],
      ["radius", { radius: -1 }],
      ["radius", { radius: Number.POSITIVE_INFINITY }],
      ["values", { rows: 4 }],
    ],
    copy: [
      ["to", { to: numbers(4) }],
      ["to", { to: numbers(5, "float32") }],
      ["to", { to: good.copy.from }],
      ["from", { from: indices(5) }],
    ],
  };
  const cases = (Object.keys(bad) as Kind[]).flatMap((kind) =>
    bad[kind].map(([operand, change], at) => ({ kind, operand, change, at })),
  );

  it.each(cases)("refuses a $kind whose $operand does not fit ($at)", ({ kind, operand, change }) => {
    const command = { ...good[kind], ...change } as Command;
    expect(() => checkCommand(command, sizeOf)).toThrow(
      expect.objectContaining({ tag: "device/command", fields: expect.objectContaining({ command: kind, operand }) }),
    );
  });

  it("refuses a command that there is not", () => {
    const command = { kind: "convolution" } as unknown as Command;
    expect(() => checkCommand(command, sizeOf)).toThrow(expect.objectContaining({ tag: "device/command" }));
  });

  it("names command, operand and values", () => {
    const command = { ...good.copy, to: numbers(4) };
    expect(() => checkCommand(command, sizeOf)).toThrow("copy: to has 4 numbers where its shape needs 5");
  });
});

describe("checkIndices", () => {
  it("names the first index that is out of range", () => {
    expect(() => checkIndices(good.imputeEntries, "entries", Uint32Array.of(0, 119), 120)).not.toThrow();
    expect(() => checkIndices(good.imputeEntries, "entries", Uint32Array.of(0, 120, 500), 120)).toThrow(
      expect.objectContaining({ fields: { command: "imputeEntries", operand: "entries", at: 1, value: 120 } }),
    );
  });
});
