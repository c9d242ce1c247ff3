import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../src/base/hash.js";
import type { Executor, Job, JobEvents, JobResult } from "../../src/engine/executor.js";
import { parseContract } from "../../src/tables/contract-file.js";

/** Says what a job writes, by a text per output table: equal texts are equal tables. */
export type Content = (job: Job, table: string) => string;

/** What decides a job's output and nothing else: implementation, parameters, files, inputs. */
export const contentOfEverything: Content = (job, table) => {
  if (job.kind === "load")
    return JSON.stringify([table, job.implementation, job.parameters, job.files.map((file) => file.sha256)]);
  if (job.kind === "transform" || job.kind === "stage") {
    return JSON.stringify([
      table,
      job.implementation,
      job.parameters,
      job.inputs.map(({ snapshot }) => snapshot.tableHash),
    ]);
  }
  return table;
};

/** Writes small files instead of Parquet, and remembers what it was asked to run. */
export class FakeExecutor implements Executor {
  /** Names of the load, transform and stage jobs run, as `step` or `step/partition`. */
  ran: string[] = [];
  compactions = 0;
  queries = 0;
  readonly #content: Content;
  readonly #before: (job: Job, signal: AbortSignal) => Promise<void>;

  constructor(options: { content?: Content; before?: (job: Job, signal: AbortSignal) => Promise<void> } = {}) {
    this.#content = options.content ?? contentOfEverything;
    this.#before = options.before ?? (async () => {});
  }

  async run(job: Job, _events: JobEvents, signal: AbortSignal): Promise<JobResult> {
    await this.#before(job, signal);
    const base = { seconds: 0, peakMemoryBytes: 0, counts: { read: 0, carried: 0, dropped: 0 } };
    if (job.kind === "query") {
      this.queries++;
      return { ...base, tables: [], queries: job.queries.map(({ id }) => ({ id, rows: [], total: 0 })) };
    }
    if (job.kind === "compact") this.compactions++;
    else this.ran.push(job.partition === "" ? job.step : `${job.step}/${job.partition}`);
    mkdirSync(job.temporaryDirectory, { recursive: true });
    const tables = Object.entries(job.outputs).map(([table, contractPath]) => {
      const text = job.kind === "compact" ? JSON.stringify(job.input.snapshot.partitions) : this.#content(job, table);
      const path = join(job.temporaryDirectory, `${table}.parquet`);
      writeFileSync(path, text);
      const rows = job.kind === "compact" ? job.input.snapshot.rows : 1;
      const contractHash =
        contractPath === "" ? "none" : parseContract(readFileSync(contractPath, "utf8"), contractPath).hash;
      return { table, contractHash, paths: [path], rows, hash: sha256(text) };
    });
    return { ...base, tables };
  }

  async close(): Promise<void> {}
}
