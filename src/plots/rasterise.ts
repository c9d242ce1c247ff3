import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { NeurotablesError } from "../base/errors.js";
import type { Picture } from "./picture.js";
import { opaquePng } from "./png.js";

/** Pixels of a PNG for each px of its picture, so that small letters are sharp. */
export const PIXELS_PER_PX = 2;

/** Most pixels of a PNG: the rasteriser holds them in memory, four bytes each. */
const MOST_PIXELS = 80_000_000;

const FONTS = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];

/**
 * Draws a picture as a PNG of {@link PIXELS_PER_PX} pixels per px, with fonts that ship with this program and none of
 * the machine's: same bytes everywhere. Loads a WebAssembly module at the first call; about 0.3 s for 4 megapixels.
 *
 * @throws {NeurotablesError} `plot/too-large`.
 */
export async function rasterise({ svg, width, height }: Picture): Promise<Buffer> {
  const pixels = width * height * PIXELS_PER_PX ** 2;
  if (pixels > MOST_PIXELS) {
    throw new NeurotablesError(
      "plot/too-large",
      `a PNG of ${width * PIXELS_PER_PX} × ${height * PIXELS_PER_PX} pixels is larger than ${MOST_PIXELS / 1e6} megapixels`,
      { fields: { width, height, pixels }, exitCode: 2, wayOut: "write an SVG, or give a smaller --width" },
    );
  }
  const { Resvg, fontBuffers } = await rasteriser();
  const drawing = new Resvg(svg, {
    fitTo: { mode: "zoom", value: PIXELS_PER_PX },
    font: { fontBuffers, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" },
  });
  try {
    const image = drawing.render();
    try {
      const { width: columns, height: rows, pixels: rgba } = image;
      return opaquePng({ width: columns, height: rows, rgba, pixelsPerInch: 96 * PIXELS_PER_PX });
    } finally {
      image.free();
    }
  } finally {
    drawing.free();
  }
}

type Rasteriser = { Resvg: typeof import("@resvg/resvg-wasm").Resvg; fontBuffers: Uint8Array[] };

let loading: Promise<Rasteriser> | undefined;

/** The module can be started once in a process. */
function rasteriser(): Promise<Rasteriser> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Rasteriser> {
  const resolve = createRequire(import.meta.url).resolve;
  const { Resvg, initWasm } = await import("@resvg/resvg-wasm");
  await initWasm(await readFile(resolve("@resvg/resvg-wasm/index_bg.wasm")));
  const folder = join(dirname(resolve("dejavu-fonts-ttf/package.json")), "ttf");
  return { Resvg, fontBuffers: await Promise.all(FONTS.map((name) => readFile(join(folder, name)))) };
}
