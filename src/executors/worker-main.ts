/**
 * Entry of a child process: runs one job after the other until its parent goes away. A thread of its own watches the
 * parent, because a job may keep the main thread busy for minutes.
 */
import { Worker } from "node:worker_threads";
import { serializeError } from "../base/errors.js";
import type { Job, JobEvents } from "../engine/executor.js";
import { moduleError } from "./module-error.js";
import { runJob } from "./run-job.js";
import type { WorkerReply, WorkerRequest } from "./worker-messages.js";

const PROGRESS_INTERVAL_MILLISECONDS = 100;

const watch = new Worker(new URL("./parent-watch.js", import.meta.url), {
  execArgv: [],
  workerData: { parent: Number(process.env.NEUROTABLES_PARENT) || process.ppid },
});
watch.unref();
let current: Job | undefined;

process.on("disconnect", end);
// Windows sends Ctrl-C to every process of the console; the parent decides what becomes of the job.
process.on("SIGINT", () => {});
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);
process.on("message", (request: WorkerRequest) => {
  void answer(request);
});

/**
 * `process.exit` waits for the threads of native code, and DuckDB's may be waiting for this one: a worker would stay
 * for ever.
 */
function end(): void {
  process.kill(process.pid, "SIGKILL");
}

function reply(message: WorkerReply, then?: () => void): void {
  if (process.send === undefined || !process.connected) end();
  else process.send(message, undefined, {}, then === undefined ? undefined : () => then());
}

/** What nobody awaited has failed: this process can no longer be trusted. */
function fail(error: unknown): void {
  const told = current === undefined ? error : moduleError(current, error);
  reply({ kind: "failed", error: serializeError(told), last: true }, end);
}

async function answer({ job }: WorkerRequest): Promise<void> {
  current = job;
  try {
    reply({ kind: "done", result: await runJob(job, jobEvents(), new AbortController().signal) });
  } catch (error) {
    reply({ kind: "failed", error: serializeError(error), last: false });
  }
}

function jobEvents(): JobEvents {
  let last = Number.NEGATIVE_INFINITY;
  return {
    progress(done, total, unit) {
      const now = performance.now();
      if (now - last < PROGRESS_INTERVAL_MILLISECONDS && done < total) return;
      last = now;
      reply({ kind: "progress", done, total, unit });
    },
    log: (level, message) => reply({ kind: "log", level, message }),
  };
}
