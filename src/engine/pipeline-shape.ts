import type { z } from "zod";
import { type DocumentPath, knownKeysHint, type PipelineDocument } from "./pipeline-document.js";
import {
  equalCheckSchema,
  headSchema,
  loadStepSchema,
  NAME,
  noneCheckSchema,
  sourceSchema,
  stageStepSchema,
  transformStepSchema,
  uniqueCheckSchema,
} from "./pipeline-schema.js";

export type StepShape =
  | ({ readonly kind: "load"; readonly name: string } & z.infer<typeof loadStepSchema>)
  | ({ readonly kind: "transform"; readonly name: string } & z.infer<typeof transformStepSchema>)
  | ({ readonly kind: "stage"; readonly name: string } & z.infer<typeof stageStepSchema>);

/** A step that reads tables. */
export type TableStepShape = Exclude<StepShape, { kind: "load" }>;

export type CheckShape = {
  readonly index: number;
  readonly name?: string | undefined;
  readonly needs?: string[] | undefined;
} & (
  | { readonly kind: "equal"; readonly equal: readonly [string, string]; readonly on: readonly string[] }
  | { readonly kind: "none"; readonly none: string }
  | { readonly kind: "unique"; readonly unique: string }
);

/** The parts of a pipeline file that have the right shape. What has not is a fault of the document. */
export interface PipelineShape {
  readonly head: Partial<
    Pick<z.infer<typeof headSchema>, "pipeline" | "title" | "description" | "dataset" | "needs" | "schedule">
  >;
  readonly sources: ReadonlyMap<string, z.infer<typeof sourceSchema>>;
  readonly steps: readonly StepShape[];
  readonly checks: readonly CheckShape[];
  /** Every name written, also of what is malformed: to tell a wrong reference from a consequence of another fault. */
  readonly sourceNames: readonly string[];
  readonly stepNames: readonly string[];
}

/** Reads each source, step and check on its own, so that one fault hides no other. */
export function readShape(document: PipelineDocument): PipelineShape | undefined {
  const { value } = document;
  if (!document.readable) return undefined;
  if (!isMapping(value)) {
    document.fault([], "a pipeline file is a mapping with pipeline, dataset, sources and steps");
    return undefined;
  }
  const { $schema: _editor, ...rest } = value;
  const head = headSchema.safeParse(rest);
  if (!head.success) document.schemaFaults(head.error, [], Object.keys(headSchema.shape));
  const sources = entries(document, value.sources, ["sources"]);
  const steps = entries(document, value.steps, ["steps"]);
  if (isMapping(value.steps) && Object.keys(value.steps).length === 0)
    document.fault(["steps"], "a pipeline needs at least one step", { at: "key" });
  return {
    head: head.success ? head.data : headFields(rest),
    sources: new Map(
      sources.flatMap(([name, source]) => {
        const read = parseAt(document, sourceSchema, source, ["sources", name]);
        return read === undefined ? [] : [[name, read] as const];
      }),
    ),
    steps: steps.flatMap(([name, step]) => readStep(document, name, step) ?? []),
    checks: (Array.isArray(value.checks) ? value.checks : []).flatMap(
      (check, index) => readCheck(document, index, check) ?? [],
    ),
    sourceNames: sources.map(([name]) => name),
    stepNames: steps.map(([name]) => name),
  };
}

/** The fields of the head that are right, where another is wrong. */
function headFields(value: Record<string, unknown>): PipelineShape["head"] {
  const fields: Record<string, unknown> = {};
  for (const key of ["pipeline", "title", "description", "dataset", "needs", "schedule"] as const) {
    const read = headSchema.shape[key].safeParse(value[key]);
    if (read.success && read.data !== undefined) fields[key] = read.data;
  }
  return fields;
}

function entries(document: PipelineDocument, value: unknown, path: DocumentPath): [string, unknown][] {
  if (!isMapping(value)) return [];
  return Object.entries(value).filter(([name]) => {
    if (NAME.test(name) && name !== "__proto__") return true;
    document.fault(
      [...path, name],
      `${JSON.stringify(name)} is no name: letters, digits, - and _, beginning with a letter`,
      {
        at: "key",
      },
    );
    return false;
  });
}

function parseAt<S extends z.ZodObject>(
  document: PipelineDocument,
  schema: S,
  value: unknown,
  path: DocumentPath,
): z.infer<S> | undefined {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  document.schemaFaults(read.error, path, Object.keys(schema.shape));
  return undefined;
}

function readStep(document: PipelineDocument, name: string, value: unknown): StepShape | undefined {
  const path = ["steps", name];
  if (!isMapping(value)) {
    document.fault(path, "a step is a mapping with load, transform or stage, and into");
    return undefined;
  }
  const kinds = (["load", "transform", "stage"] as const).filter((kind) => kind in value);
  if (kinds.length > 1) {
    const both = kinds.slice(0, 2);
    document.fault([...path, both[1] as string], `a step has either ${both.join(" or ")}, not both`, { at: "key" });
    return undefined;
  }
  if ("load" in value) {
    const read = parseAt(document, loadStepSchema, value, path);
    return read && { kind: "load", name, ...read };
  }
  if ("transform" in value) {
    const read = parseAt(document, transformStepSchema, value, path);
    return read && { kind: "transform", name, ...read };
  }
  if ("stage" in value) {
    const read = parseAt(document, stageStepSchema, value, path);
    return read && { kind: "stage", name, ...read };
  }
  const shapes = [loadStepSchema.shape, transformStepSchema.shape, stageStepSchema.shape];
  const known = [...new Set(shapes.flatMap((shape) => Object.keys(shape)))];
  let misspelt = false;
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const hint = knownKeysHint(key, known);
    misspelt ||= /"(load|transform|stage)"/.test(hint ?? "");
    document.fault([...path, key], `unknown key ${JSON.stringify(key)}`, {
      at: "key",
      hint,
    });
  }
  if (!misspelt) document.fault(path, `step "${name}" has neither load nor transform nor stage`, { at: "key" });
  return undefined;
}

function readCheck(document: PipelineDocument, index: number, value: unknown): CheckShape | undefined {
  const path = ["checks", index];
  if (!isMapping(value)) {
    document.fault(path, "a check is a mapping with equal, none or unique");
    return undefined;
  }
  const kinds = (["equal", "none", "unique"] as const).filter((kind) => kind in value);
  if (kinds.length > 1) {
    document.fault(
      [...path, kinds[1] as string],
      `a check has one of equal, none and unique, not ${kinds.join(" and ")}`,
      {
        at: "key",
      },
    );
    return undefined;
  }
  if (kinds[0] === "equal") {
    const read = parseAt(document, equalCheckSchema, value, path);
    return read && { kind: "equal", index, ...read };
  }
  if (kinds[0] === "none") {
    const read = parseAt(document, noneCheckSchema, value, path);
    return read && { kind: "none", index, ...read };
  }
  if (kinds[0] === "unique") {
    const read = parseAt(document, uniqueCheckSchema, value, path);
    return read && { kind: "unique", index, ...read };
  }
  const known = ["equal", "none", "unique", "name", "on", "needs"];
  const misspelt = Object.keys(value).filter((key) => !known.includes(key));
  for (const key of misspelt) {
    document.fault([...path, key], `unknown key ${JSON.stringify(key)}`, {
      at: "key",
      hint: knownKeysHint(key, known),
    });
  }
  if (misspelt.length === 0) document.fault(path, "the check has none of equal, none and unique");
  return undefined;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
