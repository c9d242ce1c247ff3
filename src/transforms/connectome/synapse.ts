import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import type { SynapseRecordRow } from "../../tables/generated/celegans_connectome.js";
import type { Transform } from "../transform.js";
import { CellResolver } from "./cell-resolver.js";

const parameters = z.strictObject({});

/** `synapse_record` → `synapse`: names both cells canonically; one row per record. */
export const synapse: Transform<z.infer<typeof parameters>> = {
  name: "connectome/synapse",
  description: "Single synapses with canonical cell names",
  inputs: ["synapse_record", "neuron_alias"],
  outputs: ["synapse"],
  parameters,
  async run(context) {
    const resolver = await CellResolver.fromTable(context.input("neuron_alias"));
    const rows: Row[] = [];
    for await (const record of context.input("synapse_record").rows<SynapseRecordRow>()) {
      const pre = resolver.resolve(record.pre_raw, record.source_id);
      const post = resolver.resolve(record.post_raw, record.source_id);
      rows.push({
        annotation_id: record.annotation_id,
        syn_id: record.syn_id,
        pre_cell: pre.cell,
        post_cell: post.cell,
        pre: pre.neuron,
        post: post.neuron,
        pre_raw: record.pre_raw,
        post_raw: record.post_raw,
        sections: record.sections,
        size: record.size,
        post_is_branch: record.post_is_branch,
        source_id: record.source_id,
        record_index: record.record_index,
      });
    }
    context.sink("synapse").write(rows);
  },
};
