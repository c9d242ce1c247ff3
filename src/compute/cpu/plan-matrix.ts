import type { MatrixProduct } from "../device/command.js";
import { blockCount, clamp, type FloatSizes, type Plan } from "./plan.js";

/** Rows and columns of a tile of the result, and the depth in which it is added up. */
const ROWS = 96;
const COLUMNS = 96;
const DEPTH = 256;
/** Most bytes of packed right matrices at once. */
const PACKED_BYTES = 2 ** 26;
/** Results of fewer tiles than this are also cut along k. */
const FEW_TILES = 16;

export function planMatrixProduct(plan: Plan, sizes: FloatSizes, command: MatrixProduct): void {
  const { m, n, k, batches = 1, left, right, out, scale = 1, keep = 0 } = command;
  const columns = Math.min(n, COLUMNS);
  const chunks = Math.ceil(n / columns);
  const vectors = sizes.vectors(columns);
  const packedBatch = chunks * vectors * k * 16;
  const shared = batches > 1 && (right.batch ?? 0) === 0;
  const together = shared ? batches : clamp(Math.floor(PACKED_BYTES / packedBatch), 1, batches);
  const rows = Math.min(m, ROWS);
  const blocks = Math.ceil(m / rows);
  const wideBytes = sizes.wideBytes(columns);
  const tiles = blocks * chunks * Math.min(batches, together);
  const parts = tiles >= FEW_TILES ? 1 : clamp(Math.ceil(FEW_TILES / tiles), 1, Math.ceil(k / (4 * DEPTH)));
  const { bytes } = sizes;
  const { productAt, leftAt } = plan.room({
    productAt: rows * wideBytes,
    leftAt: left.column === 1 ? 0 : rows * DEPTH * bytes,
  });
  const packed = plan.temporary((shared ? 1 : together) * packedBatch);
  const partials = parts === 1 ? 0 : plan.temporary(parts * tiles * rows * wideBytes);
  const start = (view: MatrixProduct["left"]) => plan.address(view.buffer) + (view.offset ?? 0) * bytes;
  for (let firstBatch = 0; firstBatch < batches; firstBatch += together) {
    const some = Math.min(together, batches - firstBatch);
    if (firstBatch === 0 || !shared) {
      const packs = shared ? 1 : some;
      const shares = chunks * packs >= FEW_TILES ? 1 : blockCount(k, DEPTH);
      plan.phase("packRight", packs * chunks * shares, {
        ...{ right: start(right), row: right.row * bytes, column: right.column * bytes },
        ...{
          batch: shared ? 0 : (right.batch ?? 0) * bytes,
          firstBatch,
          batches: packs,
          k,
          n,
          columns,
          chunks,
          vectors,
        },
        ...{ to: packed, parts: shares },
      });
    }
    const values = {
      ...{ left: start(left), leftRow: left.row * bytes, leftColumn: left.column * bytes },
      ...{ leftBatch: (left.batch ?? 0) * bytes, packed, packedBatch: shared ? 0 : packedBatch, out: start(out) },
      ...{ outRow: out.row * bytes, outColumn: out.column * bytes, outBatch: (out.batch ?? 0) * bytes, firstBatch },
      ...{ m, n, k, rows, blocks, columns, chunks, vectors, parts, partials, productAt, leftAt, scale, keep },
    };
    plan.phase("multiply", some * blocks * chunks * parts, values);
    if (parts > 1) plan.phase("multiplyFinish", some * blocks * chunks, values);
  }
}
