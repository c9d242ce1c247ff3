import type { VolumeBlock, VolumeSource } from "../../../../src/formats/volume/volume.js";

/** A straight bar of one colour along x: first voxel, length, half thickness. */
export interface Bar {
  readonly at: readonly [z: number, y: number, x: number];
  readonly length: number;
  readonly colour: readonly [number, number, number];
}

/** Bars of 5 × 5 voxels across on a weak, uneven ground: (3, Z, Y, X), uint16, in C order. */
export function barVolume(shape: readonly [number, number, number], bars: readonly Bar[]): Uint16Array {
  const [depth, height, width] = shape;
  const voxels = depth * height * width;
  const data = Uint16Array.from({ length: 3 * voxels }, (_, i) => 3 + ((i * 7919) % 5));
  for (const { at, length, colour } of bars) {
    const [z0, y0, x0] = at;
    for (let z = z0 - 2; z <= z0 + 2; z++) {
      for (let y = y0 - 2; y <= y0 + 2; y++) {
        for (let x = x0; x < x0 + length; x++) {
          // Beads: brightness varies along the bar, hue does not.
          const share = 0.6 + 0.4 * Math.abs(((x % 10) - 5) / 5);
          for (const [c, value] of colour.entries()) {
            data[c * voxels + (z * height + y) * width + x] = Math.round(value * share);
          }
        }
      }
    }
  }
  return data;
}

/** An array in memory by blocks of a shape, in C order of the blocks or backwards. */
export function blockSource(
  data: Uint16Array | Uint8Array,
  shape: readonly number[],
  blockShape: readonly number[],
  backwards = false,
): VolumeSource {
  const counts = shape.map((size, axis) => Math.ceil(size / (blockShape[axis] as number)));
  const total = counts.reduce((product, count) => product * count, 1);
  return {
    name: "bars",
    shape,
    type: data instanceof Uint8Array ? "uint8" : "uint16",
    async *blocks() {
      if (total === 1) yield { origin: shape.map(() => 0), shape, data };
      else for (let n = 0; n < total; n++) yield block(backwards ? total - 1 - n : n);
    },
  };

  function block(number: number): VolumeBlock {
    const origin: number[] = [];
    let rest = number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const count = counts[axis] as number;
      origin[axis] = (rest % count) * (blockShape[axis] as number);
      rest = Math.floor(rest / count);
    }
    const size = origin.map((first, axis) => Math.min(blockShape[axis] as number, (shape[axis] as number) - first));
    const length = size.reduce((product, value) => product * value, 1);
    const values = data instanceof Uint8Array ? new Uint8Array(length) : new Uint16Array(length);
    for (let i = 0; i < length; i++) {
      let [from, left, step] = [0, i, 1];
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        from += (((left % (size[axis] as number)) + (origin[axis] as number)) as number) * step;
        left = Math.floor(left / (size[axis] as number));
        step *= shape[axis] as number;
      }
      values[i] = data[from] as number;
    }
    return { origin, shape: size, data: values };
  }
}
