import type { MatlabValue } from "../../formats/matlab/matlab-value.js";
import { describeMatlab, matlabNumbers } from "./matlab-access.js";
import type { SourceEvent } from "./source-recording.js";

/** State vectors of one recording that cannot be made intervals. */
export interface StateProblem {
  readonly state: string;
  readonly reason: string;
  readonly detail: string;
}

/**
 * Intervals of behavioural states from vectors of 0 and 1, one per state and one value per frame: an event `state` for
 * every run of 1, [kStart, kEnd), in order of time and then of the states in the file. A state that never occurs has no
 * event. A vector of another length, or with other values, is a problem and gives none.
 */
export function stateEvents(
  states: ReadonlyMap<string, MatlabValue>,
  frames: number,
): { readonly events: SourceEvent[]; readonly problems: StateProblem[] } {
  const events: (SourceEvent & { readonly kStart: number })[] = [];
  const problems: StateProblem[] = [];
  for (const [state, value] of states) {
    const flags = matlabNumbers(value);
    if (flags === null || flags.length !== frames) {
      problems.push({ state, reason: "state_length", detail: `${describeMatlab(value)}, ${frames} frames` });
      continue;
    }
    const other = flags.find((flag) => flag !== 0 && flag !== 1);
    if (other !== undefined) {
      problems.push({ state, reason: "state_not_binary", detail: `value ${other}` });
      continue;
    }
    for (const [kStart, kEnd] of runsOfOne(flags)) events.push({ name: "state", value: state, kStart, kEnd });
  }
  // The sort is stable: states that begin in one frame stay in the order of the file.
  return { events: events.sort((a, b) => a.kStart - b.kStart), problems };
}

function runsOfOne(flags: Float64Array): [number, number][] {
  const runs: [number, number][] = [];
  let start = -1;
  for (let k = 0; k <= flags.length; k++) {
    const on = k < flags.length && flags[k] === 1;
    if (on && start < 0) start = k;
    if (!on && start >= 0) {
      runs.push([start, k]);
      start = -1;
    }
  }
  return runs;
}
