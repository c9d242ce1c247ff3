import {
  Field as ArrowField,
  Binary,
  Bool,
  type DataType,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  List,
  Schema,
  Struct,
  TimestampMicrosecond,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
} from "apache-arrow";
import type { Contract, FieldType } from "./contract.js";

const SCALARS = {
  bool: () => new Bool(),
  int8: () => new Int8(),
  int16: () => new Int16(),
  int32: () => new Int32(),
  int64: () => new Int64(),
  uint8: () => new Uint8(),
  uint16: () => new Uint16(),
  uint32: () => new Uint32(),
  uint64: () => new Uint64(),
  float32: () => new Float32(),
  float64: () => new Float64(),
  utf8: () => new Utf8(),
  binary: () => new Binary(),
  timestamp: () => new TimestampMicrosecond(),
} as const;

/**
 * The Arrow type of a contract type. Items and members are declared nullable, as Parquet stores them; whether they may
 * be null is the contract's rule. A timestamp is microseconds since 1970-01-01 UTC.
 */
export function arrowType(type: FieldType): DataType {
  if (type.kind === "list") return new List(new ArrowField("item", arrowType(type.item), true));
  if (type.kind === "struct") {
    return new Struct(type.members.map((member) => new ArrowField(member.name, arrowType(member.type), true)));
  }
  return SCALARS[type.kind]();
}

/**
 * The Arrow schema of a contract. Field metadata: `unit`, `description`; schema metadata: `dataset`, `table`,
 * `contract` (the contract's hash).
 */
export function arrowSchema(contract: Contract): Schema {
  const fields = contract.fields.map((field) => {
    const metadata = new Map<string, string>();
    if (field.unit !== undefined) metadata.set("unit", field.unit);
    metadata.set("description", field.description);
    return new ArrowField(field.name, arrowType(field.type), field.nullable, metadata);
  });
  const metadata = new Map([
    ["dataset", contract.dataset],
    ["table", contract.table],
    ["contract", contract.hash],
  ]);
  return new Schema(fields, metadata);
}
