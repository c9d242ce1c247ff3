import fc from "fast-check";
import { indexVoxels, type VoxelIndex } from "../../../src/compute/volume/voxel-index.js";
import type { VolumeShape } from "../../../src/compute/volume/voxel-runs.js";

/** Sparse to full sets of voxels in volumes of up to 6³. */
export function arbitraryVoxels(side = 6): fc.Arbitrary<VoxelIndex> {
  const length = fc.integer({ min: 1, max: side });
  return fc
    .tuple(length, length, length, fc.integer({ min: 1, max: 10 }))
    .chain(([z, y, x, tenths]) =>
      fc.tuple(
        fc.constant([z, y, x] as const),
        fc.array(
          fc.integer({ min: 1, max: 10 }).map((draw) => draw <= tenths),
          { minLength: z * y * x, maxLength: z * y * x },
        ),
      ),
    )
    .map(([shape, inside]) => indexVoxels(shape, Uint32Array.from([...inside.keys()].filter((i) => inside[i]))));
}

/** z, y, x of a linear index. */
export function coordinatesOf(position: number, shape: VolumeShape): [number, number, number] {
  const row = Math.floor(position / shape[2]);
  return [Math.floor(row / shape[1]), row % shape[1], position % shape[2]];
}

/** Voxels and their values from planes of rows, `.` outside: `["12./3..", …]`, digits and letters as in base 36. */
export function drawn(planes: readonly string[]): { readonly index: VoxelIndex; readonly values: number[] } {
  const rows = planes.map((plane) => plane.split("/"));
  const shape = [rows.length, rows[0]?.length as number, rows[0]?.[0]?.length as number] as const;
  const letters = rows.flat().join("");
  const positions = [...letters].flatMap((letter, i) => (letter === "." ? [] : [i]));
  return {
    index: indexVoxels(shape, Uint32Array.from(positions)),
    values: positions.map((i) => Number.parseInt(letters[i] as string, 36)),
  };
}
