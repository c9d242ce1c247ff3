import { gaussianKernel, reflected } from "../../../compute/volume/gaussian-filter.js";
import {
  countAbove,
  medianAt,
  medianPlane,
  type PlaneSize,
  type PlaneTriple,
} from "../../../compute/volume/median-filter.js";
import { filterPlane, weightedSum } from "../../../compute/volume/separable-filter.js";
import type { ChannelPlanes } from "./channel-planes.js";

/** Takes the values of all channels at one place of plane z; the array is reused. */
export type VisitVoxel = (z: number, offset: number, values: Float64Array) => void;

export interface DenoisedPlanes {
  readonly planes: AsyncIterable<ChannelPlanes>;
  readonly depth: number;
  readonly size: PlaneSize;
  /** Largest value. */
  readonly clip: number;
  readonly visit: VisitVoxel;
  readonly onPlane: (z: number) => void;
}

/** Visits every voxel as it is. */
export async function visitRaw({ planes, visit, onPlane }: DenoisedPlanes): Promise<void> {
  for await (const plane of planes) visitAll(plane.z, plane.channels, visit, onPlane);
}

/**
 * Visits the voxels of which the 3³ median of some channel is above `bound`, with the medians of all channels. Counting
 * finds them; medians are taken there alone.
 */
export async function visitMedians(input: DenoisedPlanes, bound: number): Promise<void> {
  const { size, visit, onPlane } = input;
  const counts = new Map<number, Uint8Array[]>();
  const isBright = new Uint8Array(size.height * size.width);
  await overTriples(input, (z, triples, around) => {
    for (const [k, plane] of around.entries()) {
      if (counts.has(plane.z)) continue;
      const fresh = plane.channels.map((channel) => {
        const out = new Uint8Array(channel.length);
        countAbove(channel, size, bound, out);
        return out;
      });
      counts.set(plane.z, fresh);
      if (k === 2) counts.delete(z - 2);
    }
    const medians = new Float64Array(triples.length);
    isBright.fill(0);
    for (let c = 0; c < triples.length; c++) {
      const countsOf = (plane: ChannelPlanes) => counts.get(plane.z)?.[c] as Uint8Array;
      markMajority(countsOf(around[0]), countsOf(around[1]), countsOf(around[2]), isBright);
    }
    for (let i = isBright.indexOf(1); i >= 0; i = isBright.indexOf(1, i + 1)) {
      const y = Math.floor(i / size.width);
      for (const [c, triple] of triples.entries()) medians[c] = medianAt(triple, size, y, i - y * size.width);
      visit(z, i, medians);
    }
    onPlane(z);
  });
}

/** Marks the places where most of 27 values are counted. */
function markMajority(below: Uint8Array, at: Uint8Array, above: Uint8Array, marks: Uint8Array): void {
  for (let i = 0; i < marks.length; i++) {
    if ((below[i] as number) + (at[i] as number) + (above[i] as number) > 13) marks[i] = 1;
  }
}

/** Visits every voxel after a 3³ median and a Gaussian (mirrored at the borders, as scipy's `gaussian_filter`). */
export async function visitSmoothedMedians(input: DenoisedPlanes, sigma: number): Promise<void> {
  const { depth, size, clip, visit, onPlane } = input;
  const kernel = gaussianKernel(sigma);
  const radius = (kernel.length - 1) / 2;
  const held = new Map<number, Float32Array[]>();
  const median = new Uint16Array(size.height * size.width);
  const out: Float32Array[] = [];
  let next = 0;
  await overTriples(input, (z, triples) => {
    const filtered = triples.map((triple) => {
      medianPlane(triple, size, clip, median);
      return filterPlane(median, size.height, size.width, kernel);
    });
    held.set(z, filtered);
    const upTo = z === depth - 1 ? depth : z + 1 - radius;
    for (; next < upTo; next++) {
      const around = Array.from(kernel, (_, k) => held.get(reflected(next + k - radius, depth)) as Float32Array[]);
      for (let c = 0; c < triples.length; c++) {
        out[c] ??= new Float32Array(median.length);
        weightedSum(
          around.map((channels) => channels[c] as Float32Array),
          kernel,
          out[c] as Float32Array,
        );
      }
      visitAll(next, out, visit, onPlane);
      held.delete(next - radius);
    }
  });
}

type VisitTriple = (
  z: number,
  triples: readonly PlaneTriple[],
  around: readonly [ChannelPlanes, ChannelPlanes, ChannelPlanes],
) => void;

/** Every plane with those below and above it. */
async function overTriples({ planes, depth }: DenoisedPlanes, visit: VisitTriple): Promise<void> {
  let below: ChannelPlanes | undefined;
  let at: ChannelPlanes | undefined;
  const call = (center: ChannelPlanes, above: ChannelPlanes) => {
    const around = [below ?? center, center, above] as const;
    const triples = center.channels.map(
      (plane, c) => [around[0].channels[c] as Uint16Array, plane, above.channels[c] as Uint16Array] as const,
    );
    visit(center.z, triples, around);
  };
  for await (const next of planes) {
    if (at !== undefined) call(at, next);
    [below, at] = [at, next];
    if (next.z === depth - 1) call(next, next);
  }
}

function visitAll(
  z: number,
  channels: readonly ArrayLike<number>[],
  visit: VisitVoxel,
  onPlane: (z: number) => void,
): void {
  const values = new Float64Array(channels.length);
  const area = channels[0]?.length ?? 0;
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < channels.length; c++) values[c] = channels[c]?.[i] as number;
    visit(z, i, values);
  }
  onPlane(z);
}
