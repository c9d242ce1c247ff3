import type { Job, JobEvents } from "../engine/executor.js";
import { openTable } from "../tables/parquet-table.js";
import type { TableSource } from "../tables/table-io.js";
import type { TransformContext } from "../transforms/transform.js";
import { cachedContract } from "./contract-cache.js";
import { jobImplementation } from "./implementation.js";
import type { TableJobResult } from "./load-job.js";
import { OutputTables } from "./output-tables.js";

/** Runs a transform over its input snapshots. */
export async function runTransformJob(
  job: Extract<Job, { kind: "transform" }>,
  events: JobEvents,
  signal: AbortSignal,
): Promise<TableJobResult> {
  const { value: transform, parameters } = await jobImplementation(job);
  const inputs = new Map<string, TableSource>();
  for (const { name, snapshot, contractPath, partPaths } of job.inputs) {
    const contract = await cachedContract(contractPath);
    inputs.set(
      name,
      openTable({
        contract,
        partPaths,
        rowCount: snapshot.rows,
        temporaryDirectory: `${job.temporaryDirectory}/spill`,
      }),
    );
  }
  const outputs = await OutputTables.open(job);
  try {
    const context: TransformContext<unknown> = {
      parameters,
      signal,
      log: { info: (message) => events.log("info", message), warn: (message) => events.log("warn", message) },
      input: (table) => {
        const found = inputs.get(table);
        if (found === undefined)
          throw new TypeError(`${job.implementation} asks for ${table}, which is none of its inputs`);
        return found;
      },
      sink: (table) => outputs.sink(table),
      progress: (done, total, unit) => events.progress(done, total, unit, 0),
    };
    await transform.run(context);
    return { tables: await outputs.finish(), counts: { read: 0, carried: 0, dropped: 0 } };
  } catch (error) {
    outputs.abort();
    throw error;
  }
}
