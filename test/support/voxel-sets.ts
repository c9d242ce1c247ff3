import fc from "fast-check";
import type { VolumeShape } from "../../src/compute/volume/voxel-runs.js";

/** A dense mask of bytes 0 and 1. */
export interface Mask {
  readonly shape: VolumeShape;
  readonly data: Uint8Array;
}

/** A mask of a box of `size` in a volume with a margin around it. */
export function boxMask(size: VolumeShape, margin = 1): Mask {
  const shape = size.map((side) => side + 2 * margin) as unknown as VolumeShape;
  return maskWhere(shape, (z, y, x) =>
    [z, y, x].every((at, axis) => at >= margin && at < margin + (size[axis] as number)),
  );
}

/** The mask of the voxels that a rule holds for. */
export function maskWhere(shape: VolumeShape, holds: (z: number, y: number, x: number) => boolean): Mask {
  const data = new Uint8Array(shape[0] * shape[1] * shape[2]);
  let i = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      for (let x = 0; x < shape[2]; x++) data[i++] = holds(z, y, x) ? 1 : 0;
    }
  }
  return { shape, data };
}

/** A random walk of `steps` voxels from the middle, each step given as 0 … 26. */
function walk(shape: VolumeShape, steps: readonly number[], thick: boolean): Mask {
  const data = new Uint8Array(shape[0] * shape[1] * shape[2]);
  const at = shape.map((side) => side >> 1);
  const set = (z: number, y: number, x: number) => {
    if (z < shape[0] && y < shape[1] && x < shape[2]) data[(z * shape[1] + y) * shape[2] + x] = 1;
  };
  for (const step of steps) {
    const move = [Math.floor(step / 9), Math.floor(step / 3) % 3, step % 3];
    for (const axis of [0, 1, 2]) {
      const moved = (at[axis] as number) + (move[axis] as number) - 1;
      at[axis] = Math.max(0, Math.min((shape[axis] as number) - 1, moved));
    }
    const [z, y, x] = at as [number, number, number];
    set(z, y, x);
    if (!thick) continue;
    for (const [dz, dy, dx] of [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [1, 1, 1],
    ] as const) {
      set(z + dz, y + dy, x + dx);
    }
  }
  return { shape, data };
}

const side = fc.integer({ min: 1, max: 9 });

/** Random masks: noise of any density, thin and thick walks, unions of boxes. */
export function arbitraryMask(shapes: fc.Arbitrary<VolumeShape> = fc.tuple(side, side, side)): fc.Arbitrary<Mask> {
  return shapes.chain((shape) => {
    const size = shape[0] * shape[1] * shape[2];
    const noise = fc
      .tuple(fc.integer({ min: 1, max: 255 }), fc.uint8Array({ minLength: size, maxLength: size }))
      .map(([threshold, values]) => ({ shape, data: values.map((value) => (value < threshold ? 1 : 0)) }));
    const walks = fc
      .tuple(fc.array(fc.nat(26), { minLength: 1, maxLength: 80 }), fc.boolean())
      .map(([steps, thick]) => walk(shape, steps, thick));
    const corner = fc.tuple(
      ...shape.map((length) => fc.tuple(fc.nat(length - 1), fc.integer({ min: 1, max: length }))),
    );
    const boxes = fc.array(corner, { minLength: 1, maxLength: 4 }).map((list) =>
      maskWhere(shape, (z, y, x) =>
        list.some((box) =>
          [z, y, x].every((at, axis) => {
            const [first, length] = box[axis] as [number, number];
            return at >= first && at < first + length;
          }),
        ),
      ),
    );
    return fc.oneof(noise, walks, boxes);
  });
}
