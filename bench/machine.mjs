import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";

/** What the figures depend on, in a line. */
export function describeMachine() {
  const model = cpus()[0]?.model.trim() || "unknown processor";
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${model}, ${availableParallelism()} cores, ${memory} GiB of memory; ${systemName()}; Node ${process.versions.node}.`;
}

/** Processes that wanted a core over the last minute. */
export function load() {
  return loadavg()[0].toFixed(1);
}

/** Whether wall times say something of the program rather than of what else runs. */
export function isQuiet() {
  return loadavg()[0] < availableParallelism();
}

function systemName() {
  try {
    const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
    if (name) return name;
  } catch {
    // Another system than Linux.
  }
  return `${platform()} ${release()}`;
}
