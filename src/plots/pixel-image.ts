import { element } from "./svg.js";
import type { Theme } from "./theme.js";

export interface PixelPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Elements of a PNG whose pixels stay sharp, on the ground that shows where there is no value (transparent pixels). */
export function pixelImage(place: PixelPlace, png: Buffer, theme: Theme): readonly string[] {
  return [
    element("rect", { ...place, fill: theme.missing }),
    theme.missingHatch === undefined ? "" : element("rect", { ...place, fill: "url(#missing)" }),
    element("image", {
      ...place,
      preserveAspectRatio: "none",
      "image-rendering": "optimizeSpeed",
      class: "nt-pixels",
      href: `data:image/png;base64,${png.toString("base64")}`,
    }),
  ];
}
