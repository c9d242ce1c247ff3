import { findMarkers } from "../../loaders/membership/gutenberg-markers.js";
import { codePoints } from "./code-points.js";
import { rulesOf, type StripLevel, type StripRule } from "./strip-rules.js";

/** How a text is formatted decides which rules may touch it: markup formats have neither markers nor credit lines. */
export type TextFormat = "gutenberg" | "plain" | "jats" | "latex" | "collection";

export interface StrippedText {
  readonly text: string;
  /** Code points taken out; what is only written otherwise is not counted. */
  readonly stripped: number;
  /** The marker that a text of Project Gutenberg must have and has not. */
  readonly missing?: "start" | "end";
}

/**
 * Takes out of a text what a level takes out. Markers are looked for in every format but markup ones; only in
 * `gutenberg` they must be there. Cost: one pass per rule.
 * @param text lines ended by LF.
 */
export function stripText(
  text: string,
  level: Exclude<StripLevel, "markers_published">,
  format: TextFormat,
): StrippedText {
  const markup = format === "jats" || format === "latex";
  const rules = rulesOf(level).filter((rule) => !markup || rule.level === "typography");
  if (level === "none") return { text, stripped: 0 };
  let body = text;
  if (!markup) {
    const { start, end } = findMarkers(text);
    if (format === "gutenberg" && start === undefined) return { text: "", stripped: 0, missing: "start" };
    if (format === "gutenberg" && end === undefined) return { text: "", stripped: 0, missing: "end" };
    if (start !== undefined) body = text.slice(start.to, end?.from);
    body = withoutBlankEnds(body);
  }
  let stripped = codePoints(text) - codePoints(body);
  for (const rule of rules) {
    const shorter = applyRule(body, rule);
    if (shorter === body) continue;
    if (rule.kind !== "fold") stripped += codePoints(body) - codePoints(shorter);
    body = shorter;
  }
  if (markup) return { text: body, stripped };
  const left = withoutBlankEnds(body);
  return { text: left, stripped: stripped + codePoints(body) - codePoints(left) };
}

/** Blank lines before and white space behind are no part of a text; the indent of its first line is. */
function withoutBlankEnds(text: string): string {
  const first = text.search(/\S/);
  return first < 0 ? "" : text.slice(lineStart(text, first)).trimEnd();
}

function applyRule(text: string, rule: StripRule): string {
  switch (rule.kind) {
    case "fold":
      return text.replace(new RegExp(rule.pattern, rule.flags ?? "g"), () => rule.by);
    case "remove":
      return text.replace(new RegExp(rule.pattern, rule.flags ?? "gi"), "");
    case "bracket":
      return withoutBrackets(text, new RegExp(rule.pattern, "gi"), rule.most);
    case "after": {
      const last = [...text.matchAll(new RegExp(rule.pattern, rule.flags ?? "gm"))].at(-1);
      if (last === undefined) return text;
      const end = last.index + last[0].length;
      const rest = text.slice(end);
      if (rest.length > text.length * rule.share) return text;
      const signs = [...rest.matchAll(new RegExp(rule.evidence, "gim"))].length;
      return signs * rule.per >= rest.length ? text.slice(0, end) : text;
    }
    case "paragraph":
    case "section":
      return withoutParagraphs(text, rule);
  }
}

interface Paragraph {
  readonly from: number;
  readonly to: number;
  /** Blank lines behind it. */
  readonly gap: number;
}

/** Paragraphs that begin in a range, from the start of a line on: runs of lines that are not blank. */
function paragraphs(text: string, from: number, to: number): Paragraph[] {
  const found: Paragraph[] = [];
  let begin = -1;
  let end = 0;
  let gap = 0;
  for (let at = from; at <= text.length; ) {
    const feed = text.indexOf("\n", at);
    const lineEnd = feed < 0 ? text.length : feed;
    if (text.slice(at, lineEnd).trim() === "") {
      if (begin >= 0) gap++;
    } else {
      if (begin >= 0 && gap > 0) {
        found.push({ from: begin, to: end, gap });
        begin = -1;
      }
      if (begin < 0) {
        if (at >= to) return found;
        begin = at;
      }
      end = lineEnd;
      gap = 0;
    }
    at = lineEnd + 1;
  }
  if (begin >= 0) found.push({ from: begin, to: end, gap: Number.POSITIVE_INFINITY });
  return found;
}

function withoutParagraphs(text: string, rule: Extract<StripRule, { kind: "paragraph" | "section" }>): string {
  const pattern = new RegExp(rule.pattern, "i");
  const middle = Math.floor(text.length / 2);
  const head = rule.place === "head";
  const begin = head ? 0 : lineStart(text, Math.max(middle, text.length - rule.reach));
  const list = paragraphs(text, begin, head ? Math.min(middle, rule.reach) : text.length);
  let kept = "";
  let at = 0;
  for (let i = 0; i < list.length; i++) {
    const { from, to } = list[i] as Paragraph;
    if (from < at || !pattern.test(text.slice(from, Math.min(to, from + 20_000)))) continue;
    if (rule.kind === "paragraph" && to - from > rule.most) {
      const lines = text.slice(from, to).split("\n");
      kept += text.slice(at, from) + lines.filter((line) => !pattern.test(line)).join("\n");
      at = to;
      continue;
    }
    let end = to;
    if (rule.kind === "section") {
      if (!head) return text.slice(0, from);
      end = sectionEnd(list, i, rule);
    }
    kept += text.slice(at, from);
    at = end;
    while (text[at] === "\n") at++;
  }
  return kept + text.slice(at);
}

/** Where a note ends: before the next wide gap; where none is near, with its first paragraph. */
function sectionEnd(list: readonly Paragraph[], first: number, rule: { most: number; gap: number }): number {
  const { from, to } = list[first] as Paragraph;
  for (let i = first; i < list.length; i++) {
    const paragraph = list[i] as Paragraph;
    if (paragraph.to - from > rule.most) break;
    if (paragraph.gap >= rule.gap) return paragraph.to;
  }
  return to;
}

function lineStart(text: string, at: number): number {
  if (at <= 0) return 0;
  const feed = text.lastIndexOf("\n", at - 1);
  return feed + 1;
}

/** Without `[…]` from each match to the bracket that closes it; an opening that is not closed in time stays. */
function withoutBrackets(text: string, opening: RegExp, most: number): string {
  let kept = "";
  let at = 0;
  for (const match of text.matchAll(opening)) {
    if (match.index < at) continue;
    let depth = 0;
    let end = -1;
    for (let i = match.index; i < Math.min(text.length, match.index + most); i++) {
      const c = text.charCodeAt(i);
      if (c === 0x5b) depth++;
      else if (c === 0x5d && --depth === 0) {
        end = i + 1;
        break;
      }
    }
    if (end < 0) continue;
    kept += text.slice(at, match.index);
    at = end;
  }
  return kept + text.slice(at);
}
