import {
  DuckDBArrayValue,
  type DuckDBBlobValue,
  type DuckDBDateValue,
  type DuckDBDecimalType,
  type DuckDBDecimalValue,
  type DuckDBListValue,
  type DuckDBMapValue,
  type DuckDBStructValue,
  type DuckDBTimeValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from "@duckdb/node-api";
import {
  Binary,
  Bool,
  type Data,
  type DataType,
  DateDay,
  Decimal,
  Field,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  List,
  Map_,
  makeData,
  Struct,
  TimeMicrosecond,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
} from "apache-arrow";
import type { NumberArray } from "../base/number-array.js";

/** One DuckDB type as Arrow: the type, and how a column of values becomes its buffers. */
export interface ArrowColumn {
  readonly type: DataType;
  data(values: readonly DuckDBValue[]): Data;
}

/**
 * Arrow's form of a DuckDB type. HUGEINT becomes decimal(38, 0), as in DuckDB's own Arrow export; ENUM becomes text; a
 * fixed array becomes a list; types that Arrow lacks (UUID, INTERVAL, BIT, UNION, TIMETZ, UHUGEINT) become text.
 */
export function arrowColumn(type: DuckDBType): ArrowColumn {
  const simple = FIXED[type.typeId];
  if (simple !== undefined) return simple();
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return booleans();
    case DuckDBTypeId.HUGEINT:
      return decimals(0, 38, (value) => value as bigint);
    case DuckDBTypeId.DECIMAL: {
      const { scale, width } = type as DuckDBDecimalType;
      return decimals(scale, width, (value) => (value as DuckDBDecimalValue).value);
    }
    case DuckDBTypeId.BLOB:
      return bytes(new Binary(), (value) => (value as DuckDBBlobValue).bytes);
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
      return lists(arrowColumn((type as unknown as { valueType: DuckDBType }).valueType));
    case DuckDBTypeId.STRUCT:
      return structs(type as unknown as { entryNames: readonly string[]; entryTypes: readonly DuckDBType[] });
    case DuckDBTypeId.MAP:
      return maps(type as unknown as { keyType: DuckDBType; valueType: DuckDBType });
    default:
      return bytes(new Utf8(), (value) => Buffer.from(String(value), "utf8"));
  }
}

const micros = (value: DuckDBValue) => (value as { micros: bigint }).micros;

const FIXED: Partial<Record<DuckDBTypeId, () => ArrowColumn>> = {
  [DuckDBTypeId.TINYINT]: () => fixed(new Int8(), (n) => new Int8Array(n)),
  [DuckDBTypeId.SMALLINT]: () => fixed(new Int16(), (n) => new Int16Array(n)),
  [DuckDBTypeId.INTEGER]: () => fixed(new Int32(), (n) => new Int32Array(n)),
  [DuckDBTypeId.BIGINT]: () => fixed(new Int64(), (n) => new BigInt64Array(n)),
  [DuckDBTypeId.UTINYINT]: () => fixed(new Uint8(), (n) => new Uint8Array(n)),
  [DuckDBTypeId.USMALLINT]: () => fixed(new Uint16(), (n) => new Uint16Array(n)),
  [DuckDBTypeId.UINTEGER]: () => fixed(new Uint32(), (n) => new Uint32Array(n)),
  [DuckDBTypeId.UBIGINT]: () => fixed(new Uint64(), (n) => new BigUint64Array(n)),
  [DuckDBTypeId.FLOAT]: () => fixed(new Float32(), (n) => new Float32Array(n)),
  [DuckDBTypeId.DOUBLE]: () => fixed(new Float64(), (n) => new Float64Array(n)),
  [DuckDBTypeId.DATE]: () =>
    fixed(
      new DateDay(),
      (n) => new Int32Array(n),
      (value) => (value as DuckDBDateValue).days,
    ),
  [DuckDBTypeId.TIME]: () =>
    fixed(
      new TimeMicrosecond(),
      (n) => new BigInt64Array(n),
      (value) => (value as DuckDBTimeValue).micros,
    ),
  [DuckDBTypeId.TIMESTAMP]: () => fixed(new TimestampMicrosecond(), (n) => new BigInt64Array(n), micros),
  [DuckDBTypeId.TIMESTAMP_TZ]: () => fixed(new TimestampMicrosecond("UTC"), (n) => new BigInt64Array(n), micros),
  [DuckDBTypeId.TIMESTAMP_S]: () =>
    fixed(
      new TimestampSecond(),
      (n) => new BigInt64Array(n),
      (value) => (value as { seconds: bigint }).seconds,
    ),
  [DuckDBTypeId.TIMESTAMP_MS]: () =>
    fixed(
      new TimestampMillisecond(),
      (n) => new BigInt64Array(n),
      (value) => (value as { millis: bigint }).millis,
    ),
  [DuckDBTypeId.TIMESTAMP_NS]: () =>
    fixed(
      new TimestampNanosecond(),
      (n) => new BigInt64Array(n),
      (value) => (value as { nanos: bigint }).nanos,
    ),
};

function fixed(
  type: DataType,
  allocate: (length: number) => NumberArray,
  convert: (value: DuckDBValue) => number | bigint = (value) => value as number | bigint,
): ArrowColumn {
  return {
    type,
    data(values) {
      const data = allocate(values.length);
      values.forEach((value, index) => {
        if (value !== null) (data as { [index: number]: number | bigint })[index] = convert(value);
      });
      return make({ type, length: values.length, ...validity(values), data });
    },
  };
}

function booleans(): ArrowColumn {
  const type = new Bool();
  return {
    type,
    data(values) {
      const data = new Uint8Array(Math.ceil(values.length / 8));
      values.forEach((value, index) => {
        if (value === true) data[index >> 3] = (data[index >> 3] as number) | (1 << (index & 7));
      });
      return make({ type, length: values.length, ...validity(values), data });
    },
  };
}

function decimals(scale: number, width: number, convert: (value: DuckDBValue) => bigint): ArrowColumn {
  const type = new Decimal(scale, width, 128);
  return {
    type,
    data(values) {
      const data = new BigInt64Array(values.length * 2);
      values.forEach((value, index) => {
        if (value === null) return;
        const unscaled = convert(value);
        data[index * 2] = BigInt.asIntN(64, unscaled);
        data[index * 2 + 1] = BigInt.asIntN(64, unscaled >> 64n);
      });
      return make({ type, length: values.length, ...validity(values), data: new Uint32Array(data.buffer) });
    },
  };
}

function bytes(type: Utf8 | Binary, convert: (value: DuckDBValue) => Uint8Array): ArrowColumn {
  return {
    type,
    data(values) {
      const pieces = values.map((value) => (value === null ? EMPTY : convert(value)));
      const data = Buffer.concat(pieces);
      const valueOffsets = offsets(pieces.map((piece) => piece.length));
      return make({ type, length: values.length, ...validity(values), valueOffsets, data: new Uint8Array(data) });
    },
  };
}

const EMPTY = new Uint8Array(0);

function lists(item: ArrowColumn): ArrowColumn {
  const type = new List(new Field("item", item.type, true));
  return {
    type,
    data(values) {
      const rows = values.map((value) => {
        if (value === null) return [];
        return value instanceof DuckDBArrayValue ? value.items : (value as DuckDBListValue).items;
      });
      const valueOffsets = offsets(rows.map((row) => row.length));
      return make({ type, length: values.length, ...validity(values), valueOffsets, child: item.data(rows.flat(1)) });
    },
  };
}

function structs({
  entryNames,
  entryTypes,
}: {
  entryNames: readonly string[];
  entryTypes: readonly DuckDBType[];
}): ArrowColumn {
  const columns = entryTypes.map(arrowColumn);
  const type = new Struct(columns.map((column, index) => new Field(entryNames[index] as string, column.type, true)));
  return {
    type,
    data(values) {
      const children = columns.map((column, index) => {
        const name = entryNames[index] as string;
        return column.data(values.map((value) => (value as DuckDBStructValue | null)?.entries[name] ?? null));
      });
      return make({ type, length: values.length, ...validity(values), children });
    },
  };
}

function maps({ keyType, valueType }: { keyType: DuckDBType; valueType: DuckDBType }): ArrowColumn {
  const key = arrowColumn(keyType);
  const entry = arrowColumn(valueType);
  const fields = [new Field("key", key.type, false), new Field("value", entry.type, true)] as const;
  const struct = new Struct([...fields]);
  const type = new Map_(new Field("entries", struct, false) as never, false);
  return {
    type,
    data(values) {
      const rows = values.map((value) => (value === null ? [] : (value as DuckDBMapValue).entries));
      const flat = rows.flat(1);
      const children = [key.data(flat.map((pair) => pair.key)), entry.data(flat.map((pair) => pair.value))];
      const child = make({ type: struct, length: flat.length, nullCount: 0, children });
      const valueOffsets = offsets(rows.map((row) => row.length));
      return make({ type, length: values.length, ...validity(values), valueOffsets, child });
    },
  };
}

function offsets(lengths: readonly number[]): Int32Array {
  const result = new Int32Array(lengths.length + 1);
  lengths.forEach((length, index) => {
    result[index + 1] = (result[index] as number) + length;
  });
  return result;
}

function validity(values: readonly DuckDBValue[]): { nullCount: number; nullBitmap?: Uint8Array } {
  const nullCount = values.reduce<number>((count, value) => (value === null ? count + 1 : count), 0);
  if (nullCount === 0) return { nullCount };
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, index) => {
    if (value !== null) nullBitmap[index >> 3] = (nullBitmap[index >> 3] as number) | (1 << (index & 7));
  });
  return { nullCount, nullBitmap };
}

/** `makeData` is overloaded per type; the pieces given here fit the type by construction. */
function make(properties: Readonly<Record<string, unknown>>): Data {
  return (makeData as unknown as (properties: Readonly<Record<string, unknown>>) => Data)(properties);
}
