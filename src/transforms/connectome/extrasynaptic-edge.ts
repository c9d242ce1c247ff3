import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import type { ExtrasynapticRecordRow } from "../../tables/generated/celegans_connectome.js";
import type { Transform } from "../transform.js";
import { CellResolver } from "./cell-resolver.js";

const parameters = z.strictObject({});

/** `extrasynaptic_record` → `extrasynaptic_edge`: names both cells canonically; one row per record. */
export const extrasynapticEdge: Transform<z.infer<typeof parameters>> = {
  name: "connectome/extrasynaptic-edge",
  description: "Monoamine and neuropeptide links with canonical cell names",
  inputs: ["extrasynaptic_record", "neuron_alias"],
  outputs: ["extrasynaptic_edge"],
  parameters,
  async run(context) {
    const resolver = await CellResolver.fromTable(context.input("neuron_alias"));
    const rows: Row[] = [];
    for await (const record of context.input("extrasynaptic_record").rows<ExtrasynapticRecordRow>()) {
      const releasing = resolver.resolve(record.source_raw, record.source_id);
      const receiving = resolver.resolve(record.target_raw, record.source_id);
      rows.push({
        releasing_cell: releasing.cell,
        receiving_cell: receiving.cell,
        layer: record.layer,
        transmitter: record.transmitter,
        receptor: record.receptor,
        source: releasing.neuron,
        target: receiving.neuron,
        source_raw: record.source_raw,
        target_raw: record.target_raw,
        source_id: record.source_id,
        source_cell: record.source_cell,
      });
    }
    context.sink("extrasynaptic_edge").write(rows);
  },
};
