import { spreadLabels } from "../label-placement.js";
import { NEURON_TYPES, type NeuronType, typeRuns } from "../neuron-order.js";
import { element, group, PathData } from "../svg.js";
import { textAt, textWidth } from "../text.js";
import type { Theme } from "../theme.js";

/** Bar, leader and name of a band of types. */
export const BANDS_ROOM = 32;
const BAR = 7;
const NAME_SIZE = 9.5;

/** How far names may reach beyond the last neuron. */
const OVERHANG = 24;

function nameLength(type: NeuronType): number {
  return textWidth(type, NAME_SIZE) + 8;
}

/** Length that the names of the bands need at least. */
export function bandsLength(types: readonly NeuronType[]): number {
  return typeRuns(types).reduce((length, run) => length + nameLength(run.type), 0);
}

/**
 * Bands of neuron types along a matrix: bars with their names outside. Along the top they lie above `edge`, along the
 * left side left of it. Names that would touch move apart and keep a line to their band.
 */
export function typeBands(bands: {
  readonly side: "top" | "left";
  /** Where the band's inner edge is. */
  readonly edge: number;
  /** Where the first neuron begins, along the band. */
  readonly start: number;
  readonly cell: number;
  readonly types: readonly NeuronType[];
  readonly theme: Theme;
}): string {
  const { side, edge, start, cell, types, theme } = bands;
  const runs = typeRuns(types);
  const middles = runs.map((run) => start + (run.start + run.length / 2) * cell);
  const sizes = runs.map((run) => nameLength(run.type));
  const end = start + Math.max(types.length * cell + OVERHANG, bandsLength(types));
  const places = spreadLabels(middles, sizes, [start - 6, end]);
  const leaders = new PathData();
  const drawn = runs.map((run, index) => {
    const from = start + run.start * cell;
    const length = Math.max(0.5, run.length * cell - 1);
    const fill = theme.bands[NEURON_TYPES.indexOf(run.type)] as string;
    const place = places[index] as number;
    const middle = middles[index] as number;
    const style = { size: NAME_SIZE, fill: theme.text, anchor: "middle" } as const;
    if (Math.abs(place - middle) > 3) {
      if (side === "top") leaders.move(middle, edge - BAR - 1).line(place, edge - BAR - 8);
      else leaders.move(edge - BAR - 1, middle).line(edge - BAR - 8, place);
    }
    const name = edge - BAR - 11;
    return side === "top"
      ? element("rect", { x: from, y: edge - BAR, width: length, height: BAR, fill }) +
          textAt(place, name, run.type, style)
      : element("rect", { x: edge - BAR, y: from, width: BAR, height: length, fill }) +
          textAt(name, place, run.type, { ...style, rotate: -90 });
  });
  return group({}, [
    ...drawn,
    leaders.isEmpty
      ? ""
      : element("path", { d: leaders.toString(), stroke: theme.axis, "stroke-width": 0.75, fill: "none" }),
  ]);
}
