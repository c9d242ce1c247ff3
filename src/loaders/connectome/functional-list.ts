import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import type { Loader } from "../loader.js";
import { cellNumber } from "./cell-number.js";
import { keysOf, readJsonRecords, shapeError } from "./json-records.js";
import { NEMANODE_KEYS, nemaNodeRecord } from "./nemanode-record.js";
import { onlyFile } from "./raw-file.js";
import { dropColumns } from "./record-list.js";

const parameters = z.strictObject({
  atlas: z.string().min(1).describe("id of the functional atlas"),
  strain: z.string().min(1).describe("strain or genotype of the animals"),
});

export type FunctionalListParameters = z.infer<typeof parameters>;

/**
 * FunCoNN JSON: NemaNode records of typ 4; `pre` is the stimulated neuron, `post` the responding one, and `syn` holds
 * one signed strength times 100. Specification 2.4.
 */
export const functionalList: Loader<FunctionalListParameters> = {
  name: "connectome/functional-list",
  description: "FunCoNN JSON: signed functional strengths, stimulated to responding",
  partition: "file",
  outputs: ["functional_edge_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { atlas, strain } = context.parameters;
    const records = await readJsonRecords(context, file);
    context.countRead(file, records.length);
    dropColumns(context, { file, columns: keysOf(records), used: NEMANODE_KEYS });
    const rows: Row[] = [];
    for (const each of records) {
      const { index, cell, pre, post, typ, syn } = nemaNodeRecord(each, file);
      const drop = (reason: string, rule: string, detail: string) =>
        context.drop({ file, scope: "edge", item: cell, reason, rule, detail: `${pre} -> ${post}${detail}` });
      if (typ !== 4) {
        drop("anatomical_record", "typ 4 is functional", `, typ ${typ}`);
        continue;
      }
      if (syn.length !== 1) throw shapeError(file, `${cell}, syn`, "an array of one strength", `${syn.length} values`);
      const strength = cellNumber(syn[0]);
      if ("reason" in strength) {
        const reason = strength.reason === "blank" ? "blank_value" : "unparsable";
        drop(reason, "a strength is a finite number", strength.text === "" ? "" : `: ${strength.text}`);
        continue;
      }
      if (pre === "" || post === "") {
        drop("blank_cell", "both neurons are named", "");
        continue;
      }
      rows.push({
        atlas_id: atlas,
        strain,
        source_id: file.sourceId,
        record_index: index,
        source_cell: cell,
        stimulated_raw: pre,
        responding_raw: post,
        row_label_raw: pre,
        column_label_raw: post,
        value: strength.value / 100,
        value_unit: "strength",
        q: null,
        q_eq: null,
        n_obs: null,
        published: true,
      });
    }
    context.sink("functional_edge_record").write(rows);
    context.countCarried(file, rows.length);
  },
};
