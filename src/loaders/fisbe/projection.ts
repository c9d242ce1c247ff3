import { instanceColour } from "../../compute/volume/instance-colour.js";
import type { VoxelRuns } from "../../compute/volume/voxel-runs.js";
import { encodePng } from "../../formats/image/encode-png.js";
import type { VolumeBlock } from "../../formats/volume/volume.js";

/** An image as the HuggingFace feature `Image` holds it. */
export interface StoredImage {
  readonly bytes: Uint8Array;
  readonly path: string;
}

/** Share of projected values that reach full brightness. */
const BRIGHT = 0.999;

/** Maximum along z of up to three channels of whole numbers up to 65,535, block by block in any order. */
export class IntensityProjection {
  readonly #height: number;
  readonly #width: number;
  readonly #channels: Uint16Array[];

  constructor(channels: number, height: number, width: number) {
    this.#height = height;
    this.#width = width;
    this.#channels = Array.from({ length: Math.min(3, channels) }, () => new Uint16Array(height * width));
  }

  /** @param block on c, z, y, x */
  add(block: VolumeBlock): void {
    const [c0, , y0, x0] = block.origin as [number, number, number, number];
    const [channels, depth, height, width] = block.shape as [number, number, number, number];
    const data = block.data as Uint16Array;
    for (let c = 0; c < channels; c++) {
      const plane = this.#channels[c0 + c];
      if (plane === undefined) continue;
      for (let z = 0; z < depth; z++) {
        for (let y = 0; y < height; y++) {
          const from = ((c * depth + z) * height + y) * width;
          const to = (y0 + y) * this.#width + x0;
          for (let x = 0; x < width; x++) {
            const value = data[from + x] as number;
            if (value > (plane[to + x] as number)) plane[to + x] = value;
          }
        }
      }
    }
  }

  /** RGB, or grey for one channel; one scale for all channels, so that hues are those of the volume. */
  image(path: string): StoredImage {
    const scale = 255 / Math.max(1, this.#quantile());
    const [first] = this.#channels;
    const grey = this.#channels.length === 1;
    const pixels = new Uint8Array(this.#height * this.#width * (grey ? 1 : 3));
    for (let i = 0; i < this.#height * this.#width; i++) {
      if (grey) pixels[i] = Math.min(255, Math.round(((first as Uint16Array)[i] as number) * scale));
      else {
        for (const [c, plane] of this.#channels.entries()) {
          pixels[i * 3 + c] = Math.min(255, Math.round((plane[i] as number) * scale));
        }
      }
    }
    const channels = grey ? 1 : 3;
    return { bytes: encodePng({ width: this.#width, height: this.#height, channels, pixels }), path };
  }

  #quantile(): number {
    const counts = new Uint32Array(65_536);
    for (const plane of this.#channels) for (const value of plane) counts[value] = (counts[value] as number) + 1;
    const total = this.#channels.length * this.#height * this.#width;
    let seen = 0;
    for (let value = 0; value < counts.length; value++) {
      seen += counts[value] as number;
      if (seen >= total * BRIGHT) return value;
    }
    return 65_535;
  }
}

/**
 * Instances seen from above, each in its own colour, the nearest to z = 0 in front; where two share a voxel the lower
 * number is. Cost: one pass over the runs.
 */
export function instanceProjection(
  instances: readonly { readonly number: number; readonly runs: VoxelRuns }[],
  height: number,
  width: number,
  path: string,
): StoredImage {
  const depth = new Int32Array(height * width).fill(-1);
  const pixels = new Uint8Array(height * width * 3);
  for (const { number, runs } of instances) {
    const [red, green, blue] = instanceColour(number);
    for (let i = 0; i < runs.starts.length; i++) {
      const start = runs.starts[i] as number;
      const z = Math.floor(start / (height * width));
      const first = start - z * height * width;
      for (let at = first; at < first + (runs.lengths[i] as number); at++) {
        const front = depth[at] as number;
        if (front >= 0 && front <= z) continue;
        depth[at] = z;
        pixels[at * 3] = red;
        pixels[at * 3 + 1] = green;
        pixels[at * 3 + 2] = blue;
      }
    }
  }
  return { bytes: encodePng({ width, height, channels: 3, pixels }), path };
}
