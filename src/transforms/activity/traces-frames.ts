import { type Data, type DataType, makeData, type RecordBatch, type Schema, Utf8 } from "apache-arrow";
import { batchOf } from "../../formats/arrow/array-builder.js";
import type { ResamplePlan } from "./resample.js";
import type { TimeAxis } from "./time-axis.js";

/** Rows of `frame` of one recording. @param schema of its contract */
export function frameBatch(schema: Schema, recordingId: string, { timeS, segment }: TimeAxis): RecordBatch {
  return columnBatch(schema, timeS.length, { recording_id: recordingId, k: count(timeS.length), t_s: timeS, segment });
}

/** Rows of `resampled_frame` of one recording: t_k = k · dt. @param schema of its contract */
export function resampledFrameBatch(schema: Schema, recordingId: string, { samples, dtS }: ResamplePlan): RecordBatch {
  const t = new Float64Array(samples);
  for (let k = 0; k < samples; k++) t[k] = k * dtS;
  const step = new Float64Array(samples).fill(dtS);
  return columnBatch(schema, samples, { recording_id: recordingId, dt_s: step, k: count(samples), t_s: t });
}

type Column = string | Int16Array | Int32Array | Float64Array;

/** A batch of columns by name; a text stands in every row. */
function columnBatch(schema: Schema, rows: number, columns: Readonly<Record<string, Column>>): RecordBatch {
  const children = schema.fields.map((field) => {
    const column = columns[field.name] as Column;
    return typeof column === "string" ? repeatedText(column, rows) : numbers(field.type, column);
  });
  return batchOf(schema, children, rows);
}

function numbers(type: DataType, data: Exclude<Column, string>): Data {
  return makeData({ type, length: data.length, nullCount: 0, data } as never) as Data;
}

function repeatedText(text: string, rows: number): Data {
  const bytes = Buffer.from(text);
  const data = new Uint8Array(bytes.length * rows);
  if (rows > 0) data.set(bytes);
  for (let done = bytes.length; done > 0 && done < data.length; done *= 2) data.copyWithin(done, 0, done);
  const valueOffsets = new Int32Array(rows + 1);
  for (let i = 0; i <= rows; i++) valueOffsets[i] = i * bytes.length;
  return makeData({ type: new Utf8(), length: rows, nullCount: 0, valueOffsets, data }) as Data;
}

function count(length: number): Int32Array {
  const numbersFrom0 = new Int32Array(length);
  for (let k = 0; k < length; k++) numbersFrom0[k] = k;
  return numbersFrom0;
}
