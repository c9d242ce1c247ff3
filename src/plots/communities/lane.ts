import { clippedSpan } from "../activity/time-panel.js";
import { reproducibilityBadge } from "../dynamic-connectome/component-title.js";
import { nameList } from "../dynamic-connectome/name-list.js";
import type { ActiveInterval, Community, ComponentCommunities } from "../dynamic-connectome/run-data.js";
import { componentFacts } from "../dynamic-connectome/run-words.js";
import type { TimeBlock } from "../dynamic-connectome/time-blocks.js";
import { badgeWidth, drawBadge } from "../membership/plot-frame.js";
import { countOf } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import { baseline, fitText, textAt, textWidth } from "../text.js";
import type { Theme } from "../theme.js";
import type { LaneData } from "./communities-data.js";
import { lookOf } from "./community-look.js";

const LINE = 13;
const SIZE = 8.5;
const HEAD = 34;
const LEAST_HEIGHT = 64;
const MOST_COMMUNITIES = 6;
/** Air above and below the boxes of intervals. */
const AIR = 4;
const SWATCH = 9;

/** Where a component is drawn. */
export interface Lane {
  readonly data: LaneData;
  readonly top: number;
  readonly height: number;
}

/** Lanes below each other, as high as their legends need. */
export function layoutLanes(lanes: readonly LaneData[], top: number, gap: number): Lane[] {
  let y = top;
  return lanes.map((data) => {
    const lines = legendLines(data).length;
    const height = Math.max(LEAST_HEIGHT, HEAD + lines * LINE + 2);
    const lane = { data, top: y, height };
    y += height + gap;
    return lane;
  });
}

interface LegendLine {
  readonly community: Community | undefined;
  readonly text: string | undefined;
}

function legendLines({ communities }: LaneData): LegendLine[] {
  if (communities === undefined) return [{ community: undefined, text: "no communities were looked for" }];
  if (!communities.structureFound) return [{ community: undefined, text: "no community structure found" }];
  const all = communities.communities;
  const shown = all.length > MOST_COMMUNITIES ? all.slice(0, MOST_COMMUNITIES - 1) : all;
  const rest = all.slice(shown.length);
  const lines: LegendLine[] = shown.map((community) => ({ community, text: undefined }));
  if (rest.length === 0) return lines;
  const neurons = rest.reduce((sum, community) => sum + community.neurons.length, 0);
  const more = `and ${rest.length} weaker with ${countOf(neurons, "neuron")}`;
  return [...lines, { community: undefined, text: more }];
}

/** What stands left of a lane: the component, what of it is measured, and the neurons of its communities. */
export function laneLegend(lane: Lane, { x, width, theme }: { x: number; width: number; theme: Theme }): string {
  const { data, top } = lane;
  const { facts, communities } = data;
  const name = `Component ${facts.component}`;
  const badge = reproducibilityBadge(facts);
  const badgeX = x + textWidth(name, 11, true) + 8;
  const lines = legendLines(data).map(({ community, text }, index) => {
    const y = top + HEAD + index * LINE;
    const middle = y + LINE / 2;
    if (community === undefined) {
      const style = { size: SIZE + 0.5, fill: theme.text, italic: true };
      return textAt(x, baseline(middle, SIZE), fitText(text ?? "", width, style.size), style);
    }
    const label = `${community.community} (${community.neurons.length})`;
    const namesX = x + SWATCH + 6 + textWidth(label, SIZE) + 8;
    const fill = lookOf(communities, community.community, theme);
    const box = { x, y: middle - SWATCH / 2, width: SWATCH, height: SWATCH };
    return group({}, [
      element("rect", { ...box, fill, stroke: theme.axis, "stroke-width": 0.5 }),
      textAt(x + SWATCH + 6, baseline(middle, SIZE), label, { size: SIZE, fill: theme.text }),
      textAt(namesX, baseline(middle, SIZE), nameList(community.neurons, x + width - namesX, SIZE), {
        size: SIZE,
        fill: theme.muted,
      }),
    ]);
  });
  return group({}, [
    textAt(x, top + 12, name, { size: 11, fill: theme.text, bold: true }),
    badge === undefined ? "" : drawBadge(badge, badgeX + badgeWidth(badge), top, theme),
    textAt(x, top + 27, fitText(componentFacts(facts, "match").join("  ·  "), width, 9), {
      size: 9,
      fill: theme.muted,
    }),
    ...lines,
  ]);
}

/** An interval at its place in a lane. */
export interface LaneBox {
  readonly interval: ActiveInterval;
  /** Its place among the intervals of every component. */
  readonly order: number;
  readonly lane: Lane;
  readonly block: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly height: number;
}

/** Boxes of the intervals in their order; those of components that are not drawn or outside of the bins are left out. */
export function laneBoxes(
  lanes: readonly Lane[],
  intervals: readonly ActiveInterval[],
  blocks: readonly TimeBlock[],
): LaneBox[] {
  const laneOf = new Map(lanes.map((lane) => [lane.data.facts.component, lane]));
  return intervals.flatMap((interval, order): LaneBox[] => {
    const lane = laneOf.get(interval.component);
    const block = blocks.findIndex(({ bins }) => bins.animal === interval.animal);
    const at = blocks[block];
    const span = at === undefined ? undefined : clippedSpan(at.panel, interval.startS, interval.endS);
    if (lane === undefined || span === undefined || !(span.width > 0)) return [];
    const place = { top: lane.top + AIR, height: lane.height - 2 * AIR };
    return [{ interval, order, lane, block, left: span.x, right: span.x + Math.max(1.2, span.width), ...place }];
  });
}

/** Communities of a component as parts of a height, in their order. */
export function communityParts(
  found: ComponentCommunities | undefined,
  { top, height }: { readonly top: number; readonly height: number },
): { readonly community: number; readonly top: number; readonly height: number }[] {
  const communities = found?.structureFound === true ? found.communities : [];
  const total = communities.reduce((sum, { neurons }) => sum + neurons.length, 0);
  if (total === 0) return [{ community: 0, top, height }];
  let y = top;
  return communities.map(({ community, neurons }) => {
    const part = { community, top: y, height: (height * neurons.length) / total };
    y += part.height;
    return part;
  });
}

/** Boxes of one lane: one path for each community. */
export function drawBoxes(lane: Lane, boxes: readonly LaneBox[], theme: Theme): string {
  const found = lane.data.communities;
  const place = { top: lane.top + AIR, height: lane.height - 2 * AIR };
  const outline = new PathData();
  for (const { left, right } of boxes) outline.rectangle(left, place.top, right - left, place.height);
  if (outline.isEmpty) return "";
  const parts = communityParts(found, place).map(({ community, top, height }) => {
    const path = new PathData();
    for (const { left, right } of boxes) path.rectangle(left, top, right - left, height);
    return element("path", { d: path.toString(), fill: lookOf(found, community, theme) });
  });
  return group({}, [
    element("path", { d: outline.toString(), fill: theme.panel }),
    ...parts,
    element("path", { d: outline.toString(), fill: "none", stroke: theme.axis, "stroke-width": 0.5 }),
  ]);
}
