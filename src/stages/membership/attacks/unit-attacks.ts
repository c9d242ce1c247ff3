import { type AttackFamily, SEQUENCE_ATTACKS } from "../../../transforms/membership/attack-names.js";
import { CodePointIndex } from "../../../transforms/membership/code-points.js";
import type { ScoredUnit } from "../scored-units.js";
import { lowercaseAttacks, referenceAttacks, zlibAttacks } from "./compared-attacks.js";
import { dcPdd } from "./dc-pdd.js";
import type { UnitLosses } from "./run-losses.js";
import { meanLoss, type TokenColumns, tokenAttacks } from "./token-attacks.js";

/** The whole unit, in the place of the number of a window. */
export const WHOLE_UNIT = -1;

/** What is known of a unit beside its scores; undefined where it is not. */
export interface UnitSurroundings {
  readonly text: string | undefined;
  /** Code point at which each token begins; empty where it is not known. */
  readonly charStart: ArrayLike<number>;
  readonly reference: UnitLosses | undefined;
  readonly sameWindows: boolean;
  readonly lowercase: UnitLosses | undefined;
  readonly logFrequency: Float64Array | undefined;
  readonly dcPddLimit: number;
}

export interface SequenceScore {
  readonly attack: string;
  readonly window: number;
  readonly tokens: number;
  readonly score: number | null;
}

/**
 * Scores of a unit and of its windows by the wanted attacks. Of the unit every one has a row, null where it cannot be
 * computed; of windows those that have a score.
 */
export function* unitAttacks(
  unit: ScoredUnit,
  surroundings: UnitSurroundings,
  wanted: { readonly unit: ReadonlySet<string>; readonly windows: ReadonlySet<string> },
): Generator<SequenceScore> {
  const cut = surroundings.text === undefined ? undefined : textCutter(surroundings.text);
  const rows = unit.positions.length;
  const whole = { ...part(unit, 0, rows), window: WHOLE_UNIT, text: surroundings.text };
  const scores = partScores(whole, surroundings, wanted.unit);
  for (const attack of wanted.unit) {
    yield { attack, window: WHOLE_UNIT, tokens: rows, score: finite(scores.get(attack)) };
  }
  if (wanted.windows.size === 0) return;
  for (let begin = 0; begin < rows; ) {
    const window = unit.window[begin] as number;
    let end = begin + 1;
    while (end < rows && unit.window[end] === window) end++;
    const text = needsText(wanted.windows) ? windowText(unit, surroundings.charStart, cut, begin, end) : undefined;
    const ofWindow = partScores({ ...part(unit, begin, end), window, text }, surroundings, wanted.windows);
    for (const attack of wanted.windows) {
      const score = finite(ofWindow.get(attack));
      if (score !== null) yield { attack, window, tokens: end - begin, score };
    }
    begin = end;
  }
}

/** Names of the attacks of some families. */
export function attacksOf(families: readonly AttackFamily[]): string[] {
  return SEQUENCE_ATTACKS.filter(({ family }) => families.includes(family)).map(({ name }) => name);
}

/** Whether any of the attacks looks at the text. */
export function needsText(attacks: ReadonlySet<string>): boolean {
  return SEQUENCE_ATTACKS.some(({ name, family }) => family === "zlib" && attacks.has(name));
}

interface UnitPart {
  readonly ids: Int32Array;
  readonly columns: TokenColumns;
}

function part(unit: ScoredUnit, begin: number, end: number): UnitPart {
  const ids = Int32Array.from(unit.positions.subarray(begin, end), (position) => unit.inputIds[position] as number);
  const { maxLogprob, rank, mu, m2, muUniform, sdUniform } = unit;
  return {
    ids,
    columns: {
      logprob: unit.logprob.subarray(begin, end),
      ...(maxLogprob && { maxLogprob: maxLogprob.subarray(begin, end) }),
      ...(rank && { rank: rank.subarray(begin, end) }),
      ...(mu && { mu: mu.subarray(begin, end) }),
      ...(m2 && { m2: m2.subarray(begin, end) }),
      ...(muUniform && { muUniform: muUniform.subarray(begin, end) }),
      ...(sdUniform && { sdUniform: sdUniform.subarray(begin, end) }),
    },
  };
}

function partScores(
  given: UnitPart & { readonly window: number; readonly text: string | undefined },
  around: UnitSurroundings,
  wanted: ReadonlySet<string>,
): Map<string, number | null> {
  const { ids, columns, window, text } = given;
  const scores = tokenAttacks(columns);
  const add = (more: Map<string, number | null>) => {
    for (const [name, score] of more) scores.set(name, score);
  };
  const loss = meanLoss(columns.logprob);
  if (text !== undefined && needsText(wanted)) add(zlibAttacks(loss, text));
  const isWhole = window === WHOLE_UNIT;
  const reference = isWhole ? around.reference?.unit : around.sameWindows && around.reference?.windows.get(window);
  if (typeof reference === "number") add(referenceAttacks(loss, reference));
  // Lower-cased text has other tokens, so that its windows are others.
  if (isWhole && around.lowercase !== undefined) add(lowercaseAttacks(loss, around.lowercase.unit));
  const { logFrequency, dcPddLimit: limit } = around;
  if (logFrequency !== undefined && wanted.has("dc_pdd")) {
    scores.set("dc_pdd", dcPdd({ ids, logprob: columns.logprob, logFrequency, limit }));
  }
  return scores;
}

/** Code points `begin` … `end` − 1 of a text, or up to its end. */
type TextCutter = (begin: number, end: number | undefined) => string;

function textCutter(text: string): TextCutter {
  const index = new CodePointIndex(text);
  const unit = (point: number) => index.unit(Math.max(0, Math.min(point, index.length)));
  return (begin, end) => text.slice(unit(begin), end === undefined ? text.length : unit(end));
}

/** The text that the model reads in a window: from the token before the first predicted one. */
function windowText(
  unit: ScoredUnit,
  charStart: ArrayLike<number>,
  cut: TextCutter | undefined,
  begin: number,
  end: number,
): string | undefined {
  if (cut === undefined || charStart.length !== unit.inputIds.length) return undefined;
  const first = Math.max(0, (unit.positions[begin] as number) - 1);
  const after = (unit.positions[end - 1] as number) + 1;
  return cut(charStart[first] as number, after < charStart.length ? (charStart[after] as number) : undefined);
}

function finite(score: number | null | undefined): number | null {
  return score === null || score === undefined || !Number.isFinite(score) ? null : score;
}
