import { decimal } from "../svg.js";

/** A vertical extent at one end of a ribbon. */
export interface RibbonEnd {
  readonly x: number;
  readonly top: number;
  readonly height: number;
}

/** The outline of a ribbon that leaves and arrives level, as path data. */
export function ribbonPath(from: RibbonEnd, to: RibbonEnd): string {
  const middle = (from.x + to.x) / 2;
  const curve = (startY: number, endX: number, endY: number) =>
    `C${[middle, startY, middle, endY, endX, endY].map(decimal).join(" ")}`;
  const [fromBottom, toBottom] = [from.top + from.height, to.top + to.height];
  return `M${decimal(from.x)} ${decimal(from.top)}${curve(from.top, to.x, to.top)}L${decimal(to.x)} ${decimal(toBottom)}${curve(toBottom, from.x, fromBottom)}Z`;
}
