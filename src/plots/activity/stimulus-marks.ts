import { stackSpans } from "../label-placement.js";
import { element, group, PathData } from "../svg.js";
import { baseline, textAt, textWidth } from "../text.js";
import type { StimulusMark } from "./activity-data.js";
import { clippedSpan, NOTHING, type Part, type TimePanel } from "./time-panel.js";

const NAME_SIZE = 8.5;
const LINE = 11;
const MARK_HEIGHT = 9;
const MOST_LINES = 2;
/** More lines through the picture than this hide more than they show. */
const MOST_GUIDES = 24;

/**
 * Stimuli as marks at their onset, with a bar to their end and their names above; where the names do not fit, numbers
 * that `key` explains.
 */
export function stimulusMarks(
  panel: TimePanel,
  top: number,
  stimuli: readonly StimulusMark[],
): Part & { readonly key: readonly string[]; readonly guides: readonly number[] } {
  const shown = stimuli
    .filter(({ onS }) => onS >= panel.scale.minimum && onS <= panel.scale.maximum)
    .sort((a, b) => a.onS - b.onS);
  const outside = stimuli.length - shown.length;
  const notes = outside === 0 ? [] : [`${outside} of ${stimuli.length} stimuli lie outside the recording`];
  if (shown.length === 0) return { ...NOTHING, notes, key: [], guides: [] };
  const { theme, left } = panel;
  const labels = placedLabels(panel, shown);
  const lines = 1 + Math.max(0, ...labels.placed.map(({ line }) => line ?? 0));
  const base = top + lines * LINE + MARK_HEIGHT;
  const bars = new PathData();
  const marks = new PathData();
  const leaders = new PathData();
  const texts: string[] = [];
  shown.forEach(({ onS, offS }, index) => {
    const x = panel.scale.at(onS);
    const span = offS === null ? undefined : clippedSpan(panel, onS, offS);
    if (span !== undefined) bars.rectangle(span.x, base - 3, Math.max(0.6, span.width), 3);
    marks
      .move(x - 3, base - MARK_HEIGHT + 1)
      .line(x + 3, base - MARK_HEIGHT + 1)
      .line(x, base - 3);
    const { line, text, span: room } = labels.placed[index] as PlacedLabel;
    if (line === undefined) return;
    const bottom = top + (lines - line) * LINE;
    if (line > 0 && labels.key.length === 0) leaders.move(x, bottom).line(x, base - MARK_HEIGHT);
    texts.push(
      textAt((room[0] + room[1]) / 2, bottom - 2, text, { size: NAME_SIZE, fill: theme.text, anchor: "middle" }),
    );
  });
  const unnamed = labels.placed.filter(({ line }) => line === undefined).length;
  if (unnamed > 0) notes.push(`${unnamed} stimulus marks have no room for their number`);
  return {
    svg: group({}, [
      leaders.isEmpty ? "" : element("path", { d: leaders.toString(), stroke: theme.axis, "stroke-width": 0.5 }),
      bars.isEmpty ? "" : element("path", { d: bars.toString(), fill: theme.mark }),
      element("path", { d: marks.toString(), fill: theme.mark }),
      ...texts,
      textAt(left - 6, baseline(base - MARK_HEIGHT / 2, 9), "stimulus", {
        size: 9,
        fill: theme.text,
        anchor: "end",
      }),
    ]),
    height: base - top + 5,
    notes,
    key: labels.key,
    guides: shown.length > MOST_GUIDES ? [] : shown.map(({ onS }) => panel.scale.at(onS)),
  };
}

interface PlacedLabel {
  readonly text: string;
  /** Counted upwards; undefined where there is no room. */
  readonly line: number | undefined;
  readonly span: readonly [start: number, end: number];
}

/** Whether the line from a name down to its mark would go through a name below. */
function crossesName(x: number, labels: readonly PlacedLabel[]): boolean {
  return labels.some(({ line, span }) => line === 0 && x > span[0] && x < span[1]);
}

function placedLabels(
  panel: TimePanel,
  stimuli: readonly StimulusMark[],
): { readonly placed: readonly PlacedLabel[]; readonly key: readonly string[] } {
  const full = place(
    panel,
    stimuli.map(({ onS, name }) => ({ onS, text: name })),
  );
  const crossed = full.some(
    ({ line }, index) =>
      line === undefined || (line > 0 && crossesName(panel.scale.at((stimuli[index] as StimulusMark).onS), full)),
  );
  if (!crossed) return { placed: full, key: [] };
  const names = [...new Set(stimuli.map(({ name }) => name))];
  const numbered = stimuli.map(({ onS, name }) => ({ onS, text: String(names.indexOf(name) + 1) }));
  return { placed: place(panel, numbered), key: names.map((name, index) => `${index + 1}: ${name}`) };
}

function place(panel: TimePanel, labels: readonly { readonly onS: number; readonly text: string }[]): PlacedLabel[] {
  const spans = labels.map(({ onS, text }) => {
    const width = textWidth(text, NAME_SIZE) + 4;
    const start = panel.scale.at(onS) - width / 2;
    const inside = Math.max(panel.left, Math.min(start, panel.right - width));
    return [inside, inside + width] as const;
  });
  const lines = stackSpans(spans, MOST_LINES);
  return labels.map(({ text }, index) => ({
    text,
    line: lines[index],
    span: spans[index] as readonly [number, number],
  }));
}
