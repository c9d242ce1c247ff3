import type { Scale } from "../scale.js";
import type { Theme } from "../theme.js";

/** The time axis that all parts of a picture of a recording share. */
export interface TimePanel {
  /** Seconds after frame 0 to px. */
  readonly scale: Scale;
  readonly left: number;
  readonly right: number;
  readonly theme: Theme;
}

/** A part of the picture, drawn at its place. */
export interface Part {
  readonly svg: string;
  readonly height: number;
  readonly notes?: readonly string[];
}

export const NOTHING: Part = { svg: "", height: 0 };

/** A span of time in px, inside the panel; undefined where it does not touch it. */
export function clippedSpan(
  panel: TimePanel,
  startS: number,
  endS: number,
): { readonly x: number; readonly width: number } | undefined {
  const from = Math.max(panel.left, panel.scale.at(startS));
  const to = Math.min(panel.right, panel.scale.at(endS));
  return to >= from && Number.isFinite(from) && Number.isFinite(to) ? { x: from, width: to - from } : undefined;
}
