import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from "@duckdb/node-api";

/** The shortest decimal text that reads back as the same 32-bit float. */
export function float32Text(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return numberText(value);
  for (let digits = 1; digits < 10; digits += 1) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Bytes as text where they are printable UTF-8, otherwise as `\x` pairs, as DuckDB shows them. */
function blobText(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) => (byte >= 32 && byte < 127 && byte !== 92 ? String.fromCharCode(byte) : hexadecimal(byte)))
    .join("");
}

function hexadecimal(byte: number): string {
  return `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

/**
 * A value as a person reads it and as CSV holds it: numbers in full, NaN and Infinity by name, timestamps in ISO order
 * with all their digits, nested values as JSON. NULL is null.
 */
export function valueText(value: DuckDBValue, type: DuckDBType): string | null {
  if (value === null) return null;
  if (typeof value === "string") return value;
  if (typeof value === "number") return type.typeId === DuckDBTypeId.FLOAT ? float32Text(value) : numberText(value);
  if (value instanceof DuckDBBlobValue) return blobText(value.bytes);
  if (isNested(value)) return valueJson(value, type);
  return String(value);
}

function isNested(value: DuckDBValue): boolean {
  return (
    value instanceof DuckDBListValue ||
    value instanceof DuckDBArrayValue ||
    value instanceof DuckDBStructValue ||
    value instanceof DuckDBMapValue
  );
}

/**
 * A value as JSON text. Integers that a double holds exactly are numbers, larger ones strings; NaN and the infinities
 * are the strings "NaN", "Infinity", "-Infinity" (null is NULL alone); decimals of up to 15 digits are numbers, longer
 * ones strings; binary is base64; a map is a list of {key, value}; columns of type JSON are the document they hold.
 */
export function valueJson(value: DuckDBValue, type: DuckDBType): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return `"${value}"`;
    return type.typeId === DuckDBTypeId.FLOAT ? float32Text(value) : numberText(value);
  }
  if (typeof value === "bigint") {
    const exact = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
    return exact ? String(value) : `"${value}"`;
  }
  if (typeof value === "string") return type.alias === "JSON" ? documentText(value) : JSON.stringify(value);
  if (value instanceof DuckDBBlobValue) return JSON.stringify(Buffer.from(value.bytes).toString("base64"));
  if (value instanceof DuckDBDecimalValue) {
    const text = value.toString();
    return value.value < 10n ** 15n && value.value > -(10n ** 15n) ? text : JSON.stringify(text);
  }
  return nestedJson(value, type);
}

function nestedJson(value: DuckDBValue, type: DuckDBType): string {
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    const item = (type as { valueType: DuckDBType }).valueType;
    return `[${value.items.map((entry) => valueJson(entry, item)).join(",")}]`;
  }
  if (value instanceof DuckDBStructValue) {
    const { entryNames, entryTypes } = type as unknown as { entryNames: string[]; entryTypes: DuckDBType[] };
    const members = entryNames.map((name, index) => {
      const entry = value.entries[name] ?? null;
      return `${JSON.stringify(name)}:${valueJson(entry, entryTypes[index] as DuckDBType)}`;
    });
    return `{${members.join(",")}}`;
  }
  if (value instanceof DuckDBMapValue) {
    const { keyType, valueType } = type as unknown as { keyType: DuckDBType; valueType: DuckDBType };
    const entries = value.entries.map(
      (entry) => `{"key":${valueJson(entry.key, keyType)},"value":${valueJson(entry.value, valueType)}}`,
    );
    return `[${entries.join(",")}]`;
  }
  return JSON.stringify(String(value));
}

/** A JSON document as it stands, on one line; as a string should it not be JSON. */
function documentText(text: string): string {
  try {
    JSON.parse(text);
    return text.replace(/[\r\n]+/g, " ");
  } catch {
    return JSON.stringify(text);
  }
}

/** Whether people expect the column's values to stand right. */
export function isNumeric(type: DuckDBType): boolean {
  return NUMERIC.has(type.typeId);
}

const NUMERIC = new Set<DuckDBTypeId>([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
]);
