import type { RunInfo } from "../store/journal.js";
import type { Pipeline } from "./pipeline.js";
import { planPipelines } from "./plan.js";
import type { EngineServices } from "./services.js";
import type { MissingSource, Plan, Project } from "./types.js";

export interface TableStatus {
  readonly table: string;
  readonly pipeline: string;
  readonly rows: number;
  readonly bytes: number;
  readonly partitions: number;
  readonly tableHash: string;
  /** Generation in which this data became current. */
  readonly since: number;
}

export interface PipelineStatus {
  readonly pipeline: string;
  readonly title: string;
  readonly file: string;
  /** What a run would do now. */
  readonly counts: Plan["counts"];
  readonly upToDate: boolean;
  readonly missing: readonly MissingSource[];
}

export interface Status {
  /** Number of the current generation; 0 before the first. */
  readonly generation: number;
  readonly createdAt: string | null;
  readonly tables: readonly TableStatus[];
  readonly pipelines: readonly PipelineStatus[];
  readonly lastRun: RunInfo | null;
}

/** Where things stand: the current tables, and for each of the given pipelines what a run would do. Runs nothing. */
export async function status(options: {
  readonly project: Project;
  readonly pipelines?: readonly Pipeline[];
  readonly services?: Partial<EngineServices>;
}): Promise<Status> {
  const { project } = options;
  const generation = project.store.currentGeneration();
  const tables = Object.entries(generation.snapshots).map(([table, entry]) => ({
    table,
    pipeline: entry.pipeline,
    rows: entry.rows,
    bytes: entry.bytes,
    partitions: entry.partitions.length,
    tableHash: entry.tableHash,
    since: entry.since,
  }));
  const pipelines: PipelineStatus[] = [];
  for (const pipeline of options.pipelines ?? []) {
    const { counts, missing } = await planPipelines({
      project,
      pipelines: [pipeline],
      ...(options.services === undefined ? {} : { services: options.services }),
    });
    const upToDate = counts.run === 0 && counts.wait === 0;
    pipelines.push({ pipeline: pipeline.name, title: pipeline.title, file: pipeline.file, counts, upToDate, missing });
  }
  return {
    generation: generation.generation,
    createdAt: generation.createdAt === "" ? null : generation.createdAt,
    tables,
    pipelines,
    lastRun: project.store.journal.runs(1)[0] ?? null,
  };
}
