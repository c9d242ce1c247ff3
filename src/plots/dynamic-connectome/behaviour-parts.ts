import type { StimulusMark } from "../activity/activity-data.js";
import { linePath, valueRange } from "../activity/behaviour-tracks.js";
import { clippedSpan, NOTHING, type Part } from "../activity/time-panel.js";
import { leftAxis } from "../axis.js";
import type { Swatch } from "../legend.js";
import { linearScale } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import { baseline, fitText, textAt } from "../text.js";
import type { Theme } from "../theme.js";
import type { AnimalBehaviour, Behaviour } from "./run-data.js";
import { blockGrounds, blockOutlines, type TimeBlock } from "./time-blocks.js";

const TRACK_HEIGHT = 34;
const GAP = 6;
const NAME_SIZE = 9;
/** Room for the numbers of an axis, left of which names stand. */
const AXIS_ROOM = 34;
/** Lines of a raster of animals: as high as they have room, at most this. */
const RASTER_LINE = 6;
const RASTER_HEIGHT = 60;

/** The animals of a block: its own, or all on a shared clock. */
function animalsOf({ bins }: TimeBlock, { animals }: Behaviour): readonly AnimalBehaviour[] {
  return bins.animal === null ? animals : animals.filter(({ animal }) => animal === bins.animal);
}

/** Ground of the times in which the animal of a block moves backwards; nothing where a block has several animals. */
export function reversalShades(
  blocks: readonly TimeBlock[],
  behaviour: Behaviour,
  { top, bottom }: { readonly top: number; readonly bottom: number },
): string {
  const path = new PathData();
  for (const block of blocks) {
    const [animal, ...others] = animalsOf(block, behaviour);
    if (animal === undefined || others.length > 0) continue;
    for (const [startS, endS] of animal.reversals) {
      const span = clippedSpan(block.panel, startS, endS);
      if (span !== undefined && span.width > 0) path.rectangle(span.x, top, Math.max(0.4, span.width), bottom - top);
    }
  }
  return path.isEmpty ? "" : element("path", { d: path.toString(), fill: blocks[0]?.panel.theme.shade });
}

/** Bars while a stimulus is on, for blocks each on a clock of its own: the names have no room. */
export function stimulusBars(blocks: readonly TimeBlock[], behaviour: Behaviour, y: number): string {
  const path = new PathData();
  for (const block of blocks) {
    for (const { onS, offS } of stimuliOf(block, behaviour)) {
      const span = clippedSpan(block.panel, onS, offS ?? onS);
      if (span !== undefined) path.rectangle(span.x, y, Math.max(1, span.width), 3);
    }
  }
  return path.isEmpty ? "" : element("path", { d: path.toString(), fill: blocks[0]?.panel.theme.mark });
}

/** Stimuli on the clock of a block: on a shared one those of the first animal that has any. */
export function stimuliOf(block: TimeBlock, behaviour: Behaviour): readonly StimulusMark[] {
  return animalsOf(block, behaviour).find(({ stimuli }) => stimuli.length > 0)?.stimuli ?? [];
}

/** What of a part's behaviour stands in the legend. */
export function behaviourSwatches(blocks: readonly TimeBlock[], behaviour: Behaviour, theme: Theme): Swatch[] {
  const reversing = behaviour.animals.some(({ reversals }) => reversals.length > 0);
  const own = blocks.some(({ bins }) => bins.animal !== null);
  const stimuli = own && blocks.some((block) => stimuliOf(block, behaviour).length > 0);
  return [
    ...(reversing ? [{ fill: hasRaster(blocks, behaviour) ? theme.event : theme.shade, label: "reversal" }] : []),
    ...(stimuli ? [{ fill: theme.mark, label: "stimulus" }] : []),
  ];
}

function hasRaster(blocks: readonly TimeBlock[], behaviour: Behaviour): boolean {
  const shared = blocks.some(({ bins }) => bins.animal === null) && behaviour.animals.length > 1;
  return shared && behaviour.animals.some(({ reversals }) => reversals.length > 0);
}

/** Below a time factor: reversals of animals that share the clock, one line each, and velocity. */
export function behaviourTracks(blocks: readonly TimeBlock[], behaviour: Behaviour, top: number): Part {
  const raster = hasRaster(blocks, behaviour) ? reversalRaster(blocks, behaviour, top + GAP) : NOTHING;
  const below = top + raster.height + (raster.height > 0 ? GAP : 0);
  const velocity = velocityTrack(blocks, behaviour, below + GAP);
  const height = below - top + (velocity.height > 0 ? velocity.height + GAP : 0);
  return { svg: group({}, [raster.svg, velocity.svg]), height };
}

function reversalRaster(blocks: readonly TimeBlock[], behaviour: Behaviour, top: number): Part {
  const [block] = blocks as readonly [TimeBlock];
  const { theme, left } = block.panel;
  const line = Math.min(RASTER_LINE, RASTER_HEIGHT / behaviour.animals.length);
  const height = Math.max(14, line * behaviour.animals.length);
  const path = new PathData();
  behaviour.animals.forEach(({ reversals }, index) => {
    for (const [startS, endS] of reversals) {
      const span = clippedSpan(block.panel, startS, endS);
      if (span === undefined) continue;
      path.rectangle(span.x, top + index * line, Math.max(0.6, span.width), line * 0.85);
    }
  });
  const style = { size: NAME_SIZE, fill: theme.text, anchor: "end" } as const;
  return {
    svg: group({}, [
      blockGrounds(blocks, top, top + height),
      element("path", { d: path.toString(), fill: theme.event }),
      blockOutlines(blocks, top, top + height),
      textAt(left - 6, baseline(top + height / 2, NAME_SIZE), "reversals", style),
    ]),
    height,
  };
}

/** Velocity of each block's animal, or the mean over animals that share the clock. */
function velocityTrack(blocks: readonly TimeBlock[], behaviour: Behaviour, top: number): Part {
  const values = blocks.map((block) => meanVelocity(animalsOf(block, behaviour)));
  const range = valueRange(values.flatMap((track) => (track === undefined ? [] : [...track])));
  const [first] = blocks;
  if (first === undefined || !values.some((track) => track?.some(Number.isFinite))) return NOTHING;
  const { theme, left } = first.panel;
  const bottom = top + TRACK_HEIGHT;
  const scale = linearScale(range, [bottom - 2, top + 2]);
  const drawn = blocks.flatMap(({ panel, bins }, index) => {
    const track = values[index];
    if (track === undefined) return [];
    const path = linePath({ panel, values: track, timesS: bins.timesS, place: (value) => scale.at(value), range });
    return path === "" ? [] : [element("path", { d: path, fill: "none", stroke: theme.muted, "stroke-width": 0.8 })];
  });
  const zero = new PathData();
  for (const { panel } of blocks) zero.move(panel.left, scale.at(0)).line(panel.right, scale.at(0));
  const crosses = range[0] < 0 && range[1] > 0;
  const middle = top + TRACK_HEIGHT / 2;
  const shared = first.bins.animal === null && behaviour.animals.length > 1;
  const style = { size: NAME_SIZE, anchor: "end" } as const;
  const [x, room] = [left - AXIS_ROOM, 60];
  return {
    svg: group({}, [
      blockGrounds(blocks, top, bottom),
      reversalShades(blocks, behaviour, { top, bottom }),
      crosses ? element("path", { d: zero.toString(), stroke: theme.axis, "stroke-width": 0.5 }) : "",
      ...drawn,
      blockOutlines(blocks, top, bottom),
      leftAxis({ scale, x: left, theme }),
      textAt(x, middle - 2, shared ? "mean velocity" : "velocity", { ...style, fill: theme.text }),
      textAt(x, middle + 9, fitText(behaviour.velocityUnit ?? "unit not stated", room, 8), {
        ...style,
        size: 8,
        fill: theme.muted,
      }),
    ]),
    height: TRACK_HEIGHT,
  };
}

/** Mean over animals at each bin, of those that have a value there. */
function meanVelocity(animals: readonly AnimalBehaviour[]): Float64Array | undefined {
  const tracks = animals.flatMap(({ velocity }) => (velocity === undefined ? [] : [velocity]));
  const [first] = tracks;
  return first?.map((_, bin) => {
    const values = tracks.map((track) => track[bin] as number).filter(Number.isFinite);
    return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}
