import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import { deserializeError, InterruptedError, NeurotablesError } from "../base/errors.js";
import type { Job, JobEvents, JobResult } from "../engine/executor.js";
import { MEMORY_POLL_MILLISECONDS, processMemory, resetPeak } from "./process-memory.js";
import { withoutSecrets } from "./worker-environment.js";
import type { WorkerReply, WorkerRequest } from "./worker-messages.js";

/** How much of what a child printed is kept for the report of a crash. */
const OUTPUT_CHARACTERS = 8_000;

/** One child process, which runs one job at a time under a watchdog for memory and time. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  #output = "";
  #alive = true;

  constructor(options: { readonly entry: string; readonly memoryBytes: number }) {
    this.#child = fork(options.entry, [], {
      execArgv: [`--max-old-space-size=${Math.max(64, Math.floor(options.memoryBytes / 2 ** 20))}`],
      // Large arrays come and go: with fewer arenas glibc gives more of their memory back.
      env: { MALLOC_ARENA_MAX: "2", ...withoutSecrets(process.env), NEUROTABLES_PARENT: String(process.pid) },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "json",
      // In a process group of its own: Ctrl-C goes to the parent alone, which decides what becomes of the job.
      detached: process.platform !== "win32",
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output = (this.#output + text).slice(-OUTPUT_CHARACTERS);
      });
    }
    this.#exited = new Promise((resolve) => {
      this.#child.once("error", () => {
        this.#alive = false;
        resolve({ code: null, signal: null });
      });
      this.#child.once("close", (code, signal) => {
        this.#alive = false;
        resolve({ code, signal });
      });
    });
    this.#hold(false);
  }

  /** Whether it can take another job. */
  get alive(): boolean {
    return this.#alive && this.#child.connected;
  }

  /** Resident bytes now. */
  get memory(): number {
    return this.#child.pid === undefined ? 0 : (processMemory(this.#child.pid)?.current ?? 0);
  }

  /** @throws {NeurotablesError} what the job threw, or why it was ended. */
  async run(job: Job, events: JobEvents, signal: AbortSignal): Promise<JobResult> {
    if (signal.aborted) throw new InterruptedError();
    const { pid } = this.#child;
    const { memoryBytes, seconds } = job.limits;
    let peak = 0;
    let ended: NeurotablesError | undefined;
    const end = (error: NeurotablesError) => {
      ended ??= error;
      this.#child.kill("SIGKILL");
    };
    const look = () => {
      const memory = pid === undefined ? undefined : processMemory(pid);
      if (memory === undefined) return;
      peak = Math.max(peak, memory.current, memory.peak);
      if (memory.current > memoryBytes) end(memoryError(job, memory.current));
    };
    if (pid !== undefined) resetPeak(pid);
    this.#output = "";
    this.#hold(true);
    const poll = setInterval(look, MEMORY_POLL_MILLISECONDS);
    const clock = setTimeout(() => end(timeError(job)), Math.min(seconds * 1000, 2 ** 31 - 1));
    const onAbort = () => end(new InterruptedError());
    signal.addEventListener("abort", onAbort, { once: true });
    let listener: ((message: WorkerReply) => void) | undefined;
    try {
      const answer = new Promise<WorkerReply>((resolve) => {
        listener = (message) => {
          if (message.kind === "progress") events.progress(message.done, message.total, message.unit, peak);
          else if (message.kind === "log") events.log(message.level, message.message);
          else resolve(message);
        };
        this.#child.on("message", listener);
      });
      const request: WorkerRequest = { kind: "run", job };
      if (this.alive) this.#child.send(request, () => {});
      const first = await Promise.race([answer, this.#exited]);
      // What a watchdog has ended is over, even if the answer was on its way.
      if (ended !== undefined) await this.#exited;
      if (ended !== undefined) throw ended;
      if (!("kind" in first)) throw crashError(job, { ...first, peak, output: this.#output });
      if (first.kind === "failed") {
        if (first.last) this.#alive = false;
        throw deserializeError(first.error);
      }
      if (first.kind !== "done") throw new Error(`a worker answered ${first.kind}`);
      look();
      return { ...first.result, peakMemoryBytes: peak > 0 ? peak : first.result.peakMemoryBytes };
    } finally {
      clearInterval(poll);
      clearTimeout(clock);
      signal.removeEventListener("abort", onAbort);
      if (listener !== undefined) this.#child.off("message", listener);
      this.#hold(false);
    }
  }

  async close(): Promise<void> {
    this.#alive = false;
    // Nothing else may be left that keeps this process waiting.
    this.#hold(true);
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** An idle child keeps nobody waiting. */
  #hold(busy: boolean): void {
    const how = busy ? "ref" : "unref";
    this.#child[how]();
    this.#child.channel?.[how]();
    for (const stream of [this.#child.stdout, this.#child.stderr]) (stream as Socket | null)?.[how]();
  }
}

function megabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${Math.round(bytes / 1e6)} MB`;
}

function unitName(job: Job): string {
  return job.partition === "" ? job.step || job.kind : `${job.step} [${job.partition}]`;
}

function memoryError(job: Job, bytes: number): NeurotablesError {
  return new NeurotablesError(
    "limit/memory",
    `${unitName(job)} was killed at ${megabytes(bytes)} of ${megabytes(job.limits.memoryBytes)}`,
    {
      fields: { step: job.step, partition: job.partition, memoryBytes: bytes, limitBytes: job.limits.memoryBytes },
      wayOut: "Give the step more memory, resources: { memory: 4GB }, or look whether the file is what it says.",
    },
  );
}

function timeError(job: Job): NeurotablesError {
  const { seconds } = job.limits;
  return new NeurotablesError("limit/time", `${unitName(job)} was killed after ${seconds} s`, {
    fields: { step: job.step, partition: job.partition, limitSeconds: seconds },
    wayOut: "Give the step more time, resources: { time: 2h }, or look whether the file is what it says.",
  });
}

function crashError(
  job: Job,
  found: {
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly peak: number;
    readonly output: string;
  },
): NeurotablesError {
  const { code, signal, peak } = found;
  const output = found.output.trim().split("\n").slice(-30).join("\n");
  const fields = {
    step: job.step,
    partition: job.partition,
    code,
    signal,
    peakBytes: peak,
    limitBytes: job.limits.memoryBytes,
    output,
  };
  const measured = `peak ${megabytes(peak)} of ${megabytes(job.limits.memoryBytes)}`;
  if (/heap out of memory|Reached heap limit|allocation failed/i.test(output)) {
    return new NeurotablesError("limit/memory", `${unitName(job)} ran out of memory: ${measured}`, {
      fields,
      wayOut: "Give the step more memory, resources: { memory: 4GB }, or look whether the file is what it says.",
    });
  }
  if (signal === "SIGKILL") {
    return new NeurotablesError("limit/killed", `${unitName(job)} was killed, likely for memory: ${measured}`, {
      fields,
      wayOut:
        "The system ends processes when memory is short: run fewer jobs at once (--jobs), or on a larger machine.",
    });
  }
  const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
  return new NeurotablesError("executor/crashed", `the process of ${unitName(job)} ${how} (${measured})`, {
    fields,
    wayOut: "Native code of a file format may have failed on this file: report it, with the file.",
  });
}
