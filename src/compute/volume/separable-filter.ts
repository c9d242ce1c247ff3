import { reflected } from "./gaussian-filter.js";

/** A symmetric kernel along y, then x, of a plane; beyond the border the plane is mirrored (scipy's `reflect`). */
export function filterPlane(
  plane: ArrayLike<number>,
  height: number,
  width: number,
  kernel: Float64Array,
): Float32Array {
  const radius = (kernel.length - 1) / 2;
  const columns = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let k = -radius; k <= radius; k++) {
      const weight = kernel[k + radius] as number;
      const from = reflected(y + k, height) * width;
      for (let x = 0; x < width; x++) {
        columns[y * width + x] = (columns[y * width + x] as number) + weight * (plane[from + x] as number);
      }
    }
  }
  const result = new Float32Array(height * width);
  const padded = new Float32Array(width + 2 * radius);
  for (let y = 0; y < height; y++) {
    for (let x = -radius; x < width + radius; x++) {
      padded[x + radius] = columns[y * width + reflected(x, width)] as number;
    }
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < kernel.length; k++) sum += (kernel[k] as number) * (padded[x + k] as number);
      result[y * width + x] = sum;
    }
  }
  return result;
}

/** Σ weights[i] · planes[i], into `out`. */
export function weightedSum(planes: readonly ArrayLike<number>[], weights: ArrayLike<number>, out: Float32Array): void {
  out.fill(0);
  for (const [i, plane] of planes.entries()) {
    const weight = weights[i] as number;
    for (let v = 0; v < out.length; v++) out[v] = (out[v] as number) + weight * (plane[v] as number);
  }
}
