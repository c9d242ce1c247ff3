import {
  type RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  type Schema,
  Table,
  tableToIPC,
} from "apache-arrow";

/**
 * The value of the Parquet metadata key `ARROW:schema`: the schema as a base64 IPC message. Readers take field and
 * schema metadata and logical types from it.
 */
export function arrowSchemaMetadata(schema: Schema): string {
  const stream = tableToIPC(new Table(schema), "stream");
  const length = new DataView(stream.buffer, stream.byteOffset).getInt32(4, true);
  return Buffer.from(stream.subarray(0, 8 + length)).toString("base64");
}

/** One batch as an Arrow IPC stream. */
export function batchToIpc(batch: RecordBatch): Uint8Array {
  return RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true);
}

/** The batches of an Arrow IPC stream; their arrays are views of `bytes`. */
export function batchesFromIpc(bytes: Uint8Array): RecordBatch[] {
  return [...RecordBatchReader.from(bytes)];
}
