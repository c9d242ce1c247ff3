import type { Job, JobEvents } from "../engine/executor.js";
import type { EvidenceValue, Stage, StageContext } from "../stages/stage.js";
import { openTable } from "../tables/parquet-table.js";
import type { TableSource } from "../tables/table-io.js";
import type { TransformContext } from "../transforms/transform.js";
import { cachedContract } from "./contract-cache.js";
import { jobImplementation } from "./implementation.js";
import type { TableJobResult } from "./load-job.js";
import { OutputTables } from "./output-tables.js";
import { StageResources } from "./stage-resources.js";

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
  const evidence = new Map<string, EvidenceValue>();
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
    // What a transform is not given cannot be in its result: its key holds neither threads nor the partition's name.
    if (job.kind === "transform") await transform.run(context as StageContext<unknown>);
    else {
      const { partition, threads = 1 } = job;
      const resources = new StageResources(job, (transform as Stage).usesDevice === true);
      try {
        await transform.run({
          ...context,
          partition,
          threads,
          device: () => resources.device(),
          checkpoint: resources.checkpoint,
          evidence: (facts) => keep(evidence, facts),
        });
      } finally {
        await resources.close();
      }
    }
    for (const [name, value] of evidence) events.log("info", `evidence: ${name} = ${value}`);
    const facts = evidence.size === 0 ? {} : { evidence: Object.fromEntries(evidence) };
    return { tables: await outputs.finish(), counts: { read: 0, carried: 0, dropped: 0 }, ...facts };
  } catch (error) {
    outputs.abort();
    throw error;
  }
}

/** Facts are for people: what a stage wants to keep more of belongs into a table. */
const MOST_FACTS = 10_000;
const LONGEST_FACT = 10_000;

/** @throws {TypeError} for what JSON cannot carry as it is, {@link RangeError} for too much of it. */
function keep(evidence: Map<string, EvidenceValue>, facts: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(facts)) {
    const isFact = value === null || ["string", "number", "boolean"].includes(typeof value);
    if (!isFact) throw new TypeError(`evidence ${name} is no text, number or boolean, but ${typeof value}`);
    if (name.length + String(value).length > LONGEST_FACT) {
      throw new RangeError(`evidence ${name.slice(0, 80)} has more than ${LONGEST_FACT} characters`);
    }
    evidence.set(name, typeof value === "number" && !Number.isFinite(value) ? String(value) : (value as EvidenceValue));
    if (evidence.size > MOST_FACTS) throw new RangeError(`more than ${MOST_FACTS} facts are kept as evidence`);
  }
}
