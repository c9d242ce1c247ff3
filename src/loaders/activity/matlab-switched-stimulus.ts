import type { MatlabValue } from "../../formats/matlab/matlab-value.js";
import { matlabElements, matlabJson, matlabNumber, matlabNumbers, matlabPlainText } from "./matlab-access.js";
import type { SourceStimulus } from "./source-recording.js";

const FIELDS = ["identity", "type", "switchtimes", "initialstate", "conc", "concunits"];

/** What one description of a stimulus gives: presentations, fields that are not carried over, or why there are none. */
export interface SwitchedStimulus {
  readonly stimuli: SourceStimulus[];
  readonly unknownFields: readonly string[];
  readonly problem: string | null;
}

/**
 * Presentations of a stimulus that switches between states (Kato et al. 2015: `identity`, `type`, `switchtimes`,
 * `initialstate`, `conc`, `concunits`). `initialstate` refers to `conc`, counted from 1, or is one of its values.
 * With two or more concentrations every period between switches is a presentation of its concentration; with one or
 * none, every period in which the state is not 0. Two states alternate, more follow each other in turn. The period
 * before the first switch has no onset, the last one no end: the source states neither. Times in seconds of the
 * recording's clock.
 */
export function switchedStimuli(description: MatlabValue, kind: SourceStimulus["kind"]): SwitchedStimulus {
  const stimuli: SourceStimulus[] = [];
  const unknown = new Set<string>();
  let problem: string | null = null;
  for (const element of matlabElements(description) ?? [description]) {
    const each = oneStimulus(element, kind);
    stimuli.push(...each.stimuli);
    for (const field of each.unknownFields) unknown.add(field);
    problem ??= each.problem;
  }
  return { stimuli, unknownFields: [...unknown], problem };
}

function oneStimulus(value: MatlabValue, kind: SourceStimulus["kind"]): SwitchedStimulus {
  const refuse = (problem: string): SwitchedStimulus => ({ stimuli: [], unknownFields: [], problem });
  if (value.kind !== "struct") return refuse("no struct");
  const field = (name: string) => value.fields.get(name)?.[0];
  const times = field("switchtimes");
  const switches = times === undefined ? null : matlabNumbers(times);
  if (switches === null || switches.some((time) => !Number.isFinite(time))) return refuse("switchtimes are no numbers");
  for (let i = 1; i < switches.length; i++) {
    if ((switches[i] as number) <= (switches[i - 1] as number)) return refuse("switchtimes do not ascend");
  }
  const initial = matlabNumber(field("initialstate"));
  if (initial === null) return refuse("initialstate is no number");
  const concentrations = field("conc");
  const levels = concentrations === undefined ? [] : [...(matlabNumbers(concentrations) ?? [])];
  const first = levels.length > 1 ? levelIndex(initial, levels) : initial === 0 ? 0 : 1;
  if (first === null) return refuse(`initialstate ${initial} is none of ${levels.length} concentrations`);
  const unknownFields: string[] = [];
  const extra: Record<string, unknown> = { initialstate: initial };
  for (const [name, [content]] of value.fields) {
    if (name === "type") extra.type = content === undefined ? null : matlabJson(content);
    else if (!FIELDS.includes(name)) unknownFields.push(name);
  }
  const name = matlabPlainText(field("identity")) || "stimulus";
  const concUnit = matlabPlainText(field("concunits")) || null;
  const states = Math.max(2, levels.length);
  const stimuli: SourceStimulus[] = [];
  for (let period = 0; period <= switches.length; period++) {
    const state = (first + period) % states;
    if (levels.length <= 1 && state === 0) continue;
    stimuli.push({
      kind,
      name,
      tOnS: period === 0 ? null : (switches[period - 1] as number),
      tOffS: switches[period] ?? null,
      conc: finite(levels.length > 1 ? levels[state] : levels[0]),
      concUnit,
      extra,
    });
  }
  return { stimuli, unknownFields, problem: null };
}

function finite(number: number | undefined): number | null {
  return number !== undefined && Number.isFinite(number) ? number : null;
}

/** 0-based index of the first concentration. */
function levelIndex(initial: number, levels: readonly number[]): number | null {
  if (Number.isInteger(initial) && initial >= 1 && initial <= levels.length) return initial - 1;
  const at = levels.indexOf(initial);
  if (at >= 0) return at;
  return initial === 0 ? 0 : null;
}
