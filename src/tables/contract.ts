/**
 * A contract declares one table: its columns, units, keys and allowed values. `schemas/<dataset>/<table>.yaml` is the
 * only place where a table is declared; everything else (TypeScript row types, Arrow schema, checks, documentation)
 * is derived from the {@link Contract} parsed from it.
 */

/** Arrow types that a contract may use. float16 and fixed-size binary are refused: DuckDB cannot store them. */
export type FieldType =
  | { readonly kind: "bool" | "utf8" | "binary" | "float32" | "float64" | "timestamp" }
  | { readonly kind: "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32" | "uint64" }
  | ListType
  | StructType;

/** `list<utf8>`; with `list<utf8?>` items may be null. */
export interface ListType {
  readonly kind: "list";
  readonly item: FieldType;
  readonly itemNullable?: boolean;
}

/** `struct<a: utf8, b: float64?>`; members with `?` may be null. */
export interface StructType {
  readonly kind: "struct";
  readonly members: readonly StructMember[];
}

export interface StructMember {
  readonly name: string;
  readonly type: FieldType;
  readonly nullable?: boolean;
}

/** One column. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly nullable: boolean;
  /** SI or field-standard unit, for example `s`, `um`, `synapse_count`. */
  readonly unit?: string;
  /** One sentence. */
  readonly description: string;
  /** The only values allowed (strings or integers); for lists, allowed items. */
  readonly values?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** A regular expression that the whole text must match. */
  readonly pattern?: string;
  /** Whether NaN may occur (float columns; default false: missing is null). */
  readonly nan: boolean;
  /** `dataset.table.column` or `table.column` that must hold the value (checked by `check`, not per batch). */
  readonly references?: string;
}

/** One table's contract. */
export interface Contract {
  readonly dataset: string;
  readonly table: string;
  /** `public` tables are listed in DESIGN section 6; `record` tables are source-shaped intermediates. */
  readonly role: "public" | "view" | "record";
  readonly description: string;
  /** Columns that identify a row. Empty: no key. */
  readonly key: readonly string[];
  /** Row order within a partition; begins the logical order that the table hash uses. Default: the key. */
  readonly sort: readonly string[];
  readonly fields: readonly Field[];
  /** Hash of everything above that changes meaning (not the descriptions). */
  readonly hash: string;
}

/** A row as loaders and transforms write it: one property per column; missing and undefined mean null. */
export type Row = Readonly<Record<string, unknown>>;

/** `dataset.table`. */
export function qualifiedName(contract: Pick<Contract, "dataset" | "table">): string {
  return `${contract.dataset}.${contract.table}`;
}
