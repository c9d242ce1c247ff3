import { DeviceError } from "../../base/errors.js";
import {
  type Command,
  type FloatBuffer,
  type MatrixView,
  type RowGrams,
  type TensorOperand,
  tensorShape,
  type UpdateRule,
} from "./command.js";
import type { DeviceBuffer, FloatType } from "./device.js";
import { partialCount } from "./partial-sums.js";

/** Length of a buffer. @throws {DeviceError} `device/released`, `device/foreign` where it is none of the device's. */
export type SizeOf = (buffer: DeviceBuffer) => number;

/** The sizes of one command, checked one by one. */
class Operands {
  readonly kind: string;
  readonly sizeOf: SizeOf;
  /** Type of the float operands, from the first of them. */
  type: FloatType | undefined;
  readonly inputs = new Map<DeviceBuffer, string>();

  constructor(kind: string, sizeOf: SizeOf) {
    this.kind = kind;
    this.sizeOf = sizeOf;
  }

  fail(operand: string, problem: string, fields: Readonly<Record<string, string | number>> = {}): never {
    throw new DeviceError("command", `${this.kind}: ${operand} ${problem}`, {
      fields: { command: this.kind, operand, ...fields },
      wayOut: "this is a fault of the program that gives the command; please report it",
    });
  }

  count(operand: string, value: number, least = 1): number {
    if (!Number.isSafeInteger(value) || value < least) {
      this.fail(operand, `is ${value}, not an integer of at least ${least}`, { value });
    }
    return value;
  }

  finite(operand: string, value: number): void {
    if (!Number.isFinite(value)) this.fail(operand, `is ${value}, not a finite number`, { value: String(value) });
  }

  /** A buffer of exactly `length` numbers, or of any number where that is left out. */
  buffer(operand: string, buffer: DeviceBuffer, type: "common" | FloatType | "uint32", length?: number): number {
    const found = this.sizeOf(buffer);
    if (type !== "common" && buffer.type !== type) {
      this.fail(operand, `has numbers of type ${buffer.type}, not ${type}`, { found: buffer.type, expected: type });
    }
    if (type === "common") {
      if (buffer.type === "uint32") {
        this.fail(operand, "has numbers of type uint32, not a float type", { found: "uint32", expected: "float" });
      }
      this.type ??= buffer.type as FloatType;
      if (buffer.type !== this.type) {
        const fields = { found: buffer.type, expected: this.type };
        this.fail(operand, `has numbers of type ${buffer.type} beside operands of type ${this.type}`, fields);
      }
    }
    if (length !== undefined && found !== length) {
      this.fail(operand, `has ${found} numbers where its shape needs ${length}`, { found, expected: length });
    }
    return found;
  }

  input(operand: string, buffer: FloatBuffer, length?: number): number {
    this.inputs.set(buffer, operand);
    return this.buffer(operand, buffer, "common", length);
  }

  output(operand: string, buffer: FloatBuffer, length?: number, type: "common" | FloatType = "common"): void {
    this.buffer(operand, buffer, type, length);
    const read = this.inputs.get(buffer);
    if (read !== undefined) this.fail(operand, `is the same buffer as ${read}, which is read while it is written`);
  }

  tensor(tensor: TensorOperand): readonly [number, number, number] {
    if (tensor.form === "dense") {
      for (const [axis, size] of tensor.shape.entries()) this.count(`tensor.shape[${axis}]`, size);
      this.buffer("tensor.values", tensor.values, "common", tensor.shape[0] * tensor.shape[1] * tensor.shape[2]);
    } else {
      const groups = tensor.form === "pairs" ? this.count("tensor.groups", tensor.groups) : 1;
      const frames = this.count("tensor.bins", tensor.bins) * this.count("tensor.width", tensor.width);
      this.count("tensor.items", tensor.items, 2);
      this.input("tensor.roots", tensor.roots, groups * frames * tensor.items);
      if (tensor.form === "pairs") {
        const { signs } = tensor;
        if (signs.length < 1 || signs.length > 2 || signs.some((sign) => sign !== 1 && sign !== -1)) {
          this.fail("tensor.signs", `are ${signs.join(", ") || "none"}, not one or two of 1 and -1`);
        }
      }
    }
    return tensorShape(tensor);
  }

  rule({ rule, epsilon, sweeps }: UpdateRule): void {
    if (rule !== "hals" && rule !== "mu") this.fail("rule", `is ${JSON.stringify(rule)}, neither hals nor mu`);
    this.finite("epsilon", epsilon);
    if (epsilon <= 0) this.fail("epsilon", `is ${epsilon}, not positive`, { value: epsilon });
    this.count("sweeps", sweeps);
  }

  rowGrams({ grams, rowGroup }: RowGrams, rows: number, rank: number): void {
    const size = rank * rank;
    const found = this.input("grams", grams, rowGroup === undefined ? size : undefined);
    if (found < size || found % size !== 0) {
      this.fail("grams", `has ${found} numbers, not a multiple of ${size} (rank × rank)`, { found, rank });
    }
    if (rowGroup !== undefined) this.buffer("rowGroup", rowGroup, "uint32", rows);
  }

  view(operand: string, view: MatrixView, rows: number, columns: number, batches: number): void {
    const { offset = 0, row, column, batch = 0 } = view;
    this.count(`${operand}.offset`, offset, 0);
    this.count(`${operand}.row`, row, 0);
    this.count(`${operand}.column`, column, 0);
    this.count(`${operand}.batch`, batch, 0);
    const found = this.buffer(operand, view.buffer, "common");
    const last = offset + (rows - 1) * row + (columns - 1) * column + (batches - 1) * batch;
    if (last >= found) {
      this.fail(operand, `reaches element ${last} of a buffer of ${found} numbers`, { found, expected: last + 1 });
    }
  }

  /** No two elements of a written view at one place. */
  distinct(operand: string, view: MatrixView, rows: number, columns: number, batches: number): void {
    const axes = [
      [rows, view.row],
      [columns, view.column],
      [batches, view.batch ?? 0],
    ]
      .filter(([size]) => (size as number) > 1)
      .sort((a, b) => (a[1] as number) - (b[1] as number)) as [number, number][];
    let reach = 0;
    for (const [size, stride] of axes) {
      if (stride <= reach)
        this.fail(operand, `has distances (${axes.map((axis) => axis[1])}) that overlap`, { stride });
      reach += (size - 1) * stride;
    }
  }
}

/**
 * Whether the operands of a command fit it; every device asks before it runs. Buffers have exactly the length of their
 * shape (views of a matrix product: at least), float operands share one type (results of `fitTerms` and `reduceRows`
 * have that of the device's `partials`), sizes are at least 1 and items at least 2, distances are not negative, written
 * elements do not overlap, and a written buffer is not read by the same command unless it is updated in place. What index
 * buffers hold is not looked at: see {@link checkIndices}.
 * @throws {DeviceError} `device/command` with the command, the operand and the values; what `sizeOf` throws.
 */
export function checkCommand(command: Command, sizeOf: SizeOf, partials: FloatType = "float64"): void {
  const operands = new Operands(command.kind, sizeOf);
  switch (command.kind) {
    case "matrixProduct": {
      const { m, n, k, batches = 1, left, right, out, scale = 1, keep = 0 } = command;
      for (const [operand, value] of Object.entries({ m, n, k, batches })) operands.count(operand, value);
      operands.finite("scale", scale);
      operands.finite("keep", keep);
      operands.view("left", left, m, k, batches);
      operands.view("right", right, k, n, batches);
      operands.view("out", out, m, n, batches);
      operands.distinct("out", out, m, n, batches);
      operands.inputs.set(left.buffer, "left").set(right.buffer, "right");
      operands.output("out", out.buffer);
      return;
    }
    case "mttkrp": {
      const { tensor, mode, factors, out } = command;
      const rank = operands.count("rank", command.rank);
      if (mode !== 0 && mode !== 1 && mode !== 2) operands.fail("mode", `is ${mode}, not 0, 1 or 2`);
      const shape = operands.tensor(tensor);
      if (tensor.form === "dense") operands.inputs.set(tensor.values, "tensor.values");
      for (const axis of [0, 1, 2] as const) {
        if (axis !== mode) operands.input(`factors[${axis}]`, factors[axis], shape[axis] * rank);
      }
      operands.output("out", out, shape[mode] * rank);
      return;
    }
    case "gramProduct": {
      const rank = operands.count("rank", command.rank);
      operands.count("factors.length", command.factors.length);
      for (const [at, { buffer, rows }] of command.factors.entries()) {
        operands.input(`factors[${at}]`, buffer, operands.count(`factors[${at}].rows`, rows) * rank);
      }
      operands.output("out", command.out, rank * rank);
      return;
    }
    case "groupGrams": {
      const { factor, weights, out } = command;
      const rank = operands.count("rank", command.rank);
      const rows = operands.count("rows", command.rows);
      const groups = operands.count("groups", command.groups);
      operands.input("factor", factor, rows * rank);
      operands.input("weights", weights, groups * rows);
      operands.output("out", out, groups * rank * rank);
      return;
    }
    case "combineGrams": {
      const { left, right, weights, out } = command;
      const size = operands.count("rank", command.rank) ** 2;
      const outputs = operands.count("outputs", command.outputs);
      const count = Math.max(operands.count("left.count", left.count), operands.count("right.count", right.count));
      for (const [operand, side] of Object.entries({ left, right })) {
        if (side.count !== 1 && side.count !== count) {
          operands.fail(`${operand}.count`, `is ${side.count} beside ${count}`, { found: side.count, expected: count });
        }
        operands.input(operand, side.buffer, side.count * size);
      }
      operands.input("weights", weights, outputs * count);
      operands.output("out", out, outputs * size);
      return;
    }
    case "factorUpdate": {
      const rank = operands.count("rank", command.rank);
      const rows = operands.count("rows", command.rows);
      operands.rule(command);
      operands.rowGrams(command, rows, rank);
      operands.input("numerator", command.numerator, rows * rank);
      operands.output("factor", command.factor, rows * rank);
      return;
    }
    case "leadingModes": {
      const { tensor, factors, out } = command;
      const rank = operands.count("rank", command.rank);
      if (tensor.form !== "dense") operands.fail("tensor.form", "is not dense");
      const shape = operands.tensor(tensor);
      operands.rule(command);
      operands.rowGrams(command, shape[0], rank);
      operands.inputs.set(tensor.values, "tensor.values");
      operands.input("factors[1]", factors[1], shape[1] * rank);
      operands.input("factors[2]", factors[2], shape[2] * rank);
      operands.output("factors[0]", factors[0], shape[0] * rank);
      operands.inputs.set(factors[0], "factors[0]");
      operands.output("out", out, shape[1] * rank);
      return;
    }
    case "fitTerms": {
      const rank = operands.count("rank", command.rank);
      const rows = operands.count("rows", command.rows);
      operands.rowGrams(command, rows, rank);
      operands.input("factor", command.factor, rows * rank);
      operands.input("numerator", command.numerator, rows * rank);
      operands.output("out", command.out, partialCount(rows) * 2, partials);
      return;
    }
    case "imputeEntries": {
      const { tensor, entries, factors } = command;
      const rank = operands.count("rank", command.rank);
      if (tensor.form !== "dense") operands.fail("tensor.form", "is not dense");
      const shape = operands.tensor(tensor);
      const size = shape[0] * shape[1] * shape[2];
      if (size > 2 ** 32) operands.fail("tensor", `has ${size} entries, more than an index can name`, { found: size });
      operands.buffer("entries", entries, "uint32");
      for (const axis of [0, 1, 2] as const) {
        operands.input(`factors[${axis}]`, factors[axis], shape[axis] * rank);
      }
      operands.output("tensor.values", tensor.values);
      return;
    }
    case "reduceRows": {
      const { reduction } = command;
      const rows = operands.count("rows", command.rows);
      const columns = operands.count("columns", command.columns);
      if (reduction !== "sum" && reduction !== "sumOfSquares" && reduction !== "maximum") {
        operands.fail("reduction", `is ${JSON.stringify(reduction)}`);
      }
      operands.input("values", command.values, rows * columns);
      operands.output("out", command.out, rows, partials);
      return;
    }
    case "projectRows": {
      const { lower, upper, norm, radius } = command;
      const rows = operands.count("rows", command.rows);
      const columns = operands.count("columns", command.columns);
      if (!(lower <= upper)) operands.fail("lower", `is ${lower}, not at most upper, which is ${upper}`);
      if (norm !== "none" && norm !== "unit" && norm !== "ball") operands.fail("norm", `is ${JSON.stringify(norm)}`);
      if (norm === "ball" && !(radius !== undefined && Number.isFinite(radius) && radius >= 0)) {
        operands.fail("radius", `is ${radius}, not a finite number of at least 0`);
      }
      operands.output("values", command.values, rows * columns);
      return;
    }
    case "copy": {
      const length = operands.input("from", command.from);
      operands.output("to", command.to, length);
      return;
    }
    default:
      operands.fail("kind", "is not a command of devices");
  }
}

/**
 * Whether every index is below `count`. For devices that can see what an index buffer holds (entries of `imputeEntries`,
 * row groups); one that cannot must never touch memory outside of its buffers.
 * @throws {DeviceError} `device/command` with the first index that is not.
 */
export function checkIndices(command: Command, operand: string, indices: ArrayLike<number>, count: number): void {
  for (let at = 0; at < indices.length; at++) {
    const value = indices[at] as number;
    if (value >= count) new Operands(command.kind, () => 0).fail(operand, `names ${value} of ${count}`, { at, value });
  }
}
