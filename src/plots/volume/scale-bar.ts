import { tickText } from "../scale.js";
import { element, group } from "../svg.js";
import { textAt, textWidth } from "../text.js";

const INSET = 7;
const THICKNESS = 3;
const SIZE = 9;
/** Largest share of an image's width that the bar takes. */
const SHARE = 0.3;
/** Least room: in less, bar and number hide the image. */
const LEAST_WIDTH = 90;
const LEAST_HEIGHT = 60;

/** The longest of 1, 2 or 5 times a power of ten that is at most `most`. */
export function roundLength(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  const digit = [5, 2, 1].find((candidate) => candidate * power <= most) ?? 1;
  return Number((digit * power).toPrecision(1));
}

/**
 * A scale bar in the lower left of an image that is `fieldUm` wide in the world: white on black, as its ground is
 * whatever the image shows there. Nothing on images that it would hide.
 */
export function scaleBar(
  image: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  fieldUm: number,
): string {
  const { x, y, width, height } = image;
  if (!(fieldUm > 0) || width < LEAST_WIDTH || height < LEAST_HEIGHT) return "";
  const length = roundLength(fieldUm * SHARE);
  const bar = (length / fieldUm) * width;
  const label = `${tickText(length)} µm`;
  const left = x + INSET;
  const bottom = y + height - INSET;
  const ground = { x: left - 3, y: bottom - 19, width: Math.max(bar, textWidth(label, SIZE)) + 6, height: 22 };
  return group({}, [
    element("rect", { ...ground, fill: "#000000", "fill-opacity": 0.6 }),
    element("rect", { x: left, y: bottom - THICKNESS, width: bar, height: THICKNESS, fill: "#ffffff" }),
    textAt(left, bottom - THICKNESS - 4, label, { size: SIZE, fill: "#ffffff" }),
  ]);
}
