import { decimal } from "./html.js";

/** One point of the curve. */
export interface CurvePoint {
  readonly threshold: number;
  readonly fscore: number | null;
}

const WIDTH = 420;
const HEIGHT = 190;
const LEFT = 34;
const TOP = 10;
const BOTTOM = 30;
const RIGHT = 12;

/** F1 over the clDice threshold, as inline SVG in the colours of the page. */
export function f1Curve(points: readonly CurvePoint[]): string {
  const known = points
    .flatMap(({ threshold, fscore }) => (fscore === null ? [] : [{ threshold, fscore }]))
    .sort((a, b) => a.threshold - b.threshold);
  const x = (threshold: number) => round(LEFT + threshold * (WIDTH - LEFT - RIGHT));
  const y = (fscore: number) => round(TOP + (1 - fscore) * (HEIGHT - TOP - BOTTOM));
  const parts: string[] = [];
  for (const tick of [0, 0.25, 0.5, 0.75, 1]) {
    parts.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}" stroke="var(--line)"/>`,
      `<text x="${LEFT - 5}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
    );
  }
  for (const tick of [0.1, 0.3, 0.5, 0.7, 0.9]) {
    parts.push(`<text x="${x(tick)}" y="${HEIGHT - 14}" text-anchor="middle">${tick}</text>`);
  }
  parts.push(`<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 1}" text-anchor="middle">threshold</text>`);
  if (known.length > 0) {
    const line = known.map(({ threshold, fscore }) => `${x(threshold)},${y(fscore)}`).join(" ");
    parts.push(`<polyline points="${line}" fill="none" stroke="var(--bar)" stroke-width="2"/>`);
  }
  for (const { threshold, fscore } of known) {
    parts.push(
      `<circle cx="${x(threshold)}" cy="${y(fscore)}" r="3" fill="var(--bar)"><title>F1 ${decimal(fscore)} at ${threshold}</title></circle>`,
    );
  }
  const label = `F1 by threshold: ${known.map(({ threshold, fscore }) => `${threshold}: ${decimal(fscore)}`).join(", ")}`;
  return `<svg role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">${parts.join("")}</svg>\n`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
