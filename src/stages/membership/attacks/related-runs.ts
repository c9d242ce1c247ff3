import type { RunRow } from "../../../tables/generated/membership.js";

/** A run of the model under test, and the runs that it is compared with, where there are such. */
export interface TargetRun {
  readonly run: RunRow;
  readonly reference: RunRow | undefined;
  /** Whether windows of the reference run hold the same tokens. */
  readonly sameWindows: boolean;
  readonly lowercase: RunRow | undefined;
}

/**
 * The target runs, each with its reference run and its run on lower-cased text: the one of the same experiment that is
 * named `<run>/reference` or `<run>/lowercase`, else the only one of that role in the experiment.
 */
export function targetRuns(runs: readonly RunRow[]): TargetRun[] {
  const related = (run: RunRow, role: "reference" | "lowercase") => {
    const same = runs.filter((other) => other.role === role && other.experiment_id === run.experiment_id);
    return same.find((other) => other.run_id === `${run.run_id}/${role}`) ?? (same.length === 1 ? same[0] : undefined);
  };
  return runs
    .filter((run) => run.role === "target")
    .map((run) => {
      const reference = related(run, "reference");
      const sameWindows =
        reference !== undefined &&
        (["tokenizer_id", "context", "stride", "bos_policy"] as const).every(
          (column) => reference[column] === run[column],
        );
      return { run, reference, sameWindows, lowercase: related(run, "lowercase") };
    });
}
