import type { VolumeShape } from "../../compute/volume/voxel-runs.js";
import { gaussianKernel } from "./exact-math.js";
import type { NeuriteGeometry } from "./neurite-geometry.js";
import type { Colour } from "./neuron-colours.js";
import { poisson, positionHash, TEXTURE_TABLE } from "./position-noise.js";
import type { Tissue } from "./tissue.js";
import { visitTubes } from "./tube-raster.js";

/** What a microscope looks at. */
export interface Scene {
  readonly shape: VolumeShape;
  readonly neurons: readonly { readonly geometry: NeuriteGeometry; readonly colour: Colour }[];
  readonly tissue: Tissue;
  /** Of the noise of the voxels. */
  readonly noiseKey: number;
}

/** Largest value of a 12-bit camera. */
export const BRIGHTEST = 4095;

const REACH_Z = 5;
const REACH = 3;
const KERNEL_Z = gaussianKernel(1.6, REACH_Z);
const KERNEL = gaussianKernel(0.9, REACH);
const COUNTS_PER_PHOTON = 4;
/** Weight of each neighbour in the resampling along z and along y and x. */
const RESAMPLE_Z = 0.25;
const RESAMPLE = 0.08;
/** Voxels of a channel that are rendered at a time, unless one plane has more. */
const VOXELS_AT_ONCE = 4_000_000;

/**
 * The raw image of a scene, any planes at a time: every voxel depends on the scene and its position alone. Memory:
 * about 60 bytes per voxel of at most 4 million (or one plane) at a time, plus the margins of the optics.
 */
export class RawRenderer {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Planes z0 … z1 − 1 of the three channels, in C order (channel, z, y, x). About 80 ns per value. */
  render(z0: number, z1: number): Uint16Array {
    const [, height, width] = this.#scene.shape;
    const plane = height * width;
    const out = new Uint16Array(3 * (z1 - z0) * plane);
    const step = Math.max(1, Math.floor(VOXELS_AT_ONCE / plane));
    for (let first = z0; first < z1; first += step) {
      const last = Math.min(z1, first + step);
      this.#renderPart(first, last, (channel) => {
        const at = (channel * (z1 - z0) + first - z0) * plane;
        return out.subarray(at, at + (last - first) * plane);
      });
    }
    return out;
  }

  #renderPart(z0: number, z1: number, target: (channel: number) => Uint16Array): void {
    const [depth, height, width] = this.#scene.shape;
    const first = Math.max(0, z0 - 1);
    const last = Math.min(depth, z1 + 1);
    const signal = blurredSignal(this.#scene, first, last);
    const plane = height * width;
    addNoise(this.#scene, { z0: first, z1: last }, signal);
    for (let channel = 0; channel < 3; channel++) {
      const noisy = signal[channel] as Float32Array;
      resampleRows(noisy, last - first, height, width);
      const out = target(channel);
      for (let z = z0; z < z1; z++) {
        const at = (z - first) * plane;
        const below = z > 0 ? at - plane : at;
        const above = z + 1 < depth ? at + plane : at;
        const to = (z - z0) * plane;
        for (let i = 0; i < plane; i++) {
          const beside = (noisy[below + i] as number) + (noisy[above + i] as number);
          const value = (RESAMPLE_Z * beside + (1 - 2 * RESAMPLE_Z) * (noisy[at + i] as number) + 0.5) | 0;
          out[to + i] = value > BRIGHTEST ? BRIGHTEST : value;
        }
      }
    }
  }
}

/** Tubes and specks after the optics, per channel, for planes z0 … z1 − 1. */
function blurredSignal(scene: Scene, z0: number, z1: number): [Float32Array, Float32Array, Float32Array] {
  const [depth, height, width] = scene.shape;
  const length = (z1 - z0) * height * width;
  const signal: [Float32Array, Float32Array, Float32Array] = [
    new Float32Array(length),
    new Float32Array(length),
    new Float32Array(length),
  ];
  const source = { z0: Math.max(0, z0 - REACH_Z), z1: Math.min(depth, z1 + REACH_Z), height, width };
  const tube = new Float32Array((source.z1 - source.z0) * height * width);
  for (const { geometry, colour } of scene.neurons) {
    const touched: number[] = [];
    visitTubes(geometry, source, { reach: 0.5, visibleOnly: false }, (index, inside, brightness) => {
      // The edge of a tube fills a voxel in part.
      const value = (inside > 0.5 ? 1 : inside + 0.5) * brightness;
      const before = tube[index] as number;
      if (value <= before) return;
      if (before === 0) touched.push(index);
      tube[index] = value;
    });
    // Sums of floats depend on their order: that of the positions, whatever planes are asked for.
    const order = Float64Array.from(touched).sort();
    for (const index of order) {
      splat(signal, { z0, z1, height, width }, index + source.z0 * height * width, tube[index] as number, colour);
      tube[index] = 0;
    }
  }
  for (const { position, colour } of scene.tissue.specks) {
    const [z, y, x] = position;
    if (z < source.z0 || z >= source.z1) continue;
    splat(signal, { z0, z1, height, width }, (z * height + y) * width + x, 1, colour);
  }
  return signal;
}

/** Spreads the light of one voxel (its index in the whole volume) over its neighbours. */
function splat(
  signal: readonly [Float32Array, Float32Array, Float32Array],
  window: { readonly z0: number; readonly z1: number; readonly height: number; readonly width: number },
  index: number,
  value: number,
  colour: Colour,
): void {
  const { z0, z1, height, width } = window;
  const [red, green, blue] = signal;
  const row = Math.floor(index / width);
  const x = index - row * width;
  const z = Math.floor(row / height);
  const y = row - z * height;
  const [r, g, b] = colour;
  const xFirst = Math.max(0, x - REACH);
  const xLast = Math.min(width - 1, x + REACH);
  for (let dz = -REACH_Z; dz <= REACH_Z; dz++) {
    const vz = z + dz;
    if (vz < z0 || vz >= z1) continue;
    const weightZ = value * (KERNEL_Z[dz + REACH_Z] as number);
    for (let dy = -REACH; dy <= REACH; dy++) {
      const vy = y + dy;
      if (vy < 0 || vy >= height) continue;
      const weightY = weightZ * (KERNEL[dy + REACH] as number);
      const at = ((vz - z0) * height + vy) * width;
      for (let vx = xFirst; vx <= xLast; vx++) {
        const weight = weightY * (KERNEL[vx - x + REACH] as number);
        red[at + vx] = (red[at + vx] as number) + weight * r;
        green[at + vx] = (green[at + vx] as number) + weight * g;
        blue[at + vx] = (blue[at + vx] as number) + weight * b;
      }
    }
  }
}

/** Adds the background, applies illumination and texture, and counts photons, in place. */
function addNoise(
  scene: Scene,
  planes: { readonly z0: number; readonly z1: number },
  signal: readonly Float32Array[],
): void {
  const [depth, height, width] = scene.shape;
  const background = new Float64Array(width);
  const light = new Float64Array(width);
  for (let z = planes.z0; z < planes.z1; z++) {
    for (let y = 0; y < height; y++) {
      scene.tissue.illumination(z, y, light);
      const at = ((z - planes.z0) * height + y) * width;
      for (let channel = 0; channel < 3; channel++) {
        scene.tissue.background(channel, z, y, background);
        countPhotons(scene.noiseKey, ((channel * depth + z) * height + y) * width, {
          background,
          light,
          row: (signal[channel] as Float32Array).subarray(at, at + width),
        });
      }
    }
  }
}

/** One row, whose first voxel has the given position among those of all channels. */
function countPhotons(
  key: number,
  position: number,
  {
    background,
    light,
    row,
  }: { readonly background: Float64Array; readonly light: Float64Array; readonly row: Float32Array },
): void {
  for (let x = 0; x < row.length; x++) {
    const bits = positionHash(key, position + x);
    const expected = ((row[x] as number) + (background[x] as number)) * (light[x] as number);
    const mean = (expected * (TEXTURE_TABLE[bits >>> 20] as number)) / COUNTS_PER_PHOTON;
    row[x] = COUNTS_PER_PHOTON * poisson(mean, bits & 0xfffff);
  }
}

/** Weighted means of three neighbours along x and y, in place; beyond the edge stands the edge itself. */
function resampleRows(values: Float32Array, depth: number, height: number, width: number): void {
  const centre = 1 - 2 * RESAMPLE;
  for (let row = 0; row < depth * height; row++) {
    const at = row * width;
    let before = values[at] as number;
    let here = before;
    for (let x = 0; x < width; x++) {
      const after = x + 1 < width ? (values[at + x + 1] as number) : here;
      values[at + x] = centre * here + RESAMPLE * (before + after);
      before = here;
      here = after;
    }
  }
  const previous = new Float32Array(width);
  for (let z = 0; z < depth; z++) {
    const plane = z * height * width;
    previous.set(values.subarray(plane, plane + width));
    for (let y = 0; y < height; y++) {
      const at = plane + y * width;
      const next = y + 1 < height ? at + width : at;
      for (let x = 0; x < width; x++) {
        const here = values[at + x] as number;
        values[at + x] = centre * here + RESAMPLE * ((previous[x] as number) + (values[next + x] as number));
        previous[x] = here;
      }
    }
  }
}
