import { readFileSync, readlinkSync } from "node:fs";

/**
 * Identifies the time since the machine started: a process number means nothing after a restart. Linux gives one;
 * elsewhere `unknown`, and a lock left over from before a restart is then told by its process number alone.
 */
export function bootId(): string {
  cached ??= read(() =>
    readFileSync("/proc/sys/kernel/random/boot_id", "latin1")
      .trim()
      .replace(/[^0-9a-f]/g, ""),
  );
  return cached;
}

/** Identifies the set of processes that this one can see (containers have their own); `unknown` off Linux. */
export function processNamespace(): string {
  cachedNamespace ??= read(() => readlinkSync("/proc/self/ns/pid").replace(/[^0-9]/g, ""));
  return cachedNamespace;
}

let cached: string | undefined;
let cachedNamespace: string | undefined;

function read(value: () => string): string {
  try {
    return value() || "unknown";
  } catch {
    return "unknown";
  }
}
