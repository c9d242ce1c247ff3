import type { Part, TimePanel } from "../activity/time-panel.js";
import { TICK_SIZE } from "../axis.js";
import { linearScale, niceTicks, type Scale, tickText } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import { fitText, textAt, textWidth } from "../text.js";
import type { Theme } from "../theme.js";
import type { BinBlock } from "./run-data.js";

/** Height of {@link timeAxis}. */
export const TIME_AXIS_HEIGHT = 32;
/** Height of {@link blockNames}. */
export const BLOCK_NAMES_HEIGHT = 13;

const GAP = 8;
const NAME_SIZE = 8.5;

/** Bins on one clock at their place in the picture. */
export interface TimeBlock {
  readonly bins: BinBlock;
  readonly panel: TimePanel;
}

/** Blocks side by side from `left` to `right`, as wide as they are long, with a gap where the animal changes. */
export function layoutBlocks(
  blocks: readonly BinBlock[],
  { left, right, theme }: { readonly left: number; readonly right: number; readonly theme: Theme },
): TimeBlock[] {
  const gap = blocks.length < 2 ? 0 : Math.min(GAP, (0.2 * (right - left)) / (blocks.length - 1));
  const total = blocks.reduce((sum, { startS, endS }) => sum + endS - startS, 0);
  const pxPerS = (right - left - gap * (blocks.length - 1)) / total;
  let x = left;
  return blocks.map((bins) => {
    const end = x + (bins.endS - bins.startS) * pxPerS;
    const scale = linearScale([bins.startS, bins.endS], [x, end]);
    const block = { bins, panel: { scale, left: x, right: end, theme } };
    x = end + gap;
    return block;
  });
}

/** Ticks whose numbers have room below a block: closer than those of a wide axis, as blocks are narrow. */
function blockTicks(scale: Scale): number[] {
  const width = Math.abs(scale.at(scale.maximum) - scale.at(scale.minimum));
  for (let most = Math.max(2, Math.floor(width / 45)); most > 1; most--) {
    const ticks = niceTicks(scale.minimum, scale.maximum, most + 1);
    const widest = Math.max(0, ...ticks.map((tick) => textWidth(tickText(tick), TICK_SIZE)));
    if (ticks.length < 2 || width / ticks.length > widest + 8) return ticks;
  }
  return niceTicks(scale.minimum, scale.maximum, 1);
}

/** Grounds of the blocks with lines at the ticks of the time axis. */
export function blockGrounds(blocks: readonly TimeBlock[], top: number, bottom: number): string {
  return group(
    {},
    blocks.flatMap(({ panel }) => {
      const { left, right, theme, scale } = panel;
      const grid = new PathData();
      for (const tick of blockTicks(scale)) grid.move(scale.at(tick), top).line(scale.at(tick), bottom);
      return [
        element("rect", { x: left, y: top, width: right - left, height: bottom - top, fill: theme.panel }),
        grid.isEmpty ? "" : element("path", { d: grid.toString(), stroke: theme.grid, "stroke-width": 0.75 }),
      ];
    }),
  );
}

/** Outlines of the blocks, drawn last. */
export function blockOutlines(blocks: readonly TimeBlock[], top: number, bottom: number): string {
  const path = new PathData();
  for (const { panel } of blocks) path.rectangle(panel.left, top, panel.right - panel.left, bottom - top);
  const stroke = blocks[0]?.panel.theme.axis;
  return element("path", { d: path.toString(), fill: "none", stroke, "stroke-width": 0.75 });
}

/** One time axis per block, numbers where they have room, and one title for all. */
export function timeAxis(blocks: readonly TimeBlock[], y: number): string {
  const first = blocks[0];
  const last = blocks.at(-1);
  if (first === undefined || last === undefined) return "";
  const { theme, left } = first.panel;
  const { right } = last.panel;
  const lines = new PathData();
  const numbers: string[] = [];
  const style = { size: TICK_SIZE, fill: theme.text, anchor: "middle" } as const;
  let taken = Number.NEGATIVE_INFINITY;
  const numbered = blocks.some(({ panel }) => blockTicks(panel.scale).length > 1);
  for (const { panel } of blocks) {
    lines.move(panel.left, y).line(panel.right, y);
    for (const tick of blockTicks(panel.scale)) {
      const x = panel.scale.at(tick);
      const half = textWidth(tickText(tick), TICK_SIZE) / 2;
      lines.move(x, y).line(x, y + 4);
      const inside = x - half >= panel.left - 4 && (x + half <= panel.right + 2 || blocks.length === 1);
      if (!numbered || !inside || x - half < taken) continue;
      numbers.push(textAt(x, y + 14, tickText(tick), style));
      taken = x + half + 4;
    }
  }
  const title =
    blocks.length === 1 ? "time after the first frame (s)" : "time after the first frame of each animal (s)";
  return group({}, [
    element("path", { d: lines.toString(), fill: "none", stroke: theme.axis }),
    ...numbers,
    textAt((left + right) / 2, y + 28, fitText(numbered ? title : `${title}, ${spanText(blocks)}`, right - left, 10), {
      ...style,
      size: 10,
    }),
  ]);
}

/** How long blocks are that have no room for numbers. */
function spanText(blocks: readonly TimeBlock[]): string {
  const ends = blocks.map(({ bins }) => bins.endS).sort((a, b) => a - b);
  const [least, most] = [Math.round(ends[0] as number), Math.round(ends.at(-1) as number)];
  return least === most ? `each 0 to ${most}` : `each 0 to between ${least} and ${most}`;
}

/** What stands above a block for its animal: its name, or, where one name does not fit, numbers in all of them. */
export function blockNames(
  blocks: readonly TimeBlock[],
  y: number,
  names: ReadonlyMap<string, string>,
): Part & { readonly key: readonly string[] } {
  const named = blocks.filter(({ bins }) => bins.animal !== null);
  const [first] = named;
  if (first === undefined) return { svg: "", height: 0, key: [] };
  const texts = named.map(({ bins }) => names.get(bins.animal as string) ?? (bins.animal as string));
  const room = ({ panel }: TimeBlock) => panel.right - panel.left + 2;
  const fits = named.every((block, index) => textWidth(texts[index] as string, NAME_SIZE) <= room(block));
  const shown = fits ? texts : texts.map((_, index) => String(index + 1));
  const style = { size: NAME_SIZE, fill: first.panel.theme.text, anchor: "middle" } as const;
  let taken = Number.NEGATIVE_INFINITY;
  const drawn = named.flatMap(({ panel }, index) => {
    const text = shown[index] as string;
    const half = textWidth(text, NAME_SIZE) / 2;
    const middle = (panel.left + panel.right) / 2;
    if (middle - half < taken) return [];
    taken = middle + half + 2;
    return [textAt(middle, y + 9, text, style)];
  });
  const key = fits ? [] : [`animals: ${texts.map((text, index) => `${index + 1} ${text}`).join(", ")}`];
  return { svg: group({}, drawn), height: BLOCK_NAMES_HEIGHT, key };
}
