import { parentPort, type TransferListItem, Worker } from "node:worker_threads";
import {
  deserializeError,
  InterruptedError,
  NeurotablesError,
  type SerializedError,
  serializeError,
} from "./errors.js";

/** What a worker thread answers to a job. */
type Answer = { readonly reply: unknown } | { readonly error: SerializedError };

/** A message, and the buffers in it that move to the other thread instead of being copied. */
export interface Parcel {
  readonly message: unknown;
  readonly transfer: readonly TransferListItem[];
}

export interface PoolOptions<Reply> {
  /** JavaScript file of the worker, which calls {@link serveJobs}. */
  readonly worker: string;
  /** Most threads at once; no more than jobs are started. */
  readonly threads: number;
  /** Memory of each job while it runs, in the order in which they are to start. */
  readonly bytes: readonly number[];
  /** Jobs run beside each other only while their memory together stays below this; one alone always may. */
  readonly mostBytes: number;
  /** Makes the message of a job when it is about to start. */
  readonly parcel: (job: number) => Parcel;
  readonly onReply: (job: number, reply: Reply) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs jobs on worker threads, one at a time on each, and ends the threads. Replies come in any order.
 * Cost: some 50 ms to start a thread.
 * @throws What a job threw, {@link InterruptedError} on `signal`, `worker/ended` when a thread dies; other jobs are
 * given up then.
 */
export async function runOnThreads<Reply>(options: PoolOptions<Reply>): Promise<void> {
  const { bytes, signal } = options;
  const waiting = bytes.map((_, job) => job);
  const idle: Worker[] = [];
  const workers: Worker[] = [];
  const running = new Map<Worker, number>();
  let used = 0;
  if (signal?.aborted) throw new InterruptedError();
  if (waiting.length === 0) return;
  let abort = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      abort = () => reject(new InterruptedError());
      signal?.addEventListener("abort", abort, { once: true });
      const start = (worker: Worker, job: number) => {
        running.set(worker, job);
        used += bytes[job] as number;
        const { message, transfer } = options.parcel(job);
        worker.postMessage(message, transfer);
      };
      const fill = () => {
        while (running.size < options.threads) {
          const fits = (job: number) => running.size === 0 || used + (bytes[job] as number) <= options.mostBytes;
          const next = waiting.findIndex(fits);
          if (next === -1) break;
          const [job] = waiting.splice(next, 1) as [number];
          start(idle.pop() ?? opened(), job);
        }
        if (running.size === 0) resolve();
      };
      const opened = (): Worker => {
        // Flags of this process, such as a test runner's loaders, are not for the worker.
        const worker = new Worker(options.worker, { execArgv: [] });
        workers.push(worker);
        worker.on("message", (answer: Answer) => {
          if ("error" in answer) return reject(deserializeError(answer.error));
          const job = running.get(worker) as number;
          running.delete(worker);
          used -= bytes[job] as number;
          idle.push(worker);
          try {
            options.onReply(job, answer.reply as Reply);
            fill();
          } catch (error) {
            reject(error);
          }
        });
        worker.on("error", reject);
        worker.on("exit", (code) => {
          reject(new NeurotablesError("worker/ended", `a worker thread ended with ${code}`, { fields: { code } }));
        });
        return worker;
      };
      fill();
    });
  } finally {
    signal?.removeEventListener("abort", abort);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Serves the jobs of {@link runOnThreads} in a worker thread. */
export function serveJobs<Job>(run: (job: Job) => Parcel): void {
  const port = parentPort;
  if (port === null) throw new Error("this module runs in a worker thread");
  port.on("message", (job: Job) => {
    try {
      const { message, transfer } = run(job);
      port.postMessage({ reply: message } satisfies Answer, transfer);
    } catch (error) {
      port.postMessage({ error: serializeError(error) } satisfies Answer);
    }
  });
}
