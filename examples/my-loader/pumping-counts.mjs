import { readFile } from "node:fs/promises";
import { columnIndex, LoadError, readDelimited, z } from "neurotables/loader";

const COLUMNS = ["strain", "worm", "pumps"];

export default {
  name: "pumping-counts",
  description: "Pharyngeal pumps counted by eye: strain, worm, pumps",
  partition: "file",
  outputs: ["count_record"],
  parameters: z.strictObject({ seconds: z.number().positive().describe("how long each worm was watched") }),

  async load({ files, parameters, limits, sink, drop, countRead, countCarried }) {
    for (const file of files) {
      const bytes = await readFile(file.absolutePath);
      const options = { separator: "\t", header: "first", comment: "#", trim: true, required: COLUMNS };
      const table = readDelimited(bytes, { file: file.path, limits, ...options });
      const [strain, worm, pumps] = COLUMNS.map((name) => columnIndex(table, name));
      const rows = [];
      countRead(file, table.records.length);
      for (const { line, fields } of table.records) {
        const item = `row ${line}`;
        const count = fields[pumps];
        if (count === "-") {
          drop({ file, scope: "value", item, reason: "not_counted", rule: "- means that the worm was not seen" });
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
      sink("count_record").write(rows);
      countCarried(file, rows.length);
    }
  },
};
