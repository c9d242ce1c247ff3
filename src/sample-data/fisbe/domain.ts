import type { VolumeShape } from "../../compute/volume/voxel-runs.js";
import type { SeededRandom } from "../seeded-random.js";

/** A position or direction on z, y, x in voxels. */
export type Vector = readonly [number, number, number];

/** Where neurons may grow: an ellipsoid, cut by the volume less a margin. */
export interface Domain {
  readonly shape: VolumeShape;
  readonly centre: Vector;
  readonly semiAxes: Vector;
  readonly margin: number;
  /** Side of the volume over that of a full one (700 voxels): scales lengths of neurites. */
  readonly scale: number;
}

/** The tissue of a volume: an ellipsoid that leaves the corners dark, slightly off centre. */
export function domainOf(shape: VolumeShape, random: SeededRandom): Domain {
  const place = (size: number) => size * (0.5 + 0.06 * (random.next() - 0.5));
  const reach = (size: number) => size * (0.58 + 0.08 * random.next());
  return {
    shape,
    centre: [place(shape[0]), place(shape[1]), place(shape[2])],
    semiAxes: [reach(shape[0]), reach(shape[1]), reach(shape[2])],
    margin: Math.min(4, shape[0] / 8, shape[1] / 8, shape[2] / 8),
    scale: Math.max(shape[1], shape[2]) / 700,
  };
}

/** Squared distance from the centre, 1 on the ellipsoid. */
export function ellipsoidLevel(domain: Domain, [z, y, x]: Vector): number {
  const dz = (z - domain.centre[0]) / domain.semiAxes[0];
  const dy = (y - domain.centre[1]) / domain.semiAxes[1];
  const dx = (x - domain.centre[2]) / domain.semiAxes[2];
  return dz * dz + dy * dy + dx * dx;
}

/** The nearest position inside the volume less its margin. */
export function clampInside({ shape, margin }: Domain, [z, y, x]: Vector): Vector {
  const clamp = (value: number, size: number) => Math.min(size - 1 - margin, Math.max(margin, value));
  return [clamp(z, shape[0]), clamp(y, shape[1]), clamp(x, shape[2])];
}

/** A push away from the walls of the volume: nothing at eight voxels from the margin, 1 per axis at it. */
export function wallPush({ shape, margin }: Domain, [z, y, x]: Vector): Vector {
  const push = (value: number, size: number) => {
    const reach = Math.min(8, size / 6);
    const low = Math.max(0, 1 - (value - margin) / reach);
    const high = Math.max(0, 1 - (size - 1 - margin - value) / reach);
    return low - high;
  };
  return [push(z, shape[0]), push(y, shape[1]), push(x, shape[2])];
}

/** A random point of the tissue at a share of the way from its centre to its surface, inside the margin. */
export function pointOfTissue(domain: Domain, random: SeededRandom, share: number): Vector {
  const [z, y, x] = randomDirection(random);
  const { centre, semiAxes } = domain;
  return clampInside(domain, [
    centre[0] + share * semiAxes[0] * z,
    centre[1] + share * semiAxes[1] * y,
    centre[2] + share * semiAxes[2] * x,
  ]);
}

/** Nearly normal: the sum of twelve uniform numbers, within ±6. */
export function normal(random: SeededRandom): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.next();
  return sum;
}

/** A random unit vector. */
export function randomDirection(random: SeededRandom): Vector {
  return unit([normal(random), normal(random), normal(random)]);
}

/** Uniform between two numbers. */
export function between(random: SeededRandom, low: number, high: number): number {
  return low + (high - low) * random.next();
}

export function unit([z, y, x]: Vector): Vector {
  const length = Math.sqrt(z * z + y * y + x * x);
  return length < 1e-9 ? [0, 0, 1] : [z / length, y / length, x / length];
}

export function distance(a: Vector, b: Vector): number {
  const [dz, dy, dx] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
  return Math.sqrt(dz * dz + dy * dy + dx * dx);
}
