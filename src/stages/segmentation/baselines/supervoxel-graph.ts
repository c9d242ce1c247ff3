import type { SparseSymmetric } from "../../../compute/statistics/low-rank-projection.js";
import type { ClosePairs } from "../../../compute/volume/proximity.js";

export interface GraphParameters {
  /** Supervoxels nearer than this, in voxels, are connected. */
  readonly spatialDistance: number;
  /** Supervoxels whose mean colours are nearer than this in CIE Luv are connected. */
  readonly colourDistance: number;
  /** Whether one of the two is enough. */
  readonly edges: "or" | "and";
}

/** Edges from some supervoxels to others: row i of `rows` to columns `members`. */
export interface AffinityRows {
  readonly starts: Uint32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** Fall of the affinity with the squared colour distance, as published. */
const AFFINITY_FALL = 1e-4;

/**
 * Affinities exp(−10⁻⁴·C²) between supervoxels and those of a list of landmarks (all supervoxels, or the largest), 0 on
 * the diagonal and where there is no edge: the graph of the published colour clustering. `luv`: three values each.
 * `near`: pairs of labels (from 1) nearer than `spatialDistance`. Row i is supervoxel i, columns are places in
 * `landmarks`, ascending. O(supervoxels × landmarks) comparisons of colour, 8 bytes per edge.
 */
export function affinityRows(
  luv: Float64Array,
  near: ClosePairs,
  landmarks: Int32Array,
  { colourDistance, edges }: GraphParameters,
): AffinityRows {
  const count = luv.length / 3;
  const placeOf = new Int32Array(count).fill(-1);
  for (const [place, member] of landmarks.entries()) placeOf[member] = place;
  const neighbours: number[][] = Array.from({ length: count }, () => []);
  for (let pair = 0; pair < near.first.length; pair++) {
    const [a, b] = [(near.first[pair] as number) - 1, (near.second[pair] as number) - 1];
    if (placeOf[b] !== -1) neighbours[a]?.push(placeOf[b] as number);
    if (placeOf[a] !== -1) neighbours[b]?.push(placeOf[a] as number);
  }
  const starts = new Uint32Array(count + 1);
  let columns = new Int32Array(Math.max(16, count * 8));
  let values = new Float32Array(columns.length);
  let size = 0;
  const isNear = new Uint8Array(landmarks.length);
  const limit = colourDistance * colourDistance;
  for (let i = 0; i < count; i++) {
    for (const place of neighbours[i] as number[]) isNear[place] = 1;
    for (let place = 0; place < landmarks.length; place++) {
      const other = landmarks[place] as number;
      const squared =
        ((luv[3 * i] as number) - (luv[3 * other] as number)) ** 2 +
        ((luv[3 * i + 1] as number) - (luv[3 * other + 1] as number)) ** 2 +
        ((luv[3 * i + 2] as number) - (luv[3 * other + 2] as number)) ** 2;
      const alike = squared < limit;
      const edge = edges === "or" ? alike || isNear[place] === 1 : alike && isNear[place] === 1;
      if (!edge || other === i) continue;
      if (size === columns.length) {
        const larger = new Int32Array(size * 2);
        larger.set(columns);
        columns = larger;
        const largerValues = new Float32Array(size * 2);
        largerValues.set(values);
        values = largerValues;
      }
      columns[size] = place;
      values[size++] = Math.exp(-AFFINITY_FALL * squared);
    }
    starts[i + 1] = size;
    for (const place of neighbours[i] as number[]) isNear[place] = 0;
  }
  return { starts, columns: columns.subarray(0, size), values: values.subarray(0, size) };
}

/** The square matrix of the landmarks among themselves. */
export function landmarkMatrix(rows: AffinityRows, landmarks: Int32Array): SparseSymmetric {
  const starts = new Uint32Array(landmarks.length + 1);
  let size = 0;
  for (const [place, member] of landmarks.entries()) {
    size += (rows.starts[member + 1] as number) - (rows.starts[member] as number);
    starts[place + 1] = size;
  }
  const columns = new Int32Array(size);
  const values = new Float32Array(size);
  for (const [place, member] of landmarks.entries()) {
    const [from, to] = [rows.starts[member] as number, rows.starts[member + 1] as number];
    columns.set(rows.columns.subarray(from, to), starts[place]);
    values.set(rows.values.subarray(from, to), starts[place]);
  }
  return { size: landmarks.length, starts, columns, values };
}

/** Rows times a landmarks × rank matrix: the place of every supervoxel in the space of the landmarks' eigenvectors. */
export function projectedRows(rows: AffinityRows, vectors: Float64Array, rank: number): Float64Array {
  const count = rows.starts.length - 1;
  const features = new Float64Array(count * rank);
  for (let i = 0; i < count; i++) {
    for (let entry = rows.starts[i] as number; entry < (rows.starts[i + 1] as number); entry++) {
      const from = (rows.columns[entry] as number) * rank;
      for (let k = 0; k < rank; k++) {
        features[i * rank + k] =
          (features[i * rank + k] as number) + (rows.values[entry] as number) * (vectors[from + k] as number);
      }
    }
  }
  return features;
}
