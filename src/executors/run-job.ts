import type { Job, JobEvents, JobResult } from "../engine/executor.js";
import { moduleError } from "./module-error.js";

/** Runs one job in this process. What it needs (Arrow, DuckDB, formats) is imported when first asked for. */
export async function runJob(job: Job, events: JobEvents, signal: AbortSignal): Promise<JobResult> {
  const began = performance.now();
  const result = await dispatch(job, events, signal).catch((error: unknown) => {
    throw moduleError(job, error);
  });
  return {
    ...result,
    seconds: (performance.now() - began) / 1000,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

async function dispatch(
  job: Job,
  events: JobEvents,
  signal: AbortSignal,
): Promise<Omit<JobResult, "seconds" | "peakMemoryBytes">> {
  switch (job.kind) {
    case "load":
      return (await import("./load-job.js")).runLoadJob(job, events, signal);
    case "transform":
    case "stage":
      return (await import("./transform-job.js")).runTransformJob(job, events, signal);
    case "compact":
      return (await import("./compact-job.js")).runCompactJob(job);
    case "query": {
      const queries = await (await import("./query-job.js")).runQueryJob(job);
      return { tables: [], counts: { read: 0, carried: 0, dropped: 0 }, queries };
    }
  }
}
