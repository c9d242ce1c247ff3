import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, it } from "vitest";
import { StorageError } from "../../src/base/errors.js";
import { nodeFiles } from "../../src/base/file-operations.js";
import { parquetRows } from "../../src/store/part-footer.js";

/** Reads from memory: thousands of files are looked at. */
function rowsOf(bytes: Uint8Array): number {
  const readRange = (_path: string, offset: number, length: number) =>
    Buffer.from(bytes).subarray(offset, offset + length);
  return parquetRows({ ...nodeFiles, readRange }, "part.parquet", bytes.length);
}

function parquet(rows: number, columns: number): Buffer {
  const columnData = Array.from({ length: columns }, (_, i) => ({
    name: `column ${i}`,
    data: Array.from({ length: rows }, (_row, j) => `value ${i} ${j}`),
    type: "STRING" as const,
  }));
  return Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 100 }));
}

it("reads the number of rows of files by another writer", () => {
  for (const [rows, columns] of [
    [0, 1],
    [1, 1],
    [99, 3],
    [250, 20],
    [3000, 1],
  ] as const) {
    expect(rowsOf(parquet(rows, columns))).toBe(rows);
  }
});

it("refuses every cut of a file, with a tag", () => {
  const whole = parquet(10, 2);
  for (let length = 0; length < whole.length; length++) {
    expect(() => rowsOf(whole.subarray(0, length))).toThrow(StorageError);
  }
});

it("ends with a number or a tagged error, whatever the footer holds", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (footer) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(footer.length);
      const bytes = Buffer.concat([Buffer.from("PAR1"), footer, length, Buffer.from("PAR1")]);
      try {
        expect(rowsOf(bytes)).toBeGreaterThanOrEqual(0);
      } catch (error) {
        expect(error).toBeInstanceOf(StorageError);
      }
    }),
    { numRuns: 2000 },
  );
});
