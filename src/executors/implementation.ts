import { ConfigError } from "../base/errors.js";
import type { Job } from "../engine/executor.js";
import { builtInRegistry, importUserModule } from "../engine/registry.js";
import { userModuleVersion } from "../engine/user-module.js";
import type { Loader } from "../loaders/loader.js";
import type { Transform } from "../transforms/transform.js";

/** The implementation of a job, and its parameters as that implementation reads them. */
export async function jobImplementation(
  job: Extract<Job, { kind: "load" }>,
): Promise<{ value: Loader; parameters: unknown }>;
/** The loader or transform that a job names, from the catalogue or from the user's module. @throws {ConfigError} */
export async function jobImplementation(
  job: Extract<Job, { kind: "transform" }>,
): Promise<{ value: Transform; parameters: unknown }>;
export async function jobImplementation(
  job: Extract<Job, { kind: "load" | "transform" }>,
): Promise<{ value: Loader | Transform; parameters: unknown }> {
  const { kind, implementation, module } = job;
  const value =
    module !== undefined
      ? await importUserModule({ kind, path: module, version: userModuleVersion(module) })
      : kind === "load"
        ? await builtInRegistry.loader(implementation)
        : await builtInRegistry.transform(implementation);
  if (value === undefined) {
    throw new ConfigError("no-implementation", `there is no ${kind} implementation ${implementation}`, [], {
      fields: { implementation },
    });
  }
  // A user's module may declare no parameters.
  const schema = value.parameters as Loader["parameters"] | undefined;
  return { value, parameters: schema === undefined ? {} : schema.parse(job.parameters ?? {}) };
}
