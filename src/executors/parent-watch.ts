/** Thread of a child process: ends the process as soon as its parent is gone, however busy the main thread is. */
import { workerData } from "node:worker_threads";

const { parent } = workerData as { readonly parent: number };

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
}, 250);
