import { ConfigError, type Diagnostic } from "./errors.js";

/** Longest piece of a source line that a frame shows. */
const FRAME_WIDTH = 100;

/**
 * The source line at a position with a caret line below it. Lines and columns count from 1; positions outside the text
 * are clamped. Long lines are cut around the column.
 */
export function frame(text: string, line: number, column: number): string {
  const lines = text.split(/\r\n|\n|\r/);
  const row = Math.min(Math.max(line, 1), lines.length);
  const source = (lines[row - 1] ?? "").replaceAll("\t", " ");
  const at = Math.min(Math.max(column, 1), source.length + 1) - 1;
  const start = at > FRAME_WIDTH - 20 ? at - FRAME_WIDTH + 40 : 0;
  const shown = `${start > 0 ? "…" : ""}${source.slice(start, start + FRAME_WIDTH)}${source.length > start + FRAME_WIDTH ? "…" : ""}`;
  const gutter = `${row} | `;
  const indent = " ".repeat(gutter.length - 2);
  return `${gutter}${shown}\n${indent}| ${" ".repeat(at - start + (start > 0 ? 1 : 0))}^`;
}

/** Edits (insert, delete, replace, swap of neighbours) that turn one word into the other. Cost: product of the lengths. */
export function editDistance(a: string, b: string): number {
  const width = b.length + 1;
  let beforePrevious = new Uint32Array(width);
  let previous = Uint32Array.from({ length: width }, (_unused, index) => index);
  let current = new Uint32Array(width);
  for (let i = 1; i <= a.length; i++) {
    current[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (previous[j] as number) + 1,
        (current[j - 1] as number) + 1,
        (previous[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforePrevious[j - 2] as number) + 1);
      }
      current[j] = cost;
    }
    [beforePrevious, previous, current] = [previous, current, beforePrevious];
  }
  return previous[b.length] as number;
}

/** The candidate nearest to a misspelt word, if one is near enough (about one edit per three letters); case is ignored. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > 200) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `did you mean "weight"?`, or undefined when nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const near = closest(word, candidates);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/** Collects the faults of one text file and throws them all at once. */
export class Diagnostics {
  readonly file: string;
  readonly #text: string;
  readonly #list: Diagnostic[] = [];

  constructor(file: string, text: string) {
    this.file = file;
    this.#text = text;
  }

  get count(): number {
    return this.#list.length;
  }

  /** Adds a fault. Lines and columns count from 1. */
  add({
    line,
    column,
    message,
    hint,
  }: {
    line: number;
    column: number;
    message: string;
    hint?: string | undefined;
  }): void {
    this.#list.push({
      file: this.file,
      line,
      column,
      message,
      ...(hint === undefined ? {} : { hint }),
      frame: frame(this.#text, line, column),
    });
  }

  /** All faults so far, in file order. */
  list(): readonly Diagnostic[] {
    return [...this.#list].sort((a, b) => a.line - b.line || a.column - b.column);
  }

  /** @throws {ConfigError} when there is any fault; its message names the first and counts the rest. */
  throwIfAny(problem: string, what: string): void {
    const all = this.list();
    const first = all[0];
    if (first === undefined) return;
    const more = all.length > 1 ? ` (and ${all.length - 1} more)` : "";
    const hint = first.hint === undefined ? "" : `; ${first.hint}`;
    throw new ConfigError(
      problem,
      `${what} ${first.file}:${first.line}:${first.column}: ${first.message}${hint}${more}`,
      all,
      { fields: { file: first.file, line: first.line, column: first.column, faults: all.length } },
    );
  }
}
