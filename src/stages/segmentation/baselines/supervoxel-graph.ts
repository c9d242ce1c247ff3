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

/** Fall of the affinity with the squared colour distance, as published. */
const AFFINITY_FALL = 1e-4;

/** Takes an edge: the place of the other supervoxel among the landmarks, and the affinity. */
export type VisitEdge = (place: number, affinity: number) => void;

/**
 * Affinities exp(−10⁻⁴·C²) between supervoxels and landmarks (all supervoxels, or the largest), 0 on the diagonal and
 * where there is no edge: the graph of the published colour clustering. Rows are found when asked for, in
 * O(landmarks) comparisons of colour; only near pairs are kept.
 */
export class AffinityGraph {
  readonly #luv: Float64Array;
  readonly #landmarks: Int32Array;
  readonly #parameters: GraphParameters;
  /** Places of the landmarks near each supervoxel. */
  readonly #near: Int32Array[];
  readonly #isNear: Uint8Array;

  /**
   * @param luv three values per supervoxel
   * @param pairs of labels (from 1) nearer than `spatialDistance`
   * @param landmarks supervoxels (from 0), ascending
   */
  constructor(luv: Float64Array, pairs: ClosePairs, landmarks: Int32Array, parameters: GraphParameters) {
    this.#luv = luv;
    this.#landmarks = landmarks;
    this.#parameters = parameters;
    this.#isNear = new Uint8Array(landmarks.length);
    const count = luv.length / 3;
    const placeOf = new Int32Array(count).fill(-1);
    for (const [place, member] of landmarks.entries()) placeOf[member] = place;
    const near: number[][] = Array.from({ length: count }, () => []);
    for (let pair = 0; pair < pairs.first.length; pair++) {
      const [a, b] = [(pairs.first[pair] as number) - 1, (pairs.second[pair] as number) - 1];
      if (placeOf[b] !== -1) near[a]?.push(placeOf[b] as number);
      if (placeOf[a] !== -1) near[b]?.push(placeOf[a] as number);
    }
    this.#near = near.map((places) => Int32Array.from(places));
  }

  /** Number of supervoxels. */
  get size(): number {
    return this.#near.length;
  }

  /** Edges from a supervoxel to landmarks, by ascending place. */
  visitRow(member: number, visit: VisitEdge): void {
    const { colourDistance, edges } = this.#parameters;
    const near = this.#near[member] as Int32Array;
    const limit = colourDistance * colourDistance;
    const luv = this.#luv;
    const lightness = luv[3 * member] as number;
    const u = luv[3 * member + 1] as number;
    const v = luv[3 * member + 2] as number;
    for (const place of near) this.#isNear[place] = 1;
    for (let place = 0; place < this.#landmarks.length; place++) {
      const other = this.#landmarks[place] as number;
      const squared =
        (lightness - (luv[3 * other] as number)) ** 2 +
        (u - (luv[3 * other + 1] as number)) ** 2 +
        (v - (luv[3 * other + 2] as number)) ** 2;
      const alike = squared < limit;
      const isNear = this.#isNear[place] === 1;
      const edge = edges === "or" ? alike || isNear : alike && isNear;
      if (edge && other !== member) visit(place, Math.exp(-AFFINITY_FALL * squared));
    }
    for (const place of near) this.#isNear[place] = 0;
  }

  /** The square matrix of the landmarks: at most 8 bytes times their number squared. */
  landmarkMatrix(): SparseSymmetric {
    const starts = new Uint32Array(this.#landmarks.length + 1);
    let columns = new Int32Array(Math.max(64, this.#landmarks.length * 16));
    let values = new Float32Array(columns.length);
    let size = 0;
    for (const [place, member] of this.#landmarks.entries()) {
      this.visitRow(member, (other, affinity) => {
        if (size === columns.length) {
          columns = enlarged(columns, new Int32Array(size * 2));
          values = enlarged(values, new Float32Array(size * 2));
        }
        columns[size] = other;
        values[size++] = affinity;
      });
      starts[place + 1] = size;
    }
    return {
      size: this.#landmarks.length,
      starts,
      columns: columns.subarray(0, size),
      values: values.subarray(0, size),
    };
  }

  /** Every row times a landmarks × rank matrix: the supervoxels in the space of the landmarks' eigenvectors. */
  projectedRows(vectors: Float64Array, rank: number): Float64Array {
    const features = new Float64Array(this.size * rank);
    for (let member = 0; member < this.size; member++) {
      this.visitRow(member, (place, affinity) => {
        for (let k = 0; k < rank; k++) {
          features[member * rank + k] =
            (features[member * rank + k] as number) + affinity * (vectors[place * rank + k] as number);
        }
      });
    }
    return features;
  }
}

function enlarged<A extends Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(from: A, to: A): A {
  to.set(from);
  return to;
}
