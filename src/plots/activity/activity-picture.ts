import { bottomAxis } from "../axis.js";
import { COLOUR_BAR_HEIGHT, colourBar, type Swatch, swatches } from "../legend.js";
import { type Picture, type PictureStyle, svgDocument } from "../picture.js";
import { countOf, countText, linearScale } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import { fitText, textAt, textWidth, wrapPieces } from "../text.js";
import type { Theme } from "../theme.js";
import type { ActivityData } from "./activity-data.js";
import { AXIS_ROOM, behaviourTracks, TRACK_NAME_SIZE } from "./behaviour-tracks.js";
import { eventLanes, isReversal, LANE_NAME_SIZE, laneNames } from "./event-lanes.js";
import { heatMap, NAME_GAP, ROW_NAME_SIZE } from "./heat-map.js";
import { rowBlocks, rowName } from "./row-order.js";
import { stimulusMarks } from "./stimulus-marks.js";
import type { TimePanel } from "./time-panel.js";
import { CLIP } from "./trace-pixels.js";

const MARGIN = 16;
const FOOT_SIZE = 8.5;

/**
 * A recording at a glance: stimuli, events and behaviour over the heat map of its z-scored traces, on one time axis.
 * Needs at least one trace. The height grows with the rows.
 */
export function activityPicture(data: ActivityData, { theme, width }: PictureStyle): Picture {
  const blocks = rowBlocks(data);
  const rows = data.traces.length;
  const left = leftMargin(data);
  const right = width - MARGIN;
  const panel: TimePanel = { scale: linearScale(timeDomain(data), [left, right]), left, right, theme };
  const head = header(data, width, theme);
  let y = head.height;
  const stimuli = stimulusMarks(panel, y, data.stimuli);
  y += stimuli.height;
  const lanes = eventLanes(panel, y, data.events);
  y += lanes.height;
  const tracks = behaviourTracks({
    panel,
    top: y,
    channels: data.channels,
    frameTimesS: data.frameTimesS,
    reversals: data.events.filter(isReversal),
  });
  y += tracks.height;
  const map = heatMap(panel, y, blocks);
  const guides = guideLines(stimuli.guides, [[head.height + stimuli.height, y - 4], ...map.images], theme);
  y += map.height + 4;
  const axis = bottomAxis({ scale: panel.scale, y, title: "time after the first frame (s)", theme });
  y += 42;
  const notes = [...(map.notes ?? []), ...(stimuli.notes ?? []), ...(lanes.notes ?? []), ...data.notes];
  const foot = footer({ panel, top: y, width, data, states: lanes.swatches, key: stimuli.key, notes });
  const height = Math.ceil(y + foot.height + MARGIN / 2);
  const svg = svgDocument({
    width,
    height,
    title: `Neural activity of ${data.recording.id}`,
    description: `Heat map of ${rows} z-scored traces over time, with ${data.channels.length} behaviour channels, ${data.events.length} events and ${data.stimuli.length} stimuli above it.`,
    theme,
    definitions: theme.missingHatch === undefined ? [] : [hatch(theme.missingHatch)],
    children: [head.svg, stimuli.svg, lanes.svg, tracks.svg, map.svg, guides, axis, foot.svg],
  });
  return { svg, width, height, rows, notes };
}

/** From half a sample before frame 0 to the end of the frames or samples. */
function timeDomain({ traces, recording }: ActivityData): [number, number] {
  const dtS = Math.min(...traces.map((trace) => trace.dtS));
  const ends = traces.map(({ values, dtS: step }) => (values.length - 0.5) * step);
  return [-dtS / 2, Math.max(dtS / 2, recording.durationS ?? 0, ...ends)];
}

/** As wide as the longest name needs, within reason. */
function leftMargin({ traces, channels, events }: ActivityData): number {
  const widths = [
    ...traces.map((trace) => textWidth(rowName(trace), ROW_NAME_SIZE) + NAME_GAP),
    ...laneNames(events).map((name) => textWidth(name, LANE_NAME_SIZE) + NAME_GAP),
    ...channels.map(({ name }) => textWidth(name, TRACK_NAME_SIZE) + AXIS_ROOM),
    ...channels.map(({ unit }) => textWidth(unit ?? "unit not stated", 8) + AXIS_ROOM),
    textWidth("stimulus", 9) + NAME_GAP,
  ];
  return Math.min(170, Math.ceil(Math.max(...widths)) + 10);
}

function header(data: ActivityData, width: number, theme: Theme): { readonly svg: string; readonly height: number } {
  const { recording, traces } = data;
  const shown = traces.length === recording.rois ? "" : `${countText(traces.length)} shown of `;
  const pieces = [
    recording.dataset,
    `${shown}${countOf(recording.rois, "ROI")}, ${countText(recording.labelled)} labelled`,
    countOf(recording.frames, "frame"),
    recording.durationS === null ? "duration not known" : durationText(recording.durationS),
    ...[recording.condition, recording.strain].flatMap((text) => (text === null || text === "" ? [] : [text])),
  ];
  const lines = wrapPieces(pieces, "  ·  ", width - 2 * MARGIN, 10);
  return {
    svg: group({}, [
      textAt(MARGIN, 26, fitText(recording.id, width - 2 * MARGIN, 15, true), {
        size: 15,
        fill: theme.text,
        bold: true,
      }),
      ...lines.map((line, index) => textAt(MARGIN, 43 + index * 14, line, { size: 10, fill: theme.muted })),
    ]),
    height: 43 + lines.length * 14,
  };
}

function durationText(seconds: number): string {
  const text = `${countText(Math.round(seconds))} s`;
  return seconds < 120 ? text : `${text} (${(seconds / 60).toFixed(1)} min)`;
}

/** Dashed lines at the onsets of stimuli, through what has a time axis and not through words. */
function guideLines(xs: readonly number[], spans: readonly (readonly [number, number])[], theme: Theme): string {
  if (xs.length === 0) return "";
  const lines = new PathData();
  for (const x of xs) for (const [top, bottom] of spans) lines.move(x, top).line(x, bottom);
  return element("path", {
    d: lines.toString(),
    stroke: theme.mark,
    "stroke-width": 0.6,
    "stroke-dasharray": "3 3",
    "stroke-opacity": 0.7,
  });
}

function hatch(stroke: string): string {
  const pattern = { id: "missing", width: 4, height: 4, patternUnits: "userSpaceOnUse" };
  return element("pattern", pattern, element("path", { d: "M-1 1L1 -1M0 4L4 0M3 5L5 3", stroke, "stroke-width": 0.7 }));
}

function footer(options: {
  readonly panel: TimePanel;
  readonly top: number;
  readonly width: number;
  readonly data: ActivityData;
  readonly states: readonly Swatch[];
  readonly key: readonly string[];
  readonly notes: readonly string[];
}): { readonly svg: string; readonly height: number } {
  const { panel, top, width, data, states, key, notes } = options;
  const { theme, left } = panel;
  const barWidth = 190;
  const tick = (z: number) => ({ at: (z + CLIP) / (2 * CLIP), label: z > 0 ? `+${z}` : String(z).replace("-", "−") });
  const bar = colourBar({
    x: left,
    y: top,
    width: barWidth,
    map: theme.diverging,
    title: `activity, z-score (clipped at ±${CLIP})`,
    ticks: [-3, -2, -1, 0, 1, 2, 3].map(tick),
    theme,
  });
  const missing = theme.missingHatch === undefined ? theme.missing : "url(#missing)";
  const reversing = data.channels.length > 0 && data.events.some((event) => isReversal(event) && event.endS !== null);
  const items = [
    { fill: missing, label: "no value" },
    ...(reversing ? [{ fill: theme.shade, label: "reversal" }] : []),
    ...states,
  ];
  const barEnd = left + Math.max(barWidth, textWidth(`activity, z-score (clipped at ±${CLIP})`, 10)) + 24;
  const legend = swatches({ x: barEnd, y: top + 14, right: width - MARGIN, items, theme });
  let y = top + Math.max(COLOUR_BAR_HEIGHT, 14 + legend.height) + 14;
  const room = width - MARGIN - left;
  const foot = { size: FOOT_SIZE, fill: theme.muted };
  const lines = [
    ...(key.length === 0 ? [] : wrapPieces(["stimuli", ...key], "  ·  ", room, FOOT_SIZE)),
    ...wrapPieces(sentences(data, notes), "; ", room, FOOT_SIZE),
  ];
  const texts = lines.map((line) => {
    const drawn = textAt(left, y, line, foot);
    y += 12;
    return drawn;
  });
  return { svg: group({}, [bar, legend.svg, ...texts]), height: y - top };
}

/** Where the numbers come from, and what is not shown. */
function sentences({ traces }: ActivityData, notes: readonly string[]): string[] {
  const kinds = [...new Set(traces.map(({ sourceKind }) => sourceKind ?? "unknown"))].sort();
  const steps = [...new Set(traces.map(({ dtS }) => dtS))].sort((a, b) => a - b);
  return [`traces of kind ${kinds.join(", ")}, resampled to ${steps.join(", ")} s, z-scored per ROI`, ...notes];
}
