import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import type { Transform } from "../transform.js";
import { CellResolver } from "./cell-resolver.js";
import { type FunctionalEdgeRecord, isSignificant } from "./functional-weights.js";

const parameters = z.strictObject({});

/**
 * `functional_edge_record` → `functional_edge`: stimulated → responding with canonical names; q, q_eq and the number
 * of observations where the source gives them, else null. One row per record (specification section 3.4 rule 6).
 */
export const functionalEdge: Transform<z.infer<typeof parameters>> = {
  name: "connectome/functional-edge",
  description: "Functional responses, stimulated to responding, with canonical cell names",
  inputs: ["functional_edge_record", "neuron_alias"],
  outputs: ["functional_edge"],
  parameters,
  async run(context) {
    const resolver = await CellResolver.fromTable(context.input("neuron_alias"));
    const rows: Row[] = [];
    for await (const record of context.input("functional_edge_record").rows<FunctionalEdgeRecord>()) {
      const stimulated = resolver.resolve(record.stimulated_raw, record.source_id);
      const responding = resolver.resolve(record.responding_raw, record.source_id);
      rows.push({
        atlas_id: record.atlas_id,
        strain: record.strain,
        stimulated_cell: stimulated.cell,
        responding_cell: responding.cell,
        stimulated: stimulated.neuron,
        responding: responding.neuron,
        stimulated_raw: record.stimulated_raw,
        responding_raw: record.responding_raw,
        value: record.value,
        value_unit: record.value_unit,
        q: record.q,
        q_eq: record.q_eq,
        n_obs: record.n_obs,
        significant: isSignificant(record),
        source_id: record.source_id,
        source_cell: record.source_cell,
      });
    }
    context.sink("functional_edge").write(rows);
  },
};
