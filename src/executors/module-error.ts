import { inspect } from "node:util";
import { NeurotablesError } from "../base/errors.js";
import type { Job } from "../engine/executor.js";

/**
 * What a user's own module threw, as an error of that module: it is no bug of this package. Errors with a tag, and
 * those of built-in implementations, stay as they are.
 */
export function moduleError(job: Job, thrown: unknown): unknown {
  const module = "module" in job ? job.module : undefined;
  if (module === undefined || thrown instanceof NeurotablesError) return thrown;
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : inspect(thrown);
  return new NeurotablesError("module/threw", `${module} threw ${text}`, {
    fields: { file: module, step: job.step, partition: job.partition },
    wayOut: "Correct the module: the log of the step shows where it happened.",
    cause: thrown,
  });
}
