import type { DeviceBuffer, FloatType } from "./device.js";

export type FloatBuffer = DeviceBuffer<FloatType>;

/** A matrix within a buffer: element (i, j) of matrix b lies at offset + b·batch + i·row + j·column. */
export interface MatrixView {
  readonly buffer: FloatBuffer;
  readonly offset?: number;
  /** Distance of rows; a transposed matrix has row 1. */
  readonly row: number;
  readonly column: number;
  /** Distance of the matrices of a batch; 0 repeats one. */
  readonly batch?: number;
}

/**
 * out = scale · left (m × k) · right (k × n) + keep · out, for each matrix of the batch. `scale` is 1, `keep` 0 where they
 * are left out; with `keep` 0 nothing is read of `out`. Cost: 2·batch·m·n·k.
 */
export interface MatrixProduct {
  readonly kind: "matrixProduct";
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batches?: number;
  readonly left: MatrixView;
  readonly right: MatrixView;
  readonly out: MatrixView;
  readonly scale?: number;
  readonly keep?: number;
}

/** A three-way tensor I × J × K, row-major: element (i, j, k) at (i·J + j)·K + k. */
export interface DenseTensor {
  readonly form: "dense";
  readonly values: FloatBuffer;
  readonly shape: readonly [number, number, number];
}

/**
 * The tensor of all pairs of items, bins of frames, and groups, which is never stored:
 * X[p, bin, g] = mean over the `width` frames of the bin of max(0, sign · s_i · s_j), with s = `roots` (groups × frames ×
 * items, frames = bins · width) and p the index of i < j in the upper triangle, row by row. With two signs, mode 0 has
 * the pairs of the first and then those of the second.
 */
export interface RectifiedPairs {
  readonly form: "pairs";
  readonly roots: FloatBuffer;
  readonly groups: number;
  readonly bins: number;
  readonly width: number;
  readonly items: number;
  readonly signs: readonly (1 | -1)[];
}

/**
 * The tensor items × items × bins, which is never stored: X[i, j, bin] = mean over the frames of the bin of
 * max(0, s_i · s_j), zero for i = j; `roots` is frames × items. With u = max(s, 0) and v = max(−s, 0), X of a frame is
 * u uᵀ + v vᵀ without its diagonal, so that each MTTKRP is a few matrix products: O(frames · items · rank).
 */
export interface RectifiedSquare {
  readonly form: "square";
  readonly roots: FloatBuffer;
  readonly bins: number;
  readonly width: number;
  readonly items: number;
}

export type TensorOperand = DenseTensor | RectifiedPairs | RectifiedSquare;
export type Mode = 0 | 1 | 2;

/** Matricised tensor times Khatri–Rao product: out (size of the mode × rank) = X_(mode) · (⊙ of the other factors). */
export interface Mttkrp {
  readonly kind: "mttkrp";
  readonly tensor: TensorOperand;
  readonly mode: Mode;
  /** Size of mode × rank each; that of `mode` is not read. */
  readonly factors: readonly [FloatBuffer, FloatBuffer, FloatBuffer];
  readonly rank: number;
  readonly out: FloatBuffer;
}

/** out (rank × rank) = Hadamard product of FᵀF over the factors. */
export interface GramProduct {
  readonly kind: "gramProduct";
  readonly factors: readonly { readonly buffer: FloatBuffer; readonly rows: number }[];
  readonly rank: number;
  readonly out: FloatBuffer;
}

/** out[g] (rank × rank) = Σ over rows of weights[g, row] · f_row f_rowᵀ; weights is groups × rows. */
export interface GroupGrams {
  readonly kind: "groupGrams";
  readonly factor: FloatBuffer;
  readonly rows: number;
  readonly rank: number;
  readonly groups: number;
  readonly weights: FloatBuffer;
  readonly out: FloatBuffer;
}

/** out[o] (rank × rank) = Σ over w of weights[o, w] · left[w] ∘ right[w]; a side with one matrix repeats it. */
export interface CombineGrams {
  readonly kind: "combineGrams";
  readonly left: { readonly buffer: FloatBuffer; readonly count: number };
  readonly right: { readonly buffer: FloatBuffer; readonly count: number };
  readonly rank: number;
  readonly outputs: number;
  /** outputs × max(left.count, right.count). */
  readonly weights: FloatBuffer;
  readonly out: FloatBuffer;
}

/** How the rows of a factor are updated from M (rows × rank) and the Gram matrix G of each row. */
export interface UpdateRule {
  /**
   * `hals`, for r = 0, 1, …: a_r ← max(ε, a_r + (m_r − Σ_q a_q G_qr) / max(G_rr, ε)), with columns already updated;
   * `mu`: a ← a ∘ m / max(a G, ε), all columns at once.
   */
  readonly rule: "hals" | "mu";
  readonly epsilon: number;
  /** Passes over the columns. */
  readonly sweeps: number;
}

export interface RowGrams {
  /** count × rank × rank. */
  readonly grams: FloatBuffer;
  /** Which matrix is that of a row; left out where there is one for all. */
  readonly rowGroup?: DeviceBuffer<"uint32">;
}

export interface FactorUpdate extends UpdateRule, RowGrams {
  readonly kind: "factorUpdate";
  readonly factor: FloatBuffer;
  readonly rows: number;
  readonly rank: number;
  readonly numerator: FloatBuffer;
}

/**
 * The three steps that begin a sweep over a dense tensor, which need one pass over it together: MTTKRP of mode 0, update
 * of factor 0 with `grams`, and MTTKRP of mode 1 (into `out`) with the new factor 0.
 */
export interface LeadingModes extends UpdateRule, RowGrams {
  readonly kind: "leadingModes";
  readonly tensor: DenseTensor;
  readonly factors: readonly [FloatBuffer, FloatBuffer, FloatBuffer];
  readonly rank: number;
  readonly out: FloatBuffer;
}

/**
 * Partial sums of ⟨M, A⟩ and Σ over rows of aᵀ G a: out (partialCount(rows) × 2) in the type `partials` of the device, to
 * be added by {@link fitSums} of partial-sums.
 */
export interface FitTerms extends RowGrams {
  readonly kind: "fitTerms";
  readonly factor: FloatBuffer;
  readonly rows: number;
  readonly rank: number;
  readonly numerator: FloatBuffer;
  readonly out: FloatBuffer;
}

/** Overwrites the listed entries of a dense tensor with the model Σ_r a_ir b_jr c_kr. */
export interface ImputeEntries {
  readonly kind: "imputeEntries";
  readonly tensor: DenseTensor;
  /** Row-major index of each entry. */
  readonly entries: DeviceBuffer<"uint32">;
  readonly factors: readonly [FloatBuffer, FloatBuffer, FloatBuffer];
  readonly rank: number;
}

/** out[row] (`partials` type) = sum, sum of squares, or largest of the columns of a row. */
export interface ReduceRows {
  readonly kind: "reduceRows";
  readonly reduction: "sum" | "sumOfSquares" | "maximum";
  readonly values: FloatBuffer;
  readonly rows: number;
  readonly columns: number;
  readonly out: FloatBuffer;
}

/**
 * Rows clamped to [lower, upper] (infinite: no bound), then scaled: `unit` to norm 1 (zero rows stay), `ball` to norm at
 * most `radius`.
 */
export interface ProjectRows {
  readonly kind: "projectRows";
  readonly values: FloatBuffer;
  readonly rows: number;
  readonly columns: number;
  readonly lower: number;
  readonly upper: number;
  readonly norm: "none" | "unit" | "ball";
  readonly radius?: number;
}

/** to = from; both of one type and length. */
export interface CopyBuffer {
  readonly kind: "copy";
  readonly from: FloatBuffer;
  readonly to: FloatBuffer;
}

export type Command =
  | MatrixProduct
  | Mttkrp
  | GramProduct
  | GroupGrams
  | CombineGrams
  | FactorUpdate
  | LeadingModes
  | FitTerms
  | ImputeEntries
  | ReduceRows
  | ProjectRows
  | CopyBuffer;

/** What of an operand says its size, wherever its numbers are. */
export type TensorLayout = Omit<DenseTensor, "values"> | Omit<RectifiedPairs, "roots"> | Omit<RectifiedSquare, "roots">;

/** Sizes of the three modes of an operand. */
export function tensorShape(tensor: TensorLayout): readonly [number, number, number] {
  if (tensor.form === "dense") return tensor.shape;
  const { items, bins } = tensor;
  if (tensor.form === "square") return [items, items, bins];
  return [tensor.signs.length * ((items * (items - 1)) / 2), bins, tensor.groups];
}
