import { z } from "zod";
import type { ParameterRow } from "../../tables/generated/dynamic_connectome.js";
import type { Transform } from "../transform.js";

const noParameters = z.strictObject({});

const SOURCES = ["affinity_parameter", "factor_parameter", "community_parameter"] as const;

/** The parameters and facts of all steps of a run in one table. */
export const parameters: Transform<z.infer<typeof noParameters>> = {
  name: "dynamic-connectome/parameters",
  description: "Parameters and facts of affinity, factorisation and communities, by run",
  inputs: SOURCES,
  outputs: ["parameter"],
  parameters: noParameters,
  async run(context) {
    const sink = context.sink("parameter");
    for (const table of SOURCES) {
      const rows: ParameterRow[] = [];
      for await (const row of context.input(table).rows<ParameterRow>(["run_id", "step", "name", "value"])) {
        rows.push({ run_id: row.run_id, step: row.step, name: row.name, value: row.value });
      }
      sink.write(rows);
    }
  },
};
