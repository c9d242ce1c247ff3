import { cached, type Kernel, kernel, repeat } from "./kernel.js";
import type { GpuStorage, Recorder, Span } from "./recorder.js";

/** {@link MatrixView} with its buffer on the gpu. */
export interface GpuView {
  readonly storage: GpuStorage;
  readonly offset: number;
  readonly row: number;
  readonly column: number;
  readonly batch: number;
}

export interface GpuProduct {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batches: number;
  readonly left: GpuView;
  readonly right: GpuView;
  readonly out: GpuView;
  readonly scale: number;
  readonly keep: number;
}

const ROWS = 64;
const DEPTH = 16;
/** Numbers of the result of one invocation in each direction. */
const EACH = 4;
/** Steps of the inner dimension whose sum is made before it meets the sum of those before. */
const RUN = 16 * DEPTH;

/**
 * Tiles of 64 × `columns` of the result, 4 × 4 for each invocation; strips of both matrices pass through workgroup memory.
 * `leftAlong` and `rightAlong`: along which dimension neighbouring lanes read.
 */
function productKernel(columns: 16 | 64, leftAlong: "k" | "m", rightAlong: "k" | "n"): Kernel {
  const invocations = (ROWS * columns) / (EACH * EACH);
  const across = columns / EACH;
  const down = ROWS / EACH;
  const fill = (tile: string, size: number, along: boolean, read: string) => `
    for (var at = lane; at < ${size * DEPTH}u; at += ${invocations}u) {
      let d = ${along ? `at % ${DEPTH}u` : `at / ${size}u`};
      let e = ${along ? `at / ${DEPTH}u` : `at % ${size}u`};
      ${tile}[d * ${size}u + e] = ${read};
    }`;
  const index = Array.from({ length: EACH }, (_, at) => at);
  return kernel({
    name: "matrix product",
    reads: { left: "f32", right: "f32" },
    writes: ["out"],
    parameters: {
      m: "u32",
      n: "u32",
      k: "u32",
      leftRow: "u32",
      leftColumn: "u32",
      leftBatch: "u32",
      rightRow: "u32",
      rightColumn: "u32",
      rightBatch: "u32",
      outRow: "u32",
      outColumn: "u32",
      outBatch: "u32",
      tilesM: "u32",
      tilesN: "u32",
      scale: "f32",
      keep: "f32",
    },
    invocations,
    declarations: `
var<workgroup> leftTile: array<f32, ${ROWS * DEPTH}>;
var<workgroup> rightTile: array<f32, ${columns * DEPTH}>;
fn leftAt(at: u32, i: u32, k: u32) -> f32 {
  if (i >= p.m || k >= p.k) { return 0.0; }
  return left[at + i * p.leftRow + k * p.leftColumn];
}
fn rightAt(at: u32, k: u32, j: u32) -> f32 {
  if (j >= p.n || k >= p.k) { return 0.0; }
  return right[at + k * p.rightRow + j * p.rightColumn];
}`,
    body: `
  let batch = group / (p.tilesM * p.tilesN);
  let tile = group % (p.tilesM * p.tilesN);
  let i0 = (tile / p.tilesN) * ${ROWS}u;
  let j0 = (tile % p.tilesN) * ${columns}u;
  let leftBase = p.left_at + batch * p.leftBatch;
  let rightBase = p.right_at + batch * p.rightBatch;
  let x = lane % ${across}u;
  let y = lane / ${across}u;
${index.map((at) => repeat(EACH, `  var c${at}_# = 0.0;`)).join("\n")}
  for (var run = 0u; run < p.k; run += ${RUN}u) {
${index.map((at) => repeat(EACH, `    var s${at}_# = 0.0;`)).join("\n")}
    for (var k0 = run; k0 < min(run + ${RUN}u, p.k); k0 += ${DEPTH}u) {
${fill("leftTile", ROWS, leftAlong === "k", "leftAt(leftBase, i0 + e, k0 + d)")}
${fill("rightTile", columns, rightAlong === "k", "rightAt(rightBase, k0 + d, j0 + e)")}
      workgroupBarrier();
      for (var d = 0u; d < min(${DEPTH}u, p.k - k0); d++) {
${repeat(EACH, `        let a# = leftTile[d * ${ROWS}u + y + #u * ${down}u];`)}
${repeat(EACH, `        let b# = rightTile[d * ${columns}u + x + #u * ${across}u];`)}
${index.map((at) => repeat(EACH, `        s${at}_# += a${at} * b#;`)).join("\n")}
      }
      workgroupBarrier();
    }
${index.map((at) => repeat(EACH, `    c${at}_# += s${at}_#;`)).join("\n")}
  }
  let outBase = p.out_at + batch * p.outBatch;
${index
  .map(
    (at) => `
  if (i0 + y + ${at * down}u < p.m) {
    let outAt = outBase + (i0 + y + ${at * down}u) * p.outRow;
${repeat(
  EACH,
  `    if (j0 + x + #u * ${across}u < p.n) {
      let place = outAt + (j0 + x + #u * ${across}u) * p.outColumn;
      var value = p.scale * c${at}_#;
      if (p.keep != 0.0) { value += p.keep * out[place]; }
      out[place] = value;
    }`,
)}
  }`,
  )
  .join("\n")}`,
  });
}

/** Ranges of the four dimensions, ends exclusive. */
interface Ranges {
  readonly batches: readonly [number, number];
  readonly m: readonly [number, number];
  readonly n: readonly [number, number];
  readonly k: readonly [number, number];
}

type Dimension = keyof Ranges;

function viewSpan(view: GpuView, ranges: Ranges, rows: Dimension, columns: Dimension): Span {
  const distances: readonly [Dimension, number][] = [
    ["batches", view.batch],
    [rows, view.row],
    [columns, view.column],
  ];
  let start = view.offset;
  let length = 1;
  for (const [dimension, distance] of distances) {
    const [begin, end] = ranges[dimension];
    start += begin * distance;
    length += (end - begin - 1) * distance;
  }
  return { storage: view.storage, start, length };
}

/** The dimension over which a view that is too long reaches furthest, of those that can be halved. */
function furthest(view: GpuView, ranges: Ranges, rows: Dimension, columns: Dimension): Dimension | undefined {
  const reaches = (
    [
      ["batches", view.batch],
      [rows, view.row],
      [columns, view.column],
    ] as const
  ).map(([dimension, distance]) => [dimension, (ranges[dimension][1] - ranges[dimension][0] - 1) * distance] as const);
  const [dimension, reach] = reaches.reduce((best, next) => (next[1] > best[1] ? next : best));
  return reach === 0 ? undefined : dimension;
}

/** Parts of a product whose operands fit their bindings; parts of the inner dimension in its order. */
function* parts(product: GpuProduct, ranges: Ranges, most: number): Generator<Ranges> {
  const views = [
    [product.left, "m", "k"],
    [product.right, "k", "n"],
    [product.out, "m", "n"],
  ] as const;
  for (const [view, rows, columns] of views) {
    if (viewSpan(view, ranges, rows, columns).length <= most) continue;
    const dimension = furthest(view, ranges, rows, columns);
    if (dimension === undefined) continue;
    const [begin, end] = ranges[dimension];
    const middle = begin + Math.ceil((end - begin) / 2);
    yield* parts(product, { ...ranges, [dimension]: [begin, middle] }, most);
    yield* parts(product, { ...ranges, [dimension]: [middle, end] }, most);
    return;
  }
  yield ranges;
}

/** See the command `matrixProduct`. */
export function matrixProduct(recorder: Recorder, product: GpuProduct): void {
  const { left, right, out, scale } = product;
  const all: Ranges = { batches: [0, product.batches], m: [0, product.m], n: [0, product.n], k: [0, product.k] };
  const columns = product.n <= 16 ? 16 : 64;
  const leftAlong = left.column <= left.row ? "k" : "m";
  const rightAlong = right.column <= right.row ? "n" : "k";
  const made = cached(`product ${columns} ${leftAlong} ${rightAlong}`, () =>
    productKernel(columns, leftAlong, rightAlong),
  );
  for (const ranges of parts(product, all, recorder.mostElements)) {
    const size = (dimension: Dimension) => ranges[dimension][1] - ranges[dimension][0];
    const tilesM = Math.ceil(size("m") / ROWS);
    const tilesN = Math.ceil(size("n") / columns);
    recorder.dispatch(made, {
      operands: {
        left: viewSpan(left, ranges, "m", "k"),
        right: viewSpan(right, ranges, "k", "n"),
        out: viewSpan(out, ranges, "m", "n"),
      },
      parameters: {
        m: size("m"),
        n: size("n"),
        k: size("k"),
        leftRow: left.row,
        leftColumn: left.column,
        leftBatch: left.batch,
        rightRow: right.row,
        rightColumn: right.column,
        rightBatch: right.batch,
        outRow: out.row,
        outColumn: out.column,
        outBatch: out.batch,
        tilesM,
        tilesN,
        scale,
        keep: ranges.k[0] === 0 ? product.keep : 1,
      },
      groups: size("batches") * tilesM * tilesN,
      work: ROWS * columns * size("k") * 2,
    });
  }
}
