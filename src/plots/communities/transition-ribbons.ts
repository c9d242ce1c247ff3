import { element, group } from "../svg.js";
import type { Theme } from "../theme.js";
import type { Flow } from "./communities-data.js";
import { lookOf } from "./community-look.js";
import { communityParts, type LaneBox } from "./lane.js";
import { ribbonPath } from "./ribbon.js";

/** Px between two intervals from which a ribbon is legible. */
const LEAST_GAP = 9;

/**
 * Ribbons from an interval to the one that follows it on the same clock, as high as the neurons that two communities
 * share. Of ribbons that would lie over each other the earlier is drawn; intervals that overlap, or nearly touch, have
 * none.
 */
export function transitionRibbons(
  boxes: readonly LaneBox[],
  flows: readonly Flow[],
  theme: Theme,
): { readonly svg: string; readonly drawn: number; readonly transitions: number } {
  let taken = Number.NEGATIVE_INFINITY;
  let drawn = 0;
  let transitions = 0;
  const paths: string[] = [];
  boxes.slice(1).forEach((next, index) => {
    const before = boxes[index] as LaneBox;
    if (before.order + 1 !== next.order || before.block !== next.block || before.lane === next.lane) return;
    transitions += 1;
    if (next.left - before.right < LEAST_GAP || before.right < taken) return;
    const ribbons = between(before, next, flows, theme);
    if (ribbons.length === 0) return;
    paths.push(...ribbons);
    taken = next.left;
    drawn += 1;
  });
  return { svg: group({}, paths), drawn, transitions };
}

function between(before: LaneBox, next: LaneBox, flows: readonly Flow[], theme: Theme): string[] {
  const [from, to] = [before.interval.component, next.interval.component];
  const own = flows.filter((flow) => flow.from.component === from && flow.to.component === to);
  const total = own.reduce((sum, { neurons }) => sum + neurons, 0);
  if (total === 0) return [];
  const found = before.lane.data.communities;
  const starts = new Map(communityParts(found, before).map((part) => [part.community, part.top]));
  const ends = new Map(communityParts(next.lane.data.communities, next).map((part) => [part.community, part.top]));
  const [leaving, arriving] = [before.height / total, next.height / total];
  // Ribbons leave a community in the order of where they arrive, and arrive in the order of where they leave.
  return own.flatMap((flow) => {
    const { community } = flow.from;
    const left = starts.get(community);
    const right = ends.get(flow.to.community);
    if (left === undefined || right === undefined) return [];
    starts.set(community, left + flow.neurons * leaving);
    ends.set(flow.to.community, right + flow.neurons * arriving);
    const d = ribbonPath(
      { x: before.right, top: left, height: flow.neurons * leaving },
      { x: next.left, top: right, height: flow.neurons * arriving },
    );
    return [element("path", { d, fill: lookOf(found, community, theme), "fill-opacity": 0.5 })];
  });
}
