import type { PlaneStack } from "./plane-stack.js";

/** Axes before y and x where the description names none: as arrays of labels and colours have them. */
const USUAL = ["", "z", "cz"];

/**
 * Reads the description that tifffile writes into the first page, `{"shape": [4, 40, 80, 90]}`, sometimes with `"axes"`.
 * Undefined when it is none, does not fit the pages, or has more axes than can be told apart without names.
 * Source: tifffile, "shaped" series.
 */
export function parseShaped(
  description: string,
  page: { readonly width: number; readonly height: number; readonly samples: number; readonly pages: number },
): PlaneStack | undefined {
  if (!description.startsWith("{") || description.length > 4096) return undefined;
  let stated: { shape?: unknown; axes?: unknown } | null;
  try {
    stated = JSON.parse(description) as typeof stated;
  } catch {
    return undefined;
  }
  const shape = stated?.shape;
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size > 0)) return undefined;
  const trailing = page.samples === 1 ? [page.height, page.width] : [page.height, page.width, page.samples];
  const sizes = (shape as number[]).slice(0, -trailing.length);
  const fits =
    trailing.every((size, i) => shape[sizes.length + i] === size) &&
    sizes.reduce((product, size) => product * size, 1) === page.pages;
  if (!fits) return undefined;
  const named = typeof stated?.axes === "string" ? stated.axes.toLowerCase().slice(0, sizes.length) : undefined;
  const isNamed = named !== undefined && /^[tcz]*$/.test(named) && new Set(named).size === sizes.length;
  const axes = isNamed ? named : USUAL[sizes.length];
  if (axes === undefined) return undefined;
  return { format: "tiff", axes, sizes, pageOf: (plane) => plane, spacing: {}, attributes: {} };
}
