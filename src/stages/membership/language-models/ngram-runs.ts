import { compareCodeUnits } from "../../../base/canonical-json.js";
import type { ExperimentRow, RunRow } from "../../../tables/generated/membership.js";
import type { AssignedUnit } from "../read-assignment.js";

/** A unit in the training set of a run. */
export interface TrainedUnit {
  readonly docId: string;
  readonly exposure: number;
  readonly duplicates: number;
}

/** One model to be trained, and the units that it scores. */
export interface NgramRun {
  readonly runId: string;
  readonly experimentId: string;
  readonly role: Extract<RunRow["role"], "target" | "reference">;
  readonly trained: readonly TrainedUnit[];
  /** Names of the labelled units. */
  readonly scored: readonly string[];
  /** Roles of the units that it is trained on. */
  readonly trainedRoles: readonly string[];
}

/** What of an experiment its runs depend on. */
export type RunExperiment = Pick<ExperimentRow, "experiment_id" | "trains_members">;

/**
 * The runs of an experiment. The target is trained on the members, to their exposure and as often as they are repeated,
 * where the experiment trains on them; the reference model on the units of role `reference`, in full; both on those of
 * role `background`, in full. A target that would be trained on nothing is trained on the reference units instead, and
 * there is no reference run then: it would be the same model.
 */
export function ngramRuns(
  experiment: RunExperiment,
  units: readonly AssignedUnit[],
  options: { readonly model: string; readonly reference: boolean },
): NgramRun[] {
  const experimentId = experiment.experiment_id;
  const ofRole = (role: AssignedUnit["role"]) => units.filter((unit) => unit.role === role);
  const members = experiment.trains_members ? ofRole("member").filter(({ trained }) => trained) : [];
  const background = ofRole("background").map(inFull);
  const reference = ofRole("reference").map(inFull);
  const scored = units.filter(({ label }) => label !== null).map(({ docId }) => docId);
  const base = { experimentId, scored };
  const targetId = `${experimentId}/${options.model}`;
  const target = [...members, ...background];
  const roles = (all: Readonly<Record<string, readonly unknown[]>>) =>
    Object.keys(all)
      .filter((name) => all[name]?.length !== 0)
      .sort(compareCodeUnits);
  if (target.length === 0) {
    return [{ ...base, runId: targetId, role: "target", trained: reference, trainedRoles: roles({ reference }) }];
  }
  const runs: NgramRun[] = [
    { ...base, runId: targetId, role: "target", trained: target, trainedRoles: roles({ member: members, background }) },
  ];
  if (options.reference && reference.length > 0) {
    runs.push({
      ...base,
      runId: `${targetId}/reference`,
      role: "reference",
      trained: [...reference, ...background],
      trainedRoles: roles({ reference, background }),
    });
  }
  return runs;
}

function inFull({ docId }: AssignedUnit): TrainedUnit {
  return { docId, exposure: 1, duplicates: 1 };
}
