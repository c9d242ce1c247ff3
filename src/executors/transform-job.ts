import type { Job, JobEvents } from "../engine/executor.js";
import type { EvidenceValue, StageContext } from "../stages/stage.js";
import { openTable } from "../tables/parquet-table.js";
import type { TableSource } from "../tables/table-io.js";
import { cachedContract } from "./contract-cache.js";
import { jobImplementation } from "./implementation.js";
import type { TableJobResult } from "./load-job.js";
import { OutputTables } from "./output-tables.js";

/** Runs a transform or a stage over its input snapshots. */
export async function runTransformJob(
  job: Extract<Job, { kind: "transform" | "stage" }>,
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
    const evidence: Record<string, EvidenceValue> = {};
    const context: StageContext<unknown> = {
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
      partition: job.partition,
      threads: job.threads ?? 1,
      evidence: (facts) => {
        Object.assign(evidence, facts);
      },
    };
    await transform.run(context);
    const facts = Object.keys(evidence).length === 0 ? {} : { evidence };
    for (const [name, value] of Object.entries(evidence)) events.log("info", `evidence: ${name} = ${value}`);
    return { tables: await outputs.finish(), counts: { read: 0, carried: 0, dropped: 0 }, ...facts };
  } catch (error) {
    outputs.abort();
    throw error;
  }
}
