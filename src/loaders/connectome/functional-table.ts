import { z } from "zod";
import { LoadError } from "../../base/errors.js";
import type { Row } from "../../tables/contract.js";
import type { Loader } from "../loader.js";
import { cellNumber, cellText } from "./cell-number.js";
import { onlyFile } from "./raw-file.js";
import { lineCell, readText } from "./text-records.js";

const parameters = z.strictObject({
  atlas: z.string().min(1).describe("id of the functional atlas"),
  strain: z.string().min(1).describe("strain or genotype of the animals"),
  rows: z.enum(["stimulated", "responding"]).describe("what the first label of each line is"),
  unit: z.string().min(1).default("unknown").describe("unit of the values"),
});

export type FunctionalTableParameters = z.infer<typeof parameters>;

/**
 * A functional matrix in long form: lines `row label, column label, value` without a header, zeros included (the
 * preliminary export leifer_funconn, where `NSM` stands for NSMR). As in a matrix, non-zero values are the records.
 */
export const functionalTable: Loader<FunctionalTableParameters> = {
  name: "connectome/functional-table",
  description: "Functional matrix as tab-separated lines: row, column, value",
  partition: "file",
  outputs: ["functional_edge_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { atlas, strain, rows: order, unit } = context.parameters;
    const { records } = await readText(context, file, { separator: "\t", header: "none", ragged: "keep" });
    const written: Row[] = [];
    const seen = new Set<string>();
    let read = 0;
    for (const [index, { line, fields: values }] of records.entries()) {
      const cell = lineCell(line);
      const [rowLabel, columnLabel] = [cellText(values[0]), cellText(values[1])];
      const fail = (problem: string) =>
        new LoadError("record-shape", `${file.path}, ${cell}: ${problem}`, { fields: { file: file.path, row: cell } });
      if (values.length !== 3) throw fail(`three fields are expected, there are ${values.length}`);
      if (rowLabel === "" || columnLabel === "") throw fail("a label is blank");
      const pair = `${rowLabel}\t${columnLabel}`;
      if (seen.has(pair)) throw fail(`the pair ${rowLabel}, ${columnLabel} stands here for the second time`);
      seen.add(pair);
      const value = cellNumber(values[2]);
      if ("value" in value && value.value === 0) continue;
      read++;
      if ("reason" in value) {
        context.drop({
          file,
          scope: "edge",
          item: cell,
          reason: value.reason === "blank" ? "blank_value" : "unparsable",
          rule: "a value is a finite number",
          detail: `${rowLabel}, ${columnLabel}: ${value.text}`,
        });
        continue;
      }
      const [stimulated, responding] = order === "stimulated" ? [rowLabel, columnLabel] : [columnLabel, rowLabel];
      written.push({
        atlas_id: atlas,
        strain,
        source_id: file.sourceId,
        record_index: index,
        source_cell: cell,
        stimulated_raw: stimulated,
        responding_raw: responding,
        row_label_raw: rowLabel,
        column_label_raw: columnLabel,
        value: value.value,
        value_unit: unit,
        q: null,
        q_eq: null,
        n_obs: null,
        published: false,
      });
    }
    context.countRead(file, read);
    context.sink("functional_edge_record").write(written);
    context.countCarried(file, written.length);
  },
};
