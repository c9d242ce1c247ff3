import { group } from "../svg.js";
import { baseline, fitText, textAt, textWidth } from "../text.js";
import type { Theme } from "../theme.js";

const SIZE = 8.5;
const LEAST_ROW = 9;

/** Names beside rows, as wide as they need to be up to `room`; none where rows are too low for them. */
export function rowNames(options: {
  readonly names: readonly string[];
  readonly x: number;
  readonly top: number;
  readonly row: number;
  readonly room: number;
  readonly theme: Theme;
}): { readonly svg: string; readonly width: number } {
  const { names, x, top, row, room, theme } = options;
  if (row < LEAST_ROW) return { svg: "", width: 0 };
  const widest = Math.max(0, ...names.map((name) => textWidth(name, SIZE)));
  const width = Math.min(room, widest) + 6;
  const texts = names.map((name, index) =>
    textAt(x + width - 6, baseline(top + (index + 0.5) * row, SIZE), fitText(name, room, SIZE), {
      size: SIZE,
      fill: theme.text,
      anchor: "end",
    }),
  );
  return { svg: group({}, texts), width };
}
