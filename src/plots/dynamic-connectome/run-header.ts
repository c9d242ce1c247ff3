import { membershipColours } from "../membership/membership-colours.js";
import { element, group } from "../svg.js";
import { fitText, textAt, wrapPieces } from "../text.js";
import type { Theme } from "../theme.js";

export const MARGIN = 16;
const FLAG_SIZE = 11;

/** Something that a picture must not be read without. */
export interface Flag {
  readonly text: string;
  /** Of the result itself, not only of how it came about. */
  readonly alarm: boolean;
}

/** Title, facts, and what must not be overlooked as filled lines below them. */
export function runHeader(header: {
  readonly title: string;
  readonly facts: readonly string[];
  readonly flags: readonly Flag[];
  readonly width: number;
  readonly theme: Theme;
}): { readonly svg: string; readonly height: number } {
  const { title, facts, flags, width, theme } = header;
  const inner = width - 2 * MARGIN;
  const lines = wrapPieces(facts, "  ·  ", inner, 10);
  let y = 43 + lines.length * 14 - 6;
  const banners = flags.map(({ text, alarm }) => {
    const { ground, edge, text: fill } = membershipColours(theme)[alarm ? "alarm" : "caution"];
    const words = wrapPieces(text.split(" "), " ", (inner - 24) / 1.14, FLAG_SIZE);
    const height = words.length * 15 + 9;
    const drawn = group({}, [
      element("rect", { x: MARGIN, y, width: inner, height, rx: 3, fill: ground, stroke: edge }),
      ...words.map((line, index) =>
        textAt(MARGIN + 12, y + 16 + index * 15, line, { size: FLAG_SIZE, fill, bold: true }),
      ),
    ]);
    y += height + 6;
    return drawn;
  });
  return {
    svg: group({}, [
      textAt(MARGIN, 26, fitText(title, inner, 15, true), { size: 15, fill: theme.text, bold: true }),
      ...lines.map((line, index) => textAt(MARGIN, 43 + index * 14, line, { size: 10, fill: theme.muted })),
      ...banners,
    ]),
    height: y + 8,
  };
}

/** Words below a picture, in lines; `y` is the baseline of the first. */
export function footLines(foot: {
  readonly sentences: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly theme: Theme;
}): { readonly svg: string; readonly height: number } {
  const { sentences, x, y, width, theme } = foot;
  const lines = wrapPieces(sentences.join("; ").split(" "), " ", width, 8.5);
  const texts = lines.map((line, index) => textAt(x, y + index * 12, line, { size: 8.5, fill: theme.muted }));
  return { svg: group({}, texts), height: lines.length * 12 };
}
