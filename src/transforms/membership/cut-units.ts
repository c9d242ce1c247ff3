import { createHash } from "node:crypto";
import { type RandomNumbers, randomNumbers } from "../../compute/statistics/random-numbers.js";
import { CodePointIndex } from "./code-points.js";

/** Part of a text, cut at white space. */
export interface TextUnit {
  /** First code point. */
  readonly start: number;
  /** Code points. */
  readonly length: number;
  readonly text: string;
}

/** `all`, or `head`, `middle`, `random` with a number of code points. */
export type TextWindow =
  | { readonly place: "all" }
  | { readonly place: "head" | "middle" | "random"; readonly characters: number };

export interface Segments {
  readonly characters: number;
  readonly most: number;
  readonly gap: number;
}

/** Reads `all`, `head:3000`, `middle:60000`, `random:60000`. */
export function parseWindow(window: string): TextWindow {
  const [place, characters] = window.split(":") as ["all" | "head" | "middle" | "random", string?];
  return place === "all" ? { place } : { place, characters: Number(characters) };
}

/** Random numbers of one document, which no other document shares. */
export function documentNumbers(seed: number, docId: string, purpose: string): RandomNumbers {
  const digest = createHash("sha256").update(`${seed}\n${purpose}\n${docId}`).digest();
  return randomNumbers(digest.readInt32LE(0), digest.readInt32LE(4));
}

/**
 * The window of a text: the whole of it when it is not longer. Words are not cut: a window begins behind white space
 * and ends before it, so that it may be up to a word shorter; where there is no white space it is cut all the same.
 */
export function cutWindow(text: string, window: TextWindow, random: RandomNumbers): TextUnit {
  const points = new CodePointIndex(text);
  if (window.place === "all" || points.length <= window.characters) return { start: 0, length: points.length, text };
  const slack = points.length - window.characters;
  const start =
    window.place === "head" ? 0 : window.place === "middle" ? slack >> 1 : Math.floor(random() * (slack + 1));
  return cut(text, points, start, start + window.characters);
}

/**
 * Up to `most` parts of a text of `characters` code points each, `gap` or more between them, spread evenly over it;
 * none of a shorter text.
 */
export function cutSegments(text: string, { characters, most, gap }: Segments): TextUnit[] {
  const points = new CodePointIndex(text);
  const count = Math.min(most, Math.floor((points.length + gap) / (characters + gap)));
  const slack = points.length - count * characters - (count - 1) * gap;
  return Array.from({ length: count }, (_, i) => {
    const start = i * (characters + gap) + Math.floor((slack * (i + 1)) / (count + 1));
    return cut(text, points, start, start + characters);
  });
}

const SPACE = /\s/;

function cut(text: string, points: CodePointIndex, from: number, to: number): TextUnit {
  let begin = points.unit(from);
  let end = points.unit(to);
  const isSpace = (at: number) => SPACE.test(text[at] as string);
  if (begin > 0 && !isSpace(begin - 1)) {
    let next = begin;
    while (next < end && !isSpace(next)) next++;
    if (next < end) begin = next;
  }
  while (begin < end && isSpace(begin)) begin++;
  if (end < text.length && !isSpace(end)) {
    let last = end;
    while (last > begin && !isSpace(last - 1)) last--;
    if (last > begin) end = last;
  }
  while (end > begin && isSpace(end - 1)) end--;
  const start = points.point(begin);
  return { start, length: points.point(end) - start, text: text.slice(begin, end) };
}
