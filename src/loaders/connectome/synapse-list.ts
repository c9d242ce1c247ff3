import { z } from "zod";
import { LoadError } from "../../base/errors.js";
import type { Row } from "../../tables/contract.js";
import type { Loader } from "../loader.js";
import { cellNumber, cellText } from "./cell-number.js";
import { onlyFile } from "./raw-file.js";
import { dropColumns, type ListRecord } from "./record-list.js";
import { readTextRecords } from "./text-records.js";

const parameters = z.strictObject({
  annotations: z
    .record(z.string(), z.string().min(1))
    .default(Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8].map((n) => [`Dataset${n}`, `witvliet2020_${n}`])))
    .describe("annotation id of each data set that the file names"),
});

export type SynapseListParameters = z.infer<typeof parameters>;

const COLUMNS = ["dataset", "pre", "post", "syn_id", "sections", "size", "post_is_branch"] as const;
const BRANCH = ["yes", "no", "unknown"];

/**
 * synapse_list.csv of Witvliet et al. 2021: one row per synapse and postsynaptic partner. Where nothing was measured
 * (all of Dataset7) `sections` is empty and `size` is -1: both become null. Specification 2.1.
 */
export const synapseList: Loader<SynapseListParameters> = {
  name: "connectome/synapse-list",
  description: "One row per synapse: sections, size, branch",
  partition: "file",
  outputs: ["synapse_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { annotations } = context.parameters;
    const list = await readTextRecords(context, file, { separator: ",", required: COLUMNS });
    context.countRead(file, list.records.length);
    dropColumns(context, { file, columns: list.columns, used: COLUMNS });
    const unmeasured = new Map<string, number>();
    const rows: Row[] = [];
    for (const record of list.records) {
      const fail = faultIn(record, file.path);
      const dataset = cellText(record.get("dataset"));
      const annotation = Object.hasOwn(annotations, dataset) ? annotations[dataset] : undefined;
      if (annotation === undefined) throw fail("dataset", `one of ${Object.keys(annotations).join(", ")}`);
      const pre = cellText(record.get("pre"));
      const post = cellText(record.get("post"));
      if (pre === "") throw fail("pre", "a cell name");
      if (post === "") throw fail("post", "a cell name");
      const branch = cellText(record.get("post_is_branch"));
      if (branch !== "" && !BRANCH.includes(branch)) throw fail("post_is_branch", `one of ${BRANCH.join(", ")}`);
      const identifier = wholeNumber(record, "syn_id", fail);
      if (identifier === null) throw fail("syn_id", "a whole number");
      let size = wholeNumber(record, "size", fail);
      if (size === -1n) {
        unmeasured.set(dataset, (unmeasured.get(dataset) ?? 0) + 1);
        size = null;
      }
      const sections = cellNumber(record.get("sections"));
      if ("reason" in sections && sections.reason === "unparsable") throw fail("sections", "a number or nothing");
      rows.push({
        annotation_id: annotation,
        source_id: file.sourceId,
        record_index: record.index,
        source_cell: record.cell,
        syn_id: identifier,
        pre_raw: pre,
        post_raw: post,
        sections: "value" in sections ? sections.value : null,
        size,
        post_is_branch: branch === "" ? null : branch,
      });
    }
    for (const [dataset, values] of unmeasured) {
      context.drop({
        file,
        scope: "value",
        item: `size of ${dataset}`,
        reason: "not_measured",
        rule: "a size of -1 means that there is none",
        detail: `${values} values of -1`,
        count: 0,
      });
    }
    context.sink("synapse_record").write(rows);
    context.countCarried(file, rows.length);
  },
};

type Fault = (column: string, expected: string) => LoadError;

function faultIn(record: ListRecord, file: string): Fault {
  return (column, expected) => {
    const value = String(record.get(column) ?? "");
    return new LoadError("value", `${file}, ${record.cell}: ${column} should be ${expected}, but is "${value}"`, {
      fields: { file, row: record.cell, column, value, expected },
      wayOut: "Correct the file, or use the release that the step expects.",
    });
  };
}

/** An int64 of a list, or null when blank. Spreadsheets write whole numbers as `12.0`. */
function wholeNumber(record: ListRecord, column: string, fail: Fault): bigint | null {
  const text = cellText(record.get(column));
  if (text === "") return null;
  if (!/^-?\d{1,18}(?:\.0*)?$/.test(text)) throw fail(column, "a whole number");
  return BigInt(text.replace(/\..*$/, ""));
}
