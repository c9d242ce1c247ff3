import { join } from "node:path";
import { buildBatch } from "../../../src/tables/batch-builder.js";
import type { Field, Row } from "../../../src/tables/contract.js";
import { readContract } from "../../../src/tables/contract-file.js";
import { batchRows } from "../../../src/tables/parquet-table.js";
import type { TableSource } from "../../../src/tables/table-io.js";
import { repositoryRoot } from "../../support/real-data.js";

/** Rows under a contract of the package as a table that is read in batches of a few rows, columns as asked for. */
export async function batchSource(name: string, rows: readonly Row[], batchRowCount = 4): Promise<TableSource> {
  const [dataset, table] = name.split(".");
  const contract = await readContract(join(repositoryRoot, "schemas", dataset as string, `${table}.yaml`));
  async function* batches(columns: readonly string[] = contract.fields.map((field) => field.name)) {
    const fields = columns.map((column) => contract.fields.find((field) => field.name === column) as Field);
    for (let from = 0; from < rows.length; from += batchRowCount) {
      const some = rows.slice(from, from + batchRowCount);
      const cut = some.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]])));
      yield buildBatch({ ...contract, fields }, cut);
    }
  }
  return {
    contract,
    rowCount: rows.length,
    batches,
    async *rows<T>(columns?: readonly string[]) {
      for await (const batch of batches(columns)) yield* batchRows<T>(batch);
    },
  };
}
