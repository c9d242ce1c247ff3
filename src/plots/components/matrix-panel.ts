import type { Rgb } from "../colour.js";
import { mapIndex } from "../colour-map.js";
import { communityFill } from "../dynamic-connectome/community-colours.js";
import { pairMaps } from "../dynamic-connectome/pair-map.js";
import { COLOUR_BAR_HEIGHT, colourBar } from "../legend.js";
import { pixelImage } from "../pixel-image.js";
import { palettePng } from "../png.js";
import { tickText } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import { baseline, fitText, textAt, textWidth } from "../text.js";
import type { Theme } from "../theme.js";
import type { PairMatrix } from "./pair-matrix.js";

/** Largest side of the cells together. */
const LARGEST_SIDE = 280;
const LARGEST_CELL = 14;
/** Cells of this size have the names of their neurons beside them. */
const NAMED_CELL = 7;
const BAND = 8;
const NAMES_ROOM = 42;
const TITLE_ROOM = 12;
/** The least that the colour bar and its title take. */
const BAR_WIDTH = 130;

export interface MatrixLayout {
  readonly cell: number;
  readonly named: boolean;
  /** From the left end of the panel to the cells, and from its top. */
  readonly left: number;
  readonly top: number;
  readonly side: number;
  readonly width: number;
  readonly height: number;
}

/** Room that a matrix of so many neurons takes, its colour bars with it. */
export function matrixLayout(neurons: number, bars: number): MatrixLayout {
  const fitting = Math.floor((2 * LARGEST_SIDE) / Math.max(1, neurons)) / 2;
  const cell = Math.max(1, Math.min(LARGEST_CELL, fitting));
  const named = cell >= NAMED_CELL;
  const side = neurons * cell;
  const left = (named ? NAMES_ROOM : 0) + BAND + 2;
  const top = TITLE_ROOM + BAND + 2;
  return {
    cell,
    named,
    left,
    top,
    side,
    width: left + Math.max(side, BAR_WIDTH * bars + 20 * (bars - 1)),
    height: top + side + 4 + COLOUR_BAR_HEIGHT,
  };
}

/**
 * Pairs of neurons as a square, communities as bands along two sides and lines between them, and the scale of colours
 * below. Where a kernel looks for both, what goes together stands above the diagonal and what goes opposite ways below.
 */
export function matrixPanel(options: {
  readonly x: number;
  readonly y: number;
  readonly layout: MatrixLayout;
  readonly pairs: PairMatrix;
  readonly theme: Theme;
}): string {
  const { x, y, layout, pairs, theme } = options;
  const { cell, named, side } = layout;
  const left = x + layout.left;
  const top = y + layout.top;
  return group({}, [
    bands(pairs, { left, top, cell, theme }),
    named ? names(pairs.neurons, { right: left - BAND - 5, top, cell, theme }) : "",
    image(pairs, { left, top, side, theme }),
    borders(pairs, { left, top, side, cell, theme }),
    element("rect", { x: left, y: top, width: side, height: side, fill: "none", stroke: theme.axis }),
    ...colourBars(pairs, { x: left, y: top + side + 4, side, theme }),
  ]);
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly theme: Theme;
}

function bands({ groups }: PairMatrix, { left, top, cell, theme }: Place & { readonly cell: number }): string {
  const style = { size: 8, fill: theme.text, anchor: "middle" } as const;
  return group(
    {},
    groups.flatMap(({ community, start, length }) => {
      if (community === null) return [];
      const fill = communityFill(community, theme);
      const [at, size] = [start * cell, length * cell];
      const box = { fill, stroke: theme.axis, "stroke-width": 0.4 };
      const text = String(community);
      return [
        element("rect", { x: left - BAND - 2, y: top + at, width: BAND, height: size, ...box }),
        element("rect", { x: left + at, y: top - BAND - 2, width: size, height: BAND, ...box }),
        textWidth(text, style.size) <= size ? textAt(left + at + size / 2, top - BAND - 5, text, style) : "",
      ];
    }),
  );
}

function names(
  neurons: readonly string[],
  {
    right,
    top,
    cell,
    theme,
  }: { readonly right: number; readonly top: number; readonly cell: number; readonly theme: Theme },
): string {
  const size = Math.min(9, cell - 0.25);
  return group(
    {},
    neurons.map((name, index) =>
      textAt(right, baseline(top + (index + 0.5) * cell, size), fitText(name, NAMES_ROOM - 4, size), {
        size,
        fill: theme.text,
        anchor: "end",
      }),
    ),
  );
}

/** One pixel per pair; what no animal has lets the ground through. */
function image(pairs: PairMatrix, { left, top, side, theme }: Place & { readonly side: number }): string {
  const { neurons, together, opposite, largest } = pairs;
  if (neurons.length === 0) return "";
  const [one, other] = pairMaps(theme);
  const palette: Rgb[] = [...one, ...other, rgbOf(theme.grid), [128, 128, 128]];
  const missing = palette.length - 1;
  const diagonal = missing - 1;
  const indices = new Uint8Array(neurons.length ** 2);
  for (let row = 0; row < neurons.length; row++) {
    for (let column = 0; column < neurons.length; column++) {
      const at = row * neurons.length + column;
      const below = opposite !== undefined && row > column;
      const value = (below ? opposite : together)[at] as number;
      const index = mapIndex(value, 0, largest > 0 ? largest : 1, one.length) + (below ? one.length : 0);
      indices[at] = row === column ? diagonal : Number.isNaN(value) ? missing : index;
    }
  }
  const png = palettePng({ width: neurons.length, height: neurons.length, indices, palette, transparent: missing });
  const place = { x: left, y: top, width: side, height: side };
  return group({}, pixelImage(place, png, theme));
}

function rgbOf(colour: string): Rgb {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return [red, green, blue];
}

function borders(
  { groups }: PairMatrix,
  { left, top, side, cell, theme }: Place & { readonly side: number; readonly cell: number },
): string {
  const path = new PathData();
  for (const { start } of groups.slice(1)) {
    const at = start * cell;
    path.move(left + at, top).line(left + at, top + side);
    path.move(left, top + at).line(left + side, top + at);
  }
  return path.isEmpty ? "" : element("path", { d: path.toString(), stroke: theme.mark, "stroke-width": 0.8 });
}

function colourBars(
  { largest, opposite }: PairMatrix,
  { x, y, side, theme }: { readonly x: number; readonly y: number; readonly side: number; readonly theme: Theme },
): string[] {
  if (!(largest > 0)) return [textAt(x, y + 12, "no pair has a value", { size: 9, fill: theme.muted })];
  const [one, other] = pairMaps(theme);
  const ticks = [
    { at: 0, label: "0" },
    { at: 1, label: tickText(Number(largest.toPrecision(2))) },
  ];
  const bar = { y, width: BAR_WIDTH, ticks, theme };
  const above = opposite === undefined ? "pair factor" : "together (above)";
  const bars = [colourBar({ ...bar, x, map: one, title: above })];
  const second = Math.max(x + BAR_WIDTH + 20, x + side - BAR_WIDTH);
  if (opposite !== undefined) bars.push(colourBar({ ...bar, x: second, map: other, title: "opposite (below)" }));
  return bars;
}
