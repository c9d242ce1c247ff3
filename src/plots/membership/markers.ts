import { element } from "../svg.js";

export type MarkerShape = "circle" | "square" | "triangle" | "diamond";

/** A point of a given shape, about 8 px across. */
export function marker(shape: MarkerShape, x: number, y: number, fill: string, ground: string): string {
  const style = { fill, stroke: ground, "stroke-width": 1 };
  switch (shape) {
    case "circle":
      return element("circle", { cx: x, cy: y, r: 4, ...style });
    case "square":
      return element("rect", { x: x - 3.7, y: y - 3.7, width: 7.4, height: 7.4, ...style });
    case "triangle":
      return element("polygon", { points: points(x, y, [0, -4.8], [4.6, 3.6], [-4.6, 3.6]), ...style });
    case "diamond":
      return element("polygon", { points: points(x, y, [0, -5], [5, 0], [0, 5], [-5, 0]), ...style });
  }
}

function points(x: number, y: number, ...offsets: readonly (readonly [number, number])[]): string {
  const round = (value: number) => String(Math.round(value * 100) / 100);
  return offsets.map(([dx, dy]) => `${round(x + dx)},${round(y + dy)}`).join(" ");
}
