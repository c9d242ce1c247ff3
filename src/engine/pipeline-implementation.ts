import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Canonical, canonicalJson } from "../base/canonical-json.js";
import { didYouMean } from "../base/diagnostics.js";
import { NeurotablesError } from "../base/errors.js";
import type { Loader } from "../loaders/loader.js";
import type { Stage } from "../stages/stage.js";
import type { Transform } from "../transforms/transform.js";
import { LOAD_TABLES, qualify, type StepInput } from "./pipeline.js";
import type { PipelineDocument } from "./pipeline-document.js";
import { asList, entryPath, implementationName } from "./pipeline-rules.js";
import type { StepShape, TableStepShape } from "./pipeline-shape.js";
import { importUserModule, type Registry, type StepKind } from "./registry.js";
import { userModuleVersion } from "./user-module.js";

export type Implementation =
  | { readonly kind: "load"; readonly module?: string; readonly value: Loader }
  | { readonly kind: "transform"; readonly module?: string; readonly value: Transform }
  | { readonly kind: "stage"; readonly module?: string; readonly value: Stage };

/** One that reads tables. */
export type TableImplementation = Exclude<Implementation, { kind: "load" }>;

/** Finds a step's implementation; what cannot be found or imported is a fault at its name. */
export async function findImplementation(
  document: PipelineDocument,
  step: StepShape,
  registry: Registry,
): Promise<Implementation | undefined> {
  const name = implementationName(step);
  const path = ["steps", step.name, step.kind];
  if (/^\.{0,2}\//.test(name)) {
    const module = resolve(dirname(document.file), name);
    if (!existsSync(module)) {
      document.fault(path, `there is no module ${name}`, { hint: `looked for ${module}` });
      return undefined;
    }
    try {
      const value = await importUserModule({ kind: step.kind, path: module, version: userModuleVersion(module) });
      return { kind: step.kind, module, value } as Implementation;
    } catch (error) {
      if (!(error instanceof NeurotablesError)) throw error;
      document.fault(path, error.message, { hint: error.wayOut });
      return undefined;
    }
  }
  const value = await find(registry, step.kind, name);
  if (value !== undefined) return { kind: step.kind, value } as Implementation;
  const names: Readonly<Record<StepKind, readonly string[]>> = {
    load: await registry.loaderNames(),
    transform: await registry.transformNames(),
    stage: await registry.stageNames(),
  };
  const own = names[step.kind];
  const other = (["load", "transform", "stage"] as const).find(
    (kind) => kind !== step.kind && names[kind].includes(name),
  );
  const what = nounOf(step.kind);
  const hint =
    other !== undefined
      ? `it is a ${nounOf(other)}: write \`${other}:\``
      : (didYouMean(name, own) ?? `known are ${own.slice(0, 12).join(", ")}${own.length > 12 ? ", …" : ""}`);
  document.fault(path, `there is no ${what} "${name}"`, { hint });
  return undefined;
}

function find(registry: Registry, kind: StepKind, name: string): Promise<Loader | Transform | Stage | undefined> {
  return kind === "load"
    ? registry.loader(name)
    : kind === "transform"
      ? registry.transform(name)
      : registry.stage(name);
}

function nounOf(kind: StepKind): string {
  return kind === "load" ? "loader" : kind;
}

/** What a step writes must be outputs of its implementation; what it reads, exactly the inputs. */
export function checkPorts(
  document: PipelineDocument,
  step: StepShape,
  implementation: Implementation,
  dataset: string,
): void {
  const bare = (name: string) => (name.startsWith(`${dataset}.`) ? name.slice(dataset.length + 1) : name);
  const { outputs } = implementation.value;
  const named = new Map<string, string>();
  for (const [index, written] of asList(step.into).entries()) {
    // A table of another dataset goes by its bare name in the implementation.
    const name = bare(written).split(".").at(-1) as string;
    const other = named.get(name);
    named.set(name, written);
    if (other !== undefined && bare(other) !== bare(written)) {
      document.fault(
        entryPath(["steps", step.name, "into"], step.into, index),
        `"${step.name}" writes one ${name}: ${other} or ${written}`,
      );
    }
    if (outputs.includes(name) || (LOAD_TABLES as readonly string[]).includes(name)) continue;
    document.fault(
      entryPath(["steps", step.name, "into"], step.into, index),
      `"${step.name}" does not write ${written}`,
      {
        hint: didYouMean(name, outputs) ?? `it writes ${outputs.join(", ")}`,
      },
    );
  }
  if (step.kind === "load" || implementation.kind === "load") return;
  const { inputs } = implementation.value;
  const given = asList(step.from).map(bare);
  for (const [index, name] of given.entries()) {
    const path = entryPath(["steps", step.name, "from"], step.from, index);
    if (given.indexOf(name) !== index) document.fault(path, `step "${step.name}" reads ${name} twice`);
    else if (!inputs.includes(name)) {
      document.fault(path, `"${step.name}" does not read ${name}`, {
        hint: didYouMean(name, inputs) ?? `it reads ${inputs.join(", ")}`,
      });
    }
  }
  const absent = inputs.filter((name) => !given.includes(name));
  if (absent.length > 0 && given.every((name) => inputs.includes(name))) {
    document.fault(["steps", step.name, "from"], `"${step.name}" also needs ${absent.join(", ")}`, { at: "key" });
  }
}

/** What comes partition by partition must be made in the same run: a stored table is not cut into its partitions. */
export function checkEach(options: {
  readonly document: PipelineDocument;
  readonly step: TableStepShape;
  readonly from: readonly StepInput[];
  readonly each: readonly string[];
}): void {
  const { document, step, from, each } = options;
  for (const [index, { name, external }] of from.entries()) {
    if (!external || !each.includes(name)) continue;
    document.fault(
      entryPath(["steps", step.name, "from"], step.from, index),
      `"${step.name}" reads ${name} partition by partition, but another pipeline makes it`,
      { hint: "such a table can only be read whole: make it in this pipeline" },
    );
  }
}

/** Validates `with`, and gives each parameter after defaults as canonical JSON. */
export function readParameters(
  document: PipelineDocument,
  step: StepShape,
  implementation: Implementation,
): Record<string, string> {
  const written = step.with ?? {};
  const path = ["steps", step.name, "with"];
  const schema = implementation.value.parameters as unknown as ParameterSchema | undefined;
  if (schema === undefined) {
    for (const key of Object.keys(written)) {
      document.fault([...path, key], `unknown parameter ${JSON.stringify(key)}`, { at: "key", hint: "it takes none" });
    }
    return {};
  }
  // An object schema that is not strict drops what it does not know: a misspelt parameter must be a fault.
  const strict = schema.shape !== undefined && schema._zod?.def?.catchall === undefined ? schema.strict?.() : undefined;
  const read = (strict ?? schema).safeParse(written);
  if (!read.success) {
    document.schemaFaults(read.error as never, path, Object.keys(schema.shape ?? {}));
    return {};
  }
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries((read.data ?? {}) as Record<string, unknown>)) {
    if (value === undefined) continue;
    try {
      texts[name] = canonicalJson(value as Canonical);
    } catch {
      texts[name] = canonicalJson((written[name] ?? null) as Canonical);
    }
  }
  return texts;
}

interface ParameterSchema {
  readonly shape?: object;
  readonly _zod?: { readonly def?: { readonly catchall?: unknown } };
  strict?(): ParameterSchema;
  safeParse(value: unknown): { readonly success: boolean; readonly data?: unknown; readonly error?: unknown };
}

/** Tables of a step as `dataset.table`, those of `into` first. */
export function outputTables(step: StepShape, dataset: string): string[] {
  const into = asList(step.into).map((table) => qualify(table, dataset));
  return step.kind === "load" ? [...into, ...LOAD_TABLES.map((table) => qualify(table, dataset))] : into;
}
