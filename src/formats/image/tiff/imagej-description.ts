import { inMicrometres } from "../length-unit.js";
import type { PlaneStack } from "./plane-stack.js";

const MOST_LINES = 1000;

export interface ImageJDescription {
  /** Pages that the stack has, in the file or, without directories, behind the first. */
  readonly images: number;
  readonly planes: PlaneStack;
}

/**
 * Reads the description that ImageJ writes into the first page (`ImageJ=1.54f`, then one `key=value` a line). Planes
 * come channel first, then slice, then frame. Undefined when it is none or its numbers contradict each other.
 * Source: ImageJ, ij/io/FileSaver and TiffDecoder.
 */
export function parseImageJ(
  description: string,
  resolution: { readonly x: number | undefined; readonly y: number | undefined },
): ImageJDescription | undefined {
  if (!description.startsWith("ImageJ=")) return undefined;
  const values = new Map<string, string>();
  for (const line of description.split(/\r?\n/, MOST_LINES)) {
    const equals = line.indexOf("=");
    if (equals > 0) values.set(line.slice(0, equals), line.slice(equals + 1));
  }
  const count = (name: string): number => {
    const text = values.get(name) ?? "1";
    return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  };
  const images = count("images");
  const named = [count("frames"), count("slices"), count("channels")];
  const agrees = named.reduce((product, size) => product * size, 1) === images;
  if (!(images >= 1)) return undefined;
  const unit = values.get("unit")?.replace(/\\u00b5/i, "µ");
  const perUnit = (pixels: number | undefined) => inMicrometres(pixels === undefined ? undefined : 1 / pixels, unit);
  const spacing = values.get("spacing");
  return {
    images,
    planes: {
      format: "imagej-tiff",
      axes: agrees ? "tzc" : "z",
      sizes: agrees ? named : [images],
      pageOf: (plane) => plane,
      spacing: {
        x: perUnit(resolution.x),
        y: perUnit(resolution.y),
        z: inMicrometres(spacing === undefined ? undefined : Math.abs(Number(spacing)), unit),
      },
      attributes: { imagej: Object.fromEntries(values) },
    },
  };
}
