import type { TextSplit } from "./word-split.js";

/** What becomes of the matches of a pattern and of what lies between them, by HuggingFace's names. */
export const SPLIT_BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"] as const;

export type SplitBehavior = (typeof SPLIT_BEHAVIORS)[number];

interface Segment {
  start: number;
  end: number;
  readonly match: boolean;
}

/**
 * Cuts text at the matches of a regular expression (flags `gu`). `invert` takes what lies between them for the matches.
 * The behaviours are those of HuggingFace's library in Rust (`NormalizedString::split`).
 */
export function splitByPattern(pattern: RegExp, behavior: SplitBehavior, invert: boolean): TextSplit {
  const search = new RegExp(pattern.source, "gu");
  const here = new RegExp(pattern.source, "uy");
  return (text, piece) => {
    if (behavior === "Isolated" || behavior === "Removed") {
      const all = behavior === "Isolated";
      eachSegment(text, search, here, (start, end, match) => {
        if (all || match === invert) piece(start, end);
      });
      return;
    }
    const segments: Segment[] = [];
    eachSegment(text, search, here, (start, end, match) => segments.push({ start, end, match: match !== invert }));
    for (const { start, end } of joined(segments, behavior)) piece(start, end);
  };
}

function joined(segments: readonly Segment[], behavior: SplitBehavior): Segment[] {
  const backwards = behavior === "MergedWithNext";
  const pieces: Segment[] = [];
  let before = false;
  for (const segment of backwards ? segments.toReversed() : segments) {
    const last = pieces.at(-1);
    const join = behavior === "Contiguous" ? segment.match === before : segment.match && !before;
    before = segment.match;
    if (!join || last === undefined) pieces.push(segment);
    else if (backwards) last.start = segment.start;
    else last.end = segment.end;
  }
  return backwards ? pieces.reverse() : pieces;
}

/** Matches and what lies between them, in order, without empty ones. An empty match cuts what it stands in. */
function eachSegment(
  text: string,
  search: RegExp,
  here: RegExp,
  segment: (start: number, end: number, match: boolean) => void,
): void {
  let at = 0;
  while (at < text.length) {
    // Most patterns match again where the last match ended: no list of groups is made for these.
    here.lastIndex = at;
    const matches = here.test(text);
    if (matches && here.lastIndex > at) {
      segment(at, here.lastIndex, true);
      at = here.lastIndex;
      continue;
    }
    search.lastIndex = matches ? at + ((text.codePointAt(at) as number) > 0xffff ? 2 : 1) : at;
    const found = search.exec(text);
    segment(at, found?.index ?? text.length, false);
    if (found === null) return;
    at = found.index + found[0].length;
    if (found[0] !== "") segment(found.index, at, true);
  }
}
