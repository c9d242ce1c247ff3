import { ContractError } from "../base/errors.js";
import { type Contract, qualifiedName, type Row } from "./contract.js";

/** Rules that a value can break. */
export type Rule =
  | "type"
  | "range"
  | "nullable"
  | "nan"
  | "values"
  | "minimum"
  | "maximum"
  | "pattern"
  | "unicode"
  | "columns"
  | "key";

/** One value that breaks one rule, before it is known in which row. */
export class ValueFault extends Error {
  readonly rule: Rule;
  readonly value: unknown;
  readonly wayOut: string | undefined;
  /** Where inside a nested value: `[3].weight`. */
  path = "";
  /** The column, when the thrower knows it and the catcher does not. */
  column: string | undefined;
  /** 0-based row of the batch, when the thrower knows it. */
  row: number | undefined;

  constructor(rule: Rule, value: unknown, reason: string, wayOut?: string) {
    super(reason);
    this.rule = rule;
    this.value = value;
    this.wayOut = wayOut;
  }
}

/** A value as it stands in messages: quoted, at most 80 characters. */
export function showValue(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > 80 ? `${value.slice(0, 79)}…` : value);
  }
  if (value === null || value === undefined) return "null";
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return `a list of ${(value as unknown as ArrayLike<unknown>).length}`;
  }
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function plainValue(value: unknown): string | number | boolean | null {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  return typeof value === "string" ? value.slice(0, 200) : showValue(value);
}

/** `annotation_id=cook2019, pre=AVAL`, in the order of the key; empty without a key. */
export function showKey(contract: Contract, row: Row): string {
  return contract.key
    .map((column) => {
      const value = Object.hasOwn(row, column) ? row[column] : undefined;
      return `${column}=${typeof value === "string" ? value.slice(0, 60) : showValue(value)}`;
    })
    .join(", ");
}

/** The error a user sees: table, row, key, column, value, rule. `row` counts from 0 in the order of writing. */
export function contractError(context: {
  readonly contract: Contract;
  readonly row: number;
  readonly values: Row;
  readonly column: string;
  readonly fault: ValueFault;
}): ContractError {
  const { contract, row, values, column, fault } = context;
  const table = qualifiedName(contract);
  const key = showKey(contract, values);
  const where = key === "" ? `row ${row}` : `row ${row} (${key})`;
  return new ContractError(
    fault.rule === "columns" ? "unknown-column" : "value",
    `${table} ${where}: column "${column}${fault.path}" ${fault.message}`,
    {
      fields: {
        table,
        column: `${column}${fault.path}`,
        row,
        key,
        value: plainValue(fault.value ?? null),
        rule: fault.rule,
      },
      ...(fault.wayOut === undefined ? {} : { wayOut: fault.wayOut }),
    },
  );
}
