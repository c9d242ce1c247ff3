import type { YAMLMap } from "yaml";
import type { Field, FieldType } from "./contract.js";
import {
  hasFloat,
  INTEGER_RANGE,
  isColumnName,
  isFloat,
  isInteger,
  itemType,
  parseFieldType,
  TypeSyntaxError,
} from "./field-type.js";

const FIELD_KEYS = [
  "name",
  "type",
  "nullable",
  "unit",
  "description",
  "values",
  "minimum",
  "maximum",
  "pattern",
  "nan",
  "references",
];

/** What {@link readField} needs from the reader of the whole file. */
export interface FieldReader {
  fault(node: unknown, message: string, hint?: string, shift?: number): void;
  entries(map: YAMLMap, known: readonly string[], required: readonly string[], what: string): Map<string, unknown>;
  scalar(node: unknown): unknown;
  text(node: unknown): string | undefined;
  describe(node: unknown): string;
  items(node: unknown): readonly unknown[] | undefined;
}

/** One column of a contract file; faults go to the reader, undefined comes back when name or type is unusable. */
export function readField(reader: FieldReader, map: YAMLMap): Field | undefined {
  const entries = reader.entries(map, FIELD_KEYS, ["name", "type", "description"], "column");
  const name = reader.text(entries.get("name"));
  if (name !== undefined && !isColumnName(name)) {
    reader.fault(
      entries.get("name"),
      `"${name}" is no column name: lower-case letters, digits and _, beginning with a letter`,
    );
  }
  const type = readType(reader, entries.get("type"));
  const description = reader.text(entries.get("description")) ?? "";
  const unit = reader.text(entries.get("unit"));
  const references = reader.text(entries.get("references"));
  if (references !== undefined && !/^([a-z][a-z0-9_]*\.)?[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/.test(references)) {
    reader.fault(entries.get("references"), `references is table.column or dataset.table.column, not "${references}"`);
  }
  const nullable = readBoolean(reader, entries.get("nullable"));
  const nan = readBoolean(reader, entries.get("nan"));
  if (name === undefined || type === undefined) return undefined;
  if (nan && !hasFloat(type)) reader.fault(entries.get("nan"), `nan is for float columns, "${name}" is ${type.kind}`);
  const values = readValues(reader, entries.get("values"), itemType(type), name);
  const minimum = readBound(reader, entries.get("minimum"), itemType(type), name);
  const maximum = readBound(reader, entries.get("maximum"), itemType(type), name);
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    reader.fault(entries.get("minimum"), `minimum ${minimum} is above maximum ${maximum}`);
  }
  const pattern = readPattern(reader, entries.get("pattern"), itemType(type), name);
  return {
    name,
    type,
    nullable,
    ...(unit === undefined ? {} : { unit }),
    description,
    ...(values === undefined ? {} : { values }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(pattern === undefined ? {} : { pattern }),
    nan,
    ...(references === undefined ? {} : { references }),
  };
}

function readType(reader: FieldReader, node: unknown): FieldType | undefined {
  const text = reader.text(node);
  if (text === undefined) return undefined;
  try {
    return parseFieldType(text);
  } catch (error) {
    if (!(error instanceof TypeSyntaxError)) throw error;
    reader.fault(node, error.message, error.hint, error.position);
    return undefined;
  }
}

function readBoolean(reader: FieldReader, node: unknown): boolean {
  if (node === undefined) return false;
  const value = reader.scalar(node);
  if (typeof value === "boolean") return value;
  reader.fault(node, `expected true or false, found ${reader.describe(node)}`);
  return false;
}

function readBound(reader: FieldReader, node: unknown, type: FieldType, column: string): number | undefined {
  if (node === undefined) return undefined;
  const value = reader.scalar(node);
  if (typeof value !== "number" || !Number.isFinite(value)) {
    reader.fault(node, `expected a finite number, found ${reader.describe(node)}`);
    return undefined;
  }
  if (!isInteger(type) && !isFloat(type)) {
    reader.fault(node, `bounds are for numbers, "${column}" is ${type.kind}`);
    return undefined;
  }
  if (isInteger(type) && !Number.isSafeInteger(value)) {
    reader.fault(node, `the bound of an integer column is an integer of at most 2^53, not ${value}`);
    return undefined;
  }
  return value;
}

function readPattern(reader: FieldReader, node: unknown, type: FieldType, column: string): string | undefined {
  const pattern = reader.text(node);
  if (pattern === undefined) return undefined;
  if (type.kind !== "utf8") reader.fault(node, `pattern is for utf8, "${column}" is ${type.kind}`);
  try {
    new RegExp(`^(?:${pattern})$`, "u");
  } catch (error) {
    reader.fault(node, `pattern is no regular expression: ${(error as Error).message}`);
  }
  return pattern;
}

function readValues(
  reader: FieldReader,
  node: unknown,
  type: FieldType,
  column: string,
): readonly (string | number)[] | undefined {
  const items = reader.items(node);
  if (items === undefined) return undefined;
  if (type.kind !== "utf8" && !isInteger(type)) {
    reader.fault(node, `values are for utf8 and integers, "${column}" is ${type.kind}`);
    return undefined;
  }
  if (items.length === 0) reader.fault(node, "values lists at least one value");
  const values: (string | number)[] = [];
  for (const item of items) {
    const value = reader.scalar(item);
    const range = INTEGER_RANGE[type.kind];
    if (range === undefined ? typeof value !== "string" : !Number.isSafeInteger(value)) {
      const hint = range === undefined ? 'quote it: "yes", "1", "null" are text only in quotes' : undefined;
      reader.fault(
        item,
        `a value of a ${type.kind} column is ${range === undefined ? "text" : "an integer"}, found ${reader.describe(item)}`,
        hint,
      );
    } else if (range !== undefined && (BigInt(value as number) < range[0] || BigInt(value as number) > range[1])) {
      reader.fault(item, `${value} does not fit ${type.kind}`);
    } else if (values.includes(value as string | number)) {
      reader.fault(item, `value ${JSON.stringify(value)} occurs twice`);
    } else {
      values.push(value as string | number);
    }
  }
  return values;
}
