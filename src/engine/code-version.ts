import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../base/errors.js";
import { packageRoot } from "../base/package-root.js";

/** Kinds of jobs; `module` is what users' own modules import from this package. */
export type RunnerKind =
  | "load"
  | "transform"
  | "stage"
  | "compact"
  | "query"
  | "module"
  | "device reference"
  | "device cpu"
  | "device gpu";

/** Versions of code, as they enter keys. */
export interface CodeVersions {
  /** @throws {ConfigError} when the implementation was not there when the package was built. */
  implementation(kind: "load" | "transform" | "stage", name: string): string;
  /** The code that runs jobs of a kind: part of the key of all of them. */
  runner(kind: RunnerKind): string;
}

/** Versions of the code of this package. */
export interface BuiltCodeVersions extends CodeVersions {
  /** All that decides what pipeline files, contracts and lists of sources mean: implementations and their readers. */
  reader(): string;
}

interface VersionFile {
  readonly load: Readonly<Record<string, string>>;
  readonly transform: Readonly<Record<string, string>>;
  readonly stage: Readonly<Record<string, string>>;
  readonly runner: Readonly<Record<string, string>>;
  readonly reader: string;
}

/** Reads `dist/code-versions.json`, which the build writes; once, when first asked. */
export function builtCodeVersions(path = join(packageRoot(), "dist", "code-versions.json")): BuiltCodeVersions {
  let file: VersionFile | undefined;
  const read = (): VersionFile => {
    if (file !== undefined) return file;
    try {
      file = JSON.parse(readFileSync(path, "utf8")) as VersionFile;
    } catch (cause) {
      throw new ConfigError("not-built", `cannot read the code versions ${path}: ${(cause as Error).message}`, [], {
        fields: { file: path },
        wayOut: "Build the package: npm run build",
      });
    }
    return file;
  };
  const lookUp = (kind: "load" | "transform" | "stage" | "runner", name: string): string => {
    const version = read()[kind][name];
    if (version !== undefined) return version;
    throw new ConfigError("not-built", `${path} has no code version of the ${kind} implementation ${name}`, [], {
      fields: { file: path, implementation: name },
      wayOut: "Build the package: npm run build",
    });
  };
  return { implementation: lookUp, runner: (kind) => lookUp("runner", kind), reader: () => read().reader };
}
