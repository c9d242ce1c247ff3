import { instanceColour } from "../../compute/volume/instance-colour.js";
import { hexColour } from "../colour.js";
import { countOf } from "../scale.js";
import { element, group } from "../svg.js";
import { baseline, textAt, textWidth } from "../text.js";
import type { Theme } from "../theme.js";
import type { NeuronSize } from "./volume-data.js";

/** Most neurons of a legend; of more it has the largest. */
export const MOST_LISTED = 60;

const SIZE = 9;
const LINE = 16;
const BOX = 12;
const BETWEEN = 20;

/** Neurons by number in columns: colour, size, and what makes them hard. */
export function neuronLegend(legend: {
  readonly x: number;
  readonly y: number;
  readonly right: number;
  readonly neurons: readonly NeuronSize[];
  readonly theme: Theme;
}): { readonly svg: string; readonly height: number; readonly hidden: number } {
  const { x, y, right, neurons, theme } = legend;
  if (neurons.length === 0) return { svg: "", height: 0, hidden: 0 };
  const listed = [...neurons]
    .sort((a, b) => b.voxels - a.voxels || a.id - b.id)
    .slice(0, MOST_LISTED)
    .sort((a, b) => a.id - b.id);
  const labels = listed.map(neuronLabel);
  const step = BOX + 4 + Math.ceil(Math.max(...labels.map((label) => textWidth(label, SIZE)))) + BETWEEN;
  const columns = Math.max(1, Math.floor((right - x + BETWEEN) / step));
  const lines = Math.ceil(listed.length / columns);
  const top = y + LINE;
  const items = listed.flatMap(({ id }, index) => {
    const left = x + Math.floor(index / lines) * step;
    const upper = top + (index % lines) * LINE;
    return [
      element("rect", {
        x: left,
        y: upper + 1,
        width: BOX,
        height: 10,
        fill: hexColour(instanceColour(id)),
        stroke: theme.axis,
        "stroke-width": 0.5,
      }),
      textAt(left + BOX + 4, baseline(upper + 6, SIZE), labels[index] as string, { size: SIZE, fill: theme.text }),
    ];
  });
  const title = textAt(x, y + 9, "Neurons of the ground truth", { size: 10, fill: theme.text, bold: true });
  return { svg: group({}, [title, ...items]), height: LINE * (lines + 1), hidden: neurons.length - listed.length };
}

function neuronLabel({ id, voxels, dim, overlap }: NeuronSize): string {
  const marks = [...(dim === true ? ["dim"] : []), ...(overlap ? ["overlaps"] : [])];
  return [String(id), countOf(voxels, "voxel"), ...marks].join(" · ");
}
