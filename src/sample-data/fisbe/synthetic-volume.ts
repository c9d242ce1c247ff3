import { UsageError } from "../../base/errors.js";
import type { VolumeShape } from "../../compute/volume/voxel-runs.js";
import type { VolumeBlock, VolumeData, VolumeSource, VolumeType } from "../../formats/volume/volume.js";
import { type SeededRandom, seededRandom } from "../seeded-random.js";
import { domainOf } from "./domain.js";
import type { NeuriteGeometry } from "./neurite-geometry.js";
import { type Colour, neuronColours } from "./neuron-colours.js";
import { grownPopulation, type Morphology, neuronCount, populationOf } from "./population.js";
import { RawRenderer } from "./raw-renderer.js";
import { Tissue } from "./tissue.js";
import { visitTubes } from "./tube-raster.js";

/** Sizes on z, y, x; `full` is that of the real images. */
export const VOLUME_PRESETS = {
  tiny: [48, 64, 64],
  small: [96, 160, 160],
  full: [400, 700, 700],
} as const satisfies Readonly<Record<string, VolumeShape>>;
export type VolumePreset = keyof typeof VOLUME_PRESETS;

/** What to invent. */
export interface SyntheticVolumeOptions {
  /** 0 … 2^32 − 1. */
  readonly seed: number;
  readonly preset: VolumePreset;
  /** Some neurons are in the image but not in the ground truth. */
  readonly partly?: boolean;
  /** Instead of the size of the preset; at least 16 on every axis. */
  readonly shape?: VolumeShape;
  /** Instead of a random number of neurons. */
  readonly neurons?: number;
  /** Centre lines in voxels of the volume, instead of grown neurons. */
  readonly morphologies?: readonly Morphology[];
}

/** A neuron of a synthetic volume. */
export interface SyntheticNeuron {
  /** Its id in the ground truth, which is its channel there plus one; undefined where it was left out. */
  readonly id: number | undefined;
  readonly dim: boolean;
  /** Brightness of the tube in the three channels before optics. */
  readonly colour: Colour;
  readonly geometry: NeuriteGeometry;
}

/** An invented image of neurons with its ground truth; nothing is rendered until it is read. */
export interface SyntheticVolume {
  readonly seed: number;
  readonly preset: VolumePreset;
  readonly partly: boolean;
  readonly shape: VolumeShape;
  readonly neurons: readonly SyntheticNeuron[];
  /** Ids of dim neurons in the ground truth, ascending. */
  readonly dimNeurons: readonly number[];
  /** Neurons in the ground truth, the number of its channels. */
  readonly instanceCount: number;
  /** Whether neurons were led through shared tracts. */
  readonly sharedTracts: boolean;
  /** uint16 (3, Z, Y, X), values up to 4095. */
  readonly raw: VolumeSource;
  /** uint8 (instanceCount, Z, Y, X), channel i holds 0 and i + 1. */
  readonly instances: VolumeSource;
  /** Planes z0 … z1 − 1 of the image, all channels, in C order. The same values whatever planes are asked for. */
  readRaw(z0: number, z1: number): Uint16Array;
  /** Planes z0 … z1 − 1 of the ground truth, all channels, in C order. */
  readInstances(z0: number, z1: number): Uint8Array;
}

/** Planes per block of the image and of the ground truth: at most 75 MB of a full volume. */
const RAW_SLAB = 25;
const INSTANCE_SLAB = 10;

/**
 * An invented light-microscopy volume in the manner of FISBe: few, thin, branching, beaded neurons in three colours that
 * share tracts, in noise. Everything depends on the options alone, bit for bit, on every machine: random numbers are
 * integers, elementary functions come from exact-math.ts, noise from the position of the voxel.
 *
 * Growing takes up to 0.3 s, at full size 1 to 3 s; rendering about 0.6 s for a small volume and a minute for a full one,
 * with less than 0.5 GB of memory when that is read in slabs.
 * @throws {UsageError} `usage/sample-volume` for a seed, shape or number of neurons out of range.
 */
export function syntheticVolume(options: SyntheticVolumeOptions): SyntheticVolume {
  const { seed, preset, partly = false } = options;
  const shape = options.shape ?? VOLUME_PRESETS[preset];
  checkOptions(options, shape);
  const random = seededRandom(seed).fork("fisbe volume");
  const domain = domainOf(shape, random.fork("domain"));
  const count = options.morphologies?.length ?? options.neurons ?? neuronCount(partly, random.fork("count"));
  const population = options.morphologies
    ? populationOf(domain, options.morphologies, random.fork("population"))
    : grownPopulation(domain, count, random.fork("population"));
  const colours = neuronColours(count, random.fork("colours"));
  const ids = instanceIds(count, partly, random.fork("labels"));
  const neurons = population.neurons.map((geometry, i) => ({
    id: ids[i],
    geometry,
    ...(colours[i] as (typeof colours)[number]),
  }));
  const labelled = neurons.filter(({ id }) => id !== undefined);
  const renderer = new RawRenderer({
    shape,
    neurons,
    tissue: new Tissue(domain, random.fork("tissue")),
    noiseKey: random.fork("noise").integer(2 ** 31),
  });
  const readRaw = (z0: number, z1: number) => renderer.render(z0, z1);
  const readInstances = (z0: number, z1: number) => drawInstances(shape, labelled, z0, z1);
  const title = `synthetic ${preset} volume ${seed}`;
  return {
    seed,
    preset,
    partly,
    shape,
    neurons,
    dimNeurons: labelled.flatMap(({ id, dim }) => (dim ? [id as number] : [])),
    instanceCount: labelled.length,
    sharedTracts: population.shared,
    raw: slabSource(`${title}: volumes/raw`, [3, ...shape], "uint16", RAW_SLAB, readRaw),
    instances: slabSource(
      `${title}: volumes/gt_instances`,
      [labelled.length, ...shape],
      "uint8",
      INSTANCE_SLAB,
      readInstances,
    ),
    readRaw,
    readInstances,
  };
}

function checkOptions(options: SyntheticVolumeOptions, shape: VolumeShape): void {
  const fail = (what: string) => {
    throw new UsageError("sample-volume", `No synthetic volume with ${what}.`, {
      fields: { seed: options.seed, preset: options.preset, shape: shape.join(" × ") },
      wayOut: "Choose a seed of 0 … 4294967295, at least 16 voxels on every axis, and 1 to 255 neurons.",
    });
  };
  if (!Number.isInteger(options.seed) || options.seed < 0 || options.seed >= 2 ** 32) fail(`the seed ${options.seed}`);
  const sizes = shape.every((size) => Number.isInteger(size) && size >= 16 && size <= 4096);
  // Positions of the noise are 32-bit numbers over the three channels.
  if (!sizes || 3 * shape[0] * shape[1] * shape[2] >= 2 ** 32) fail(`${shape.join(" × ")} voxels`);
  const count = options.morphologies?.length ?? options.neurons ?? 1;
  if (!Number.isInteger(count) || count < 1 || count > 255) fail(`${count} neurons`);
}

/** Ids 1, 2, … ; of a partly labelled volume 20 to 50 % of the neurons have none, but one at least has. */
function instanceIds(count: number, partly: boolean, random: SeededRandom): (number | undefined)[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = random.integer(i + 1);
    [order[i], order[other]] = [order[other] as number, order[i] as number];
  }
  const share = 0.2 + 0.3 * random.next();
  const missing = partly ? Math.min(count - 1, Math.max(1, Math.round(share * count))) : 0;
  const hidden = new Set(order.slice(0, missing));
  let id = 0;
  return Array.from({ length: count }, (_, i) => (hidden.has(i) ? undefined : ++id));
}

function drawInstances(shape: VolumeShape, neurons: readonly SyntheticNeuron[], z0: number, z1: number): Uint8Array {
  const [, height, width] = shape;
  const voxels = (z1 - z0) * height * width;
  const out = new Uint8Array(neurons.length * voxels);
  neurons.forEach(({ geometry, id }, channel) => {
    visitTubes(geometry, { z0, z1, height, width }, { reach: 0, visibleOnly: true }, (index) => {
      out[channel * voxels + index] = id as number;
    });
  });
  return out;
}

function slabSource(
  name: string,
  shape: readonly number[],
  type: VolumeType,
  slab: number,
  read: (z0: number, z1: number) => VolumeData,
): VolumeSource {
  const [channels, depth, height, width] = shape as [number, number, number, number];
  return {
    name,
    shape,
    type,
    async *blocks(): AsyncGenerator<VolumeBlock> {
      for (let z0 = 0; z0 < depth; z0 += slab) {
        const z1 = Math.min(depth, z0 + slab);
        yield { origin: [0, z0, 0, 0], shape: [channels, z1 - z0, height, width], data: read(z0, z1) };
      }
    },
  };
}
