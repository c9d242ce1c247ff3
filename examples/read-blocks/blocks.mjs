import { RecordBatchReader } from "apache-arrow";

const TYPES = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, int32: Int32Array, float32: Float32Array };

/** Blocks of an Arrow stream of rows: place and values on c, z, y, x, the values in C order. */
async function* blocks(stream) {
  for await (const batch of await RecordBatchReader.from(stream)) {
    for (const row of batch) {
      const shape = [...row.shape].map(Number);
      const length = shape.reduce((product, size) => product * size, 1);
      const Values = TYPES[row.dtype];
      // A copy: Arrow aligns bytes for no type.
      const values = row.codec === "zero" ? new Values(length) : new Values(row.data.slice().buffer);
      yield { origin: [row.origin_c, row.origin_z, row.origin_y, row.origin_x], shape, values };
    }
  }
}

const sums = [];
for await (const { origin, shape, values } of blocks(process.stdin)) {
  const plane = values.length / shape[0];
  for (let c = 0; c < shape[0]; c++) {
    const channel = values.subarray(c * plane, (c + 1) * plane);
    sums[origin[0] + c] = channel.reduce((sum, value) => sum + value, sums[origin[0] + c] ?? 0);
  }
}
console.log(sums.join("\n"));
