import { hexColour } from "../colour.js";
import { type ColourMap, mapIndex } from "../colour-map.js";
import { type NeuronFacts, typeRuns } from "../neuron-order.js";
import { countOf } from "../scale.js";
import { element, group, PathData } from "../svg.js";
import { baseline, textAt } from "../text.js";
import type { Theme } from "../theme.js";
import type { Connections, Pair } from "./connectome-data.js";
import { BANDS_ROOM, typeBands } from "./type-bands.js";

/** Cells this large have room for the name of their neuron. */
export const NAMED_CELL = 7;
const NAMES_ROOM = 44;
const TITLE_ROOM = 20;
const AXIS_ROOM = 20;

/** Room around the cells of a matrix. */
export function matrixRoom(cell: number): { readonly left: number; readonly top: number; readonly bottom: number } {
  const names = cell >= NAMED_CELL ? NAMES_ROOM : 0;
  return { left: AXIS_ROOM + BANDS_ROOM + names, top: TITLE_ROOM + BANDS_ROOM + names, bottom: AXIS_ROOM };
}

/** Weights of a matrix on a logarithmic axis. */
export interface WeightRange {
  readonly minimum: number;
  readonly maximum: number;
}

/** From the smallest weight, at most 1, to the largest; undefined where there is none. */
export function weightRange({ pairs }: Connections): WeightRange | undefined {
  let minimum = 1;
  let maximum = Number.NEGATIVE_INFINITY;
  for (const { weight } of pairs) {
    if (weight === null || !(weight > 0)) continue;
    minimum = Math.min(minimum, weight);
    maximum = Math.max(maximum, weight);
  }
  return maximum > 0 ? { minimum, maximum } : undefined;
}

export interface MatrixOptions {
  readonly x: number;
  readonly y: number;
  readonly cell: number;
  /** In the order of rows and columns. */
  readonly neurons: readonly NeuronFacts[];
  readonly connections: Connections;
  /** Whether a pair stands for both directions. */
  readonly symmetric: boolean;
  readonly title: string;
  readonly map: ColourMap;
  readonly theme: Theme;
}

/** A square of cells, row by presynaptic and column by postsynaptic neuron, with types along two sides. */
export function adjacencyMatrix(options: MatrixOptions): string {
  const { x, y, cell, neurons, connections, symmetric, title, map, theme } = options;
  const room = matrixRoom(cell);
  const left = x + room.left;
  const top = y + room.top;
  const size = neurons.length * cell;
  const types = neurons.map(({ type }) => type);
  const names = cell >= NAMED_CELL ? NAMES_ROOM : 0;
  const bands = { start: 0, cell, types, theme };
  const boundaries = new PathData();
  for (const { start } of typeRuns(types).slice(1)) {
    const at = start * cell;
    boundaries.move(left + at, top).line(left + at, top + size);
    boundaries.move(left, top + at).line(left + size, top + at);
  }
  const axis = { size: 10, fill: theme.muted, anchor: "middle" } as const;
  const [rowAxis, columnAxis] = symmetric ? ["neuron", "neuron"] : ["presynaptic neuron", "postsynaptic neuron"];
  const pairs = connections.pairs.length;
  const heading = `${title} (${pairs === 0 ? "none listed" : countOf(pairs, "pair")})`;
  return group({}, [
    textAt(left, y + 12, heading, { size: 11.5, fill: theme.text, bold: true }),
    typeBands({ ...bands, side: "top", edge: top - 3 - names, start: left }),
    typeBands({ ...bands, side: "left", edge: left - 3 - names, start: top }),
    textAt(x + 10, top + size / 2, rowAxis as string, { ...axis, rotate: -90 }),
    textAt(left + size / 2, top + size + 14, columnAxis as string, axis),
    names === 0 ? "" : neuronNames({ left, top, cell, neurons, theme }),
    element("rect", { x: left, y: top, width: size, height: size, fill: theme.panel }),
    ...cells(options, left, top, map),
    boundaries.isEmpty
      ? ""
      : element("path", { d: boundaries.toString(), stroke: theme.axis, "stroke-width": 0.5, "stroke-opacity": 0.7 }),
    element("rect", { x: left, y: top, width: size, height: size, fill: "none", stroke: theme.axis }),
  ]);
}

function neuronNames(options: {
  readonly left: number;
  readonly top: number;
  readonly cell: number;
  readonly neurons: readonly NeuronFacts[];
  readonly theme: Theme;
}): string {
  const { left, top, cell, neurons, theme } = options;
  const size = Math.min(10, cell - 0.5);
  const style = { size, fill: theme.text } as const;
  return group(
    {},
    neurons.flatMap(({ label }, index) => {
      const middle = (index + 0.5) * cell;
      return [
        textAt(left - 4, baseline(top + middle, size), label, { ...style, anchor: "end" }),
        textAt(baseline(left + middle, size), top - 4, label, { ...style, rotate: -90 }),
      ];
    }),
  );
}

/** One path for each colour: sharp at every size, and a fraction of the bytes of one element a cell. */
function cells(options: MatrixOptions, left: number, top: number, map: ColourMap): string[] {
  const { cell, neurons, connections, symmetric, theme } = options;
  const places = new Map(neurons.map(({ label }, index) => [label, index]));
  const range = weightRange(connections);
  const paths = new Map<string, PathData>();
  const gap = cell >= 4 ? 0.5 : 0;
  const draw = (pair: Pair, fill: string) => {
    const row = places.get(pair.pre);
    const column = places.get(pair.post);
    if (row === undefined || column === undefined) return;
    let path = paths.get(fill);
    if (path === undefined) {
      path = new PathData();
      paths.set(fill, path);
    }
    path.rectangle(left + column * cell, top + row * cell, cell - gap, cell - gap);
    if (symmetric && row !== column) path.rectangle(left + row * cell, top + column * cell, cell - gap, cell - gap);
  };
  for (const pair of connections.uncovered) draw(pair, uncoveredFill(theme));
  const ordered = [...connections.pairs].sort((a, b) => (a.weight ?? 0) - (b.weight ?? 0));
  for (const pair of ordered) draw(pair, fillOf(pair.weight, range, map, theme));
  return [...paths].map(([fill, path]) =>
    element("path", { d: path.toString(), fill, "shape-rendering": "crispEdges" }),
  );
}

function fillOf(weight: number | null, range: WeightRange | undefined, map: ColourMap, theme: Theme): string {
  if (weight === null || !(weight > 0) || range === undefined) return theme.unweighted;
  const { minimum, maximum } = range;
  const index =
    maximum === minimum ? map.length - 1 : mapIndex(Math.log(weight), Math.log(minimum), Math.log(maximum), map.length);
  return hexColour(map[index] as ColourMap[number]);
}

/** Looked at by nobody. */
export function uncoveredFill(theme: Theme): string {
  return theme.grid;
}
