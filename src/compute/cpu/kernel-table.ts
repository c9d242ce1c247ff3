/** Where a kernel's number is written, and the integers and then the float64 that it reads, in order. See wasm/. */
interface Kernel {
  readonly words: readonly string[];
  readonly reals?: readonly string[];
}

const rowGrams = ["grams", "groups", "gramCount"] as const;
const pairTensor = ["roots", "outside", "groups", "bins", "width", "items", "pairs", "signs"] as const;
const multiply = [
  ...["left", "leftRow", "leftColumn", "leftBatch", "packed", "packedBatch", "out", "outRow", "outColumn", "outBatch"],
  ...["firstBatch", "m", "n", "k", "rows", "blocks", "columns", "chunks", "vectors", "parts", "partials"],
  ...["productAt", "leftAt"],
] as const;

/** The kernels in the order of their numbers. */
export const KERNELS = {
  widenRows: { words: ["from", "rows", "rank", "vectors", "to"] },
  packProducts: { words: ["left", "right", "rightRows", "rows", "rank", "vectors", "to"] },
  addPartials: { words: ["partials", "blocks", "rows", "rank", "rowBytes", "out"] },
  gramBlocks: { words: ["factor", "rows", "rank", "vectors", "partials", "blocks", "panelAt", "panelRows"] },
  gramMultiply: { words: ["partials", "blocks", "rank", "rowBytes", "product", "first", "out"] },
  groupGrams: {
    words: [
      ...["factor", "rows", "rank", "groups", "weights", "vectors", "partials", "rowBlocks", "groupBlock", "depth"],
      "panelAt",
    ],
  },
  combineGrams: { words: ["left", "leftCount", "right", "rightCount", "size", "outputs", "weights", "out"] },
  factorUpdate: {
    words: ["factor", "rows", "rank", "vectors", "numerator", ...rowGrams, "rule", "sweeps", "rowAt"],
    reals: ["epsilon"],
  },
  fitTerms: { words: ["factor", "rows", "rank", "vectors", "numerator", ...rowGrams, "out", "partialRows", "rowAt"] },
  rowProducts: {
    words: [
      ...["x", "outside", "I", "J", "K", "rowBlocks", "chunk", "chunks", "packed", "vectors", "middle", "leading"],
      ...["rank", ...rowGrams, "rule", "sweeps", "out0", "partials0", "partials1", "tile", "productAt", "tileAt"],
      ...["rowAt", "group"],
    ],
    reals: ["epsilon"],
  },
  columnProducts: {
    words: [
      ...["x", "outside", "I", "J", "K", "rowBlocks", "chunk", "leading", "middle", "rank", "vectors", "partials"],
      ...["depth", "copyRow", "panelAt", "tileAt"],
    ],
  },
  imputeEntries: { words: ["x", "outside", "I", "J", "K", "entries", "count", "a", "b", "c", "rank", "roomAt"] },
  squareProducts: {
    words: [
      ...["roots", "outside", "bins", "width", "items", "other", "binFactor", "rank", "vectors", "packed", "partials"],
      ...["blocks", "frames", "distance", "halvesAt", "squaresAt", "productAt", "panelAt", "binPanelAt", "diagonalAt"],
      "roomAt",
    ],
  },
  squareBins: {
    words: [
      ...["roots", "outside", "bins", "width", "items", "rank", "vectors", "packedP", "packedQ", "packedPQ", "out"],
      ...["blocks", "frames", "distance", "halvesAt", "squaresAt", "productAt", "binAt", "roomAt"],
    ],
  },
  pairRows: {
    words: [
      ...[...pairTensor, "rank", "vectors", "packed", "out", "blocks", "run", "binBlock", "distance", "tileAt"],
      ...["columnAt", "roomAt", "productAt", "firstSign", "secondSign"],
    ],
  },
  pairBins: {
    words: [
      ...[...pairTensor, "rank", "vectors", "leading", "sums", "blocks", "run", "distance", "tileAt", "columnAt"],
      ...["roomAt", "panelAt", "binBlock", "firstSign", "secondSign"],
    ],
  },
  pairFinish: { words: ["sums", "groups", "bins", "rank", "vectors", "factor", "out", "mode", "rowAt"] },
  packRight: {
    words: [
      ...["right", "row", "column", "batch", "firstBatch", "batches", "k", "n", "columns", "chunks", "vectors", "to"],
      "parts",
    ],
  },
  multiply: { words: multiply, reals: ["scale", "keep"] },
  multiplyFinish: { words: multiply, reals: ["scale", "keep"] },
  reduceBlocks: {
    words: ["values", "outside", "rows", "columns", "blockColumns", "blocks", "reduction", "partials", "roomAt"],
  },
  reduceFinish: { words: ["partials", "rows", "blocks", "reduction", "out"] },
  projectRows: { words: ["values", "rows", "columns", "norm"], reals: ["lower", "upper", "radius"] },
  copyBytes: { words: ["from", "fromOutside", "to", "toOutside", "length", "blockLength", "roomAt"] },
} as const satisfies Record<string, Kernel>;

type Kernels = typeof KERNELS;
export type KernelName = keyof Kernels;
type Reals<K extends KernelName> = Kernels[K] extends { readonly reals: readonly (infer R extends string)[] }
  ? R
  : never;

/** All numbers of a kernel by name. */
export type KernelValues<K extends KernelName> = Readonly<Record<Kernels[K]["words"][number] | Reals<K>, number>>;

const NAMES = Object.keys(KERNELS) as KernelName[];

/** Bytes of the record of a phase. */
export const RECORD_BYTES = 192;
const WORDS_AT = 16;
const REALS_AT = 144;

export interface Phase {
  readonly kernel: KernelName;
  readonly tasks: number;
  /** Whether the kernel reads and writes float32. */
  readonly float32: boolean;
  /** Whether the next phase may begin before this one has ended. */
  readonly joins: boolean;
  readonly values: Readonly<Record<string, number>>;
}

/** Writes the record of a phase, as wasm/record.ts reads it. @throws {RangeError} for an integer of more than 32 bits. */
export function writeRecord(view: DataView, at: number, { kernel, tasks, float32, joins, values }: Phase): void {
  const { words, reals = [] } = KERNELS[kernel] as Kernel;
  const heading = [NAMES.indexOf(kernel), tasks, 0, (float32 ? 1 : 0) + (joins ? 2 : 0)];
  for (const [place, value] of heading.entries()) view.setInt32(at + 4 * place, value, true);
  for (const [place, name] of words.entries()) {
    const value = values[name] as number;
    if (!Number.isInteger(value) || value >= 2 ** 32 || value < -(2 ** 31)) {
      throw new RangeError(`${kernel}: ${name} is ${value}, which is no integer of 32 bits`);
    }
    view.setInt32(at + WORDS_AT + 4 * place, value | 0, true);
  }
  for (const [place, name] of reals.entries()) view.setFloat64(at + REALS_AT + 8 * place, values[name] as number, true);
}
