import type { JobLimits } from "./executor.js";

export const DEFAULT_JOB_LIMITS: JobLimits = { memoryBytes: 2e9, seconds: 30 * 60 };

const BYTES: Readonly<Record<string, number>> = { MB: 1e6, MiB: 1 << 20, GB: 1e9, GiB: 1 << 30 };
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Limits of a step's units from its `resources`, which the schema has already checked. */
export function jobLimits(resources?: { memory?: string | undefined; time?: string | undefined }): JobLimits {
  return {
    memoryBytes: amount(resources?.memory, BYTES) ?? DEFAULT_JOB_LIMITS.memoryBytes,
    seconds: amount(resources?.time, SECONDS) ?? DEFAULT_JOB_LIMITS.seconds,
  };
}

function amount(text: string | undefined, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^([\d.]+)\s*(\w+)$/.exec(text ?? "");
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * (units[match[2] as string] ?? 1));
}
