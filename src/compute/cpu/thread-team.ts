import { Worker } from "node:worker_threads";
import { builtModule } from "../../base/built-module.js";
import { DeviceError } from "../../base/errors.js";
import type { KernelRun, KernelWorkerData } from "./kernel-worker.js";

/** One plan being run. */
interface Running {
  left: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Threads that run plans together. They start with the first plan and keep no process alive between plans. */
export class ThreadTeam {
  readonly #threads: number;
  readonly #data: KernelWorkerData;
  readonly #workerPath: string;
  #workers: Worker[] = [];
  #running: Running | undefined;
  #lost: DeviceError | undefined;
  #ended = false;

  constructor(
    threads: number,
    data: KernelWorkerData,
    workerPath = builtModule(new URL("./kernel-worker.js", import.meta.url)),
  ) {
    this.#threads = threads;
    this.#data = data;
    this.#workerPath = workerPath;
  }

  /** Threads that are started. */
  get workers(): readonly Worker[] {
    return this.#workers;
  }

  /** @throws {DeviceError} `device/lost` once a thread has died. */
  assertPresent(): void {
    if (this.#lost !== undefined) throw this.#lost;
  }

  /** @throws {DeviceError} `device/lost` */
  async run(message: (thread: number) => KernelRun): Promise<void> {
    this.assertPresent();
    if (this.#workers.length === 0) this.#start();
    await new Promise<void>((resolve, reject) => {
      this.#running = { left: this.#threads, resolve, reject };
      for (const [thread, worker] of this.#workers.entries()) {
        worker.ref();
        worker.postMessage(message(thread));
      }
    });
  }

  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    this.#workers = [];
  }

  #start(): void {
    for (let thread = 0; thread < this.#threads; thread++) {
      // Flags of this process, such as a test runner's loaders, are not for the worker.
      const worker = new Worker(this.#workerPath, { workerData: this.#data, execArgv: [] });
      worker.on("message", () => this.#finished());
      worker.on("error", (error) => this.#lose(thread, error));
      worker.on("exit", (code) => this.#lose(thread, new Error(`it ended with ${code}`)));
      this.#workers.push(worker);
    }
  }

  #finished(): void {
    const running = this.#running;
    if (running === undefined) return;
    running.left--;
    if (running.left > 0) return;
    this.#running = undefined;
    for (const worker of this.#workers) worker.unref();
    running.resolve();
  }

  /** The other threads may wait for the one that died: they are ended too. */
  #lose(thread: number, cause: Error): void {
    if (this.#ended || this.#lost !== undefined) return;
    const message = `thread ${thread} of ${this.#threads} of the device cpu died: ${cause.message}`;
    this.#lost = new DeviceError("lost", message, {
      cause,
      fields: { device: "cpu", thread, threads: this.#threads },
      wayOut: "run again: a stage goes on from its last checkpoint",
    });
    for (const worker of this.#workers) void worker.terminate();
    this.#running?.reject(this.#lost);
    this.#running = undefined;
  }
}
