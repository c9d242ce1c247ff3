import { parentPort, workerData } from "node:worker_threads";
import { type KernelModule, type SharedMemory, webAssembly } from "./web-assembly.js";

/** What a thread is started with. */
export interface KernelWorkerData {
  readonly module: KernelModule;
  readonly memory: SharedMemory;
}

/** A plan to run: addresses in the shared memory, and the buffers outside of it that the plan reads. */
export interface KernelRun {
  readonly plan: number;
  readonly threads: number;
  readonly scratch: number;
  readonly outside: readonly { readonly id: number; readonly buffer: SharedArrayBuffer }[];
}

type RunPlan = (plan: number, threads: number, scratch: number) => void;

const { module, memory } = workerData as KernelWorkerData;
const outside = new Map<number, SharedArrayBuffer>();

const host = {
  /** Copies a part of a buffer outside to address `to`. */
  fetch(id: number, offset: number, bytes: number, to: number): void {
    const from = new Uint8Array(outside.get(id) as SharedArrayBuffer, offset, bytes);
    new Uint8Array(memory.buffer, to >>> 0, bytes).set(from);
  },
  put(id: number, offset: number, bytes: number, from: number): void {
    const target = new Uint8Array(outside.get(id) as SharedArrayBuffer, offset, bytes);
    target.set(new Uint8Array(memory.buffer, from >>> 0, bytes));
  },
};

const instance = new webAssembly.Instance(module, { env: { memory }, host });
const run = instance.exports.run as RunPlan;

parentPort?.on("message", (message: KernelRun) => {
  outside.clear();
  for (const { id, buffer } of message.outside) outside.set(id, buffer);
  run(message.plan, message.threads, message.scratch);
  outside.clear();
  parentPort?.postMessage("done");
});
