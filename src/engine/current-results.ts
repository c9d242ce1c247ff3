import type { Store } from "../store/store.js";
import type { StepRecord } from "../store/types.js";
import { isDistinct } from "./graph.js";
import { tablePartition } from "./key.js";
import { contractOf, type Pipeline, type Step } from "./pipeline.js";

/**
 * What each partition of a step gave to the current tables: what stays in them where it cannot be made anew. Reads the
 * records of the step when first asked, once: about 0.1 ms each.
 */
export class CurrentResults {
  readonly #store: Pick<Store, "currentGeneration" | "readStep">;
  readonly #pipeline: Pipeline;
  readonly #step: Step;
  /** Tables in which each partition of the step can be told from the others. */
  readonly #tables: readonly string[];
  #partitions: ReadonlyMap<string, string> | undefined;
  #records: ReadonlyMap<string, StepRecord> | undefined;

  constructor(options: {
    readonly store: Pick<Store, "currentGeneration" | "readStep">;
    readonly pipeline: Pipeline;
    readonly step: Step;
  }) {
    this.#store = options.store;
    this.#pipeline = options.pipeline;
    this.#step = options.step;
    this.#tables = options.step.into.filter((table) => !isDistinct(table, options.pipeline));
  }

  /**
   * The record of the rows that the current tables hold under this name; undefined when there is none, or when it was
   * made under other contracts than the step's tables have now.
   * @param partition as the tables name it
   */
  of(partition: string): StepRecord | undefined {
    this.#partitions ??= this.#readPartitions();
    const rows = this.#partitions.get(partition);
    if (rows === undefined) return undefined;
    this.#records ??= this.#readRecords();
    const record = this.#records.get(this.#identity(partition, rows));
    return record !== undefined && this.#fits(record) ? record : undefined;
  }

  /** Name of each partition → the hashes of its rows. */
  #readPartitions(): Map<string, string> {
    const hashes = new Map<string, string[]>();
    const { snapshots } = this.#store.currentGeneration();
    for (const [index, table] of this.#tables.entries()) {
      const entry = snapshots[table];
      if (entry?.pipeline !== this.#pipeline.name) continue;
      for (const { partition, hash } of entry.partitions) {
        const list = hashes.get(partition) ?? this.#tables.map(() => "");
        list[index] = hash;
        hashes.set(partition, list);
      }
    }
    return new Map([...hashes].map(([partition, list]) => [partition, list.join()]));
  }

  /** A file and a stage's partition have records of their own; partitions of equal rows have one of a transform together. */
  #identity(partition: string, rows: string): string {
    return this.#step.kind === "transform" ? rows : `${partition} ${rows}`;
  }

  /** Identity → the record. */
  #readRecords(): Map<string, StepRecord> {
    const { snapshots } = this.#store.currentGeneration();
    const records = new Map<string, StepRecord>();
    for (const key of new Set(this.#tables.flatMap((table) => snapshots[table]?.keys ?? []))) {
      const record = this.#store.readStep(key);
      if (record?.step !== this.#step.name) continue;
      const hashOf = (table: string) => record.outputs.find((output) => output.table === table)?.partitions[0]?.hash;
      const rows = this.#tables.map((table) => hashOf(table) ?? "").join();
      records.set(this.#identity(tablePartition(this.#step, record.partition), rows), record);
    }
    return records;
  }

  /** A table that the step has come to write since is no hindrance, nor is one that it no longer writes. */
  #fits({ outputs }: StepRecord): boolean {
    return outputs.every(
      ({ table, contractHash }) =>
        !this.#step.into.includes(table) || contractOf(this.#pipeline, table).contract.hash === contractHash,
    );
  }
}
