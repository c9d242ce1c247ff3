import { compareCodeUnits } from "../base/canonical-json.js";
import { didYouMean } from "../base/diagnostics.js";
import { UsageError } from "../base/errors.js";
import type { KeyParts, RememberedKey } from "../store/types.js";
import { writers } from "./graph.js";
import { keyDifferences, tablePartition } from "./key.js";
import { type Pipeline, qualify, type Step, type StepInput, type TransformStep } from "./pipeline.js";
import { type KeyedUnit, planUnits } from "./plan.js";
import type { EngineServices } from "./services.js";
import type { KeyDifference, PlannedUnit, Project } from "./types.js";

/** One unit of work: what its key is made of, and what differs from before. */
export interface WhyUnit {
  readonly pipeline: string;
  readonly step: string;
  readonly partition: string;
  readonly action: PlannedUnit["action"];
  readonly reason: string;
  /** Named parts of the key; null while the unit waits for its inputs. */
  readonly keyParts: KeyParts | null;
  /** Of a unit that must run: from its last key. Of one that is up to date: from the key before. */
  readonly differences: readonly KeyDifference[];
  /** The key compared with. */
  readonly before: RememberedKey | null;
  /** When the present key became the unit's newest; null while it has no result. */
  readonly since: string | null;
}

export interface Why {
  /** The step, or the table as `dataset.table`. */
  readonly target: string;
  readonly kind: "step" | "table";
  /** The units that make it: all, or of more than 200 those that differ or are still to be made, at most so many. */
  readonly units: readonly WhyUnit[];
  readonly unitCount: number;
  /** Units behind it whose own sources, parameters or code changed: where a change of its inputs comes from. */
  readonly causes: readonly WhyUnit[];
}

const MOST_UNITS = 200;

/**
 * Explains a step or a table: the parts of its key, and what differs from the last run; when it is up to date, what
 * differed between its last two results. Changes of inputs are followed up to the files, parameters or code behind
 * them. Runs nothing.
 * @throws {UsageError} `usage/unknown-target`
 */
export async function why(options: {
  readonly project: Project;
  readonly pipelines: readonly Pipeline[];
  readonly target: string;
  readonly services?: Partial<EngineServices>;
}): Promise<Why> {
  const { project, pipelines } = options;
  const found = findTarget(pipelines, options.target);
  const { units } = await planUnits({
    project,
    pipelines,
    ...(options.services === undefined ? {} : { services: options.services }),
  });
  const explained = new Map<string, WhyUnit[]>();
  for (const unit of units) {
    const name = `${unit.pipeline} ${unit.step}`;
    const list = explained.get(name) ?? [];
    list.push(explain(project, unit));
    explained.set(name, list);
  }
  const own = found.steps.flatMap((step) => explained.get(`${found.pipeline.name} ${step.name}`) ?? []);
  const differs = ({ action, differences }: WhyUnit) => differences.length > 0 || action === "run" || action === "wait";
  const shown = own.length <= MOST_UNITS ? own : own.filter(differs).slice(0, MOST_UNITS);
  return {
    target: found.target,
    kind: found.kind,
    units: shown,
    unitCount: own.length,
    causes: causesOf({ pipeline: found.pipeline, steps: found.steps, own, explained }),
  };
}

interface Target {
  readonly pipeline: Pipeline;
  readonly steps: readonly Step[];
  readonly kind: Why["kind"];
  readonly target: string;
}

/** A table wins over a step of the same name when it is written with its dataset, a step otherwise. */
function findTarget(pipelines: readonly Pipeline[], name: string): Target {
  const candidates: string[] = [];
  for (const pipeline of pipelines) {
    const step = pipeline.steps.find((candidate) => candidate.name === name);
    if (step !== undefined) return { pipeline, steps: [step], kind: "step", target: name };
    candidates.push(...pipeline.steps.map((candidate) => candidate.name));
  }
  for (const pipeline of pipelines) {
    const table = qualify(name, pipeline.dataset);
    const steps = writers(pipeline).get(table);
    if (steps !== undefined) return { pipeline, steps, kind: "table", target: table };
    candidates.push(...[...writers(pipeline).keys()].flatMap((known) => [known, known.split(".")[1] as string]));
  }
  throw new UsageError("unknown-target", `there is no step or table ${name}`, {
    fields: { target: name },
    wayOut: didYouMean(name, candidates) ?? "neurotables status lists the tables, neurotables plan PIPELINE the steps",
  });
}

function explain({ store }: Pick<Project, "store">, unit: KeyedUnit): WhyUnit {
  const { pipeline, step, partition, action, reason, key, keyParts } = unit;
  const keys = store.lastKeys(pipeline, step, partition);
  const before = keys.find((remembered) => remembered.key !== key) ?? null;
  const beforeParts = before === null ? undefined : store.readStepRecord(before.key)?.keyParts;
  const differences = keyParts === undefined || beforeParts === undefined ? [] : keyDifferences(beforeParts, keyParts);
  const since = keys.find((remembered) => remembered.key === key)?.at ?? null;
  return { pipeline, step, partition, action, reason, keyParts: keyParts ?? null, differences, before, since };
}

/** The units behind the target whose key changed by more than its inputs, since the target's key before. */
function causesOf(options: {
  readonly pipeline: Pipeline;
  readonly steps: readonly Step[];
  readonly own: readonly WhyUnit[];
  readonly explained: ReadonlyMap<string, readonly WhyUnit[]>;
}): WhyUnit[] {
  const { pipeline, steps, own, explained } = options;
  const isInput = ({ part }: KeyDifference) => part.startsWith("input ");
  const moved = own.filter(({ action, differences }) => action === "wait" || differences.some(isInput));
  if (moved.length === 0) return [];
  // To a partition that is new all is news, to the others not.
  const since = moved.flatMap(({ before }) => before?.at ?? []).sort()[0] ?? "";
  const reach = new Reach(writers(pipeline));
  for (const unit of moved) {
    const step = steps.find(({ name }) => name === unit.step);
    if (step === undefined || step.kind === "load") continue;
    // Of a unit that waits it is not known yet which of its inputs will change.
    const changed = new Set(unit.differences.filter(isInput).map(({ part }) => part.slice("input ".length)));
    const inputs = unit.action === "wait" ? step.from : step.from.filter(({ name }) => changed.has(name));
    reach.follow(step, inputs, unit.partition);
  }
  const causes: WhyUnit[] = [];
  for (const step of pipeline.steps) {
    for (const unit of explained.get(`${pipeline.name} ${step.name}`) ?? []) {
      if (!reach.includes(step, unit.partition)) continue;
      const direct = unit.before === null || !unit.differences.every(isInput);
      // What the target's key before was already made of is no news to it.
      const recent = unit.action === "run" || (unit.since !== null && unit.since > since);
      if (direct && recent) causes.push(unit);
    }
  }
  return causes.sort((a, b) => compareCodeUnits(a.step, b.step) || compareCodeUnits(a.partition, b.partition));
}

/** What lies behind some units: of a step whose rows are read partition by partition those partitions, else all. */
class Reach {
  readonly #writing: ReadonlyMap<string, readonly Step[]>;
  readonly #whole = new Set<Step>();
  /** Names as in the tables. */
  readonly #partitions = new Map<Step, Set<string>>();

  constructor(writing: ReadonlyMap<string, readonly Step[]>) {
    this.#writing = writing;
  }

  includes(step: Step, partition: string): boolean {
    return this.#whole.has(step) || (this.#partitions.get(step)?.has(tablePartition(step, partition)) ?? false);
  }

  /** Adds what is behind these inputs of a step: of its one partition, or of all of them. */
  follow(step: TransformStep, inputs: readonly StepInput[], partition: string | undefined): void {
    for (const { name, table } of inputs) {
      const only = step.each.includes(name) ? partition : undefined;
      for (const needed of this.#writing.get(table) ?? []) this.#add(needed, only);
    }
  }

  #add(step: Step, partition: string | undefined): void {
    if (this.#whole.has(step)) return;
    const names = this.#partitions.get(step) ?? new Set();
    if (partition === undefined) this.#whole.add(step);
    else if (names.has(partition)) return;
    else this.#partitions.set(step, names.add(partition));
    if (step.kind !== "load") this.follow(step, step.from, partition);
  }
}
