import type { DuckDBDataChunk, DuckDBType } from "@duckdb/node-api";
import { AsyncByteQueue, Field, makeData, RecordBatch, RecordBatchStreamWriter, Schema, Struct } from "apache-arrow";
import { type ArrowColumn, arrowColumn } from "./arrow-data.js";
import type { ResultEncoder } from "./result-bytes.js";

/** Chunks of 2,048 rows are gathered into batches of this many. */
const CHUNKS_PER_BATCH = 16;

/** An Arrow IPC stream: a schema, batches of about 32,768 rows, the end mark. Loads apache-arrow. */
export function arrowEncoder(): ResultEncoder {
  const writer = new RecordBatchStreamWriter();
  const sink = new PieceSink();
  let columns: readonly ArrowColumn[] = [];
  let schema = new Schema([]);
  let pending: DuckDBDataChunk[] = [];

  const flush = () => {
    if (pending.length === 0) return;
    const length = pending.reduce((rows, chunk) => rows + chunk.rowCount, 0);
    const children = columns.map((column, index) =>
      column.data(pending.flatMap((chunk) => chunk.getColumnValues(index) as never[])),
    );
    pending = [];
    const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
    writer.write(new RecordBatch(schema, data));
  };

  return {
    begin(names, types: readonly DuckDBType[]) {
      columns = types.map(arrowColumn);
      schema = new Schema(columns.map((column, index) => new Field(names[index] as string, column.type, true)));
      writer.reset(sink, schema);
      return sink.take();
    },
    encode(chunk) {
      pending.push(chunk);
      if (pending.length < CHUNKS_PER_BATCH) return undefined;
      flush();
      return sink.take();
    },
    end() {
      flush();
      writer.finish();
      return sink.take();
    },
  };
}

/** Keeps what a writer writes until it is taken. */
class PieceSink extends AsyncByteQueue<Uint8Array> {
  #pieces: Uint8Array[] = [];

  override write(piece: Uint8Array): void {
    this.#pieces.push(piece);
  }

  take(): Uint8Array {
    const pieces = this.#pieces;
    this.#pieces = [];
    return Buffer.concat(pieces);
  }
}
