import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../base/errors.js";
import { packageRoot } from "../base/package-root.js";
import type { Executor, Job, JobEvents, JobResult } from "../engine/executor.js";
import { WorkerProcess } from "./worker-process.js";

/** An idle child that holds more of its limit than this is replaced: memory that is freed late adds up over many jobs. */
const MOST_IDLE_SHARE = 0.22;

/**
 * Runs each job in a child process with a memory watchdog. Children are kept for the next job with the same memory
 * limit; there are as many as jobs were ever run at once. They end with this process, even when it is killed.
 */
export class ProcessExecutor implements Executor {
  readonly #entry: string;
  readonly #idle: { readonly worker: WorkerProcess; readonly memoryBytes: number }[] = [];
  readonly #all = new Set<WorkerProcess>();

  constructor(options: { readonly entry?: string } = {}) {
    this.#entry = options.entry ?? join(packageRoot(), "dist", "executors", "worker-main.js");
  }

  async run(job: Job, events: JobEvents, signal: AbortSignal): Promise<JobResult> {
    const { memoryBytes } = job.limits;
    const worker = this.#take(memoryBytes);
    try {
      return await worker.run(job, events, signal);
    } finally {
      if (worker.alive && worker.memory < memoryBytes * MOST_IDLE_SHARE) this.#idle.push({ worker, memoryBytes });
      else {
        this.#all.delete(worker);
        await worker.close();
      }
    }
  }

  /** Ends all children. */
  async close(): Promise<void> {
    const workers = [...this.#all];
    this.#all.clear();
    this.#idle.length = 0;
    await Promise.all(workers.map((worker) => worker.close()));
  }

  #take(memoryBytes: number): WorkerProcess {
    for (let index = this.#idle.length - 1; index >= 0; index--) {
      const found = this.#idle[index];
      if (found?.memoryBytes !== memoryBytes) continue;
      this.#idle.splice(index, 1);
      if (found.worker.alive) return found.worker;
      this.#all.delete(found.worker);
    }
    if (!existsSync(this.#entry)) {
      throw new ConfigError("not-built", `there is no ${this.#entry}`, [], {
        fields: { file: this.#entry },
        wayOut: "Build the package: npm run build",
      });
    }
    const worker = new WorkerProcess({ entry: this.#entry, memoryBytes });
    this.#all.add(worker);
    return worker;
  }
}
