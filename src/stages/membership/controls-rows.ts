import { type Canonical, canonicalJson } from "../../base/canonical-json.js";
import type { ControlRow } from "../../tables/generated/membership.js";
import { type AttackAreas, CONTROL_ATTACKS, type ControlAttack, type SplitAreas } from "./controls-attacks.js";

/** AUC of loss that the positive control must pass. */
const MEMORISED = 0.99;
/** Standard errors that a mean may be away from what is expected. */
const ERRORS = 2;

/** What all splits of an experiment found. */
export interface ControlResult {
  readonly experimentId: string;
  readonly order: number;
  /** Rising. */
  readonly exposures: readonly number[];
  readonly splits: readonly SplitAreas[];
  /** Mean over splits of the standard deviation that an AUC has by chance. */
  readonly nullSd: number;
  readonly facts: Readonly<Record<string, Canonical>>;
}

interface Judged {
  readonly expected: string;
  readonly status: ControlRow["status"];
  readonly more?: Readonly<Record<string, Canonical>>;
}

/** Rows of `control`: the negative control, the positive one, and the curve over exposures. */
export function controlRows(result: ControlResult): ControlRow[] {
  const rows: ControlRow[] = [];
  const add = (
    control: string,
    areas: readonly AttackAreas[],
    judge: (attack: ControlAttack, all: Moments) => Judged,
  ) => {
    for (const attack of CONTROL_ATTACKS) {
      const values = areas.map((area) => area[attack]);
      const all = moments(values);
      const { expected, status, more } = judge(attack, all);
      rows.push({
        experiment_id: result.experimentId,
        control,
        attack,
        n_splits: values.length,
        auc_mean: all.mean,
        auc_sd: all.sd,
        auc_se: all.se,
        null_sd: result.nullSd,
        expected,
        status,
        detail: canonicalJson({ ...result.facts, ...more, order: result.order, aucs: values }),
      });
    }
  };
  const exposed = (index: number) => result.splits.map((split) => split.exposures[index] as AttackAreas);
  add(
    "negative",
    result.splits.map(({ negative }) => negative),
    (_, { mean, se }) => ({
      expected: "0.5, within two standard errors",
      status: Math.abs(mean - 0.5) <= ERRORS * se ? "pass" : "fail",
      more: se > 0 ? { standard_errors_away: (mean - 0.5) / se } : {},
    }),
  );
  const full = result.exposures.indexOf(1);
  add("positive", exposed(full), (attack, { mean }) => {
    if (attack !== "loss" || result.order < 2) return { expected: "above 0.5", status: "information" };
    return { expected: `above ${MEMORISED}`, status: mean > MEMORISED ? "pass" : "fail" };
  });
  for (const [index, exposure] of result.exposures.entries()) {
    add(`exposure_${exposure}`, exposed(index), (attack) => {
      const before = result.exposures[index - 1];
      if (attack !== "loss" || before === undefined) return { expected: "rises with exposure", status: "information" };
      const steps = result.splits.map(
        ({ exposures }) => (exposures[index] as AttackAreas).loss - (exposures[index - 1] as AttackAreas).loss,
      );
      const { mean, se } = moments(steps);
      return {
        expected: `not below exposure_${before}, within two standard errors`,
        status: mean >= -ERRORS * se ? "pass" : "fail",
        more: { rise: mean, rise_se: se },
      };
    });
  }
  return rows;
}

/** Rows that say why there are no controls. */
export function notRun(experimentId: string, reason: string): ControlRow[] {
  return ["negative", "positive"].flatMap((control) =>
    CONTROL_ATTACKS.map((attack) => ({
      experiment_id: experimentId,
      control,
      attack,
      n_splits: 0,
      auc_mean: null,
      auc_sd: null,
      auc_se: null,
      null_sd: null,
      expected: control === "negative" ? "0.5, within two standard errors" : `above ${MEMORISED}`,
      status: "not_run" as const,
      detail: canonicalJson({ reason }),
    })),
  );
}

interface Moments {
  readonly mean: number;
  /** Standard deviation (ddof 1). */
  readonly sd: number;
  readonly se: number;
}

function moments(values: readonly number[]): Moments {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sd = Math.sqrt(squares / (values.length - 1));
  return { mean, sd, se: sd / Math.sqrt(values.length) };
}
