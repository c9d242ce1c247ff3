import { z } from "zod";
import { LoadError } from "../../base/errors.js";
import type { Loader } from "../loader.js";
import { cellText } from "./cell-number.js";
import { CELL_ATTRIBUTES, writeStatements } from "./cell-statement.js";
import { keysOf, readJsonRecords, shapeError } from "./json-records.js";
import { onlyFile } from "./raw-file.js";
import { dropColumns } from "./record-list.js";
import { readTextRecords } from "./text-records.js";

const parameters = z.strictObject({
  format: z.enum(["delimited", "json"]).default("delimited").describe("text with a header, or an array of objects"),
  subject: z.enum(["cell", "class"]).default("cell").describe("what a record is about"),
  name: z.string().min(1).default("name").describe("column that names the cell or class"),
  attributes: z
    .record(z.string(), z.enum(CELL_ATTRIBUTES))
    .describe("what each column states; columns that are not named here are left out"),
  fill_down: z.array(z.string()).default([]).describe("columns whose value holds until the next one that is not blank"),
});

export type CellTableParameters = z.infer<typeof parameters>;

/**
 * Tables about cells or classes of cells, one record each: types, classes, transmitters, positions. A title above the
 * header is allowed; rows without a name (summary blocks, section titles) are accounted for as `no_cell`.
 */
export const cellTable: Loader<CellTableParameters> = {
  name: "connectome/cell-table",
  description: "Tables of cells or classes: type, class, transmitter, position",
  partition: "file",
  outputs: ["neuron_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { format, subject, name, attributes, fill_down: fillDown } = context.parameters;
    const used = [name, ...Object.keys(attributes)];
    const columns = Object.entries(attributes);
    if (format === "json") {
      const records = await readJsonRecords(context, file);
      context.countRead(file, records.length);
      const keys = keysOf(records);
      requireKeys(keys, used, file.path);
      dropColumns(context, { file, columns: keys, used });
      writeStatements(context, {
        file,
        subject,
        records: records.map(({ index, cell, value }) => {
          const label = value[name];
          if (typeof label !== "string") throw shapeError(file, `${cell}, ${name}`, "text", label);
          const statements = columns.map(([column, attribute]) => ({ attribute, raw: value[column] }));
          return { index, cell, name: label.trim(), statements };
        }),
      });
      return;
    }
    const header = { containing: [name] };
    const list = await readTextRecords(context, file, { separator: ",", header, required: used, ragged: "pad" });
    context.countRead(file, list.records.length);
    dropColumns(context, { file, columns: list.columns, used });
    const last = new Map<string, unknown>();
    writeStatements(context, {
      file,
      subject,
      records: list.records.map((record) => {
        const label = cellText(record.get(name));
        const statements = columns.map(([column, attribute]) => {
          let raw: unknown = record.get(column);
          if (fillDown.includes(column) && label !== "") {
            if (cellText(raw) === "") raw = last.get(column) ?? null;
            else last.set(column, raw);
          }
          return { attribute, raw };
        });
        return { index: record.index, cell: record.cell, name: label, statements };
      }),
    });
  },
};

function requireKeys(keys: readonly string[], wanted: readonly string[], file: string): void {
  const missing = wanted.find((key) => !keys.includes(key));
  if (missing === undefined) return;
  throw new LoadError(
    "missing-column",
    `${file}: no record has the key "${missing}"; the keys are ${keys.join(", ")}`,
    {
      fields: { file, column: missing, found: [...keys] },
    },
  );
}
