import { InterruptedError } from "../base/errors.js";
import type { Executor, Job, JobEvents, JobResult } from "../engine/executor.js";
import { runJob } from "./run-job.js";

/** Runs jobs in this process, without limits: for tests and for debugging a loader. */
export class InlineExecutor implements Executor {
  async run(job: Job, events: JobEvents, signal: AbortSignal): Promise<JobResult> {
    if (signal.aborted) throw new InterruptedError();
    return runJob(job, events, signal);
  }

  async close(): Promise<void> {}
}
