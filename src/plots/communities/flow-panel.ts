import { nameList } from "../dynamic-connectome/name-list.js";
import type { ComponentCommunities } from "../dynamic-connectome/run-data.js";
import { spreadLabels } from "../label-placement.js";
import { countOf } from "../scale.js";
import { decimal, element, group } from "../svg.js";
import { baseline, fitText, textAt, textWidth } from "../text.js";
import type { Theme } from "../theme.js";
import type { Flow, LaneData, Node } from "./communities-data.js";
import { lookOf } from "./community-look.js";
import { ribbonPath } from "./ribbon.js";

const NODE_WIDTH = 9;
const NODE_GAP = 2;
const COMPONENT_GAP = 9;
const LABEL_SIZE = 8.5;
const LABEL_LINE = 11.5;
const LEAST_HEIGHT = 200;
const MOST_RIBBONS = 120;
const TITLE_HEIGHT = 34;

/** How often a community is left for another, weighted by neurons. */
const weightOf = ({ neurons, transitions }: Flow) => neurons * transitions;

type Side = "from" | "to";

type Communities = ReadonlyMap<number, ComponentCommunities | undefined>;

interface PlacedNode extends Node {
  readonly top: number;
  readonly height: number;
}

/**
 * All transitions together: communities of the earlier interval at the left, of the one that follows at the right,
 * ribbons as high as neurons times transitions. Where there are very many only the largest are drawn.
 */
export function flowPanel(options: {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly labelWidth: number;
  readonly lanes: readonly LaneData[];
  readonly flows: readonly Flow[];
  readonly theme: Theme;
}): { readonly svg: string; readonly height: number; readonly notes: readonly string[] } {
  const { x, y, width, labelWidth, lanes, theme } = options;
  const flows = options.flows.filter(({ from, to }) => from.component !== to.component);
  if (flows.length === 0) return { svg: "", height: 0, notes: [] };
  const communities = new Map(lanes.map(({ facts, communities: found }) => [facts.component, found]));
  const [earlier, later] = [sideNodes(flows, "from"), sideNodes(flows, "to")];
  const height = Math.max(LEAST_HEIGHT, ...[earlier, later].map((nodes) => nodes.length * LABEL_LINE + gapsOf(nodes)));
  const total = flows.reduce((sum, flow) => sum + weightOf(flow), 0);
  const perUnit = (height - Math.max(gapsOf(earlier), gapsOf(later))) / total;
  const top = y + TITLE_HEIGHT;
  const [left, right] = [x + labelWidth, x + width - labelWidth];
  const from = placeNodes({ nodes: earlier, flows, side: "from", top, perUnit });
  const to = placeNodes({ nodes: later, flows, side: "to", top, perUnit });
  const ribbons = flowRibbons({ flows, perUnit, from, to, left, right, communities, theme });
  const sides = { top, bottom: top + height, labelWidth, communities, theme };
  const caption = { size: 9, fill: theme.muted } as const;
  return {
    svg: group({}, [
      textAt(x, y + 12, "From one interval to the next of another component, all transitions together", {
        size: 11,
        fill: theme.text,
        bold: true,
      }),
      textAt(left, y + 27, "community of an interval", { ...caption, anchor: "end" }),
      textAt(right, y + 27, "community of the interval that follows", caption),
      textAt((left + right) / 2, y + 27, "height: neurons × transitions", { ...caption, anchor: "middle" }),
      ribbons.svg,
      drawNodes({ ...sides, nodes: from, side: "from", edge: left }),
      drawNodes({ ...sides, nodes: to, side: "to", edge: right }),
    ]),
    height: TITLE_HEIGHT + height + 8,
    notes: ribbons.hidden > 0 ? [`not drawn: ${countOf(ribbons.hidden, "ribbon")}, the thinnest`] : [],
  };
}

/** Nodes of one side in the order of components and communities. */
function sideNodes(flows: readonly Flow[], side: Side): Node[] {
  const found = new Map(flows.map((flow) => [`${flow[side].component} ${flow[side].community}`, flow[side]]));
  return [...found.values()].sort((a, b) => a.component - b.component || a.community - b.community);
}

function gapsOf(nodes: readonly Node[]): number {
  return nodes.slice(1).reduce((sum, node, index) => sum + gapBetween(nodes[index] as Node, node), 0);
}

function gapBetween(before: Node, node: Node): number {
  return before.component === node.component ? NODE_GAP : COMPONENT_GAP;
}

function same(a: Node, b: Node): boolean {
  return a.component === b.component && a.community === b.community;
}

function placeNodes(options: {
  readonly nodes: readonly Node[];
  readonly flows: readonly Flow[];
  readonly side: Side;
  readonly top: number;
  readonly perUnit: number;
}): PlacedNode[] {
  const { nodes, flows, side, top, perUnit } = options;
  let y = top;
  return nodes.map((node, index) => {
    if (index > 0) y += gapBetween(nodes[index - 1] as Node, node);
    const own = flows.filter((flow) => same(flow[side], node));
    const placed = { ...node, top: y, height: perUnit * own.reduce((sum, flow) => sum + weightOf(flow), 0) };
    y += placed.height;
    return placed;
  });
}

/** Ribbons between placed nodes; each keeps its place in its node, whether it is drawn or not. */
function flowRibbons(options: {
  readonly flows: readonly Flow[];
  readonly perUnit: number;
  readonly from: readonly PlacedNode[];
  readonly to: readonly PlacedNode[];
  readonly left: number;
  readonly right: number;
  readonly communities: Communities;
  readonly theme: Theme;
}): { readonly svg: string; readonly hidden: number } {
  const { flows, perUnit, left, right, communities, theme } = options;
  const key = ({ component, community }: Node) => `${component} ${community}`;
  const starts = new Map(options.from.map((node) => [key(node), node.top]));
  const ends = new Map(options.to.map((node) => [key(node), node.top]));
  const largest = [...flows].sort((a, b) => weightOf(b) - weightOf(a)).slice(0, MOST_RIBBONS);
  const shown = new Set(largest);
  const paths = flows.flatMap((flow) => {
    const height = weightOf(flow) * perUnit;
    const [start, end] = [starts.get(key(flow.from)) as number, ends.get(key(flow.to)) as number];
    starts.set(key(flow.from), start + height);
    ends.set(key(flow.to), end + height);
    if (!shown.has(flow)) return [];
    const d = ribbonPath({ x: left + NODE_WIDTH, top: start, height }, { x: right - NODE_WIDTH, top: end, height });
    const fill = lookOf(communities.get(flow.from.component), flow.from.community, theme);
    return [element("path", { d, fill, "fill-opacity": 0.5 })];
  });
  return { svg: group({}, paths), hidden: flows.length - shown.size };
}

/** Nodes of a side with what they are beside them. */
function drawNodes(options: {
  readonly nodes: readonly PlacedNode[];
  readonly side: Side;
  /** The outer edge of the nodes. */
  readonly edge: number;
  readonly top: number;
  readonly bottom: number;
  readonly labelWidth: number;
  readonly communities: Communities;
  readonly theme: Theme;
}): string {
  const { nodes, side, edge, top, bottom, labelWidth, communities, theme } = options;
  const sign = side === "from" ? -1 : 1;
  const places = spreadLabels(
    nodes.map((node) => node.top + node.height / 2),
    nodes.map(() => LABEL_LINE),
    [top, bottom],
  );
  const x = edge + sign * 14;
  return group(
    {},
    nodes.flatMap((node, index) => {
      const found = communities.get(node.component);
      const place = places[index] as number;
      const middle = node.top + node.height / 2;
      const style = { size: LABEL_SIZE, fill: theme.text, anchor: side === "from" ? "end" : "start" } as const;
      return [
        element("rect", {
          x: side === "from" ? edge : edge - NODE_WIDTH,
          y: node.top,
          width: NODE_WIDTH,
          height: Math.max(0.5, node.height),
          fill: lookOf(found, node.community, theme),
          stroke: theme.axis,
          "stroke-width": 0.5,
        }),
        element("path", {
          d: `M${decimal(edge)} ${decimal(middle)}L${decimal(edge + sign * 11)} ${decimal(place)}`,
          stroke: theme.axis,
          "stroke-width": 0.5,
        }),
        textAt(x, baseline(place, LABEL_SIZE), nodeText(node, found, labelWidth - 16), style),
      ];
    }),
  );
}

/** A community and as many of its neurons as fit. */
function nodeText({ component, community }: Node, found: ComponentCommunities | undefined, width: number): string {
  if (found?.structureFound !== true) return fitText(`${component}: no community structure`, width, LABEL_SIZE);
  const name = `${component}.${community} `;
  const neurons = found.communities.find((one) => one.community === community)?.neurons ?? [];
  return `${name}${nameList(neurons, width - textWidth(name, LABEL_SIZE), LABEL_SIZE)}`;
}
