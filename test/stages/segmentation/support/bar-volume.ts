import type { VolumeSource } from "../../../../src/formats/volume/volume.js";
import { memoryVolume } from "../../../support/memory-volume.js";

/** A bar of 3 × 3 voxels along x. */
export interface Bar {
  readonly id: number;
  readonly z: number;
  readonly y: number;
  readonly x: number;
  readonly length: number;
}

/** Values of a volume with bars, later ones over earlier ones. */
export function barValues(shape: readonly [number, number, number], bars: readonly Bar[]): Uint16Array {
  const [depth, height, width] = shape;
  const values = new Uint16Array(depth * height * width);
  for (const { id, z, y, x, length } of bars) {
    for (let dz = 0; dz < 3; dz++) {
      for (let dy = 0; dy < 3; dy++) {
        const row = ((z + dz) * height + y + dy) * width;
        values.fill(id, row + x, row + x + length);
      }
    }
  }
  return values;
}

/** The same in memory. */
export function barVolume(shape: readonly [number, number, number], bars: readonly Bar[]): VolumeSource {
  return memoryVolume(shape, barValues(shape, bars), { type: "uint16" });
}
