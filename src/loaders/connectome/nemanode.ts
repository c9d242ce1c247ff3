import { z } from "zod";
import type { Loader } from "../loader.js";
import { type EdgeKind, EdgeWriter } from "./edge-writer.js";
import { keysOf, readJsonRecords } from "./json-records.js";
import { NEMANODE_KEYS, nemaNodeRecord } from "./nemanode-record.js";
import { onlyFile } from "./raw-file.js";
import { dropColumns } from "./record-list.js";

const parameters = z.strictObject({
  annotation: z.string().min(1).describe("annotation id of the records"),
  weight: z
    .enum(["count", "sum"])
    .default("count")
    .describe("count: length of syn (NemaNode); sum: its total (WormWideWeb, where syn is one weight)"),
});

export type NemaNodeParameters = z.infer<typeof parameters>;

const KINDS: ReadonlyMap<number, EdgeKind> = new Map([
  [0, "chemical"],
  [2, "gap"],
]);

/**
 * NemaNode JSON: an array of `{pre, post, typ, syn}`. The weight is the number of synapses, `syn.length`, whatever
 * their values (three of N2U are 2 and count 1); repeated records are carried singly. Specification 2.4.
 */
export const nemaNode: Loader<NemaNodeParameters> = {
  name: "connectome/nemanode",
  description: "NemaNode and WormWideWeb JSON edge lists",
  partition: "file",
  outputs: ["edge_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { annotation, weight } = context.parameters;
    const records = await readJsonRecords(context, file);
    context.countRead(file, records.length);
    dropColumns(context, { file, columns: keysOf(records), used: NEMANODE_KEYS });
    const writer = new EdgeWriter({ context, file, annotation });
    for (const each of records) {
      const { index, cell, pre, post, typ, syn } = nemaNodeRecord(each, file);
      const kind = KINDS.get(typ);
      if (kind === undefined) {
        const reason = typ === 4 ? "functional_record" : "unknown_type";
        writer.drop({ cell, reason, rule: "typ 0 is chemical, 2 is gap", detail: `${pre} -> ${post}, typ ${typ}` });
        continue;
      }
      const value = weight === "count" ? syn.length : total(syn);
      writer.add({ index, cell, kind, typeRaw: String(typ), pre, post, weight: value });
    }
    writer.finish();
  },
};

/** The sum of numbers, or the first value that is none. */
function total(values: readonly unknown[]): unknown {
  let sum = 0;
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value)) return value;
    sum += value;
  }
  return sum;
}
