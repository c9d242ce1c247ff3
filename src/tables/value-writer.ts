import { didYouMean } from "../base/diagnostics.js";
import type {
  ArrayBuilder,
  BoolBuilder,
  BytesBuilder,
  ListBuilder,
  NumberBuilder,
  StructBuilder,
} from "../formats/arrow/array-builder.js";
import type { FieldType, ListType, StructType } from "./contract.js";
import { showValue, ValueFault } from "./contract-fault.js";
import { type FieldRules, refuseNull } from "./field-rules.js";
import { formatFieldType, INTEGER_RANGE, isFloat, isInteger } from "./field-type.js";

/** Appends one JavaScript value to an Arrow array. @throws {ValueFault} */
export type ValueWriter = (value: unknown) => void;

interface WriterContext {
  readonly type: FieldType;
  readonly builder: ArrayBuilder;
  readonly rules: FieldRules;
  readonly nullable: boolean;
  /** Whether this is an item or a member, not a column. */
  readonly inside?: boolean;
}

/** Typed arrays whose elements are exactly those of a column type: they are copied whole. */
const ARRAY_OF_TYPE: Readonly<Record<string, new (length: number) => ArrayLike<unknown>>> = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
};

/**
 * The writer for a contract type. Accepts: integers as number or bigint (64-bit: safe integers or bigint); floats as
 * number; text as string; binary as Uint8Array; timestamp as Date or bigint microseconds; lists as arrays or typed
 * arrays; structs as objects. null and undefined mean null.
 */
export function valueWriter(context: WriterContext): ValueWriter {
  const { builder, nullable, inside = false } = context;
  const write = presentWriter(context);
  return (value) => {
    if (value !== null && value !== undefined) write(value);
    else if (nullable) builder.appendNull();
    else refuseNull(inside);
  };
}

function presentWriter(context: WriterContext): ValueWriter {
  const { type } = context;
  switch (type.kind) {
    case "list":
      return listWriter(context, type);
    case "struct":
      return structWriter(context, type);
    case "bool": {
      const builder = context.builder as BoolBuilder;
      return (value) => {
        if (typeof value !== "boolean") refuseType(value, type);
        builder.append(value);
      };
    }
    case "utf8":
      return textWriter(context);
    case "binary": {
      const builder = context.builder as BytesBuilder;
      return (value) => {
        if (!(value instanceof Uint8Array)) refuseType(value, type);
        builder.appendBytes(value);
      };
    }
    case "timestamp": {
      const builder = context.builder as NumberBuilder;
      return (value) => builder.append(microseconds(value, type));
    }
    case "float32":
    case "float64":
      return floatWriter(context);
    case "int64":
    case "uint64":
      return wideIntegerWriter(context);
    default:
      return integerWriter(context);
  }
}

function refuseType(value: unknown, type: FieldType): never {
  const kind = typeof value === "string" ? "text" : typeof value === "object" ? "" : typeof value;
  const shown = kind === "" ? showValue(value) : `${showValue(value)} (${kind})`;
  const wayOut =
    type.kind === "timestamp" && typeof value === "number"
      ? "Give a Date, or microseconds since 1970-01-01 UTC as bigint."
      : undefined;
  throw new ValueFault("type", value, `is ${shown}, but the contract says ${formatFieldType(type)}`, wayOut);
}

function microseconds(value: unknown, type: FieldType): bigint {
  if (value instanceof Date) {
    const milliseconds = value.getTime();
    if (Number.isNaN(milliseconds)) refuseType(value, type);
    return BigInt(milliseconds) * 1000n;
  }
  if (typeof value !== "bigint") refuseType(value, type);
  if (value !== BigInt.asIntN(64, value))
    throw new ValueFault("range", value, `is ${value}, which does not fit 64 bits`);
  return value;
}

function textWriter({ builder: anyBuilder, rules, type }: WriterContext): ValueWriter {
  const builder = anyBuilder as BytesBuilder;
  const checked = rules.hasTextRules;
  return (value) => {
    if (typeof value !== "string") refuseType(value, type);
    if (checked) rules.checkText(value);
    if (!builder.appendText(value) && !isWellFormed(value)) {
      throw new ValueFault("unicode", value, `is ${showValue(value)}, which holds half of a surrogate pair`);
    }
  };
}

/** Whether text has no lone surrogate (`String.prototype.isWellFormed`, which Node has since 20). */
function isWellFormed(text: string): boolean {
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}

function floatWriter({ builder: anyBuilder, rules, type }: WriterContext): ValueWriter {
  const builder = anyBuilder as NumberBuilder;
  const narrow = type.kind === "float32";
  const checked = rules.hasNumberRules;
  return (value) => {
    if (typeof value !== "number") refuseType(value, type);
    if (checked || Number.isNaN(value)) rules.checkFloat(value);
    if (narrow && Number.isFinite(value) && !Number.isFinite(Math.fround(value))) {
      throw new ValueFault("range", value, `is ${value}, which does not fit float32`);
    }
    builder.append(value);
  };
}

function refuseFraction(value: number, type: FieldType): never {
  if (Number.isNaN(value)) throw new ValueFault("type", value, `is NaN, but the contract says ${type.kind}`);
  throw new ValueFault(
    "type",
    value,
    `is ${showValue(value)}, but the contract says ${type.kind}`,
    "Round it, or declare a float.",
  );
}

function integerWriter({ builder: anyBuilder, rules, type }: WriterContext): ValueWriter {
  const builder = anyBuilder as NumberBuilder;
  const [lowest, highest] = (INTEGER_RANGE[type.kind] ?? [0n, 0n]).map(Number) as [number, number];
  const checked = rules.hasNumberRules;
  return (value) => {
    if (typeof value !== "number" && typeof value !== "bigint") refuseType(value, type);
    if (typeof value === "number" && !Number.isInteger(value)) refuseFraction(value, type);
    if (value < lowest || value > highest) {
      throw new ValueFault("range", value, `is ${value}, which does not fit ${type.kind} (${lowest} to ${highest})`);
    }
    if (checked) rules.checkNumber(value);
    builder.append(typeof value === "bigint" ? Number(value) : value);
  };
}

function wideIntegerWriter({ builder: anyBuilder, rules, type }: WriterContext): ValueWriter {
  const builder = anyBuilder as NumberBuilder;
  const [lowest, highest] = INTEGER_RANGE[type.kind] as readonly [bigint, bigint];
  const checked = rules.hasNumberRules;
  return (value) => {
    if (typeof value !== "number" && typeof value !== "bigint") refuseType(value, type);
    if (typeof value === "number" && !Number.isSafeInteger(value)) {
      if (!Number.isInteger(value)) refuseFraction(value, type);
      throw new ValueFault("range", value, `is ${value}, a number above 2^53, which is not exact`, "Give a bigint.");
    }
    const wide = BigInt(value);
    if (wide < lowest || wide > highest) {
      throw new ValueFault("range", value, `is ${value}, which does not fit ${type.kind} (${lowest} to ${highest})`);
    }
    if (checked) rules.checkNumber(wide);
    builder.append(wide);
  };
}

function inPath(error: unknown, part: string): unknown {
  if (error instanceof ValueFault) error.path = `${part}${error.path}`;
  return error;
}

function writeItems(items: ArrayLike<unknown>, write: ValueWriter): void {
  let index = 0;
  try {
    for (; index < items.length; index++) write(items[index]);
  } catch (error) {
    throw inPath(error, `[${index}]`);
  }
}

function listWriter({ builder: anyBuilder, rules, type }: WriterContext, list: ListType): ValueWriter {
  const builder = anyBuilder as ListBuilder;
  const item = list.item;
  const write = valueWriter({
    type: item,
    builder: builder.child,
    rules,
    nullable: list.itemNullable === true,
    inside: true,
  });
  const sameArray = ARRAY_OF_TYPE[item.kind];
  const needsLook = rules.hasNumberRules || (isFloat(item) && !rules.nan);
  return (value) => {
    if (sameArray !== undefined && value instanceof sameArray) {
      if (needsLook) checkArray(value as unknown as ArrayLike<number | bigint>, item, rules);
      (builder.child as NumberBuilder).appendArray(value as unknown as ArrayLike<number>);
    } else {
      if (!isList(value)) refuseType(value, type);
      writeItems(value, write);
    }
    builder.close();
  };
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** @throws {ValueFault} with the index in its path. */
function checkArray(values: ArrayLike<number | bigint>, item: FieldType, rules: FieldRules): void {
  const integer = isInteger(item);
  writeItems(values, (value) => {
    if (integer) rules.checkNumber(value as number);
    else if (rules.hasNumberRules || Number.isNaN(value)) rules.checkFloat(value as number);
  });
}

function structWriter({ builder: anyBuilder, rules, type }: WriterContext, struct: StructType): ValueWriter {
  const builder = anyBuilder as StructBuilder;
  const names = struct.members.map((member) => member.name);
  const writers = struct.members.map((member, index) =>
    valueWriter({
      type: member.type,
      builder: builder.children[index] as ArrayBuilder,
      rules,
      nullable: member.nullable === true,
      inside: true,
    }),
  );
  return (value) => {
    if (typeof value !== "object" || isList(value) || value instanceof Date) refuseType(value, type);
    const object = value as Readonly<Record<string, unknown>>;
    for (const name in object) {
      if (names.includes(name)) continue;
      const fault = new ValueFault("columns", object[name], "is not in the contract", didYouMean(name, names));
      fault.path = `.${name}`;
      throw fault;
    }
    let index = 0;
    try {
      for (; index < names.length; index++) (writers[index] as ValueWriter)(object[names[index] as string]);
    } catch (error) {
      throw inPath(error, `.${names[index]}`);
    }
    builder.close();
  };
}
