/** A marker in a text: offsets in UTF-16 units, half open. */
export interface MarkerRange {
  /** The first asterisk. */
  readonly from: number;
  /** Behind the closing asterisks, the blanks after them and the line feed that ends their line. */
  readonly to: number;
}

export interface GutenbergMarkers {
  readonly start?: MarkerRange;
  readonly end?: MarkerRange;
}

const OPENING = { START: markerLine("START"), END: markerLine("END") } as const;
/** Last line of the header of Etexts before 2001, which have no START line. */
const SMALL_PRINT = /^\*END\*? ?THE SMALL PRINT![^\n]*(?:\n|$)/m;
/** It stands in the header, which is shorter than this; in some texts it stands behind the end instead. */
const LONGEST_HEADER = 40_000;
const CLOSING = /\*{3,}(?! ?(?:START|END) OF )/;
const LINE_REST = /[ \t]*(?:\n|$)/y;
const MOST_LINES = 3;

function markerLine(word: string): RegExp {
  return new RegExp(`^\\*\\*\\* ?${word} OF (?:THE|THIS) PROJECT GUTENBERG`, "gm");
}

/**
 * The first START marker of Project Gutenberg and the first END marker behind it, so that the body is
 * `text.slice(start.to, end.from)`. A marker reaches to its closing `***`, over at most three lines without a blank one
 * between (long titles wrap); one that is never closed is its first line. `*** START: FULL LICENSE ***` and the small
 * print are no markers, except that `*END*THE SMALL PRINT!` ends the header of a text without START line.
 * @param text the whole document, lines ended by LF. Cost: one pass.
 */
export function findMarkers(text: string): GutenbergMarkers {
  const start = findMarker(text, "START", 0) ?? smallPrintEnd(text);
  const end = findMarker(text, "END", start?.to ?? 0);
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}

function findMarker(text: string, word: keyof typeof OPENING, at: number): MarkerRange | undefined {
  const opening = OPENING[word];
  opening.lastIndex = at;
  const found = opening.exec(text);
  return found === null ? undefined : { from: found.index, to: markerEnd(text, opening.lastIndex) };
}

function markerEnd(text: string, at: number): number {
  const block = text.slice(at, blockEnd(text, at));
  const closing = CLOSING.exec(block);
  if (closing === null) {
    const feed = text.indexOf("\n", at);
    return feed < 0 ? text.length : feed + 1;
  }
  const closed = at + closing.index + closing[0].length;
  LINE_REST.lastIndex = closed;
  return LINE_REST.test(text) ? LINE_REST.lastIndex : closed;
}

/** End of the third line, or of the last one before a blank line. */
function blockEnd(text: string, at: number): number {
  let end = at;
  for (let line = 0; line < MOST_LINES; line++) {
    const feed = text.indexOf("\n", end);
    if (feed < 0) return text.length;
    if (line > 0 && text.slice(end, feed).trim() === "") return end;
    end = feed + 1;
  }
  return end;
}

function smallPrintEnd(text: string): MarkerRange | undefined {
  const found = SMALL_PRINT.exec(text.slice(0, LONGEST_HEADER));
  return found === null ? undefined : { from: found.index, to: found.index + found[0].length };
}
