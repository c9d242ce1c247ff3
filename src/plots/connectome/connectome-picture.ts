import type { ColourMap } from "../colour-map.js";
import { COLOUR_BAR_HEIGHT, colourBar, swatches } from "../legend.js";
import { compareNeurons, type NeuronFacts, type NeuronType } from "../neuron-order.js";
import { type Picture, type PictureStyle, svgDocument } from "../picture.js";
import { logTicks, tickText } from "../scale.js";
import { group } from "../svg.js";
import { fitText, textAt, textWidth, wrapPieces } from "../text.js";
import type { Theme } from "../theme.js";
import { adjacencyMatrix, matrixRoom, NAMED_CELL, uncoveredFill, weightRange } from "./adjacency-matrix.js";
import type { Connections, ConnectomeData } from "./connectome-data.js";
import { bandsLength } from "./type-bands.js";

const MARGIN = 16;
const BETWEEN = 20;
const LARGEST_CELL = 26;
/** Below this, matrices stand one above the other. */
const SMALLEST_CELL = 1.5;
/** Room for the title of a matrix. */
const TITLE_WIDTH = 230;
const FOOT_SIZE = 8.5;
const BAR_WIDTH = 200;

/**
 * A wiring diagram as two matrices on one order of neurons (type, class, name): chemical synapses and gap junctions,
 * each with a logarithmic scale of its weights. Where cells are large enough their neurons are named.
 */
export function connectomePicture(data: ConnectomeData, { theme, width }: PictureStyle): Picture {
  const neurons = [...data.neurons].sort(compareNeurons);
  const kinds = [
    { connections: data.chemical, symmetric: false, title: "Chemical synapses", map: theme.sequential[0] },
    { connections: data.gap, symmetric: true, title: "Gap junctions", map: theme.sequential[1] },
  ];
  const listed = kinds.filter(({ connections }) => connections.pairs.length > 0);
  const shown = listed.length === 0 ? kinds : listed;
  const types = neurons.map(({ type }) => type);
  const { cell, stacked, extent } = layout(types, width, shown.length);
  const room = matrixRoom(cell);
  const head = header(data, width, theme);
  const panelWidth = room.left + extent + BETWEEN;
  const panelHeight = room.top + extent + room.bottom + BETWEEN;
  const panels = shown.map((kind, index): Panel => {
    const x = MARGIN + (stacked ? 0 : index * panelWidth);
    const y = head.height + (stacked ? index * panelHeight : 0);
    const svg = adjacencyMatrix({ ...kind, x, y, cell, neurons, theme });
    return { ...kind, svg, barX: MARGIN + room.left + index * (stacked ? BAR_WIDTH + 44 : panelWidth) };
  });
  const notes = [
    ...data.notes,
    ...kinds.filter((kind) => !shown.includes(kind)).map(({ title }) => `no ${title.toLowerCase()} are listed`),
  ];
  const top = head.height + panelHeight * (stacked ? panels.length : 1) - 6;
  const foot = footer({ panels, neurons, notes, top, left: MARGIN + room.left, width, theme });
  const height = Math.ceil(top + foot.height + MARGIN / 2);
  const svg = svgDocument({
    width,
    height,
    title: data.title,
    description: `Adjacency matrices of ${neurons.length} neurons by type: ${data.chemical.pairs.length} chemical connections, presynaptic neurons in rows, and ${data.gap.pairs.length} gap junctions.`,
    theme,
    children: [head.svg, ...panels.map((panel) => panel.svg), foot.svg],
  });
  return { svg, width, height, rows: neurons.length, notes };
}

/** A matrix that is drawn, and where its scale of weights goes. */
interface Panel {
  readonly connections: Connections;
  readonly map: ColourMap;
  readonly svg: string;
  readonly barX: number;
}

/**
 * The largest cell, in half px, with which the matrices fit beside each other, or else above each other, and how far a
 * matrix reaches: a small one less far than its title and the names of its types.
 */
function layout(
  types: readonly NeuronType[],
  width: number,
  panels: number,
): { readonly cell: number; readonly stacked: boolean; readonly extent: number } {
  const fitting = (count: number) => {
    const available = (room: number) => (width - 2 * MARGIN - (count - 1) * BETWEEN - 8) / count - room;
    const cellIn = (room: number) => Math.min(LARGEST_CELL, Math.floor((2 * available(room)) / types.length) / 2);
    const named = cellIn(matrixRoom(NAMED_CELL).left);
    const cell = named >= NAMED_CELL ? named : Math.min(NAMED_CELL - 0.5, cellIn(matrixRoom(0).left));
    const extent = Math.max(types.length * cell, bandsLength(types), TITLE_WIDTH);
    return { cell, extent, fits: extent <= available(matrixRoom(cell).left) };
  };
  const beside = fitting(panels);
  if (panels === 1 || (beside.fits && beside.cell >= SMALLEST_CELL)) return { ...beside, stacked: false };
  const { cell, extent } = fitting(1);
  return { cell: Math.max(0.5, cell), stacked: true, extent };
}

function header(
  { title, facts }: ConnectomeData,
  width: number,
  theme: Theme,
): { readonly svg: string; readonly height: number } {
  const lines = wrapPieces(facts, "  ·  ", width - 2 * MARGIN, 10);
  return {
    svg: group({}, [
      textAt(MARGIN, 26, fitText(title, width - 2 * MARGIN, 15, true), { size: 15, fill: theme.text, bold: true }),
      ...lines.map((line, index) => textAt(MARGIN, 43 + index * 14, line, { size: 10, fill: theme.muted })),
    ]),
    height: 52 + lines.length * 14,
  };
}

function footer(options: {
  readonly panels: readonly Panel[];
  readonly neurons: readonly NeuronFacts[];
  readonly notes: readonly string[];
  readonly top: number;
  readonly left: number;
  readonly width: number;
  readonly theme: Theme;
}): { readonly svg: string; readonly height: number } {
  const { panels, neurons, notes, top, left, width, theme } = options;
  const bars = panels.map(({ connections, barX, map }) => weightBar(connections, { x: barX, y: top, theme, map }));
  const items = [
    ...(panels.some(({ connections }) => connections.pairs.some(({ weight }) => weight === null))
      ? [{ fill: theme.unweighted, label: "listed, without a weight in this unit" }]
      : []),
    ...(panels.some(({ connections }) => connections.uncovered.length > 0)
      ? [{ fill: uncoveredFill(theme), label: "not covered: nobody looked" }]
      : []),
  ];
  let y = top + (bars.some((bar) => bar !== "") ? COLOUR_BAR_HEIGHT + 8 : 0);
  const boxes = swatches({ x: left, y, right: width - MARGIN, items, theme });
  y += boxes.height + 12;
  const sentences = [`${neurons.length} neurons by type, then class and name`, ...notes];
  const texts = wrapPieces(sentences, "; ", width - MARGIN - left, FOOT_SIZE).map((line) => {
    const drawn = textAt(left, y, line, { size: FOOT_SIZE, fill: theme.muted });
    y += 12;
    return drawn;
  });
  return { svg: group({}, [...bars, boxes.svg, ...texts]), height: y - top };
}

function weightBar(
  connections: Connections,
  { x, y, theme, map }: { x: number; y: number; theme: Theme; map: ColourMap },
): string {
  const range = weightRange(connections);
  if (range === undefined) return "";
  const { minimum, maximum } = range;
  const at = (weight: number) => (maximum === minimum ? 1 : Math.log(weight / minimum) / Math.log(maximum / minimum));
  const ends = [...logTicks(minimum, maximum), maximum];
  const ticks: { at: number; label: string }[] = [];
  // From the end: the largest weight is always written.
  for (const weight of ends.reverse()) {
    const label = tickText(weight);
    const next = ticks.at(-1);
    const clear =
      next === undefined ||
      (next.at - at(weight)) * BAR_WIDTH > (textWidth(label, 9) + textWidth(next.label, 9)) / 2 + 4;
    if (clear) ticks.push({ at: at(weight), label });
  }
  return colourBar({ x, y, width: BAR_WIDTH, map, title: `${connections.weight} (log scale)`, ticks, theme });
}
