import { didYouMean } from "../base/diagnostics.js";
import { LOAD_TABLES, qualify, type StepInput, type TableContract } from "./pipeline.js";
import type { DocumentPath, PipelineDocument } from "./pipeline-document.js";
import type { PipelineShape, StepShape, TableStepShape } from "./pipeline-shape.js";

/** `edge where annotation_id = 'a'` → table and condition. */
export const ROW_SET = /^\s*((?:[a-z][a-z0-9_]*\.)?[a-z][a-z0-9_]*)(?:\s+where\s+([\s\S]+?))?\s*$/i;

/** One or several, as a list. */
export function asList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

/** Path of the n-th entry of a key that takes one name or a list. */
export function entryPath(base: DocumentPath, value: unknown, index: number): DocumentPath {
  return Array.isArray(value) ? [...base, index] : base;
}

/** Which steps write each `dataset.table`, with the tables to which every load step contributes. */
export function writersOf(shape: PipelineShape, dataset: string): Map<string, string[]> {
  const writers = new Map<string, string[]>();
  const add = (table: string, step: string) => {
    const list = writers.get(table);
    if (list === undefined) writers.set(table, [step]);
    else if (!list.includes(step)) list.push(step);
  };
  for (const step of shape.steps) {
    for (const table of asList(step.into)) add(qualify(table, dataset), step.name);
    if (step.kind === "load") for (const table of LOAD_TABLES) add(qualify(table, dataset), step.name);
  }
  return writers;
}

/** One writer per table; only load steps may share one, and only a record table. */
export function checkWriters(
  document: PipelineDocument,
  shape: PipelineShape,
  dataset: string,
  contracts: ReadonlyMap<string, TableContract>,
): void {
  const first = new Map<string, StepShape>();
  for (const step of shape.steps) {
    const seen = new Set<string>();
    for (const [index, written] of asList(step.into).entries()) {
      const path = entryPath(["steps", step.name, "into"], step.into, index);
      const table = qualify(written, dataset);
      if (seen.has(table)) document.fault(path, `step "${step.name}" names ${written} twice`);
      seen.add(table);
      if (LOAD_TABLES.some((name) => qualify(name, dataset) === table)) {
        document.fault(path, `every load step contributes to ${written}: no step names it in into`);
        continue;
      }
      const other = first.get(table);
      if (other === undefined || other === step) {
        first.set(table, step);
        continue;
      }
      const role = contracts.get(table)?.contract.role;
      if (step.kind !== "load" || other.kind !== "load") {
        document.fault(path, `${written} has two writers: "${other.name}" and "${step.name}"`);
      } else if (role !== undefined && role !== "record") {
        document.fault(path, `${written} is a ${role} table with two writers: "${other.name}" and "${step.name}"`, {
          hint: "only record tables are unions of several load steps",
        });
      }
    }
  }
}

/** The inputs of a transform step; a table that nobody writes is a fault. */
export function stepInputs(options: {
  readonly document: PipelineDocument;
  readonly step: TableStepShape;
  readonly dataset: string;
  readonly writers: ReadonlyMap<string, readonly string[]>;
  /** Some step is malformed: what it would have written is unknown. */
  readonly incomplete: boolean;
  /** What the implementation reads, where it is known: other tables are a fault already. */
  readonly reads?: readonly string[] | undefined;
}): StepInput[] {
  const { document, step, dataset, writers, incomplete, reads } = options;
  return asList(step.from).map((written, index) => {
    const table = qualify(written, dataset);
    const external = !writers.has(table);
    const name = table.startsWith(`${dataset}.`) ? table.slice(dataset.length + 1) : table;
    if (external && !written.includes(".") && !incomplete && (reads?.includes(name) ?? true)) {
      const short = [...writers.keys()].map((known) => known.replace(`${dataset}.`, ""));
      document.fault(entryPath(["steps", step.name, "from"], step.from, index), `no step writes ${written}`, {
        hint: didYouMean(written, short) ?? "a table of another pipeline is named dataset.table",
      });
    }
    return { name, table, external };
  });
}

/** Reports each cycle once, as `a → b → a`. */
export function checkCycles(document: PipelineDocument, needs: ReadonlyMap<string, readonly string[]>): void {
  const state = new Map<string, "open" | "done">();
  const trail: string[] = [];
  const visit = (step: string) => {
    state.set(step, "open");
    trail.push(step);
    for (const next of needs.get(step) ?? []) {
      if (state.get(next) === "open") {
        const cycle = [...trail.slice(trail.indexOf(next)), next].reverse();
        document.fault(["steps", next, "from"], `a cycle: ${cycle.join(" → ")}`);
      } else if (!state.has(next)) visit(next);
    }
    trail.pop();
    state.set(step, "done");
  };
  for (const step of needs.keys()) if (!state.has(step)) visit(step);
}

/** References of checks: sources, tables, and the form of row sets. */
export function checkChecks(
  document: PipelineDocument,
  shape: PipelineShape,
  dataset: string,
  tables: ReadonlySet<string>,
): void {
  const names = new Set<string>();
  for (const check of shape.checks) {
    const path: DocumentPath = ["checks", check.index];
    if (check.name !== undefined && names.has(check.name)) {
      document.fault([...path, "name"], `two checks are called ${JSON.stringify(check.name)}`);
    }
    if (check.name !== undefined) names.add(check.name);
    for (const [index, source] of (check.needs ?? []).entries()) {
      if (!shape.sourceNames.includes(source)) {
        document.fault([...path, "needs", index], `there is no source "${source}"`, {
          hint: didYouMean(source, shape.sourceNames),
        });
      }
    }
    if (check.kind === "unique" && !tables.has(qualify(check.unique, dataset))) {
      document.fault([...path, "unique"], `no step writes ${check.unique}`, {
        hint: didYouMean(qualify(check.unique, dataset), tables),
      });
    }
    for (const [index, side] of check.kind === "equal" ? check.equal.entries() : []) {
      const match = ROW_SET.exec(side);
      if (match === null) {
        document.fault(
          [...path, "equal", index],
          `expected \`table\` or \`table where condition\`, found ${JSON.stringify(side)}`,
        );
      } else if (!match[1]?.includes(".") && !tables.has(qualify(match[1] as string, dataset))) {
        document.fault([...path, "equal", index], `no step writes ${match[1]}`, {
          hint: didYouMean(qualify(match[1] as string, dataset), tables),
        });
      }
    }
  }
}

/** The name of a step's implementation as the file gives it. */
export function implementationName(step: StepShape): string {
  return step.kind === "load" ? step.load : step.kind === "transform" ? step.transform : step.stage;
}
