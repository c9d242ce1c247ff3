import { oklch, type Rgb } from "./colour.js";

/** Colours of equal steps of a value, first to last. */
export type ColourMap = readonly Rgb[];

/** Lightness, chroma and hue at one end of a map. */
export interface MapEnd {
  readonly lightness: number;
  readonly chroma: number;
  readonly hue: number;
}

/**
 * A diverging map: lightness and chroma change linearly from the middle to each end along a line of constant hue of
 * OKLab, so equal steps of the value look equally large. `size` is odd.
 */
export function divergingMap(negative: MapEnd, middleLightness: number, positive: MapEnd, size: number): ColourMap {
  const half = (size - 1) / 2;
  return Array.from({ length: size }, (_, index) => {
    const end = index < half ? negative : positive;
    const share = Math.abs(index - half) / half;
    const lightness = middleLightness + (end.lightness - middleLightness) * share;
    return oklch(lightness, end.chroma * share, end.hue);
  });
}

/** A sequential map from `low` to `high`, linear in lightness and chroma; the hue turns linearly. */
export function sequentialMap(low: MapEnd, high: MapEnd, size: number): ColourMap {
  const between = (a: number, b: number, share: number) => a + (b - a) * share;
  return Array.from({ length: size }, (_, index) => {
    const share = size === 1 ? 1 : index / (size - 1);
    return oklch(
      between(low.lightness, high.lightness, share),
      between(low.chroma, high.chroma, share),
      between(low.hue, high.hue, share),
    );
  });
}

/** Place of a value in a map that spans `minimum` to `maximum`; values outside take the end colours. */
export function mapIndex(value: number, minimum: number, maximum: number, size: number): number {
  const share = (value - minimum) / (maximum - minimum);
  return Math.min(size - 1, Math.max(0, Math.round(share * (size - 1))));
}
