import { element, escapeXml } from "./svg.js";
import { FONT_FAMILY } from "./text.js";
import type { Theme } from "./theme.js";

/** How a picture is to look. */
export interface PictureStyle {
  readonly theme: Theme;
  /** Width in px; the height follows from the data. */
  readonly width: number;
}

/** A picture and what a caller wants to say about it. Same bytes for the same data and style. */
export interface Picture {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  /** What it shows of the data: heat map rows, neurons of a matrix. */
  readonly rows: number;
  /** What was left out, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Browsers draw enlarged pixels sharp when asked in CSS, other programs by the attribute `image-rendering`; those do not
 * know `@supports`, and a value that they do not know would undo the attribute.
 */
const PIXELS = "@supports (image-rendering:pixelated){.nt-pixels{image-rendering:pixelated}}";

/** The document around a picture's parts: size, ground, title and description for those who cannot see it. */
export function svgDocument(picture: {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly description: string;
  readonly theme: Theme;
  readonly definitions?: readonly string[];
  readonly children: readonly string[];
}): string {
  const { width, height, title, description, theme, definitions = [], children } = picture;
  const document = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "font-family": FONT_FAMILY,
    },
    `\n${element("title", {}, escapeXml(title))}\n${element("desc", {}, escapeXml(description))}\n`,
    `${element("defs", {}, element("style", {}, PIXELS), ...definitions)}\n`,
    element("rect", { width, height, fill: theme.background }),
    `\n${children.filter((child) => child !== "").join("\n")}\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${document}\n`;
}
