import { element, escapeXml } from "./svg.js";

/**
 * Fonts of a picture, first choice first. Texts are measured in DejaVu Sans, the widest of them and the one that
 * {@link ./rasterise.ts} draws with: what fits in it fits in the others.
 */
export const FONT_FAMILY = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/** Advance widths of DejaVu Sans 2.37 for U+0020 to U+007E, in thousandths of the font size. */
const WIDTHS = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
  636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
  748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
  615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
  337, 636, 838,
] as const;

/** How much wider DejaVu Sans Bold is, at most, over words. */
const BOLD = 1.13;

/** Width of a text in the unit of its size. Characters beyond ASCII count as wide as they can be. */
export function textWidth(text: string, size: number, bold = false): number {
  let thousandths = 0;
  for (const character of text) thousandths += WIDTHS[(character.codePointAt(0) as number) - 32] ?? 1000;
  return (thousandths / 1000) * size * (bold ? BOLD : 1);
}

/** The text, or as much of it as fits, ending in an ellipsis. */
export function fitText(text: string, width: number, size: number, bold = false): string {
  if (textWidth(text, size, bold) <= width) return text;
  const characters = [...text];
  while (characters.length > 1) {
    characters.pop();
    const shorter = `${characters.join("").trimEnd()}…`;
    if (textWidth(shorter, size, bold) <= width) return shorter;
  }
  return "…";
}

/** Pieces joined by a separator into lines no wider than given; a piece that is wider alone is cut. */
export function wrapPieces(pieces: readonly string[], separator: string, width: number, size: number): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    const longer = last === undefined ? undefined : `${last}${separator}${piece}`;
    if (longer !== undefined && textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(fitText(piece, width, size));
  }
  return lines;
}

export interface TextStyle {
  readonly size: number;
  readonly fill: string;
  readonly anchor?: "start" | "middle" | "end";
  readonly bold?: boolean;
  readonly italic?: boolean;
  /** Degrees, clockwise, about the text's own position. */
  readonly rotate?: number;
}

/** A line of text; `y` is its baseline. */
export function textAt(x: number, y: number, content: string, style: TextStyle): string {
  return element(
    "text",
    {
      x,
      y,
      "font-size": style.size,
      fill: style.fill,
      "text-anchor": style.anchor === "start" ? undefined : style.anchor,
      "font-weight": style.bold === true ? "bold" : undefined,
      "font-style": style.italic === true ? "italic" : undefined,
      transform: style.rotate === undefined ? undefined : `rotate(${style.rotate} ${x} ${y})`,
    },
    escapeXml(content),
  );
}

/** How far below the middle of a line its baseline is, for capitals and digits. */
export function baseline(middle: number, size: number): number {
  return middle + 0.36 * size;
}
