import { pathToFileURL } from "node:url";
import { ConfigError } from "../base/errors.js";
import type { Loader } from "../loaders/loader.js";
import type { Stage } from "../stages/stage.js";
import type { Transform } from "../transforms/transform.js";

/** What a step does. */
export type StepKind = "load" | "transform" | "stage";

/** Finds implementations by the names that pipelines use, without importing those that are not asked for. */
export interface Registry {
  /** Names in code-unit order. */
  loaderNames(): Promise<readonly string[]>;
  transformNames(): Promise<readonly string[]>;
  stageNames(): Promise<readonly string[]>;
  /** Undefined when there is no such name. */
  loader(name: string): Promise<Loader | undefined>;
  transform(name: string): Promise<Transform | undefined>;
  stage(name: string): Promise<Stage | undefined>;
}

/** The implementations of this package. */
export const builtInRegistry: Registry = {
  async loaderNames() {
    return Object.keys((await import("../loaders/loader-catalogue.js")).loaderCatalogue).sort();
  },
  async transformNames() {
    return Object.keys((await import("../transforms/transform-catalogue.js")).transformCatalogue).sort();
  },
  async stageNames() {
    return Object.keys((await import("../stages/stage-catalogue.js")).stageCatalogue).sort();
  },
  async loader(name) {
    const { loaderCatalogue } = await import("../loaders/loader-catalogue.js");
    return Object.hasOwn(loaderCatalogue, name) ? await loaderCatalogue[name]?.() : undefined;
  },
  async transform(name) {
    const { transformCatalogue } = await import("../transforms/transform-catalogue.js");
    return Object.hasOwn(transformCatalogue, name) ? await transformCatalogue[name]?.() : undefined;
  },
  async stage(name) {
    const { stageCatalogue } = await import("../stages/stage-catalogue.js");
    return Object.hasOwn(stageCatalogue, name) ? await stageCatalogue[name]?.() : undefined;
  },
};

/**
 * A user's own implementation: the default export of an ES module.
 * @param version content hash of the module and what it imports: a changed module is imported anew.
 * @throws {ConfigError} `config/module` when it cannot be imported or exports something else.
 */
export async function importUserModule(options: {
  readonly kind: StepKind;
  readonly path: string;
  readonly version: string;
}): Promise<Loader | Transform | Stage> {
  const { kind, path, version } = options;
  const address = `${pathToFileURL(path).href}?v=${version.slice(0, 16)}`;
  let implementation: unknown;
  try {
    implementation = ((await import(/* @vite-ignore */ address)) as { default?: unknown }).default;
  } catch (cause) {
    throw new ConfigError("module", `cannot import ${path}: ${(cause as Error).message}`, [], {
      fields: { file: path },
      cause,
    });
  }
  const missing = missingMembers(kind, implementation);
  if (missing.length > 0) {
    throw new ConfigError("module", `${path}: its default export is no ${kind === "load" ? "loader" : kind}`, [], {
      fields: { file: path, missing },
      wayOut: `Export an object by default; it lacks ${missing.join(", ")}.`,
    });
  }
  return implementation as Loader | Transform | Stage;
}

function isPartition(value: unknown): boolean {
  if (value === "source" || value === "file") return true;
  const group = (value as { group?: unknown } | null | undefined)?.group;
  if (typeof group !== "string") return false;
  try {
    // The empty alternative matches everything: what comes back has one entry per group.
    return (new RegExp(`${group}|`, "u").exec("")?.length ?? 0) > 1;
  } catch {
    return false;
  }
}

function missingMembers(kind: StepKind, value: unknown): string[] {
  const object = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const isStrings = (list: unknown) => Array.isArray(list) && list.every((item) => typeof item === "string");
  const missing: string[] = [];
  if (!isStrings(object.outputs) || (object.outputs as string[]).length === 0) missing.push("outputs");
  if (kind === "load") {
    if (!isPartition(object.partition))
      missing.push('partition ("source", "file" or { group: "regular expression with a group" })');
    if (typeof object.load !== "function") missing.push("load()");
  } else {
    if (!isStrings(object.inputs)) missing.push("inputs");
    if (typeof object.run !== "function") missing.push("run()");
    const { each, inputs } = object;
    const isEach =
      isStrings(each) && isStrings(inputs) && (each as string[]).every((n) => (inputs as string[]).includes(n));
    if (each !== undefined && !isEach) missing.push("each (a list of its inputs)");
  }
  const parameters = object.parameters as { safeParse?: unknown } | undefined;
  if (parameters !== undefined && typeof parameters.safeParse !== "function") missing.push("parameters (a zod schema)");
  return missing;
}
