import { join } from "node:path";
import { Float64, Int32, makeData, RecordBatch, Struct, Utf8, vectorFromArray } from "apache-arrow";
import { measureHere } from "../measure.mjs";
import { megabytes, millions, seconds } from "../report.mjs";

export const title = "tables: write, read, hash";
export const columns = ["what", "rows", "Arrow bytes", "processor", "rows per second", "MB per second"];

const BATCHES = 32;
const BATCH_ROWS = 65_536;
const OBJECT_ROWS = 500_000;
const fields = [
  { name: "frame", type: { kind: "int32" } },
  { name: "time", type: { kind: "float64" } },
  { name: "value", type: { kind: "float64" } },
  { name: "label", type: { kind: "utf8" } },
];

export async function measure({ folder, say }) {
  const { arrowSchema } = await import("../../dist/tables/arrow-schema.js");
  const { contractHash } = await import("../../dist/tables/contract-file.js");
  const { openTable } = await import("../../dist/tables/parquet-table.js");
  const { PartitionHasher } = await import("../../dist/tables/table-hash.js");
  const { TableWriter } = await import("../../dist/tables/table-writer.js");
  const { batchBytes } = await import("../../dist/formats/arrow/array-view.js");
  const declared = {
    dataset: "bench",
    table: "sample",
    role: "record",
    description: "Made up.",
    key: [],
    sort: ["frame"],
    fields: fields.map((field) => ({ nullable: false, nan: false, description: field.name, ...field })),
  };
  const contract = { ...declared, hash: contractHash(declared) };
  const schema = arrowSchema(contract);
  const batches = Array.from({ length: BATCHES }, (_unused, index) => makeBatch(schema, index * BATCH_ROWS));
  const bytes = batches.reduce((sum, batch) => sum + batchBytes(batch), 0);
  const count = BATCHES * BATCH_ROWS;
  const rows = [];
  const add = (what, { cpu }, size = { count, bytes }) => {
    const rate = (value) => value / cpu;
    const perSecond = `${Math.round(rate(size.bytes) / 1e6)}`;
    rows.push([what, millions(size.count), megabytes(size.bytes), seconds(cpu), millions(rate(size.count)), perSecond]);
  };
  const temporaryDirectory = join(folder, "spill");
  const writing = (directory) =>
    TableWriter.create({ contract, directory: join(folder, directory), temporaryDirectory });

  say("writing batches");
  const written = await measureHere(() => {
    const writer = writing("batches");
    for (const batch of batches) writer.writeBatch(batch);
    return writer.finish();
  });
  add("write batches: check, order, hash, Parquet", written);

  say("reading batches");
  const source = openTable({ contract, partPaths: written.value.paths, rowCount: count, temporaryDirectory });
  let read = 0;
  add(
    "read batches",
    await measureHere(async () => {
      for await (const batch of source.batches()) read += batch.numRows;
    }),
  );
  if (read !== count) throw new Error(`${read} rows were read, not ${count}`);

  say("hashing");
  const hashed = await measureHere(async () => {
    const hasher = new PartitionHasher(contract);
    for (const batch of batches) hasher.update(batch);
    return hasher.digest();
  });
  if (hashed.value !== written.value.hash) throw new Error("the hash differs from the one written");
  add("logical hash alone", hashed);

  say("rows as objects");
  const share = { count: OBJECT_ROWS, bytes: (bytes * OBJECT_ROWS) / count };
  const objects = Array.from({ length: OBJECT_ROWS }, (_unused, i) => rowAt(i));
  const objectsWritten = await measureHere(() => {
    const writer = writing("objects");
    writer.write(objects);
    return writer.finish();
  });
  add("write row objects: check, order, hash, Parquet", objectsWritten, share);
  const table = openTable({
    contract,
    partPaths: objectsWritten.value.paths,
    rowCount: OBJECT_ROWS,
    temporaryDirectory,
  });
  let sum = 0;
  add(
    "read row objects",
    await measureHere(async () => {
      for await (const row of table.rows()) sum += row.frame;
    }),
    share,
  );
  if (sum !== (OBJECT_ROWS * (OBJECT_ROWS - 1)) / 2) throw new Error("other rows were read than written");
  return { rows, notes: ["int32, two float64 and a label of four characters per row; one processor."] };
}

function rowAt(i) {
  return { frame: i, time: i / 30, value: Math.sin(i / 100), label: `AV${String.fromCharCode(65 + (i % 5))}L` };
}

function makeBatch(schema, first) {
  const all = Array.from({ length: BATCH_ROWS }, (_unused, i) => rowAt(first + i));
  const numbers = (type, array) => makeData({ type, length: BATCH_ROWS, data: array });
  const children = [
    numbers(
      new Int32(),
      Int32Array.from(all, ({ frame }) => frame),
    ),
    numbers(
      new Float64(),
      Float64Array.from(all, ({ time }) => time),
    ),
    numbers(
      new Float64(),
      Float64Array.from(all, ({ value }) => value),
    ),
    vectorFromArray(
      all.map(({ label }) => label),
      new Utf8(),
    ).data[0],
  ];
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: BATCH_ROWS, children }));
}
