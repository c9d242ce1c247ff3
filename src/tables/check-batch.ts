import { isUtf8 } from "node:buffer";
import { type Data, DataType, type RecordBatch, type Schema } from "apache-arrow";
import { didYouMean } from "../base/diagnostics.js";
import { ContractError } from "../base/errors.js";
import { arrayBuilder, batchOf } from "../formats/arrow/array-builder.js";
import { forEachItemRun, forEachValidRun, isNull, nullBits, textOf, valueAt } from "../formats/arrow/array-view.js";
import { sameType } from "../formats/arrow/same-type.js";
import { arrowSchema } from "./arrow-schema.js";
import { type Contract, type FieldType, qualifiedName, type Row } from "./contract.js";
import { contractError, showValue, ValueFault } from "./contract-fault.js";
import { FieldRules, refuseNull } from "./field-rules.js";
import { formatFieldType } from "./field-type.js";

/**
 * Checks a batch that comes as Arrow against the contract, by the same rules as rows, in loops over typed arrays.
 * Columns may stand in any order and text may be dictionary-coded; the batch returned has the contract's schema and
 * shares the arrays.
 * @param options.firstRow the number of the first row in messages (default 0)
 * @throws {ContractError}
 */
export function checkBatch(
  contract: Contract,
  batch: RecordBatch,
  options: { firstRow?: number; schema?: Schema } = {},
): RecordBatch {
  const schema = options.schema ?? arrowSchema(contract);
  const children = alignColumns(contract, batch, schema);
  contract.fields.forEach((field, index) => {
    const data = children[index] as Data;
    try {
      checkArray(
        { type: field.type, rules: new FieldRules(field), nullable: field.nullable, inside: false },
        data,
        0,
        batch.numRows,
      );
    } catch (error) {
      if (!(error instanceof ValueFault) || error.row === undefined) throw error;
      const row = error.row;
      const values: Row = Object.fromEntries(
        contract.fields.map((keyField, position) => [keyField.name, valueAt(children[position] as Data, row)]),
      );
      throw contractError({ contract, row: (options.firstRow ?? 0) + row, values, column: field.name, fault: error });
    }
  });
  return batchOf(schema, children, batch.numRows);
}

function alignColumns(contract: Contract, batch: RecordBatch, schema: Schema): Data[] {
  const table = qualifiedName(contract);
  const known = contract.fields.map((field) => field.name);
  const found = batch.schema.fields.map((field) => field.name);
  for (const name of found) {
    if (known.includes(name)) continue;
    const hint = didYouMean(name, known) ?? `The columns are ${known.join(", ")}.`;
    throw new ContractError("unknown-column", `${table}: column "${name}" of the batch is not in the contract`, {
      fields: { table, column: name, rule: "columns" },
      wayOut: hint,
    });
  }
  return contract.fields.map((field, index) => {
    const position = found.indexOf(field.name);
    if (position < 0) {
      throw new ContractError("missing-column", `${table}: the batch has no column "${field.name}"`, {
        fields: { table, column: field.name, rule: "columns" },
      });
    }
    const type = schema.fields[index]?.type as DataType;
    const data = batch.data.children[position] as Data;
    const plain = DataType.isDictionary(data.type) && sameType(data.type.dictionary, type) ? decode(data, type) : data;
    if (sameType(plain.type, type)) return plain;
    const expected = formatFieldType(field.type);
    throw new ContractError(
      "type",
      `${table}: column "${field.name}" of the batch is ${String(data.type)}, but the contract says ${expected}`,
      {
        fields: { table, column: field.name, rule: "type", expected, found: String(data.type) },
      },
    );
  });
}

/** A dictionary-coded array with its values written out. */
function decode(data: Data, type: DataType): Data {
  const builder = arrayBuilder(type);
  const dictionary = data.dictionary?.memoize().data ?? [];
  const codes = data.values as Int32Array;
  for (let i = 0; i < data.length; i++) {
    if (isNull(data, i)) {
      builder.appendNull();
      continue;
    }
    let code = Number(codes[i]);
    let chunk = 0;
    while (code >= (dictionary[chunk]?.length ?? Number.POSITIVE_INFINITY)) code -= dictionary[chunk++]?.length ?? 0;
    builder.appendRange(dictionary[chunk] as Data, code, 1);
  }
  return builder.finish();
}

interface CheckContext {
  readonly type: FieldType;
  readonly rules: FieldRules;
  readonly nullable: boolean;
  readonly inside: boolean;
}

/** Throws the fault with `row` set to the position in `data`. */
function checkArray(context: CheckContext, data: Data, start: number, count: number): void {
  const { type, rules, nullable, inside } = context;
  const bits = nullBits(data);
  if (!nullable && bits !== undefined) {
    for (let i = start; i < start + count; i++) if (isNull(data, i)) at(i, () => refuseNull(inside));
  }
  switch (type.kind) {
    case "list": {
      const item = { type: type.item, rules, nullable: type.itemNullable === true, inside: true };
      forEachItemRun(data, start, count, (from, length) => {
        try {
          checkArray(item, data.children[0] as Data, from, length);
        } catch (error) {
          throw inList(error, data, start, count);
        }
      });
      return;
    }
    case "struct":
      type.members.forEach((member, index) => {
        const inner = { type: member.type, rules, nullable: member.nullable === true, inside: true };
        forEachValidRun(data, start, count, (from, length) => {
          try {
            checkArray(inner, data.children[index] as Data, from, length);
          } catch (error) {
            if (error instanceof ValueFault) error.path = `.${member.name}${error.path}`;
            throw error;
          }
        });
      });
      return;
    case "utf8":
      checkTexts(rules, data, start, count);
      return;
    case "float32":
    case "float64":
      checkFloats(rules, data, start, count);
      return;
    case "bool":
    case "binary":
    case "timestamp":
      return;
    default:
      if (rules.hasNumberRules) eachValid(data, start, count, (i) => rules.checkNumber(data.values[i]));
  }
}

function at(row: number, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (error instanceof ValueFault) error.row = row;
    throw error;
  }
}

function eachValid(data: Data, start: number, count: number, check: (index: number) => void): void {
  forEachValidRun(data, start, count, (from, length) => {
    let i = from;
    try {
      for (; i < from + length; i++) check(i);
    } catch (error) {
      if (error instanceof ValueFault) error.row = i;
      throw error;
    }
  });
}

/** Moves a fault at a child position to its list and its index there. */
function inList(error: unknown, data: Data, start: number, count: number): unknown {
  if (!(error instanceof ValueFault) || error.row === undefined) return error;
  const offsets = data.valueOffsets as Int32Array;
  for (let i = start; i < start + count; i++) {
    const from = offsets[i] as number;
    if (!isNull(data, i) && error.row >= from && error.row < (offsets[i + 1] as number)) {
      error.path = `[${error.row - from}]${error.path}`;
      error.row = i;
      return error;
    }
  }
  return error;
}

function checkFloats(rules: FieldRules, data: Data, start: number, count: number): void {
  if (rules.nan && !rules.hasNumberRules) return;
  const values = data.values as Float64Array;
  if (rules.hasNumberRules) {
    eachValid(data, start, count, (i) => rules.checkFloat(values[i] as number));
    return;
  }
  forEachValidRun(data, start, count, (from, length) => {
    for (let i = from; i < from + length; i++) {
      if (Number.isNaN(values[i])) at(i, () => rules.checkFloat(values[i] as number));
    }
  });
}

function checkTexts(rules: FieldRules, data: Data, start: number, count: number): void {
  const bytes = data.values as Uint8Array;
  const offsets = data.valueOffsets as Int32Array;
  forEachItemRun(data, start, count, (from, length) => {
    if (isUtf8(bytes.subarray(from, from + length))) return;
    eachValid(data, start, count, (i) => checkUnicode(bytes, offsets[i] as number, offsets[i + 1] as number));
  });
  eachValid(data, start, count, (i) => {
    const from = offsets[i] as number;
    const to = offsets[i + 1] as number;
    if (to > from && ((bytes[from] as number) & 0xc0) === 0x80) checkUnicode(bytes, from, to);
    if (rules.hasTextRules) rules.checkText(textOf(bytes, from, to));
  });
}

function checkUnicode(bytes: Uint8Array, from: number, to: number): void {
  if (isUtf8(bytes.subarray(from, to))) return;
  const text = textOf(bytes, from, to);
  throw new ValueFault("unicode", text, `is ${showValue(text)}, whose bytes are no UTF-8`);
}
