import { type Data, DataType, type RecordBatch } from "apache-arrow";
import { compareCodeUnits } from "../../base/canonical-json.js";
import { FormatError } from "../../base/errors.js";
import { bitAt, isNull, nullBits, textOf } from "./array-view.js";

/** Sign of the order of value `i` of `a` and value `j` of `b`. */
type Comparator = (a: Data, i: number, b: Data, j: number) => number;

/**
 * The order of rows by some columns: numbers ascending with −0 before 0 and NaN after all, text by UTF-16 code unit,
 * false before true; null last.
 */
export class RowOrder {
  readonly #columns: readonly number[];
  readonly #comparators: readonly Comparator[];

  constructor(batchColumns: readonly { readonly index: number; readonly type: DataType }[]) {
    this.#columns = batchColumns.map((column) => column.index);
    this.#comparators = batchColumns.map((column) => comparator(column.type));
  }

  /** Compares row `i` of `a` with row `j` of `b` by the first `depth` columns (default: all). */
  compare(a: RecordBatch, i: number, b: RecordBatch, j: number, depth = this.#columns.length): number {
    for (let k = 0; k < depth; k++) {
      const column = this.#columns[k] as number;
      const sign = (this.#comparators[k] as Comparator)(
        a.data.children[column] as Data,
        i,
        b.data.children[column] as Data,
        j,
      );
      if (sign !== 0) return sign;
    }
    return 0;
  }

  /** The row numbers of a batch in order; equal rows keep theirs. About 1 µs per row and column. */
  argsort(batch: RecordBatch): Uint32Array {
    const order = Uint32Array.from({ length: batch.numRows }, (_unused, index) => index);
    const compareColumns = this.#columns.map((column) => sortKeys(batch.data.children[column] as Data, batch.numRows));
    return order.sort((i, j) => {
      for (const compare of compareColumns) {
        const sign = compare(i, j);
        if (sign !== 0) return sign;
      }
      return i - j;
    });
  }
}

function comparator(type: DataType): Comparator {
  if (DataType.isUtf8(type)) return nullsLast(compareTextAt);
  if (DataType.isBool(type)) return nullsLast((a, i, b, j) => Number(bitAt(a, i)) - Number(bitAt(b, j)));
  if (DataType.isInt(type) || DataType.isFloat(type) || DataType.isTimestamp(type)) {
    return nullsLast((a, i, b, j) => compareNumbers(a.values[i], b.values[j]));
  }
  throw new FormatError("arrow-order", `values of type ${String(type)} have no order`, {
    fields: { type: String(type) },
  });
}

function nullsLast(compare: Comparator): Comparator {
  return (a, i, b, j) => {
    const left = isNull(a, i);
    const right = isNull(b, j);
    if (left || right) return Number(left) - Number(right);
    return compare(a, i, b, j);
  };
}

function compareNumbers(a: number | bigint, b: number | bigint): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) {
    if (a !== 0 || Object.is(a, b)) return 0;
    return Object.is(a, -0) ? -1 : 1;
  }
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/**
 * UTF-8 bytes in UTF-16 code-unit order: the order of the bytes, except that characters beyond U+FFFF (lead bytes F0 …)
 * come before U+E000 … U+FFFF (lead bytes EE, EF).
 */
function compareTextAt(a: Data, i: number, b: Data, j: number): number {
  const left = a.values as Uint8Array;
  const right = b.values as Uint8Array;
  let at = (a.valueOffsets as Int32Array)[i] as number;
  let bt = (b.valueOffsets as Int32Array)[j] as number;
  const aEnd = (a.valueOffsets as Int32Array)[i + 1] as number;
  const bEnd = (b.valueOffsets as Int32Array)[j + 1] as number;
  for (; at < aEnd && bt < bEnd; at++, bt++) {
    const x = left[at] as number;
    const y = right[bt] as number;
    if (x !== y) return codeUnitWeight(x) - codeUnitWeight(y);
  }
  return aEnd - at - (bEnd - bt);
}

function codeUnitWeight(byte: number): number {
  return byte >= 0xf0 ? byte - 2 : byte >= 0xee ? byte + 0x10 : byte;
}

/** A comparison of two rows of one column; text is ranked once, so that sorting compares numbers. */
function sortKeys(data: Data, rows: number): (i: number, j: number) => number {
  if (DataType.isUtf8(data.type)) {
    const ranks = textRanks(data, rows);
    return (i, j) => (ranks[i] as number) - (ranks[j] as number);
  }
  const compare = comparator(data.type);
  if (nullBits(data) !== undefined || DataType.isBool(data.type)) return (i, j) => compare(data, i, data, j);
  const values = data.values as Float64Array;
  return (i, j) => compareNumbers(values[i] as number, values[j] as number);
}

function textRanks(data: Data, rows: number): Float64Array {
  const numbers = new Map<string, number>();
  const texts = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  const offsets = data.valueOffsets as Int32Array;
  for (let i = 0; i < rows; i++) {
    if (isNull(data, i)) continue;
    const text = textOf(data.values as Uint8Array, offsets[i] as number, offsets[i + 1] as number);
    let number = numbers.get(text);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(text, number);
    }
    texts[i] = number;
  }
  const ranks = new Float64Array(numbers.size);
  [...numbers.keys()].sort(compareCodeUnits).forEach((text, rank) => {
    ranks[numbers.get(text) as number] = rank;
  });
  // Null keeps a rank above all others; infinity would make the difference of two nulls NaN.
  for (let i = 0; i < rows; i++)
    texts[i] = texts[i] === Number.POSITIVE_INFINITY ? numbers.size : (ranks[texts[i] as number] as number);
  return texts;
}
