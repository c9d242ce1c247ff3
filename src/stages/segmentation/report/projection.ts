import { instanceColour, type Rgb } from "../../../compute/volume/instance-colour.js";
import type { VoxelRuns } from "../../../compute/volume/voxel-runs.js";
import { encodePng } from "../../../formats/image/encode-png.js";

/** A rectangle of the image plane, half-open, in voxels. */
export interface PlaneWindow {
  readonly y0: number;
  readonly x0: number;
  readonly y1: number;
  readonly x1: number;
}

/** Voxels to be drawn in one colour. */
export interface ColouredRuns {
  readonly runs: VoxelRuns;
  readonly colour: Rgb;
}

/** Ground of projections, as in microscopy. */
const GROUND: Rgb = [10, 12, 16];
/** What is there but is not spoken of. */
export const CONTEXT_COLOUR: Rgb = [62, 66, 74];

/**
 * The maximum projection along z of coloured voxels, as PNG: where instances lie above each other, the maximum of each
 * colour channel, so that the order does not matter. Windows wider or higher than `most` pixels are reduced by a whole
 * factor, keeping the maximum. Cost: the runs, and the pixels of the window.
 */
export function projectionPng(
  layers: readonly ColouredRuns[],
  window: PlaneWindow,
  most: number,
): { readonly png: Uint8Array; readonly width: number; readonly height: number } {
  const factor = Math.max(1, Math.ceil(Math.max(window.x1 - window.x0, window.y1 - window.y0) / most));
  const width = Math.max(1, Math.ceil((window.x1 - window.x0) / factor));
  const height = Math.max(1, Math.ceil((window.y1 - window.y0) / factor));
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = GROUND[i % 3] as number;
  for (const { runs, colour } of layers) {
    const [, rows, columns] = runs.shape;
    for (let i = 0; i < runs.starts.length; i++) {
      const start = runs.starts[i] as number;
      const row = Math.floor(start / columns);
      const y = row % rows;
      if (y < window.y0 || y >= window.y1) continue;
      const first = start - row * columns;
      const from = Math.max(first, window.x0);
      const to = Math.min(first + (runs.lengths[i] as number), window.x1);
      if (from >= to) continue;
      const line = Math.floor((y - window.y0) / factor) * width;
      const last = Math.floor((to - 1 - window.x0) / factor);
      for (let x = Math.floor((from - window.x0) / factor); x <= last; x++) {
        const at = (line + x) * 3;
        for (let channel = 0; channel < 3; channel++) {
          pixels[at + channel] = Math.max(pixels[at + channel] as number, colour[channel] as number);
        }
      }
    }
  }
  return { png: encodePng({ width, height, channels: 3, pixels }), width, height };
}

/** The instances of a list in their own colours; ids count from 1. */
export function inOwnColours(instances: readonly VoxelRuns[], ids?: Iterable<number>): ColouredRuns[] {
  const wanted = ids === undefined ? instances.map((_runs, index) => index + 1) : [...ids];
  return wanted.flatMap((id) => {
    const runs = instances[id - 1];
    return runs === undefined ? [] : [{ runs, colour: instanceColour(id) }];
  });
}

/** All instances in the colour of what is not spoken of. */
export function asContext(instances: readonly VoxelRuns[]): ColouredRuns[] {
  return instances.map((runs) => ({ runs, colour: CONTEXT_COLOUR }));
}

/** The smallest window around all the sets, with a margin of a tenth of its longer side, at least `least` pixels wide. */
export function windowAround(sets: readonly VoxelRuns[], least: number): PlaneWindow | undefined {
  const filled = sets.filter(({ voxels }) => voxels > 0);
  const shape = filled[0]?.shape;
  if (shape === undefined) return undefined;
  const y0 = Math.min(...filled.map(({ box }) => box.y0));
  const y1 = Math.max(...filled.map(({ box }) => box.y1));
  const x0 = Math.min(...filled.map(({ box }) => box.x0));
  const x1 = Math.max(...filled.map(({ box }) => box.x1));
  const margin = Math.ceil(Math.max(y1 - y0, x1 - x0) / 10);
  const [ya, yb] = widened(y0 - margin, y1 + margin, least, shape[1]);
  const [xa, xb] = widened(x0 - margin, x1 + margin, least, shape[2]);
  return { y0: ya, x0: xa, y1: yb, x1: xb };
}

function widened(from: number, to: number, least: number, size: number): [number, number] {
  const short = Math.max(0, least - (to - from));
  const start = Math.max(0, from - Math.floor(short / 2));
  return [start, Math.min(size, Math.max(to + Math.ceil(short / 2), Math.min(size, start + least)))];
}
