import type { SerializedError } from "../base/errors.js";

/** A column's name, DuckDB type and documentation, as `DESCRIBE` and comments show them. */
export interface SqlColumn {
  readonly name: string;
  /** DuckDB's name of the type (`VARCHAR`, `DOUBLE`, `BIGINT[]`). Used where a table has no part to read it from. */
  readonly type: string;
  readonly description?: string;
}

/** One current table: the parts of its snapshot, in order. */
export interface SqlView {
  /** `dataset.table`. */
  readonly name: string;
  /** Absolute paths of the Parquet parts. Empty: `columns` says what the table would hold. */
  readonly partPaths: readonly string[];
  readonly description?: string;
  readonly columns?: readonly SqlColumn[];
}

/** A value of the catalogue's tables. Lists and objects are stored as JSON text. */
export type CatalogueValue = null | boolean | number | bigint | string;

export type CatalogueRow = Readonly<Record<string, CatalogueValue>>;

/** The rows behind `neurotables.snapshot`, `neurotables.run` and `neurotables.step`. */
export interface SqlCatalogue {
  readonly snapshot: readonly CatalogueRow[];
  readonly run: readonly CatalogueRow[];
  readonly step: readonly CatalogueRow[];
}

/** What a query may see and use. Plain data: it is sent to the process that runs it. */
export interface SqlScope {
  readonly views: readonly SqlView[];
  readonly catalogue: SqlCatalogue;
  /** A folder of this session alone, for spilled data and for {@link exportPath}. It exists and is empty. */
  readonly temporaryDirectory: string;
  readonly memoryBytes: number;
  readonly threads: number;
  /** The one file, below `temporaryDirectory`, that a Parquet result is written to. */
  readonly exportPath: string;
}

export const SQL_FORMATS = ["table", "json", "csv", "arrow", "parquet"] as const;

export type SqlFormat = (typeof SQL_FORMATS)[number];

/** A result column. `align` is for people: numbers stand right. */
export interface ResultColumn {
  readonly name: string;
  readonly type: string;
  readonly align: "left" | "right";
}

/** What {@link SqlSession.query} hands on, in order: `columns`, then `cells` or `bytes`, while they come. */
export interface ResultSink {
  columns(columns: readonly ResultColumn[]): void;
  /** Rows of the `table` format, one text per column; null for NULL. */
  cells(rows: readonly (readonly (string | null)[])[]): void | Promise<void>;
  /** A piece of a json, csv or arrow document. */
  bytes(piece: Uint8Array): void | Promise<void>;
}

export interface ResultSummary {
  readonly rows: number;
  readonly seconds: number;
}

/** Messages to the process that runs queries. */
export type SqlRequest =
  | { readonly kind: "open"; readonly scope: SqlScope }
  | { readonly kind: "query"; readonly sql: string; readonly format: SqlFormat }
  | { readonly kind: "acknowledge" }
  | { readonly kind: "cancel" };

/** Messages from it. Every `cells` and `bytes` waits for an `acknowledge`: a slow reader bounds its memory. */
export type SqlReply =
  | { readonly kind: "ready" }
  | { readonly kind: "columns"; readonly columns: readonly ResultColumn[] }
  | { readonly kind: "cells"; readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly kind: "bytes"; readonly piece: Uint8Array }
  | { readonly kind: "done"; readonly summary: ResultSummary }
  | { readonly kind: "failed"; readonly error: SerializedError };
