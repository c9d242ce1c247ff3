import { pixelImage } from "../pixel-image.js";
import { palettePng } from "../png.js";
import { element, group } from "../svg.js";
import { baseline, fitText, textAt } from "../text.js";
import type { TraceRow } from "./activity-data.js";
import { type RowBlock, rowName } from "./row-order.js";
import type { Part, TimePanel } from "./time-panel.js";
import { binnedRow, MISSING, pixelRow } from "./trace-pixels.js";

/** Height of a row: its name is legible and touches no other. */
export const ROW_HEIGHT = 11;
const NAME_SIZE = 8.5;
const TITLE_HEIGHT = 15;
const BLOCK_GAP = 5;
/** Pixels of all images of a picture together; keeps an SVG below 1 MB. */
const PIXEL_BUDGET = 500_000;

export const NAME_GAP = 6;

/** Width that the names of rows take. */
export const ROW_NAME_SIZE = NAME_SIZE;

/**
 * Blocks of traces as one image each, names at the left. Columns of pixels are means where there are more samples than
 * two for each px; the note says of how many.
 */
export function heatMap(
  panel: TimePanel,
  top: number,
  blocks: readonly RowBlock[],
): Part & { readonly images: readonly (readonly [top: number, bottom: number])[] } {
  const { theme } = panel;
  const rows = blocks.reduce((sum, block) => sum + block.rows.length, 0);
  const grid = pixelGrid(
    panel,
    blocks.flatMap((block) => block.rows),
    rows,
  );
  const drawn: string[] = [];
  const images: [number, number][] = [];
  let y = top;
  blocks.forEach((block, index) => {
    if (index > 0) y += BLOCK_GAP;
    if (block.title !== undefined) {
      const title = `${block.title} (${block.rows.length})`;
      drawn.push(textAt(panel.left, y + 10, title, { size: 9, fill: theme.muted, bold: true }));
      y += TITLE_HEIGHT;
    }
    drawn.push(blockImage(panel, y, block, grid), blockNames(panel, y, block));
    images.push([y, y + block.rows.length * ROW_HEIGHT]);
    y += block.rows.length * ROW_HEIGHT;
  });
  const note = grid.samplesPerColumn > 1.001 ? [`each pixel is the mean of ${perColumn(grid.samplesPerColumn)}`] : [];
  return { svg: group({}, drawn), height: y - top, notes: note, images };
}

function perColumn(samples: number): string {
  const low = Math.floor(samples + 1e-9);
  const high = Math.ceil(samples - 1e-9);
  return low === high ? `${low} samples` : `${low} or ${high} samples`;
}

interface PixelGrid {
  readonly startS: number;
  readonly endS: number;
  readonly columns: number;
  readonly samplesPerColumn: number;
}

/** One column per sample where they fit, else two columns per px, fewer where there are very many rows. */
function pixelGrid(panel: TimePanel, traces: readonly TraceRow[], rows: number): PixelGrid {
  const dtS = Math.min(...traces.map((trace) => trace.dtS));
  const lengthS = Math.max(...traces.map(({ values, dtS: step }) => values.length * step));
  const samples = Math.max(1, Math.round(lengthS / dtS));
  const most = Math.max(200, Math.min(Math.round(2 * (panel.right - panel.left)), Math.floor(PIXEL_BUDGET / rows)));
  const columns = Math.min(samples, most);
  const startS = -dtS / 2;
  return { startS, endS: startS + samples * dtS, columns, samplesPerColumn: samples / columns };
}

function blockImage(panel: TimePanel, y: number, block: RowBlock, grid: PixelGrid): string {
  const { theme, scale } = panel;
  const { columns } = grid;
  const indices = new Uint8Array(columns * block.rows.length);
  block.rows.forEach((row, index) => {
    indices.set(pixelRow(binnedRow(row, grid), theme.diverging.length), index * columns);
  });
  const palette = [...theme.diverging, [128, 128, 128] as const];
  const png = palettePng({ width: columns, height: block.rows.length, indices, palette, transparent: MISSING });
  const left = scale.at(grid.startS);
  const place = { x: left, y, width: scale.at(grid.endS) - left, height: block.rows.length * ROW_HEIGHT };
  return group({}, [
    ...pixelImage(place, png, theme),
    element("rect", { ...place, fill: "none", stroke: theme.axis, "stroke-width": 0.5 }),
  ]);
}

function blockNames(panel: TimePanel, y: number, block: RowBlock): string {
  const style = { size: NAME_SIZE, fill: panel.theme.text, anchor: "end" } as const;
  return group(
    {},
    block.rows.map((row, index) =>
      textAt(
        panel.left - NAME_GAP,
        baseline(y + (index + 0.5) * ROW_HEIGHT, NAME_SIZE),
        fitText(rowName(row), panel.left - NAME_GAP - 8, NAME_SIZE),
        style,
      ),
    ),
  );
}
