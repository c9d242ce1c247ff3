import { Worker } from "node:worker_threads";

/*
 * A reader that never returns cannot be stopped from its own thread. A second thread watches the number of the input in
 * work, the processor time since it began and the memory of the process, says which input it was, and ends the process.
 */
const SCRIPT = `
const { workerData } = require("node:worker_threads");
const { writeSync } = require("node:fs");
const { shared, seconds, megabytes, label } = workerData;
const current = new Int32Array(shared);
const processorTime = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
let seen = -1, began = 0, base = process.memoryUsage.rss();
setInterval(() => {
  const index = Atomics.load(current, 0);
  if (index < 0) { seen = index; return; }
  if (index !== seen) { seen = index; began = processorTime(); }
  const used = processorTime() - began;
  const grown = (process.memoryUsage.rss() - base) / 2 ** 20;
  if (used <= seconds && grown <= megabytes) return;
  const why = used > seconds ? "ran for more than " + seconds + " s" : "took more than " + megabytes + " MB";
  writeSync(2, "\\nfuzz: " + label + " input " + index + " " + why + "\\n");
  process.kill(process.pid, "SIGKILL");
}, 50);
`;

/** Ends the process when one input takes more processor time, or the process more memory, than allowed. */
export class Watchdog {
  readonly #current = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker: Worker;

  constructor(options: { label: string; seconds: number; megabytes: number }) {
    Atomics.store(this.#current, 0, -1);
    this.#worker = new Worker(SCRIPT, { eval: true, workerData: { ...options, shared: this.#current.buffer } });
  }

  /** Says which input is in work; −1 for none. */
  begin(index: number): void {
    Atomics.store(this.#current, 0, index);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
