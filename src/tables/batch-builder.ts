import type { Data, RecordBatch, Schema } from "apache-arrow";
import { didYouMean } from "../base/diagnostics.js";
import { type ArrayBuilder, arrayBuilder, batchOf } from "../formats/arrow/array-builder.js";
import { arrowSchema, arrowType } from "./arrow-schema.js";
import type { Contract, Row } from "./contract.js";
import { contractError, showValue, ValueFault } from "./contract-fault.js";
import { FieldRules } from "./field-rules.js";
import { type ValueWriter, valueWriter } from "./value-writer.js";

interface Column {
  readonly name: string;
  readonly builder: ArrayBuilder;
  readonly write: ValueWriter;
}

/** Collects row objects into Arrow columns and checks every value against the contract. About 1 µs per value. */
export class BatchBuilder {
  readonly contract: Contract;
  readonly schema: Schema;
  readonly #columns: readonly Column[];
  readonly #known: ReadonlySet<string>;
  #rows = 0;

  constructor(contract: Contract, schema: Schema = arrowSchema(contract)) {
    this.contract = contract;
    this.schema = schema;
    this.#columns = contract.fields.map((field) => {
      const builder = arrayBuilder(arrowType(field.type));
      const write = valueWriter({ type: field.type, builder, rules: new FieldRules(field), nullable: field.nullable });
      return { name: field.name, builder, write };
    });
    this.#known = new Set(contract.fields.map((field) => field.name));
  }

  get length(): number {
    return this.#rows;
  }

  /** Bytes held, about. */
  get byteLength(): number {
    return this.#columns.reduce((bytes, column) => bytes + column.builder.byteLength, 0);
  }

  /**
   * Adds one row; `rowNumber` is its number in messages.
   * @throws {ContractError} naming table, column, row, key, value and rule. The builder is of no use afterwards.
   */
  append(row: Row, rowNumber: number): void {
    let column = "";
    try {
      for (const name in row) {
        column = name;
        if (!this.#known.has(name)) this.#refuse(name, row[name]);
      }
      for (const { name, write } of this.#columns) {
        column = name;
        write(row[name]);
      }
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      throw contractError({ contract: this.contract, row: rowNumber, values: row, column, fault: error });
    }
    this.#rows++;
  }

  #refuse(name: string, value: unknown): never {
    throw new ValueFault(
      "columns",
      value,
      `(${showValue(value)}) is not in the contract`,
      didYouMean(name, this.#known) ?? `The columns are ${[...this.#known].join(", ")}.`,
    );
  }

  /** The rows so far as one batch; the builder starts empty again. */
  finish(): RecordBatch {
    const length = this.#rows;
    this.#rows = 0;
    const children: Data[] = this.#columns.map((column) => column.builder.finish());
    return batchOf(this.schema, children, length);
  }
}

/**
 * Builds one Arrow batch from row objects.
 * @param options.firstRow the number of the first row in messages (default 0)
 * @throws {ContractError} for the first value that breaks the contract.
 */
export function buildBatch(contract: Contract, rows: Iterable<Row>, options: { firstRow?: number } = {}): RecordBatch {
  const builder = new BatchBuilder(contract);
  let number = options.firstRow ?? 0;
  for (const row of rows) builder.append(row, number++);
  return builder.finish();
}
