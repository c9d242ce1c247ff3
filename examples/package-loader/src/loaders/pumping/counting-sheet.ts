import { z } from "zod";
import { LoadError } from "../../base/errors.js";
import { columnIndex } from "../../formats/delimited-text/delimited-table.js";
import { readDelimited } from "../../formats/delimited-text/read-delimited.js";
import type { Row } from "../../tables/contract.js";
import { onlyFile, readRawFile } from "../connectome/raw-file.js";
import type { Loader } from "../loader.js";

const parameters = z.strictObject({
  seconds: z.number().positive().describe("how long each worm was watched"),
});

export type CountingSheetParameters = z.infer<typeof parameters>;

const COLUMNS = ["strain", "worm", "pumps"] as const;

/** Counting sheets of pharyngeal pumping: tab-separated, one worm per line, `-` for a worm that left the field. */
export const countingSheet: Loader<CountingSheetParameters> = {
  name: "pumping/counting-sheet",
  description: "Pharyngeal pumps counted by eye: strain, worm, pumps",
  partition: "file",
  outputs: ["count_record"],
  parameters,
  async load(context) {
    const { limits, parameters } = context;
    const file = onlyFile(context.files);
    const bytes = await readRawFile(file, limits);
    const table = readDelimited(bytes, {
      file: file.path,
      limits,
      separator: "\t",
      header: "first",
      comment: "#",
      trim: true,
      required: COLUMNS,
    });
    const [strain, worm, pumps] = COLUMNS.map((name) => columnIndex(table, name)) as [number, number, number];
    context.countRead(file, table.records.length);
    const rows: Row[] = [];
    for (const { line, fields } of table.records) {
      const item = `row ${line}`;
      const count = fields[pumps] as string;
      if (count === "-") {
        const rule = "- means that the worm was not seen";
        context.drop({ file, scope: "value", item, reason: "not_counted", rule });
        continue;
      }
      if (!/^\d+$/.test(count)) {
        throw new LoadError("value", `${file.path}, ${item}: pumps should be a whole number or -, not "${count}"`, {
          fields: { file: file.path, row: item, column: "pumps", value: count },
          wayOut: "Correct the counting sheet.",
        });
      }
      rows.push({
        source_id: file.sourceId,
        source_cell: item,
        strain: fields[strain],
        worm: fields[worm],
        pumps: Number(count),
        seconds: parameters.seconds,
      });
    }
    context.sink("count_record").write(rows);
    context.countCarried(file, rows.length);
  },
};
