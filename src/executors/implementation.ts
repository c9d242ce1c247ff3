import { ConfigError } from "../base/errors.js";
import type { Job } from "../engine/executor.js";
import { builtInRegistry, importUserModule } from "../engine/registry.js";
import { userModuleVersion } from "../engine/user-module.js";
import type { Loader } from "../loaders/loader.js";
import type { Stage } from "../stages/stage.js";
import type { Transform } from "../transforms/transform.js";

/** The implementation of a job, and its parameters as that implementation reads them. */
export async function jobImplementation(
  job: Extract<Job, { kind: "load" }>,
): Promise<{ value: Loader; parameters: unknown }>;
/** The loader, transform or stage that a job names, from the catalogue or the user's module. @throws {ConfigError} */
export async function jobImplementation(
  job: Extract<Job, { kind: "transform" | "stage" }>,
): Promise<{ value: Transform | Stage; parameters: unknown }>;
export async function jobImplementation(
  job: Extract<Job, { kind: "load" | "transform" | "stage" }>,
): Promise<{ value: Loader | Transform | Stage; parameters: unknown }> {
  const { kind, implementation, module } = job;
  const value =
    module !== undefined
      ? await importUserModule({ kind, path: module, version: userModuleVersion(module) })
      : kind === "load"
        ? await builtInRegistry.loader(implementation)
        : kind === "transform"
          ? await builtInRegistry.transform(implementation)
          : await builtInRegistry.stage(implementation);
  if (value === undefined) {
    throw new ConfigError("no-implementation", `there is no ${kind} implementation ${implementation}`, [], {
      fields: { implementation },
    });
  }
  // A user's module may declare no parameters.
  const schema = value.parameters as Loader["parameters"] | undefined;
  return { value, parameters: schema === undefined ? {} : schema.parse(job.parameters ?? {}) };
}
