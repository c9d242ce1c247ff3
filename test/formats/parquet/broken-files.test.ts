import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FormatError, StorageError } from "../../../src/base/errors.js";
import { readParquet } from "../../../src/formats/parquet/read-parquet.js";
import { writeParquet } from "../../../src/formats/parquet/write-parquet.js";
import { arrowSchema } from "../../../src/tables/arrow-schema.js";
import { buildBatch } from "../../../src/tables/batch-builder.js";
import { contractOf } from "../../support/arbitrary-table.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";

/** Sets the soft limit of this process alone (Linux). */
const hasPrlimit = spawnSync("prlimit", ["--version"]).status === 0;
const directory = temporaryDirectory();
const spill = join(directory, "spill");
const contract = contractOf([
  { name: "x", type: { kind: "float64" } },
  { name: "name", type: { kind: "utf8" } },
]);
const schema = arrowSchema(contract);
const rows = Array.from({ length: 3000 }, (_unused, i) => ({ x: i / 7, name: `row ${i}` }));

async function written(name: string): Promise<string> {
  const path = join(directory, name);
  await writeParquet({ path, schema, batches: [buildBatch(contract, rows)], temporaryDirectory: spill });
  return path;
}

async function failure(path: string, expected = schema): Promise<unknown> {
  try {
    for await (const batch of readParquet({ paths: [path], schema: expected, temporaryDirectory: spill })) void batch;
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("broken Parquet files", () => {
  test.each([0, 1, 3, 4, 12, 100, 0.5, 0.9, 0.999])(
    "truncated to %s: one tagged error that names the file",
    async (where) => {
      const whole = readFileSync(await written("whole.parquet"));
      const path = join(directory, `truncated-${where}.parquet`);
      writeFileSync(path, whole.subarray(0, where < 1 ? Math.floor(whole.length * where) : where));
      const error = await failure(path);
      expect(error).toBeInstanceOf(FormatError);
      expect((error as FormatError).tag).toBe("format/parquet-invalid");
      expect((error as FormatError).message).toContain(path);
    },
  );

  test("a file that is not Parquet at all", async () => {
    const path = join(directory, "text.parquet");
    writeFileSync(path, "id,name\n1,a\n".repeat(50));
    expect(await failure(path)).toMatchObject({ tag: "format/parquet-invalid" });
  });

  test("a footer that lies about its length", async () => {
    const bytes = readFileSync(await written("lie.parquet"));
    bytes.writeUInt32LE(0x7fffffff, bytes.length - 8);
    const path = join(directory, "lying.parquet");
    writeFileSync(path, bytes);
    expect(await failure(path)).toMatchObject({ tag: "format/parquet-invalid" });
  });

  test("a missing file is a storage error", async () => {
    const path = join(directory, "absent.parquet");
    const error = await failure(path);
    expect(error).toBeInstanceOf(StorageError);
    expect((error as StorageError).message).toContain("absent.parquet");
  });

  test("other columns than expected are refused with the column's name", async () => {
    const path = await written("other.parquet");
    const other = arrowSchema(
      contractOf([
        { name: "x", type: { kind: "float32" } },
        { name: "name", type: { kind: "utf8" } },
      ]),
    );
    expect(await failure(path, other)).toMatchObject({ tag: "format/parquet-schema", fields: { column: "x" } });
  });
});

describe("failed writes", () => {
  test("a folder in the file's place: storage/write-failed with the path", async () => {
    const path = join(directory, "folder.parquet");
    mkdirSync(path);
    const attempt = writeParquet({ path, schema, batches: [buildBatch(contract, rows)], temporaryDirectory: spill });
    await expect(attempt).rejects.toMatchObject({ tag: "storage/write-failed", exitCode: 7 });
    await expect(attempt).rejects.toThrow(path);
  });

  test("an error of the batches comes through as it was and leaves no file", async () => {
    const path = join(directory, "partial.parquet");
    const boom = new FormatError("boom", "the source broke");
    const batches = {
      *[Symbol.iterator]() {
        yield buildBatch(contract, rows);
        throw boom;
      },
    };
    await expect(writeParquet({ path, schema, batches, temporaryDirectory: spill })).rejects.toBe(boom);
    expect(existsSync(path)).toBe(false);
  });

  test.skipIf(!hasPrlimit)("the system's file-size limit: storage/disk-full, no file left", async () => {
    const path = join(directory, "limited.parquet");
    const noise = Float64Array.from({ length: 200_000 }, (_unused, i) => Math.sin(i * i));
    const large = buildBatch(
      contract,
      Array.from(noise, (x, i) => ({ x, name: `row ${i}` })),
    );
    const limit = (bytes: string) => execFileSync("prlimit", ["--pid", String(process.pid), `--fsize=${bytes}:`]);
    limit("65536");
    try {
      const attempt = writeParquet({ path, schema, batches: [large], temporaryDirectory: spill });
      await expect(attempt).rejects.toMatchObject({ tag: "storage/disk-full", fields: { file: path } });
    } finally {
      limit("unlimited");
    }
    expect(existsSync(path)).toBe(false);
    expect((await writeParquet({ path, schema, batches: [large], temporaryDirectory: spill })).rows).toBe(200_000);
  });
});
