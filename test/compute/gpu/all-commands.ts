import type { Command, FloatBuffer, TensorOperand } from "../../../src/compute/device/command.js";
import type { Device, DeviceMemory, FloatType } from "../../../src/compute/device/device.js";
import { partialCount } from "../../../src/compute/device/partial-sums.js";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";

export interface NamedCommand {
  readonly name: string;
  readonly commands: readonly Command[];
  /** What the commands write. */
  readonly out: FloatBuffer;
}

/** Sizes of {@link allCommands}. */
export interface CommandSizes {
  readonly rank: number;
  readonly shape: readonly [number, number, number];
  readonly items: number;
  readonly bins: number;
  readonly width: number;
  readonly groups: number;
  readonly rows: number;
}

/** Every kind of command in every form, on random numbers that are the same on every device. */
export function allCommands(device: Device, memory: DeviceMemory, float: FloatType, sizes: CommandSizes) {
  const { rank, shape, items, bins, width, groups, rows } = sizes;
  const partials = device.description.partials;
  let seed = 1;
  const random = (length: number, lowest = 0) => {
    const next = randomNumbers(seed++);
    return memory.upload(
      float,
      Float64Array.from({ length }, () => Math.fround(lowest + (1 - lowest) * next())),
    );
  };
  const indices = (length: number, below: number) => {
    const next = randomNumbers(seed++);
    return memory.upload(
      "uint32",
      Uint32Array.from({ length }, () => Math.floor(next() * below)),
    );
  };
  const gramsOf = (count: number) => {
    const values = new Float64Array(count * rank * rank).fill(0.25);
    for (let at = 0; at < count * rank; at++) values[at * rank + (at % rank)] = rank;
    return memory.upload(float, values);
  };
  const made: NamedCommand[] = [];
  const add = (name: string, out: FloatBuffer, ...commands: Command[]) => made.push({ name, commands, out });

  const dense = { form: "dense" as const, shape, values: random(shape[0] * shape[1] * shape[2], -1) };
  const pairs = (items * (items - 1)) / 2;
  const tensors: [TensorOperand, readonly number[]][] = [
    [dense, shape],
    [
      { form: "pairs", roots: random(groups * bins * width * items, -1), groups, bins, width, items, signs: [1, -1] },
      [2 * pairs, bins, groups],
    ],
    [{ form: "square", roots: random(bins * width * items, -1), bins, width, items }, [items, items, bins]],
  ];
  for (const [tensor, modes] of tensors) {
    const factors = modes.map((size) => random(size * rank)) as [FloatBuffer, FloatBuffer, FloatBuffer];
    for (const mode of [0, 1, 2] as const) {
      const out = memory.allocate(float, (modes[mode] as number) * rank);
      add(`${tensor.form} ${mode}`, out, { kind: "mttkrp", tensor, mode, factors, rank, out });
    }
  }
  const factors = shape.map((size) => random(size * rank)) as [FloatBuffer, FloatBuffer, FloatBuffer];
  const rule = { rule: "hals", epsilon: 1e-16, sweeps: 2 } as const;
  const leading = memory.allocate(float, shape[1] * rank);
  const grams = gramsOf(1);
  add("leading modes", leading, { kind: "leadingModes", tensor: dense, factors, rank, out: leading, grams, ...rule });
  const filled = { ...dense, values: random(dense.values.length) };
  const entries = indices(1000, filled.values.length);
  const fixed = shape.map((size) => random(size * rank)) as [FloatBuffer, FloatBuffer, FloatBuffer];
  add("imputed", filled.values, { kind: "imputeEntries", tensor: filled, entries, factors: fixed, rank });

  const [m, n, k] = [rows, 19, 70];
  const product = random(2 * m * n);
  add("product", product, {
    ...{ kind: "matrixProduct", m, n, k, batches: 2, scale: 0.5, keep: 2 },
    left: { buffer: random(2 * m * k, -1), row: k, column: 1, batch: m * k },
    right: { buffer: random(k * n, -1), row: 1, column: k },
    out: { buffer: product, row: n, column: 1, batch: m * n },
  });
  const inner = memory.allocate(float, 9);
  add("inner products", inner, {
    ...{ kind: "matrixProduct", m: 3, n: 3, k: rows },
    left: { buffer: random(3 * rows, -1), row: 1, column: 3 },
    right: { buffer: random(3 * rows, -1), row: 3, column: 1 },
    out: { buffer: inner, row: 3, column: 1 },
  });

  const factor = random(rows * rank);
  const square = (count: number) => memory.allocate(float, count * rank * rank);
  const gram = square(1);
  add("gram", gram, {
    ...{ kind: "gramProduct", rank, out: gram },
    factors: [
      { buffer: factor, rows },
      { buffer: random(33 * rank), rows: 33 },
    ],
  });
  const grouped = square(7);
  add("group grams", grouped, {
    ...{ kind: "groupGrams", factor, rows, rank, groups: 7 },
    weights: random(7 * rows),
    out: grouped,
  });
  const combined = square(5);
  add("combined grams", combined, {
    ...{ kind: "combineGrams", rank, outputs: 5, weights: random(5 * 71), out: combined },
    left: { buffer: random(71 * rank * rank), count: 71 },
    right: { buffer: random(rank * rank), count: 1 },
  });
  const rowGrams = { grams: gramsOf(4), rowGroup: indices(rows, 4) };
  const numerator = random(rows * rank);
  for (const kind of ["hals", "mu"] as const) {
    const updated = random(rows * rank);
    const command = { kind: "factorUpdate", ...rule, rule: kind, factor: updated, rows, rank, numerator } as const;
    add(`${kind} update`, updated, { ...command, ...rowGrams });
  }
  const fit = memory.allocate(partials, partialCount(rows) * 2);
  add("fit", fit, { kind: "fitTerms", factor, rows, rank, numerator, ...rowGrams, out: fit });
  for (const reduction of ["sum", "sumOfSquares", "maximum"] as const) {
    const long = memory.allocate(partials, 2);
    const values = random(2 * 9000, -1);
    add(`${reduction} of long rows`, long, {
      kind: "reduceRows",
      reduction,
      values,
      rows: 2,
      columns: 9000,
      out: long,
    });
    const short = memory.allocate(partials, rows);
    add(`${reduction} of short rows`, short, {
      ...{ kind: "reduceRows", reduction, values: factor, rows, columns: rank, out: short },
    });
  }
  for (const norm of ["none", "unit", "ball"] as const) {
    const values = random(rows * rank, -1);
    const command = { kind: "projectRows", values, rows, columns: rank, lower: -0.5, upper: 0.75, norm } as const;
    add(`projection ${norm}`, values, { ...command, radius: 0.5 });
  }
  const to = memory.allocate(float, rows * rank);
  add("copy", to, { kind: "copy", from: factor, to });
  return made;
}

/** Results of {@link allCommands} of one device, by name, from one run. */
export async function allResults(device: Device, float: FloatType, sizes: CommandSizes) {
  return device.scope(async (memory) => {
    const made = allCommands(device, memory, float, sizes);
    await device.run(made.flatMap(({ commands }) => commands));
    const results = new Map<string, ArrayLike<number>>();
    for (const { name, out } of made) results.set(name, await memory.download(out));
    return results;
  });
}
