import { stimulusMarks } from "../activity/stimulus-marks.js";
import { animalNames } from "../dynamic-connectome/animal-names.js";
import {
  behaviourSwatches,
  behaviourTracks,
  reversalShades,
  stimuliOf,
  stimulusBars,
} from "../dynamic-connectome/behaviour-parts.js";
import { missingHatch } from "../dynamic-connectome/missing-hatch.js";
import { footLines, MARGIN, runHeader } from "../dynamic-connectome/run-header.js";
import { reproducibilityWords, runFacts, runFlags } from "../dynamic-connectome/run-words.js";
import {
  blockGrounds,
  blockNames,
  blockOutlines,
  layoutBlocks,
  TIME_AXIS_HEIGHT,
  type TimeBlock,
  timeAxis,
} from "../dynamic-connectome/time-blocks.js";
import { swatches } from "../legend.js";
import { type Picture, type PictureStyle, svgDocument } from "../picture.js";
import { countOf } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import { textAt } from "../text.js";
import type { CommunitiesData } from "./communities-data.js";
import { flowPanel } from "./flow-panel.js";
import { drawBoxes, laneBoxes, laneLegend, layoutLanes } from "./lane.js";
import { transitionRibbons } from "./transition-ribbons.js";

const LEGEND_SHARE = 0.27;
const GAP = 22;
const LANE_GAP = 12;

/**
 * When the components of a run are active and which communities they bind together: one lane each, ribbons where one
 * interval follows another with room between them, and below all transitions together.
 */
export function communitiesPicture(data: CommunitiesData, { theme, width }: PictureStyle): Picture {
  const { run, behaviour } = data;
  const flags = runFlags(run, data.all);
  const head = runHeader({ title: `Communities of ${run.id}`, facts: runFacts(run, data.blocks), flags, width, theme });
  const inner = width - 2 * MARGIN;
  const legendWidth = Math.round(inner * LEGEND_SHARE);
  const left = MARGIN + legendWidth + GAP;
  const blocks = layoutBlocks(data.blocks, { left, right: width - MARGIN, theme });
  const above = timelineHead(data, blocks, head.height);
  const lanes = layoutLanes(data.lanes, head.height + above.height, LANE_GAP);
  const last = lanes.at(-1);
  const bottom = last === undefined ? head.height + above.height : last.top + last.height;
  const boxes = laneBoxes(lanes, data.intervals, blocks);
  const ribbons = transitionRibbons(boxes, data.flows, theme);
  const tracks = behaviourTracks(blocks, behaviour, bottom);
  const end = bottom + tracks.height;
  let y = end + TIME_AXIS_HEIGHT + 20;
  const flow = flowPanel({
    x: MARGIN,
    y,
    width: inner,
    labelWidth: legendWidth,
    lanes: data.lanes,
    flows: data.flows,
    theme,
  });
  y += flow.height + 8;
  const items = behaviourSwatches(blocks, behaviour, theme);
  const legend = swatches({ x: MARGIN, y, right: width - MARGIN, items, theme });
  y += legend.height + 12;
  const said = [
    ...above.notes,
    ...ribbonWords(ribbons, boxes.length),
    ...flow.notes,
    ...behaviour.notes,
    ...data.notes,
  ];
  const foot = footLines({
    sentences: [...above.key, ...readingGuide(data), ...said],
    x: MARGIN,
    y,
    width: inner,
    theme,
  });
  const height = Math.ceil(y + foot.height + MARGIN / 2);
  const svg = svgDocument({
    width,
    height,
    title: `Communities of ${run.id}`,
    description: description(data, boxes.length),
    theme,
    definitions: missingHatch(theme),
    children: [
      head.svg,
      above.svg,
      ...lanes.map((lane) => laneLegend(lane, { x: MARGIN, width: legendWidth, theme })),
      ...lanes.map(({ top, height: laneHeight }) =>
        group({}, [
          blockGrounds(blocks, top, top + laneHeight),
          reversalShades(blocks, behaviour, { top, bottom: top + laneHeight }),
        ]),
      ),
      guideLines(above.guides, lanes, theme.mark),
      ribbons.svg,
      ...lanes.map((lane) =>
        group({}, [
          drawBoxes(
            lane,
            boxes.filter((box) => box.lane === lane),
            theme,
          ),
          blockOutlines(blocks, lane.top, lane.top + lane.height),
        ]),
      ),
      boxes.length > 0 ? "" : textAt(left, bottom + 12, "no component is active", { size: 10, fill: theme.muted }),
      tracks.svg,
      timeAxis(blocks, end),
      flow.svg,
      legend.svg,
      foot.svg,
    ],
  });
  return { svg, width, height, rows: lanes.length, notes: [...flags.map(({ text }) => text), ...said] };
}

interface TimelineHead {
  readonly svg: string;
  readonly height: number;
  readonly key: readonly string[];
  readonly notes: readonly string[];
  readonly guides: readonly number[];
}

/** Names of animals and stimuli above the lanes. */
function timelineHead({ run, behaviour }: CommunitiesData, blocks: readonly TimeBlock[], top: number): TimelineHead {
  const [first] = blocks;
  if (first === undefined) return { svg: "", height: 0, key: [], notes: [], guides: [] };
  const labels = blockNames(blocks, top, animalNames(run.animals).names);
  let y = top + labels.height;
  const marks = first.bins.animal === null ? stimulusMarks(first.panel, y, stimuliOf(first, behaviour)) : undefined;
  y += marks?.height ?? 0;
  const bars = first.bins.animal === null ? "" : stimulusBars(blocks, behaviour, y);
  if (bars !== "") y += 5;
  const stimuli = marks?.key ?? [];
  return {
    svg: group({}, [labels.svg, marks?.svg ?? "", bars]),
    height: y - top,
    key: [...labels.key, ...(stimuli.length === 0 ? [] : [`stimuli: ${stimuli.join(", ")}`])],
    notes: marks?.notes ?? [],
    guides: marks?.guides ?? [],
  };
}

function guideLines(
  xs: readonly number[],
  lanes: readonly { readonly top: number; readonly height: number }[],
  stroke: string,
): string {
  const path = new PathData();
  for (const x of xs) for (const { top, height } of lanes) path.move(x, top).line(x, top + height);
  if (path.isEmpty) return "";
  return element("path", {
    d: path.toString(),
    stroke,
    "stroke-width": 0.6,
    "stroke-dasharray": "3 3",
    "stroke-opacity": 0.7,
  });
}

function ribbonWords(
  { drawn, transitions }: { readonly drawn: number; readonly transitions: number },
  boxes: number,
): string[] {
  if (boxes === 0) return ["no component is active above half of its maximum"];
  if (transitions === 0) return ["no interval follows one of another component on the same clock"];
  if (drawn === transitions) return [];
  return [`ribbons between lanes: ${drawn} of ${countOf(transitions, "transition")}, the others have no room`];
}

function readingGuide({ lanes }: CommunitiesData): string[] {
  const methods = new Set(lanes.flatMap(({ communities }) => (communities === undefined ? [] : [communities.method])));
  const words = { weighted_sbm: "the weighted block model, level 0", leiden: "Leiden, level 0" };
  return [
    ...(methods.size === 0
      ? []
      : [
          `communities of ${[...methods]
            .sort()
            .map((method) => words[method])
            .join(" and of ")}`,
        ]),
    "boxes: times above half of the maximum of a component, shared out by the neurons of its communities",
    "match: mean factor match score to the other starts",
    "names by falling strength; +n: so many more neurons",
    "colours and numbers of communities are of one component only",
  ];
}

function description({ run, lanes, all }: CommunitiesData, boxes: number): string {
  const lost = reproducibilityWords(all);
  const found = lanes.map(({ facts, communities }) => {
    const count = communities?.structureFound === true ? communities.communities.length : 0;
    return `component ${facts.component}: ${count === 0 ? "no community structure found" : count === 1 ? "1 community" : `${count} communities`}`;
  });
  return `${lost === undefined ? "" : `${lost}. `}Timeline of ${countOf(lanes.length, "component")} of ${countOf(run.neurons.length, "neuron")} with ${countOf(boxes, "interval")}. ${found.join("; ")}.`;
}
