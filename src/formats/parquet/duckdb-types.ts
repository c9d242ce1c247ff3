import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DOUBLE,
  type DuckDBType,
  DuckDBTypeId,
  FLOAT,
  INTEGER,
  LIST,
  SMALLINT,
  STRUCT,
  TIMESTAMP,
  TINYINT,
  UBIGINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
  VARCHAR,
} from "@duckdb/node-api";
import {
  Binary,
  Bool,
  DataType,
  Field,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  List,
  Precision,
  Struct,
  TimestampMicrosecond,
  TimeUnit,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
} from "apache-arrow";
import { FormatError } from "../../base/errors.js";

const SIGNED: Readonly<Record<number, DuckDBType>> = { 8: TINYINT, 16: SMALLINT, 32: INTEGER, 64: BIGINT };
const UNSIGNED: Readonly<Record<number, DuckDBType>> = { 8: UTINYINT, 16: USMALLINT, 32: UINTEGER, 64: UBIGINT };

/** The DuckDB type that stores an Arrow type. @throws {FormatError} `format/parquet-type` */
export function duckdbType(type: DataType): DuckDBType {
  if (DataType.isInt(type)) return (type.isSigned ? SIGNED : UNSIGNED)[type.bitWidth] as DuckDBType;
  if (DataType.isFloat(type) && type.precision === Precision.SINGLE) return FLOAT;
  if (DataType.isFloat(type) && type.precision === Precision.DOUBLE) return DOUBLE;
  if (DataType.isBool(type)) return BOOLEAN;
  if (DataType.isUtf8(type)) return VARCHAR;
  if (DataType.isBinary(type)) return BLOB;
  if (DataType.isTimestamp(type) && type.unit === TimeUnit.MICROSECOND && !type.timezone) return TIMESTAMP;
  if (DataType.isList(type)) return LIST(duckdbType(type.children[0]?.type as DataType));
  if (DataType.isStruct(type)) {
    return STRUCT(Object.fromEntries(type.children.map((field) => [field.name, duckdbType(field.type)])));
  }
  throw new FormatError("parquet-type", `Arrow type ${String(type)} cannot be written as Parquet`, {
    fields: { type: String(type) },
  });
}

/** The Arrow type of a DuckDB column. @throws {FormatError} `format/parquet-type` naming the column. */
export function arrowTypeOf(type: DuckDBType, column: string): DataType {
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return new Bool();
    case DuckDBTypeId.TINYINT:
      return new Int8();
    case DuckDBTypeId.SMALLINT:
      return new Int16();
    case DuckDBTypeId.INTEGER:
      return new Int32();
    case DuckDBTypeId.BIGINT:
      return new Int64();
    case DuckDBTypeId.UTINYINT:
      return new Uint8();
    case DuckDBTypeId.USMALLINT:
      return new Uint16();
    case DuckDBTypeId.UINTEGER:
      return new Uint32();
    case DuckDBTypeId.UBIGINT:
      return new Uint64();
    case DuckDBTypeId.FLOAT:
      return new Float32();
    case DuckDBTypeId.DOUBLE:
      return new Float64();
    case DuckDBTypeId.VARCHAR:
      return new Utf8();
    case DuckDBTypeId.BLOB:
      return new Binary();
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_TZ:
      return new TimestampMicrosecond();
    case DuckDBTypeId.LIST:
      return new List(new Field("item", arrowTypeOf(type.valueType, column), true));
    case DuckDBTypeId.STRUCT:
      return new Struct(
        type.entryNames.map((name, index) => {
          return new Field(name, arrowTypeOf(type.entryTypes[index] as DuckDBType, `${column}.${name}`), true);
        }),
      );
    default:
      throw new FormatError("parquet-type", `column "${column}" has type ${type.toString()}, which tables do not use`, {
        fields: { column, type: type.toString() },
      });
  }
}
