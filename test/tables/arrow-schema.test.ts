import { join } from "node:path";
import { RecordBatchReader } from "apache-arrow";
import { asyncBufferFromFile, parquetMetadataAsync } from "hyparquet";
import { expect, test } from "vitest";
import { arrowSchema } from "../../src/tables/arrow-schema.js";
import { parseFieldType } from "../../src/tables/field-type.js";
import { TableWriter } from "../../src/tables/table-writer.js";
import { contractOf } from "../support/arbitrary-table.js";
import { temporaryDirectory } from "../support/temporary-directory.js";

const directory = temporaryDirectory();
const contract = contractOf([
  { name: "x", type: { kind: "float64" }, unit: "um", description: "Position." },
  { name: "t", type: { kind: "timestamp" }, nullable: true },
  { name: "parts", type: parseFieldType("list<struct<name: utf8, weight: float32?>>"), unit: "synapse_count" },
]);

test("the Arrow schema carries units, descriptions, and which contract it is", () => {
  const schema = arrowSchema(contract);
  expect([...schema.metadata]).toEqual([
    ["dataset", "test"],
    ["table", "sample"],
    ["contract", contract.hash],
  ]);
  expect(schema.fields.map((field) => [field.name, String(field.type), field.nullable])).toEqual([
    ["x", "Float64", false],
    ["t", "Timestamp<MICROSECOND>", true],
    ["parts", "List<Struct<{name:Utf8, weight:Float32}>>", false],
  ]);
  expect([...(schema.fields[0]?.metadata ?? [])]).toEqual([
    ["unit", "um"],
    ["description", "Position."],
  ]);
});

test("a written part holds that schema under ARROW:schema", async () => {
  const writer = TableWriter.create({ contract, directory, temporaryDirectory: join(directory, "spill") });
  writer.write([{ x: 1, t: null, parts: [{ name: "a", weight: 1 }] }]);
  const { paths } = await writer.finish();
  const metadata = await parquetMetadataAsync(await asyncBufferFromFile(paths[0] as string));
  const value = metadata.key_value_metadata?.find((pair) => pair.key === "ARROW:schema")?.value ?? "";
  const endOfStream = Buffer.from("ffffffff00000000", "hex");
  const reader = RecordBatchReader.from(Buffer.concat([Buffer.from(value, "base64"), endOfStream])).open();
  const expected = arrowSchema(contract);
  expect([...reader.schema.metadata]).toEqual([...expected.metadata]);
  expect(reader.schema.fields.map((field) => [String(field), ...field.metadata])).toEqual(
    expected.fields.map((field) => [String(field), ...field.metadata]),
  );
});
