import { join } from "node:path";
import { LoadError } from "../base/errors.js";
import type { WrittenTable } from "../engine/executor.js";
import type { Contract } from "../tables/contract.js";
import type { TableSink } from "../tables/table-io.js";
import { TableWriter } from "../tables/table-writer.js";
import { cachedContract } from "./contract-cache.js";

/** The writers of a job's outputs, made when first asked for. What was never asked for becomes an empty table. */
export class OutputTables {
  readonly #directory: string;
  readonly #step: string;
  /** `dataset.table` → contract. */
  readonly #contracts: ReadonlyMap<string, Contract>;
  readonly #writers = new Map<string, TableWriter>();

  static async open(job: {
    readonly outputs: Readonly<Record<string, string>>;
    readonly temporaryDirectory: string;
    readonly step: string;
  }): Promise<OutputTables> {
    const contracts = new Map<string, Contract>();
    for (const [table, path] of Object.entries(job.outputs)) contracts.set(table, await cachedContract(path));
    return new OutputTables({ directory: job.temporaryDirectory, step: job.step, contracts });
  }

  private constructor(options: { directory: string; step: string; contracts: ReadonlyMap<string, Contract> }) {
    this.#directory = options.directory;
    this.#step = options.step;
    this.#contracts = options.contracts;
  }

  /** @param name `table`, or `dataset.table`. @throws {LoadError} `load/undeclared` when the step does not declare it. */
  sink(name: string): TableSink {
    const table = this.#contracts.has(name)
      ? name
      : [...this.#contracts.keys()].find((known) => known.slice(known.indexOf(".") + 1) === name);
    const contract = table === undefined ? undefined : this.#contracts.get(table);
    if (table === undefined || contract === undefined) {
      throw new LoadError("undeclared", `step ${this.#step} writes ${name}, which its into does not list`, {
        fields: { step: this.#step, table: name, declared: [...this.#contracts.keys()] },
        wayOut: `Add ${name} to into of step ${this.#step}.`,
      });
    }
    let writer = this.#writers.get(table);
    if (writer === undefined) {
      writer = TableWriter.create({
        contract,
        directory: join(this.#directory, table),
        temporaryDirectory: join(this.#directory, "spill"),
      });
      this.#writers.set(table, writer);
    }
    return writer;
  }

  /** Sorts, hashes and writes all outputs. @throws {ContractError | StorageError} */
  async finish(): Promise<WrittenTable[]> {
    const written: WrittenTable[] = [];
    for (const [table, contract] of this.#contracts) {
      this.sink(table);
      const { paths, rows, hash } = await (this.#writers.get(table) as TableWriter).finish();
      written.push({ table, contractHash: contract.hash, paths, rows, hash });
    }
    return written;
  }

  abort(): void {
    for (const writer of this.#writers.values()) writer.abort();
  }
}
