import { didYouMean } from "../base/diagnostics.js";
import { UsageError } from "../base/errors.js";
import type { KeyParts, RememberedKey } from "../store/types.js";
import { writers } from "./graph.js";
import { keyDifferences } from "./key.js";
import { type Pipeline, qualify, type Step } from "./pipeline.js";
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
  /** The units that make it: all, or of more than 200 those that differ. */
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
  const shown =
    own.length <= MOST_UNITS ? own : own.filter(({ differences }) => differences.length > 0).slice(0, MOST_UNITS);
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
  const moved = own.some(
    ({ action, differences }) => action === "wait" || differences.some(({ part }) => part.startsWith("input ")),
  );
  if (!moved) return [];
  const since = own.map(({ before }) => before?.at ?? "").sort()[0] ?? "";
  const writing = writers(pipeline);
  const seen = new Set<Step>(steps);
  const pending = [...steps];
  const causes: WhyUnit[] = [];
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    for (const { table } of step.kind === "transform" ? step.from : []) {
      for (const needed of writing.get(table) ?? []) {
        if (seen.has(needed)) continue;
        seen.add(needed);
        pending.push(needed);
        for (const unit of explained.get(`${pipeline.name} ${needed.name}`) ?? []) {
          const direct = unit.before === null || unit.differences.some(({ part }) => !part.startsWith("input "));
          // What the target's key before was already made of is no news to it.
          const recent = unit.action === "run" || (unit.since !== null && unit.since > since);
          if (direct && recent) causes.push(unit);
        }
      }
    }
  }
  return causes.sort((a, b) => (a.step < b.step ? -1 : a.step > b.step ? 1 : a.partition < b.partition ? -1 : 1));
}
