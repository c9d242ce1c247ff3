import type { Data, RecordBatch } from "apache-arrow";
import { ContractError } from "../base/errors.js";
import { valueAt } from "../formats/arrow/array-view.js";
import type { RowOrder } from "../formats/arrow/row-order.js";
import { type Contract, qualifiedName, type Row } from "./contract.js";
import { showKey } from "./contract-fault.js";

/** The order of writing of the row at a position of the sorted table. */
export type Origin = (position: number) => number;

/**
 * Refuses two rows of one key. Where the sort order begins with the key, equal keys stand side by side and cost
 * nothing; otherwise all keys are held in memory.
 */
export class KeyCheck {
  readonly #contract: Contract;
  readonly #order: RowOrder;
  readonly #adjacent: boolean;
  readonly #columns: readonly number[];
  readonly #seen = new Map<string, number>();
  #previous: RecordBatch | undefined;
  #position = 0;

  constructor(contract: Contract, order: RowOrder) {
    this.#contract = contract;
    this.#order = order;
    const { key, sort } = contract;
    this.#adjacent = sort.slice(0, key.length).every((column) => key.includes(column)) && sort.length >= key.length;
    this.#columns = key.map((column) => contract.fields.findIndex((field) => field.name === column));
  }

  /** Looks at the next batch of the sorted table. @throws {ContractError} naming both rows. */
  update(batch: RecordBatch, origin: Origin): void {
    const depth = this.#contract.key.length;
    if (depth > 0) {
      if (this.#adjacent) this.#checkNeighbours(batch, depth, origin);
      else this.#checkSeen(batch, origin);
    }
    this.#previous = batch.numRows > 0 ? batch : this.#previous;
    this.#position += batch.numRows;
  }

  #checkNeighbours(batch: RecordBatch, depth: number, origin: Origin): void {
    const last = this.#previous;
    for (let i = 0; i < batch.numRows; i++) {
      const before = i === 0 ? last : batch;
      if (before === undefined) continue;
      const row = i === 0 ? before.numRows - 1 : i - 1;
      if (this.#order.compare(before, row, batch, i, depth) !== 0) continue;
      this.#refuse(batch, i, origin(this.#position + i - 1), origin(this.#position + i));
    }
  }

  #checkSeen(batch: RecordBatch, origin: Origin): void {
    for (let i = 0; i < batch.numRows; i++) {
      const key = this.#columns
        .map((column) => {
          const value = valueAt(batch.data.children[column] as Data, i);
          return typeof value === "string" ? JSON.stringify(value) : Object.is(value, -0) ? "-0" : String(value);
        })
        .join(",");
      const earlier = this.#seen.get(key);
      if (earlier !== undefined) this.#refuse(batch, i, origin(earlier), origin(this.#position + i));
      this.#seen.set(key, this.#position + i);
    }
  }

  #refuse(batch: RecordBatch, row: number, one: number, other: number): never {
    const values: Row = Object.fromEntries(
      this.#columns.map((column) => [
        this.#contract.fields[column]?.name ?? "",
        valueAt(batch.data.children[column] as Data, row),
      ]),
    );
    const table = qualifiedName(this.#contract);
    const key = showKey(this.#contract, values);
    const [first, second] = one < other ? [one, other] : [other, one];
    throw new ContractError("key", `${table} rows ${first} and ${second} have the same key (${key})`, {
      fields: { table, column: this.#contract.key.join(", "), row: second, otherRow: first, key, rule: "key" },
      wayOut: "Drop one of the rows with a reason, or widen the key of the contract.",
    });
  }
}
