import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import type { Transform } from "../transform.js";
import { CellResolver } from "./cell-resolver.js";
import { DropList } from "./drop-list.js";
import { readEdgeRecords } from "./edge-record.js";
import { mergeRecords } from "./merge-records.js";

const parameters = z.strictObject({});

/**
 * `edge_record` → `edge`: names both ends canonically and merges the records of a connection. Every record is in
 * exactly one edge (`n_records`) or in `edge_dropped`. Specification section 3.4 rules 1 and 2.
 */
export const resolveCells: Transform<z.infer<typeof parameters>> = {
  name: "connectome/resolve-cells",
  description: "Resolves cell names and merges records into one edge per annotation, pair and kind",
  inputs: ["edge_record", "neuron_alias"],
  outputs: ["edge", "edge_dropped"],
  parameters,
  async run(context) {
    const resolver = await CellResolver.fromTable(context.input("neuron_alias"));
    const records = await readEdgeRecords(context.input("edge_record"));
    const { edges, dropped } = mergeRecords(records, resolver);
    const drops = new DropList();
    for (const { source_id, source_cell, pre_raw, post_raw, kind } of dropped) {
      const rule = "a weight of zero states no connection";
      const detail = `${pre_raw} to ${post_raw}, ${kind}`;
      drops.add({ source_id, scope: "edge", item: source_cell, reason: "zero_weight", rule, detail });
    }
    context.sink("edge").write(edges as unknown as Row[]);
    context.sink("edge_dropped").write(drops.rows as unknown as Row[]);
    context.log.info(`${records.length} records became ${edges.length} edges; ${dropped.length} left out`);
  },
};
