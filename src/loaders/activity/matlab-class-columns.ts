import { LoadError } from "../../base/errors.js";
import type { MatlabValue } from "../../formats/matlab/matlab-value.js";
import type { SourceFile } from "../loader.js";
import { describeMatlab, isEmptyMatlab, matlabElements, matlabNumbers, unexpectedMatlab } from "./matlab-access.js";

/** One column of the file: a class, or one side of it, with an entry per worm. */
export interface ClassColumn {
  readonly neuronClass: string;
  /** What `is_L` says of the entry of each worm; null when it is neither. */
  readonly sides: readonly ("L" | "R" | null)[];
  /** The class has two columns: all left, then all right. */
  readonly paired: boolean;
  readonly norm: readonly MatlabValue[];
  /** Null where the file has no `traces` of this column. */
  readonly raw: readonly MatlabValue[] | null;
  /** How many traces of the class the file says that it has; null where it does not. */
  readonly samples: number | null;
}

/** Entries of the file that cannot be told apart by worm. */
export interface SkippedEntries {
  readonly item: string;
  readonly reason: string;
  readonly detail: string;
  readonly count: number;
}

/**
 * Columns of all classes in the order of the file; a paired class gives two. A class with another number of entries than
 * one or two per worm is skipped, and `traces` that do not match `norm_traces`.
 * @throws {LoadError} `load/class-count` when `norm_traces` or `is_L` have another number of classes than `neurons`.
 */
export function classColumns(fields: {
  readonly file: SourceFile;
  readonly worms: number;
  readonly neurons: readonly string[];
  readonly isLeft: MatlabValue;
  readonly normTraces: MatlabValue;
  readonly traces: MatlabValue | undefined;
  readonly samples: MatlabValue | undefined;
}): { readonly columns: ClassColumn[]; readonly skipped: SkippedEntries[] } {
  const { file, worms, neurons } = fields;
  const norm = perClass(file, "norm_traces", fields.normTraces, neurons.length);
  const sides = perClass(file, "is_L", fields.isLeft, neurons.length);
  const raw = fields.traces === undefined ? null : perClass(file, "traces", fields.traces, neurons.length);
  const columns: ClassColumn[] = [];
  const skipped: SkippedEntries[] = [];
  const samples = fields.samples === undefined ? null : classNumbers(fields.samples, neurons.length);
  if (fields.samples !== undefined && samples === null) {
    const detail = `${describeMatlab(fields.samples)}, ${neurons.length} classes`;
    skipped.push({ item: "samples", reason: "class_count", detail, count: 1 });
  }
  for (const [index, neuronClass] of neurons.entries()) {
    const entries = entriesOf(norm[index] as MatlabValue);
    const rawEntries = raw === null ? null : entriesOf(raw[index] as MatlabValue);
    const columnsOfClass = entries.length / worms;
    const item = (field: string) => `${field}{${index + 1}} (${neuronClass})`;
    if (columnsOfClass !== 1 && columnsOfClass !== 2) {
      const detail = `${entries.length} entries, ${worms} worms`;
      skipped.push({ item: item("norm_traces"), reason: "entry_count", detail, count: Math.max(1, entries.length) });
      if (rawEntries === null) continue;
      skipped.push({ item: item("traces"), reason: "entry_count", detail, count: Math.max(1, rawEntries.length) });
      continue;
    }
    const rawFits = rawEntries !== null && rawEntries.length === entries.length;
    if (rawEntries !== null && !rawFits) {
      const detail = `${rawEntries.length} entries, norm_traces has ${entries.length}`;
      skipped.push({ item: item("traces"), reason: "entry_count", detail, count: Math.max(1, rawEntries.length) });
    }
    const flags = sideFlags(sides[index] as MatlabValue, entries.length, `${file.path}, ${item("is_L")}`);
    for (let column = 0; column < columnsOfClass; column++) {
      const own = <T>(all: readonly T[]) => all.slice(column * worms, (column + 1) * worms);
      columns.push({
        neuronClass,
        sides: own(flags),
        paired: columnsOfClass === 2,
        norm: own(entries),
        raw: rawFits ? own(rawEntries) : null,
        samples: samples?.[index] ?? null,
      });
    }
  }
  return { columns, skipped };
}

function perClass(file: SourceFile, field: string, value: MatlabValue, classes: number): readonly MatlabValue[] {
  const elements = value.kind === "numeric" || value.kind === "logical" ? numbersAsCells(value) : matlabElements(value);
  if (elements?.length === classes) return elements;
  const found = describeMatlab(value);
  throw new LoadError("class-count", `${file.path}: ${field} is ${found}, but neurons names ${classes} classes`, {
    fields: { file: file.path, field, found, classes },
  });
}

/** A number per class; null for anything else. One that is not finite is null. */
function classNumbers(value: MatlabValue, classes: number): (number | null)[] | null {
  const cells = value.kind === "cell" ? value.cells.map((cell) => matlabNumbers(cell)) : null;
  const numbers = cells?.map((cell) => (cell?.length === 1 ? cell[0] : undefined)) ?? matlabNumbers(value);
  if (numbers?.length !== classes) return null;
  return Array.from(numbers, (number) => (number !== undefined && Number.isFinite(number) ? number : null));
}

/** A vector with one number per class in place of a cell with one array per class. */
function numbersAsCells(value: MatlabValue): MatlabValue[] | null {
  const numbers = matlabNumbers(value);
  if (numbers === null) return null;
  return Array.from(numbers, (number) => ({
    kind: "numeric",
    class: "double",
    dims: [1, 1],
    real: Float64Array.of(number),
    imaginary: null,
  }));
}

function entriesOf(value: MatlabValue): readonly MatlabValue[] {
  if (isEmptyMatlab(value)) return [];
  return value.kind === "cell" ? value.cells : [value];
}

/** One flag per entry; one flag for the whole class holds for all entries, or for the left half of a paired class. */
function sideFlags(value: MatlabValue, entries: number, where: string): ("L" | "R" | null)[] {
  const cells = value.kind === "cell" ? value.cells.map((cell) => matlabNumbers(cell)?.[0] ?? Number.NaN) : null;
  const flags = cells ?? [...(matlabNumbers(value) ?? [])];
  if (flags.length !== entries && flags.length !== 1) {
    throw unexpectedMatlab(value, where, `an array of ${entries} flags`);
  }
  const side = (flag: number | undefined) => (flag === 1 ? "L" : flag === 0 ? "R" : null);
  return Array.from({ length: entries }, (_, entry) => side(flags.length === 1 ? flags[0] : flags[entry]));
}
