import { join } from "node:path";
import { type Canonical, canonicalJson } from "../base/canonical-json.js";
import type { Job } from "../engine/executor.js";
import { concatenateParts } from "../tables/concatenate-parts.js";
import type { Row } from "../tables/contract.js";
import { openTable } from "../tables/parquet-table.js";
import { cachedContract } from "./contract-cache.js";
import type { TableJobResult } from "./load-job.js";
import { OutputTables } from "./output-tables.js";

/** Puts the partitions of a table together: in order, or as the union of their rows. */
export async function runCompactJob(job: Extract<Job, { kind: "compact" }>): Promise<TableJobResult> {
  const { name, contractPath, partPaths, snapshot } = job.input;
  const contract = await cachedContract(contractPath);
  const counts = { read: 0, carried: 0, dropped: 0 };
  const temporaryDirectory = join(job.temporaryDirectory, "spill");
  if (!job.distinct && partPaths.length > 0) {
    const directory = join(job.temporaryDirectory, name);
    const parts = snapshot.parts.map(({ bytes, rows }, index) => ({ path: partPaths[index] as string, bytes, rows }));
    const joined = await concatenateParts({ contract, parts, directory, temporaryDirectory });
    const rows = joined.reduce((sum, part) => sum + part.rows, 0);
    const paths = joined.map(({ path }) => path);
    return { tables: [{ table: name, contractHash: contract.hash, paths, rows, hash: "" }], counts };
  }
  const outputs = await OutputTables.open({
    outputs: { [name]: contractPath },
    temporaryDirectory: job.temporaryDirectory,
    step: job.step,
  });
  try {
    if (partPaths.length > 0) {
      const source = openTable({ contract, partPaths, rowCount: snapshot.rows, temporaryDirectory });
      const seen = new Set<string>();
      for await (const row of source.rows<Row>()) {
        const text = rowText(row);
        if (seen.has(text)) continue;
        seen.add(text);
        outputs.sink(name).write([row]);
      }
    }
    return { tables: await outputs.finish(), counts };
  } catch (error) {
    outputs.abort();
    throw error;
  }
}

function rowText(row: Row): string {
  const plain = Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, typeof value === "bigint" ? `${value}n` : (value ?? null)]),
  );
  return canonicalJson(plain as Canonical);
}
