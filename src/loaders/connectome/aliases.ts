import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import type { Loader } from "../loader.js";
import { cellText } from "./cell-number.js";
import { onlyFile } from "./raw-file.js";
import { dropColumns } from "./record-list.js";
import { readTextRecords } from "./text-records.js";

const parameters = z.strictObject({
  alias: z.string().min(1).default("original").describe("column of the alternative spelling"),
  label: z.string().min(1).default("replacement").describe("column of the name it stands for"),
});

export type AliasesParameters = z.infer<typeof parameters>;

/**
 * A table of alternative spellings. In connectome_neurons_replacement.csv the "original" is NemaNode's spelling and the
 * "replacement" WormWideWeb's, so motor neurons go from VA1 to the zero-padded VA01: which of the two is canonical is
 * for the transform to say.
 */
export const aliases: Loader<AliasesParameters> = {
  name: "connectome/aliases",
  description: "Alternative spellings of cell names as comma-separated text",
  partition: "file",
  outputs: ["alias_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { alias, label } = context.parameters;
    const used = [alias, label];
    const list = await readTextRecords(context, file, { separator: ",", required: used });
    context.countRead(file, list.records.length);
    dropColumns(context, { file, columns: list.columns, used });
    const rows: Row[] = [];
    for (const record of list.records) {
      const [from, to] = [cellText(record.get(alias)), cellText(record.get(label))];
      if (from === "" || to === "") {
        const rule = "an alias names two spellings";
        context.drop({ file, scope: "value", item: record.cell, reason: "blank_cell", rule, detail: from || to });
        continue;
      }
      rows.push({
        source_id: file.sourceId,
        record_index: record.index,
        source_cell: record.cell,
        alias_raw: from,
        label_raw: to,
      });
    }
    context.sink("alias_record").write(rows);
    context.countCarried(file, rows.length);
  },
};
