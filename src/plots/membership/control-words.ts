import { compareCodeUnits } from "../../base/canonical-json.js";
import { shareText } from "./gate-words.js";
import type { ControlFacts } from "./membership-data.js";

/** Controls of training on a share of each member are called so, with the share. */
export const EXPOSURE = "exposure_";

/** What became of one control, in words. */
export interface ControlStatement {
  readonly text: string;
  readonly state: "passes" | "fails" | "not_run" | "not_judged";
}

/** Whether each control came out as it must; one that failed says by how much. */
export function controlWords(given: readonly ControlFacts[]): ControlStatement[] {
  const controls = orderedControls(given);
  if (controls.length === 0)
    return [{ text: "Controls not run: there are none of this experiment.", state: "not_run" }];
  if (controls.every(({ status }) => status === "not_run")) return [notRun("Controls", controls)];
  const named = (name: string) => controls.filter(({ control }) => control === name);
  const exposures = controls.filter(({ control }) => control.startsWith(EXPOSURE));
  const rises = exposures.every(({ status }) => status !== "fail");
  return [
    statement("Negative control", named("negative")),
    statement("Positive control", named("positive")),
    ...(rises ? [] : [statement("Rise with exposure", exposures)]),
  ];
}

/** By name, then attack. */
export function orderedControls(controls: readonly ControlFacts[]): ControlFacts[] {
  return [...controls].sort((a, b) => compareCodeUnits(a.control, b.control) || compareCodeUnits(a.attack, b.attack));
}

function statement(name: string, controls: readonly ControlFacts[]): ControlStatement {
  const failed = controls.filter(({ status }) => status === "fail");
  if (failed.length > 0) {
    const which = failed.map((one) => `${one.attack}${exposureText(one)} ${meanText(one)}, must be ${one.expected}`);
    return { text: `${name} FAILS: ${which.join("; ")}.`, state: "fails" };
  }
  if (controls.every(({ status }) => status === "not_run")) return notRun(name, controls);
  const judged = controls.find(({ status }) => status === "pass");
  if (judged === undefined) return { text: `${name} not judged.`, state: "not_judged" };
  const text = `${name} passes: ${judged.attack} ${meanText(judged)} over ${judged.splits} splits.`;
  return { text, state: "passes" };
}

function notRun(name: string, controls: readonly ControlFacts[]): ControlStatement {
  const reason = controls.find((one) => one.reason !== undefined)?.reason;
  return { text: `${name} not run${reason === undefined ? "" : `: ${reason}`}.`, state: "not_run" };
}

function exposureText({ control }: ControlFacts): string {
  return control.startsWith(EXPOSURE) ? ` at ${control.slice(EXPOSURE.length)}` : "";
}

/** Mean over splits with two standard errors. */
function meanText({ mean, se }: ControlFacts): string {
  return mean === null ? "not measured" : `${shareText(mean)} ± ${shareText(2 * (se ?? 0))}`;
}
