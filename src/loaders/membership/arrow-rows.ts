import { DataType, type RecordBatch, type Vector } from "apache-arrow";
import { FormatError, NeurotablesError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { batchesFromIpc } from "../../formats/arrow/arrow-ipc.js";
import type { SourceFile } from "../loader.js";
import { arrowMessages } from "./arrow-messages.js";
import type { CollectionRow, CollectionValue } from "./collection-row.js";

const END_OF_STREAM = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0);
const MILLISECONDS_PER_DAY = 86_400_000;

/**
 * Rows of an Arrow IPC file or stream, batch by batch, with the columns that `wanted` chooses. Memory: one batch.
 * @throws {FormatError} `arrow-invalid`, `too-large`; what `wanted` throws.
 */
export async function* arrowRows(
  file: SourceFile,
  { isStream, limits }: { readonly isStream: boolean; readonly limits: Limits },
  wanted: (columns: readonly string[]) => readonly string[],
): AsyncGenerator<CollectionRow> {
  try {
    let prelude: Uint8Array[] = [];
    let names: readonly string[] | undefined;
    let index = 0;
    for await (const { type, bytes } of arrowMessages(file, isStream, limits)) {
      if (type === "schema") prelude = [bytes];
      if (type === "dictionary") prelude.push(bytes);
      if (type !== "batch" || prelude.length === 0) continue;
      // Batch by batch with what it needs: the library's own streams do not end with a source that fails or is cut off.
      const [batch] = batchesFromIpc(Buffer.concat([...prelude, bytes, END_OF_STREAM]));
      if (batch === undefined) continue;
      if (batch.numRows > limits.entries) throw new Error(`a batch of ${batch.numRows} rows`);
      names ??= wanted(batch.schema.fields.map(({ name }) => name));
      const columns = names.map((name) => batch.getChild(name));
      checkLengths(batch, columns);
      for (let row = 0; row < batch.numRows; row++) {
        const values: Record<string, CollectionValue> = Object.create(null);
        for (const [column, name] of names.entries()) values[name] = cell(columns[column] ?? null, row);
        yield { place: `row ${index}`, values };
        index += 1;
      }
    }
  } catch (error) {
    if (error instanceof NeurotablesError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError("arrow-invalid", `${file.path} is no valid Arrow file: ${reason.slice(0, 300)}`, {
      fields: { file: file.path },
      cause: error,
      wayOut: "Fetch the file again; compressed buffers are not read.",
    });
  }
}

function checkLengths(batch: RecordBatch, columns: readonly (Vector | null)[]): void {
  if (columns.some((column) => column !== null && column.length !== batch.numRows)) {
    throw new Error("the columns of a batch differ in length");
  }
}

function cell(column: Vector | null, row: number): CollectionValue {
  return column === null ? null : plain(column.get(row), column.type as DataType);
}

function plain(value: unknown, type: DataType): CollectionValue {
  if (value === null || value === undefined) return null;
  if (DataType.isDate(type)) return isoTime(Number(value));
  if (DataType.isTimestamp(type)) return isoTime(Number(value));
  if (DataType.isDictionary(type)) return plain(value, type.dictionary as DataType);
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) {
    const inner = type.children[0]?.type as DataType;
    return [...(value as Iterable<unknown>)].map((each) => plain(each, inner));
  }
  if (DataType.isStruct(type)) {
    const row = value as Readonly<Record<string, unknown>>;
    return Object.fromEntries(type.children.map((field) => [field.name, plain(row[field.name], field.type)]));
  }
  if (typeof value === "object" && !(value instanceof Uint8Array)) return String(value);
  return value as CollectionValue;
}

/** The day of a time in milliseconds since 1970, proleptic Gregorian (Hinnant, chrono-compatible algorithms). */
function isoTime(milliseconds: number): string {
  const days = Math.floor(milliseconds / MILLISECONDS_PER_DAY);
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const digits = (number: number, width: number) => String(number).padStart(width, "0");
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}
